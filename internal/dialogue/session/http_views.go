package session

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

func recordSay(s string) string {
	if s == "written" {
		return language.M("As given in writing")
	}
	return language.M("Summed up by the secretariat")
}

func stanceSay(s Stance) string {
	switch s {
	case Support:
		return language.M("Supports")
	case SupportWith:
		return language.M("Supports with changes")
	case Reserve:
		return language.M("Reserves its position")
	case Oppose:
		return language.M("Opposes")
	}
	return language.M("Proposes other wording")
}

func statusSay(s Status) string {
	switch s {
	case Preliminary:
		return language.M("Preliminary")
	case Revised:
		return language.M("Revised")
	case Adopted:
		return language.M("Adopted by the session")
	case NotAdopted:
		return language.M("Not adopted")
	}
	return language.M("Merged into another")
}

func statusColour(s Status) string {
	switch s {
	case Adopted:
		return "green"
	case NotAdopted, Merged:
		return "grey"
	}
	return "yellow"
}

// viewPart is the views on one target as the page lists them.
type viewPart struct {
	Label  string
	Lines  []viewLine
	Others []string
}

type viewLine struct {
	Who, Stance, Text, Lang string
}

// showViews lists diverse views: each position beside the others, told by name only where its party wants that.
func (q *Sessions) showViews(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	var p struct {
		Session Session
		Name    string
		Views   []viewPart
		History web.Table
	}
	err = q.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Session, err = Find(ctx, tx, n); err != nil {
			return err
		}
		list, err := Positions(ctx, tx, n)
		for _, v := range DiverseViews(list) {
			p.Views = append(p.Views, partOf(r, v))
		}
		p.History = historyTable(r, list)
		return err
	})
	if err != nil {
		return err
	}
	p.Name = q.Name(r.Printer, p.Session)
	return r.Page("session/views", p)
}

func partOf(r *web.Request, v View) viewPart {
	part := viewPart{Label: targetSay(r, v.Target, v.Label)}
	for _, x := range v.Public {
		part.Lines = append(part.Lines, viewLine{x.Party.Say(r.Printer), r.T(stanceSay(x.Stance)), x.Text, x.Lang})
	}
	for _, s := range stances {
		if n := v.Others[s]; n > 0 {
			part.Others = append(part.Others, r.N("{stance}: {n} more, not named", "{stance}: {n} more, not named", n, "stance", language.Plain(r.T(stanceSay(s)))))
		}
	}
	return part
}

// historyTable lists the public positions in the order in which they were taken, the superseded ones too.
func historyTable(r *web.Request, list []Position) web.Table {
	t := web.Table{
		Caption: r.T("Positions in the order in which they were taken"), Empty: r.T("No position that may be told was taken yet."),
		Columns: []web.Column{{Label: r.T("When")}, {Label: r.T("Who")}, {Label: r.T("On what")}, {Label: r.T("Position")}},
	}
	for _, x := range list {
		if !x.Public {
			continue
		}
		stance := r.T(stanceSay(x.Stance))
		if !x.Standing {
			stance = r.T("{stance}; superseded later", "stance", language.Plain(stance))
		}
		t.Rows = append(t.Rows, []any{string(r.When(x.At)), x.Party.Say(r.Printer), targetSay(r, x.Target, x.Label), stance})
	}
	return t
}

type recommendationPage struct {
	Recommendation Recommendation
	Session        Session
	Name           string
	Tag            web.Tag
	Suggested      string
	History        web.Table
	Form           *web.Form
	Moves, Others  []web.Choice
	May            bool
	Move           web.Button
}

func (q *Sessions) recommendationPage(r *web.Request, n id.ID) (recommendationPage, error) {
	p := recommendationPage{Form: r.Form(), Move: web.Button{Text: r.T("Enter it")}}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Recommendation, err = FindRecommendation(ctx, tx, n); err != nil {
			return err
		}
		if p.Session, err = Find(ctx, tx, p.Recommendation.Session); err != nil {
			return err
		}
		steps, err := History(ctx, tx, n)
		if err != nil {
			return err
		}
		p.History = web.Table{Caption: r.T("What became of it"), Columns: []web.Column{{Label: r.T("When")}, {Label: r.T("How it stands")}, {Label: r.T("Text")}}}
		for _, s := range steps {
			p.History.Rows = append(p.History.Rows, []any{string(r.When(s.At)), r.T(statusSay(s.To)), s.Text})
		}
		list, err := Recommendations(ctx, tx, p.Session.ID)
		for _, o := range list {
			if o.ID != n && len(o.Status.Moves()) > 0 {
				p.Others = append(p.Others, web.Choice{Value: string(o.ID), Label: r.T("Recommendation {n}", "n", strconv.Itoa(o.Number))})
			}
		}
		return err
	})
	x := p.Recommendation
	p.Name, p.Suggested = q.Name(r.Printer, p.Session), parties(r, x.Suggested)
	p.Tag = web.Tag{Text: r.T(statusSay(x.Status)), Colour: statusColour(x.Status)}
	for _, to := range x.Status.Moves() {
		p.Moves = append(p.Moves, web.Choice{Value: string(to), Label: r.T(statusSay(to))})
	}
	p.May = len(p.Moves) > 0 && q.desk.Ever(r.Person, "session.adopt")
	if !p.Form.Has("recommendation") {
		p.Form = web.NewForm(map[string]string{"recommendation": x.Text, "version": strconv.FormatInt(x.Version, 10)})
	}
	return p, err
}

func (q *Sessions) showRecommendation(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.recommendationPage(r, n)
	if err != nil {
		return err
	}
	return r.Page("session/recommendation", p)
}

func (q *Sessions) move(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	f := r.Form()
	entry, err := f.Entry()
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.Version(), 10, 64)
	if err != nil {
		return errs.Invalidf("form: version: %v", err)
	}
	text := f.Get("recommendation")
	err = q.Move(r.Ctx(), r.Person, n, Status(f.Get("to")), text, id.ID(f.Get("into")), version, entry)
	if errors.Is(err, errs.NotFound) {
		return err
	}
	if err != nil {
		p, e := q.recommendationPage(r, n)
		if e != nil {
			return e
		}
		if errors.Is(err, errs.Conflict) {
			return web.Differs(err, web.Difference{Label: r.T("Text"), Yours: text, Theirs: p.Recommendation.Text})
		}
		return r.Again("session/recommendation", p, err)
	}
	return r.Done("/d/recommendations/"+string(n), language.M("The recommendation stands there now; what it was before stays readable."))
}
