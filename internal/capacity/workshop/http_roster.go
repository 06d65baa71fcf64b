package workshop

import (
	"context"
	"encoding/csv"
	"io"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type rosterPage struct {
	head
	Letter  bool      // typed from a letter
	Rows    web.Table // what was read, before anything is stored
	Ready   bool      // no row is wrong
	Again   string
	Preview web.Button
	Enter   web.Button
}

func (q *Workshops) showRoster(r *web.Request) error       { return q.rosterForm(r, "seat.nominate") }
func (q *Workshops) showLetterRoster(r *web.Request) error { return q.rosterForm(r, "seat.type") }

func (q *Workshops) rosterForm(r *web.Request, act access.Act) error {
	p, err := q.rosterPage(r, act, nil)
	if err != nil {
		return err
	}
	return r.Page("workshop/roster", p)
}

func (q *Workshops) rosterPage(r *web.Request, act access.Act, rows []Row) (p rosterPage, err error) {
	p = rosterPage{Letter: act == "seat.type", Ready: len(rows) > 0, Again: r.HTTP.URL.Path, Preview: web.Button{Text: r.T("Look at the list first")}, Enter: web.Button{Text: r.T("Name these people"), Name: "do", Value: "enter"}}
	p.Rows = web.Table{Caption: r.T("What was read. Nothing is stored yet."), Columns: []web.Column{{Label: r.T("Row"), Numeric: true}, {Label: r.T("Name")}, {Label: r.T("E-mail address")},
		{Label: r.T("Role")}, {Label: r.T("State")}, {Label: r.T("Organisation")}, {Label: r.T("How it stands")}}}
	for _, row := range rows {
		is := web.Tag{Text: r.T("In order"), Colour: "green"}
		if len(row.Faults) > 0 {
			is, p.Ready = web.Tag{Text: r.T("To be corrected"), Colour: "red"}, false
		}
		c := row.Cells
		p.Rows.Rows = append(p.Rows.Rows, []any{row.N, c[0], c[1], c[2], c[3], c[4], is})
	}
	p.head, err = q.on(r, act, func(context.Context, *db.Tx, Workshop) error { return nil })
	return p, err
}

func (q *Workshops) roster(r *web.Request) error       { return q.takeRoster(r, "seat.nominate") }
func (q *Workshops) letterRoster(r *web.Request) error { return q.takeRoster(r, "seat.type") }

// takeRoster reads a list that was pasted or sent as a file, and shows what was read. Only the button of that page, with no
// row wrong at that moment, enters anything.
func (q *Workshops) takeRoster(r *web.Request, act access.Act) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	rows, err := q.readRoster(r, n, act)
	if err == nil && act == "seat.type" {
		err = errs.WithFields(checkSum("letter", r.Form().Get("letter"))...)
	}
	if err == nil {
		err = errs.WithFields(faultsOf(rows)...)
	}
	if err == nil && r.Form().Get("do") == "enter" {
		return q.enterRoster(r, n, act, rows)
	}
	if err != nil && len(errs.Fields(err)) == 0 {
		return err
	}
	p, failed := q.rosterPage(r, act, rows)
	if failed != nil {
		return failed
	}
	if err != nil {
		return r.Again("workshop/roster", p, err)
	}
	return r.Page("workshop/roster", p)
}

// readRoster leaves in the form, as text, what was read: the next page sends it back.
func (q *Workshops) readRoster(r *web.Request, n id.ID, act access.Act) (rows []Row, err error) {
	b := []byte(r.Form().Get("roster"))
	if h := r.Form().File("file"); h != nil {
		f, err := h.Open()
		if err != nil {
			return nil, err
		}
		defer f.Close() // it was only read
		if b, err = io.ReadAll(io.LimitReader(f, maxRosterBytes+1)); err != nil {
			return nil, err
		}
	}
	if len(b) > maxRosterBytes || len(b) == 0 {
		return nil, errs.WithFields(errs.Field{Path: "roster", Code: language.M("Give a list of at most 500 people and one megabyte.")})
	}
	err = q.look(r, func(ctx context.Context, tx *db.Tx) error {
		if err := q.desk.See(ctx, tx, r.Person, act, id.NewRef(RefKind, n)); err != nil {
			return err
		}
		rows, err = q.ReadRoster(ctx, tx, r.Person, n, act, b, r.Printer)
		return err
	})
	if err == nil {
		r.Form().Values.Set("roster", asText(rows))
	}
	return rows, err
}

func asText(rows []Row) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = '\t'
	var names []string
	for _, c := range rosterColumns() {
		names = append(names, c.name)
	}
	all := [][]string{names}
	for _, row := range rows {
		all = append(all, row.Cells)
	}
	_ = w.WriteAll(all) // a strings.Builder takes all
	return b.String()
}

// maxFaults is how many faults a page names at once.
const maxFaults = 50

func faultsOf(rows []Row) (all []errs.Field) {
	for _, row := range rows {
		all = append(all, row.Faults...)
	}
	return all[:min(len(all), maxFaults)]
}

type linkRow struct{ Name, Email, Address string }

type linksPage struct {
	Back  string
	Until time.Time
	Links []linkRow
}

func (q *Workshops) enterRoster(r *web.Request, n id.ID, act access.Act, rows []Row) error {
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	var people []Nominee
	for _, row := range rows {
		people = append(people, row.Nominee)
	}
	back := address(n) + "/names"
	var links []organisation.Link
	if act == "seat.type" {
		back = address(n) + "/letter"
		links, err = q.Type(r.Ctx(), r.Person, n, r.Form().Get("letter"), people, entry)
	} else {
		links, err = q.Nominate(r.Ctx(), r.Person, n, people, entry)
	}
	if err != nil {
		return err
	}
	p := linksPage{Back: back, Until: r.Now().Add(organisation.LinkFor)}
	for _, l := range links {
		if l.Token != "" {
			p.Links = append(p.Links, linkRow{l.Name, l.Email, q.public + "/invitation/" + l.Token})
		}
	}
	if len(p.Links) == 0 {
		return r.Done(back, language.M("The people are named."))
	}
	return r.Page("workshop/links", p)
}
