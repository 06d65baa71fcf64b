package html

import (
	"fmt"
	"math"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/svg"
)

// writer gathers the markup. It keeps the first error and goes on writing, as the caller asks once at the end.
type writer struct {
	b            strings.Builder
	err          error
	lang         language.Tag // of what is being written: the document, or a paragraph in another language
	headingShift int          // added to the level of headings
}

func (w *writer) raw(format string, args ...any) { fmt.Fprintf(&w.b, format, args...) }

func (w *writer) article(d *document.Doc) {
	w.raw("<article class=\"doc\" lang=\"%s\" dir=\"%s\">\n", escape(string(d.Lang)), d.Lang.Direction())
	if d.Exercise != "" {
		w.element("p", "exercise", document.T(d.Exercise))
	}
	if len(d.Header) > 0 {
		w.raw("<header>\n")
		for _, line := range d.Header {
			w.element("p", "", line)
		}
		w.raw("</header>\n")
	}
	for _, block := range d.Blocks {
		w.block(block)
	}
	if len(d.Footer) > 0 {
		w.raw("<footer>\n")
		w.element("p", "", d.Footer)
		w.raw("</footer>\n")
	}
	w.raw("</article>\n")
}

func (w *writer) block(block document.Block) {
	switch b := block.(type) {
	case document.Heading:
		w.heading(b)
	case document.Paragraph:
		w.paragraph(b)
	case document.List:
		w.list(b)
	case document.Table:
		w.table(b)
	case document.Definitions:
		w.definitions(b)
	case document.Signature:
		w.signature(b)
	case document.Picture:
		w.picture(b)
	case document.Rule:
		w.raw("<hr>\n")
	case document.Break:
		w.raw("<div class=\"break\"></div>\n")
	default:
		w.fail(errs.Invalidf("block of unknown type %T", block))
	}
}

func (w *writer) heading(h document.Heading) {
	level := min(max(h.Level, 1), 3) + w.headingShift
	w.raw("<h%d>", level)
	w.number(h.Number)
	w.text(h.Text)
	w.raw("</h%d>\n", level)
}

func (w *writer) paragraph(p document.Paragraph) {
	var classes []string
	if p.Number != "" {
		classes = append(classes, "numbered")
	}
	switch p.Align {
	case document.End:
		classes = append(classes, "end")
	case document.Centre:
		classes = append(classes, "centre")
	}
	w.raw("<p%s%s>", class(strings.Join(classes, " ")), w.langAttrs(p.Lang))
	if p.Lang != "" {
		defer func(around language.Tag) { w.lang = around }(w.lang)
		w.lang = p.Lang
	}
	w.number(p.Number)
	if p.Number != "" {
		w.raw("<span>") // one box beside the hanging number, whatever spans are inside
	}
	w.text(p.Text)
	if p.Number != "" {
		w.raw("</span>")
	}
	w.raw("</p>\n")
}

// number sets a number apart in the direction around it: in Arabic the full stop of "12." stands left of the digits.
func (w *writer) number(n string) {
	if n == "" {
		return
	}
	w.raw("<span class=\"number\">%s</span> ", w.characters(document.Span{Text: n}))
}

func (w *writer) list(l document.List) {
	tag := "ul"
	if l.Ordered {
		tag = "ol"
	}
	w.raw("<%s>\n", tag)
	for _, item := range l.Items {
		w.element("li", "", item)
	}
	w.raw("</%s>\n", tag)
}

func (w *writer) table(t document.Table) {
	w.raw("<table>\n")
	if len(t.Caption) > 0 {
		w.element("caption", "", t.Caption)
	}
	w.columns(t.Widths)
	w.raw("<thead>\n<tr>")
	for _, cell := range t.Head {
		w.raw("<th scope=\"col\">")
		w.text(cell)
		w.raw("</th>")
	}
	w.raw("</tr>\n</thead>\n<tbody>\n")
	for i, row := range t.Rows {
		if len(row) != len(t.Head) {
			w.fail(errs.Invalidf("table %q: row %d has %d cells under %d heads", t.Caption, i+1, len(row), len(t.Head)))
		}
		w.raw("<tr>")
		for _, cell := range row {
			w.raw("<td>")
			w.text(cell)
			w.raw("</td>")
		}
		w.raw("</tr>\n")
	}
	w.raw("</tbody>\n</table>\n")
}

// columns gives widths as classes w5 to w95, since a strict content policy refuses style attributes.
func (w *writer) columns(widths []float64) {
	var whole float64
	for _, x := range widths {
		whole += x
	}
	if whole <= 0 {
		return
	}
	w.raw("<colgroup>")
	for _, x := range widths {
		percent := int(math.Round(x/whole*20)) * 5
		w.raw("<col class=\"w%d\">", min(max(percent, 5), 95))
	}
	w.raw("</colgroup>\n")
}

// picture writes the drawing into the page, which then needs no other file. It is read aloud as its Alt.
func (w *writer) picture(p document.Picture) {
	if err := p.Check(); err != nil {
		w.fail(err)
		return
	}
	w.raw("<figure>\n")
	if len(p.Caption) > 0 {
		w.element("figcaption", "", p.Caption)
	}
	w.raw("<div role=\"img\" aria-label=\"%s\">\n%s</div>\n</figure>\n", escape(p.Alt), svg.Write(p.Drawing))
}

func (w *writer) definitions(d document.Definitions) {
	w.raw("<dl>\n")
	for _, item := range d.Items {
		w.raw("<div>")
		w.element("dt", "", item.Term)
		w.element("dd", "", item.Text)
		w.raw("</div>\n")
	}
	w.raw("</dl>\n")
}

func (w *writer) signature(s document.Signature) {
	w.raw("<div class=\"signature\">\n")
	for _, line := range []struct {
		class string
		text  document.Text
	}{{"place", s.Place}, {"date", s.Date}, {"name", s.Name}, {"function", s.Function}} {
		if len(line.text) > 0 {
			w.element("p", line.class, line.text)
		}
	}
	w.raw("</div>\n")
}

func (w *writer) element(tag, className string, t document.Text) {
	w.raw("<%s%s>", tag, class(className))
	w.text(t)
	w.raw("</%s>", tag)
	if tag != "dt" && tag != "dd" {
		w.raw("\n")
	}
}

func class(name string) string {
	if name == "" {
		return ""
	}
	return " class=\"" + name + "\""
}

// langAttrs says the language where it changes, and the direction with it.
func (w *writer) langAttrs(lang language.Tag) string {
	if lang == "" || lang == w.lang {
		return ""
	}
	return fmt.Sprintf(" lang=\"%s\" dir=\"%s\"", escape(string(lang)), lang.Direction())
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}
