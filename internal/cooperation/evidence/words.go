package evidence

import (
	"comity/internal/base/language"
	"comity/internal/engine/access"
)

// words returns what a code means to a person, in the printer's language; an unknown code is shown as it is.
func words(p *language.Printer, of map[string]string, code string) language.Plain {
	if msg, ok := of[code]; ok {
		return language.Plain(p.T(msg))
	}
	return language.Plain(code)
}

func sortWords() map[string]string {
	return map[string]string{
		"provider-return":   language.M("Answer of a provider"),
		"file":              language.M("File"),
		"disk-image":        language.M("Image of a disk"),
		"mobile-extraction": language.M("Extraction of a mobile device"),
		"network-capture":   language.M("Recording of network traffic"),
		"capture":           language.M("Capture of a page or an account"),
		"recording":         language.M("Sound or video recording"),
		"paper-scan":        language.M("Scanned paper"),
		"physical-object":   language.M("Physical object"),
	}
}

func stateWords() map[string]string {
	return map[string]string{
		string(Held):        language.M("Held"),
		string(Quarantined): language.M("Set apart"),
		string(Sent):        language.M("Handed over"),
		string(Returned):    language.M("Returned"),
		string(Destroyed):   language.M("Destroyed"),
	}
}

func eventWords() map[string]string {
	return map[string]string{
		string(WasCollected):   language.M("Secured where it lay"),
		string(WasReceived):    language.M("Received"),
		string(WasVerified):    language.M("Checked and found whole"),
		string(WasQuarantined): language.M("Set apart"),
		string(WasRead):        language.M("Opened"),
		string(WasDerived):     language.M("Something was made from it, or it was made from something"),
		string(WasSent):        language.M("Sent"),
		string(WasDelivered):   language.M("Received by the other authority"),
		string(WasReturned):    language.M("Not taken by the other authority"),
		string(WasDamaged):     language.M("Found damaged"),
		string(WasRepaired):    language.M("Whole again"),
		string(WasCertified):   language.M("Certificate signed"),
		string(WasCorrected):   language.M("Correction"),
		"sealed":               language.M("Sealed"),
		"opened":               language.M("Seal opened"),
		"copied":               language.M("Copied"),
		"disclosed":            language.M("Disclosed"),
		"moved":                language.M("Moved"),
		"scrubbed":             language.M("Stored bytes checked"),
		"hold-placed":          language.M("Destruction forbidden"),
		"hold-lifted":          language.M("Destruction no longer forbidden"),
		"retention-changed":    language.M("Time of keeping changed"),
		"disposal-asked":       language.M("Destruction asked for"),
		"destroyed":            language.M("Destroyed"),
	}
}

func handlingWords() map[string]string {
	return map[string]string{
		Restricted: language.M("Restricted"),
		Privileged: language.M("Privileged: between a person and their lawyer, doctor or the like"),
		ChildAbuse: language.M("Shows the abuse of a child"),
	}
}

func sourceWords() map[string]string {
	return map[string]string{
		"device":   language.M("A device"),
		"provider": language.M("A provider"),
		"place":    language.M("A place"),
	}
}

// roleName names a role as the policy does; other nodes' roles stay as they came.
func roleName(p *language.Printer, policy *access.Policy, role string) language.Plain {
	name, _ := policy.Describe(access.Role(role))
	if name == "" {
		return language.Plain(role)
	}
	return language.Plain(p.T(name))
}
