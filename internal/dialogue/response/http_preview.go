package response

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/answerbook"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// previewPage shows what a file would change before anything of it is taken. Nothing is kept here meanwhile: the page
// holds the file itself, and what it sends back is read and refused like a file that has just come.
type previewPage struct {
	view
	Who      string
	File     string // its name
	Held     string // its bytes, in base64
	Seen     int64  // up to which change of answers it was compared
	Taken    int
	Clashed  int
	Same     int
	Answers  web.Table
	Warnings web.Table

	Take web.Button
}

func (s *Responses) previewPage(r *web.Request, in brought) (previewPage, error) {
	list, err := compare(in.Form, in.Have, in.Seats, r.Person.ID, in.File)
	if err != nil {
		return previewPage{}, err
	}
	p := previewPage{
		view: in.view, Who: in.who(r), File: in.File.Name, Held: base64.RawURLEncoding.EncodeToString(in.Bytes), Seen: in.Response.Changes,
		Warnings: foundTable(r, in.Found), Take: web.Button{Text: r.T("Take in its answers")},
		Answers: web.Table{Caption: r.T("Answer by answer"), Columns: []web.Column{
			{Label: r.T("Question")}, {Label: r.T("When the file was given out")}, {Label: r.T("What stands now")}, {Label: r.T("What the file says")}, {Label: r.T("What becomes of it")},
		}},
	}
	for _, d := range list {
		tag := web.Tag{Text: r.T("What stands is kept"), Colour: "grey"}
		switch {
		case d.Outcome == taken:
			p.Taken++
			tag = web.Tag{Text: r.T("Is taken"), Colour: "green"}
		case d.Outcome == clashed:
			p.Clashed++
			tag = web.Tag{Text: r.T("Conflict: both are kept"), Colour: "orange"}
		case d.Base.same(d.Now):
			p.Same++
			continue
		}
		p.Answers.Rows = append(p.Answers.Rows, []any{labelAt(r, in.Form, d.Path), answerSay(r, in.Form, d.Path, d.Base), answerSay(r, in.Form, d.Path, d.Now), answerSay(r, in.Form, d.Path, d.Came), tag})
	}
	return p, nil
}

// answerSay writes an answer for reading: choices in words, and what is said beside it.
func answerSay(r *web.Request, form *instrument.Instrument, path string, a Answer) string {
	value, said := a.Value, saidBeside(r, a.Mark)
	if it := form.Item(bare(path)); it != nil {
		value = valueSay(r, form, it, value)
	}
	switch {
	case value == "" && said == "":
		return r.T("Blank")
	case value == "":
		return said
	case said == "":
		return value
	}
	return value + " (" + said + ")"
}

// valueSay writes the value of an answer: choices by their words, and the mark of an entry as one.
func valueSay(r *web.Request, form *instrument.Instrument, it *instrument.Item, value string) string {
	if it.Type == instrument.RepeatType && value == instanceHere {
		return r.T("An entry")
	}
	var words []string
	for _, name := range it.Chosen(value) {
		word := name
		for _, c := range form.Lists[it.List] {
			if c.Name == name && c.Label != "" {
				word = own(r, form, c.Label)
			}
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return value
	}
	return string(r.And(words))
}

// bringFile shows what a file that came back would change, or says by cell why it is refused whole.
func (s *Responses) bringFile(r *web.Request) error {
	b, name, err := uploaded(r)
	if err != nil {
		return s.refuseFile(r, nil, err)
	}
	return s.preview(r, b, name, nil)
}

// preview shows the comparison, after what, if anything, was refused.
func (s *Responses) preview(r *web.Request, b []byte, name string, why error) error {
	in, err := s.readFile(r, b, name)
	if err != nil {
		return s.refuseFile(r, in.Found, err)
	}
	p, err := s.previewPage(r, in)
	switch {
	case err != nil:
		return s.refuseFile(r, in.Found, err)
	case why != nil:
		return r.Again("response/preview", p, why)
	}
	return r.Page("response/preview", p)
}

// takeFile takes the file that a preview held, once a person has said so. When an answer was changed since, it is compared
// anew and shown again.
func (s *Responses) takeFile(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	b, err := base64.RawURLEncoding.DecodeString(r.Form().Get("held"))
	if err != nil {
		return errs.Invalidf("form: the file that the page held: %v", err)
	}
	name := fileName(r.Form().Get("name"))
	in, err := s.readFile(r, b, name)
	if err != nil {
		return s.refuseFile(r, in.Found, err)
	}
	known, err := s.tookAlready(r, n, entry)
	if err != nil {
		return err
	}
	if !known && r.Form().Get("seen") != strconv.FormatInt(in.Response.Changes, 10) {
		return s.preview(r, b, name, errs.WithFields(errs.Field{Code: language.M("Somebody has changed an answer meanwhile, so the file was compared again. Nothing of it was taken yet.")}))
	}
	if _, err := s.Import(r.Ctx(), r.Person, n, in.File, entry); err != nil {
		return s.refuseFile(r, in.Found, err)
	}
	return r.Done("/d/fill/"+string(n)+"/files", language.M("The answers of the file were taken in; the list says how many. What somebody else had changed meanwhile waits beside their answer."))
}

// tookAlready reports whether the form was sent before, and done.
func (s *Responses) tookAlready(r *web.Request, n, entry id.ID) (known bool, err error) {
	err = s.look(r, "response.read", func(ctx context.Context, tx *db.Tx, _ view) error {
		var count int64
		err := tx.Row(ctx, `SELECT COUNT(*) FROM response_file WHERE id = ? AND response_id = ?`, entry, n).Scan(&count)
		known = count > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("file %s of response %s: %w", entry, n, err)
	}
	return known, nil
}

// refuseFile shows the page of files again with what is wrong; nothing was changed.
func (s *Responses) refuseFile(r *web.Request, found []answerbook.Diagnostic, err error) error {
	fields := len(errs.Fields(err)) > 0
	if !fields && len(found) == 0 {
		return err
	}
	p, failed := s.filesPage(r)
	if failed != nil {
		return failed
	}
	p.Found = foundTable(r, found)
	if !fields {
		err = errs.WithFields(errs.Field{Path: "file", Code: language.M("The file was not taken. What is wrong with it stands below. Nothing was changed.")})
	}
	return r.Again("response/files", p, err)
}
