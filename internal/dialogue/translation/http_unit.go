package translation

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// unitPage is a text and its translation side by side.
type unitPage struct {
	At, Back                      string
	Title                         string
	Number, Of                    string
	State                         web.Tag
	SourceLang, TargetLang        string
	SourceDir, TargetDir          language.Direction
	SourceName, TargetName        string
	Source, Earlier, Text, Remark string
	Version                       string
	Form                          *web.Form
	MayWrite, MayReview           bool
	MayReturn                     bool
	Own                           bool // one's own draft: another person reviews it
	Outdated                      bool
	Names                         []Name
	Remembered                    bool // the field begins with what the same words were translated to elsewhere
	Pager                         web.Pager
	Save, Right, Return           web.Button

	unit  Unit
	units []Unit
}

func (q *Translations) unitPage(r *web.Request) (unitPage, error) {
	p := unitPage{
		Form: r.Form(), Save: web.Button{Text: r.T("Save and go on")}, Right: web.Button{Text: r.T("This translation is right")},
		Return: web.Button{Text: r.T("Give it back"), Kind: "secondary"},
	}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		o, tag, units, err := where(ctx, tx, r)
		if err != nil {
			return err
		}
		i, err := placeOf(r, units)
		if err != nil {
			return err
		}
		if p.Title, _, err = q.name(ctx, tx, o); err != nil {
			return err
		}
		p.units, p.unit = units, units[i]
		p.fill(r, o, tag, i)
		p.Names = names(q.catalog, p.Source, p.Text, o.Lang, tag)
		if err := p.remember(ctx, tx, r); err != nil {
			return err
		}
		return q.unitRights(ctx, tx, r, &p)
	})
	return p, err
}

func placeOf(r *web.Request, units []Unit) (int, error) {
	n, err := r.PathID("unit")
	if err != nil {
		return 0, err
	}
	for i, u := range units {
		if u.ID == n {
			return i, nil
		}
	}
	return 0, fmt.Errorf("translation %s: %w", n, errs.NotFound)
}

func (p *unitPage) fill(r *web.Request, o Object, tag language.Tag, i int) {
	u := p.unit
	p.Back = at(tag, o.ID)
	p.At = p.Back + "/" + string(u.ID)
	p.Number, p.Of = r.Number(int64(i+1)), r.Number(int64(len(p.units)))
	p.State, p.Outdated = tagOf(r, u.State), u.State == Outdated
	p.SourceLang, p.TargetLang, p.SourceDir, p.TargetDir = string(o.Lang), string(tag), o.Lang.Direction(), tag.Direction()
	p.SourceName, p.TargetName = o.Lang.Name(), tag.Name()
	p.Source, p.Earlier, p.Text, p.Remark = u.Source, u.Of, u.Text, u.Remark
	p.Version = strconv.FormatInt(u.Version, 10)
	p.Own = u.State == Draft && u.By == r.Person.ID
	if !r.Form().Has("text") {
		p.Form = web.NewForm(map[string]string{"text": u.Text})
	}
	if i > 0 {
		p.Pager.Previous = p.Back + "/" + string(p.units[i-1].ID)
	}
	if i+1 < len(p.units) {
		p.Pager.Next = p.Back + "/" + string(p.units[i+1].ID)
	}
}

// remember begins an empty field with what the same words were translated to elsewhere.
func (p *unitPage) remember(ctx context.Context, tx *db.Tx, r *web.Request) error {
	if p.unit.State != Missing || r.Form().Has("text") {
		return nil
	}
	text, err := remembered(ctx, tx, p.unit)
	if err != nil || text == "" {
		return err
	}
	p.Remembered, p.Form = true, web.NewForm(map[string]string{"text": text})
	return nil
}

func (q *Translations) unitRights(ctx context.Context, tx *db.Tx, r *web.Request, p *unitPage) (err error) {
	on := id.NewRef(UnitKind, p.unit.ID)
	if p.MayWrite, err = q.desk.Could(ctx, tx, r.Person, "translation.write", on); err != nil {
		return err
	}
	if p.MayReview, err = q.desk.Could(ctx, tx, r.Person, "translation.review", on); err != nil {
		return err
	}
	p.MayReturn, err = q.desk.Could(ctx, tx, r.Person, "translation.return", on)
	p.MayReview = p.MayReview && p.unit.State == Draft
	p.MayReturn = p.MayReturn && p.unit.State.Current() && !p.Own
	return err
}

func (q *Translations) showUnit(r *web.Request) error {
	p, err := q.unitPage(r)
	if err != nil {
		return err
	}
	return r.Page("translation/unit", p)
}

// done leads on to the next text for which the same is to be done, or back to the list.
func (p unitPage) done(r *web.Request, said string, waits func(Unit) bool) error {
	if u, ok := next(p.units, p.unit.ID, waits); ok {
		return r.Done(p.Back+"/"+string(u.ID), said)
	}
	return r.Done(p.Back, said)
}

// act does what a form of the page asks for.
func (q *Translations) act(r *web.Request, do func(p unitPage, version int64, entry id.ID) error) (unitPage, error) {
	p, err := q.unitPage(r)
	if err != nil {
		return p, err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return p, err
	}
	version, err := strconv.ParseInt(r.Version(), 10, 64)
	if err != nil {
		return p, errs.Invalidf("form: version: %v", err)
	}
	return p, do(p, version, entry)
}

func (q *Translations) save(r *web.Request) error {
	text := r.Form().Get("text")
	p, err := q.act(r, func(p unitPage, version int64, entry id.ID) error {
		return q.Write(r.Ctx(), r.Person, p.unit.ID, text, version, entry)
	})
	if errors.Is(err, errs.Conflict) {
		return web.Differs(err, web.Difference{Label: r.T("Translation"), Yours: text, Theirs: p.Text})
	}
	if err != nil {
		if p.unit.ID == "" {
			return err
		}
		return r.Again("translation/unit", p, err)
	}
	return p.done(r, language.M("The translation was saved. Another person reviews it."), toTranslate)
}

func (q *Translations) review(r *web.Request) error {
	p, err := q.act(r, func(p unitPage, version int64, entry id.ID) error {
		return q.Review(r.Ctx(), r.Person, p.unit.ID, version, entry)
	})
	if err != nil {
		return err
	}
	return p.done(r, language.M("The translation was marked as right. It waits to be freed for publishing."), func(u Unit) bool { return toReview(u, r.Person.ID) })
}

func (q *Translations) giveBack(r *web.Request) error {
	p, err := q.act(r, func(p unitPage, version int64, entry id.ID) error {
		return q.GiveBack(r.Ctx(), r.Person, p.unit.ID, r.Form().Get("reason"), version, entry)
	})
	if err != nil {
		if p.unit.ID == "" {
			return err
		}
		return r.Again("translation/unit", p, err)
	}
	return p.done(r, language.M("The translation was given back with your reason."), func(u Unit) bool { return toReview(u, r.Person.ID) })
}
