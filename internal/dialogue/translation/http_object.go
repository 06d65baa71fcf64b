package translation

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// objectPage is an object in one language.
type objectPage struct {
	At, Back             string
	Title, Lang          string
	Form                 *web.Form
	Summary              []web.Row
	Table                web.Table
	Pager                web.Pager
	Translate, Review    string // address of the first text that waits for it
	MayOut, MayIn        bool
	MayApprove           bool
	MayWaive             bool
	Waived               string // why it may be published without this language
	Report               []string
	Troubles             web.Table
	Approve, Waive, Send web.Button
}

// where reads the object and the language that an address names, with its texts.
func where(ctx context.Context, tx *db.Tx, r *web.Request) (Object, language.Tag, []Unit, error) {
	tag, err := target(r)
	if err != nil {
		return Object{}, "", nil, err
	}
	n, err := r.PathID("id")
	if err != nil {
		return Object{}, "", nil, err
	}
	o, err := find(ctx, tx, n)
	if err != nil {
		return Object{}, "", nil, err
	}
	if tag == o.Lang {
		return Object{}, "", nil, fmt.Errorf("%s is written in %s: %w", o.Ref, tag, errs.NotFound)
	}
	units, err := unitsOf(ctx, tx, o, tag)
	return o, tag, units, err
}

func (q *Translations) objectPage(r *web.Request) (objectPage, error) {
	p := objectPage{
		Form: r.Form(), Approve: web.Button{Text: r.T("Free what is reviewed for publishing")},
		Waive: web.Button{Text: r.T("Publish without this language"), Kind: "warning"}, Send: web.Button{Text: r.T("Bring the file in"), Kind: "secondary"},
	}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		o, tag, units, err := where(ctx, tx, r)
		if err != nil {
			return err
		}
		title, label, err := q.name(ctx, tx, o)
		if err != nil {
			return err
		}
		p.Title, p.Lang, p.At, p.Back = title, tag.Name(), at(tag, o.ID), at(tag)
		p.Summary = q.summary(r, o, label, units)
		p.fill(r, units)
		waiver, err := waiverOf(ctx, tx, o.ID, tag, digest(units))
		if err != nil {
			return err
		}
		p.Waived = waiver.Reason
		return q.rights(ctx, tx, r, id.NewRef(ObjectKind, o.ID), &p)
	})
	return p, err
}

func (q *Translations) rights(ctx context.Context, tx *db.Tx, r *web.Request, on id.Ref, p *objectPage) (err error) {
	if p.MayOut, err = q.desk.Could(ctx, tx, r.Person, "translation.export", on); err != nil {
		return err
	}
	if p.MayIn, err = q.desk.Could(ctx, tx, r.Person, "translation.import", on); err != nil {
		return err
	}
	if p.MayApprove, err = q.desk.Could(ctx, tx, r.Person, "translation.approve", on); err != nil {
		return err
	}
	p.MayWaive, err = q.desk.Could(ctx, tx, r.Person, "translation.waive", on)
	p.MayWaive = p.MayWaive && p.Waived == ""
	return err
}

func (q *Translations) summary(r *web.Request, o Object, label string, units []Unit) []web.Row {
	count := map[State]int64{}
	for _, u := range units {
		count[u.State]++
	}
	rows := []web.Row{{Key: r.T("What it is"), Value: r.T(label)}, {Key: r.T("Written in"), Value: o.Lang.Name()}}
	if k := q.kinds[o.Kind]; k.Href != nil {
		rows[0].Actions = []web.Link{{Text: r.T("Look at it"), Href: k.Href(o.Ref.ID())}}
	}
	for _, s := range States() {
		rows = append(rows, web.Row{Key: r.T(tags[s].word), Value: r.Number(count[s])})
	}
	return rows
}

// tags says how a state is shown.
var tags = map[State]struct{ word, colour string }{
	Missing:  {language.M("To translate"), "red"},
	Outdated: {language.M("Outdated"), "orange"},
	Draft:    {language.M("To review"), "yellow"},
	Reviewed: {language.M("To approve"), "blue"},
	Approved: {language.M("Free for publishing"), "green"},
}

