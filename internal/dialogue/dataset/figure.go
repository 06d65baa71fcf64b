package dataset

import (
	"errors"
	"fmt"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/dialogue/study"
	"comity/internal/engine/document"
	"comity/internal/engine/document/svg"
	"comity/internal/engine/picture"
)

// synthetic is the word that invented data carry across every picture.
func (c *Content) synthetic(p *language.Printer) string {
	if c.Synthetic {
		return p.T("SYNTHETIC")
	}
	return ""
}

// Map draws who of the States has answered, over how many people use the Internet, and gives the table beside it. year is
// that of the newest number of Internet use that counts.
func (d *Data) Map(c *Content, p *language.Printer, year int, narrow bool) (*document.Drawing, document.Table, error) {
	use, err := picture.Internet(year)
	if err != nil {
		return nil, document.Table{}, err
	}
	spec := picture.MapSpec{
		Frame: picture.Frame{
			Lang: p.Tag(), Title: p.T("Responses received, over the share of people using the Internet"), Source: p.T("Source: {source}", "source", picture.InternetSource),
			Desc: p.T("A map of the world: States that have answered are hatched in green, over Internet use in blue."), Synthetic: c.synthetic(p), Narrow: narrow,
		},
		Areas: map[string]picture.Value{},
		Classes: []picture.Class{
			{From: 0, Text: p.T("under {n} %", "n", "20")}, {From: 20, Text: "20–39 %"}, {From: 40, Text: "40–59 %"}, {From: 60, Text: "60–79 %"}, {From: 80, Text: p.T("{n} % and more", "n", "80")},
		},
	}
	spec.Say(p)
	for code, x := range use {
		spec.Areas[code] = picture.Value{Number: x.Percent, Known: true, Text: p.Decimal(x.Percent, 1) + " % (" + strconv.Itoa(x.Year) + ")"}
	}
	for _, r := range c.Frame {
		if r.Audience != study.States || r.State == "" {
			continue
		}
		v := spec.Areas[r.State]
		v.Answered = r.Answered && r.FactPublic
		spec.Areas[r.State] = v
	}
	for code, v := range spec.Areas {
		v.Label = p.Country(code)
		spec.Areas[code] = v
	}
	drawing, err := d.Pictures.Map(spec)
	if err != nil {
		return nil, document.Table{}, err
	}
	return drawing, spec.Table(p, d.Catalog.Countries(), p.T("People using the Internet")), nil
}

// Figure draws a result: bars for everybody, stacks where it is broken down.
func (d *Data) Figure(c *Content, r *Result, p *language.Printer, narrow bool) (*document.Drawing, error) {
	tr := c.Labels(r.Table.Audience, p)
	frame := picture.Frame{
		Lang: p.Tag(), Title: tr(r.Label), Synthetic: c.synthetic(p), Narrow: narrow,
		Source: p.T("Question {question}. Responses: {n}.", "question", r.Table.Item, "n", r.Group(Whole).Size()),
		Desc:   p.T("A chart of the answers to this question."),
	}
	if only := r.only(tr, p); only != "" {
		frame.Source += " · " + only
	}
	if r.Sort == Numbers {
		return d.bars(r, frame, tr)
	}
	if r.Table.By == "" || r.Sort == Several || len(r.Columns) > 6 {
		spec := picture.BarsSpec{Frame: frame, Max: 100}
		whole := r.Group(Whole)
		for i, k := range r.Columns {
			x := whole.Cells[i]
			n, _ := strconv.Atoi(x.Share) // "" of one that isn't shown
			spec.Bars = append(spec.Bars, picture.Bar{Label: tr(k.Label), Value: float64(n), Text: x.Share + " %", Note: "n = " + whole.Size(), Suppressed: x.Hidden()})
		}
		return d.Pictures.Bars(spec)
	}
	spec := picture.StacksSpec{Frame: frame, Whole: 100}
	for _, k := range r.Columns {
		spec.Series = append(spec.Series, tr(k.Label))
	}
	for _, g := range r.Rows {
		row := picture.Stack{Label: groupName(g, tr, p), Note: "n = " + g.Size()}
		for _, x := range g.Cells {
			n, _ := strconv.Atoi(x.Share)
			row.Parts = append(row.Parts, picture.Part{Value: float64(n), Text: x.Share, Suppressed: x.Hidden()})
		}
		if g.Answered > 0 || g.Kept != "" {
			spec.Rows = append(spec.Rows, row)
		}
	}
	return d.Pictures.Stacks(spec)
}

func (d *Data) bars(r *Result, frame picture.Frame, tr func(string) string) (*document.Drawing, error) {
	spec := picture.BarsSpec{Frame: frame}
	for _, g := range r.Rows {
		v, err := strconv.ParseFloat(g.Mean, 64)
		spec.Bars = append(spec.Bars, picture.Bar{Label: tr(g.Label), Value: v, Text: g.Mean, Note: "n = " + g.Size(), Suppressed: err != nil})
	}
	return d.Pictures.Bars(spec)
}

// groupName is the name of a row.
func groupName(g Group, tr func(string) string, p *language.Printer) string {
	if g.Code == Whole {
		return p.T("All")
	}
	return tr(g.Label)
}

// File is one file of a dataset.
type File struct {
	Name string
	Data []byte
}

// Reproduce writes everything that comes of a dataset: the files of every audience, every table that is out as CSV and as a
// picture, the map. The same dataset gives the same bytes, on any machine and either database.
func (d *Data) Reproduce(c *Content, out []Published, p *language.Printer, year int) ([]File, error) {
	var all []File
	add := func(name string, b []byte, err error) error {
		if err == nil && len(b) > 0 {
			all = append(all, File{name, b})
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		return err
	}
	for _, a := range study.Audiences() {
		if c.Form(a) == nil {
			continue
		}
		b, err := c.CSV(a)
		if err := add(string(a)+".csv", b, err); err != nil {
			return nil, err
		}
		b, err = c.SAV(a, p)
		if err := add(string(a)+".sav", b, err); err != nil {
			return nil, err
		}
		b, err = c.DDI(a, p)
		if err := add(string(a)+".ddi.xml", b, err); err != nil {
			return nil, err
		}
	}
	b, err := c.XLSX(p)
	if err := add("dataset.xlsx", b, err); err != nil {
		return nil, err
	}
	for _, o := range out {
		r, err := c.CountOut(out, o.ID)
		if errors.Is(err, errs.Conflict) {
			continue // these data don't have it
		}
		if err != nil {
			return nil, err
		}
		name := fmt.Sprintf("table-%03d", o.N)
		b, err := r.CSV(c.Labels(o.Audience, p), p)
		if err := add(name+".csv", b, err); err != nil {
			return nil, err
		}
		drawing, err := d.Figure(c, r, p, false)
		if err != nil {
			return nil, err
		}
		if err := add(name+".svg", svg.Write(drawing), nil); err != nil {
			return nil, err
		}
	}
	drawing, _, err := d.Map(c, p, year, false)
	if err != nil {
		return nil, err
	}
	return all, add("map.svg", svg.Write(drawing), nil)
}
