package evidence

// CaseGraph gives tests the document that stands in case.jsonld.
func CaseGraph(k Custody) any { return caseGraph(k) }
