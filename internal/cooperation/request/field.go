package request

import (
	"slices"

	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
)

// fieldID is the id of a question's element on a page.
func fieldID(path string) string { return web.Field{Path: path}.ID() }

// notAsked is a question that isn't asked now, and why.
type notAsked struct{ Label, Why string }

// asker turns a section's questions into the fields of a page.
type asker struct {
	q      *Requests
	p      *language.Printer
	hidden []notAsked
}

// fields turns questions into fields. What isn't asked is put aside with its reason.
func (a *asker) fields(from []instrument.Field) []web.Field {
	var out []web.Field
	for _, f := range from {
		if f.Hidden {
			if f.Why != "" {
				a.hidden = append(a.hidden, notAsked{f.Label, f.Why})
			}
			continue
		}
		out = append(out, a.field(f))
	}
	return out
}

// field turns one question into a field. No label says "optional": a draft is saved with any of them empty, and nearly
// all are needed before it is sent, which the remark beside the field says.
func (a *asker) field(f instrument.Field) web.Field {
	w := web.Field{Path: f.Path, Label: f.Label, Hint: f.Hint, Value: f.Value, Required: f.Required, Quiet: true, Kind: kinds[f.Kind]}
	if f.Missing {
		w.Missing = f.Error
	} else {
		w.Error = f.Error
	}
	switch f.Kind {
	case instrument.GroupType:
		w.Fields = a.fields(f.Fields)
	case instrument.RepeatType:
		a.repeat(f, &w)
	case instrument.SelectOneType, instrument.SelectMultipleType, instrument.AcknowledgeType:
		a.choose(f, &w)
	case instrument.IntegerType, instrument.DecimalType:
		w.Width, w.Mode = 10, "decimal"
	case instrument.TextType:
		a.look(f, &w)
	}
	if f.Calculated {
		w.Kind = web.Shown
	}
	return w
}

// kinds tells how each type of question is asked. A file is shown by its digest: annexes are taken in elsewhere.
var kinds = map[instrument.Type]web.Kind{
	instrument.TextType: web.Text, instrument.IntegerType: web.Text, instrument.DecimalType: web.Text, instrument.DateType: web.Date,
	instrument.TimeType: web.Time, instrument.DateTimeType: web.DateTime, instrument.SelectOneType: web.Radios,
	instrument.SelectMultipleType: web.Checkboxes, instrument.AcknowledgeType: web.Checkboxes, instrument.NoteType: web.Note,
	instrument.GroupType: web.Group, instrument.RepeatType: web.Repeat, instrument.FileType: web.Shown, instrument.CalculateType: web.Shown,
}

// manyChoices is from how many on a list unfolds instead of standing open.
const manyChoices = 7

func (a *asker) choose(f instrument.Field, w *web.Field) {
	for _, c := range f.Choices {
		w.Choices = append(w.Choices, web.Choice{Value: c.Value, Label: c.Label})
		if c.Selected {
			w.Values = append(w.Values, c.Value)
		}
	}
	switch {
	case f.Kind == instrument.AcknowledgeType:
		w.Choices = []web.Choice{{Value: instrument.Acknowledged, Label: f.Label}}
		if f.Value != "" {
			w.Values = []string{f.Value}
		}
	case f.Kind == instrument.SelectOneType && len(w.Choices) > manyChoices:
		w.Kind = web.Select
	}
}

// look gives a text the shape that the form asks for.
func (a *asker) look(f instrument.Field, w *web.Field) {
	switch f.Look {
	case "multiline":
		w.Kind = web.TextArea
	case "state":
		w.Kind = web.Select
		w.Choices = append(w.Choices, a.q.stateChoices(a.p, a.q.exchange.Self().State())...)
	case "language":
		w.Kind = web.Select
		for _, t := range a.q.law.Catalog.Tags() {
			w.Choices = append(w.Choices, web.Choice{Value: string(t), Label: t.Name()})
		}
	case "treaty":
		w.Kind = web.Select
		for _, t := range a.q.law.Treaties.All() {
			w.Choices = append(w.Choices, web.Choice{Value: string(t.Code), Label: t.Name(a.p.Tag())})
		}
	}
	if w.Kind == web.Select && f.Value != "" && !slices.ContainsFunc(w.Choices, func(c web.Choice) bool { return c.Value == f.Value }) {
		w.Choices = append(w.Choices, web.Choice{Value: f.Value, Label: f.Value}) // an answer is shown, not lost
	}
}

func (a *asker) repeat(f instrument.Field, w *web.Field) {
	w.RemoveName = instrument.RemoveField
	if f.Add != "" {
		w.AddName, w.AddLabel = instrument.AddField, a.p.T("Add: {thing}", "thing", language.Plain(f.Label))
	}
	for _, one := range f.Fields {
		label := a.p.T("{thing} {n}", "thing", language.Plain(f.Label), "n", one.Index)
		w.Items = append(w.Items, web.Item{
			Path: one.Path, Label: label, RemoveLabel: a.p.T("Remove: {thing}", "thing", language.Plain(label)),
			Stays: one.Remove == "", Fields: a.fields(one.Fields),
		})
	}
}

// correct puts in the place of what was saved what was typed and not taken, with the reason.
func correct(fields []web.Field, form *web.Form, wrong map[string]string) {
	for i := range fields {
		f := &fields[i]
		if why, ok := wrong[f.Path]; ok {
			f.Error, f.Missing = why, ""
			if form.Has(f.Path) {
				f.Value = form.Get(f.Path)
			}
		}
		correct(f.Fields, form, wrong)
		for _, it := range f.Items {
			correct(it.Fields, form, wrong)
		}
	}
}
