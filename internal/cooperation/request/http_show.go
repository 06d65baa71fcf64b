package request

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/casefile"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/exchange"
	"comity/internal/engine/access"
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
	Post  string // where our message stands, "" when nothing travelled
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

// offers are the moves as a request's page offers them, what presses most first.
func offers() []moveForm {
	all := []moveForm{
		{move: "edit", path: "draft", title: language.M("Go on writing")},
		{move: "sign", path: "sign", title: language.M("Read and sign it")},
		{move: "transmit", path: "send", title: language.M("Send it")},
		{move: "override", path: "check", title: language.M("Look at what the rules find")},
	}
	return append(all, moveForms()...)
}

func (q *Requests) fillDo(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage, moves []Moved) error {
	for _, f := range offers() {
		if !f.now(p.Request) || f.move == "refuse" && !proposedSince(moves) {
			continue
		}
		ok, why, err := q.may(ctx, tx, r, f.act(), p.Request.ID)
		if err != nil {
			return err
		}
		link := web.Link{Text: r.T(f.title), Href: at(p.Request.ID, f.path)}
		switch {
		case ok && len(p.Do) < mostOffered && f.move != "override" && f.move != "withdraw":
			p.Do = append(p.Do, link)
		case ok:
			p.Other = append(p.Other, link)
		case why != "" && q.desk.Ever(r.Person, f.act()):
			p.Not = append(p.Not, r.T("{act}: {reason}", "act", language.Plain(r.T(f.title)), "reason", language.Plain(why)))
		}
	}
	return nil
}

func proposedSince(moves []Moved) bool {
	for _, m := range moves {
		if m.Move == "refuse.propose" {
			return true
		}
	}
	return false
}

func (q *Requests) fillMeasures(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage, _ []Moved) error {
	list, err := measuresOf(ctx, tx, p.Request)
	p.Measures = web.Table{
		Caption: r.T("What is asked"), Empty: r.T("Nothing is asked yet."),
		Columns: []web.Column{{Label: r.T("Measure")}, {Label: r.T("What is asked")}, {Label: r.T("How it stands")}, {Label: r.T("In words")}},
	}
	if p.Request.Direction == Out {
		p.Measures.Columns = p.Measures.Columns[:2]
	}
	for _, m := range list {
		row := []any{strconv.FormatInt(m.N, 10), q.typeName(m.Type, r.Printer)}
		if p.Request.Direction == In {
			row = append(row, r.T(measureSaid(m.State)), m.Result)
		}
		p.Measures.Rows = append(p.Measures.Rows, row)
	}
	return err
}

func (q *Requests) fillClocks(_ context.Context, tx *db.Tx, r *web.Request, p *showPage, moves []Moved) error {
	found, err := q.clocks(p.Request, moves)
	for _, c := range running(found, tx.Now()) {
		p.Clocks = append(p.Clocks, q.clockLine(r, p.Request, c))
	}
	sortByEnd(p.Clocks)
	return err
}

func (q *Requests) fillHappened(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage, moves []Moved) error {
	names := map[id.ID]string{}
	proposal, _, err := proposedIn(ctx, tx, p.Request.ID)
	if err != nil {
		return err
	}
	for i, m := range moves {
		if m.Move == "refuse.propose" && !slices.ContainsFunc(moves[i+1:], func(later Moved) bool { return later.Move == m.Move }) {
			m.Response = proposal
		}
		h := happening{Title: r.T(happened(m.Move)), When: m.At, Ours: m.Ours, Said: q.said(r.Printer, m.Response), Who: r.Country(p.Request.TheirState)}
		if m.Ours {
			who, err := q.person(ctx, tx, r, names, m.Person)
			if err != nil {
				return err
			}
			h.Who = who
		}
		if m.Ours && m.Message != "" {
			post, err := exchange.PostOf(ctx, tx, m.Message)
			if err != nil {
				return err
			}
			h.Post = r.T(posted(post.State))
		}
		p.Happened = append(p.Happened, h)
	}
	return nil
}

// person is the name of who moved; moves of the house have none.
func (q *Requests) person(ctx context.Context, tx *db.Tx, r *web.Request, names map[id.ID]string, n id.ID) (string, error) {
	if n == "" {
		return r.T("This installation"), nil
	}
	if name, ok := names[n]; ok {
		return name, nil
	}
	a, err := access.Find(ctx, tx, n)
	names[n] = a.Name
	return a.Name, err
}

func (q *Requests) fillPeople(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage, _ []Moved) error {
	p.People = web.Table{Caption: r.T("People who see it"), Columns: []web.Column{{Label: r.T("Name of the person")}, {Label: r.T("Part in it")}}}
	played := map[id.ID][]string{}
	for _, part := range []string{partDrafter, partAssignee, partProposer} {
		ids, err := parts(ctx, tx, p.Request.ID, part)
		if err != nil {
			return err
		}
		for _, n := range ids {
			played[n] = append(played[n], r.T(map[string]string{
				partDrafter: language.M("has drafted"), partAssignee: language.M("carries it out"), partProposer: language.M("has proposed to refuse"),
			}[part]))
		}
	}
	members, err := access.Members(ctx, tx, p.Request.Case)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Excluded {
			continue
		}
		a, err := access.Find(ctx, tx, m.Person)
		if err != nil {
			return err
		}
		p.People.Rows = append(p.People.Rows, []any{a.Name, strings.Join(played[m.Person], ", ")})
	}
	return nil
}
