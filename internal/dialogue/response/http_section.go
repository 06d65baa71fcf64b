package response

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/study"
	"comity/internal/engine/formpage"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// formTexts is a form with the languages of its texts.
type formTexts interface {
	In(tag language.Tag, english string) string
	Item(path string) *instrument.Item
}

// own says one of the form's texts in the reader's language: the form brings its translations. Comity's own sentences come
// from the catalogue.
func own(r *web.Request, form formTexts, english string) string {
	if t := form.In(r.Lang(), english); t != "" {
		return t
	}
	return r.T(english)
}

// labelAt is the question at a path in words, the path itself for one that the form doesn't have.
func labelAt(r *web.Request, form formTexts, path string) string {
	if it := form.Item(bare(path)); it != nil && it.Label != "" {
		return own(r, form, it.Label)
	}
	if path == "" {
		return r.T("The response as a whole")
	}
	return path
}

type sectionPage struct {
	view
	Who       string
	Section   string
	Title     string
	Hint      string
	Edit      bool
	Ready     bool
	Questions []question
	Hidden    []formpage.NotAsked
	Seen      int64
	Autosave  string
	fields    []web.Field

	Save, Stay, Finish, Reopen web.Button
}

// question is a field with what can be said beside its answer, or a heading with questions below.
type question struct {
	Heading  string
	Field    web.Field
	Mark     []web.Field
	Said     string // what is said beside the answer, in one line
	Earlier  string // what was answered to it in another study, in one sentence
	Reuse    web.Button
	Unit     string
	Children []question
}

// PageErrors lists what is wrong with the answers, for the summary on top.
func (p sectionPage) PageErrors() []web.FieldError { return web.FieldErrors(p.fields) }

func (s *Responses) sectionPage(r *web.Request) (sectionPage, error) {
	p := sectionPage{
		Section: r.Value("section"), Save: web.Button{Text: r.T("Save and go to the list")},
		Stay:   web.Button{Text: r.T("Save and stay here"), Kind: "secondary", Name: "stay", Value: "yes"},
		Finish: web.Button{Text: r.T("This section is finished")}, Reopen: web.Button{Text: r.T("This section isn’t finished after all"), Kind: "secondary"},
	}
	err := s.look(r, "response.read", func(ctx context.Context, tx *db.Tx, v view) error {
		if !v.Begun {
			return fmt.Errorf("section of response %s: %w", v.N, errs.NotFound)
		}
		p.view, p.Who, p.Seen = v, v.who(r), v.Response.Changes
		form, have, state, err := s.state(ctx, tx, v.Response)
		if err != nil {
			return err
		}
		sec, ok := state.Section(p.Section)
		if !ok {
			return fmt.Errorf("section %q: %w", p.Section, errs.NotFound)
		}
		p.Title = own(r, form, sec.Label)
		if sec.Hint != "" {
			p.Hint = own(r, form, sec.Hint)
		}
		ready, err := readySections(ctx, tx, v.N)
		if err != nil {
			return err
		}
		p.Ready = slices.Contains(ready, bare(p.Section))
		p.Edit = v.Response.State == Draft && mayWrite(v.Seats, r.Person.ID, bare(p.Section))
		a := formpage.Asker{P: r.Printer}
		p.fields = a.Fields(state.View(p.Section, func(english string) string { return own(r, form, english) }))
		if p.Edit {
			markDoubts(r, form, doubts(form, have, bare(p.Section), false, tx.Now()), p.fields)
		} else {
			for i := range p.fields {
				readOnly(r.Printer, &p.fields[i])
			}
		}
		p.Questions, p.Hidden = questions(r, form, have, p.fields), a.Hidden
		if p.Edit {
			found, err := s.earlier(ctx, tx, v, form, have)
			if err != nil {
				return err
			}
			offer(r, form, found, p.Questions)
		}
		p.Autosave = "/d/fill/" + string(v.N) + "/part/" + p.Section
		return nil
	})
	return p, err
}

// readOnly turns a field into what can be read and not changed.
func readOnly(p *language.Printer, f *web.Field) {
	f.Error, f.Missing, f.AddName, f.RemoveName = "", "", "", ""
	for i := range f.Fields {
		readOnly(p, &f.Fields[i])
	}
	for i := range f.Items {
		for j := range f.Items[i].Fields {
			readOnly(p, &f.Items[i].Fields[j])
		}
	}
	if f.Kind == web.Group || f.Kind == web.Repeat || f.Kind == web.Note {
		return
	}
	f.Value = formpage.InWords(p, *f)
	f.Kind, f.Hint = web.Shown, ""
}

// questions puts beside each field what can be said of its answer.
func questions(r *web.Request, form *instrument.Instrument, have content, fields []web.Field) []question {
	var out []question
	for _, f := range fields {
		if f.Kind == web.Group && !isRank(form, f.Path) {
			out = append(out, question{Heading: f.Label, Children: questions(r, form, have, f.Fields)})
			continue
		}
		q := question{Field: f}
		if it := form.Item(bare(f.Path)); it != nil && f.Kind != web.Repeat && f.Kind != web.Note {
			stored, written := have.at[f.Path]
			m := stored.Mark
			if !written {
				m.Confidential = defaultOf(it)
			}
			if f.Kind != web.Shown {
				q.Mark = markFields(r, it, f.Path, m)
			}
			q.Said = saidBeside(r, m)
			if m.Missing != "" && q.Field.Missing != "" {
				q.Field.Missing = ""
			}
			q.Unit = it.Unit
		}
		out = append(out, q)
	}
	return out
}

