package response

import (
	"context"
	"fmt"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/formpage"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type clearPage struct {
	view
	Who        string
	Title      string
	Form       *web.Form
	Levels     []web.Choice
	Sections   []wholeSection
	Blank      []string // questions without an answer
	Findings   []finding
	Restricted []string // answers that are confidential
	Changed    []string // questions answered otherwise than in the last submission
	May        bool
	Signed     bool
	Hash       Hash
	By         string

	Clear, Return web.Button
}

// wholeSection is a section as it is read before it is signed.
type wholeSection struct {
	Title string
	Rows  []web.Row
}

func (s *Responses) clearPage(r *web.Request) (clearPage, error) {
	p := clearPage{
		Form: r.Form(), Clear: web.Button{Text: r.T("Sign and clear")}, Return: web.Button{Text: r.T("Return it with this reason"), Kind: "secondary"},
		Levels: levelChoices(r),
	}
	err := s.look(r, "response.read", func(ctx context.Context, tx *db.Tx, v view) error {
		p.view, p.Who, p.Title = v, v.who(r), v.Study.Name(r.Lang())
		if !v.Begun {
			return fmt.Errorf("clear response %s: %w", v.N, errs.NotFound)
		}
		form, have, state, err := s.state(ctx, tx, v.Response)
		if err != nil {
			return err
		}
		p.Sections = whole(r, form, have, state)
		for _, f := range lacking(form, have, "", tx.Now()) {
			if f.Code == instrument.CodeMissing || f.Code == instrument.CodeTooFew {
				p.Blank = append(p.Blank, labelAt(r, form, f.Path))
			}
		}
		p.Findings = findings(r, form, have, tx.Now())
		for _, path := range have.paths() {
			if c := have.at[path].Mark.Confidential; c != "" {
				p.Restricted = append(p.Restricted, labelAt(r, form, path)+": "+confidentialSay(r, c))
			}
		}
		p.May = mayClear(v.Seats, r.Person.ID)
		if p.Changed, err = s.changedSince(ctx, tx, r, v, form, have); err != nil {
			return err
		}
		k, err := clearedOf(ctx, tx, v.N, v.Response.Revision)
		if err == nil {
			p.Signed, p.Hash, p.By = true, k.hash, seatName(v.Seats, k.person)
		} else if v.Response.State == Cleared {
			return err
		}
		return nil
	})
	return p, err
}

func levelChoices(r *web.Request) []web.Choice {
	var out []web.Choice
	for _, l := range Levels() {
		out = append(out, web.Choice{Value: string(l), Label: r.T(levelSay(l))})
	}
	return out
}

func levelSay(l Level) string {
	switch l {
	case Full:
		return language.M("All answers may be shown with our name")
	case Partial:
		return language.M("Answers may be shown with our name, but for those marked otherwise")
	case Statistical:
		return language.M("Answers may be used in tables only")
	}
	return language.M("The answers stay with the secretariat")
}

// whole shows everything that was answered, section by section.
func whole(r *web.Request, form *instrument.Instrument, have content, state instrument.State) []wholeSection {
	var out []wholeSection
	for _, sec := range state.Sections() {
		if !sec.Relevant {
			continue
		}
		a := formpage.Asker{P: r.Printer}
		fields := a.Fields(state.View(sec.Name, func(english string) string { return own(r, form, english) }))
		w := wholeSection{Title: own(r, form, sec.Label)}
		rows(r, have, fields, &w.Rows)
		out = append(out, w)
	}
	return out
}

func rows(r *web.Request, have content, fields []web.Field, out *[]web.Row) {
	for _, f := range fields {
		switch f.Kind {
		case web.Group:
			rows(r, have, f.Fields, out)
		case web.Repeat:
			for _, it := range f.Items {
				rows(r, have, it.Fields, out)
			}
		case web.Note:
		default:
			readOnly(r.Printer, &f)
			value := f.Value
			if said := saidBeside(r, have.at[f.Path].Mark); said != "" && value != "" {
				value += " (" + said + ")"
			} else if said != "" {
				value = said
			}
			if value == "" {
				value = r.T("Blank")
			}
			*out = append(*out, web.Row{Key: f.Label, Value: value})
		}
	}
}

