package assessment

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/engine/document"
	"comity/internal/engine/document/docx"
	"comity/internal/engine/document/pdf"
	"comity/internal/store/db"
)

// content is all that a report says.
type content struct {
	Assessment
	Result
	Stakeholders    []Stakeholder
	Gaps            []Gap
	Recommendations []Recommendation
	Milestones      []Milestone
	Comments        []Comment
}

func (q *Assessments) content(ctx context.Context, tx *db.Tx, n id.ID) (c content, err error) {
	if c.Assessment, err = Get(ctx, tx, n); err != nil {
		return c, err
	}
	if c.Result, err = q.Result(ctx, tx, c.Assessment); err != nil {
		return c, err
	}
	if c.Stakeholders, err = Stakeholders(ctx, tx, n); err != nil {
		return c, err
	}
	if c.Gaps, err = Gaps(ctx, tx, c.Result, n); err != nil {
		return c, err
	}
	if c.Recommendations, err = Recommendations(ctx, tx, n); err != nil {
		return c, err
	}
	if c.Milestones, err = Milestones(ctx, tx, n); err != nil {
		return c, err
	}
	c.Comments, err = Comments(ctx, tx, n)
	return c, err
}

// Report returns the report in a language as a file, "pdf" or "docx": from the draft on for the team and the State, and
// for everybody here once the State has published it.
func (q *Assessments) Report(ctx context.Context, who access.Person, n id.ID, tag language.Tag, format string) ([]byte, error) {
	var doc *document.Doc
	err := q.read.Read(ctx, db.House("assessment"), func(tx *db.Tx) error {
		if err := q.desk.See(ctx, tx, who, "assessment.report", id.NewRef(RefInside, n)); err != nil {
			return err
		}
		c, err := q.content(ctx, tx, n)
		if err != nil {
			return err
		}
		if c.Step.in(Requested, Agreed, Collecting, Consolidating) {
			return errs.Say(fmt.Errorf("report of assessment %s: %w", n, errs.Conflict), language.M("There is a report from the draft on."), nil)
		}
		at, err := Moved(ctx, tx, n, c.Step)
		if err != nil {
			return err
		}
		doc, err = q.print(c, q.catalog.Get(tag))
		if doc != nil {
			doc.Created = at
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	switch format {
	case "pdf":
		err = pdf.Write(&b, doc, q.fonts)
	case "docx":
		err = docx.Write(&b, doc)
	default:
		err = fmt.Errorf("report as %q: %w", format, errs.NotFound)
	}
	return b.Bytes(), err
}

// print writes the report: how each dimension and factor stands and by what, what was not agreed, what is recommended, and
// the roadmap.
func (q *Assessments) print(c content, p *language.Printer) (*document.Doc, error) {
	us := q.names[string(p.Tag())]
	if us == "" {
		us = q.names["en"]
	}
	title := p.T("Assessment of capacity: {state}", "state", language.Plain(organisation.StateName(p, c.State)))
	d := &document.Doc{Lang: p.Tag(), Title: title, Subject: c.Assessment.Model, Author: us}
	d.Header = []document.Text{document.T(p.T(c.Step.Name()))}
	d.Footer = document.Text{{Kind: document.Identifier, Text: string(c.ID)}}
	if c.Exercise {
		d.Exercise = p.T("Exercise")
	}
	d.Blocks = []document.Block{
		document.Heading{Level: 1, Text: document.T(title)},
		document.Paragraph{Text: document.Text{{Kind: document.Quote, Text: c.Scope}}},
		document.Paragraph{Text: document.T(p.T("A factor stands at the highest stage up to which every indicator that applies is met. What is not known or only asserted counts for nothing; the upper bound says where the factor would stand if all of it were met. Answers of private bodies are printed as counts, from three of them."))},
		document.Paragraph{Text: document.Text{{Text: p.T("Asked were:") + " "}, {Kind: document.Name, Text: string(p.And(names(c.Stakeholders)))}}},
	}
	d.Blocks = append(d.Blocks, overview(c, p))
	d.Blocks = append(d.Blocks, details(c, p)...)
	d.Blocks = append(d.Blocks, recommended(c, p)...)
	road, err := q.roadmapBlocks(c, p)
	d.Blocks = append(append(d.Blocks, road...), commented(c, p)...)
	return d, err
}

func names(all []Stakeholder) (names []string) {
	for _, s := range all {
		names = append(names, s.Organisation.Name)
	}
	return names
}

// stage names a stage with its number: "2 · forming".
func (m Model) stage(p *language.Printer, n int) string {
	return strconv.Itoa(n) + " · " + p.T(m.Stages[n-1])
}

func overview(c content, p *language.Printer) document.Block {
	t := document.Table{
		Caption: document.T(p.T("How the factors stand")), Widths: []float64{3, 2, 2},
		Head: []document.Text{document.T(p.T("Factor")), document.T(p.T("Stage")), document.T(p.T("At least and at most"))},
	}
	for i, f := range c.Result.Model.Factors {
		s := c.Standings[i]
		t.Rows = append(t.Rows, []document.Text{document.T(p.T(f.Name)), document.T(c.Result.Model.stage(p, s.Stage)), {{Kind: document.Amount, Text: fmt.Sprintf("%d – %d", s.Lower, s.Upper)}}})
	}
	return t
}

func details(c content, p *language.Printer) (all []document.Block) {
	m := c.Result.Model
	spreads := map[string]Spread{}
	for _, s := range c.Spreads {
		spreads[s.Indicator] = s
	}
	for n, a := range m.Areas {
		all = append(all, document.Heading{Level: 2, Number: strconv.Itoa(n + 1), Text: document.T(p.T(a.Name))})
		for _, d := range c.Dimensions {
			if d.Name == a.Code {
				all = append(all, document.Paragraph{Text: document.T(p.T("The lowest factor stands at {lowest}, the highest at {highest}.",
					"lowest", language.Plain(m.stage(p, d.Lowest)), "highest", language.Plain(m.stage(p, d.Highest))))})
			}
		}
		for i, f := range m.Factors {
			if f.Dimension == a.Code {
				all = append(all, factorBlocks(c, p, f, c.Standings[i], spreads)...)
			}
		}
	}
	return all
}

func factorBlocks(c content, p *language.Printer, f Factor, s Standing, spreads map[string]Spread) []document.Block {
	m := c.Result.Model
	all := []document.Block{
		document.Heading{Level: 3, Text: document.T(p.T(f.Name) + ": " + m.stage(p, s.Stage))},
	}
	t := document.Table{
		Caption: document.T(p.T("What is shown by what")), Widths: []float64{1, 5, 2, 3},
		Head: []document.Text{document.T(p.T("Stage")), document.T(p.T("Indicator")), document.T(p.T("How it stands")), document.T(p.T("By what"))},
	}
	var dissent []document.Block
	for _, i := range f.Indicators {
		g, ok := c.Agreed[i.Code]
		value, basis := p.T(NotKnown.Name()), document.Text{}
		if ok {
			value, basis = p.T(g.Value.Name()), document.T(g.say(p))
		}
		if g.Note != "" {
			basis = append(basis, document.Span{Text: " "}, document.Span{Kind: document.Quote, Text: g.Note})
		}
		if said := spreads[i.Code].privately(p); said != "" {
			basis = append(basis, document.Span{Text: " " + said})
		}
		t.Rows = append(t.Rows, []document.Text{{{Kind: document.Amount, Text: strconv.Itoa(i.Stage)}}, document.T(p.T(i.Text)), document.T(value), basis})
		for _, d := range g.Dissent {
			dissent = append(dissent, document.Paragraph{Text: document.Text{
				{Kind: document.Strong, Text: p.T("{group} does not agree: {value}.", "group", language.Plain(p.T(d.Group.Name())), "value", language.Plain(p.T(d.Value.Name()))) + " "},
				{Text: p.T(i.Text) + " "}, {Kind: document.Quote, Text: d.Words},
			}})
		}
	}
	return append(append(all, t), dissent...)
}

// say names what an agreement rests on and what became of it.
func (g Agreement) say(p *language.Printer) string {
	s := ""
	if g.Basis != "" {
		s = p.T(g.Basis.Name())
	}
	if g.Fallen {
		s += " " + p.T("The proof on which it rested is gone or has another hash.")
	}
	if !g.Reopened.IsZero() {
		s += " " + p.T("Open again: something was done about it since.")
	}
	return s
}

// privately says how private bodies answered, where enough of them did.
func (s Spread) privately(p *language.Printer) string {
	var parts []string
	for _, c := range s.Private {
		parts = append(parts, p.T("{value}: {n}", "value", language.Plain(p.T(c.Value.Name())), "n", c.N))
	}
	if len(parts) == 0 {
		return ""
	}
	return p.T("Private bodies: {list}.", "list", p.And(parts))
}

func recommended(c content, p *language.Printer) []document.Block {
	all := []document.Block{document.Heading{Level: 2, Text: document.T(p.T("Recommendations"))}}
	for _, r := range c.Recommendations {
		defs := []document.Definition{
			{Term: document.T(p.T("About")), Text: document.T(string(p.And(factorNames(c.Result.Model, p, r.Factors))))},
			{Term: document.T(p.T("In charge")), Text: document.Text{{Kind: document.Name, Text: r.Owner.Name}}},
			{Term: document.T(p.T("In so many months")), Text: document.Text{{Kind: document.Amount, Text: strconv.Itoa(r.Months)}}},
			{Term: document.T(p.T("Reply")), Text: document.Text{{Text: p.T(r.Reply.Name()) + " "}, {Kind: document.Quote, Text: r.ReplyWords}}},
		}
		if on := numbers(c.Recommendations, r.DependsOn); len(on) > 0 {
			defs = append(defs, document.Definition{Term: document.T(p.T("Waits for")), Text: document.Text{{Kind: document.Identifier, Text: string(p.And(on))}}})
		}
		all = append(all, document.Paragraph{Number: fmt.Sprintf("R%d", r.N), Text: document.Text{{Kind: document.Quote, Text: r.Words}}}, document.Definitions{Items: defs})
	}
	for _, g := range c.Gaps {
		if g.None != "" {
			f, _ := c.Result.Model.factor(g.Factor)
			all = append(all, document.Paragraph{Text: document.Text{{Text: p.T("{factor}: nothing is recommended, because:", "factor", language.Plain(p.T(f.Name))) + " "}, {Kind: document.Quote, Text: g.None}}})
		}
	}
	return all
}

// commented is what the State said to the draft, in its own words.
func commented(c content, p *language.Printer) (all []document.Block) {
	if len(c.Comments) > 0 {
		all = append(all, document.Heading{Level: 2, Text: document.T(p.T("Comments of the State"))})
	}
	for _, k := range c.Comments {
		about := p.T("The whole")
		if f, ok := c.Result.Model.factor(k.Factor); ok {
			about = p.T(f.Name)
		}
		all = append(all, document.Paragraph{Text: document.Text{{Kind: document.Strong, Text: about}, {Text: " "}, {Kind: document.Quote, Text: k.Words}}})
	}
	return all
}

func factorNames(m Model, p *language.Printer, codes []string) (all []string) {
	for _, code := range codes {
		f, _ := m.factor(code)
		all = append(all, p.T(f.Name))
	}
	return all
}

// numbers names recommendations by their numbers: "R1".
func numbers(all []Recommendation, of []id.ID) (out []string) {
	for _, n := range of {
		for _, r := range all {
			if r.ID == n {
				out = append(out, fmt.Sprint("R", r.N))
			}
		}
	}
	return out
}
