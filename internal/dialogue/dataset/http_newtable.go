package dataset

import (
	"context"
	"slices"
	"strings"

	"comity/internal/base/language"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type newTablePage struct {
	Head      heading
	Form      *web.Form
	Audience  string
	Audiences []web.Choice
	Items     []web.Choice
	By        []web.Choice
	Where     []web.Choice
	Is        []web.Choice // answers to the question that chooses who is counted
	Asked     bool
	Result    shownResult
	Problem   string
	Look      web.Button
	Publish   web.Button
	Wanted    Table
}

// newTablePage offers the questions of one audience, and shows what a table would be before it goes out. What it asks for
// stands in the address, so that looking changes nothing.
func (d *Data) newTablePage(r *web.Request, t Table) (p newTablePage, err error) {
	n, err := r.PathID("id")
	if err != nil {
		return p, err
	}
	p.Audience, p.Wanted = string(t.Audience), t
	p.Look, p.Publish = web.Button{Text: r.T("Look at the table"), Kind: "secondary"}, web.Button{Text: r.T("Put the table out")}
	err = d.look(r, func(ctx context.Context, tx *db.Tx) error {
		s, _, c, err := newest(ctx, tx, n)
		if err != nil {
			return err
		}
		if c == nil {
			return notFrozen()
		}
		p.Head, p.Audiences = headOf(r, s), c.audiences(r.Printer)
		if p.Audience == "" && len(p.Audiences) > 0 {
			p.Audience = p.Audiences[0].Value
		}
		a := study.Audience(p.Audience)
		t.Audience = a
		p.Items = c.countable(r.Printer, a, false)
		p.By = append([]web.Choice{{Value: "", Label: r.T("Nothing: everybody together")}, {Value: "region", Label: r.T("Region")}}, c.countable(r.Printer, a, true)...)
		p.Where = append([]web.Choice{{Value: "", Label: r.T("Everybody who answered")}, {Value: region, Label: r.T("Those of one region")}}, c.chooses(r.Printer, a)...)
		p.Is = c.answersTo(r.Printer, a, t.Where)
		p.Form = web.NewForm(map[string]string{"audience": p.Audience, "item": t.Item, "by": t.By, "where": t.Where, "is": t.Is})
		if t.Item == "" {
			return nil
		}
		if t.Where != "" && t.Is == "" {
			p.Problem = r.T("Choose with which answer somebody is counted.")
			return nil
		}
		out, err := Out(ctx, tx, n)
		if err != nil {
			return err
		}
		x, err := c.Count(t, tables(out, "")...)
		if err != nil {
			p.Problem = r.T("This can’t be counted so. Choose another question, or another one to break it down by.")
			return nil //nolint:nilerr // the page says it
		}
		p.Asked, p.Result = true, c.show(r, x)
		return nil
	})
	return p, err
}

// wanted reads a table from an address or a form. An answer without a question to it chooses nobody.
func wanted(get func(string) string) Table {
	t := Table{Audience: study.Audience(get("audience")), Item: get("item"), By: get("by"), Where: get("where")}
	if t.Where != "" {
		t.Is = get("is")
	}
	return t
}

func (d *Data) showNewTable(r *web.Request) error {
	p, err := d.newTablePage(r, wanted(r.Query))
	if err != nil {
		return err
	}
	return r.Page("dataset/newtable", p)
}

func (d *Data) publishForm(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	if err := d.Publish(r.Ctx(), r.Person, n, wanted(r.Form().Get), entry); err != nil {
		return err
	}
	return r.Done("/d/studies/"+string(n)+"/tables", language.M("The table is out. Later tables are held against it."))
}

// countable offers the questions of an audience that can be counted, or only those with one answer, by which a table can
// be broken down.
func (c *Content) countable(p *language.Printer, a study.Audience, oneOnly bool) []web.Choice {
	return c.offer(p, a, func(it *instrument.Item, path string) bool {
		switch it.Type {
		case instrument.SelectOneType:
			return true
		case instrument.IntegerType, instrument.DecimalType, instrument.RangeType:
			return !oneOnly
		}
		return !oneOnly && c.several(a, path)
	})
}

// chooses offers the questions by an answer to which a table can choose who is counted.
func (c *Content) chooses(p *language.Printer, a study.Audience) []web.Choice {
	return c.offer(p, a, func(_ *instrument.Item, path string) bool { return c.options(a, path) != nil })
}

// offer lists the questions of an audience that are wanted, each once.
func (c *Content) offer(p *language.Printer, a study.Audience, want func(it *instrument.Item, path string) bool) []web.Choice {
	var all []web.Choice
	form := c.Form(a)
	if form == nil {
		return nil
	}
	tr := c.Labels(a, p)
	form.Walk(func(it *instrument.Item) {
		path := strings.TrimPrefix(it.Path(), "/")
		if it.Answered() && want(it, path) && !slices.ContainsFunc(all, func(x web.Choice) bool { return x.Value == path }) {
			all = append(all, web.Choice{Value: path, Label: tr(it.Label)})
		}
	})
	return all
}

// answersTo offers the answers to a question of an audience.
func (c *Content) answersTo(p *language.Printer, a study.Audience, path string) []web.Choice {
	var all []web.Choice
	tr := c.Labels(a, p)
	for _, k := range c.options(a, path) {
		all = append(all, web.Choice{Value: k.Code, Label: tr(k.Label)})
	}
	return all
}
