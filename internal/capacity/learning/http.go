package learning

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/learning/data"
	"comity/internal/engine/access"
	"comity/internal/engine/formpage"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of courses, tests and cohorts.
func Pages() web.Pages { return web.Pages{Name: "learning", FS: shown} }

// Words are the sources of this package's translations, those of the courses among them.
func Words() []language.Source {
	return append([]language.Source{{Name: "learning", FS: shown}}, data.Words()...)
}

// Routes registers the pages of courses, tests and cohorts.
func (q *Learning) Routes(m *web.Mux) {
	m.Get("/learn", "course.read", q.showMine)
	m.Get("/learn/{course}", "course.read", q.showCourse)
	m.Get("/learn/{course}/{unit}", "course.read", q.showUnit)
	m.Post("/learn/begin/{id}", "attempt.begin", q.begin)
	m.Get("/learn/tests/{id}", "attempt.save", q.showTest)
	m.Get("/learn/tests/{id}/{section}", "attempt.save", q.showSection)
	m.Post("/learn/tests/{id}/{section}", "attempt.save", q.saveSection)
	m.Post("/learn/tests/{id}", "attempt.submit", q.submit)
	m.Get("/capacity/cohorts", "cohort.read", q.showCohorts)
	m.Get("/capacity/cohorts/new", "cohort.open", q.showNew)
	m.Post("/capacity/cohorts/new", "cohort.open", q.openForm)
	m.Get("/capacity/cohorts/{id}", "cohort.read", q.showCohort)
	m.Get("/capacity/cohorts/{id}/figures.csv", "cohort.read", q.figuresCSV)
	m.Post("/capacity/cohorts/{id}/enrol", "cohort.enrol", q.enrolForm)
	m.Post("/capacity/cohorts/{id}/turn", "cohort.open", q.turnForm)
	m.Post("/capacity/cohorts/{id}/close", "cohort.close", q.closeForm)
	m.Post("/capacity/cohorts/{id}/freeze", "baseline.freeze", q.freezeForm)
	m.Post("/capacity/cohorts/{id}/mark", "attempt.mark", q.markForm)
	m.Post("/capacity/cohorts/{id}/give", "record.export", q.giveForm)
	m.Post("/capacity/cohorts/{id}/home", "record.export", q.homeForm)
	m.Post("/capacity/cohorts/{id}/resolve", "record.resolve", q.resolveForm)
	m.Post("/capacity/cohorts/{id}/links", "cohort.enrol", q.linksForm)
	m.Get("/capacity/cohorts/{id}/certificates", "certificate.issue", q.showCertificates)
	m.Post("/capacity/cohorts/{id}/certificates", "certificate.issue", q.issueForm)
	m.Get("/capacity/certificates/{id}", "certificate.read", q.readCertificate)
	m.Post("/capacity/certificates/{id}", "certificate.revoke", q.revokeForm)
	m.Get("/learn/certificates/{id}", "certificate.take", q.takeCertificate)
	m.Post("/capacity/attempts/{id}", "attempt.void", q.voidForm)
	m.Get("/capacity/needs", "need.read", q.showNeeds)
	m.Get("/capacity/needs/{id}", "need.read", q.showNeed)
	m.Post("/capacity/needs/{id}", "need.confirm", q.decideNeed)
}