func isRank(form *instrument.Instrument, path string) bool {
	it := form.Item(bare(path))
	return it != nil && it.Type == instrument.RankType
}

// saidBeside says in one line what stands beside an answer.
func saidBeside(r *web.Request, m Mark) string {
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	add(missingSay(r, m.Missing))
	add(confidentialSay(r, m.Confidential))
	if m.Provisional {
		add(r.T("provisional"))
	}
	add(m.Period)
	add(m.Source)
	add(m.Note)
	return strings.Join(parts, " · ")
}

func missingSay(r *web.Request, s string) string {
	switch s {
	case NotKnown:
		return r.T("Not known")
	case NotAvailable:
		return r.T("Not available")
	}
	return ""
}

func confidentialSay(r *web.Request, s string) string {
	switch s {
	case AggregateOnly:
		return r.T("Only in tables that tell nobody’s answer")
	case Secret:
		return r.T("Secret: sealed, for named analysts only")
	}
	return ""
}

func kindSay(r *web.Request, s string) string {
	switch s {
	case "law":
		return r.T("A law")
	case "register":
		return r.T("A register or statistic")
	case "estimate":
		return r.T("An estimate")
	}
	return r.T("An opinion")
}

// markFields are the fields beside an answer. Their names begin with "mark-".
func markFields(r *web.Request, it *instrument.Item, path string, m Mark) []web.Field {
	var missing []web.Choice
	for _, w := range []string{NotKnown, NotAvailable} {
		if it.Allows(w) {
			missing = append(missing, web.Choice{Value: w, Label: missingSay(r, w)})
		}
	}
	var out []web.Field
	if len(missing) > 0 {
		missing = append([]web.Choice{{Value: "", Label: r.T("There is an answer, or there will be one")}}, missing...)
		out = append(out, web.Field{Path: "mark-missing." + path, Kind: web.Select, Quiet: true, Label: r.T("If there is no answer"), Value: m.Missing, Choices: missing})
	}
	confidential := []web.Choice{
		{Value: "", Label: r.T("As the whole response")}, {Value: AggregateOnly, Label: confidentialSay(r, AggregateOnly)}, {Value: Secret, Label: confidentialSay(r, Secret)},
	}
	var kinds []web.Choice
	kinds = append(kinds, web.Choice{Value: "", Label: r.T("Not said")})
	for _, k := range SourceKinds() {
		kinds = append(kinds, web.Choice{Value: k, Label: kindSay(r, k)})
	}
	return append(out,
		web.Field{Path: "mark-confidential." + path, Kind: web.Select, Quiet: true, Label: r.T("Who may see this answer"), Value: m.Confidential, Choices: confidential},
		web.Field{Path: "mark-kind." + path, Kind: web.Select, Quiet: true, Label: r.T("What it rests on"), Value: m.SourceKind, Choices: kinds},
		web.Field{Path: "mark-source." + path, Kind: web.Text, Quiet: true, Label: r.T("Source"), Value: m.Source},
		web.Field{Path: "mark-period." + path, Kind: web.Text, Quiet: true, Label: r.T("Period that it is about"), Value: m.Period, Width: 10},
		web.Field{Path: "mark-note." + path, Kind: web.TextArea, Quiet: true, Label: r.T("Remark"), Value: m.Note, Rows: 2},
	)
}

func (s *Responses) showSection(r *web.Request) error {
	p, err := s.sectionPage(r)
	if err != nil {
		return err
	}
	return r.Page("response/section", p)
}

// fromForm parts what a page sent into answers and marks.
func fromForm(r *web.Request, auto bool) (Posted, error) {
	f := r.Form()
	p := Posted{Values: url.Values{}, Marks: map[string]Mark{}, Lang: r.Lang(), Auto: auto}
	seen, err := strconv.ParseInt(r.Version(), 10, 64)
	if err != nil {
		return p, errs.Invalidf("form: version: %v", err)
	}
	p.Seen = seen
	for name, values := range f.Values {
		kind, path, ok := strings.Cut(strings.TrimPrefix(name, "mark-"), ".")
		switch {
		case slices.Contains([]string{"entry", "version", "stay", "reuse"}, name):
		case !strings.HasPrefix(name, "mark-") || !ok:
			p.Values[name] = values
		default:
			m, value := p.Marks[path], f.Get(name)
			switch kind {
			case "missing":
				m.Missing = value
			case "confidential":
				m.Confidential = value
			case "kind":
				m.SourceKind = value
			case "source":
				m.Source = value
			case "period":
				m.Period = value
			case "note":
				m.Note = value
			}
			p.Marks[path] = m
		}
	}
	return p, nil
}

