package instrument

import (
	"maps"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

// Tables are a form as tables, whatever file they came from. [Options.Build] makes the form of them,
// [Instrument.Tables] gives them back.
type Tables struct {
	Meta
	Name     string // what the form is called in errors
	Survey   []Row  // the columns of form.csv
	Choices  []Row  // of choices.csv
	Sections []Row  // of sections.csv
	Texts    map[language.Tag]map[string]string
}

// Row is one line of a table, and where it stands.
type Row struct {
	File  string
	Line  int
	Cells map[string]string // by column, in the form's own language
	// In are the texts of this row in other languages, by column. Where the same words are translated alike everywhere,
	// Tables.Texts can hold them instead.
	In map[language.Tag]map[string]string
	// At has the letter of each column in a workbook's sheet; File is then the book and the sheet. nil in other files.
	At map[string]string
}

// Build makes a form of tables. Errors are as for [Load].
func (o Options) Build(t Tables) (*Instrument, error) {
	if n := max(len(t.Survey), len(t.Choices), len(t.Sections)); n > MaxRows {
		return nil, errs.Invalidf("form %s: a table of %d rows: at most %d are allowed", t.Name, n, MaxRows)
	}
	p := &Part{Name: t.Name, lists: map[string][]Choice{}, doubles: strings.EqualFold(t.Settings[doublesColumn], "yes")}
	p.fill(rows(t.Survey), rows(t.Choices), rows(t.Sections))
	in, _ := o.link(t.Name, p) // its error is the first of the problems, to which more may come
	in.Meta = t.Meta
	in.checkPlaces()
	in.translate(t.Texts)
	return in, in.firstError()
}

func rows(table []Row) []row {
	out := make([]row, len(table))
	for i, r := range table {
		out[i] = row{source{r.File, r.Line, r.At}, r.Cells, r.In}
	}
	return out
}

// Tables returns the form as tables, without what the form made of itself. Languages stand in the rows. A form that
// was composed of others comes as its cover.
func (in *Instrument) Tables() Tables {
	t := Tables{Meta: in.Meta, Name: in.Name}
	in.surveyRows(&t, in.Items)
	for _, list := range sortedKeys(in.Lists) {
		for _, c := range in.Lists[list] {
			if c.made {
				continue
			}
			r := Row{Cells: maps.Clone(c.Extra), In: in.spoken(map[string]string{"label": c.Label}, c.other())}
			if r.Cells == nil {
				r.Cells = map[string]string{}
			}
			r.put("list_name", list)
			r.put("name", c.Name)
			r.put("label", c.Label)
			t.Choices = append(t.Choices, r)
		}
	}
	for _, s := range in.Sections {
		r := Row{Cells: map[string]string{}, In: in.spoken(s.texts(), s.apart)}
		r.put("name", s.Name)
		r.put("owner_hint", s.Owner)
		for column, text := range s.texts() {
			r.put(column, text)
		}
		t.Sections = append(t.Sections, r)
	}
	return t
}

func (in *Instrument) surveyRows(t *Tables, items []*Item) {
	for _, it := range items {
		if it.made {
			continue
		}
		r := it.row()
		r.In = in.spoken(it.texts(), it.apart)
		t.Survey = append(t.Survey, r)
		if it.Type != GroupType && it.Type != RepeatType {
			continue
		}
		inside := it.Items
		if it.Matrix != "" {
			inside = it.columns
		}
		in.surveyRows(t, inside)
		t.Survey = append(t.Survey, Row{Cells: map[string]string{"type": "end_" + it.kind()}})
	}
}

func (r Row) put(column, cell string) {
	if cell != "" {
		r.Cells[column] = cell
	}
}

// row is the item as a row of form.csv.
func (it *Item) row() Row {
	r := Row{File: it.source.file, Line: it.source.line, Cells: maps.Clone(it.Extra)}
	if r.Cells == nil {
		r.Cells = map[string]string{}
	}
	for column, text := range it.texts() {
		r.put(column, text)
	}
	for _, rule := range it.rules() {
		r.put(rule.column, rule.text)
	}
	for column, cell := range map[string]string{
		"type": it.typeCell(), "name": it.Name, "appearance": it.Look, "section": it.Section, "concept": it.Concept,
		"basis": it.Basis, "obligation": it.Obligation, "unit": it.Unit, "reference_period": it.Period,
		"allow": strings.Join(it.Allow, " "), "maps_to": strings.Join(it.MapsTo, " "),
	} {
		r.put(column, cell)
	}
	if it.initial == nil {
		r.put("default", it.initialText)
	}
	if it.ConfidentialDefault {
		r.put("confidential_default", "yes")
	}
	var params []string
	for _, name := range sortedKeys(it.Params) {
		params = append(params, name+"="+it.Params[name])
	}
	r.put("parameters", strings.Join(params, " "))
	return r
}

func (it *Item) typeCell() string {
	switch {
	case it.Matrix != "":
		return beginMatrix + " " + it.Matrix
	case it.Type == GroupType || it.Type == RepeatType:
		return "begin_" + string(it.Type)
	case it.Type == OpaqueType:
		return strings.TrimSpace(string(OpaqueType) + " " + it.Was)
	case it.OrOther:
		return string(it.Type) + " " + it.List + " " + orOther
	case it.List != "":
		return string(it.Type) + " " + it.List
	}
	return string(it.Type)
}

// texts are the item's words for people, by column.
func (it *Item) texts() map[string]string {
	return map[string]string{
		"label": it.Label, "hint": it.Hint, "constraint_message": it.Message,
		"guidance_hint": it.Guidance, "required_message": it.WhyRequired, "check_message": it.WhyDoubted,
	}
}

func (it *Item) text(column string) string {
	switch column {
	case "label":
		return it.Label
	case "hint":
		return it.Hint
	case "constraint_message":
		return it.Message
	case "check_message":
		return it.WhyDoubted
	}
	return it.WhyRequired
}

func (s Section) texts() map[string]string {
	return map[string]string{"label": s.Label, "hint": s.Hint}
}

// other is the choice's translations by column, as items and sections have them.
func (c Choice) other() map[language.Tag]map[string]string {
	out := map[language.Tag]map[string]string{}
	for tag, text := range c.apart {
		out[tag] = map[string]string{"label": text}
	}
	return out
}

// spoken puts together the translations of a row's texts: those of the words, and those that only this row has.
func (in *Instrument) spoken(texts map[string]string, apart map[language.Tag]map[string]string) map[language.Tag]map[string]string {
	out := map[language.Tag]map[string]string{}
	put := func(tag language.Tag, column, text string) {
		if text == "" {
			return
		}
		if out[tag] == nil {
			out[tag] = map[string]string{}
		}
		out[tag][column] = text
	}
	for _, tag := range slices.Sorted(maps.Keys(in.texts)) {
		for column, text := range texts {
			put(tag, column, in.texts[tag][text])
		}
	}
	for tag, cells := range apart {
		for column, text := range cells {
			put(tag, column, text)
		}
	}
	return out
}
