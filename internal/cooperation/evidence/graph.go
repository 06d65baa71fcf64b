package evidence

import (
	"crypto/sha1" // to name things, not to protect them
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity/internal/base/id"
)

// graph is a JSON-LD document in the words of CASE and UCO 1.x, which forensic tools read. Its context stands inside, so
// that reading it needs no network.
type graph struct {
	Context map[string]string `json:"@context"`
	Graph   []node            `json:"@graph"`
}

// node is one thing of the graph with its properties.
type node map[string]any

// caseGraph says what a custody.json says: the item as a file with its digests, what was done as investigative actions,
// and the record of provenance that ties them together.
func caseGraph(k Custody) graph {
	const uco = "https://ontology.unifiedcyberontology.org/uco/"
	g := graph{Context: map[string]string{
		"kb":                 "urn:comity:node:" + strings.ToLower(string(k.Node)) + ":",
		"case-investigation": "https://ontology.caseontology.org/case/investigation/",
		"uco-action":         uco + "action/",
		"uco-core":           uco + "core/",
		"uco-identity":       uco + "identity/",
		"uco-observable":     uco + "observable/",
		"uco-tool":           uco + "tool/",
		"uco-types":          uco + "types/",
		"xsd":                "http://www.w3.org/2001/XMLSchema#",
	}}
	file, record := "kb:file-"+uuid(k.Item.ID), "kb:provenance-record-"+uuid(k.Item.ID)
	g.Graph = append(g.Graph, fileNode(file, k), recordNode(record, file, k))
	for _, code := range sortedCodes(k.Authorities) {
		g.Graph = append(g.Graph, node{"@id": authorityID(code), "@type": "uco-identity:Organization", "uco-core:name": k.Authorities[code]})
	}
	for _, d := range k.Item.DerivedFrom {
		source := "kb:file-" + uuid(d.Item)
		g.Graph = append(g.Graph, sourceNode(source, d), derivedNode(file, source, d))
	}
	if tool := toolNode(k); tool != nil {
		g.Graph = append(g.Graph, tool)
	}
	for _, v := range k.Events {
		g.Graph = append(g.Graph, actionNode(v, file, record, k))
	}
	return g
}

func ids(all ...string) []node {
	list := make([]node, len(all))
	for i, a := range all {
		list[i] = node{"@id": a}
	}
	return list
}

func typed(kind, value string) node { return node{"@type": kind, "@value": value} }

func sha256Node(of, digest string) node {
	return node{
		"@id": "kb:hash-" + named(of, "sha256"), "@type": "uco-types:Hash",
		"uco-types:hashMethod": "SHA256",
		"uco-types:hashValue":  typed("xsd:hexBinary", digest),
	}
}

func fileNode(file string, k Custody) node {
	size := typed("xsd:integer", strconv.FormatInt(k.Item.Size, 10))
	return node{
		"@id": file, "@type": "uco-observable:File", "uco-core:name": k.Item.Label,
		"uco-core:hasFacet": []node{
			{
				"@id": "kb:file-facet-" + named(file, "file"), "@type": "uco-observable:FileFacet",
				"uco-observable:fileName": k.Item.Name, "uco-observable:sizeInBytes": size,
			},
			{
				"@id": "kb:content-data-facet-" + named(file, "content"), "@type": "uco-observable:ContentDataFacet",
				"uco-observable:mimeType": k.Item.Media, "uco-observable:sizeInBytes": size,
				"uco-observable:hash": []node{sha256Node(file, string(k.Item.SHA256))},
			},
		},
	}
}

func recordNode(record, file string, k Custody) node {
	return node{
		"@id": record, "@type": "case-investigation:ProvenanceRecord",
		"uco-core:description": string(k.Item.Sort), "case-investigation:exhibitNumber": k.Item.Label, "uco-core:object": ids(file),
	}
}

// sourceNode is the item that another was made from, as far as it is known here: by its digest.
func sourceNode(source string, d CustodyOrigin) node {
	return node{
		"@id": source, "@type": "uco-observable:File",
		"uco-core:hasFacet": []node{{
			"@id": "kb:content-data-facet-" + named(source, "content"), "@type": "uco-observable:ContentDataFacet",
			"uco-observable:hash": []node{sha256Node(source, string(d.SHA256))},
		}},
	}
}

func derivedNode(file, source string, d CustodyOrigin) node {
	return node{
		"@id": "kb:relationship-" + named(file, source), "@type": "uco-observable:ObservableRelationship",
		"uco-core:source": ids(file), "uco-core:target": ids(source), "uco-core:kindOfRelationship": "Derived_From",
		"uco-core:isDirectional": typed("xsd:boolean", "true"), "uco-core:description": d.Process,
	}
}

func toolNode(k Custody) node {
	a := k.Item.Acquired
	if a == nil || a.Tool == "" {
		return nil
	}
	t := node{"@id": toolID(k), "@type": "uco-tool:Tool", "uco-core:name": a.Tool}
	if a.Version != "" {
		t["uco-tool:version"] = a.Version
	}
	return t
}

func toolID(k Custody) string { return "kb:tool-" + named(string(k.Item.ID), "tool") }

func actionNode(v CustodyEvent, file, record string, k Custody) node {
	at := typed("xsd:dateTime", v.when().Format(time.RFC3339Nano))
	a := node{
		"@id": "kb:action-" + named(string(v.Node), string(k.Item.ID), strconv.FormatInt(v.N, 10)), "@type": "case-investigation:InvestigativeAction",
		"uco-core:name": string(v.What), "uco-action:startTime": at, "uco-action:endTime": at,
		"uco-action:object": ids(file), "uco-action:result": ids(record),
	}
	if v.Authority != "" {
		a["uco-action:performer"] = node{"@id": authorityID(v.Authority)}
	}
	if v.What == WasCollected && toolNode(k) != nil {
		a["uco-action:instrument"] = ids(toolID(k))
	}
	return a
}

func authorityID(code string) string { return "kb:organization-" + named("authority", code) }

func sortedCodes(names map[string]string) []string {
	var codes []string
	for code := range names {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// uuid names an item as CASE asks for: its identifiers end in a UUID.
func uuid(n id.ID) string { return named("item", string(n)) }

// named returns the UUID of words, version 5 of RFC 9562 without a namespace of its own: the same words, the same UUID.
// That version is made with SHA-1, which is good enough for a name: nothing here relies on it for security.
func named(words ...string) string {
	sum := sha1.Sum([]byte(strings.Join(words, "\x00")))
	b := sum[:16]
	b[6], b[8] = b[6]&0x0f|0x50, b[8]&0x3f|0x80
	return dashed(b)
}

func dashed(b []byte) string {
	s := hex.EncodeToString(b)
	return fmt.Sprintf("%s-%s-%s-%s-%s", s[:8], s[8:12], s[12:16], s[16:20], s[20:])
}
