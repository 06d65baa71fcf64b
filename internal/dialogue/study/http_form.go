package study

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/xlsform"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// formsPage lists the questionnaires of a study and takes new ones.
type formsPage struct {
	Head      head
	Form      *web.Form
	Rows      []formRow
	May       bool
	Audiences []web.Choice
	Found     web.Table // what the reader of a workbook found
	Added     bool      // the workbook was taken in spite of it
}

type formRow struct {
	Form
	Title, Lacking string
	State          web.Tag
	Adopt          bool
}

func formTag(p *language.Printer, st FormState) web.Tag {
	words := map[FormState]string{FormDraft: language.M("Draft"), FormAdopted: language.M("Adopted, not asked yet"), FormFielded: language.M("Being asked"), FormReplaced: language.M("Replaced")}[st]
	colour := map[FormState]string{FormDraft: "grey", FormAdopted: "blue", FormFielded: "green", FormReplaced: "orange"}[st]
	return web.Tag{Text: p.T(words), Colour: colour}
}

func formTitle(p *language.Printer, f Form) string {
	return p.T("{audience}, version {version}", "audience", language.Plain(AudienceWords(p, f.Audience)), "version", f.Version)
}

func (s *Studies) formsPage(r *web.Request) (formsPage, error) {
	p := formsPage{Form: r.Form()}
	err := s.see(r, "study.read", func(ctx context.Context, tx *db.Tx, at Study) error {
		p.Head = s.head(r, at)
		all, err := FormsOf(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		if p.May, err = s.Desk.Could(ctx, tx, r.Person, "study.form.add", id.NewRef(Kind, at.ID)); err != nil {
			return err
		}
		p.May = p.May && at.Origin == ""
		for _, f := range all {
			if r.Person.Guest() && f.State != FormFielded {
				continue
			}
			row := formRow{Form: f, Title: formTitle(r.Printer, f), State: formTag(r.Printer, f.State), Adopt: p.May && f.State == FormDraft}
			var names []string
			for _, tag := range f.lacking() {
				names = append(names, language.Tag(tag).Name()+" ("+strconv.Itoa(f.Lacks[language.Tag(tag)])+")")
			}
			row.Lacking = strings.Join(names, ", ")
			p.Rows = append(p.Rows, row)
		}
		for _, a := range Audiences() {
			p.Audiences = append(p.Audiences, web.Choice{Value: string(a), Label: AudienceWords(r.Printer, a)})
		}
		return nil
	})
	return p, err
}

func (s *Studies) showForms(r *web.Request) error {
	p, err := s.formsPage(r)
	if err != nil {
		return err
	}
	return r.Page("study/instruments", p)
}

// formPage shows one questionnaire: its outline in a language, what it lacks, what changed against another version.
type formPage struct {
	Head      head
	Form      *web.Form
	Row       formRow
	Languages []web.Link
	Lang      language.Tag
	Dir       language.Direction
	Sections  []outline
	Lacks     []string
	More      int // further texts that are lacking
	Changes   web.Table
	May       bool
	Waive     bool
}

// outline is a section with its questions.
type outline struct {
	Title     string
	Questions []question
}

type question struct {
	Name, Text, Kind string
}

// maxShown is how many lacking texts one page lists.
const maxShown = 50

func (s *Studies) formPage(r *web.Request) (formPage, error) {
	p := formPage{Form: r.Form(), Lang: r.Lang()}
	if tag := language.Tag(r.Query("in")); slices.Contains(language.Official(), tag) {
		p.Lang = tag
	}
	p.Dir = p.Lang.Direction()
	err := s.see(r, "study.read", func(ctx context.Context, tx *db.Tx, at Study) error {
		p.Head = s.head(r, at)
		n, err := r.PathID("form")
		if err != nil {
			return err
		}
		f, err := findForm(ctx, tx, at.ID, n)
		if err != nil {
			return err
		}
		if r.Person.Guest() && f.State != FormFielded {
			return fmt.Errorf("questionnaire %s: %w", n, errs.NotFound)
		}
		asked, err := s.Asked(ctx, tx, at.ID, n)
		if err != nil {
			return err
		}
		p.Row = formRow{Form: f, Title: formTitle(r.Printer, f), State: formTag(r.Printer, f.State)}
		for _, tag := range language.Official() {
			p.Languages = append(p.Languages, web.Link{Text: tag.Name(), Href: "?in=" + string(tag)})
		}
		p.Sections = outlineOf(asked.Form, p.Lang)
		p.Lacks, p.More = lacking(asked.Form, p.Lang)
		if p.May, err = s.Desk.Could(ctx, tx, r.Person, "study.form.adopt", id.NewRef(Kind, at.ID)); err != nil {
			return err
		}
		p.May = p.May && at.Origin == "" && f.State == FormDraft
		p.Waive = at.Origin == "" && len(f.Lacks) > 0 && f.Waiver == "" && s.Desk.Ever(r.Person, "study.waive")
		p.Changes, err = s.changes(ctx, tx, r, at.ID, f, asked.Form)
		return err
	})
	return p, err
}

func lacking(in *instrument.Instrument, tag language.Tag) (shown []string, more int) {
	for _, t := range in.Lacks(tag) {
		if len(shown) == maxShown {
			more++
			continue
		}
		shown = append(shown, t.English)
	}
	return shown, more
}

// outlineOf lists the questions by section, in a language where it has them.
func outlineOf(in *instrument.Instrument, tag language.Tag) []outline {
	said := func(text string) string {
		if t := in.In(tag, text); t != "" {
			return t
		}
		return text
	}
	titles := map[string]string{}
	for _, sec := range in.Sections {
		titles[sec.Name] = said(sec.Label)
	}
	var out []outline
	last := "\x00"
	in.Walk(func(it *instrument.Item) {
		if it.Type == instrument.CalculateType || it.Type == instrument.NoteType || it.Label == "" {
			return
		}
		if it.Section != last {
			last = it.Section
			out = append(out, outline{Title: titles[it.Section]})
		}
		here := &out[len(out)-1]
		here.Questions = append(here.Questions, question{Name: it.Name, Text: said(it.Label), Kind: string(it.Type)})
	})
	return out
}

// changes compares a questionnaire with the one before it for the same audience.
func (s *Studies) changes(ctx context.Context, tx *db.Tx, r *web.Request, n id.ID, f Form, in *instrument.Instrument) (web.Table, error) {
	all, err := FormsOf(ctx, tx, n)
	if err != nil {
		return web.Table{}, err
	}
	var before *Form
	for i, o := range all {
		if o.Audience == f.Audience && o.ID < f.ID {
			before = &all[i]
		}
	}
	if before == nil {
		return web.Table{}, nil
	}
	old, err := s.Asked(ctx, tx, n, before.ID)
	if err != nil {
		return web.Table{}, err
	}
	t := web.Table{
		Caption: r.T("What changed since version {version}", "version", before.Version), Empty: r.T("Every question is the same as before."),
		Columns: []web.Column{{Label: r.T("Question")}, {Label: r.T("Change")}},
	}
	changes, err := compare(old.Form, in)
	for _, c := range changes {
		t.Rows = append(t.Rows, []any{c.path, changeWords(r.Printer, c.change)})
	}
	return t, err
}

func changeWords(p *language.Printer, c instrument.Change) string {
	return p.T(map[instrument.Change]string{
		instrument.Same: language.M("The words changed"), instrument.Recoded: language.M("The choices were coded anew"), instrument.Split: language.M("Split into several questions"),
		instrument.Dropped: language.M("Dropped"), instrument.New: language.M("New"),
	}[c])
}

func (s *Studies) showForm(r *web.Request) error {
	p, err := s.formPage(r)
	if err != nil {
		return err
	}
	return r.Page("study/instrument", p)
}

// giveForm sends the questionnaire as its canonical file, or as a workbook.
func (s *Studies) giveForm(r *web.Request) error {
	var asked Fielded
	err := s.see(r, "study.read", func(ctx context.Context, tx *db.Tx, at Study) error {
		n, err := r.PathID("form")
		if err != nil {
			return err
		}
		f, err := findForm(ctx, tx, at.ID, n)
		if err != nil {
			return err
		}
		if r.Person.Guest() && f.State != FormFielded {
			return fmt.Errorf("questionnaire %s: %w", n, errs.NotFound)
		}
		asked, err = s.Asked(ctx, tx, at.ID, n)
		return err
	})
	if err != nil {
		return err
	}
	name := "instrument-" + string(asked.Audience) + "-" + string(asked.Hash[:8])
	if r.Query("as") != "xlsx" {
		return r.Attachment(name+".json", "application/json", bytes.NewReader(asked.Canonical))
	}
	var book bytes.Buffer
	if err := xlsform.Write(&book, asked.Form); err != nil {
		return err
	}
	return r.Attachment(name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes.NewReader(book.Bytes()))
}

// onForm does something with the questionnaire of the address.
func (s *Studies) onForm(r *web.Request, done string, do func(n, form, entry id.ID) error) error {
	n, entry, err := pathAndEntry(r)
	if err != nil {
		return err
	}
	form, err := r.PathID("form")
	if err != nil {
		return err
	}
	if err := do(n, form, entry); err != nil {
		if len(errs.Fields(err)) == 0 {
			return err
		}
		p, failed := s.formPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("study/instrument", p, err)
	}
	return r.Done(address(n, "instruments"), done)
}

func (s *Studies) adoptForm(r *web.Request) error {
	return s.onForm(r, language.M("The questionnaire was adopted. From now on it doesn’t change."), func(n, form, entry id.ID) error {
		return s.AdoptForm(r.Ctx(), r.Person, n, form, entry)
	})
}

func (s *Studies) waive(r *web.Request) error {
	return s.onForm(r, language.M("The waiver is on record."), func(n, form, entry id.ID) error {
		return s.Waive(r.Ctx(), r.Person, n, form, r.Form().Get("reason"), entry)
	})
}
