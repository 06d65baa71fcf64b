package request

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/formpage"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// saveSection takes a section's form: what was typed is kept, whatever is wrong with it.
func (q *Requests) saveSection(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.Version(), 10, 64)
	if err != nil {
		return errs.Invalidf("form: version: %v", err)
	}
	section := r.Value("section")
	saved, err := q.Save(r.Ctx(), r.Person, n, section, answersIn(r.Form()), version, entry)
	if err != nil {
		return q.differs(r, err, section)
	}
	if len(saved.Said) > 0 {
		return q.saidBack(r, saved)
	}
	to := at(n, "draft")
	if r.Form().Has("stay") || r.Form().Has(instrument.AddField) || r.Form().Has(instrument.RemoveField) {
		to = at(n, "draft", section)
	}
	return r.Done(to, language.M("Saved."))
}

// answersIn are a form's values but those that are the page's own.
func answersIn(f *web.Form) map[string][]string {
	answers := map[string][]string{}
	for name, values := range f.Values {
		if !slices.Contains([]string{"entry", "version", "stay"}, name) {
			answers[name] = values
		}
	}
	return answers
}

// saidBack shows the section again when some of it was not taken: everything else was saved, and what was typed is there.
func (q *Requests) saidBack(r *web.Request, saved Saved) error {
	p, err := q.sectionPage(r)
	if err != nil {
		return err
	}
	wrong := map[string]string{}
	for _, s := range saved.Said {
		wrong[s.Path] = instrument.Sentence(func(msg string) string { return r.T(msg) }, s.Code, s.Args)
	}
	formpage.Correct(p.Fields, r.Form(), wrong)
	return r.Again("request/section", p, errs.WithFields(errs.Field{Code: "Some answers were not taken as they were typed; the others were saved."}))
}

// autosave takes what a script sends while a section is being written. What isn't as it should be is left for the
// form's own button, which shows why.
func (q *Requests) autosave(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.Version(), 10, 64)
	if err != nil {
		return errs.Invalidf("form: version: %v", err)
	}
	answers := answersIn(r.Form())
	if err := q.takes(r, answers); err != nil {
		return err
	}
	saved, err := q.Save(r.Ctx(), r.Person, n, r.Value("section"), answers, version, id.New(r.Now()))
	if err != nil {
		return err
	}
	return r.Saved(strconv.FormatInt(saved.Version, 10))
}

// takes says whether all of a section's answers would be taken.
func (q *Requests) takes(r *web.Request, answers map[string][]string) error {
	return q.about(r, "request.edit", func(_ context.Context, _ *db.Tx, req Request) error {
		a, err := req.answers()
		if err != nil {
			return err
		}
		_, said, err := q.law.Types.Form().Bind(a, r.Value("section"), answers)
		for _, s := range said {
			if s.Code != instrument.CodeRemovedControl {
				return errors.Join(err, errs.WithFields(s))
			}
		}
		return err
	})
}

// differs adds to a conflict what both have written in the section, so that nothing is lost.
func (q *Requests) differs(r *web.Request, err error, section string) error {
	var both *StaleError
	if !errors.As(err, &both) {
		return err
	}
	form, now := q.law.Types.Form(), r.Now()
	tr := func(msg string) string { return r.T(msg) }
	yours, theirs := map[string]web.Difference{}, map[string]string{}
	var order []string
	flat(form.Eval(both.Yours, now).View(section, tr), func(f instrument.Field) {
		yours[f.Path] = web.Difference{Label: f.Label, Yours: f.Value}
		order = append(order, f.Path)
	})
	flat(form.Eval(both.Theirs, now).View(section, tr), func(f instrument.Field) {
		theirs[f.Path] = f.Value
		if _, ok := yours[f.Path]; !ok {
			yours[f.Path] = web.Difference{Label: f.Label}
			order = append(order, f.Path)
		}
	})
	var list []web.Difference
	for _, path := range order {
		d := yours[path]
		if d.Theirs = theirs[path]; d.Theirs != d.Yours {
			list = append(list, d)
		}
	}
	return web.Differs(err, list...)
}

// flat calls f for every question among the fields.
func flat(fields []instrument.Field, f func(instrument.Field)) {
	for _, one := range fields {
		if len(one.Fields) == 0 {
			f(one)
		}
		flat(one.Fields, f)
	}
}
