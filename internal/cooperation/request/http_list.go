package request

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// perPage is how many requests stand on one page of a list.
const perPage = 25

type listPage struct {
	Form       *web.Form
	Directions []web.Choice
	States     []web.Choice
	Peers      []web.Choice
	Only       []web.Choice
	Table      web.Table
	Pager      web.Pager
	Narrowed   bool   // some filter is in use
	CSV        string // where the same list is a file
	Draft      bool
	Button     web.Button
}

// maxSearch is the longest text that is searched for, in characters.
const maxSearch = 200

// The filters that aren't a column: what concerns the reader, and what has a time that runs.
const (
	onlyMine = "mine"
	onlyDue  = "due"
)

// filterOf reads the filters from the address, where they stay.
func filterOf(r *web.Request) (f Filter, due bool) {
	f = Filter{
		Direction: Direction(r.Query("direction")), State: State(r.Query("state")), Their: r.Query("their"),
		Case: id.ID(r.Query("case")), Words: strings.TrimSpace(r.Query("q")), Before: id.ID(r.Query("before")), Limit: perPage + 1,
	}
	if long := []rune(f.Words); len(long) > maxSearch {
		f.Words = string(long[:maxSearch])
	}
	only := strings.Fields(strings.Join(r.HTTP.URL.Query()["only"], " "))
	if slices.Contains(only, onlyMine) {
		f.Part = r.Person.ID
	}
	return f, slices.Contains(only, onlyDue)
}

// showList shows the requests that the one who asks may know of.
func (q *Requests) showList(r *web.Request) error {
	f, due := filterOf(r)
	p := listPage{
		Form:       web.NewForm(map[string]string{"direction": string(f.Direction), "state": string(f.State), "their": f.Their, "case": string(f.Case), "q": f.Words}),
		Directions: []web.Choice{{Value: string(Out), Label: r.T("We ask")}, {Value: string(In), Label: r.T("We are asked")}},
		States:     stateChoices(r.Printer), Peers: q.stateChoices(r.Printer, ""),
		Only: []web.Choice{{Value: onlyMine, Label: r.T("Only those in which I have a part")}, {Value: onlyDue, Label: r.T("Only those with a time that runs")}},
		CSV:  listAddress("/requests/list.csv", f, due, ""), Narrowed: listAddress("", f, due, "") != "",
		Draft: q.desk.Ever(r.Person, "request.draft"), Button: web.Button{Text: r.T("Show"), Kind: "secondary"},
	}
	p.Form.Values["only"] = onlyOf(f, due)
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := q.listed(ctx, tx, r, f, due)
		if err != nil {
			return err
		}
		if !due && len(list) > perPage {
			list = list[:perPage]
			p.Pager.Next = listAddress("/requests", f, due, list[perPage-1].ID)
		}
		p.Table, err = q.listTable(ctx, tx, r, list)
		return err
	})
	if err != nil {
		return err
	}
	if f.Before != "" {
		p.Pager.Previous = listAddress("/requests", f, due, "")
	}
	return r.Page("request/list", p)
}

// listed reads a page of the list. Those with a time that runs are all on one page, what ends first on top: the time is
// computed, so no database can sort by it.
func (q *Requests) listed(ctx context.Context, tx *db.Tx, r *web.Request, f Filter, due bool) ([]Request, error) {
	if !due {
		return List(ctx, tx, f)
	}
	f.Before, f.Limit = "", openLimit
	list, err := List(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	lines, err := q.clockLines(ctx, tx, r, list)
	var running []Request
	for _, l := range lines {
		if !slices.ContainsFunc(running, func(have Request) bool { return have.ID == l.Request.ID }) {
			running = append(running, l.Request)
		}
	}
	return running, err
}

func onlyOf(f Filter, due bool) (only []string) {
	if f.Part != "" {
		only = append(only, onlyMine)
	}
	if due {
		only = append(only, onlyDue)
	}
	return only
}

// listAddress is an address with the same filters.
func listAddress(path string, f Filter, due bool, before id.ID) string {
	v := url.Values{}
	for name, value := range map[string]string{
		"direction": string(f.Direction), "state": string(f.State), "their": f.Their, "case": string(f.Case), "q": f.Words, "before": string(before),
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if only := onlyOf(f, due); len(only) > 0 {
		v["only"] = only
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

func stateChoices(p *language.Printer) []web.Choice {
	var all []web.Choice
	for _, s := range []State{
		Draft, InReview, Approved, Signed, Transmitted, Received, Acknowledged, NeedsInformation, Accepted, Postponed, Executing,
		PartlyExecuted, Executed, EvidenceSent, EvidenceReceived, Refused, Withdrawn, Misdirected, Closed,
	} {
		all = append(all, web.Choice{Value: string(s), Label: p.T(s.Said())})
	}
	return all
}

// stateChoices offers the States that the directory knows an authority of, but our own, in the order of their names.
// also is offered in any case.
func (q *Requests) stateChoices(p *language.Printer, also string) []web.Choice {
	var codes []string
	if also != "" {
		codes = append(codes, also)
	}
	for _, a := range q.directory.All() {
		if a.State != q.exchange.Self().State() {
			codes = append(codes, a.State)
		}
	}
	var all []web.Choice
	for _, c := range distinct(codes) {
		if name := p.Country(c); name != c { // an organization is no State: nothing is asked of it
			all = append(all, web.Choice{Value: c, Label: name})
		}
	}
	language.Sort(p, all, func(c web.Choice) string { return c.Label })
	return all
}

func (q *Requests) listTable(ctx context.Context, tx *db.Tx, r *web.Request, list []Request) (web.Table, error) {
	t := web.Table{
		Caption: r.T("Requests, newest first"), Empty: r.T("There are no requests here."),
		Columns: []web.Column{
			{Label: r.T("Request")}, {Label: r.T("From whom to whom")}, {Label: r.T("What is asked")}, {Label: r.T("How it stands")},
			{Label: r.T("Since")}, {Label: r.T("Next end of a time")}, {Label: r.T("Who is next")},
		},
	}
	for _, req := range list {
		next, err := q.nextEnd(ctx, tx, r, req)
		if err != nil {
			return t, err
		}
		t.Rows = append(t.Rows, []any{
			web.Link{Text: req.name(r.Printer), Href: at(req.ID)}, q.fromTo(r.Printer, req), q.typeNames(req.Measures(), r.Printer),
			req.State.tag(r.Printer), string(r.Date(req.Since)), next, q.ball(r.Printer, req),
		})
	}
	return t, nil
}

// nextEnd is the day on which the next time of a request ends, by the requested authority's clocks; "–" for none.
func (q *Requests) nextEnd(ctx context.Context, tx *db.Tx, r *web.Request, req Request) (string, error) {
	lines, err := q.clockLines(ctx, tx, r, []Request{req})
	if err != nil || len(lines) == 0 {
		return "–", err
	}
	return day(r.Printer, string(lines[0].Clock.End)), nil
}

// fromTo says who asks whom.
func (q *Requests) fromTo(p *language.Printer, r Request) string {
	from, to := q.exchange.Self().State(), r.TheirState
	if r.Direction == In {
		from, to = to, from
	}
	return p.T("{from} asks {to}", "from", p.Country(from), "to", p.Country(to))
}

// ball says who has to do something next.
func (q *Requests) ball(p *language.Printer, r Request) string {
	switch r.State.Ball() {
	case "":
		return p.T("Nobody")
	case r.Direction.Side():
		return p.T("We")
	}
	return p.Country(r.TheirState)
}
