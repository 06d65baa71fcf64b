package study

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// newPage proposes a study.
type newPage struct {
	Form    *web.Form
	Offices []web.Choice
	Only    id.ID // the one office, when there is one
	Titles  []web.Field
	Shipped []web.Choice // studies that come with the program
}

func (s *Studies) newPage(r *web.Request) (newPage, error) {
	p := newPage{Form: r.Form(), Titles: titleFields(r)}
	shipped, err := shippedChoices(r.Lang())
	if err != nil {
		return p, err
	}
	for _, c := range shipped {
		p.Shipped = append(p.Shipped, web.Choice{Value: c[0], Label: c[1]})
	}
	err = s.look(r, func(ctx context.Context, tx *db.Tx) error {
		held := s.officesOf(r)
		for _, o := range held {
			office, err := access.FindOffice(ctx, tx, o)
			if err != nil {
				return err
			}
			p.Offices = append(p.Offices, web.Choice{Value: string(o), Label: office.Name})
		}
		if len(held) == 1 {
			p.Only = held[0]
		}
		return nil
	})
	return p, err
}

// officesOf lists the offices in which the person of the request may propose studies.
func (s *Studies) officesOf(r *web.Request) []id.ID {
	var held []id.ID
	for _, g := range r.Person.Grants {
		p := r.Person
		p.Grants = p.Grants[:0:0]
		p.Grants = append(p.Grants, g)
		if g.Office != "" && s.Desk.Ever(p, "study.propose") && !slices.Contains(held, g.Office) {
			held = append(held, g.Office)
		}
	}
	return held
}

// titleFields ask for the title in each official language, English first: it alone is needed.
func titleFields(r *web.Request) []web.Field {
	var fields []web.Field
	tags := append([]language.Tag{language.English}, slices.DeleteFunc(language.Official(), func(t language.Tag) bool { return t == language.English })...)
	for _, tag := range tags {
		f := r.Form().Field(web.Text, "title."+string(tag), r.T("Title: {language}", "language", tag.Name()))
		f.Lang, f.Required = string(tag), tag == language.English
		fields = append(fields, f)
	}
	return fields
}

func formTitles(r *web.Request) map[language.Tag]string {
	titles := map[language.Tag]string{}
	for _, tag := range language.Official() {
		if t := r.Form().Get("title." + string(tag)); t != "" {
			titles[tag] = t
		}
	}
	return titles
}

func formMandates(r *web.Request) []string {
	var all []string
	eachLine(r.Form().Get("mandates"), func(_ int, line string) { all = append(all, line) })
	return all
}

func (s *Studies) showNew(r *web.Request) error {
	p, err := s.newPage(r)
	if err != nil {
		return err
	}
	return r.Page("study/new", p)
}

func (s *Studies) proposeForm(r *web.Request) error {
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	office := id.ID(r.Form().Get("office"))
	if !slices.Contains(s.officesOf(r), office) {
		err = errs.WithFields(errs.Field{Path: "office", Code: "Choose one of the answers."})
	} else {
		p := Proposal{
			Code: r.Form().Get("code"), Title: formTitles(r), Mandates: formMandates(r), Office: office,
			Synthetic: r.Form().Get("synthetic") == "yes" || s.Exchange.Self().Card.Exercise,
		}
		if from := r.Form().Get("from"); from != "" {
			_, err = s.Begin(r.Ctx(), r.Person, from, p, entry)
		} else {
			_, err = s.Propose(r.Ctx(), r.Person, p, entry)
		}
	}
	if err != nil {
		p, failed := s.newPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("study/new", p, err)
	}
	return r.Done(address(entry, "topics"), language.M("The study was proposed. Describe its topics and its method next."))
}

// planPage shows and changes what a study is about, how it is done and by when.
type planPage struct {
	Head         head
	Form         *web.Form
	Plan         Plan
	Topics       []topicRow
	Method       []Block // in the reader's language where the catalogue has it
	Dates        web.Table
	May, Fixed   bool
	Version      int64
	StudyVersion int64
	Titles       []web.Field
}

type topicRow struct {
	Title string
	Sub   []string
}

