package instrument

import (
	"strings"

	"comity/internal/base/language"
)

// whyHidden tells why a question isn't asked; its places are labels of the questions it depends on.
const whyHidden = "Not asked, because of the answer to: {questions}."

// Field is one question, group or repeat as a page shows it, with everything decided. Sentences are translated, and
// the texts of other answers in them are as they were typed: the page escapes and isolates them.
type Field struct {
	Path       string // the name of the form's field; fit for an id too
	Kind       Type
	Label      string
	Hint       string
	Value      string
	Day        string // the parts of a date, as they were typed
	Month      string
	Year       string
	Time       string
	Offset     string
	Choices    []ChoiceField
	Look       string // the form's appearance column
	MaxLength  int
	Required   bool
	Missing    bool
	Error      string // a sentence; "" when nothing is wrong
	Calculated bool   // shown, not typed
	Hidden     bool   // not asked now
	Why        string // why it isn't asked
	Index      int    // number of an instance of a repeat, from 1
	Remove     string // value of [RemoveField] that takes this instance away, "" when it has to stay
	Add        string // on the repeat: value of [AddField] for another instance, "" when there can't be more
	Count      int    // on the repeat: how many instances there are
	Fields     []Field
	Places     []string // of a question of [RankType]: the choices in the order they were given
	Item       *Item    // the question itself, for what it allows, its unit, its guidance
}

// ChoiceField is one choice of a select.
type ChoiceField struct {
	Value, Label string
	Selected     bool
}

// ViewIn is [State.View] in one of the form's languages: its own translations first, those of single questions too; what
// it has none of, and the engine's own sentences, tr translates.
func (s State) ViewIn(section string, tag language.Tag, tr func(string) string) []Field {
	sel, ok := s.selects(section)
	if !ok {
		return nil
	}
	v := viewer{s: s, tag: tag, tr: func(text string) string {
		if own := s.in.texts[tag][text]; own != "" {
			return own
		}
		return tr(text)
	}}
	return v.selected(sel)
}

// View returns what a page shows of a section ("facts", or "measures[2]" for one instance of its repeat). Groups hold
// their fields; a repeat is a field of [RepeatType] that holds one field for each instance, with Index set. tr
// translates the form's English texts. Calculated questions of type calculate and those that look hidden are left
// out. It returns nil for a section that there isn't.
func (s State) View(section string, tr func(string) string) []Field {
	sel, ok := s.selects(section)
	if !ok {
		return nil
	}
	v := viewer{s: s, tr: tr}
	return v.selected(sel)
}

func (v *viewer) selected(sel selection) []Field {
	if sel.inside != "" {
		return v.inside(v.s.byPath[sel.inside])
	}
	return v.section(v.s.top, sel)
}

// section shows the outermost items that belong to the section, wherever in the form they stand.
func (v *viewer) section(c *cell, sel selection) []Field {
	var out []Field
	cells := map[*Item][]*cell{}
	for _, i := range c.inside {
		cells[i.item] = append(cells[i.item], i)
	}
	for _, it := range v.s.in.itemsOf(c) {
		if it.Section == sel.section && it.Type != GroupType {
			out = append(out, v.item(c, it)...)
			continue
		}
		for _, i := range cells[it] {
			inner := v.section(i, sel)
			if it.Section == sel.section && it.Type == GroupType && len(inner) > 0 && it.Label != "" {
				out = append(out, v.group(i, inner))
				continue
			}
			out = append(out, inner...)
		}
	}
	return out
}

type viewer struct {
	s   State
	tr  func(string) string
	tag language.Tag // "": translations that only one question has aren't wanted
}

// text is a text of an item as the page shows it.
func (v *viewer) text(at *cell, it *Item, column string) string {
	if own := it.apart[v.tag][column]; own != "" {
		return v.fill(at, it, own)
	}
	text := it.text(column)
	if text == "" {
		return ""
	}
	return v.fill(at, it, v.tr(text))
}

// label is a choice's.
func (v *viewer) label(c Choice) string {
	if own := c.apart[v.tag]; own != "" {
		return own
	}
	return v.tr(c.Label)
}

func (v *viewer) inside(c *cell) []Field {
	var out []Field
	for _, it := range v.s.in.itemsOf(c) {
		out = append(out, v.item(c, it)...)
	}
	return out
}

// item shows an item inside a cell.
func (v *viewer) item(parent *cell, it *Item) []Field {
	switch {
	case it.Type == CalculateType || it.Type == OpaqueType || it.Look == "hidden":
		return nil
	case it.Type == RepeatType:
		return []Field{v.repeat(parent, it)}
	}
	var out []Field
	for _, c := range parent.of(it) {
		if it.Type == GroupType {
			out = append(out, v.group(c, v.inside(c)))
		} else {
			out = append(out, v.question(c))
		}
	}
	return out
}

func (v *viewer) group(c *cell, inside []Field) Field {
	f := v.common(c)
	f.Fields = inside
	return f
}

