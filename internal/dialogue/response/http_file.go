package response

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/answerbook"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// Limits of what comes back, and of what one page lists.
const (
	maxBook  = 8 << 20
	maxFound = 100

	maxFileName = 200 // characters
)

// filesPage gives out sections to be filled in elsewhere, and takes them back.
type filesPage struct {
	view
	Who      string
	Form     *web.Form
	Edit     bool
	Sections []web.Choice
	Kinds    []web.Choice
	Give     web.Button
	Take     web.Button
	Limit    string
	Files    web.Table
	Found    web.Table
}

func (s *Responses) filesPage(r *web.Request) (filesPage, error) {
	p := filesPage{
		Form: r.Form(), Give: web.Button{Text: r.T("Take the file away"), Kind: "secondary"}, Take: web.Button{Text: r.T("Compare the file")},
		Limit: r.Size(maxBook),
		Kinds: []web.Choice{{Value: "xlsx", Label: r.T("A workbook (XLSX)")}, {Value: "html", Label: r.T("One page for a browser, which needs no network (HTML)")}},
	}
	err := s.look(r, "response.read", func(ctx context.Context, tx *db.Tx, v view) error {
		p.view, p.Who = v, v.who(r)
		if !v.Begun {
			return nil
		}
		form, err := s.form(ctx, tx, v.Response)
		if err != nil {
			return err
		}
		p.Edit = v.Response.State == Draft
		for _, sec := range ownSections(v, form, r.Person.ID) {
			p.Sections = append(p.Sections, web.Choice{Value: sec.Name, Label: own(r, form, sec.Label)})
		}
		p.Files, err = filesTable(ctx, tx, r, v.N)
		return err
	})
	return p, err
}

// ownSections are the sections in which the person may write, and so those that they may take away.
func ownSections(v view, form *instrument.Instrument, who id.ID) []instrument.Section {
	return slices.DeleteFunc(slices.Clone(form.Sections), func(sec instrument.Section) bool { return !mayWrite(v.Seats, who, sec.Name) })
}

// filesTable lists what came back: who brought which bytes, and what became of it.
func filesTable(ctx context.Context, tx *db.Tx, r *web.Request, n id.ID) (web.Table, error) {
	t := web.Table{
		Caption: r.T("Files that came back"), Empty: r.T("No file has come back yet."),
		Columns: []web.Column{{Label: r.T("File")}, {Label: r.T("SHA-256")}, {Label: r.T("Brought by")}, {Label: r.T("When")}, {Label: r.T("Answers taken"), Numeric: true}, {Label: r.T("Kept beside another answer"), Numeric: true}},
	}
	rows, err := tx.Query(ctx, `SELECT name, sha256, person_id, at, taken, clashed FROM response_file WHERE response_id = ? ORDER BY id DESC LIMIT 200`, n)
	type file struct {
		name, sum      string
		who            id.ID
		at             time.Time
		taken, clashed int64
	}
	list, err := db.Collect(rows, err, func(scan db.Scan) (f file, err error) {
		return f, scan(&f.name, &f.sum, &f.who, &f.at, &f.taken, &f.clashed)
	})
	if err != nil {
		return t, err
	}
	for _, f := range list {
		a, err := access.Find(ctx, tx, f.who)
		if err != nil {
			return t, err
		}
		t.Rows = append(t.Rows, []any{f.name, shortSum(f.sum), a.Name, string(r.When(f.at)), r.Number(f.taken), r.Number(f.clashed)})
	}
	return t, nil
}

// shortSum is as much of a digest as people compare by eye; a file that a program made has none.
func shortSum(sum string) string {
	if len(sum) <= 16 {
		return sum
	}
	return sum[:16] + "…"
}

func (s *Responses) showFiles(r *web.Request) error {
	p, err := s.filesPage(r)
	if err != nil {
		return err
	}
	return r.Page("response/files", p)
}