// changedSince lists the questions that were answered otherwise in the revision before.
func (s *Responses) changedSince(ctx context.Context, tx *db.Tx, r *web.Request, v view, form *instrument.Instrument, have content) ([]string, error) {
	if v.Response.Revision < 2 {
		return nil, nil
	}
	k, err := clearedOf(ctx, tx, v.N, v.Response.Revision-1)
	if err != nil {
		return nil, err
	}
	before, err := ReadRecord(k.record)
	if err != nil {
		return nil, err
	}
	a, err := instrument.ParseAnswers(before.Answers)
	var changed []string
	was := flat(form, a, tx.Now())
	for _, path := range union(was, flat(form, have.answers, tx.Now())) {
		if was[path] != have.at[path].Value && have.at[path].Mark.Confidential != Secret {
			changed = append(changed, labelAt(r, form, path))
		}
	}
	return changed, err
}

func (s *Responses) showClear(r *web.Request) error {
	p, err := s.clearPage(r)
	if err != nil {
		return err
	}
	return r.Page("response/clear", p)
}

func (s *Responses) clearForm(r *web.Request) error {
	return s.onClear(r, language.M("Cleared and signed. The focal point can submit it now."), func(n, entry id.ID) error {
		return s.Clear(r.Ctx(), r.Person, n, Level(r.Form().Get("level")), entry)
	})
}

func (s *Responses) returnForm(r *web.Request) error {
	return s.onClear(r, language.M("The response was returned to those who write it."), func(n, entry id.ID) error {
		return s.Return(r.Ctx(), r.Person, n, r.Form().Get("reason"), entry)
	})
}

func (s *Responses) onClear(r *web.Request, done string, do func(n, entry id.ID) error) error {
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
		p, e := s.clearPage(r)
		if e != nil {
			return e
		}
		return r.Again("response/clear", p, err)
	}
	return r.Done("/d/fill/"+string(n), done)
}

// --- the secretariat's side

func (s *Responses) showSubmissions(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	var p struct {
		Study study.Study
		Title string
		Table web.Table
	}
	p.Table = web.Table{
		Caption: r.T("Submitted responses"), Empty: r.T("Nobody has submitted yet."),
		Columns: []web.Column{{Label: r.T("Respondent")}, {Label: r.T("Revision"), Numeric: true}, {Label: r.T("Came in on")}, {Label: r.T("How it stands")}},
	}
	err = s.Read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) (err error) {
		if p.Study, err = study.Find(r.Ctx(), tx, n); err != nil {
			return err
		}
		list, err := s.Submitted(r.Ctx(), tx, n)
		for _, x := range list {
			p.Table.Rows = append(p.Table.Rows, []any{web.Link{Text: whoIs(r, x.Respondent), Href: "/d/submissions/" + string(x.ID)}, r.Number(int64(x.Revision)), string(r.Date(x.Received)), stateTag(r, x.State)})
		}
		return err
	})
	if err != nil {
		return err
	}
	p.Title = p.Study.Name(r.Lang())
	return r.Page("response/submissions", p)
}

func whoIs(r *web.Request, of study.Respondent) string { return view{Respondent: of}.who(r) }

type submissionPage struct {
	Study      study.Study
	Submission Submission
	Who        string
	Title      string
	Tag        web.Tag
	Level      string
	Signer     string
	Findings   []string
	Sections   []wholeSection
	Sealed     []string
	Queries    web.Table
	Form       *web.Form
	Choices    []web.Choice
	MayDecide  bool
	MayOpen    bool

	Validate, Ask, Open web.Button
}

