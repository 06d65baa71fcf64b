package instrument

import (
	"maps"
	"slices"

	"comity/internal/base/errs"
)

// Compose returns the cover with parts put into its repeat at path: an instance of the repeat whose @type is a key of
// parts has the questions of those parts, in their order, after those that every instance has. Expressions of a part
// get their meaning there: ${name} finds the part's own questions first, absolute paths begin at the cover's root.
// The cover must have a question @type in the repeat. Errors are as for [Load].
func (o Options) Compose(cover *Part, path string, parts map[string][]*Part) (*Instrument, error) {
	whole := cover.clone()
	repeat := findItem(whole.items, path)
	if repeat == nil || repeat.Type != RepeatType {
		return nil, errs.Invalidf("form %s: there is no repeat at %s", cover.Name, path)
	}
	if findItem(repeat.Items, "@type") == nil {
		return nil, errs.Invalidf("form %s: the repeat at %s has no question @type", cover.Name, path)
	}
	repeat.Variants = map[string][]*Item{}
	merged := map[*Part]bool{}
	for _, kind := range sortedKeys(parts) {
		for _, p := range parts[kind] {
			repeat.Variants[kind] = append(repeat.Variants[kind], cloneItems(p.items)...)
			if !merged[p] {
				merged[p] = true
				whole.add(p)
			}
		}
	}
	return o.link(cover.Name, whole)
}

// Join puts a part into the cover's group at path: it becomes a group of its own name there, which is asked when the
// question, a select_one of the list in the same group, is answered with that name. The list gets the choice, so that a
// form of parts needs no list of them anywhere else.
func (p *Part) Join(path, question, list, label string, part *Part) error {
	group := findItem(p.items, path)
	if group == nil || group.Type != GroupType {
		return errs.Invalidf("form %s: there is no group at %s", p.Name, path)
	}
	p.lists[list] = append(slices.Clone(p.lists[list]), Choice{Name: part.Name, Label: label, source: source{file: part.Name + "/form.csv", line: 1}})
	group.Items = append(group.Items, &Item{
		Type: GroupType, Name: part.Name, Label: label, Most: MaxInstances, MaxLength: MaxText, source: source{file: part.Name + "/form.csv", line: 1},
		relevant: &rule{column: "relevant", text: "/" + path + "/" + question + " = '" + part.Name + "'"}, Items: cloneItems(part.items),
	})
	p.add(part)
	return nil
}

// add adds a part's lists, sections and problems. A list of the same name has to be the same list.
func (p *Part) add(other *Part) {
	for _, name := range sortedKeys(other.lists) {
		list := other.lists[name]
		if have, ok := p.lists[name]; ok && !slices.EqualFunc(have, list, sameChoice) {
			p.problems = append(p.problems, newProblem(source{file: other.Name + "/choices.csv", line: 1}, "list_name", Error, listDiffers, []string{"list", name}))
			continue
		}
		p.lists[name] = list
	}
	for _, s := range other.sections {
		if !slices.ContainsFunc(p.sections, func(have Section) bool { return have.Name == s.Name }) {
			p.sections = append(p.sections, s)
		}
	}
	p.problems = append(p.problems, other.problems...)
}

func sameChoice(a, b Choice) bool {
	return a.Name == b.Name && a.Label == b.Label && maps.Equal(a.Extra, b.Extra)
}

func (p *Part) clone() *Part {
	return &Part{
		Name: p.Name, items: cloneItems(p.items), lists: maps.Clone(p.lists),
		sections: slices.Clone(p.sections), problems: slices.Clone(p.problems),
	}
}

// cloneItems copies items so that each form they are part of can give them a place and compile them.
func cloneItems(items []*Item) []*Item {
	out := make([]*Item, len(items))
	for i, it := range items {
		c := *it
		c.Items = cloneItems(it.Items)
		for _, r := range []**rule{&c.relevant, &c.required, &c.constraint, &c.check, &c.calculation, &c.initial, &c.filter, &c.count} {
			if *r != nil {
				*r = &rule{column: (*r).column, text: (*r).text}
			}
		}
		out[i] = &c
	}
	return out
}

// findItem finds an item by its names from here down.
func findItem(items []*Item, path string) *Item {
	steps, err := parsePath(path)
	if err != nil {
		return nil
	}
	for i, st := range steps {
		at := slices.IndexFunc(items, func(it *Item) bool { return it.Name == st.name })
		if at < 0 {
			return nil
		}
		if i == len(steps)-1 {
			return items[at]
		}
		items = items[at].Items
	}
	return nil
}
