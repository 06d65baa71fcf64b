package request

import (
	"context"
	"time"

	"comity/internal/base/language"
	"comity/internal/cooperation/casefile"
	"comity/internal/cooperation/evidence"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// happening is one thing in the correspondence.
type happening struct {
	Title string
	Who   string
	When  time.Time
	Ours  bool
	Said  []web.Row
	Proof string  // where its entry in the ledger is shown, "" when the reader may not see it
	Found []found // what our rules say of what the other side said
	Post  string  // where our message stands, "" when nothing travelled
}

// showPage answers what has happened to a request and what is next.
type showPage struct {
	Request  Request
	Name     string
	State    web.Tag
	Head     []web.Row
	Do       []web.Link // what this person can do now, what presses most first
	Other    []web.Link // what else they can do
	Not      []string   // why something else can't be done yet
	Measures web.Table
	Clocks   []clockLine
	Happened []happening
	People   web.Table
	Below    []web.Link
}

// mostOffered is how many things a page offers as buttons; the others stand below as links.
const mostOffered = 3

func (q *Requests) showRequest(r *web.Request) error {
	var p showPage
	err := q.about(r, "request.read", func(ctx context.Context, tx *db.Tx, req Request) error {
		p.Request, p.Name, p.State = req, req.name(r.Printer), req.State.tag(r.Printer)
		moves, err := Moves(ctx, tx, req.ID)
		if err != nil {
			return err
		}
		for _, fill := range []func(context.Context, *db.Tx, *web.Request, *showPage, []Moved) error{
			q.fillHead, q.fillDo, q.fillMeasures, q.fillClocks, q.fillHappened, q.fillPeople,
		} {
			if err := fill(ctx, tx, r, &p, moves); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("request/show", p)
}

func (q *Requests) fillHead(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage, _ []Moved) error {
	req := p.Request
	a, err := req.answers()
	if err != nil {
		return err
	}
	k, err := casefile.Get(ctx, tx, req.Case)
	if err != nil {
		return err
	}
	given, err := q.names(ctx, tx, req.ID, partAssignee)
	if err != nil {
		return err
	}
	var names []string
	for _, code := range bases(a) {
		names = append(names, q.treatyName(string(code), r.Printer))
	}
	rows := []web.Row{
		{Key: r.T("From whom to whom"), Value: q.fromTo(r.Printer, req)},
		{Key: r.T("The other authority"), Value: q.authority(req.TheirAuthority, r.Printer)},
	}
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, web.Row{Key: key, Value: value})
		}
	}
	add(r.T("Legal basis"), string(r.And(names)))
	add(r.T("Since"), string(r.When(req.Since)))
	add(r.T("Who is next"), q.ball(r.Printer, req))
	add(r.T("Number at the executing authority"), req.OwnReference)
	add(r.T("Given to"), given)
	p.Head = append(rows, web.Row{Key: r.T("Case"), Value: k.Number + " · " + k.Title, Actions: []web.Link{{Text: r.T("Open this case"), Href: "/cases/" + string(req.Case), Hidden: k.Number}}})
	p.Below = q.below(r, req)
	return nil
}

func (q *Requests) treatyName(code string, p *language.Printer) string {
	for _, t := range q.law.Treaties.All() {
		if string(t.Code) == code {
			return t.Name(p.Tag())
		}
	}
	return code
}

// below are the pages below a request's own.
func (q *Requests) below(r *web.Request, req Request) []web.Link {
	links := []web.Link{
		{Text: r.T("The answers, section by section"), Href: at(req.ID, "draft")},
		{Text: r.T("What the rules find"), Href: at(req.ID, "check")},
		{Text: r.T("The letter, in six languages"), Href: at(req.ID, "letter")},
	}
	if isOne(req.State, []State{Draft, InReview, Approved}) {
		return links
	}
	return append(links,
		web.Link{Text: r.T("The signed letter (PDF)"), Href: at(req.ID, "signed.pdf")},
		web.Link{Text: r.T("Evidence of this request"), Href: evidence.ListPath(req.Case, req.Reference)},
	)
}
