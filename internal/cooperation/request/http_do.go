package request

import (
	"context"
	"slices"
	"strconv"

	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

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
		if !f.now(p.Request) || f.move == "refuse" && !proposedSince(moves) || f.move == "status.answer" && !statusOpen(moves) {
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

// statusOpen says whether the other side asked how far the request is, and nothing has told it since.
func statusOpen(moves []Moved) bool {
	open := false
	for _, m := range moves {
		switch {
		case m.Move == "status":
			open = true
		case slices.Contains(tells, m.Move):
			open = false
		}
	}
	return open
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

func (q *Requests) fillClocks(ctx context.Context, tx *db.Tx, r *web.Request, p *showPage, moves []Moved) (err error) {
	p.Clocks, err = q.clockLinesOf(ctx, tx, r, p.Request, moves)
	return err
}
