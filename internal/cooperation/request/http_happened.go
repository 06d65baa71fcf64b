package request

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// fillHappened lists the correspondence: who did what, in which words, and where our messages stand.
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
		if m.GivenTo != "" {
			to, err := q.person(ctx, tx, r, names, m.GivenTo)
			if err != nil {
				return err
			}
			h.Title = r.T("Given to {person}", "person", to)
		}
		if m.Entry != "" && q.desk.Ever(r.Person, "ledger.read") {
			h.Proof = "/ledger/" + string(m.Entry)
		}
		if m.Ours && m.Message != "" {
			post, err := exchange.PostOf(ctx, tx, m.Message)
			if err != nil {
				return err
			}
			h.Post = r.T(posted(post.State))
		}
		if h.Found, err = q.foundIn(r, p.Request, m); err != nil {
			return err
		}
		p.Happened = append(p.Happened, h)
	}
	return nil
}

// foundIn puts the rules on answers to what the other side said, as it did itself before it sent it (UNTOC 18(26) and
// the like): whoever was refused learns on which ground no refusal stands.
func (q *Requests) foundIn(r *web.Request, req Request, m Moved) ([]found, error) {
	mv, ok := MoveNamed(m.Move)
	if m.Ours || !ok || m.Response.Kind == "" {
		return nil, nil
	}
	all, err := q.law.CheckResponse(req.Answers, m.Response, req.Exercise, m.At)
	if err != nil {
		return nil, fmt.Errorf("rules on the %s that came: %w", mv.Name, err)
	}
	var list []found
	for _, f := range all {
		if !f.Info {
			list = append(list, q.shownFinding(r, req, f))
		}
	}
	return list, nil
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
