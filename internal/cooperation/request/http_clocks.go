package request

import (
	"cmp"
	"context"
	"slices"
	"time"

	"comity/internal/cooperation/rule"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// clockLine is a length of time that somebody has to watch.
type clockLine struct {
	rule.Clock
	Request Request
	Name    string
	Days    int // left; negative when it is over
	State   web.Tag
	End     time.Time
	Treaty  string
}

// clockLines finds the lengths of time that run for the requests, those that end first on top.
func (q *Requests) clockLines(ctx context.Context, tx *db.Tx, r *web.Request, all []Request) ([]clockLine, error) {
	var lines []clockLine
	for _, req := range all {
		if isOne(req.State, []State{Draft, InReview, Approved, Signed, Transmitted, Received}) {
			continue // nothing has begun yet that a clock could count from
		}
		moves, err := Moves(ctx, tx, req.ID)
		if err != nil {
			return nil, err
		}
		found, err := q.clocks(req, moves)
		if err != nil {
			return nil, err
		}
		for _, c := range running(found, r.Now()) {
			lines = append(lines, q.clockLine(r, req, c))
		}
	}
	sortByEnd(lines)
	return lines, nil
}

func sortByEnd(lines []clockLine) {
	slices.SortStableFunc(lines, func(a, b clockLine) int { return cmp.Compare(a.Clock.End, b.Clock.End) })
}

func (q *Requests) clockLine(r *web.Request, req Request, c rule.Clock) clockLine {
	l := clockLine{Clock: c, Request: req, Name: req.name(r.Printer), Treaty: string(c.Treaty)}
	if t, ok := q.law.Treaties.Get(c.Treaty); ok {
		l.Treaty = t.Name(r.Lang())
	}
	if end, err := time.Parse(time.DateOnly, string(c.End)); err == nil {
		today, _ := time.Parse(time.DateOnly, r.Now().UTC().Format(time.DateOnly))
		l.End, l.Days = end, int(end.Sub(today).Hours()/24)
	}
	switch {
	case l.Days < 0:
		l.State = web.Tag{Text: r.T("The time is over"), Colour: "red"}
	case l.Days <= rule.WarnDays:
		l.State = web.Tag{Text: r.N("{n} day left", "{n} days left", l.Days), Colour: "orange"}
	default:
		l.State = web.Tag{Text: r.N("{n} day left", "{n} days left", l.Days), Colour: "green"}
	}
	return l
}
