package response

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of responses.
func Pages() web.Pages { return web.Pages{Name: "response", FS: shown} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "response", FS: shown} }

// Routes registers the pages of responses.
func (s *Responses) Routes(m *web.Mux) {
	m.Get("/d/fill/{id}", "response.read", s.showResponse)
	m.Post("/d/fill/{id}/begin", "response.edit", s.beginForm)
	m.Get("/d/fill/{id}/part/{section}", "response.read", s.showSection)
	m.Post("/d/fill/{id}/part/{section}", "response.edit", s.saveSection)
	m.Handle("PUT", "/d/fill/{id}/part/{section}", "response.edit", s.autosave)
	m.Post("/d/fill/{id}/part/{section}/ready", "response.edit", s.readyForm)
	m.Get("/d/fill/{id}/conflicts", "response.settle", s.showConflicts)
	m.Post("/d/fill/{id}/conflicts", "response.settle", s.settleForm)
	m.Get("/d/fill/{id}/files", "response.read", s.showFiles)
	m.Get("/d/fill/{id}/files/give", "response.read", s.giveFile)
	m.Post("/d/fill/{id}/files", "response.edit", s.bringFile, web.MaxBody(maxBook+1<<20))
	m.Post("/d/fill/{id}/files/take", "response.edit", s.takeFile, web.MaxBody(maxBook*4/3+1<<20))
	m.Post("/d/fill/{id}/offer", "response.offer", s.offerForm)
	m.Post("/d/fill/{id}/correct", "response.offer", s.correctForm)
	m.Post("/d/fill/{id}/submit", "response.submit", s.submitForm)
	m.Post("/d/fill/{id}/withdraw", "response.withdraw", s.withdrawForm)
	m.Get("/d/clear/{id}", "response.read", s.showClear)
	m.Post("/d/clear/{id}", "response.clear", s.clearForm)
	m.Post("/d/clear/{id}/return", "response.clear", s.returnForm)
	m.Get("/d/clear/{id}/{file}", "response.read", s.giveRecord)
	m.Get("/d/studies/{id}/submissions", "submission.read", s.showSubmissions)
	m.Get("/d/studies/{id}/sealed", "submission.read", s.showSealed)
	m.Post("/d/studies/{id}/sealed", "submission.name", s.nameForm)
	m.Post("/d/studies/{id}/sealed/end", "submission.name", s.endForm)
	m.Get("/d/submissions/{id}", "submission.read", s.showSubmission)
	m.Post("/d/submissions/{id}/open", "submission.open", s.openForm)
	m.Post("/d/submissions/{id}/validate", "submission.validate", s.validateForm)
	m.Post("/d/submissions/{id}/query", "submission.query", s.queryForm)
}

// look reads a respondent's response for someone of its people; to others it isn't there.
func (s *Responses) look(r *web.Request, act access.Act, f func(ctx context.Context, tx *db.Tx, v view) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	return s.Read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error {
		if err := s.Desk.See(r.Ctx(), tx, r.Person, act, id.NewRef(Kind, n)); err != nil {
			return err
		}
		v := view{N: n}
		if v.Respondent, err = study.RespondentOf(r.Ctx(), tx, n); err != nil {
			return err
		}
		if v.Study, err = study.Find(r.Ctx(), tx, v.Respondent.Study); err != nil {
			return err
		}
		if v.Seats, err = study.Seats(r.Ctx(), tx, n); err != nil {
			return err
		}
		v.Response, err = get(r.Ctx(), tx, n)
		if v.Begun = err == nil; err != nil && !errors.Is(err, errs.NotFound) {
			return err
		}
		return f(r.Ctx(), tx, v)
	})
}

// view is what every page of a response knows.
type view struct {
	N          id.ID
	Study      study.Study
	Respondent study.Respondent
	Response   Response
	Begun      bool
	Seats      []study.Seat
}

// who names the respondent.
func (v view) who(r *web.Request) string {
	if v.Respondent.State != "" {
		return r.Country(v.Respondent.State)
	}
	return v.Respondent.Name
}

type overviewPage struct {
	view
	Who       string
	Title     string
	Tag       web.Tag
	Until     string
	Tasks     []web.Task
	Queries   web.Table
	Conflicts int
	Findings  []finding
	Refused   string // why the leading node didn't take what was sent
	Left      web.Table
	Leads     bool
	Clears    bool
	Form      *web.Form

	Begin, Offer, Submit, Correct, Withdraw web.Button
}

