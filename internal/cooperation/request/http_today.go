package request

import (
	"context"

	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// todo is one kind of thing that waits for a person, with the act by which they are done with it.
type todo struct {
	heading string
	act     access.Act
	below   string // where the act is done, below the request's address
	now     func(Request) bool
}

// todos lists what can wait for someone, in the order in which it presses.
func todos() []todo {
	in := func(d Direction, states ...State) func(Request) bool {
		return func(r Request) bool { return r.Direction == d && isOne(r.State, states) }
	}
	return []todo{
		{language.M("Questions to answer"), "request.answer", "answer", in(Out, NeedsInformation)},
		{language.M("To decide"), "request.accept", "", in(In, Received, Acknowledged, Postponed)},
		{language.M("To carry out"), "request.execute", "", in(In, Accepted, Executing, PartlyExecuted)},
		{language.M("To hand over"), "request.deliver", "deliver", in(In, Executed)},
		{language.M("To sign"), "request.sign", "sign", in(Out, Approved)},
		{language.M("To send"), "request.transmit", "send", in(Out, Signed)},
		{language.M("To review"), "request.approve", "", in(Out, InReview)},
		{language.M("Drafts to finish"), "request.submit", "draft", in(Out, Draft)},
		{language.M("To look at and close"), "request.close", "", in(Out, EvidenceSent, EvidenceReceived, Refused)},
	}
}

// TodayLine is one thing that another slice has for a person to do, or to look at.
type TodayLine struct {
	Text string // in the person's language
	Href string
}

// OnToday names who has lines for the page of the day; it is called while the node is wired. A line is made only for
// whom it is: the slice asks what the person may do.
func (q *Requests) OnToday(ask func(r *web.Request) ([]TodayLine, error)) {
	q.today = append(q.today, ask)
}

func isOne(s State, of []State) bool {
	for _, o := range of {
		if s == o {
			return true
		}
	}
	return false
}

type todayPage struct {
	Clocks   []clockLine
	Incoming web.Table
	Lists    []web.Table
	Waiting  web.Table
	Others   []TodayLine // what other slices have for this person
	Draft    bool
	Empty    bool
}

func (q *Requests) showToday(r *web.Request) error {
	p := todayPage{Draft: q.desk.Ever(r.Person, "request.draft")}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		if q.desk.Ever(r.Person, "request.assign") {
			fresh, err := unassigned(ctx, tx)
			if err != nil {
				return err
			}
			p.Incoming = q.registryTable(r, fresh, r.T("Came in and is given to nobody yet"))
		}
		all, err := underWay(ctx, tx)
		if err != nil {
			return err
		}
		if err := q.sortToday(ctx, tx, r, all, &p); err != nil {
			return err
		}
		kept, err := keeping(ctx, tx)
		if err != nil {
			return err
		}
		p.Clocks, err = q.clockLines(ctx, tx, r, append(all, kept...))
		return err
	})
	if err != nil {
		return err
	}
	for _, ask := range q.today {
		lines, err := ask(r)
		if err != nil {
			return err
		}
		p.Others = append(p.Others, lines...)
	}
	p.Empty = len(p.Clocks)+len(p.Incoming.Rows)+len(p.Lists) == 0
	return r.Page("request/today", p)
}

// sortToday puts each request where it belongs: to what the one who asks can do now, or to what waits for the others.
func (q *Requests) sortToday(ctx context.Context, tx *db.Tx, r *web.Request, all []Request, p *todayPage) error {
	mine := map[string][]Request{}
	var theirs []Request
	for _, req := range all {
		// What we have answered for good waits for nobody here, even if they have not closed it yet.
		if req.State.Ball() == other(req.Direction.Side()) && (req.Direction == Out || req.State == NeedsInformation) {
			theirs = append(theirs, req)
		}
		for _, do := range todos() {
			if !do.now(req) || !q.desk.Ever(r.Person, do.act) {
				continue
			}
			ok, _, err := q.may(ctx, tx, r, do.act, req.ID)
			if err != nil {
				return err
			}
			if ok {
				mine[do.heading] = append(mine[do.heading], req)
			}
			break
		}
	}
	for _, do := range todos() {
		if list := mine[do.heading]; len(list) > 0 {
			p.Lists = append(p.Lists, q.todoTable(r, r.T(do.heading), list, do.below))
		}
	}
	p.Waiting = q.todoTable(r, r.T("Waits for the other State"), theirs, "")
	return nil
}

func (q *Requests) todoTable(r *web.Request, caption string, list []Request, below string) web.Table {
	t := web.Table{Caption: caption, Columns: []web.Column{
		{Label: r.T("Request")}, {Label: r.T("The other State")}, {Label: r.T("What is asked")}, {Label: r.T("How it stands")}, {Label: r.T("Since")},
	}}
	for _, req := range list {
		to := at(req.ID)
		if below != "" {
			to = at(req.ID, below)
		}
		t.Rows = append(t.Rows, []any{
			web.Link{Text: req.name(r.Printer), Href: to}, r.Country(req.TheirState), q.typeNames(req.Measures(), r.Printer),
			req.State.tag(r.Printer), string(r.Date(req.Since)),
		})
	}
	return t
}