func (q *Learning) look(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return q.Read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

// mine is a cohort as its learner sees it.
type mine struct {
	Cohort Cohort
	Course string
	State  string
	Begin  web.Button
	May    bool
	Tests  []myTest
}

type myTest struct {
	Href, Name, State string
}

type minePage struct {
	Cohorts []mine
	Courses []web.Link
}

func (q *Learning) showMine(r *web.Request) error {
	var p minePage
	for _, c := range q.Library.Courses {
		p.Courses = append(p.Courses, web.Link{Text: r.T(c.Title), Href: "/learn/" + c.Name})
	}
	err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := Cohorts(ctx, tx)
		if err != nil {
			return err
		}
		for _, k := range list {
			e, err := enrolmentOf(ctx, tx, k.ID, r.Person.ID)
			if err != nil {
				continue // a trainer's
			}
			m, err := q.mine(ctx, tx, r, k, e)
			if err != nil {
				return err
			}
			p.Cohorts = append(p.Cohorts, m)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("learning/mine", p)
}

func (q *Learning) mine(ctx context.Context, tx *db.Tx, r *web.Request, k Cohort, e Enrolment) (mine, error) {
	m := mine{Cohort: k, State: r.T(stateName(k.State))}
	if c, ok := q.Library.Course(k.Course); ok {
		m.Course = r.T(c.Title)
	}
	list, err := attempts(ctx, tx, k.ID)
	begun := false
	for _, a := range list {
		if a.Enrolment != e.ID {
			continue
		}
		begun = begun || a.Slot == k.Slot
		m.Tests = append(m.Tests, myTest{"/learn/tests/" + string(a.ID), r.T(slotName(a.Slot)), r.T(attemptName(a.State))})
	}
	m.May = k.State == Opened && k.Slot != "" && !begun
	m.Begin = web.Button{Text: r.T("Begin: {test}", "test", language.Plain(r.T(slotName(k.Slot))))}
	return m, err
}

func slotName(s string) string {
	switch s {
	case Pre:
		return language.M("Test before the course")
	case Post:
		return language.M("Test after the course")
	}
	return language.M("No test is open")
}

func stateName(s string) string {
	switch s {
	case Draft:
		return language.M("Being prepared")
	case Opened:
		return language.M("Under way")
	case Closed:
		return language.M("Closed")
	}
	return language.M("Closed, and its baseline is frozen")
}

func attemptName(s string) string {
	switch s {
	case open:
		return language.M("Not handed in yet")
	case submitted:
		return language.M("Handed in")
	case late:
		return language.M("Handed in late: kept, the trainer decides")
	case disputed:
		return language.M("Several records of it came: the trainer decides")
	}
	return language.M("Taken out of the count")
}

type unitLink struct {
	Link    web.Link
	Minutes string
}

type coursePage struct {
	Course       data.Course
	Title, About string
	Units        []unitLink
}

func (q *Learning) showCourse(r *web.Request) error {
	c, ok := q.Library.Course(r.Value("course"))
	if !ok {
		return fmt.Errorf("course %s: %w", r.Value("course"), errs.NotFound)
	}
	p := coursePage{Course: c, Title: r.T(c.Title), About: r.T(c.About)}
	for _, u := range c.Units {
		p.Units = append(p.Units, unitLink{web.Link{Text: r.T(u.Title), Href: "/learn/" + c.Name + "/" + u.Name}, r.T("about {n} minutes", "n", strconv.Itoa(u.Minutes))})
	}
	return r.Page("learning/course", p)
}

type unitPage struct {
	Course data.Course
	Title  string
	Text   template.HTML
	Stale  bool
	Next   web.Link
}

func (q *Learning) showUnit(r *web.Request) error {
	c, ok := q.Library.Course(r.Value("course"))
	i := slices.IndexFunc(c.Units, func(u data.Unit) bool { return u.Name == r.Value("unit") })
	if !ok || i < 0 {
		return fmt.Errorf("unit %s of course %s: %w", r.Value("unit"), r.Value("course"), errs.NotFound)
	}
	u := c.Units[i]
	body, err := text(u.Texts[r.Lang()])
	if err != nil {
		return err
	}
	p := unitPage{Course: c, Title: r.T(u.Title), Text: body, Stale: slices.Contains(u.Stale, r.Lang()), Next: web.Link{Text: r.T("All units"), Href: "/learn/" + c.Name}}
	if i+1 < len(c.Units) {
		p.Next = web.Link{Text: r.T("Next: {unit}", "unit", language.Plain(r.T(c.Units[i+1].Title))), Href: "/learn/" + c.Name + "/" + c.Units[i+1].Name}
	}
	return r.Page("learning/unit", p)
}

func (q *Learning) begin(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	at, err := q.Begin(r.Ctx(), r.Person, n, entry)
	if err != nil {
		return err
	}
	return r.SeeOther("/learn/tests/" + string(at))
}

type sectionLink struct {
	Link  web.Link
	State string
}

// marked is one question with what it got, once the cohort is closed.
type marked struct {
	Question, Why string
	Points        string
}

type testPage struct {
	Attempt  Attempt
	Name     string
	State    string
	Until    string
	Open     bool
	Sections []sectionLink
	Hand     web.Button
	Result   string
	Marked   []marked
	Diploma  []web.Link // the certificate in each language, once it was issued
}

// test reads an attempt that is the reader's own, with its form.
func (q *Learning) test(ctx context.Context, tx *db.Tx, r *web.Request) (a Attempt, k Cohort, in *instrument.Instrument, err error) {
	n, err := r.PathID("id")
	if err != nil {
		return a, k, nil, err
	}
	if err = q.Desk.See(ctx, tx, r.Person, "attempt.save", id.NewRef(RefAttempt, n)); err != nil {
		return a, k, nil, err
	}
	if a, err = attempt(ctx, tx, n); err != nil {
		return a, k, nil, err
	}
	if k, err = cohort(ctx, tx, a.Cohort); err != nil {
		return a, k, nil, err
	}
	in, _, err = q.Test(k)
	return a, k, in, err
}

// own says one of the form's texts in the reader's language.
func own(r *web.Request, in *instrument.Instrument, english string) string {
	if t := in.In(r.Lang(), english); t != "" {
		return t
	}
	return r.T(english)
}

func (q *Learning) showTest(r *web.Request) error {
	var p testPage
	err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		a, k, in, err := q.test(ctx, tx, r)
		if err != nil {
			return err
		}
		p.Attempt, p.Name, p.State, p.Open = a, r.T(slotName(a.Slot)), r.T(attemptName(a.State)), a.State == open
		p.Until, p.Hand = string(r.When(a.Deadline)), web.Button{Text: r.T("Hand the test in")}
		state := in.Eval(a.Answers, r.Now())
		asked := map[string]int{}
		in.Walk(func(it *instrument.Item) { asked[it.Section]++ })
		for _, s := range state.Sections() {
			if asked[s.Name] == 0 {
				continue
			}
			p.Sections = append(p.Sections, sectionLink{
				web.Link{Text: own(r, in, s.Label), Href: "/learn/tests/" + string(a.ID) + "/" + s.Name}, r.T("{n} of {all} answered", "n", strconv.Itoa(s.Answered), "all", strconv.Itoa(asked[s.Name])),
			})
		}
		if k.State == Closed || k.State == Frozen {
			return q.result(ctx, tx, r, &p, k, in)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("learning/test", p)
}

// result shows the learner what each answer got and why, once no test of the cohort is open any more.
func (q *Learning) result(ctx context.Context, tx *db.Tx, r *web.Request, p *testPage, k Cohort, in *instrument.Instrument) error {
	list, err := Certificates(ctx, tx, k.ID)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.Enrolment == p.Attempt.Enrolment && x.Revoked.IsZero() {
			p.Diploma = certificateLinks("/learn/certificates/"+string(x.ID), r.Lang())
		}
	}
	_, s, err := q.Test(k)
	if err != nil {
		return err
	}
	got, err := marks(ctx, tx, p.Attempt.ID)
	if err != nil {
		return err
	}
	var sum instrument.Points
	for _, it := range s.Items {
		i := slices.IndexFunc(got, func(m Mark) bool { return m.Item == it.Name })
		if i < 0 {
			continue
		}
		sum += got[i].Points
		label := it.Name
		in.Walk(func(x *instrument.Item) {
			if x.Name == it.Name {
				label = own(r, in, x.Label)
			}
		})
		p.Marked = append(p.Marked, marked{label, r.T(it.Rationale), r.T("{n} of {all} points", "n", points(r, got[i].Points), "all", points(r, it.Points))})
	}
	p.Result = r.T("{n} of {all} points", "n", points(r, sum), "all", points(r, s.Total()))
	return nil
}

func points(r *web.Request, p instrument.Points) string {
	if p%100 == 0 {
		return strconv.FormatInt(int64(p/100), 10)
	}
	return r.Printer.Decimal(float64(p)/100, 2)
}

type sectionPage struct {
	At, Back string
	Title    string
	Name     string
	Fields   []web.Field
	Open     bool
	Save     web.Button
	Until    string
}

func (q *Learning) sectionPage(r *web.Request) (p sectionPage, err error) {
	p.Name, p.Save = r.Value("section"), web.Button{Text: r.T("Save and go on")}
	err = q.look(r, func(ctx context.Context, tx *db.Tx) error {
		a, _, in, err := q.test(ctx, tx, r)
		if err != nil {
			return err
		}
		state := in.Eval(a.Answers, r.Now())
		s, ok := state.Section(p.Name)
		if !ok {
			return fmt.Errorf("section %q: %w", p.Name, errs.NotFound)
		}
		p.Back, p.Title, p.Open, p.Until = "/learn/tests/"+string(a.ID), own(r, in, s.Label), a.State == open, string(r.When(a.Deadline))
		p.At = p.Back + "/" + p.Name
		asker := formpage.Asker{P: r.Printer}
		p.Fields = asker.Fields(state.ViewIn(p.Name, r.Lang(), func(english string) string { return r.T(english) }))
		return nil
	})
	return p, err
}

func (q *Learning) showSection(r *web.Request) error {
	p, err := q.sectionPage(r)
	if err != nil {
		return err
	}
	if !p.Open {
		return r.SeeOther(p.Back)
	}
	return r.Page("learning/section", p)
}

func (q *Learning) saveSection(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	said := maps.Clone(r.Form().Values)
	delete(said, "entry") // the page's own
	if err := q.Save(r.Ctx(), r.Person, n, r.Value("section"), said, entry); err != nil {
		p, failed := q.sectionPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("learning/section", p, err)
	}
	return r.Done("/learn/tests/"+string(n), language.M("Saved at {time}. Nothing of it is lost."), "time", string(r.When(r.Now())))
}

func (q *Learning) submit(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	if err := q.Submit(r.Ctx(), r.Person, n, entry); err != nil {
		return err
	}
	return r.Done("/learn/tests/"+string(n), language.M("The test was handed in. You see what it got once the cohort is closed."))
}
