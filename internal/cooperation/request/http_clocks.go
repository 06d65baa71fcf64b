package request

import (
	"cmp"
	"context"
	"slices"
	"time"

	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/treaty"
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
	Ends    []localEnd // the same end where each side reads it
	Treaty  string
}

// localEnd is an end as the clocks of one place show it.
type localEnd struct {
	Place string // "" for universal time
	At    time.Time
}

// clockLines finds the lengths of time that run for the requests, those that end first on top.
func (q *Requests) clockLines(ctx context.Context, tx *db.Tx, r *web.Request, all []Request) ([]clockLine, error) {
	var lines []clockLine
	for _, req := range all {
		some, err := q.clockLinesOf(ctx, tx, r, req, nil)
		if err != nil {
			return nil, err
		}
		lines = append(lines, some...)
	}
	slices.SortStableFunc(lines, func(a, b clockLine) int { return cmp.Compare(a.Clock.End, b.Clock.End) })
	return lines, nil
}

// clockLinesOf are the lines of one request; moves are read when they are nil.
func (q *Requests) clockLinesOf(ctx context.Context, tx *db.Tx, r *web.Request, req Request, moves []Moved) ([]clockLine, error) {
	if moves == nil {
		var err error
		if moves, err = Moves(ctx, tx, req.ID); err != nil {
			return nil, err
		}
	}
	found, err := q.clocks(ctx, tx, req, moves)
	if err != nil {
		return nil, err
	}
	var lines []clockLine
	for _, c := range watched(found, r.Now(), q.executing(req)) {
		lines = append(lines, q.clockLine(r, req, c))
	}
	return lines, nil
}

func (q *Requests) clockLine(r *web.Request, req Request, c rule.Clock) clockLine {
	l := clockLine{Clock: c, Request: req, Name: req.name(r.Printer), Treaty: string(c.Treaty)}
	if t, ok := q.law.Treaties.Get(c.Treaty); ok {
		l.Treaty = t.Name(r.Lang())
	}
	office := q.executing(req)
	if end, err := time.ParseInLocation(time.DateOnly, string(c.End), office); err == nil {
		l.Ends = q.ends(r, req, end.AddDate(0, 0, 1).Add(-time.Minute))
		l.Days = daysLeft(c.End, r.Now().In(office))
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

// daysLeft counts calendar days, whatever hours a change of the clocks adds or takes.
func daysLeft(end treaty.Date, now time.Time) int {
	last, err := time.Parse(time.DateOnly, string(end))
	if err != nil {
		return 0
	}
	today, err := time.Parse(time.DateOnly, now.Format(time.DateOnly))
	if err != nil {
		return 0
	}
	return int(last.Sub(today).Hours() / 24)
}

// ends says one instant by the clocks of both authorities and of the world. A zone that the directory doesn't know is
// left out.
func (q *Requests) ends(r *web.Request, req Request, at time.Time) []localEnd {
	var all []localEnd
	for _, side := range []struct{ authority, state string }{
		{q.exchange.Self().Authority(), q.exchange.Self().State()}, {req.TheirAuthority, req.TheirState},
	} {
		if zone, ok := q.directory.Zone(side.authority); ok {
			all = append(all, localEnd{r.Country(side.state), at.In(zone)})
		}
	}
	return append(all, localEnd{At: at.UTC()})
}

// executing is the zone of the requested authority: a day ends where somebody has to have acted. Universal time stands
// in for a zone that nobody knows.
func (q *Requests) executing(r Request) *time.Location {
	authority := r.TheirAuthority
	if r.Direction == In {
		authority = q.exchange.Self().Authority()
	}
	if zone, ok := q.directory.Zone(authority); ok {
		return zone
	}
	return time.UTC
}
