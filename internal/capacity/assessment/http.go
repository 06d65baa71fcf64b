package assessment

import (
	"context"
	"embed"
	"errors"
	"io/fs"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of assessments.
func Pages() web.Pages { return web.Pages{Name: "assessment", FS: shown} }

// Words are the sources of translations: of the pages first, then of each model that is part of the program.
func Words() []language.Source {
	all := []language.Source{{Name: "assessment", FS: shown}}
	f, err := fs.Sub(shipped, modelFolder+"/national-capacity")
	if err == nil {
		all = append(all, language.Source{Name: "national-capacity", FS: f})
	}
	return all
}

// Where the pages begin.
const (
	base    = "/capacity/assessments"
	ratings = "/capacity/ratings"
)

// Routes registers the pages of assessments.
func (q *Assessments) Routes(m *web.Mux) {
	m.Get(base, "assessment.read", q.showList)
	m.Get(base+"/new", "assessment.request", q.showNew)
	m.Post(base+"/new", "assessment.request", q.request)
	m.Get(base+"/{id}", "assessment.read", q.show)
	m.Post(base+"/{id}/agree", "assessment.agree", q.step)
	m.Post(base+"/{id}/round", "assessment.round", q.step)
	m.Post(base+"/{id}/commented", "assessment.comment", q.step)
	m.Post(base+"/{id}/clear", "assessment.clear", q.step)
	m.Post(base+"/{id}/publish", "assessment.publish", q.step)
	m.Post(base+"/{id}/team", "assessment.team", q.appoint)
	m.Post(base+"/{id}/ask", "assessment.round", q.ask)
	m.Post(base+"/{id}/comment", "assessment.comment", q.comment)
	m.Get(base+"/{id}/report/{file}", "assessment.report", q.reportFile)
	m.Get(base+"/{id}/consensus", "assessment.report", q.showAgenda)
	m.Post(base+"/{id}/consensus", "assessment.consensus", q.undisputed)
	m.Get(base+"/{id}/consensus/{indicator}", "assessment.report", q.showConsensus)
	m.Post(base+"/{id}/consensus/{indicator}", "assessment.consensus", q.agreeOn)
	m.Post(base+"/{id}/consensus/{indicator}/proof", "assessment.consensus", q.faultOf)
	m.Get(base+"/{id}/recommendations", "assessment.report", q.showRecommendations)
	m.Post(base+"/{id}/recommendations", "recommendation.edit", q.recommend)
	m.Post(base+"/{id}/none", "recommendation.edit", q.recommendNone)
	m.Post(base+"/{id}/reply", "recommendation.reply", q.reply)
	m.Get(base+"/{id}/roadmap", "assessment.report", q.showRoadmap)
	m.Get(base+"/{id}/roadmap/{file}", "assessment.report", q.roadmapFile)
	m.Post(base+"/{id}/roadmap", "milestone.edit", q.plan)
	m.Post(base+"/{id}/milestone", "milestone.done", q.endMilestone)
	m.Get(ratings+"/{id}", "assessment.rate", q.showFactors)
	m.Get(ratings+"/{id}/{factor}", "assessment.rate", q.showRate)
	m.Post(ratings+"/{id}/{factor}", "assessment.rate", q.rate)
}

func (q *Assessments) look(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return q.read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

func address(n id.ID) string { return base + "/" + string(n) }

// sent takes the id of the path and of the entry, runs the act and goes on to where it says; what is refused is shown by
// again with what was typed.
func (q *Assessments) sent(r *web.Request, done, to string, act func(n, entry id.ID) error, again func(n id.ID, err error) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	err = act(n, entry)
	if err == nil {
		return r.Done(address(n)+to, done)
	}
	if errors.Is(err, errs.NotFound) {
		return err
	}
	return again(n, err)
}

type listPage struct {
	Table web.Table
	May   bool
}

func (q *Assessments) showList(r *web.Request) error {
	p := listPage{May: q.desk.Ever(r.Person, "assessment.request")}
	p.Table = web.Table{
		Caption: r.T("Assessments"), Empty: r.T("No assessment has been asked for yet."),
		Columns: []web.Column{{Label: r.T("State")}, {Label: r.T("Asked for")}, {Label: r.T("Where it stands")}},
	}
	err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := List(ctx, tx, r.Person)
		for _, a := range list {
			p.Table.Rows = append(p.Table.Rows, []any{
				web.Link{Text: organisation.StateName(r.Printer, a.State), Href: address(a.ID)}, string(r.Date(a.Requested)), stepTag(r, a.Step),
			})
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("assessment/list", p)
}

func stepTag(r *web.Request, s Step) web.Tag {
	colour := map[Step]string{Requested: "grey", Agreed: "grey", Collecting: "blue", Consolidating: "purple", Draft: "yellow", Commented: "yellow", Cleared: "green", Published: "green", Kept: "grey"}
	return web.Tag{Text: r.T(s.Name()), Colour: colour[s]}
}

type newPage struct {
	Form   *web.Form
	Bodies []web.Choice
	Models []web.Choice
	Send   web.Button
}

func (q *Assessments) newPage(r *web.Request) (newPage, error) {
	p := newPage{Form: r.Form(), Send: web.Button{Text: r.T("Ask for the assessment")}}
	for name := range q.models {
		p.Models = append(p.Models, web.Choice{Value: name, Label: name})
	}
	err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		mine, err := organisation.Mine(ctx, tx, r.Person.ID)
		for _, o := range mine {
			if o.Kind.Public() {
				p.Bodies = append(p.Bodies, web.Choice{Value: string(o.ID), Label: o.Name})
			}
		}
		return err
	})
	return p, err
}

func (q *Assessments) showNew(r *web.Request) error {
	p, err := q.newPage(r)
	if err != nil {
		return err
	}
	return r.Page("assessment/new", p)
}

func (q *Assessments) request(r *web.Request) error {
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	body, err := id.Parse(r.Form().Get("body"))
	if err != nil {
		err = errs.WithFields(web.NotOffered("body"))
	}
	var n id.ID
	if err == nil {
		n, err = q.Request(r.Ctx(), r.Person, body, r.Form().Get("model"), r.Form().Get("scope"), entry)
	}
	if err != nil {
		p, failed := q.newPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("assessment/new", p, err)
	}
	return r.Done(address(n), language.M("The assessment was asked for. A clearing officer of the State has to agree to it."))
}
