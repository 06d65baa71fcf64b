package request

import (
	"context"
	"net/url"

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
	Table      web.Table
	Pager      web.Pager
	Draft      bool
	Button     web.Button
}

// showList shows the requests that the one who asks may know of. The filters stay in the address.
func (q *Requests) showList(r *web.Request) error {
	f := Filter{
		Direction: Direction(r.Query("direction")), State: State(r.Query("state")), Their: r.Query("their"),
		Case: id.ID(r.Query("case")), Before: id.ID(r.Query("before")), Limit: perPage + 1,
	}
	p := listPage{
		Form:       web.NewForm(map[string]string{"direction": string(f.Direction), "state": string(f.State), "their": f.Their, "case": string(f.Case)}),
		Directions: []web.Choice{{Value: string(Out), Label: r.T("We ask")}, {Value: string(In), Label: r.T("We are asked")}},
		States:     stateChoices(r.Printer), Peers: q.stateChoices(r.Printer, ""),
		Draft: q.desk.Ever(r.Person, "request.draft"), Button: web.Button{Text: r.T("Show"), Kind: "secondary"},
	}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := List(ctx, tx, f)
		if err != nil {
			return err
		}
		if len(list) > perPage {
			list = list[:perPage]
			p.Pager.Next = listAddress(f, list[perPage-1].ID)
		}
		p.Table = q.listTable(r, list)
		return nil
	})
	if err != nil {
		return err
	}
	if f.Before != "" {
		p.Pager.Previous = listAddress(f, "")
	}
	return r.Page("request/list", p)
}

// listAddress is the address of a page of the list with the same filters.
func listAddress(f Filter, before id.ID) string {
	v := url.Values{}
	for name, value := range map[string]string{
		"direction": string(f.Direction), "state": string(f.State), "their": f.Their, "case": string(f.Case), "before": string(before),
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return "/requests"
	}
	return "/requests?" + v.Encode()
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

func (q *Requests) listTable(r *web.Request, list []Request) web.Table {
	t := web.Table{
		Caption: r.T("Requests, newest first"), Empty: r.T("There are no requests here."),
		Columns: []web.Column{
			{Label: r.T("Request")}, {Label: r.T("From whom to whom")}, {Label: r.T("What is asked")}, {Label: r.T("How it stands")},
			{Label: r.T("Since")}, {Label: r.T("Who is next")},
		},
	}
	for _, req := range list {
		t.Rows = append(t.Rows, []any{
			web.Link{Text: req.name(r.Printer), Href: at(req.ID)}, q.fromTo(r.Printer, req), q.typeNames(req.Measures(), r.Printer),
			req.State.tag(r.Printer), string(r.Date(req.Since)), q.ball(r.Printer, req),
		})
	}
	return t
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
