package programme

import (
	"slices"
	"strconv"
	"strings"

	"comity/internal/cooperation/request/types"
	"comity/internal/engine/web"
	"comity/internal/mandate"
	"comity/internal/programme/pack"
)

// served is a paragraph that the programme serves: where it stands, and what it asks in the register's own words.
type served struct{ Symbol, Say, Href string }

func (p *page) serves(r *web.Request, x *pack.Pack, asked *mandate.Data) {
	for _, d := range asked.Documents {
		for _, para := range d.Paras {
			if slices.Contains(x.Mandates, para.Name()) {
				p.Mandates = append(p.Mandates, served{d.Symbol, r.T(para.Say), "/m/" + d.Slug() + "/" + para.Key})
			}
		}
	}
}

// symbols names the resolutions of paragraphs, each once.
func symbols(paragraphs []string) string {
	var all []string
	for _, name := range paragraphs {
		symbol, _, _ := strings.Cut(name, "#")
		if !slices.Contains(all, symbol) {
			all = append(all, symbol)
		}
	}
	return strings.Join(all, " · ")
}

// summary fills what the data say of the programme.
func (p *page) summary(r *web.Request, x *pack.Pack, typed func(string) (*types.Type, bool)) {
	var kinds, partners []string
	for _, t := range x.Types {
		if ty, ok := typed(t); ok {
			kinds = append(kinds, r.T(ty.Name))
		}
	}
	for _, o := range x.Partners {
		partners = append(partners, r.T(o.Say))
	}
	p.Summary = []web.Row{
		{Key: r.T("States of its area"), Value: area(r, x)},
		{Key: r.T("Kinds of request"), Value: strings.Join(kinds, " · ")},
		{Key: r.T("Partners it needs"), Value: strings.Join(partners, " · ")},
		{Key: r.T("Version of the data"), Value: strconv.Itoa(x.Version)},
	}
	p.Crimes = web.Table{Caption: r.T("What it is about"), Columns: []web.Column{{Label: r.T("Conduct")}, {Label: r.T("Treaty and article")}, {Label: r.T("Checked")}}}
	for _, c := range x.Crimes {
		where := r.T("No treaty of this node’s data")
		if c.Treaty != "" {
			where = c.Treaty + " " + c.Article
		}
		p.Crimes.Rows = append(p.Crimes.Rows, []any{r.T(c.Say), where, checkedTag(r, c.Checked)})
	}
}

func checkedTag(r *web.Request, checked bool) web.Tag {
	if checked {
		return web.Tag{Text: r.T("Read in the official text"), Colour: "green"}
	}
	return web.Tag{Text: r.T("Not read in the official text"), Colour: "yellow"}
}

type guidancePage struct {
	Code, Name string
	Unread     bool
	Sources    []string
	Says       []guide
	Questions  []string // what it asks beside the request's own questions
}

type guide struct {
	Where string
	Say   string
	Tag   web.Tag
}

// showGuidance shows what the programme says beside the sections of a draft and the findings of rules, and what it asks.
func (q *Programmes) showGuidance(r *web.Request) error {
	x, err := q.Get(r.Value("code"))
	if err != nil {
		return err
	}
	p := guidancePage{Code: x.Code, Name: r.T(x.Name), Unread: !x.Checked, Sources: x.Sources}
	form := q.Law.Types.Form()
	for _, g := range x.Guidance {
		kind, name, _ := strings.Cut(g.At, ":")
		where := r.T("Rule {id}", "id", name)
		for _, s := range form.Sections {
			if kind == "section" && s.Name == name {
				where = r.T(s.Label)
			}
		}
		p.Says = append(p.Says, guide{where, r.T(g.Say), checkedTag(r, g.Checked)})
	}
	for _, label := range q.Law.Types.AskedUnder(x.Code) {
		p.Questions = append(p.Questions, r.T(label))
	}
	return r.Page("programme/guidance", p)
}
