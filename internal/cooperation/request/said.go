package request

import (
	"strconv"
	"time"

	"comity/internal/base/language"
	"comity/internal/engine/web"
)

// said shows what a response says, as questions and answers. Words that people wrote stay in their language.
func (q *Requests) said(p *language.Printer, resp Response) []web.Row {
	var rows []web.Row
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, web.Row{Key: key, Value: value})
		}
	}
	add(p.T("Number there"), resp.Reference)
	add(p.T("Who can be asked"), resp.Contact)
	for _, it := range resp.Item {
		key := q.place(it.Path, p)
		if key == "" {
			key = p.T("Point")
		}
		add(key, it.Text)
	}
	for _, g := range resp.Ground {
		add(p.T("Ground"), q.groundName(g, p))
	}
	add(p.T("Reasons"), resp.Reason)
	switch resp.Consulted {
	case "yes":
		add(p.T("The other State was heard first"), p.T("Yes"))
	case "no":
		add(p.T("The other State was heard first"), p.T("No"))
	}
	for _, c := range resp.Condition {
		add(p.T("Condition"), c)
	}
	add(p.T("Looked at again on"), day(p, resp.Review))
	if resp.Unsafe == "yes" {
		add(p.T("Preservation may not secure the data, or may harm confidentiality"), p.T("Yes"))
	}
	add(p.T("Preserved since"), day(p, resp.Preserved))
	add(p.T("Kept until"), day(p, resp.Until))
	for _, e := range resp.Evidence {
		size, err := strconv.ParseInt(e.Size, 10, 64)
		if err != nil {
			size = 0
		}
		add(p.T("Evidence {label}", "label", e.Label), p.Size(size)+" · SHA-256 "+e.SHA256)
	}
	add(p.T("In words"), resp.Text)
	return rows
}

// day shows a day of the data; what isn't one is shown as it came.
func day(p *language.Printer, s string) string {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return string(p.Date(t))
	}
	return s
}

// groundName is a ground in words, with its treaty and article. A code that this node doesn't know stays a code.
func (q *Requests) groundName(g Ground, p *language.Printer) string {
	for _, t := range q.law.Treaties.All() {
		for _, known := range t.Grounds {
			if known.Code == g.Code && (g.Article == "" || g.Article == string(t.Code)+" "+known.Article) {
				return p.T("{ground} ({article})", "ground", language.Plain(p.T(known.Label)), "article", g.Article)
			}
		}
	}
	return g.Code + " " + g.Article
}
