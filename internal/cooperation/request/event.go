package request

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/treaty"
	"comity/internal/desk"
	"comity/internal/engine/envelope"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// tells are the requested side's moves that say how far a request is: each answers an open question on progress. The
// moves that end a request end the question with it.
var tells = []string{
	"acknowledge", "forward", "ask", "accept", "condition", "postpone", "refuse", "progress", "status.answer", "deliver", "withdraw", "close",
}

// events are what the clocks of the treaties listen to, in the order in which they happened: which of the request's
// moves start and stop what. office is where the requested authority sits: its days count. expedited says that the
// request went by fax or e-mail to a State that wants it confirmed.
func events(r Request, a instrument.Answers, moves []Moved, office *time.Location, expedited bool) []rule.Event {
	on := func(t time.Time) treaty.Date { return treaty.Date(t.In(office).Format(time.DateOnly)) }
	var all []rule.Event
	add := func(kind string, day treaty.Date) {
		all = append(all, rule.Event{Kind: kind, On: day, Ref: r.Reference})
	}
	waits := a.Get("request/via") == "oral" || expedited
	switch {
	case expedited:
		add("expedited request", treaty.Date(a.Get("request/date")))
	case waits:
		add("oral request", treaty.Date(a.Get("request/date")))
	}
	if day := a.Get("request/urgency/confirmed"); waits && day != "" {
		add("written confirmation", treaty.Date(day))
	}
	for _, m := range moves {
		switch {
		case m.Move == "transmit" && waits:
			add("written confirmation", on(m.At)) // what is sent here is in writing
		case m.Move == "status":
			add("status asked", on(m.At))
		case slices.Contains(tells, m.Move):
			add("answered", on(m.At))
		}
		if m.Response.Preserved != "" {
			all = preserved(all, rule.Event{
				Kind: "preserved", On: treaty.Date(m.Response.Preserved), Until: treaty.Date(m.Response.Until),
				Ref: strings.Join(append([]string{r.Reference}, m.Response.Measure...), "/"),
			})
		}
	}
	return all
}

// preserved puts what was told last of the same data in the place of what was told before: a preservation that is
// prolonged has one end, the new one.
func preserved(all []rule.Event, e rule.Event) []rule.Event {
	all = slices.DeleteFunc(all, func(old rule.Event) bool { return old.Kind == e.Kind && old.Ref == e.Ref })
	return append(all, e)
}

// clocks computes the lengths of time of a request, from its moves and from the requests that follow it. Which there
// are is the treaties' to say.
func (q *Requests) clocks(ctx context.Context, tx *db.Tx, r Request, moves []Moved) ([]rule.Clock, error) {
	if isOne(r.State, []State{Withdrawn, Misdirected}) {
		return nil, nil // nobody waits for anything any more
	}
	a, err := r.answers()
	if err != nil {
		return nil, err
	}
	office := q.executing(r)
	all := events(r, a, moves, office, q.wantsConfirmation(a))
	came, err := followed(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	if !came.IsZero() {
		day := treaty.Date(came.In(office).Format(time.DateOnly))
		for _, e := range slices.Clone(all) {
			if e.Kind == "preserved" {
				all = append(all, rule.Event{Kind: "follow-up received", On: max(day, e.On), Ref: e.Ref})
			}
		}
	}
	var found []rule.Clock
	for _, code := range bases(a) {
		t, ok := q.law.Treaties.Get(code)
		if !ok {
			continue
		}
		for _, kind := range distinct(r.Measures()) {
			for _, c := range rule.Clocks(t, kind, all) {
				if !slices.Contains(found, c) { // a clock of every kind of measure runs once
					found = append(found, c)
				}
			}
		}
	}
	return found, nil
}

// wantsConfirmation says whether a request goes by expedited means to a State that has published that it wants a formal
// confirmation (Convention on Cybercrime, article 25(3)).
func (q *Requests) wantsConfirmation(a instrument.Answers) bool {
	via := a.Get("request/via")
	return (via == "fax" || via == "mail") && q.law.Rules.State(a.Get("request/requested/state")).Value("confirmation") != ""
}

// watched are the clocks that somebody has to watch: those that run, and those that ran out.
func watched(all []rule.Clock, now time.Time, office *time.Location) []rule.Clock {
	today := treaty.Date(now.In(office).Format(time.DateOnly))
	var left []rule.Clock
	for _, c := range all {
		if p := c.Phase(today); p != rule.Stopped && (p != rule.Lapsed || c.Stopped == "") {
			left = append(left, c)
		}
	}
	return left
}

// quote notes which preservations a request that has left or come in quotes, so that their clocks find it.
func quote(ctx context.Context, c *desk.Change, n id.ID, answers []byte) error {
	a, err := instrument.ParseAnswers(answers)
	if err != nil {
		return err
	}
	for i := range min(a.Count("request/earlier"), maxMeasures) {
		at := "request/earlier[" + strconv.Itoa(i+1) + "]/"
		ref := strings.TrimSpace(a.Get(at + "ref"))
		if a.Get(at+"kind") != "preservation" || ref == "" {
			continue
		}
		if _, err := c.Exec(ctx, `
			INSERT INTO request_earlier (reference, request_id) VALUES (?, ?) ON CONFLICT (reference, request_id) DO NOTHING`, ref, n); err != nil {
			return err
		}
	}
	return nil
}

// followed is when the requested side received the first request that quotes this one as its preservation; zero while
// none has come. It looks at no scope: that a deadline is kept is for all to know who watch it.
func followed(ctx context.Context, tx *db.Tx, r Request) (time.Time, error) {
	if r.Reference == "" {
		return time.Time{}, nil
	}
	rows, err := tx.Query(ctx, `
		SELECT `+columns+` FROM request_earlier e JOIN request ON request.id = e.request_id
		WHERE e.reference IN (?, ?) AND request.direction = ? AND request.peer = ? ORDER BY request.id LIMIT ?`,
		r.Reference, r.OwnReference, r.Direction, r.Peer, openLimit)
	list, err := db.Collect(rows, err, scan)
	if err != nil {
		return time.Time{}, err
	}
	var first time.Time
	for _, next := range list {
		came, err := arrivedAt(ctx, tx, next)
		if err != nil {
			return first, err
		}
		if !came.IsZero() && (first.IsZero() || came.Before(first)) {
			first = came
		}
	}
	return first, nil
}

// arrivedAt is when the requested side received a request: by our own book for what came in, by its receipt for ours,
// and when its receipt is still on its way, by its first move. Zero while none of them is there.
func arrivedAt(ctx context.Context, tx *db.Tx, r Request) (time.Time, error) {
	if r.Direction == In {
		return r.Created, nil
	}
	moves, err := Moves(ctx, tx, r.ID)
	if err != nil {
		return time.Time{}, err
	}
	for _, m := range moves {
		if !m.Ours {
			return m.At, nil
		}
		if m.Move != "transmit" || m.Message == "" {
			continue
		}
		post, err := exchange.PostOf(ctx, tx, m.Message)
		if err != nil {
			return time.Time{}, err
		}
		if post.Receipt != nil && post.Receipt.Result == envelope.Accepted {
			return post.Receipt.ReceivedAt, nil
		}
	}
	return time.Time{}, nil
}
