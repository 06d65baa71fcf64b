package learning

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"strconv"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/capacity/stats"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type cohortsPage struct {
	Table web.Table
	May   bool
}

func (q *Learning) showCohorts(r *web.Request) error {
	p := cohortsPage{May: q.Desk.Ever(r.Person, "cohort.open")}
	p.Table = web.Table{
		Caption: r.T("Cohorts"), Empty: r.T("You are in no cohort yet."),
		Columns: []web.Column{{Label: r.T("Title")}, {Label: r.T("Course")}, {Label: r.T("How it stands")}},
	}
	err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := Cohorts(ctx, tx)
		for _, k := range list {
			c, _ := q.Library.Course(k.Course)
			p.Table.Rows = append(p.Table.Rows, []any{web.Link{Text: k.Title, Href: cohortAt(k.ID)}, r.T(c.Title), r.T(stateName(k.State))})
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("learning/cohorts", p)
}

func cohortAt(n id.ID) string { return "/capacity/cohorts/" + string(n) }

type newPage struct {
	Form  *web.Form
	Tests []web.Choice
	Open  web.Button
}

func (q *Learning) newPage(r *web.Request) newPage {
	p := newPage{Form: r.Form(), Open: web.Button{Text: r.T("Make the cohort")}}
	for _, c := range q.Library.Courses {
		for _, f := range c.Forms {
			p.Tests = append(p.Tests, web.Choice{Value: c.Name + "/" + f.Name, Label: r.T("{course}, test {form}", "course", language.Plain(r.T(c.Title)), "form", f.Name)})
		}
	}
	return p
}

func (q *Learning) showNew(r *web.Request) error { return r.Page("learning/new", q.newPage(r)) }

func (q *Learning) openForm(r *web.Request) error {
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	f := r.Form()
	course, form, _ := strings.Cut(f.Get("form"), "/")
	minutes, _ := strconv.Atoi(f.Get("minutes"))
	n, err := q.Open(r.Ctx(), r.Person, Cohort{Title: f.Get("title"), Course: course, Form: form, Minutes: minutes}, entry)
	if err != nil {
		return r.Again("learning/new", q.newPage(r), err)
	}
	return r.Done(cohortAt(n), language.M("The cohort was made. Enrol its people next."))
}

type lateTest struct {
	ID           id.ID
	Name         string
	Count, Leave web.Button
}

type cohortPage struct {
	travels
	Cohort   Cohort
	Course   string
	State    string
	Slot     string
	Sum      string
	Form     *web.Form
	May      map[string]bool
	Button   map[string]web.Button
	Figures  []web.Row
	Comp     web.Table
	Groups   web.Table
	Items    web.Table
	Alpha    string
	People   int
	Late     []lateTest
	MaySheet bool
}

func (q *Learning) cohortPage(r *web.Request, n id.ID) (p cohortPage, err error) {
	p.Form, p.May = r.Form(), map[string]bool{}
	p.Button = map[string]web.Button{
		"enrol": {Text: r.T("Enrol these people")}, "pre": {Text: r.T("Open the test before"), Name: "slot", Value: Pre}, "post": {Text: r.T("Open the test after"), Name: "slot", Value: Post},
		"none": {Text: r.T("Begin no test for now"), Kind: "secondary", Name: "slot", Value: "none"}, "close": {Text: r.T("Close the cohort"), Kind: "warning"},
		"freeze": {Text: r.T("Freeze the baseline")}, "mark": {Text: r.T("Mark anew by the key as it is now"), Kind: "secondary"}, "give": {Text: r.T("Give it to this node"), Kind: "secondary"},
		"home": {Text: r.T("Send the results home")}, "links": {Text: r.T("Make links for everybody"), Kind: "secondary"},
	}
	err = q.look(r, func(ctx context.Context, tx *db.Tx) error {
		on := id.NewRef(RefCohort, n)
		if err := q.Desk.See(ctx, tx, r.Person, "cohort.read", on); err != nil {
			return err
		}
		if p.Cohort, err = cohort(ctx, tx, n); err != nil {
			return err
		}
		for name, act := range map[string]access.Act{"enrol": "cohort.enrol", "turn": "cohort.open", "close": "cohort.close", "freeze": "baseline.freeze", "mark": "attempt.mark", "send": "record.export", "decide": "record.resolve"} {
			if p.May[name], err = q.Desk.Could(ctx, tx, r.Person, act, on); err != nil {
				return err
			}
		}
		p.MaySheet = p.May["close"]
		sum, err := Baseline(ctx, tx, n)
		if err != nil {
			return err
		}
		p.Sum = string(sum)
		people, err := Enrolments(ctx, tx, n)
		if err != nil {
			return err
		}
		p.People = len(people)
		if !p.MaySheet {
			return nil
		}
		if err := q.travels(ctx, tx, r, &p); err != nil {
			return err
		}
		if err := q.late(ctx, tx, r, &p); err != nil {
			return err
		}
		f, err := q.Figures(ctx, tx, p.Cohort)
		if err != nil {
			return err
		}
		q.show(r, &p, f)
		return nil
	})
	c, _ := q.Library.Course(p.Cohort.Course)
	p.Course, p.State, p.Slot = r.T(c.Title), r.T(stateName(p.Cohort.State)), r.T(slotName(p.Cohort.Slot))
	return p, err
}

// late lists the tests that came in after their end, for the trainer to decide.
func (q *Learning) late(ctx context.Context, tx *db.Tx, r *web.Request, p *cohortPage) error {
	list, err := attempts(ctx, tx, p.Cohort.ID)
	for _, a := range list {
		if a.State == late {
			p.Late = append(p.Late, lateTest{a.ID, r.T("{test}, {n} minutes after its end", "test", language.Plain(r.T(slotName(a.Slot))), "n", strconv.Itoa(int(a.Submitted.Sub(a.Deadline)/time.Minute))),
				web.Button{Text: r.T("Take it into the count"), Name: "count", Value: "yes"}, web.Button{Text: r.T("Leave it out"), Kind: "secondary", Name: "count", Value: "no"}})
		}
	}
	return err
}

// whyNone says why a figure isn't there.
func whyNone(r *web.Request, err error) string {
	switch {
	case errors.Is(err, stats.ErrPairs):
		return r.T("No figure: fewer than five people with both tests.")
	case errors.Is(err, stats.ErrCeiling):
		return r.T("No figure: everybody had all points before.")
	}
	return r.T("No figure: the values don’t differ.")
}

func (q *Learning) show(r *web.Request, p *cohortPage, f Figures) {
	d := r.Printer.Decimal
	add := func(key, value string) { p.Figures = append(p.Figures, web.Row{Key: key, Value: value}) }
	add(r.T("Enrolled"), strconv.Itoa(f.People))
	add(r.T("With a test before"), strconv.Itoa(f.Before))
	add(r.T("With both tests, the same form"), strconv.Itoa(f.Pairs))
	add(r.T("Without a test after"), strconv.Itoa(f.Dropped))
	if f.DroppedPre > 0 {
		add(r.T("Mean before, of those without a test after"), d(f.DroppedPre, 2))
	}
	if f.GainWhy != nil {
		add(r.T("Gain"), whyNone(r, f.GainWhy))
	} else {
		add(r.T("Mean before, of {n} points", "n", d(f.Total, 0)), d(f.Gain.Pre, 2))
		add(r.T("Mean after"), d(f.Gain.Post, 2))
		add(r.T("Mean gain"), r.T("{mean}, 95 % interval {low} to {high}", "mean", d(f.Gain.Mean, 2), "low", d(f.Gain.CI.Low, 2), "high", d(f.Gain.CI.High, 2)))
	}
	if f.NormWhy == nil {
		add(r.T("Normalised gain of the class"), d(f.Norm.Class, 3))
		add(r.T("Mean of individual normalised gains"), d(f.Norm.Individual, 3))
	}
	head := []web.Column{{Label: r.T("Questions"), Numeric: true}, {Label: r.T("Before"), Numeric: true}, {Label: r.T("After"), Numeric: true}, {Label: r.T("Gain"), Numeric: true}, {Label: r.T("95 % interval"), Numeric: true}}
	p.Comp = web.Table{Caption: r.T("By competency"), Columns: append([]web.Column{{Label: r.T("Competency")}}, head...), Empty: r.T("No competency has three questions and five people yet.")}
	for _, c := range f.Competences {
		k, _ := q.Library.Competency(c.Code)
		p.Comp.Rows = append(p.Comp.Rows, append([]any{r.T(k.Name), strconv.Itoa(c.Items)}, gainCells(r, c.Gain)...))
	}
	p.Groups = web.Table{Caption: r.T("By profession"), Columns: append([]web.Column{{Label: r.T("Profession")}, {Label: "n", Numeric: true}}, head[1:]...)}
	for _, g := range f.Groups {
		row := []any{r.T(RoleName(g.Role)), ":", ":", ":", ":", ":"}
		if g.Shown {
			row = append([]any{r.T(RoleName(g.Role)), strconv.Itoa(g.N)}, gainCells(r, g.Gain)...)
		}
		p.Groups.Rows = append(p.Groups.Rows, row)
	}
	p.Items = web.Table{Caption: r.T("Questions of the test before, of {n} people", "n", strconv.Itoa(f.ItemsN)), Columns: []web.Column{
		{Label: r.T("Question")}, {Label: r.T("Difficulty"), Numeric: true}, {Label: r.T("With the rest"), Numeric: true}, {Label: r.T("Upper less lower 27 %"), Numeric: true}}}
	for i, it := range f.Items {
		p.Items.Rows = append(p.Items.Rows, []any{f.ItemNames[i], d(it.Difficulty, 2), value(r, it.Rest), d(it.Index, 2)})
	}
	p.Alpha = value(r, f.Alpha)
}

func gainCells(r *web.Request, g stats.Paired) []any {
	d := r.Printer.Decimal
	return []any{d(g.Pre, 2), d(g.Post, 2), d(g.Mean, 2), d(g.CI.Low, 2) + " – " + d(g.CI.High, 2)}
}

func value(r *web.Request, v stats.Value) string {
	if v.Why != nil {
		return "–"
	}
	return r.Printer.Decimal(v.X, 2)
}

func (q *Learning) showCohort(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.cohortPage(r, n)
	if err != nil {
		return err
	}
	return r.Page("learning/cohort", p)
}

// figuresCSV gives the figures as the page shows them: what is kept back there isn't here either.
func (q *Learning) figuresCSV(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.cohortPage(r, n)
	if err != nil {
		return err
	}
	if !p.MaySheet {
		return errs.NotFound
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, row := range p.Figures {
		if v, ok := row.Value.(string); ok {
			_ = w.Write([]string{row.Key, v})
		}
	}
	for _, t := range []web.Table{p.Comp, p.Groups} {
		for _, row := range t.Rows {
			var cells []string
			for _, c := range row {
				if s, ok := c.(string); ok {
					cells = append(cells, s)
				}
			}
			_ = w.Write(cells)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return r.Attachment("figures.csv", "text/csv; charset=utf-8", bytes.NewReader(b.Bytes()))
}

// sent runs one of the forms of a cohort's page.
func (q *Learning) sent(r *web.Request, done string, act func(n, entry id.ID) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	if err := act(n, entry); err != nil {
		if errors.Is(err, errs.NotFound) {
			return err
		}
		p, failed := q.cohortPage(r, n)
		if failed != nil {
			return failed
		}
		return r.Again("learning/cohort", p, err)
	}
	return r.Done(cohortAt(n), done)
}

func (q *Learning) turnForm(r *web.Request) error {
	return q.sent(r, language.M("What can be begun now was changed."), func(n, entry id.ID) error {
		slot := r.Form().Get("slot")
		if slot == "none" {
			slot = ""
		}
		return q.Turn(r.Ctx(), r.Person, n, slot, entry)
	})
}

func (q *Learning) closeForm(r *web.Request) error {
	return q.sent(r, language.M("The cohort is closed. Its learners see what their answers got."), func(n, entry id.ID) error { return q.Close(r.Ctx(), r.Person, n, entry) })
}

func (q *Learning) freezeForm(r *web.Request) error {
	return q.sent(r, language.M("The baseline is frozen."), func(n, entry id.ID) error { return q.Freeze(r.Ctx(), r.Person, n, entry) })
}

func (q *Learning) markForm(r *web.Request) error {
	return q.sent(r, language.M("Every test was marked by the key as it is now. The earlier marks stand on record."), func(n, entry id.ID) error { return q.Remark(r.Ctx(), r.Person, n, entry) })
}

func (q *Learning) voidForm(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	var of id.ID
	if err := q.look(r, func(ctx context.Context, tx *db.Tx) error {
		a, err := attempt(ctx, tx, n)
		of = a.Cohort
		return err
	}); err != nil {
		return err
	}
	if err := q.Void(r.Ctx(), r.Person, n, r.Form().Get("count") == "yes", entry); err != nil {
		return err
	}
	return r.Done(cohortAt(of), language.M("Your decision was entered."))
}

type linkRow struct{ Name, Email, Address string }

type linksPage struct {
	Back  string
	Until time.Time
	Links []linkRow
}

func (q *Learning) enrolForm(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	people, err := q.ReadRoster(strings.NewReader(r.Form().Get("roster")))
	var links []organisation.Link
	if err == nil {
		links, err = q.Enrol(r.Ctx(), r.Person, n, people, entry)
	}
	if err != nil {
		p, failed := q.cohortPage(r, n)
		if failed != nil {
			return failed
		}
		return r.Again("learning/cohort", p, err)
	}
	return q.showLinks(r, n, links)
}
