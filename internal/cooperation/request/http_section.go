package request

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// sectionPage is one section of a request: to be written, or only to be read.
type sectionPage struct {
	Request  Request
	Name     string
	Section  string
	Title    string
	Hint     string
	Edit     bool
	Fields   []web.Field
	Hidden   []notAsked
	Version  int64
	Autosave string
	Paste    string
	Bases    []offeredBasis // beside the question of the legal basis
	NotBases []offeredBasis
	Save     web.Button
	Stay     web.Button
}

// PageErrors lists what is wrong with the answers, for the summary on top.
func (p sectionPage) PageErrors() []web.FieldError { return web.FieldErrors(p.Fields) }

func (q *Requests) sectionPage(r *web.Request) (sectionPage, error) {
	p := sectionPage{Section: r.Value("section"), Save: web.Button{Text: r.T("Save and go to the list")},
		Stay: web.Button{Text: r.T("Save and stay here"), Kind: "secondary", Name: "stay", Value: "yes"}}
	err := q.about(r, "request.read", func(ctx context.Context, tx *db.Tx, req Request) error {
		p.Request, p.Name, p.Version = req, req.name(r.Printer), req.Version
		edit, _, err := q.may(ctx, tx, r, "request.edit", req.ID)
		if err != nil {
			return err
		}
		p.Edit = edit && req.Direction == Out && req.State == Draft
		a, err := req.answers()
		if err != nil {
			return err
		}
		if p.Section == "basis" {
			p.Bases, p.NotBases = q.basesFor(a, req.Measures(), tx.Now(), r.Printer)
		}
		return q.fillSection(r, &p, q.law.Types.Form().Eval(a, tx.Now()))
	})
	return p, err
}

func (q *Requests) fillSection(r *web.Request, p *sectionPage, s instrument.State) error {
	sec, err := sectionOf(s, p.Section)
	if err != nil {
		return err
	}
	p.Title = r.T(sec.Label)
	if m := measureIndex(p.Section); m > 0 && m <= len(p.Request.Measures()) {
		p.Title = r.T("What we ask, {n}: {kind}", "n", m, "kind", language.Plain(q.typeName(p.Request.Measures()[m-1], r.Printer)))
		p.Paste = at(p.Request.ID, "draft", p.Section, "paste")
	}
	if sec.Hint != "" {
		p.Hint = r.T(sec.Hint)
	}
	k := asker{q: q, p: r.Printer}
	p.Fields = k.fields(s.View(p.Section, func(msg string) string { return r.T(msg) }))
	p.Hidden = k.hidden
	p.Autosave = at(p.Request.ID, "draft", p.Section)
	if !p.Edit {
		p.Fields = onlyShown(p.Fields)
	}
	return nil
}

// measureIndex is the number in the name of a measure's section, 0 for other sections.
func measureIndex(section string) int {
	const head = "measures["
	if len(section) <= len(head)+1 || section[:len(head)] != head {
		return 0
	}
	n, err := strconv.Atoi(section[len(head) : len(section)-1])
	if err != nil {
		return 0
	}
	return n
}

// onlyShown turns fields into what can be read and not changed; what isn't answered is left out.
func onlyShown(fields []web.Field) []web.Field {
	var out []web.Field
	for _, f := range fields {
		f.Error, f.Missing, f.AddName, f.RemoveName = "", "", "", ""
		f.Fields = onlyShown(f.Fields)
		f.Items = slices.Clone(f.Items)
		for i := range f.Items {
			f.Items[i].Fields = onlyShown(f.Items[i].Fields)
		}
		switch {
		case f.Kind == web.Group && len(f.Fields) > 0, f.Kind == web.Repeat && len(f.Items) > 0:
			out = append(out, f)
		case f.Value != "":
			f.Value = chosenLabels(f)
			f.Kind, f.Hint = web.Shown, ""
			out = append(out, f)
		}
	}
	return out
}

// chosenLabels is the value of a field in words.
func chosenLabels(f web.Field) string {
	for _, c := range f.Choices {
		if c.Value == f.Value {
			return c.Label
		}
	}
	return f.Value
}

func (q *Requests) showSection(r *web.Request) error {
	p, err := q.sectionPage(r)
	if err != nil {
		return err
	}
	return r.Page("request/section", p)
}

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
	correct(p.Fields, r.Form(), wrong)
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