func (s *Responses) overview(r *web.Request) (overviewPage, error) {
	p := overviewPage{
		Form: r.Form(), Begin: web.Button{Text: r.T("Begin to answer")}, Offer: web.Button{Text: r.T("Give it to be cleared")},
		Submit: web.Button{Text: r.T("Submit the response")}, Correct: web.Button{Text: r.T("Open it again to correct"), Kind: "secondary"},
		Withdraw: web.Button{Text: r.T("Withdraw the response"), Kind: "warning"},
	}
	err := s.look(r, "response.read", func(ctx context.Context, tx *db.Tx, v view) error {
		p.view, p.Who, p.Title = v, v.who(r), v.Study.Name(r.Lang())
		p.Leads, p.Clears = leads(v.Seats, r.Person.ID), mayClear(v.Seats, r.Person.ID)
		p.Tag = stateTag(r, v.Response.State)
		if until := study.AnswersUntil(v.Study, v.Respondent); !until.IsZero() {
			p.Until = string(r.When(until))
		}
		if !v.Begun {
			return nil
		}
		if err := s.refused(ctx, tx, r, &p); err != nil {
			return err
		}
		form, have, state, err := s.state(ctx, tx, v.Response)
		if err != nil {
			return err
		}
		ready, err := readySections(ctx, tx, v.N)
		if err != nil {
			return err
		}
		for _, sec := range state.Sections() {
			if sec.Relevant {
				lacks := len(lacking(form, have, sec.Name, tx.Now()))
				p.Tasks = append(p.Tasks, s.task(r, v, sec.Name, own(r, form, sec.Label), sec.Answered, lacks, slices.Contains(ready, sec.Name)))
			}
		}
		if v.Response.State == Draft {
			p.Findings = findings(r, form, have, tx.Now())
		}
		waiting, err := conflicts(ctx, tx, v.N)
		if err != nil {
			return err
		}
		p.Conflicts = len(waiting)
		p.Queries, err = s.queriesTable(ctx, tx, r, v, form)
		if err != nil {
			return err
		}
		p.Left, err = leftTable(ctx, tx, r, v.N)
		return err
	})
	return p, err
}

// refused says that what was sent last wasn't taken, while that is where the response stands.
func (s *Responses) refused(ctx context.Context, tx *db.Tx, r *web.Request, p *overviewPage) error {
	if p.Response.State != Submitted && p.Response.State != Withdrawn {
		return nil
	}
	check, err := refusal(ctx, tx, p.N)
	if err != nil || check == "" {
		return err
	}
	p.Refused, p.Tag = r.T(refusalSay(check, p.Response.State)), web.Tag{Text: r.T("Refused by the secretariat’s node"), Colour: "red"}
	return nil
}

// task is one section in the list: who has it, how far it is.
func (s *Responses) task(r *web.Request, v view, name, label string, answered, lacks int, ready bool) web.Task {
	t := web.Task{Title: label, Href: "/d/fill/" + string(v.N) + "/part/" + name}
	var owners []string
	for _, seat := range v.Seats {
		if seat.Part == study.Contributor && slices.Contains(seat.Sections, name) {
			owners = append(owners, seat.Name)
		}
	}
	if len(owners) > 0 {
		t.Hint = r.T("Given to {names}", "names", r.And(owners))
	}
	switch {
	case ready:
		t.State = web.Tag{Text: r.T("Finished"), Colour: "green"}
	case lacks > 0:
		t.State = web.Tag{Text: r.N("{n} thing is missing", "{n} things are missing", lacks), Colour: "yellow"}
	case answered == 0:
		t.State = web.Tag{Text: r.T("Nothing answered yet"), Colour: "grey"}
	default:
		t.State = web.Tag{Text: r.T("Answered, not yet said to be finished"), Colour: "blue"}
	}
	return t
}

func stateTag(r *web.Request, s State) web.Tag {
	switch s {
	case Draft:
		return web.Tag{Text: r.T("Being written"), Colour: "blue"}
	case ForClearance:
		return web.Tag{Text: r.T("Waits to be cleared"), Colour: "yellow"}
	case Cleared:
		return web.Tag{Text: r.T("Cleared, not submitted yet"), Colour: "yellow"}
	case Submitted:
		return web.Tag{Text: r.T("Submitted"), Colour: "green"}
	case Queried:
		return web.Tag{Text: r.T("The secretariat asks"), Colour: "orange"}
	case Validated:
		return web.Tag{Text: r.T("Accepted into the data"), Colour: "green"}
	case Withdrawn:
		return web.Tag{Text: r.T("Withdrawn"), Colour: "grey"}
	}
	return web.Tag{Text: r.T("Not begun"), Colour: "grey"}
}

