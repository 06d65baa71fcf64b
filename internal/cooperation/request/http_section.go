package request

import (
	"context"
	"slices"
	"strconv"

	"comity/internal/base/language"
	"comity/internal/engine/formpage"
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
	Hidden   []formpage.NotAsked
	Version  int64
	Autosave string
	Paste    string
	Under    under
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
		p.Under = q.under(r, a, "section:"+sectionName(p.Section))
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
	k := q.asker(r.Printer)
	p.Fields = k.Fields(s.View(p.Section, func(msg string) string { return r.T(msg) }))
	p.Hidden = k.Hidden
	p.Autosave = at(p.Request.ID, "draft", p.Section)
	if !p.Edit {
		p.Fields = onlyShown(r.Printer, p.Fields)
	}
	return nil
}

// under is what the programme of a request says beside a place of the draft; without Name there is nothing.
type under struct {
	Name   string
	Says   []string
	Unread bool // some of it doesn't come from an official text that was read
}

// under finds the guidance of the programme that the answers name: at is "section:facts" or "rule:GEN-22".
func (q *Requests) under(r *web.Request, a instrument.Answers, at string) (u under) {
	p := q.law.Types.Programme(a)
	if p == nil {
		return u
	}
	for _, g := range p.For(at) {
		u.Name, u.Says, u.Unread = r.T(p.Name), append(u.Says, r.T(g.Say)), u.Unread || !g.Checked
	}
	return u
}

// sectionName is the section's name in the form: "measures" for each measure's own.
func sectionName(section string) string {
	if measureIndex(section) > 0 {
		return "measures"
	}
	return section
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
func onlyShown(p *language.Printer, fields []web.Field) []web.Field {
	var out []web.Field
	for _, f := range fields {
		f.Error, f.Missing, f.AddName, f.RemoveName = "", "", "", ""
		f.Fields = onlyShown(p, f.Fields)
		f.Items = slices.Clone(f.Items)
		for i := range f.Items {
			f.Items[i].Fields = onlyShown(p, f.Items[i].Fields)
		}
		switch {
		case f.Kind == web.Group && len(f.Fields) > 0, f.Kind == web.Repeat && len(f.Items) > 0:
			out = append(out, f)
		case f.Value != "":
			f.Value = formpage.InWords(p, f)
			f.Kind, f.Hint = web.Shown, ""
			out = append(out, f)
		}
	}
	return out
}

func (q *Requests) showSection(r *web.Request) error {
	p, err := q.sectionPage(r)
	if err != nil {
		return err
	}
	return r.Page("request/section", p)
}