// giveFile gives out sections with the answers that stand in them. Only sections in which the person may write leave by
// their hand; nothing is changed and nothing entered by it.
func (s *Responses) giveFile(r *web.Request) error {
	kind := r.Query("kind")
	wanted := slices.DeleteFunc(slices.Clone(r.HTTP.URL.Query()["section"]), func(v string) bool { return v == "" })
	var b answerbook.Book
	var name string
	err := s.look(r, "response.read", func(ctx context.Context, tx *db.Tx, v view) error {
		if !v.Begun {
			return errs.NotFound
		}
		form, have, _, err := s.state(ctx, tx, v.Response)
		if err != nil {
			return err
		}
		if err := mayTake(v, form, r.Person.ID, wanted); err != nil {
			return err
		}
		b = book(r, v, form, have, wanted)
		name = strings.ToLower(strings.Trim(v.Study.Code+"-"+v.Respondent.State, "-"))
		return nil
	})
	if err != nil {
		return err
	}
	var out bytes.Buffer
	switch kind {
	case "xlsx":
		if err := b.WriteXLSX(&out); err != nil {
			return err
		}
		return r.Attachment(name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes.NewReader(out.Bytes()))
	case "html":
		if err := b.WriteHTML(&out); err != nil {
			return err
		}
		return r.Attachment(name+".html", "text/html; charset=utf-8", bytes.NewReader(out.Bytes()))
	}
	return errs.NotFound
}

// mayTake refuses sections that aren't there or aren't the person's.
func mayTake(v view, form *instrument.Instrument, who id.ID, wanted []string) error {
	mine := ownSections(v, form, who)
	for _, name := range wanted {
		if !slices.ContainsFunc(mine, func(sec instrument.Section) bool { return sec.Name == name }) {
			return errs.Say(fmt.Errorf("take away section %.60q: %w", name, errs.Forbidden), "This section was given to somebody else. Ask the focal point.", nil)
		}
	}
	if len(wanted) == 0 {
		return errs.Say(errs.Invalidf("no section was chosen"), language.M("Choose at least one section. Nothing was given out."), nil)
	}
	return nil
}

// book is what is handed out.
func book(r *web.Request, v view, form *instrument.Instrument, have content, sections []string) answerbook.Book {
	b := answerbook.Book{
		Head:  answerbook.Head{Response: string(v.N), Sections: sections, Lang: r.Lang(), Stamp: number(int(v.Response.Changes))},
		Title: v.Study.Name(r.Lang()), In: form, Answers: have.answers, Marks: map[string]answerbook.Mark{},
		Tr: func(english string) string { return r.T(english) },
	}
	if v.Study.Synthetic {
		b.Banner = r.T("Synthetic: these answers were made by a program. No State, company or organisation gave them.")
	}
	for path, a := range have.at {
		b.Marks[path] = bookMark(a.Mark)
	}
	return b
}

func bookMark(m Mark) answerbook.Mark {
	return answerbook.Mark{
		Missing: m.Missing, Confidential: m.Confidential, Note: m.Note, Source: m.Source, SourceKind: m.SourceKind, Period: m.Period, Lang: m.Lang, Provisional: m.Provisional,
	}
}

// brought is a file that came back as it was read, with what it is held against.
type brought struct {
	view
	File  File
	Form  *instrument.Instrument
	Have  content
	Found []answerbook.Diagnostic // what is wrong in it, or worth a look
	Bytes []byte
}

// readFile reads a file against the questionnaire that is being answered now: a file of an older one is refused, since
// what it asks may mean something else.
func (s *Responses) readFile(r *web.Request, b []byte, name string) (in brought, err error) {
	in.Bytes = b
	var mine []string
	err = s.look(r, "response.read", func(ctx context.Context, tx *db.Tx, v view) error {
		in.view = v
		fielded, err := s.Studies.Fielded(ctx, tx, v.Study.ID, v.Respondent.Audience)
		if err != nil {
			return err
		}
		in.Form = fielded.Form
		for _, sec := range ownSections(v, fielded.Form, r.Person.ID) {
			mine = append(mine, sec.Name)
		}
		in.Have, err = s.standing(ctx, tx, v, fielded)
		return err
	})
	if err != nil {
		return in, err
	}
	want := answerbook.Want{In: in.Form, Response: string(in.N), Sections: mine, Tr: func(tag language.Tag, english string) string { return s.Catalog.Get(tag).T(english) }}
	filled, found, err := answerbook.Read(bytes.NewReader(b), int64(len(b)), name, want)
	if in.Found = found; err != nil {
		return in, err
	}
	in.File = fileOf(filled, in.Form)
	in.File.Name, in.File.Sum = name, canonical.Sum(b)
	if len(in.File.Sections) == 0 {
		in.File.Sections = mine
	}
	return in, nil
}