func (s *Studies) planPage(r *web.Request) (planPage, error) {
	var p planPage
	err := s.see(r, "study.read", func(ctx context.Context, tx *db.Tx, at Study) (err error) {
		p.Head, p.StudyVersion = s.head(r, at), at.Version
		if p.Plan, err = PlanOf(ctx, tx, at.ID); err != nil {
			return err
		}
		p.Version = p.Plan.Version
		p.Dates = datesTable(r, p.Plan)
		for _, t := range p.Plan.Topics {
			row := topicRow{Title: r.T(t.Title)}
			for _, sub := range t.Sub {
				row.Sub = append(row.Sub, r.T(sub.Title))
			}
			p.Topics = append(p.Topics, row)
		}
		for _, k := range p.Plan.Method {
			p.Method = append(p.Method, Block{k.Heading, r.T(k.Text)})
		}
		p.Fixed = !slices.Contains([]Stage{Proposed, Designed}, at.Stage)
		p.May, err = s.Desk.Could(ctx, tx, r.Person, "study.edit", id.NewRef(Kind, at.ID))
		p.May = p.May && at.Origin == ""
		fill(r, at, p.Plan)
		return err
	})
	p.Form, p.Titles = r.Form(), titleFields(r)
	return p, err
}

// fill puts what is there into a form that was not sent.
func fill(r *web.Request, at Study, p Plan) {
	f := r.Form()
	topics, method, calendar := p.Lines()
	set := func(name, value string) {
		if !f.Has(name) {
			f.Values.Set(name, value)
		}
	}
	set("topics", topics)
	set("method", method)
	set("calendar", calendar)
	set("mandates", strings.Join(at.Mandates, "\n"))
	for tag, title := range at.Title {
		set("title."+string(tag), title)
	}
	for name, day := range map[string]time.Time{"opens": at.Opens, "deadline": at.Deadline} {
		if !day.IsZero() && !f.Has(name+":year") {
			set(name+":year", fmt.Sprint(day.Year()))
			set(name+":month", fmt.Sprint(int(day.Month())))
			set(name+":day", fmt.Sprint(day.Day()))
		}
	}
}

func (s *Studies) showPlan(r *web.Request) error {
	p, err := s.planPage(r)
	if err != nil {
		return err
	}
	return r.Page("study/topics", p)
}

func (s *Studies) savePlan(r *web.Request) error {
	n, version, entry, err := s.stepForm(r)
	if err != nil {
		return err
	}
	f := r.Form()
	p, wrong := ParsePlan(f.Get("topics"), f.Get("method"), f.Get("calendar"))
	p.Version = version
	if err = errs.WithFields(wrong...); err == nil {
		err = s.EditPlan(r.Ctx(), r.Person, n, p, entry)
	}
	return s.planSaved(r, n, err, language.M("The plan was saved."))
}

func (s *Studies) saveStudy(r *web.Request) error {
	n, version, entry, err := s.stepForm(r)
	if err != nil {
		return err
	}
	to := Study{Title: formTitles(r), Mandates: formMandates(r), Version: version}
	var wrong []errs.Field
	for name, day := range map[string]*time.Time{"opens": &to.Opens, "deadline": &to.Deadline} {
		if r.Form().Read(name, web.Date) == "" {
			continue
		}
		is, ok := r.Form().Day(name)
		if !ok {
			wrong = append(wrong, errs.Field{Path: name, Code: language.M("Write a day of the calendar.")})
		}
		*day = is
	}
	if !to.Deadline.IsZero() {
		to.Deadline = endOf(to.Deadline)
	}
	if err = errs.WithFields(wrong...); err == nil {
		err = s.Edit(r.Ctx(), r.Person, n, to, entry)
	}
	return s.planSaved(r, n, err, language.M("The study was saved."))
}

// endOf is the last instant of a day, in UTC: a deadline is a day, and the whole day counts.
func endOf(day time.Time) time.Time { return day.AddDate(0, 0, 1).Add(-time.Millisecond) }

func (s *Studies) planSaved(r *web.Request, n id.ID, err error, done string) error {
	if err == nil {
		return r.Done(address(n, "topics"), done)
	}
	if len(errs.Fields(err)) == 0 {
		return err
	}
	p, failed := s.planPage(r)
	if failed != nil {
		return failed
	}
	return r.Again("study/topics", p, err)
}
