package response

import (
	"context"
	"maps"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// sealedPage says who may open the sealed answers to a study, and who has.
type sealedPage struct {
	Study   study.Study
	Title   string
	Form    *web.Form
	Named   []namedRow
	People  []web.Choice
	Opened  web.Table
	MayName bool

	Name, End web.Button
}

type namedRow struct {
	ID   id.ID
	Name string
	Said string
}

func (s *Responses) sealedPage(r *web.Request) (sealedPage, error) {
	p := sealedPage{
		Form: r.Form(), Name: web.Button{Text: r.T("Name this person")}, End: web.Button{Text: r.T("Take it back"), Kind: "secondary"},
		MayName: s.Desk.Ever(r.Person, "submission.name"),
		Opened: web.Table{
			Caption: r.T("What was opened"), Empty: r.T("No sealed answer has been opened."),
			Columns: []web.Column{{Label: r.T("Respondent")}, {Label: r.T("Opened by")}, {Label: r.T("When")}, {Label: r.T("Why")}},
		},
	}
	n, err := r.PathID("id")
	if err != nil {
		return p, err
	}
	err = s.Read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) (err error) {
		if p.Study, err = study.Find(r.Ctx(), tx, n); err != nil {
			return err
		}
		p.Title = p.Study.Name(r.Lang())
		people, err := access.People(r.Ctx(), tx)
		if err != nil {
			return err
		}
		names := map[id.ID]string{}
		for _, a := range people {
			names[a.ID] = a.Name
		}
		now, err := openers(r.Ctx(), tx, n)
		if err != nil {
			return err
		}
		for _, o := range now {
			p.Named = append(p.Named, namedRow{o.ID, names[o.Person], r.T("Named by {name} on {day}", "name", names[o.By], "day", string(r.Date(o.At)))})
		}
		for _, a := range people {
			if !a.Disabled && a.ID != r.Person.ID && a.Holds("analyst") && !slices.ContainsFunc(now, func(o Opener) bool { return o.Person == a.ID }) {
				p.People = append(p.People, web.Choice{Value: string(a.ID), Label: a.Name})
			}
		}
		return openedRows(r.Ctx(), tx, r, n, names, &p.Opened)
	})
	return p, err
}

func openedRows(ctx context.Context, tx *db.Tx, r *web.Request, n id.ID, names map[id.ID]string, t *web.Table) error {
	list, err := openings(ctx, tx, n)
	if err != nil {
		return err
	}
	for _, o := range list {
		of, err := study.RespondentOf(ctx, tx, o.Respondent)
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, []any{whoIs(r, of), names[o.Person], string(r.When(o.At)), o.Reason})
	}
	return nil
}

func (s *Responses) showSealed(r *web.Request) error {
	p, err := s.sealedPage(r)
	if err != nil {
		return err
	}
	return r.Page("response/sealed", p)
}

func (s *Responses) onSealed(r *web.Request, done, field string, do func(n, other, entry id.ID) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	other, err := id.Parse(r.Form().Get(field))
	if err != nil {
		err = errs.WithFields(errs.Field{Path: field, Code: language.M("Choose an analyst of this house.")})
	} else {
		err = do(n, other, entry)
	}
	if len(errs.Fields(err)) > 0 {
		p, e := s.sealedPage(r)
		if e != nil {
			return e
		}
		return r.Again("response/sealed", p, err)
	}
	if err != nil {
		return err
	}
	return r.Done("/d/studies/"+string(n)+"/sealed", done)
}

func (s *Responses) nameForm(r *web.Request) error {
	return s.onSealed(r, language.M("This person may open the sealed answers now. Each opening is entered with its reason."), "person", func(n, person, entry id.ID) error {
		return s.NameOpener(r.Ctx(), r.Person, n, person, entry)
	})
}

func (s *Responses) endForm(r *web.Request) error {
	return s.onSealed(r, language.M("This person may open no sealed answer any more."), "opener", func(n, opener, entry id.ID) error {
		return s.EndOpener(r.Ctx(), r.Person, n, opener, entry)
	})
}

// openedPage shows sealed answers to the one who has opened them, once: its address alone gives nothing.
type openedPage struct {
	Submission Submission
	Who        string
	Title      string
	Rows       []web.Row
}

// openForm opens the sealed answers and shows them in answer to the form: they are on no page that could be asked for again.
func (s *Responses) openForm(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	opened, err := s.Unseal(r.Ctx(), r.Person, n, r.Form().Get("reason"), entry)
	if len(errs.Fields(err)) > 0 {
		p, e := s.submissionPage(r)
		if e != nil {
			return e
		}
		return r.Again("response/submission", p, err)
	}
	if err != nil {
		return err
	}
	var p openedPage
	err = s.Read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) (err error) {
		if p.Submission, err = s.Submission(r.Ctx(), tx, n); err != nil {
			return err
		}
		st, err := study.Find(r.Ctx(), tx, p.Submission.Respondent.Study)
		if err != nil {
			return err
		}
		p.Who, p.Title = whoIs(r, p.Submission.Respondent), st.Name(r.Lang())
		f, err := s.Studies.FieldedAs(r.Ctx(), tx, st.ID, p.Submission.Form)
		if err != nil {
			return err
		}
		for _, path := range slices.Sorted(maps.Keys(opened.Answers)) {
			a := opened.Answers[path]
			p.Rows = append(p.Rows, web.Row{Key: labelAt(r, f.Form, path), Value: answerSay(r, f.Form, path, Answer(a))})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("response/opened", p)
}
