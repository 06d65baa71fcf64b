package dataset

import (
	"context"
	"errors"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// findingAt is where a finding stands.
func findingAt(n id.ID) string { return "/d/findings/" + string(n) }

type findingsPage struct {
	Head  heading
	Form  *web.Form
	Table web.Table
	Kinds []web.Choice
	Langs []web.Choice
	May   bool
	Write web.Button
}

// stateOf says how a finding stands to the newest data: the worst of its numbers.
func stateOf(p *language.Printer, f Finding, problems []Problem) web.Tag {
	worst := ""
	for _, code := range []string{"gone", "kept-back", "wrong", "stale", "unbound"} {
		for _, x := range problems {
			if worst == "" && x.Code == code {
				worst = code
			}
		}
	}
	switch {
	case worst != "":
		return problemTag(p, worst)
	case f.Status == "reviewed":
		return web.Tag{Text: p.T("Reviewed"), Colour: "green"}
	}
	return web.Tag{Text: p.T("Draft, its numbers are sound"), Colour: "blue"}
}

func problemTag(p *language.Printer, code string) web.Tag {
	switch code {
	case "gone":
		return web.Tag{Text: p.T("The words or the table are gone"), Colour: "red"}
	case "kept-back":
		return web.Tag{Text: p.T("The number is kept back now"), Colour: "red"}
	case "wrong":
		return web.Tag{Text: p.T("The number is another one now"), Colour: "red"}
	case "stale":
		return web.Tag{Text: p.T("Answers changed: look at it again"), Colour: "yellow"}
	}
	return web.Tag{Text: p.T("A number rests on nothing"), Colour: "orange"}
}

func (d *Data) findingsPage(r *web.Request) (p findingsPage, err error) {
	n, err := r.PathID("id")
	if err != nil {
		return p, err
	}
	p.Form, p.May, p.Write = r.Form(), d.Desk.Ever(r.Person, "finding.write"), web.Button{Text: r.T("Write the finding")}
	p.Kinds = []web.Choice{{Value: "finding", Label: r.T("A finding: what the data show")}, {Value: "option", Label: r.T("An option: what could follow")}}
	for _, l := range language.Official() {
		p.Langs = append(p.Langs, web.Choice{Value: string(l), Label: l.Name()})
	}
	p.Table = web.Table{
		Caption: r.T("Findings and options"), Empty: r.T("No finding has been written yet."),
		Columns: []web.Column{{Label: r.T("Number")}, {Label: r.T("Text")}, {Label: r.T("How it stands")}},
	}
	err = d.look(r, func(ctx context.Context, tx *db.Tx) error {
		s, _, c, err := newest(ctx, tx, n)
		if err != nil {
			return err
		}
		p.Head = headOf(r, s)
		list, err := Findings(ctx, tx, n)
		if err != nil {
			return err
		}
		out, err := Out(ctx, tx, n)
		for _, f := range list {
			state := web.Tag{Text: r.T("No data yet"), Colour: "grey"}
			if c != nil {
				state = stateOf(r.Printer, f, c.Check(f, out))
			}
			p.Table.Rows = append(p.Table.Rows, []any{web.Link{Text: strconv.Itoa(f.Number), Href: findingAt(f.ID)}, f.Text, state})
		}
		return err
	})
	return p, err
}

func (d *Data) showFindings(r *web.Request) error {
	p, err := d.findingsPage(r)
	if err != nil {
		return err
	}
	return r.Page("dataset/findings", p)
}

func (d *Data) writeForm(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	f := r.Form()
	if err := d.Write(r.Ctx(), r.Person, Finding{Study: n, Kind: f.Get("kind"), Lang: f.Get("text-lang"), Text: f.Get("text")}, entry); err != nil {
		p, failed := d.findingsPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("dataset/findings", p, err)
	}
	return r.Done(findingAt(entry), language.M("The finding was written. Bind each number to the table that it comes from."))
}

// claimRow is a claim as the page shows it.
type claimRow struct {
	Quote, On  string
	Then, Now  string
	State      web.Tag
	TablePlace string
}

type findingPage struct {
	Head      heading
	Finding   Finding
	Form      *web.Form
	State     web.Tag
	Claims    []claimRow
	Unbound   []string
	Tables    []web.Choice
	Groups    []web.Choice
	Codes     []web.Choice
	Stats     []web.Choice
	Langs     []web.Choice
	Chosen    string // the table whose numbers are offered
	MayWrite  bool
	MayReview bool
	Button    map[string]web.Button
}

func (d *Data) findingPage(r *web.Request, chosen string) (p findingPage, err error) {
	n, err := r.PathID("id")
	if err != nil {
		return p, err
	}
	p.Form, p.Chosen = r.Form(), chosen
	p.Button = map[string]web.Button{
		"save": {Text: r.T("Save the text")}, "choose": {Text: r.T("Show its numbers"), Kind: "secondary"}, "bind": {Text: r.T("Bind the words to this number")},
		"source": {Text: r.T("Bind the words to the source"), Kind: "secondary"}, "review": {Text: r.T("I have looked at it: it is sound")},
	}
	err = d.look(r, func(ctx context.Context, tx *db.Tx) error {
		f, err := Find(ctx, tx, n)
		if err != nil {
			return err
		}
		s, _, c, err := newest(ctx, tx, f.Study)
		if err != nil {
			return err
		}
		p.Head, p.Finding = headOf(r, s), f
		if p.MayWrite, err = d.Desk.Could(ctx, tx, r.Person, "finding.write", id.NewRef(KindFinding, n)); err != nil {
			return err
		}
		if p.MayReview, err = d.Desk.Could(ctx, tx, r.Person, "finding.review", id.NewRef(KindFinding, n)); err != nil {
			return err
		}
		if !r.Form().Has("text") {
			p.Form = web.NewForm(map[string]string{"text": f.Text, "text-lang": f.Lang, "version": strconv.FormatInt(f.Version, 10)})
		}
		if c == nil {
			p.State = web.Tag{Text: r.T("No data yet"), Colour: "grey"}
			return nil
		}
		out, err := Out(ctx, tx, f.Study)
		if err != nil {
			return err
		}
		return p.bind(r, c, out)
	})
	for _, l := range language.Official() {
		p.Langs = append(p.Langs, web.Choice{Value: string(l), Label: l.Name()})
	}
	return p, err
}

// bind fills in what each number rests on, and what could be bound.
func (p *findingPage) bind(r *web.Request, c *Content, out []Published) error {
	f := p.Finding
	problems := c.Check(f, out)
	p.State = stateOf(r.Printer, f, problems)
	for _, k := range f.Claims {
		row := claimRow{Quote: k.Quote, On: k.Source, Then: k.Expected, State: web.Tag{Text: r.T("Sound"), Colour: "green"}}
		for _, o := range out {
			if o.ID == k.Table {
				row.On, row.TablePlace = r.T("Table {n}: {question}", "n", strconv.Itoa(o.N), "question", c.label(r.Printer, o.Audience, o.Item)), "/d/tables/"+string(o.ID)
			}
		}
		for _, x := range problems {
			if x.Claim == k.ID {
				row.State, row.Now = problemTag(r.Printer, x.Code), x.Now
			}
		}
		p.Claims = append(p.Claims, row)
	}
	for _, x := range problems {
		if x.Claim == "" {
			p.Unbound = append(p.Unbound, x.What)
		}
	}
	for _, o := range out {
		p.Tables = append(p.Tables, web.Choice{Value: string(o.ID), Label: r.T("Table {n}: {question}", "n", strconv.Itoa(o.N), "question", c.label(r.Printer, o.Audience, o.Item))})
	}
	if p.Chosen == "" {
		return nil
	}
	x, err := c.CountOut(out, id.ID(p.Chosen))
	if errors.Is(err, errs.NotFound) {
		p.Chosen = ""
		return nil
	}
	if err != nil {
		return err
	}
	tr := c.Labels(x.Table.Audience, r.Printer)
	for _, g := range x.Rows {
		p.Groups = append(p.Groups, web.Choice{Value: g.Code, Label: groupName(g, tr, r.Printer)})
	}
	for _, k := range x.Columns {
		p.Codes = append(p.Codes, web.Choice{Value: k.Code, Label: tr(k.Label)})
	}
	for _, s := range Stats() {
		p.Stats = append(p.Stats, web.Choice{Value: s, Label: r.T(statName(s))})
	}
	return nil
}

func statName(s string) string {
	switch s {
	case "share":
		return language.M("The share in per cent")
	case "n":
		return language.M("How many")
	case "answered":
		return language.M("How many answered the question")
	case "mean":
		return language.M("The mean")
	case "median":
		return language.M("The median")
	}
	return language.M("The sum")
}

func (d *Data) showFinding(r *web.Request) error {
	p, err := d.findingPage(r, r.Query("table"))
	if err != nil {
		return err
	}
	return r.Page("dataset/finding", p)
}

// findingPosted runs a form of a finding's page, and shows the page again with what was typed.
func (d *Data) findingPosted(r *web.Request, done string, act func(n, entry id.ID) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	if err := act(n, entry); err != nil {
		p, failed := d.findingPage(r, r.Form().Get("table"))
		if failed != nil {
			return failed
		}
		if errors.Is(err, errs.Conflict) && r.Form().Has("text") {
			return web.Differs(err, web.Difference{Label: r.T("Text"), Yours: r.Form().Get("text"), Theirs: p.Finding.Text})
		}
		return r.Again("dataset/finding", p, err)
	}
	return r.Done(findingAt(n), done)
}

func (d *Data) rewriteForm(r *web.Request) error {
	return d.findingPosted(r, language.M("The text was saved as a draft."), func(n, entry id.ID) error {
		version, err := strconv.ParseInt(r.Version(), 10, 64)
		if err != nil {
			return errs.Invalidf("form: version: %v", err)
		}
		var kind, topic string
		if err := d.look(r, func(ctx context.Context, tx *db.Tx) error {
			f, err := Find(ctx, tx, n)
			kind, topic = f.Kind, f.Topic
			return err
		}); err != nil {
			return err
		}
		f := r.Form()
		return d.Write(r.Ctx(), r.Person, Finding{ID: n, Kind: kind, Topic: topic, Lang: f.Get("text-lang"), Text: f.Get("text"), Version: version}, entry)
	})
}

func (d *Data) bindForm(r *web.Request) error {
	return d.findingPosted(r, language.M("The words are bound."), func(n, entry id.ID) error {
		f := r.Form()
		k := Claim{Quote: f.Get("quote"), Kind: "source", Source: f.Get("source")}
		if t := f.Get("table"); t != "" {
			table, err := id.Parse(t)
			if err != nil {
				return errs.WithFields(web.NotOffered("table"))
			}
			k = Claim{Quote: f.Get("quote"), Kind: "table", Table: table, Group: f.Get("group"), Code: f.Get("code"), Stat: f.Get("stat")}
		}
		return d.Bind(r.Ctx(), r.Person, n, k, entry)
	})
}

func (d *Data) reviewForm(r *web.Request) error {
	return d.findingPosted(r, language.M("The finding is reviewed: it can go into the report."), func(n, entry id.ID) error {
		return d.Review(r.Ctx(), r.Person, n, entry)
	})
}
