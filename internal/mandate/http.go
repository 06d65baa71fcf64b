package mandate

import (
	"context"
	"embed"
	"errors"
	"slices"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of mandates.
func Pages() web.Pages { return web.Pages{Name: "mandate", FS: shown} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "mandate", FS: shown} }

// Routes registers the pages of mandates.
func (g *Register) Routes(m *web.Mux) {
	m.Get("/m", "mandate.read", g.showRegister)
	m.Get("/m/orphans", "mandate.read", g.showOrphans)
	m.Get("/m/mandates.json", "mandate.read", g.export)
	m.Get("/m/paste", "mandate.paste", g.showPaste)
	m.Post("/m/paste", "mandate.paste", g.paste)
	m.Get("/m/paste/{id}", "mandate.confirm", g.showConfirm)
	m.Post("/m/paste/{id}", "mandate.confirm", g.confirm)
	m.Get("/m/{doc}", "mandate.read", g.showDocument)
	m.Get("/m/{doc}/{key}", "mandate.read", g.showPara)
	m.Post("/m/{doc}/{key}/activity", "mandate.activity", g.recordActivity)
	m.Post("/m/{doc}/{key}/status", "mandate.status", g.enterStatus)
	m.Post("/m/{doc}/{key}/clear", "mandate.clear", g.clearStatus)
}

