package dataset

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"comity/internal/base/language"
	"comity/internal/dialogue/dataset/ddi"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
)

// The files that a codebook describes, as its variables name them. The workbook has the columns and values of the CSV.
const (
	inCSV = "CSV"
	inSAV = "SAV"
)

// DDI writes what the dataset is and what its variables mean (DDI Codebook 2.5), for the files of one audience; nil when
// nobody of it has answered. What the files write alike is described once, what each writes in its own way twice.
func (c *Content) DDI(a study.Audience, p *language.Printer) ([]byte, error) {
	form := c.Form(a)
	if form == nil {
		return nil, nil
	}
	sum, err := c.Hash()
	if err != nil {
		return nil, err
	}
	tr := c.Labels(a, p)
	title := c.Title[p.Tag()]
	if title == "" {
		title = c.Title[language.English]
	}
	book := ddi.Codebook{
		Title: title, Lang: string(p.Tag()), Producer: "Comity", Version: string(sum), Cases: len(c.rows(a)),
		Files: []ddi.File{{ID: inCSV, Name: string(a) + kinds[0], Type: "text/csv; charset=utf-8"}, {ID: inSAV, Name: string(a) + kinds[1], Type: "application/x-spss-sav"}},
	}
	if c.Synthetic {
		book.Notes = p.T("Synthetic: these answers were made by a program. No State, company or organisation gave them.")
	}
	for _, name := range head() {
		book.Vars = append(book.Vars, ddi.Var{Name: name, Label: name, Text: true, Files: []string{inCSV, inSAV}})
	}
	for _, v := range variables(form, tr) {
		book.Vars = append(book.Vars, describe(form, v, tr, p)...)
	}
	var b bytes.Buffer
	err = ddi.Write(&b, book)
	return b.Bytes(), err
}

// describe describes a variable in the files: once, or in each where they differ. An answer of a list is its name in the
// CSV and its number in the system file; why there is no text is a code in the CSV alone.
func describe(form *instrument.Instrument, v variable, tr func(string) string, p *language.Printer) []ddi.Var {
	x := ddi.Var{Name: v.name, Label: short(v.label), Question: v.label, Files: []string{inCSV, inSAV}}
	noAnswer := none(p)
	switch v.kind() {
	case chosen:
		x.Categories = append([]ddi.Category{{Value: "0", Label: p.T("Not chosen"), N: -1}, {Value: "1", Label: p.T("Chosen"), N: -1}}, noAnswer...)
	case numbers:
		x.Categories = noAnswer
	case words:
		x.Text, x.Files = true, []string{inSAV}
		named := x
		named.Files, named.Categories = []string{inCSV}, noAnswer
		return []ddi.Var{named, x}
	case coded:
		named := x
		named.Text, named.Files, x.Files = true, []string{inCSV}, []string{inSAV}
		for i, k := range form.Lists[v.item.List] {
			named.Categories = append(named.Categories, ddi.Category{Value: k.Name, Label: tr(k.Label), N: -1})
			x.Categories = append(x.Categories, ddi.Category{Value: strconv.Itoa(i + 1), Label: tr(k.Label), N: -1})
		}
		named.Categories, x.Categories = append(named.Categories, noAnswer...), append(x.Categories, noAnswer...)
		return []ddi.Var{named, x}
	}
	return []ddi.Var{x}
}

// none are the codes of why there is no answer.
func none(p *language.Printer) []ddi.Category {
	var all []ddi.Category
	for _, k := range missing() {
		all = append(all, ddi.Category{Value: strconv.Itoa(instrument.MissingCodes()[k]), Label: p.T(missingSay(k)), Missing: true, N: -1})
	}
	return all
}

// short cuts a label for lists.
func short(s string) string {
	if utf8.RuneCountInString(s) <= 120 {
		return s
	}
	return string([]rune(s)[:119]) + "…"
}
