package dataset

import (
	"bytes"
	"encoding/csv"
	"strconv"

	"comity/internal/base/language"
)

// CSV writes the table as it may be shown: what is kept back is ":".
func (r *Result) CSV(tr func(string) string, p *language.Printer) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	rows := [][]string{{tr(r.Label)}}
	if only := r.only(tr, p); only != "" {
		rows = append(rows, []string{only})
	}
	head := []string{"", "n"}
	if r.Sort == Numbers {
		head = append(head, p.T("Mean"), p.T("Median"), p.T("Sum"))
	}
	for _, k := range r.Columns {
		head = append(head, tr(k.Label), tr(k.Label)+" (%)")
	}
	rows = append(rows, head)
	for _, g := range r.Rows {
		row := []string{groupName(g, tr, p), g.Size()}
		if r.Sort == Numbers {
			row = append(row, orColon(g.Mean), orColon(g.Median), orColon(g.Sum))
		}
		for _, x := range g.Cells {
			if x.Hidden() {
				row = append(row, ":", ":")
			} else {
				row = append(row, strconv.Itoa(x.N), x.Share)
			}
		}
		rows = append(rows, row)
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

func orColon(s string) string {
	if s == "" {
		return ":"
	}
	return s
}

// only says in words who is counted, "" for everybody.
func (r *Result) only(tr func(string) string, p *language.Printer) string {
	switch {
	case r.Only.Answer == "":
		return ""
	case r.Only.Question == "":
		return p.T("Only the region {region}", "region", tr(r.Only.Answer))
	}
	return p.T("Only those who answered “{answer}” to “{question}”", "answer", tr(r.Only.Answer), "question", tr(r.Only.Question))
}
