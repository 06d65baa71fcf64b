package request

import (
	"context"
	"fmt"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/cooperation/selector"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// maxPasteForm lets a whole paste through, written as a form writes it.
const maxPasteForm = 3*selector.MaxPaste + 64<<10

// maxPasted is how many selectors one paste adds at most: a page with more is nobody's to check.
const maxPasted = 200

// What is shown of lines that were not understood: so many, and so many characters of each.
const (
	maxUnread     = 20
	maxUnreadLine = 120
)

// pastePage shows what was understood of a text before anything of it is added.
type pastePage struct {
	Request Request
	Name    string
	Back    string
	Form    *web.Form
	Version int64
	Found   web.Table
	Count   int
	Unread  []selector.Line // in which nothing was understood
	Passed  string          // how many there are
	More    bool
	Looked  bool
	Look    web.Button
	Add     web.Button
}

func (q *Requests) pastePage(r *web.Request) (pastePage, error) {
	p := pastePage{Form: r.Form(), Look: web.Button{Text: r.T("Look what is understood"), Name: "step", Value: "look"}}
	if measureIndex(r.Value("section")) == 0 {
		return p, errs.NotFound
	}
	return p, q.about(r, "request.edit", func(_ context.Context, _ *db.Tx, req Request) error {
		p.Request, p.Name, p.Version = req, req.name(r.Printer), req.Version
		p.Back = at(req.ID, "draft", r.Value("section"))
		return nil
	})
}

func (q *Requests) showPaste(r *web.Request) error {
	p, err := q.pastePage(r)
	if err != nil {
		return err
	}
	return r.Page("request/paste", p)
}

func (q *Requests) paste(r *web.Request) error {
	p, err := q.pastePage(r)
	if err != nil {
		return err
	}
	text := r.Form().Get("paste")
	found, more := selector.Paste(text, p.Request.Exercise)
	if len(found) > maxPasted {
		found, more = found[:maxPasted], true
	}
	if r.Form().Get("step") != "add" {
		if text == "" {
			return r.Again("request/paste", p, errs.WithFields(web.Unanswered("paste")))
		}
		p.Looked, p.More, p.Count, p.Found = true, more, len(found), foundTable(r, found)
		p.Unread = selector.Unread(text, found, more)
		p.Passed = r.N("In {n} line nothing was understood. It is not added: mend it here, or enter it by hand.",
			"In {n} lines nothing was understood. They are not added: mend them here, or enter them by hand.", len(p.Unread))
		p.Unread = p.Unread[:min(len(p.Unread), maxUnread)]
		for i, l := range p.Unread {
			if long := []rune(l.Text); len(long) > maxUnreadLine {
				p.Unread[i].Text = string(long[:maxUnreadLine]) + "…"
			}
		}
		p.Add = web.Button{Text: r.N("Add this {n} selector", "Add these {n} selectors", len(found)), Name: "step", Value: "add"}
		p.Look.Kind = "secondary"
		return r.Page("request/paste", p)
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.Version(), 10, 64)
	if err != nil {
		return errs.Invalidf("form: version: %v", err)
	}
	b, err := withSelectors(p.Request, measureIndex(r.Value("section")), found)
	if err != nil {
		return err
	}
	if err := q.Replace(r.Ctx(), r.Person, p.Request.ID, b, version, entry); err != nil {
		return err
	}
	return r.Done(p.Back, language.M("The selectors were added. Look through them: what is still missing is marked."))
}

func foundTable(r *web.Request, found []selector.Found) web.Table {
	kinds := map[string]string{}
	for _, k := range selector.Kinds() {
		kinds[k.Code] = r.T(k.Label)
	}
	t := web.Table{
		Caption: r.T("What was understood"), Empty: r.T("No selector was found in this text."),
		Columns: []web.Column{{Label: r.T("Line"), Numeric: true}, {Label: r.T("Kind")}, {Label: r.T("Value")}, {Label: r.T("Time")}, {Label: r.T("What it still needs")}},
	}
	for _, f := range found {
		value := f.Result.Canonical
		if value == "" {
			value = f.Raw
		}
		if f.Port != "" {
			value += " : " + f.Port
		}
		needs := ""
		if f.Result.Code != "" {
			needs = r.Say(selector.Message(f.Result.Code), f.Result.Args)
		}
		for _, m := range f.Missing {
			needs += " " + r.T(selector.Message(m))
		}
		t.Rows = append(t.Rows, []any{strconv.Itoa(f.Line), kinds[f.Kind], value, f.Local + " " + f.Offset, needs})
	}
	return t
}

// withSelectors returns the request's answers with what was found added to a measure. A last selector that is still
// empty is taken first.
func withSelectors(r Request, measure int, found []selector.Found) ([]byte, error) {
	a, err := r.answers()
	if err != nil {
		return nil, err
	}
	repeat := fmt.Sprintf("request/measure[%d]/selector", measure)
	next := a.Count(repeat)
	if next == 0 || a.Get(fmt.Sprintf("%s[%d]/value", repeat, next)) != "" || a.Get(fmt.Sprintf("%s[%d]/@kind", repeat, next)) != "" {
		next++
	}
	for _, f := range found {
		if err := setAll(a, fmt.Sprintf("%s[%d]", repeat, next), f.Answer()); err != nil {
			return nil, err
		}
		next++
	}
	return a.Bytes()
}

// setAll puts the texts of an object below a path.
func setAll(a instrument.Answers, path string, o map[string]any) error {
	for name, v := range o {
		var err error
		switch v := v.(type) {
		case map[string]any:
			err = setAll(a, path+"/"+name, v)
		default:
			err = a.Set(path+"/"+name, fmt.Sprint(v))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
