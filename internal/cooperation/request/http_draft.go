package request

import (
	"context"
	"strconv"
	"strings"

	"comity/internal/base/language"
	"comity/internal/cooperation/rule"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// draftPage is the list of a draft's sections: what is complete, what is missing.
type draftPage struct {
	Request Request
	Name    string
	Edit    bool
	Tasks   []web.Task
	Needs   []need
	AsOf    string
	Country string
	Do      []web.Link

	Form    *web.Form
	Version int64
	Types   []web.Choice // what could be asked too
	Asked   []web.Choice // what could be taken out
	Add     web.Button
	Remove  web.Button
}

// need is one published requirement of the State that is asked.
type need struct {
	Text, Source string
	Checked      bool
}

func (q *Requests) showDraft(r *web.Request) error {
	p, err := q.draftPage(r)
	if err != nil {
		return err
	}
	return r.Page("request/draft", p)
}

func (q *Requests) draftPage(r *web.Request) (draftPage, error) {
	p := draftPage{Form: r.Form(), Add: web.Button{Text: r.T("Ask for this too"), Kind: "secondary"}, Remove: web.Button{Text: r.T("Take it out"), Kind: "warning"}}
	err := q.about(r, "request.read", func(ctx context.Context, tx *db.Tx, req Request) error {
		p.Request, p.Name, p.Country = req, req.name(r.Printer), r.Country(req.TheirState)
		edit, _, err := q.may(ctx, tx, r, "request.edit", req.ID)
		if err != nil {
			return err
		}
		p.Edit, p.Version = edit && req.Direction == Out && req.State == Draft, req.Version
		q.offerMeasures(r, &p)
		a, err := req.answers()
		if err != nil {
			return err
		}
		found, _, err := q.Check(ctx, tx, req)
		if err != nil {
			return err
		}
		p.Tasks = q.tasks(r, req, q.law.Types.Form().Eval(a, tx.Now()), found)
		q.needs(r, &p)
		return nil
	})
	if err != nil {
		return p, err
	}
	n := p.Request.ID
	p.Do = []web.Link{{Text: r.T("What the rules find"), Href: at(n, "check")}, {Text: r.T("The letter, in six languages"), Href: at(n, "letter")}}
	if p.Edit {
		p.Do = append(p.Do, web.Link{Text: r.T("Put it to review"), Href: at(n, "submit")})
	}
	return p, nil
}

// offerMeasures lists what could be asked too, and what could be taken out as long as something stays.
func (q *Requests) offerMeasures(r *web.Request, p *draftPage) {
	if !p.Edit {
		return
	}
	for _, t := range q.law.Types.All() {
		p.Types = append(p.Types, web.Choice{Value: t.Code, Label: r.T(t.Name)})
	}
	asked := p.Request.Measures()
	for i, t := range asked {
		if len(asked) > 1 {
			p.Asked = append(p.Asked, web.Choice{Value: strconv.Itoa(i + 1), Label: r.T("Measure {n}: {kind}", "n", strconv.Itoa(i+1), "kind", language.Plain(q.typeName(t, r.Printer)))})
		}
	}
}

// tasks lists the sections. A measure is a section of its own.
func (q *Requests) tasks(r *web.Request, req Request, s instrument.State, found []rule.Finding) []web.Task {
	open := map[string]int{}    // what has to be mended
	remarks := map[string]int{} // what the other State may ask back, and advice
	for _, f := range found {
		switch {
		case f.Info:
		case f.Severity == rule.Error:
			open[q.section(f.Path)]++
		default:
			remarks[q.section(f.Path)]++
		}
	}
	var tasks []web.Task
	for _, sec := range s.Sections() {
		if !sec.Relevant {
			continue
		}
		if sec.Name != "measures" {
			tasks = append(tasks, task(r, req, sec, sec.Name, r.T(sec.Label), open[sec.Name], remarks[sec.Name]))
			continue
		}
		for i, t := range req.Measures() {
			name := "measures[" + strconv.Itoa(i+1) + "]"
			one, ok := s.Section(name)
			if ok {
				title := r.T("What we ask, {n}: {kind}", "n", i+1, "kind", language.Plain(q.typeName(t, r.Printer)))
				tasks = append(tasks, task(r, req, one, name, title, open[name], remarks[name]))
			}
		}
	}
	return tasks
}

func task(r *web.Request, req Request, s instrument.SectionState, name, title string, open, remarks int) web.Task {
	t := web.Task{Title: title, Href: at(req.ID, "draft", name)}
	if s.Hint != "" {
		t.Hint = r.T(s.Hint)
	}
	lacks := s.Missing + s.Wrong + open
	switch {
	case lacks > 0:
		t.State = web.Tag{Text: r.N("{n} thing missing", "{n} things missing", lacks), Colour: "orange"}
	case remarks > 0 && s.Answered > 0:
		t.State = web.Tag{Text: r.N("{n} remark of the rules", "{n} remarks of the rules", remarks), Colour: "yellow"}
	case s.Answered == 0:
		t.State = web.Tag{Text: r.T("Not begun"), Colour: "grey"}
	default:
		t.State = web.Tag{Text: r.T("Complete")}
	}
	return t
}

// needs lists what the State that is asked has published about requests to it.
func (q *Requests) needs(r *web.Request, p *draftPage) {
	o := q.law.Rules.State(p.Request.TheirState)
	if o == nil || p.Request.Direction != Out {
		return
	}
	p.AsOf = day(r.Printer, string(o.AsOf))
	for _, row := range o.Rows {
		text := strings.Join(row.Value, ", ")
		if row.Applies != "" {
			text += " (" + row.Applies + ")"
		}
		p.Needs = append(p.Needs, need{row.Topic + ": " + text, row.Source, row.Checked})
	}
}
