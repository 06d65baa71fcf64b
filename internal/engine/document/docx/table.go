package docx

import (
	"comity/internal/base/errs"
	"comity/internal/engine/document"
)

// textWidth is what the page leaves between its margins, in twentieths of a point.
const textWidth = 9638

func (w *writer) table(t document.Table) {
	if len(t.Caption) > 0 {
		w.paragraph(paragraph{style: "Caption"}, t.Caption)
	}
	widths := columnWidths(t.Widths, len(t.Head))
	w.openTable("TableGrid", widths)
	w.row(`<w:cantSplit/><w:tblHeader/>`, "CellHead", `<w:shd w:val="clear" w:color="auto" w:fill="F3F2F1"/>`, t.Head, widths)
	for i, row := range t.Rows {
		if len(row) != len(t.Head) {
			w.fail(errs.Invalidf("table %q: row %d has %d cells under %d heads", t.Caption, i+1, len(row), len(t.Head)))
			return
		}
		w.row(`<w:cantSplit/>`, "Cell", "", row, widths)
	}
	w.closeTable()
}

// definitions are a table of two columns, the terms strong.
func (w *writer) definitions(d document.Definitions) {
	if len(d.Items) == 0 {
		return
	}
	widths := columnWidths([]float64{3, 7}, 2)
	w.openTable("Definitions", widths)
	for _, item := range d.Items {
		w.raw("<w:tr><w:trPr><w:cantSplit/></w:trPr>")
		w.cell("CellHead", "", item.Term, widths[0])
		w.cell("Cell", "", item.Text, widths[1])
		w.raw("</w:tr>\n")
	}
	w.closeTable()
}

// openTable writes the properties in the order of the schema (CT_TblPr). In Arabic the first column is on the right.
func (w *writer) openTable(style string, widths []int) {
	if w.breakPending {
		w.paragraph(paragraph{style: "AfterTable"}, nil)
	}
	w.raw(`<w:tbl><w:tblPr><w:tblStyle w:val="%s"/>`, style)
	if w.rightToLeft(w.doc.Lang) {
		w.raw(`<w:bidiVisual/>`)
	}
	w.raw(`<w:tblW w:w="%d" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`, textWidth)
	for _, x := range widths {
		w.raw(`<w:gridCol w:w="%d"/>`, x)
	}
	w.raw("</w:tblGrid>\n")
}

// closeTable adds a low empty paragraph: without it two tables would run into one, and a document may not end in one.
func (w *writer) closeTable() {
	w.raw("</w:tbl>\n")
	w.paragraph(paragraph{style: "AfterTable"}, nil)
}

func (w *writer) row(properties, style, shade string, cells []document.Text, widths []int) {
	w.raw("<w:tr><w:trPr>%s</w:trPr>", properties)
	for i, cell := range cells {
		w.cell(style, shade, cell, widths[i])
	}
	w.raw("</w:tr>\n")
}

func (w *writer) cell(style, shade string, t document.Text, width int) {
	w.raw(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>%s</w:tcPr>`, width, shade)
	w.paragraph(paragraph{style: style}, t)
	w.raw("</w:tc>")
}

// columnWidths turns parts of the whole into twentieths of a point, equal when the parts don't fit the columns.
func columnWidths(parts []float64, columns int) []int {
	var whole float64
	for _, p := range parts {
		whole += p
	}
	widths := make([]int, columns)
	for i := range widths {
		if len(parts) == columns && whole > 0 {
			widths[i] = int(parts[i] / whole * textWidth)
			continue
		}
		widths[i] = textWidth / columns
	}
	return widths
}