// standing is what stands now, in the questionnaire that is being asked: a draft of an older one is carried over in
// thought, as taking the file would do.
func (s *Responses) standing(ctx context.Context, tx *db.Tx, v view, to study.Fielded) (content, error) {
	if !v.Begun {
		return content{instrument.NewAnswers(), map[string]stored{}}, nil
	}
	if _, err := moveNamed("edit").after(v.Response.State); err != nil {
		return content{}, err
	}
	have, err := load(ctx, tx, v.N)
	if err != nil || v.Response.Form == to.Hash {
		return have, err
	}
	after, _, err := s.carried(ctx, tx, v.Response, have, to)
	at := map[string]stored{}
	for path, value := range flat(to.Form, after, tx.Now()) {
		was := have.at[path]
		was.Value = value
		at[path] = was
	}
	return content{after, at}, err
}

// fileOf is what a book says, in the response's own terms.
func fileOf(filled answerbook.Filled, form *instrument.Instrument) File {
	f := File{Sections: filled.Sections, Answers: map[string]Answer{}, Base: map[string]Answer{}}
	for path, a := range filled.Base {
		f.Base[path] = Answer{a.Value, fromBook(a.Mark)}
	}
	for path, a := range filled.Answers {
		came := Answer{a.Value, fromBook(a.Mark)}
		if came.Value != f.Base[path].Value && isText(form, path) {
			came.Mark.Lang = string(filled.Lang)
		}
		f.Answers[path] = came
	}
	return f
}

func fromBook(m answerbook.Mark) Mark {
	return Mark{
		Missing: m.Missing, Confidential: m.Confidential, Note: m.Note, Source: m.Source, SourceKind: m.SourceKind, Period: m.Period, Lang: m.Lang, Provisional: m.Provisional,
	}
}

// uploaded returns the bytes of the file of the form and the name that its sender gave it.
func uploaded(r *web.Request) ([]byte, string, error) {
	h := r.Form().File("file")
	if h == nil {
		return nil, "", errs.WithFields(web.NoFile("file"))
	}
	name := fileName(h.Filename)
	f, err := h.Open()
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxBook+1))
	if err == nil && len(b) > maxBook {
		err = errs.WithFields(errs.Field{Path: "file", Code: "The file is larger than {size}.", Args: map[string]string{"size": r.Size(maxBook)}})
	}
	return b, name, err
}

// fileName is as much of what a sender calls a file as is kept.
func fileName(name string) string {
	name, _ = language.StripBidi(name)
	if all := []rune(name); len(all) > maxFileName {
		name = string(all[:maxFileName])
	}
	return name
}

// foundTable lists what is wrong in a file, errors first.
func foundTable(r *web.Request, found []answerbook.Diagnostic) web.Table {
	t := web.Table{Caption: r.T("What was found in the file"), Columns: []web.Column{{Label: r.T("Where")}, {Label: r.T("What is wrong, and what to do")}}}
	slices.SortStableFunc(found, func(a, b answerbook.Diagnostic) int { return cmp.Compare(a.Severity, b.Severity) })
	say := func(english string) string { return r.T(english) }
	for _, d := range found[:min(len(found), maxFound)] {
		where := d.File
		if d.Cell != "" {
			where += "!" + d.Cell
		}
		t.Rows = append(t.Rows, []any{where, strings.TrimSpace(d.Say(say) + " " + d.Suggest(say))})
	}
	return t
}
