package request

import (
	"comity/internal/base/language"
	"comity/internal/engine/web"
)

// Said returns the state in words: an English sentence of the catalogue.
func (s State) Said() string {
	return map[State]string{
		Draft: language.M("Being drafted"), InReview: language.M("In review"), Approved: language.M("Approved, waits for signature"),
		Signed: language.M("Signed, waits to be sent"), Transmitted: language.M("Sent, not yet confirmed"), Received: language.M("Arrived"),
		Acknowledged: language.M("Acknowledged"), NeedsInformation: language.M("Waits for an answer to a question"),
		Accepted: language.M("Accepted for execution"), Postponed: language.M("Put off"), Executing: language.M("Being executed"),
		PartlyExecuted: language.M("Executed in part"), Executed: language.M("Executed"), EvidenceSent: language.M("Evidence sent"),
		EvidenceReceived: language.M("Evidence arrived whole"), Refused: language.M("Help refused"), Withdrawn: language.M("Request withdrawn"),
		Misdirected: language.M("Forwarded elsewhere"), Closed: language.M("Request closed"),
	}[s]
}

// tag shows the state on a page. What asks for attention has a colour, what is over is grey.
func (s State) tag(p *language.Printer) web.Tag {
	colour := "blue"
	switch {
	case isOne(s, []State{Closed, Refused, Withdrawn, Misdirected}):
		colour = "grey"
	case s == NeedsInformation || s == Postponed:
		colour = "yellow"
	case s == Executed || s == EvidenceSent || s == EvidenceReceived:
		colour = "green"
	case s == Draft || s == InReview:
		colour = "purple"
	}
	return web.Tag{Text: p.T(s.Said()), Colour: colour}
}

// happened says what a move was, as the correspondence lists it: an English sentence of the catalogue.
func happened(move string) string {
	return map[string]string{
		"submit": language.M("Put to review"), "override": language.M("A finding of the rules was let stand"), "approve": language.M("Approved for signature"),
		"return": language.M("Returned to the drafter"), "sign": language.M("Letter signed"), "transmit": language.M("Request sent"),
		"receive": language.M("Request arrived"), "assign": language.M("Assigned"), "acknowledge": language.M("Receipt acknowledged"),
		"forward": language.M("Forwarded to another authority"), "ask": language.M("Information asked for"), "answer": language.M("Question answered"),
		"accept": language.M("Request accepted"), "condition": language.M("Accepted on conditions"), "postpone": language.M("Execution put off"),
		"refuse.propose": language.M("Refusal proposed"), "refuse": language.M("Request refused"), "progress": language.M("Progress reported"),
		"execute": language.M("Results noted"), "deliver": language.M("Evidence handed over"), "receive.evidence": language.M("Evidence confirmed as whole"),
		"withdraw": language.M("Request taken back"), "feedback": language.M("Feedback given"), "close": language.M("Request closed"),
		"status": language.M("Asked how far it is"), "status.answer": language.M("Told how far it is"),
	}[move]
}

// measureSaid is the state of one measure in words.
func measureSaid(state string) string {
	return map[string]string{
		"": language.M("Not yet asked"), "pending": language.M("Not yet decided"), "accepted": language.M("Accepted for execution"), "executing": language.M("Being executed"),
		"executed": language.M("Executed"), "no_result": language.M("Executed without result"), "refused": language.M("Help refused"),
	}[state]
}

// posted is where a message of ours stands, in words.
func posted(state string) string {
	return map[string]string{
		"waiting": language.M("Being sealed"), "sealed": language.M("Sealed, on its way"), "delivered": language.M("Delivered, the receipt is awaited"),
		"receipted": language.M("Received by the other node, with its receipt"), "stopped": language.M("Stopped: the other node has not taken it"),
		"accepted": language.M("Taken in, every check passed"),
	}[state]
}

// typeName is the name of a kind of measure in the reader's language, the code itself when this node doesn't know it.
func (q *Requests) typeName(code string, p *language.Printer) string {
	if t, ok := q.law.Types.Get(code); ok {
		return p.T(t.Name)
	}
	return code
}

// typeNames joins the names of the kinds of a request's measures, each once.
func (q *Requests) typeNames(codes []string, p *language.Printer) string {
	var names []string
	for _, c := range distinct(codes) {
		names = append(names, q.typeName(c, p))
	}
	return string(p.And(names))
}

// authority is the name of an authority in the reader's language, its code when the directory doesn't have it.
func (q *Requests) authority(code string, p *language.Printer) string {
	if a, ok := q.directory.Get(code); ok {
		return a.Name(p.Tag())
	}
	return code
}

// name of a request for people: its reference, and before it has one, where it goes.
func (r Request) name(p *language.Printer) string {
	if r.Reference != "" {
		return r.Reference
	}
	return p.T("Draft to {state}", "state", p.Country(r.TheirState))
}
