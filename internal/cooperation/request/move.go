package request

import "slices"

// State is where a request stands. Both sides compute it from the same moves (docs/formats/exchange.md).
type State string

// The states, in the order of the usual way through them.
const (
	Draft            State = "draft"
	InReview         State = "in_review"
	Approved         State = "approved"
	Signed           State = "signed"
	Transmitted      State = "transmitted"
	Received         State = "received"
	Acknowledged     State = "acknowledged"
	NeedsInformation State = "needs_information"
	Accepted         State = "accepted"
	Postponed        State = "postponed"
	Executing        State = "executing"
	PartlyExecuted   State = "partly_executed"
	Executed         State = "executed"
	EvidenceSent     State = "evidence_sent"
	EvidenceReceived State = "evidence_received"
	Refused          State = "refused"
	Withdrawn        State = "withdrawn"
	Misdirected      State = "misdirected"
	Closed           State = "closed"
)

// Side is the part that a node plays in a request.
type Side string

// The requester asks, the receiver is asked; Either is for moves that both may make.
const (
	Requester Side = "requester"
	Receiver  Side = "receiver"
	Either    Side = "either"
)

// Move is one step of a request. One name for one thing: the move "ask" is the act "request.ask"; Kind is the kind of
// message with which the other side learns of it, "" when nothing leaves the node.
type Move struct {
	Name string
	Kind string
	By   Side
	From []State
	To   State // "" leaves the state as it is
}

// atReceiver are the states in which the requested State has the request and has not ended it.
var atReceiver = []State{Received, Acknowledged, NeedsInformation, Accepted, Postponed, Executing, PartlyExecuted, Executed, EvidenceSent, EvidenceReceived}

// moves is the whole table. What isn't listed can't be done.
var moves = []Move{
	{"edit", "", Requester, []State{Draft}, ""},
	{"submit", "", Requester, []State{Draft}, InReview},
	{"override", "", Requester, []State{InReview}, ""},
	{"approve", "", Requester, []State{InReview}, Approved},
	{"return", "", Requester, []State{InReview, Approved, Signed}, Draft},
	{"sign", "", Requester, []State{Approved}, Signed},
	{"transmit", "request", Requester, []State{Signed}, Transmitted},
	{"receive", "", Receiver, []State{""}, Received},
	{"assign", "", Receiver, atReceiver, ""},
	{"acknowledge", "acknowledgement", Receiver, []State{Received}, Acknowledged},
	{"forward", "notice", Receiver, []State{Received, Acknowledged}, Misdirected},
	{"ask", "question", Receiver, []State{Received, Acknowledged, Accepted, Postponed, Executing, PartlyExecuted}, NeedsInformation},
	{"answer", "answer", Requester, []State{NeedsInformation}, Acknowledged},
	{"accept", "acceptance", Receiver, []State{Received, Acknowledged, NeedsInformation, Postponed}, Accepted},
	{"condition", "conditions", Receiver, []State{Received, Acknowledged, NeedsInformation, Postponed}, Accepted},
	{"postpone", "postponement", Receiver, []State{Received, Acknowledged, NeedsInformation, Accepted}, Postponed},
	{"refuse.propose", "", Receiver, []State{Received, Acknowledged, NeedsInformation, Postponed, Accepted}, ""},
	{"refuse", "refusal", Receiver, []State{Received, Acknowledged, NeedsInformation, Postponed, Accepted}, Refused},
	{"status", "question", Requester, atReceiver, ""},
	{"status.answer", "answer", Receiver, atReceiver, ""},
	{"progress", "progress", Receiver, []State{Accepted, Executing, PartlyExecuted}, Executing},
	{"execute", "", Receiver, []State{Accepted, Executing, PartlyExecuted}, Executed},
	{"deliver", "delivery", Receiver, []State{Accepted, Executing, PartlyExecuted, Executed, EvidenceSent}, EvidenceSent},
	{"receive.evidence", "evidence-receipt", Requester, []State{EvidenceSent}, EvidenceReceived},
	{"withdraw", "withdrawal", Requester, append([]State{Transmitted}, atReceiver...), Withdrawn},
	{"feedback", "feedback", Requester, []State{EvidenceReceived, Closed}, ""},
	{"close", "closing", Either, []State{EvidenceSent, EvidenceReceived, Refused, Withdrawn}, Closed},
}

// MoveNamed returns the move of that name.
func MoveNamed(name string) (Move, bool) {
	i := slices.IndexFunc(moves, func(m Move) bool { return m.Name == name })
	if i < 0 {
		return Move{}, false
	}
	return moves[i], true
}

// moveOfKind returns the move that a message of the kind tells of when that side sends it: a question of the requesting
// side asks how far its request is, one of the requested side what the request lacks.
func moveOfKind(kind string, by Side) (Move, bool) {
	i := slices.IndexFunc(moves, func(m Move) bool { return m.Kind == kind && kind != "" && (m.By == by || m.By == Either) })
	if i < 0 {
		return Move{}, false
	}
	return moves[i], true
}

// allowed reports whether the side may make the move in the state.
func (m Move) allowed(side Side, s State) bool {
	return (m.By == Either || m.By == side) && slices.Contains(m.From, s)
}

// After returns the state that the move leads to from s.
func (m Move) After(s State) State {
	if m.To == "" {
		return s
	}
	return m.To
}

// Ball says who has to do something next.
func (s State) Ball() Side {
	switch s {
	case Draft, InReview, Approved, Signed, NeedsInformation, EvidenceSent, EvidenceReceived, Refused:
		return Requester
	case Transmitted, Received, Acknowledged, Accepted, Postponed, Executing, PartlyExecuted, Executed:
		return Receiver
	}
	return ""
}
