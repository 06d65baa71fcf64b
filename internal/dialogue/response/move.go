package response

import (
	"fmt"
	"slices"

	"comity/internal/base/errs"
)

// State is where a response stands.
type State string

// The states, in the order of the usual way through them.
const (
	Draft        State = "draft"
	ForClearance State = "for-clearance"
	Cleared      State = "cleared"
	Submitted    State = "submitted"
	Queried      State = "queried"
	Validated    State = "validated"
	Withdrawn    State = "withdrawn"
)

// Move is one step of a response; its name is that of its act: "clear" is "response.clear".
type Move struct {
	Name string
	From []State
	To   State // "" leaves the state as it is
	Why  bool  // it needs a reason in words
}

// moves is the whole table. What isn't listed can't be done. A query is the secretariat's, all else the respondent's.
var moves = []Move{
	{Name: "begin", From: []State{""}, To: Draft},
	{Name: "edit", From: []State{Draft}},
	{Name: "offer", From: []State{Draft}, To: ForClearance},
	{Name: "return", From: []State{ForClearance, Cleared}, To: Draft, Why: true},
	{Name: "clear", From: []State{ForClearance}, To: Cleared},
	{Name: "submit", From: []State{Cleared}, To: Submitted},
	{Name: "queried", From: []State{Submitted, Validated}, To: Queried},
	{Name: "correct", From: []State{Submitted, Queried}, To: Draft, Why: true},
	{Name: "withdraw", From: []State{Draft, ForClearance, Cleared, Submitted, Queried}, To: Withdrawn, Why: true},
}

// moveNamed returns the move of a name of the table.
func moveNamed(name string) Move {
	return moves[slices.IndexFunc(moves, func(m Move) bool { return m.Name == name })]
}

// after returns the state to which the move leads, [errs.Conflict] when it isn't made from this one.
func (m Move) after(s State) (State, error) {
	if !slices.Contains(m.From, s) {
		return s, errs.Say(fmt.Errorf("move %s in state %s: %w", m.Name, s, errs.Conflict),
			"This can't be done now: the response has moved on. Look at where it stands and decide again.", nil)
	}
	if m.To == "" {
		return s, nil
	}
	return m.To, nil
}