func (s *Responses) queriesTable(ctx context.Context, tx *db.Tx, r *web.Request, v view, form formTexts) (web.Table, error) {
	t := web.Table{Caption: r.T("What the secretariat asks"), Columns: []web.Column{{Label: r.T("Question")}, {Label: r.T("What is asked")}, {Label: r.T("When")}}}
	list, err := queriesOf(ctx, tx, v.N)
	for _, q := range list {
		t.Rows = append(t.Rows, []any{labelAt(r, form, q.Path), q.Text, string(r.Date(q.At))})
	}
	return t, err
}

// leftTable lists answers that have no place in the newest questionnaire.
func leftTable(ctx context.Context, tx *db.Tx, r *web.Request, n id.ID) (web.Table, error) {
	t := web.Table{
		Caption: r.T("Answers that the newer questionnaire doesn’t ask for in the same way"),
		Columns: []web.Column{{Label: r.T("Question")}, {Label: r.T("What was answered")}},
	}
	rows, err := tx.Query(ctx, `SELECT path, value FROM response_left WHERE response_id = ? ORDER BY form, path LIMIT 500`, n)
	_, err = db.Collect(rows, err, func(scan db.Scan) (struct{}, error) {
		var path, value string
		err := scan(&path, &value)
		t.Rows = append(t.Rows, []any{path, value})
		return struct{}{}, err
	})
	return t, err
}

func (s *Responses) showResponse(r *web.Request) error {
	p, err := s.overview(r)
	if err != nil {
		return err
	}
	return r.Page("response/response", p)
}

// posted runs one of the forms of the response's page, and shows the page again when it is refused with fields.
func (s *Responses) posted(r *web.Request, done string, do func(n, entry id.ID) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	if err := do(n, entry); err != nil {
		if len(errs.Fields(err)) == 0 {
			return err
		}
		p, e := s.overview(r)
		if e != nil {
			return e
		}
		return r.Again("response/response", p, err)
	}
	return r.Done("/d/fill/"+string(n), done)
}

func (s *Responses) beginForm(r *web.Request) error {
	return s.posted(r, language.M("The response is open. Answer section by section; nothing leaves before it is cleared and submitted."), func(n, entry id.ID) error {
		return s.Begin(r.Ctx(), r.Person, n, entry)
	})
}

func (s *Responses) offerForm(r *web.Request) error {
	return s.posted(r, language.M("The response waits to be cleared now."), func(n, entry id.ID) error { return s.Offer(r.Ctx(), r.Person, n, entry) })
}

func (s *Responses) correctForm(r *web.Request) error {
	return s.posted(r, language.M("The response is open again. What was submitted stands until you submit the next revision."), func(n, entry id.ID) error {
		return s.Correct(r.Ctx(), r.Person, n, r.Form().Get("reason"), entry)
	})
}

func (s *Responses) submitForm(r *web.Request) error {
	return s.posted(r, language.M("The response was submitted. The secretariat checks it and may ask about single answers."), func(n, entry id.ID) error {
		return s.Submit(r.Ctx(), r.Person, n, entry)
	})
}

func (s *Responses) withdrawForm(r *web.Request) error {
	return s.posted(r, language.M("The response was withdrawn."), func(n, entry id.ID) error {
		return s.Withdraw(r.Ctx(), r.Person, n, r.Form().Get("reason"), entry)
	})
}

// giveRecord gives out the signed record or its signature.
func (s *Responses) giveRecord(r *web.Request) error {
	name := r.Value("file")
	var k cleared
	err := s.look(r, "response.read", func(ctx context.Context, tx *db.Tx, v view) (err error) {
		if !v.Begun || name != recordPath && name != signaturePath {
			return errs.NotFound
		}
		k, err = clearedOf(ctx, tx, v.N, v.Response.Revision)
		return err
	})
	switch {
	case err != nil:
		return err
	case name == signaturePath:
		return r.Attachment(name, "application/pkcs7-signature", bytes.NewReader(k.signature))
	}
	return r.Attachment(name, "application/json", bytes.NewReader(k.record))
}
