package programme

import (
	"context"
	"embed"
	"errors"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/cooperation/practice"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/programme/pack"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of programmes.
func Pages() web.Pages { return web.Pages{Name: "programme", FS: shown} }

// Words is the source of the pages' translations; those of the programmes themselves are [pack.Words].
func Words() language.Source { return language.Source{Name: "programme", FS: shown} }

const base = "/programmes"

// Routes registers the pages of programmes.
func (q *Programmes) Routes(m *web.Mux) {
	m.Get(base, "programme.read", q.showList)
	m.Get(base+"/{code}", "programme.read", q.show)
	m.Get(base+"/{code}/guidance", "programme.read", q.showGuidance)
	m.Post(base+"/{code}/link", "programme.link", q.link)
	m.Post(base+"/{code}/unlink", "programme.unlink", q.unlink)
}

// look reads with the scope of the one who asks, after asking whether they may see programmes.
func (q *Programmes) look(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return q.Read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error {
		if err := q.Desk.See(r.Ctx(), tx, r.Person, "programme.read", id.NewRef(Kind, "")); err != nil {
			return err
		}
		return f(r.Ctx(), tx)
	})
}

type listPage struct{ Table web.Table }

func (q *Programmes) showList(r *web.Request) error {
	p := listPage{Table: web.Table{
		Caption: r.T("Programmes of cooperation"), Empty: r.T("This node has no programme."),
		Columns: []web.Column{{Label: r.T("Programme")}, {Label: r.T("States of its area")}, {Label: r.T("Linked activities that you may see"), Numeric: true}},
	}}
	err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		for _, x := range q.All() {
			things, err := q.seen(ctx, tx, r.Person, x.Code)
			if err != nil {
				return err
			}
			p.Table.Rows = append(p.Table.Rows, []any{web.Link{Text: r.T(x.Name), Href: base + "/" + x.Code}, area(r, x), r.Number(int64(len(things)))})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("programme/list", p)
}

// area names the States of a programme.
func area(r *web.Request, x *pack.Pack) string {
	if len(x.States) == 0 {
		return r.T("Any States")
	}
	var names []string
	for _, s := range x.States {
		names = append(names, organisation.StateName(r.Printer, s))
	}
	return string(r.And(names))
}

type page struct {
	Code, Name, About string
	Unread            bool
	Summary           []web.Row
	Mandates          []served
	Crimes            web.Table
	Indicators        web.Table
	Years             []web.Link
	Activities        []activity
	MayLink           bool
	Form              *web.Form
	Offered           []web.Choice
	Add, Remove       web.Button

	Practice bool // the person may see what the requests show together
	Views    []practiceView
}

// activity is something linked, as a row with its way out.
type activity struct {
	thing
	Kind, How string
}

// practiceView is what the requests of one direction show.
type practiceView struct {
	Title         string
	Few           bool
	Waits, Rules  web.Table
	Grounds, Ways web.Table
}

func (q *Programmes) show(r *web.Request) error {
	p, err := q.page(r)
	if err != nil {
		return err
	}
	return r.Page("programme/show", p)
}

func (q *Programmes) page(r *web.Request) (page, error) {
	x, err := q.Get(r.Value("code"))
	if err != nil {
		return page{}, err
	}
	p := page{
		Code: x.Code, Name: r.T(x.Name), About: r.T(x.About), Unread: !x.Checked, Form: r.Form(), MayLink: q.Desk.Ever(r.Person, "programme.link"),
		Add: web.Button{Text: r.T("Link it")}, Remove: web.Button{Text: r.T("Remove the link"), Kind: "secondary"},
	}
	year := r.Now().Year()
	if y, err := strconv.Atoi(r.Query("year")); err == nil && y <= year && y > year-years {
		year = y
	} else if r.Query("year") != "" {
		return p, errs.Say(errs.NotFound, "Nothing is counted for this year.", nil)
	}
	p.summary(r, x, q.Law.Types.Get)
	p.serves(r, x, q.asked)
	if err := q.look(r, func(ctx context.Context, tx *db.Tx) error { return q.activities(ctx, tx, r, &p) }); err != nil {
		return p, err
	}
	return p, q.figures(r, &p, x, year)
}

func (q *Programmes) activities(ctx context.Context, tx *db.Tx, r *web.Request, p *page) error {
	things, err := q.seen(ctx, tx, r.Person, p.Code)
	if err != nil {
		return err
	}
	naming, err := q.naming(ctx, tx, r.Person, p.Code, things)
	if err != nil {
		return err
	}
	for _, t := range append(things, naming...) {
		a := activity{thing: t, Kind: r.T(kindSay(t.Ref.Kind()))}
		if t.Named {
			a.Kind = r.T("Request that names the programme")
		}
		if t.State != "" {
			a.How = r.T(t.State)
		}
		p.Activities = append(p.Activities, a)
	}
	if !p.MayLink {
		return nil
	}
	offer, err := q.offer(ctx, tx, r.Person, things)
	for _, t := range offer {
		p.Offered = append(p.Offered, web.Choice{Value: string(t.Ref), Label: r.T("{kind}: {name}", "kind", language.Plain(r.T(kindSay(t.Ref.Kind()))), "name", t.Title)})
	}
	return err
}

// figures counts for the indicators and, for those who may see it, shows what the requests show. Counting reads every
// request and every link; nothing of a single one is told.
func (q *Programmes) figures(r *web.Request, p *page, x *pack.Pack, year int) error {
	var v view
	p.Indicators = web.Table{Caption: r.T("Indicators, {year}", "year", strconv.Itoa(year)), Columns: []web.Column{
		{Label: r.T("What is measured")}, {Label: r.T("Figure now"), Numeric: true}, {Label: r.T("Where the figure comes from")}, {Label: r.T("Mandate")}}}
	p.Practice = q.Desk.Ever(r.Person, "programme.practice")
	err := q.Read.Read(r.Ctx(), db.House("programme"), func(tx *db.Tx) (err error) {
		var now []Figure
		if now, v, err = q.figuresOf(r.Ctx(), tx, x, year); err != nil {
			return err
		}
		for n, i := range x.Indicators {
			f := now[n]
			if i.Source == "practice" && !p.Practice {
				f = Figure{Kept: true}
			}
			p.Indicators.Rows = append(p.Indicators.Rows, []any{r.T(i.Say), f.say(r), r.T(sourceSay(i.Source)), symbols(i.Mandates)})
		}
		return nil
	})
	if err != nil || !p.Practice {
		return err
	}
	for n := range years {
		y := r.Now().Year() - n
		l := web.Link{Text: strconv.Itoa(y)}
		if y != year {
			l.Href = base + "/" + x.Code + "?year=" + l.Text
		}
		p.Years = append(p.Years, l)
	}
	for _, d := range []struct {
		title string
		f     practice.Figures
	}{{r.T("What we asked"), v.Out}, {r.T("What we were asked"), v.In}} {
		one := practiceView{Title: d.title, Few: !d.f.Shown}
		if !one.Few {
			one.Waits, one.Rules, one.Grounds, one.Ways = practice.Tables(r, d.f)
		}
		p.Views = append(p.Views, one)
	}
	return nil
}

// say shows a figure: ":" is kept back, "–" isn't known yet.
func (f Figure) say(r *web.Request) string {
	switch {
	case f.Kept:
		return ":"
	case f.None:
		return "–"
	case f.Days:
		return r.Decimal(f.X, 1)
	case f.Of > 0:
		return r.T("{share} % ({k} of {n})", "share", language.Plain(r.Decimal(100*float64(f.N)/float64(f.Of), 0)), "k", strconv.Itoa(f.N), "n", strconv.Itoa(f.Of))
	}
	return r.Number(int64(f.N))
}

// chosen takes what a form names: the programme and the thing.
func (q *Programmes) chosen(r *web.Request) (x *pack.Pack, on id.Ref, entry id.ID, err error) {
	if x, err = q.Get(r.Value("code")); err != nil {
		return x, "", "", err
	}
	if entry, err = r.Form().Entry(); err != nil {
		return x, "", "", err
	}
	on = id.Ref(r.Form().Get("object"))
	if _, err := id.Parse(string(on.ID())); err != nil || reads[on.Kind()] == "" {
		return x, on, entry, errs.WithFields(web.NotOffered("object"))
	}
	return x, on, entry, nil
}

func (q *Programmes) link(r *web.Request) error {
	x, on, entry, err := q.chosen(r)
	if err == nil {
		err = q.Link(r.Ctx(), r.Person, x.Code, on, entry)
	}
	if err == nil {
		return r.Done(base+"/"+x.Code, language.M("It is linked to the programme."))
	}
	return q.again(r, err)
}

func (q *Programmes) unlink(r *web.Request) error {
	x, on, entry, err := q.chosen(r)
	if err == nil {
		err = q.Unlink(r.Ctx(), r.Person, x.Code, on, entry)
	}
	if err == nil {
		return r.Done(base+"/"+x.Code, language.M("The link was removed; the record keeps that it was there."))
	}
	return q.again(r, err)
}

func (q *Programmes) again(r *web.Request, err error) error {
	if errors.Is(err, errs.NotFound) {
		return err
	}
	p, failed := q.page(r)
	if failed != nil {
		return failed
	}
	return r.Again("programme/show", p, err)
}
