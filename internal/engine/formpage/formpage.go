// Package formpage turns the questions of a form into the fields of a page: one way for requests, studies and whatever else
// asks by a form. Start with [Asker.Fields].
package formpage

import (
	"slices"
	"strconv"

	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
)

// NotAsked is a question that isn't asked now, and why.
type NotAsked struct{ Label, Why string }

// Asker turns a section's questions into the fields of a page, in the printer's language.
type Asker struct {
	P *language.Printer

	// Look gives a text question the shape that its appearance column asks for, where that is not the form's own business
	// ("state", "treaty"); nil for none.
	Look func(f instrument.Field, w *web.Field)

	// Hidden are the questions that were put aside because they aren't asked now.
	Hidden []NotAsked
}

// Fields turns questions into fields. What isn't asked is put aside with its reason.
func (a *Asker) Fields(from []instrument.Field) []web.Field {
	var out []web.Field
	for _, f := range from {
		if f.Hidden {
			if f.Why != "" {
				a.Hidden = append(a.Hidden, NotAsked{f.Label, f.Why})
			}
			continue
		}
		out = append(out, a.field(f))
	}
	return out
}

// field turns one question into a field. No label says "optional": a draft is saved with any of them empty, and nearly
// all are needed before it is sent, which the remark beside the field says.
func (a *Asker) field(f instrument.Field) web.Field {
	w := web.Field{Path: f.Path, Label: f.Label, Hint: f.Hint, Value: f.Value, Required: f.Required, Quiet: true, Kind: kindOf(f.Kind)}
	if f.Missing {
		w.Missing = f.Error
	} else {
		w.Error = f.Error
	}
	switch f.Kind {
	case instrument.GroupType:
		w.Fields = a.Fields(f.Fields)
	case instrument.RepeatType:
		a.repeat(f, &w)
	case instrument.SelectOneType, instrument.SelectMultipleType, instrument.AcknowledgeType:
		a.choose(f, &w)
	case instrument.RankType:
		a.rank(f, &w)
	case instrument.IntegerType, instrument.DecimalType, instrument.RangeType:
		w.Width, w.Mode = 10, "decimal"
	case instrument.TextType:
		a.text(f, &w)
	}
	if f.Calculated {
		w.Kind = web.Shown
	}
	return w
}

// kindOf tells how each type of question is asked. A file is shown by its digest: annexes are taken in elsewhere; so is
// what another program's form asks and we don't.
func kindOf(t instrument.Type) web.Kind {
	switch t {
	case instrument.DateType:
		return web.Date
	case instrument.TimeType:
		return web.Time
	case instrument.DateTimeType:
		return web.DateTime
	case instrument.SelectOneType:
		return web.Radios
	case instrument.SelectMultipleType, instrument.AcknowledgeType:
		return web.Checkboxes
	case instrument.NoteType:
		return web.Note
	case instrument.GroupType, instrument.RankType:
		return web.Group
	case instrument.RepeatType:
		return web.Repeat
	case instrument.FileType, instrument.CalculateType, instrument.OpaqueType:
		return web.Shown
	}
	return web.Text
}

// manyChoices is from how many on a list unfolds instead of standing open.
const manyChoices = 7

func (a *Asker) choose(f instrument.Field, w *web.Field) {
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

// rank asks for the choice of each place.
func (a *Asker) rank(f instrument.Field, w *web.Field) {
	for n := range f.Choices {
		place := web.Field{
			Path: f.Path + instrument.PlacePart + strconv.Itoa(n+1), Kind: web.Select, Quiet: true, Label: a.P.T("Place {n}", "n", n+1),
		}
		if n < len(f.Places) {
			place.Value = f.Places[n]
		}
		for _, c := range f.Choices {
			place.Choices = append(place.Choices, web.Choice{Value: c.Value, Label: c.Label})
		}
		w.Fields = append(w.Fields, place)
	}
}

// text gives a text the shape that the form asks for.
func (a *Asker) text(f instrument.Field, w *web.Field) {
	if f.Look == "multiline" {
		w.Kind = web.TextArea
	}
	if a.Look != nil {
		a.Look(f, w)
	}
	if w.Kind == web.Select && f.Value != "" && !slices.ContainsFunc(w.Choices, func(c web.Choice) bool { return c.Value == f.Value }) {
		w.Choices = append(w.Choices, web.Choice{Value: f.Value, Label: f.Value}) // an answer is shown, not lost
	}
}

func (a *Asker) repeat(f instrument.Field, w *web.Field) {
	w.RemoveName = instrument.RemoveField
	if f.Add != "" {
		w.AddName, w.AddLabel = instrument.AddField, a.P.T("Add: {thing}", "thing", language.Plain(f.Label))
	}
	for _, one := range f.Fields {
		label := a.P.T("{thing} {n}", "thing", language.Plain(f.Label), "n", one.Index)
		w.Items = append(w.Items, web.Item{
			Path: one.Path, Label: label, RemoveLabel: a.P.T("Remove: {thing}", "thing", language.Plain(label)),
			Stays: one.Remove == "", Fields: a.Fields(one.Fields),
		})
	}
}

// Correct puts in the place of what was saved what was typed and not taken, with the reason.
func Correct(fields []web.Field, form *web.Form, wrong map[string]string) {
	for i := range fields {
		f := &fields[i]
		if why, ok := wrong[f.Path]; ok {
			f.Error, f.Missing = why, ""
			if form.Has(f.Path) {
				f.Value = form.Get(f.Path)
			}
		}
		Correct(f.Fields, form, wrong)
		for _, it := range f.Items {
			Correct(it.Fields, form, wrong)
		}
	}
}