func tagOf(r *web.Request, s State) web.Tag {
	return web.Tag{Text: r.T(tags[s].word), Colour: tags[s].colour}
}

// fill shows the texts from the place that the address names.
func (p *objectPage) fill(r *web.Request, units []Unit) {
	p.Table = web.Table{
		Caption: r.T("Texts"), Empty: r.T("There is no text to translate any more."),
		Columns: []web.Column{{Label: r.T("Number")}, {Label: r.T("Text")}, {Label: r.T("How it stands")}},
	}
	from, err := strconv.Atoi(r.Query("from"))
	if err != nil || from < 0 || from >= len(units) {
		from = 0
	}
	for i, u := range units[from:min(from+perPage, len(units))] {
		p.Table.Rows = append(p.Table.Rows, []any{
			web.Link{Text: r.Number(int64(from + i + 1)), Href: p.At + "/" + string(u.ID)}, excerpt(u.Source), tagOf(r, u.State),
		})
	}
	if from > 0 {
		p.Pager.Previous = p.At + "?from=" + strconv.Itoa(max(0, from-perPage))
	}
	if from+perPage < len(units) {
		p.Pager.Next = p.At + "?from=" + strconv.Itoa(from+perPage)
	}
	if u, ok := next(units, "", toTranslate); ok {
		p.Translate = p.At + "/" + string(u.ID)
	}
	if u, ok := next(units, "", func(u Unit) bool { return toReview(u, r.Person.ID) }); ok {
		p.Review = p.At + "/" + string(u.ID)
	}
}

// excerptLength is how many characters of a text stand in a list.
const excerptLength = 120

func excerpt(s string) string {
	if r := []rune(s); len(r) > excerptLength {
		return string(r[:excerptLength]) + "…"
	}
	return s
}

func toTranslate(u Unit) bool { return u.State == Missing || u.State == Outdated }

func toReview(u Unit, reader id.ID) bool { return u.State == Draft && u.By != reader }

// next returns the first text after the one with the id that waits; after the last one it begins again.
func next(units []Unit, after id.ID, waits func(Unit) bool) (Unit, bool) {
	at := slices.IndexFunc(units, func(u Unit) bool { return u.ID == after })
	for i := range units {
		if u := units[(at+1+i)%len(units)]; u.ID != after && waits(u) {
			return u, true
		}
	}
	return Unit{}, false
}

func (q *Translations) showObject(r *web.Request) error {
	p, err := q.objectPage(r)
	if err != nil {
		return err
	}
	return r.Page("translation/object", p)
}

// object reads what a form of the object's page names.
func (q *Translations) form(r *web.Request) (objectPage, language.Tag, id.ID, id.ID, error) {
	p, err := q.objectPage(r)
	if err != nil {
		return p, "", "", "", err
	}
	tag, err := target(r)
	if err != nil {
		return p, "", "", "", err
	}
	n, err := r.PathID("id")
	if err != nil {
		return p, "", "", "", err
	}
	entry, err := r.Form().Entry()
	return p, tag, n, entry, err
}

func (q *Translations) approve(r *web.Request) error {
	p, tag, n, entry, err := q.form(r)
	if err != nil {
		return err
	}
	approved, own, err := q.Approve(r.Ctx(), r.Person, n, tag, entry)
	switch {
	case err != nil:
		return err
	case own > 0:
		return r.Done(p.At, language.M("Texts freed for publishing: {n}. Translated by yourself and left for another person: {own}."), "n", r.Number(int64(approved)), "own", r.Number(int64(own)))
	}
	return r.Done(p.At, language.M("Texts freed for publishing: {n}."), "n", r.Number(int64(approved)))
}

func (q *Translations) waive(r *web.Request) error {
	p, tag, n, entry, err := q.form(r)
	if err != nil {
		return err
	}
	if err := q.Waive(r.Ctx(), r.Person, n, tag, r.Form().Get("reason"), entry); err != nil {
		return r.Again("translation/object", p, err)
	}
	return r.Done(p.At, language.M("It may be published without this language, as long as no text changes."))
}
