package evidence

import (
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/web"
)

// givenBy reads what a person said about an item from the form. The file and its name come apart.
func givenBy(f *web.Form) (Given, error) {
	get := f.Get
	g := Given{
		Case: id.ID(get("case")), Request: get("request"), Measure: get("measure"), Label: get("label"), Sort: Sort(get("kind")),
		Conditions: lines(get("conditions")), SetBy: get("set_by"),
	}
	if _, err := id.Parse(string(g.Case)); err != nil {
		return g, errs.NotFound
	}
	d := &g.Details
	d.Declared, d.Handling = canonical.Hash(get("declared")), f.All("handling")
	if get("source_kind") != "" || get("source_name") != "" || get("source_account") != "" {
		d.Source = &Source{Kind: get("source_kind"), Name: get("source_name"), Account: get("source_account")}
	}
	a := Acquired{
		At: instant(f, "acquired"), Person: get("acquired_by"), Office: get("acquired_office"), Place: get("acquired_place"), Tool: get("acquired_tool"),
		Version: get("acquired_version"), Method: get("acquired_method"), WriteBlocker: get("acquired_blocker"), ClockOffset: get("acquired_clock"),
	}
	if a != (Acquired{}) {
		d.Acquired = &a
	}
	if l := (Legal{Order: get("legal_order"), Court: get("legal_court"), Date: f.Read("legal_date", web.Date)}); l != (Legal{}) {
		d.Legal = &l
	}
	if r := (Received{From: get("received_from"), Channel: get("received_channel")}); r != (Received{}) {
		d.Received = &r
	}
	if from := lines(get("from")); len(from) > 0 {
		g.From = &From{Process: get("process"), Tool: get("process_tool")}
		for _, f := range from {
			n, err := id.Parse(f)
			if err != nil {
				return g, errs.WithFields(errs.Field{Path: "from", Code: "Choose items of this case that are neither quarantined nor destroyed."})
			}
			g.From.Items = append(g.From.Items, n)
		}
	}
	return g, nil
}

// instant reads an instant as RFC 3339 with its offset; what isn't one stays as it was typed.
func instant(f *web.Form, path string) string {
	if t, ok := f.Instant(path); ok {
		return t.Format(time.RFC3339)
	}
	return f.Read(path, web.DateTime)
}

// lines cuts a text into its lines that aren't empty.
func lines(s string) (all []string) {
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			all = append(all, l)
		}
	}
	return all
}
