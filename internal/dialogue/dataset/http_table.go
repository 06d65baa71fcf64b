package dataset

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/study"
	"comity/internal/engine/document/svg"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type tablesPage struct {
	Head  heading
	Table web.Table
	May   bool
}

func (d *Data) showTables(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p := tablesPage{May: d.Desk.Ever(r.Person, "dataset.publish")}
	p.Table = web.Table{
		Caption: r.T("Tables that are out"), Empty: r.T("No table is out yet."),
		Columns: []web.Column{{Label: r.T("Number")}, {Label: r.T("Question")}, {Label: r.T("Who answered")}, {Label: r.T("Broken down by")}, {Label: r.T("Who is counted")}},
	}
	err = d.look(r, func(ctx context.Context, tx *db.Tx) error {
		s, _, c, err := newest(ctx, tx, n)
		if err != nil {
			return err
		}
		p.Head = headOf(r, s)
		out, err := Out(ctx, tx, n)
		for _, o := range out {
			label, by, only := o.Item, o.By, o.Where
			if c != nil {
				label, by, only = c.label(r.Printer, o.Audience, o.Item), c.label(r.Printer, o.Audience, o.By), c.onlyOf(r.Printer, o.Table)
			}
			p.Table.Rows = append(p.Table.Rows, []any{web.Link{Text: strconv.Itoa(o.N), Href: "/d/tables/" + string(o.ID)}, label, audienceName(r.Printer, o.Audience), by, only})
		}
		p.May = p.May && c != nil
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("dataset/tables", p)
}

// label is a question's text in the reader's language; "" and "region" are themselves.
func (c *Content) label(p *language.Printer, a study.Audience, path string) string {
	switch path {
	case "":
		return ""
	case region:
		return p.T("Region")
	}
	form := c.Form(a)
	if form == nil {
		return path
	}
	it := form.Item("/" + strings.TrimPrefix(path, "/"))
	if it == nil {
		return path
	}
	return c.Labels(a, p)(it.Label)
}

// audiences offers those of whom somebody has answered.
func (c *Content) audiences(p *language.Printer) []web.Choice {
	var all []web.Choice
	for _, a := range study.Audiences() {
		if c.Form(a) != nil {
			all = append(all, web.Choice{Value: string(a), Label: audienceName(p, a)})
		}
	}
	return all
}

// reason is a count that is kept back, with why.
type reason struct{ Where, Why string }

// shownResult is a result as a page shows it.
type shownResult struct {
	Label    string
	Only     string
	Table    web.Table
	Without  []web.Row // empty where it would tell who is counted
	Rule     string
	Kept     []reason
	KeptMore int
}

// mostReasons is how many reasons a page lists one by one.
const mostReasons = 30

func (c *Content) show(r *web.Request, x *Result) shownResult {
	p := r.Printer
	tr := c.Labels(x.Table.Audience, p)
	s := shownResult{Label: tr(x.Label), Rule: p.T(x.Rule), Only: x.only(tr, p)}
	s.Table = web.Table{Caption: s.Label, Columns: []web.Column{{Label: p.T("Group")}, {Label: "n", Numeric: true}}, Empty: p.T("Nothing can be shown.")}
	if x.Sort == Numbers {
		for _, l := range []string{p.T("Mean"), p.T("Median"), p.T("Sum")} {
			s.Table.Columns = append(s.Table.Columns, web.Column{Label: l, Numeric: true})
		}
	}
	for _, k := range x.Columns {
		s.Table.Columns = append(s.Table.Columns, web.Column{Label: tr(k.Label), Numeric: true})
	}
	for _, g := range x.Rows {
		name := groupName(g, tr, p)
		row := []any{name, g.Size()}
		if x.Sort == Numbers {
			row = append(row, orColon(g.Mean), orColon(g.Median), orColon(g.Sum))
		}
		if g.Kept != "" {
			s.keep(name, why(p, g.Kept))
		}
		for i, cell := range g.Cells {
			if cell.Hidden() {
				s.keep(name+" · "+tr(x.Columns[i].Label), why(p, cell.Flag))
				row = append(row, ":")
				continue
			}
			text := strconv.Itoa(cell.N)
			if cell.Share != "" {
				text += " (" + cell.Share + " %)"
			}
			row = append(row, text)
		}
		s.Table.Rows = append(s.Table.Rows, row)
	}
	if x.Table.part() {
		return s
	}
	for _, w := range []struct {
		say string
		n   int
	}{
		{p.T("Not asked, because of another answer"), x.Without.NotAsked}, {p.T("No answer"), x.Without.NoAnswer}, {p.T("Not known"), x.Without.NotKnown},
		{p.T("Not available"), x.Without.NotAvailable}, {p.T("Sealed by the respondent"), x.Without.Sealed},
	} {
		s.Without = append(s.Without, web.Row{Key: w.say, Value: r.Number(int64(w.n))})
	}
	return s
}

// onlyOf says who is counted in a table that is out, as the newest data name it.
func (c *Content) onlyOf(p *language.Printer, t Table) string {
	form := c.Form(t.Audience)
	if form == nil {
		return t.Where
	}
	o, err := c.only(form, t)
	if err != nil { // the question or its answer is no longer there
		return t.Where + " = " + t.Is
	}
	return (&Result{Only: o}).only(c.Labels(t.Audience, p), p)
}

func (s *shownResult) keep(where, why string) {
	if len(s.Kept) == mostReasons {
		s.KeptMore++
		return
	}
	s.Kept = append(s.Kept, reason{where, why})
}

// outTable finds a table that is out, with its study and data.
func outTable(ctx context.Context, tx *db.Tx, n id.ID) (s study.Study, o Published, c *Content, out []Published, err error) {
	var of id.ID
	if err = tx.Row(ctx, `SELECT study_id FROM dataset_out WHERE id = ?`, n).Scan(&of); err != nil {
		return s, o, nil, nil, fmt.Errorf("table %s: %w", n, err)
	}
	if s, _, c, err = newest(ctx, tx, of); err != nil {
		return s, o, c, nil, err
	}
	if out, err = Out(ctx, tx, of); err != nil {
		return s, o, c, out, err
	}
	i := slices.IndexFunc(out, func(p Published) bool { return p.ID == n })
	if i < 0 || c == nil {
		return s, o, c, out, fmt.Errorf("table %s: %w", n, errs.NotFound)
	}
	return s, out[i], c, out, nil
}

type tablePage struct {
	Head   heading
	N      int
	ID     id.ID
	Who    string
	By     string
	Result shownResult
}

func (d *Data) showTable(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p := tablePage{ID: n}
	err = d.look(r, func(ctx context.Context, tx *db.Tx) error {
		s, o, c, out, err := outTable(ctx, tx, n)
		if err != nil {
			return err
		}
		x, err := c.CountOut(out, n)
		if err != nil {
			return err
		}
		p.Head, p.N, p.Who, p.By, p.Result = headOf(r, s), o.N, audienceName(r.Printer, o.Audience), c.label(r.Printer, o.Audience, o.By), c.show(r, x)
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("dataset/table", p)
}

// tableFile gives a table that is out as a picture or as CSV; both hold only what may be shown.
func (d *Data) tableFile(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	var b []byte
	media, name := "", r.Value("file")
	err = d.look(r, func(ctx context.Context, tx *db.Tx) error {
		_, o, c, out, err := outTable(ctx, tx, n)
		if err != nil {
			return err
		}
		x, err := c.CountOut(out, n)
		if err != nil {
			return err
		}
		p := r.Printer
		switch name {
		case "table.csv":
			media = "text/csv; charset=utf-8"
			b, err = x.CSV(c.Labels(o.Audience, p), p)
		case "picture.svg", "narrow.svg":
			media = "image/svg+xml"
			drawing, failed := d.Figure(c, x, p, name == "narrow.svg")
			if failed != nil {
				return failed
			}
			b = svg.Write(drawing)
		default:
			err = fmt.Errorf("file %s of a table: %w", name, errs.NotFound)
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Attachment(name, media, bytes.NewReader(b))
}
