package answerbook

import (
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"comity/internal/engine/instrument"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

// page is what the template shows.
type page struct {
	*Book
	Parts                     []part
	Dir, Policy               string
	CSS                       template.CSS
	JS                        template.JS
	Data                      saved
	Shown, Sources            []option
	One, Several, Order, Tick instrument.Type
}

// WriteHTML writes the book as one page that needs no network: it shows, prints and, with its script, saves the answers as a
// file that [Read] takes. The page's own policy lets nothing else run in it and nothing leave it.
func (b Book) WriteHTML(w io.Writer) error {
	if err := b.head(); err != nil {
		return err
	}
	parts, err := b.parts()
	if err != nil {
		return err
	}
	t, err := template.New("page").Funcs(template.FuncMap{
		"tr": b.Tr, "missings": func(a allowed) []option { return a.missing() }, "value": func(o option) string { return o.value },
		"label": func(o option) string { return b.Tr(o.label) }, "area": func(k instrument.Type) bool { return k == instrument.TextType },
	}).Parse(pageHTML)
	if err != nil {
		return fmt.Errorf("answer book: %w", err)
	}
	p := page{
		Book: &b, Parts: parts, Dir: string(b.Lang.Direction()), CSS: template.CSS(pageCSS), JS: template.JS(pageJS),
		Policy: "default-src 'none'; style-src '" + digest(pageCSS) + "'; script-src '" + digest(pageJS) + "'; base-uri 'none'; form-action 'none'",
		Shown:  shown, Sources: sources,
		One: instrument.SelectOneType, Several: instrument.SelectMultipleType, Order: instrument.RankType, Tick: instrument.AcknowledgeType,
		Data: saved{
			Format: Format, Form: b.Form, Response: b.Response, Sections: b.Sections, Lang: b.Lang, Stamp: b.Stamp, Base: baseOf(parts),
		},
	}
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("answer book: %w", err)
	}
	return nil
}

// baseOf is how things stand when the page is given out.
func baseOf(parts []part) map[string]Answer {
	out := map[string]Answer{}
	for _, p := range parts {
		for _, r := range p.Rows {
			if a := (Answer{r.Value, r.Mark}); r.Path != "" && a != (Answer{}) {
				out[r.Path] = a
			}
		}
	}
	return out
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
