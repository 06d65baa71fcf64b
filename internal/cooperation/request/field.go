package request

import (
	"comity/internal/base/language"
	"comity/internal/engine/formpage"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
)

// fieldID is the id of a question's element on a page.
func fieldID(path string) string { return web.Field{Path: path}.ID() }

// asker shows questions of a request in the printer's language.
func (q *Requests) asker(p *language.Printer) *formpage.Asker {
	return &formpage.Asker{P: p, Look: func(f instrument.Field, w *web.Field) { q.look(p, f, w) }}
}

// look gives a text the shape that forms of requests ask for.
func (q *Requests) look(p *language.Printer, f instrument.Field, w *web.Field) {
	switch f.Look {
	case "state":
		w.Kind = web.Select
		w.Choices = append(w.Choices, q.stateChoices(p, q.exchange.Self().State())...)
	case "language":
		w.Kind = web.Select
		for _, t := range q.law.Catalog.Tags() {
			w.Choices = append(w.Choices, web.Choice{Value: string(t), Label: t.Name()})
		}
	case "treaty":
		w.Kind = web.Select
		for _, t := range q.law.Treaties.All() {
			w.Choices = append(w.Choices, web.Choice{Value: string(t.Code), Label: t.Name(p.Tag())})
		}
	}
}