// seen reads with the scope of the one who asks.
func (g *Register) seen(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return g.read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

// at is a paragraph's page.
func at(p Para) string { return "/m/" + (Document{Symbol: p.Symbol}).Slug() + "/" + p.Key }

type registerPage struct {
	Due, Asked  web.Table
	Documents   web.Table
	Pastes      web.Table
	MayPaste    bool
	Unserved    int
	OrphansLink web.Link
}

func (g *Register) showRegister(r *web.Request) error {
	p := registerPage{MayPaste: g.desk.Ever(r.Person, "mandate.paste"), OrphansLink: web.Link{Text: r.T("What has no counterpart"), Href: "/m/orphans"}}
	err := g.seen(r, func(ctx context.Context, tx *db.Tx) error {
		all, _, err := g.Standings(ctx, tx)
		if err != nil {
			return err
		}
		p.Due, p.Asked = dueTable(r, all), askedTable(r, all)
		docs, err := g.Documents(ctx, tx)
		if err != nil {
			return err
		}
		p.Documents = documentsTable(r, docs)
		if !g.desk.Ever(r.Person, "mandate.confirm") {
			return nil
		}
		pastes, err := Pastes(ctx, tx)
		if err != nil {
			return err
		}
		p.Pastes, err = g.openPastes(ctx, tx, r, pastes)
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("mandate/register", p)
}

// dueTable lists what has a day, the nearest first: what is settled stands no more.
func dueTable(r *web.Request, all []Standing) web.Table {
	t := web.Table{
		Caption: r.T("Due"), Empty: r.T("Nothing of the register is due on a day."),
		Columns: []web.Column{{Label: r.T("By when")}, {Label: r.T("Paragraph")}, {Label: r.T("What is asked")}, {Label: r.T("How it stands")}},
	}
	due := slices.DeleteFunc(slices.Clone(all), func(s Standing) bool { return s.Para.Due.String() == "" })
	slices.SortStableFunc(due, func(a, b Standing) int { return a.Para.Due.Day.Compare(b.Para.Due.Day) })
	for _, s := range due {
		t.Rows = append(t.Rows, []any{dueSay(r, s), web.Link{Text: paraName(r, s.Para), Href: at(s.Para)}, say(r, s.Para), statusTag(r, s.Last)})
	}
	return t
}

// dueSay says until when, and that the day has passed.
func dueSay(r *web.Request, s Standing) string {
	d := s.Para.Due
	var when string
	switch {
	case d.Body != "" && d.Day.IsZero():
		when = r.T("before session {n} of {body}; its day is not known here", "n", itoa(d.N), "body", language.Plain(r.T(bodySay(d.Body))))
	case d.Body != "":
		when = r.T("before session {n} of {body}, that is by {day}", "n", itoa(d.N), "body", language.Plain(r.T(bodySay(d.Body))), "day", r.Date(d.Day))
	default:
		when = r.T("by {day}", "day", r.Date(d.Day))
	}
	if s.Overdue(r.Now()) {
		when = r.T("{when}. This day has passed.", "when", language.Plain(when))
	}
	return when
}

// say gives the summary in the reader's language; text that was pasted stays as it is.
func say(r *web.Request, p Para) string {
	if p.Pasted {
		return p.Say
	}
	return r.T(p.Say)
}

// askedTable lists what is asked without a day.
func askedTable(r *web.Request, all []Standing) web.Table {
	t := web.Table{
		Caption: r.T("Asked, without a day"), Empty: r.T("Nothing else is asked."),
		Columns: []web.Column{{Label: r.T("Paragraph")}, {Label: r.T("What is asked")}, {Label: r.T("What serves it")}, {Label: r.T("How it stands")}},
	}
	for _, s := range all {
		if s.Para.Due.String() == "" {
			t.Rows = append(t.Rows, []any{web.Link{Text: paraName(r, s.Para), Href: at(s.Para)}, say(r, s.Para), servedSay(r, s), statusTag(r, s.Last)})
		}
	}
	return t
}

func servedSay(r *web.Request, s Standing) string {
	n := len(s.Lives) + len(s.Activities)
	if n == 0 {
		return r.T("nothing yet")
	}
	return r.N("{n} activity", "{n} activities", n)
}

func documentsTable(r *web.Request, docs []Document) web.Table {
	t := web.Table{
		Caption: r.T("Resolutions in the register"), Empty: r.T("The register is empty."),
		Columns: []web.Column{{Label: r.T("Symbol")}, {Label: r.T("Title of the resolution")}, {Label: r.T("Adopted")}, {Label: r.T("Paragraphs"), Numeric: true}},
	}
	for _, d := range docs {
		t.Rows = append(t.Rows, []any{web.Link{Text: d.Symbol, Href: "/m/" + d.Slug()}, title(r, d), adopted(r, d), r.Number(int64(len(d.Paras)))})
	}
	return t
}

func title(r *web.Request, d Document) string {
	if d.Pasted {
		return d.Title
	}
	return r.T(d.Title)
}

// adopted is the day, or month and year where the day was not read.
func adopted(r *web.Request, d Document) string {
	if !d.DayUnread {
		return string(r.Date(d.Date))
	}
	return r.T("{month} {year}, day not read", "month", language.Plain(r.MonthName(d.Date.Month())), "year", d.Date.Format("2006"))
}

// openPastes lists pasted resolutions of which paragraphs still wait for a person.
func (g *Register) openPastes(ctx context.Context, tx *db.Tx, r *web.Request, pastes []Paste) (web.Table, error) {
	t := web.Table{Caption: r.T("Pasted, to confirm"), Columns: []web.Column{{Label: r.T("Symbol")}, {Label: r.T("Paragraphs to look at"), Numeric: true}}}
	for _, p := range pastes {
		list, err := pasteParas(ctx, tx, g.data, p.ID)
		if err != nil {
			return t, err
		}
		open := 0
		for _, q := range list {
			if q.State == Proposed {
				open++
			}
		}
		if open > 0 {
			t.Rows = append(t.Rows, []any{web.Link{Text: p.Symbol, Href: "/m/paste/" + string(p.ID)}, r.Number(int64(open))})
		}
	}
	return t, nil
}

func (g *Register) showDocument(r *web.Request) error {
	var p struct {
		Document Document
		Title    string
		Summary  []web.Row
		Paras    []paraPart
	}
	err := g.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Document, err = g.Document(ctx, tx, r.Value("doc")); err != nil {
			return err
		}
		lives, err := g.Lives(ctx, tx)
		if err != nil {
			return err
		}
		for _, q := range p.Document.Paras {
			s, err := standing(ctx, tx, p.Document, q, lives)
			if err != nil {
				return err
			}
			p.Paras = append(p.Paras, partOf(r, s))
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.Title = title(r, p.Document)
	organ := p.Document.Organ
	if !p.Document.Pasted {
		organ = r.T(organ)
	}
	p.Summary = []web.Row{{Key: r.T("Adopted by"), Value: organ}, {Key: r.T("Adopted"), Value: adopted(r, p.Document)}}
	if len(p.Document.Follows) > 0 {
		p.Summary = append(p.Summary, web.Row{Key: r.T("Follows"), Value: string(r.And(p.Document.Follows))})
	}
	return r.Page("mandate/document", p)
}

// paraPart is a paragraph as a page shows it.
type paraPart struct {
	Para    Para
	Name    string
	Say     string
	Lang    string // of Say, where it may differ from the page's
	Href    string
	Rows    []web.Row
	Status  web.Tag
	Asks    bool
	Checked bool
	Unread  web.Tag
}

func partOf(r *web.Request, s Standing) paraPart {
	p := s.Para
	part := paraPart{Para: p, Name: paraName(r, p), Say: say(r, p), Href: at(p), Status: statusTag(r, s.Last), Asks: p.Class.Asks() && !p.Preambular, Checked: p.Checked,
		Unread: web.Tag{Text: r.T("Not read in the official text"), Colour: "yellow"}}
	if p.Pasted {
		part.Lang = s.Doc.Lang
	}
	part.Rows = []web.Row{{Key: r.T("What the paragraph is"), Value: r.T(classSay(p.Class))}}
	add := func(key, value string) {
		if value != "" {
			part.Rows = append(part.Rows, web.Row{Key: key, Value: value})
		}
	}
	add(r.T("Of whom"), each(r, p.To, bodySay))
	add(r.T("What is to come of it"), each(r, p.Deliverables, deliverableSay))
	add(r.T("On which condition"), each(r, p.Conditions, conditionSay))
	if p.Due.String() != "" {
		add(r.T("By when"), dueSay(r, s))
	} else if p.Period != "" {
		add(r.T("By when"), r.T(periodSay(p.Period)))
	}
	if part.Asks {
		add(r.T("What serves it"), servedSay(r, s))
	}
	return part
}

func (g *Register) showOrphans(r *web.Request) error {
	var p struct{ Unserved, Unasked, Alike web.Table }
	err := g.seen(r, func(ctx context.Context, tx *db.Tx) error {
		all, lives, err := g.Standings(ctx, tx)
		if err != nil {
			return err
		}
		p.Unserved = web.Table{Caption: r.T("Asked, and nothing serves it"), Empty: r.T("Something serves every paragraph that asks for something."),
			Columns: []web.Column{{Label: r.T("Paragraph")}, {Label: r.T("What is asked")}}}
		for _, s := range all {
			if !s.Served() {
				p.Unserved.Rows = append(p.Unserved.Rows, []any{web.Link{Text: paraName(r, s.Para), Href: at(s.Para)}, say(r, s.Para)})
			}
		}
		p.Unasked = web.Table{Caption: r.T("Done, and no paragraph asks for it"), Empty: r.T("A paragraph asks for everything that is done here."),
			Columns: []web.Column{{Label: r.T("What it is")}, {Label: r.T("Kind")}}}
		for _, l := range Unserved(all, lives) {
			p.Unasked.Rows = append(p.Unasked.Rows, []any{web.Link{Text: l.Title, Href: l.Href}, r.T(kindSay(l.Kind))})
		}
		docs, err := g.Documents(ctx, tx)
		p.Alike = web.Table{Caption: r.T("Paragraphs that ask nearly the same"), Empty: r.T("No two paragraphs ask nearly the same."),
			Columns: []web.Column{{Label: r.T("Paragraph")}, {Label: r.T("Other paragraph")}, {Label: r.T("Words in common"), Numeric: true}}}
		for _, pair := range Similar(docs) {
			p.Alike.Rows = append(p.Alike.Rows, []any{web.Link{Text: paraName(r, pair.A), Href: at(pair.A)}, web.Link{Text: paraName(r, pair.B), Href: at(pair.B)}, r.Percent(pair.Share, 0)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("mandate/orphans", p)
}

// Line is one paragraph that asks for something now.
type Line struct{ Name, Say, When, Href string }

// Asked is what the mandates ask now, for the first page of those who answer for them: at most n paragraphs, those with a
// day first, then those that nothing serves.
func (g *Register) Asked(r *web.Request, n int) ([]Line, error) {
	var lines []Line
	err := g.seen(r, func(ctx context.Context, tx *db.Tx) error {
		all, _, err := g.Standings(ctx, tx)
		if err != nil {
			return err
		}
		for _, s := range pressing(all) {
			if len(lines) == n {
				break
			}
			when := r.T("nothing serves it yet")
			if s.Para.Due.String() != "" {
				when = dueSay(r, s)
			}
			lines = append(lines, Line{paraName(r, s.Para), say(r, s.Para), when, at(s.Para)})
		}
		return nil
	})
	return lines, err
}

// pressing sorts what is still to be done: by day, then what nothing serves.
func pressing(all []Standing) []Standing {
	var list []Standing
	for _, s := range all {
		if !s.settled() && (s.Para.Due.String() != "" || !s.Served()) {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b Standing) int { return latest(a).Compare(latest(b)) })
	return list
}

func latest(s Standing) time.Time {
	if s.Para.Due.Day.IsZero() {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return s.Para.Due.Day
}

// name reads who a person is; an account that is gone is called so.
func name(ctx context.Context, tx *db.Tx, r *web.Request, n id.ID) (string, error) {
	a, err := access.Find(ctx, tx, n)
	if errors.Is(err, errs.NotFound) {
		return r.T("a person whose account is gone"), nil
	}
	return a.Name, err
}
