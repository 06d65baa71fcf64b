package instrument

import "comity/internal/base/language"

// matrixType is in tables only: a form has a group in its place.
const matrixType Type = "matrix"

const (
	beginMatrix = "begin_matrix"
	orOther     = "or_other"
	otherChoice = "other"
	otherEnding = "_other"
)

// The words of what "or_other" adds; the catalogue has them in six languages.
var (
	otherLabel    = language.M("Other")
	otherQuestion = language.M("Which other?")
)

// kind is the word after end_ in the row that closes the item.
func (it *Item) kind() string {
	if it.Matrix != "" {
		return string(matrixType)
	}
	return string(it.Type)
}

// expand makes the items that a row stands for: of a matrix a group for each choice of its list, with the questions in
// it; of a select with "or_other" the choice "other" and a text that asks which.
func (p *Part) expand() { p.items = p.expandAll(p.items) }

func (p *Part) expandAll(items []*Item) []*Item {
	var out []*Item
	for _, it := range items {
		it.Items = p.expandAll(it.Items)
		out = append(out, it)
		switch {
		case it.Matrix != "":
			p.expandMatrix(it)
		case it.OrOther:
			out = append(out, p.expandOther(it))
		}
	}
	return out
}

func (p *Part) expandMatrix(it *Item) {
	it.columns, it.Items = it.Items, nil
	rows := p.lists[it.Matrix]
	if len(rows) == 0 {
		p.report(it.source, "type", Error, listUnknown, "list", it.Matrix)
		return
	}
	if p.made += len(rows) * (1 + count(it.columns)); p.made > MaxRows { // of all matrices, and of those inside others
		p.report(it.source, "type", Error, matrixLarge, "n", number(MaxRows))
		return
	}
	for _, c := range rows {
		if c.made {
			continue
		}
		if !validName(c.Name) {
			p.report(it.source, "type", Error, nameWrong, "name", c.Name)
			continue
		}
		row := &Item{
			Type: GroupType, Name: c.Name, Label: c.Label, Section: it.Section, Row: c.Name, Concept: c.Extra["concept"],
			MaxLength: MaxText, Most: MaxInstances, Items: cloneItems(it.columns), made: true, source: it.source,
		}
		it.Items = append(it.Items, row)
	}
}

func count(items []*Item) int {
	n := len(items)
	for _, it := range items {
		n += count(it.Items)
	}
	return n
}

func (p *Part) expandOther(it *Item) *Item {
	list := p.lists[it.List]
	if len(list) > 0 && !hasChoice(list, otherChoice) {
		p.lists[it.List] = append(list, Choice{Name: otherChoice, Label: otherLabel, Extra: map[string]string{}, made: true})
	}
	return &Item{
		Type: TextType, Name: it.Name + otherEnding, Label: otherQuestion, Section: it.Section, MaxLength: MaxText, made: true,
		source: it.source, relevant: &rule{column: "relevant", text: "selected(${" + it.Name + "}, '" + otherChoice + "')"},
	}
}

func hasChoice(list []Choice, name string) bool {
	for _, c := range list {
		if c.Name == name {
			return true
		}
	}
	return false
}
