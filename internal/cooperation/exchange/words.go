package exchange

import (
	"comity/internal/base/language"
	"comity/internal/engine/envelope"
	"comity/internal/engine/web"
)

// kindWords names a kind of message: an English sentence of the catalogue.
func kindWords(k envelope.Kind) string {
	switch k {
	case "request":
		return language.M("a request")
	case "receipt":
		return language.M("a receipt")
	case "acknowledgement":
		return language.M("an acknowledgement")
	case "question":
		return language.M("a question")
	case "answer":
		return language.M("an answer to a question")
	case "acceptance":
		return language.M("an acceptance")
	case "conditions":
		return language.M("an acceptance on conditions")
	case "postponement":
		return language.M("a postponement")
	case "refusal":
		return language.M("a refusal")
	case "progress":
		return language.M("a report on progress")
	case "delivery":
		return language.M("a delivery of evidence")
	case "evidence-receipt":
		return language.M("a confirmation that evidence arrived")
	case "withdrawal":
		return language.M("a withdrawal")
	case "consent":
		return language.M("a consent to another use")
	case "notice":
		return language.M("a notice")
	case "feedback":
		return language.M("feedback")
	case "closing":
		return language.M("a closing")
	case "information":
		return language.M("spontaneous information")
	}
	return string(k) // kinds of the dialogue and of capacity, which this node doesn't take
}

// stateTag says where a message is on its way.
func stateTag(r *web.Request, p Post) web.Tag {
	switch p.State {
	case "waiting":
		return web.Tag{Text: r.T("Waits for its seal"), Colour: "grey"}
	case "sealed":
		return web.Tag{Text: r.T("Sealed, on its way"), Colour: "blue"}
	case "delivered":
		return web.Tag{Text: r.T("Delivered, no receipt yet"), Colour: "blue"}
	case "stopped":
		return web.Tag{Text: r.T("Stopped: a person decides"), Colour: "red"}
	case "receipted":
		if p.Receipt != nil {
			return outcomeTag(r, p.Receipt.Result)
		}
		return web.Tag{Text: r.T("Handed out as a file"), Colour: "grey"}
	}
	return outcomeTag(r, envelope.Outcome(p.State))
}

func outcomeTag(r *web.Request, o envelope.Outcome) web.Tag {
	switch o {
	case envelope.Accepted:
		return web.Tag{Text: r.T("Taken in"), Colour: "green"}
	case envelope.Held:
		return web.Tag{Text: r.T("Waits for an earlier message"), Colour: "yellow"}
	case envelope.Quarantined:
		return web.Tag{Text: r.T("Set apart, unread"), Colour: "orange"}
	case envelope.Refused:
		return web.Tag{Text: r.T("Refused by a check"), Colour: "red"}
	}
	return web.Tag{Text: string(o), Colour: "grey"}
}

// statusTag says how a peer is trusted.
func statusTag(r *web.Request, s Status) web.Tag {
	switch s {
	case Proposed:
		return web.Tag{Text: r.T("Waits for a second person"), Colour: "yellow"}
	case Trusted:
		return web.Tag{Text: r.T("Trusted"), Colour: "green"}
	case Frozen:
		return web.Tag{Text: r.T("Frozen until people decide"), Colour: "orange"}
	case Revoked:
		return web.Tag{Text: r.T("No longer trusted"), Colour: "red"}
	}
	return web.Tag{Text: string(s), Colour: "grey"}
}