func (s *Responses) saveSection(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	in, err := fromForm(r, false)
	if err != nil {
		return err
	}
	if err := s.takeOver(r, &in); err != nil {
		return err
	}
	saved, err := s.Save(r.Ctx(), r.Person, n, r.Value("section"), in, entry)
	if err != nil {
		return err
	}
	back := "/d/fill/" + string(n)
	if r.Form().Has("stay") || r.Form().Has("reuse") || len(in.Values[instrument.AddField])+len(in.Values[instrument.RemoveField]) > 0 {
		back += "/part/" + r.Value("section")
	}
	switch {
	case len(saved.Said) > 0:
		return s.saidBack(r, saved)
	case len(saved.Clashed) > 0:
		return r.Done("/d/fill/"+string(n)+"/part/"+r.Value("section"),
			language.M("Saved. Somebody else answered one of these questions differently meanwhile: both answers are kept, and the focal point decides."))
	}
	return r.Done(back, language.M("Saved."))
}

// saidBack shows the section again when some of it was not taken: everything else was saved, and what was typed is there.
func (s *Responses) saidBack(r *web.Request, saved Saved) error {
	p, err := s.sectionPage(r)
	if err != nil {
		return err
	}
	wrong := map[string]string{}
	for _, f := range saved.Said {
		wrong[f.Path] = instrument.Sentence(func(msg string) string { return r.T(msg) }, f.Code, f.Args)
	}
	for i := range p.Questions {
		correct(&p.Questions[i], r.Form(), wrong)
	}
	return r.Again("response/section", p, errs.WithFields(errs.Field{Code: "Some answers were not taken as they were typed; the others were saved."}))
}

func correct(q *question, form *web.Form, wrong map[string]string) {
	fields := []web.Field{q.Field}
	formpage.Correct(fields, form, wrong)
	q.Field = fields[0]
	for i := range q.Children {
		correct(&q.Children[i], form, wrong)
	}
}

// autosave takes what a script sends while a section is being written. What isn't as it should be, or clashes with what
// somebody else wrote, is left for the form's own button.
func (s *Responses) autosave(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	in, err := fromForm(r, true)
	if err != nil {
		return err
	}
	saved, err := s.Save(r.Ctx(), r.Person, n, r.Value("section"), in, id.New(r.Now()))
	if err != nil {
		return err
	}
	return r.Saved(strconv.FormatInt(saved.Seen, 10))
}

func (s *Responses) readyForm(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	ready := r.Form().Get("ready") == "yes"
	if err := s.Ready(r.Ctx(), r.Person, n, bare(r.Value("section")), ready, entry); err != nil {
		if len(errs.Fields(err)) == 0 {
			return err
		}
		p, e := s.sectionPage(r)
		if e != nil {
			return e
		}
		return r.Again("response/section", p, errs.WithFields(errs.Field{Code: "Answer every question, or say that an answer is not known or not available, and give the reason for what is unusual. What is missing, wrong or unusual is marked below."}))
	}
	if ready {
		return r.Done("/d/fill/"+string(n), language.M("The section is finished. It is open again as soon as somebody changes an answer in it."))
	}
	return r.Done("/d/fill/"+string(n), language.M("The section is open again."))
}

type conflictsPage struct {
	view
	Who  string
	List []conflictPart
	Take web.Button
	Keep web.Button
}

type conflictPart struct {
	ID                              id.ID
	Label, Here, There, Hand, Hand2 string
}

func (s *Responses) showConflicts(r *web.Request) error {
	p := conflictsPage{
		Take: web.Button{Text: r.T("Take this one"), Name: "take", Value: "yes"},
		Keep: web.Button{Text: r.T("Keep what stands"), Name: "take", Value: "no", Kind: "secondary"},
	}
	err := s.look(r, "response.read", func(ctx context.Context, tx *db.Tx, v view) error {
		p.view, p.Who = v, v.who(r)
		if !v.Begun {
			return errs.NotFound
		}
		form, have, _, err := s.state(ctx, tx, v.Response)
		if err != nil {
			return err
		}
		list, err := conflicts(ctx, tx, v.N)
		for _, k := range list {
			here := have.at[k.Path]
			p.List = append(p.List, conflictPart{
				ID: k.ID, Label: labelAt(r, form, k.Path), Here: here.Value + " " + saidBeside(r, here.Mark), There: k.Answer.Value + " " + saidBeside(r, k.Answer.Mark),
				Hand: seatName(v.Seats, here.Mark.Author), Hand2: seatName(v.Seats, k.Answer.Mark.Author),
			})
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("response/conflicts", p)
}

func seatName(seats []study.Seat, n id.ID) string {
	for _, s := range seats {
		if s.Person == n {
			return s.Name
		}
	}
	return ""
}

func (s *Responses) settleForm(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	k, err := id.Parse(r.Form().Get("conflict"))
	if err != nil {
		return err
	}
	if err := s.Settle(r.Ctx(), r.Person, n, k, r.Form().Get("take") == "yes", entry); err != nil {
		return err
	}
	return r.Done("/d/fill/"+string(n)+"/conflicts", language.M("Decided. Both answers stay in the history."))
}
