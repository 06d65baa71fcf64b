package study

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/xlsform"
	"comity/internal/engine/web"
)

// maxWorkbook is the largest file of a questionnaire, in bytes.
const maxWorkbook = 8 << 20

// upload takes a questionnaire as a file: an XLSForm workbook, or its canonical JSON.
func (s *Studies) upload(r *web.Request) error {
	n, entry, err := pathAndEntry(r)
	if err != nil {
		return err
	}
	in, table, err := readForm(r)
	if err == nil {
		err = s.AddForm(r.Ctx(), r.Person, n, Audience(r.Form().Get("audience")), in, entry)
	}
	if len(errs.Fields(err)) == 0 && (err != nil || len(table.Rows) == 0) {
		if err != nil {
			return err
		}
		return r.Done(address(n, "instruments"), language.M("The questionnaire was added as a draft. Look at it, then adopt it."))
	}
	p, failed := s.formsPage(r)
	if failed != nil {
		return failed
	}
	p.Found = table
	if err != nil {
		return r.Again("study/instruments", p, err)
	}
	p.Added = true // with warnings, which are seen now or never
	return r.Page("study/instruments", p)
}

// maxFound is how many things that are wrong in a workbook one page lists.
const maxFound = 100

// readForm reads the file that was sent. What is wrong in a workbook comes back as a table by sheet and cell.
func readForm(r *web.Request) (*instrument.Instrument, web.Table, error) {
	b, err := readFile(r, "file", maxWorkbook)
	if err != nil {
		return nil, web.Table{}, err
	}
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		in, err := instrument.Parse(b)
		if err != nil {
			return nil, web.Table{}, errs.WithFields(errs.Field{Path: "file", Code: language.M("This is no questionnaire: {why}"), Args: map[string]string{"why": err.Error()}})
		}
		return in, web.Table{}, nil
	}
	in, found, err := xlsform.Read(bytes.NewReader(b), int64(len(b)), r.Form().File("file").Filename)
	if err != nil && !errors.Is(err, errs.Invalid) {
		return nil, web.Table{}, err
	}
	t := foundTable(r, found)
	if err != nil {
		err = errs.WithFields(errs.Field{Path: "file", Code: language.M("The file has errors. They stand below, each with its cell. Nothing was added.")})
	}
	return in, t, err
}

// foundTable lists what was found in a workbook, errors first.
func foundTable(r *web.Request, found []xlsform.Diagnostic) web.Table {
	t := web.Table{
		Caption: r.T("What was found in the file"), Columns: []web.Column{{Label: r.T("Where")}, {Label: r.T("What is wrong, and what to do")}},
	}
	slices.SortStableFunc(found, func(a, b xlsform.Diagnostic) int { return cmp.Compare(a.Severity, b.Severity) })
	for _, d := range found[:min(len(found), maxFound)] {
		where := d.File
		if d.Cell != "" {
			where += "!" + d.Cell
		}
		say := func(english string) string { return r.T(english) }
		t.Rows = append(t.Rows, []any{where, strings.TrimSpace(d.Say(say) + " " + d.Suggest(say))})
	}
	return t
}

// readFile returns the file of a form, at most limit bytes.
func readFile(r *web.Request, field string, limit int64) ([]byte, error) {
	h := r.Form().File(field)
	if h == nil {
		return nil, errs.WithFields(web.NoFile(field))
	}
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = errs.WithFields(errs.Field{Path: field, Code: language.M("The file is larger than {size}."), Args: map[string]string{"size": r.Size(limit)}})
	}
	return b, err
}
