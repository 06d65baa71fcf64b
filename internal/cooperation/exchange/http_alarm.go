package exchange

import (
	"context"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// alarmLine is an alarm as pages show it.
type alarmLine struct {
	Alarm
	Node    string
	Text    string
	Next    string
	Settled string // who settled it and when, "" while it is open
	First   bool   // the one that is to be settled next: a page has one form
}

// alarmLines says alarms in words.
func alarmLines(ctx context.Context, tx *db.Tx, r *web.Request, all []Alarm) ([]alarmLine, error) {
	var lines []alarmLine
	open := false
	for _, a := range all {
		p, err := getPeer(ctx, tx, a.Peer)
		if err != nil {
			return nil, err
		}
		l := alarmLine{Alarm: a, Node: p.Name(string(r.Lang()))}
		l.Text, l.Next = a.words(r, l.Node)
		if a.SettledBy != "" {
			by, err := name(ctx, tx, a.SettledBy)
			if err != nil {
				return nil, err
			}
			l.Settled = r.T("on {day} by {person}", "day", r.Date(a.SettledAt), "person", by)
		} else {
			l.First = !open
			open = true
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// words says what happened and what comes next.
func (a Alarm) words(r *web.Request, node string) (text, next string) {
	switch a.Kind {
	case Forked:
		chain := a.Chain
		if chain == "" {
			chain = "–"
		}
		return r.T("{node} sent two messages that can't both be number {number} of the correspondence {reference}.", "node", node, "number", a.Number, "reference", chain),
			r.T("Both are kept; the one that came second has no effect. Call the other side on a number that you know and ask which one counts: its node may have been put back from an older copy.")
	case Replaced:
		return r.T("{node} sent a message once more under its old number, with other content.", "node", node),
			r.T("The first one counts and the second was refused; both are kept. Call the other side on a number that you know and ask what happened.")
	}
	return r.T("The ledger of {node} has shown two histories of {size} entries.", "node", node, "size", r.Number(a.Number)),
		r.T("Both signed checkpoints are kept as evidence. Call the other side on a number that you know: either its node was put back from an older copy, or its record was changed. Until that is clear, rely on nothing that only its ledger proves.")
}

// openAlarms are the alarms that wait for people.
func openAlarms(ctx context.Context, tx *db.Tx, r *web.Request) ([]alarmLine, error) {
	all, err := OpenAlarms(ctx, tx)
	if err != nil {
		return nil, err
	}
	return alarmLines(ctx, tx, r, all)
}

func (x *Exchange) settleAlarm(r *web.Request) error {
	return x.decide(r, language.M("What was the matter stands in the record now."), func(n, entry id.ID) error {
		if err := errs.WithFields(r.Form().Need(2000, "matter")...); err != nil {
			return err
		}
		a, err := id.Parse(r.Form().Get("alarm"))
		if err != nil {
			return err
		}
		return x.SettleAlarm(r.Ctx(), r.Person, n, a, r.Form().Get("matter"), entry)
	})
}