func (s *Responses) submissionPage(r *web.Request) (submissionPage, error) {
	p := submissionPage{Form: r.Form(), Validate: web.Button{Text: r.T("Accept into the data")}, Ask: web.Button{Text: r.T("Send the question"), Kind: "secondary"}, Open: web.Button{Text: r.T("Open the sealed answers"), Kind: "secondary", Name: "open", Value: "yes"}}
	n, err := r.PathID("id")
	if err != nil {
		return p, err
	}
	err = s.Read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error {
		ctx := r.Ctx()
		if err := s.Desk.May(ctx, tx, r.Person, "submission.read", id.NewRef(KindSubmission, n)); err != nil {
			return err
		}
		x, err := s.Submission(ctx, tx, n)
		if err != nil {
			return err
		}
		if p.Study, err = study.Find(ctx, tx, x.Respondent.Study); err != nil {
			return err
		}
		f, err := s.Studies.FieldedAs(ctx, tx, x.Respondent.Study, x.Form)
		if err != nil {
			return err
		}
		checked, err := CheckSigned(x.Record, x.Signature)
		if err != nil {
			return err
		}
		p.Submission, p.Who, p.Title, p.Tag = x, whoIs(r, x.Respondent), p.Study.Name(r.Lang()), stateTag(r, x.State)
		p.Level, p.Signer = r.T(levelSay(Level(x.Level))), checked.Signer.Cert.Subject.CommonName
		have := contentOf(f.Form, x, tx)
		state := f.Form.Eval(x.Answers, tx.Now())
		p.Sections = whole(r, f.Form, have, state)
		for _, w := range lacking(f.Form, have, "", tx.Now()) {
			if !slices.Contains(x.Secrets, w.Path) {
				p.Findings = append(p.Findings, r.T("{question}: {problem}", "question", labelAt(r, f.Form, w.Path), "problem", language.Plain(problemSay(r, f.Form, w))))
			}
		}
		for _, w := range doubts(f.Form, have, "", true, tx.Now()) {
			question, what, reason := labelAt(r, f.Form, w.Path), doubtSay(r, f.Form, w), have.at[w.Path].Mark.Note
			switch {
			case reason != "":
				p.Findings = append(p.Findings, r.T("{question}: {problem} Reason given: {reason}", "question", question, "problem", language.Plain(what), "reason", reason))
			case len(x.Secrets) == 0: // beside sealed answers a sum is less than its parts here, and wasn't there
				p.Findings = append(p.Findings, r.T("{question}: {problem}", "question", question, "problem", language.Plain(what)))
			}
		}
		for _, path := range x.Secrets {
			p.Sealed = append(p.Sealed, labelAt(r, f.Form, path))
		}
		p.Choices = append(p.Choices, web.Choice{Value: "", Label: r.T("The response as a whole")})
		state.Each(func(q instrument.ItemState) {
			if q.Relevant && q.Item.Label != "" && q.Item.Type != instrument.NoteType && q.Item.Type != instrument.GroupType {
				p.Choices = append(p.Choices, web.Choice{Value: q.Path, Label: own(r, f.Form, q.Item.Label)})
			}
		})
		p.Queries, err = s.queriesTable(ctx, tx, r, view{N: x.Response}, f.Form)
		if err != nil {
			return err
		}
		p.MayDecide = s.Desk.Ever(r.Person, "submission.validate")
		named, _, err := namedFor(ctx, tx, p.Study.ID, r.Person.ID)
		p.MayOpen = len(x.Secrets) > 0 && x.State != Withdrawn && slices.Contains(named, r.Person.ID)
		return err
	})
	return p, err
}

// contentOf makes of a submission what the pages of a response show.
func contentOf(form *instrument.Instrument, x Submission, tx *db.Tx) content {
	c := content{answers: x.Answers, at: map[string]stored{}}
	for path, value := range flat(form, x.Answers, tx.Now()) {
		c.at[path] = stored{Answer: Answer{Value: value, Mark: x.Marks[path]}}
	}
	for path, m := range x.Marks {
		c.at[path] = stored{Answer: Answer{Value: c.at[path].Value, Mark: m}}
	}
	return c
}

func (s *Responses) showSubmission(r *web.Request) error {
	p, err := s.submissionPage(r)
	if err != nil {
		return err
	}
	return r.Page("response/submission", p)
}

func (s *Responses) onSubmission(r *web.Request, done string, do func(n, entry id.ID) error) error {
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
		p, e := s.submissionPage(r)
		if e != nil {
			return e
		}
		return r.Again("response/submission", p, err)
	}
	return r.Done("/d/submissions/"+string(n), done)
}

func (s *Responses) validateForm(r *web.Request) error {
	return s.onSubmission(r, language.M("Accepted into the data."), func(n, entry id.ID) error { return s.Validate(r.Ctx(), r.Person, n, entry) })
}

func (s *Responses) queryForm(r *web.Request) error {
	return s.onSubmission(r, language.M("The question was sent. The respondent corrects, or explains; nobody here changes an answer."), func(n, entry id.ID) error {
		return s.Ask(r.Ctx(), r.Person, n, []Query{{Path: r.Form().Get("path"), Text: r.Form().Get("text")}}, entry)
	})
}