func (v *viewer) repeat(parent *cell, it *Item) Field {
	cells := parent.of(it)
	f := Field{
		Path: strings.TrimPrefix(parent.path+"/"+it.Name, "/"), Kind: RepeatType,
		Label: v.text(parent, it, "label"), Hint: v.text(parent, it, "hint"), Look: it.Look, Count: len(cells), Item: it,
	}
	f.Hidden = !v.s.asked(parent, it)
	if f.Hidden {
		f.Why = v.why(it)
	}
	least, most := v.s.bounds(parent, it)
	if len(cells) < most {
		f.Add = f.Path
	}
	switch {
	case len(cells) < least:
		f.Missing = true
		f.Error = Sentence(v.tr, CodeTooFew, map[string]string{"n": number(least)})
	case len(cells) > most:
		f.Error = Sentence(v.tr, CodeTooMany, map[string]string{"n": number(most)})
	}
	for i, c := range cells {
		one := v.group(c, v.inside(c))
		one.Index = i + 1
		if len(cells) > least {
			one.Remove = c.path
		}
		f.Fields = append(f.Fields, one)
	}
	return f
}

// common fills in what groups and questions share.
func (v *viewer) common(c *cell) Field {
	it := c.item
	f := Field{
		Path: c.path, Kind: it.Type, Look: it.Look, Hidden: !c.relevant, Item: it,
		Label: v.text(c, it, "label"), Hint: v.text(c, it, "hint"),
	}
	if f.Hidden && c.parent.relevant {
		f.Why = v.why(it)
	}
	return f
}

func (v *viewer) question(c *cell) Field {
	it := c.item
	f := v.common(c)
	f.Value, f.Required, f.Missing = c.value, c.required, c.missing
	f.MaxLength, f.Calculated = it.MaxLength, it.calculation != nil
	switch it.Type {
	case DateType, DateTimeType:
		p := splitDate(c.value)
		f.Year, f.Month, f.Day, f.Time, f.Offset = p.year, p.month, p.day, p.time, p.offset
	case SelectOneType, SelectMultipleType, RankType:
		f.Choices = v.choices(c)
	}
	if it.Type == RankType {
		f.Places = it.Chosen(c.value)
	}
	switch {
	case c.missing && it.WhyRequired != "":
		f.Error = v.text(c, it, "required_message")
	case c.missing:
		f.Error = Sentence(v.tr, CodeMissing, nil)
	case c.code == CodeConstraint && it.Message != "":
		f.Error = v.text(c, it, "constraint_message")
	case c.code != "":
		f.Error = Sentence(v.tr, c.code, c.args)
	}
	return f
}

func (v *viewer) choices(c *cell) []ChoiceField {
	selected := map[string]bool{}
	for _, name := range c.item.Chosen(c.value) {
		selected[name] = true
	}
	var out []ChoiceField
	for i, choice := range v.s.in.Lists[c.item.List] {
		// A filter that can't be evaluated hides nothing here; State.Err tells of it once something is chosen.
		if offered, err := v.s.in.offers(c, i, v.s.ctx); err == nil && !offered {
			continue
		}
		out = append(out, ChoiceField{choice.Name, v.label(choice), selected[choice.Name]})
		delete(selected, choice.Name)
	}
	for _, name := range c.item.Chosen(c.value) { // an answer the form no longer offers is shown, not lost
		if selected[name] {
			out = append(out, ChoiceField{name, name, true})
		}
	}
	return out
}

// fill puts answers in the place of ${name}. at is where the names are looked for.
func (v *viewer) fill(at *cell, it *Item, text string) string {
	if !strings.Contains(text, "${") {
		return text
	}
	for _, name := range references(text) {
		to, err := v.s.in.nearest(it, name)
		if err != nil {
			continue // a name that only a translation has stays as it is, for the reader of the catalogue's lint
		}
		text = strings.ReplaceAll(text, "${"+name+"}", v.answer(at, to))
	}
	return text
}

// answer is the answer to an item as the page shows it, looked for in the groups around a cell, from the inside out.
func (v *viewer) answer(at *cell, to *Item) string {
	for c := at; c != nil; c = c.parent {
		var found *cell
		c.each(func(i *cell) {
			if found == nil && i.item == to {
				found = i
			}
		})
		if found != nil {
			return v.shown(found)
		}
	}
	return ""
}

// shown is an answer in words: of a select the labels of what was chosen.
func (v *viewer) shown(c *cell) string {
	if c.item.List == "" {
		return c.value
	}
	var labels []string
	for _, name := range c.item.Chosen(c.value) {
		label := name
		for _, choice := range v.s.in.Lists[c.item.List] {
			if choice.Name == name && choice.Label != "" {
				label = v.label(choice)
			}
		}
		labels = append(labels, label)
	}
	return strings.Join(labels, ", ")
}

// why names the questions that decide whether the item is asked.
func (v *viewer) why(it *Item) string {
	if it.relevant == nil {
		return ""
	}
	var labels []string
	for _, p := range it.relevant.uses {
		if o := v.s.in.Item(p.String()); o != nil && o.Label != "" {
			labels = append(labels, "“"+v.tr(o.Label)+"”")
		}
	}
	if len(labels) == 0 {
		return ""
	}
	return strings.ReplaceAll(v.tr(whyHidden), "{questions}", strings.Join(labels, ", "))
}
