package instrument

import (
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/language"
	"comity/internal/engine/instrument/xpath"
)

// link gives every item its place, compiles every expression and finds the order of evaluation. What is wrong goes
// into the form's problems.
func (in *Instrument) link() {
	in.byPath, in.byName, in.covered = map[string][]*Item{}, map[string][]*Item{}, map[string][]*Item{}
	in.place(nil, in.Items)
	in.checkNames(in.Items, nil)
	in.checkLists()
	in.placeSections()
	in.instances, in.choiceAt = listTrees(in.Lists)
	known, functions := in.known(), in.withChoiceName()
	for _, it := range in.all {
		in.compile(it, functions, known)
	}
	in.sort()
}

func (in *Instrument) place(parent *Item, items []*Item) {
	for _, it := range items {
		it.parent, it.number = parent, len(in.all)
		it.path = strings.Split(it.Name, "/")
		if parent != nil {
			it.path = append(slices.Clone(parent.path), it.path...)
			if it.Section == "" {
				it.Section = parent.Section
			}
		}
		in.all = append(in.all, it)
		in.byPath[it.path.String()] = append(in.byPath[it.path.String()], it)
		in.byName[it.Name] = append(in.byName[it.Name], it)
		in.place(it, it.Items)
		for _, name := range sortedKeys(it.Variants) {
			in.place(it, it.Variants[name])
		}
	}
}

func sortedKeys[K ~string, T any](m map[K]T) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// checkNames finds names that stand twice in a group. The items of a variant stand beside those the group always has.
func (in *Instrument) checkNames(items, beside []*Item) {
	seen := map[string]*Item{}
	for _, it := range beside {
		seen[it.Name] = it
	}
	for _, it := range items {
		if other := seen[it.Name]; other != nil {
			in.report(it.source, "name", Error, nameTwice, "name", it.Name, "place", other.source.String())
		}
		seen[it.Name] = it
		if strings.Contains(it.Name, "@") && (it.Type == GroupType || it.Type == RepeatType) {
			in.report(it.source, "name", Error, nameAttribute)
		}
		in.checkNames(it.Items, nil)
		for _, name := range sortedKeys(it.Variants) {
			in.checkNames(it.Variants[name], it.Items)
		}
	}
}

func (in *Instrument) checkLists() {
	for _, it := range in.all {
		if it.List != "" && in.Lists[it.List] == nil {
			in.report(it.source, "type", Error, listUnknown, "list", it.List)
		}
		if it.Type == SelectMultipleType || it.Type == RankType {
			in.checkSpaces(it.List)
		}
		in.checkWords(it)
		if it.Type == CalculateType && it.calculation == nil && it.initial == nil {
			in.report(it.source, "calculation", Error, calcMissing)
		}
		if it.OrOther && it.filter != nil {
			in.report(it.source, "choice_filter", Error, otherFilter)
		}
	}
}

// pictured reports whether another program shows or plays something in place of words.
func (it *Item) pictured() bool {
	for column := range it.Extra {
		for _, medium := range []string{"image", "audio", "video"} {
			if strings.Contains(column, medium) {
				return true
			}
		}
	}
	return false
}

func (in *Instrument) checkWords(it *Item) {
	shown := it.Type.answered() && it.calculation == nil || it.Type == NoteType
	switch {
	case it.Label != "" || !shown || it.Look == "hidden":
	case it.Hint == "" && len(it.apart) == 0 && !it.pictured():
		in.report(it.source, "label", Error, labelNone)
	default:
		in.report(it.source, "label", Warning, labelMissing)
	}
}

// checkSpaces finds names with spaces in a list of which several choices make one answer.
func (in *Instrument) checkSpaces(list string) {
	for _, c := range in.Lists[list] {
		if strings.ContainsAny(c.Name, " \t\n") {
			in.report(c.source, "name", Error, choiceName)
		}
	}
}

// placeSections adds the sections that no sections.csv names, in the order in which the form comes to them.
func (in *Instrument) placeSections() {
	named := len(in.Sections) > 0
	for _, it := range in.all {
		if it.Section == "" || slices.ContainsFunc(in.Sections, func(s Section) bool { return s.Name == it.Section }) {
			continue
		}
		if named {
			in.report(it.source, "section", Warning, sectionUnknown, "section", it.Section)
		}
		in.Sections = append(in.Sections, Section{Name: it.Section, Label: it.Section})
	}
}

// itextID is a column that every list has in forms written for ODK: jr:itext() makes of it the choice's label in the
// reader's language.
const itextID = "itextId"

// itext is what jr:itext() gives, unless whoever evaluates has other texts.
func (in *Instrument) itext(lang, id string) string {
	at := strings.LastIndexByte(id, '-')
	if at < 0 {
		return ""
	}
	n, err := strconv.Atoi(id[at+1:])
	list := in.Lists[id[:at]]
	if err != nil || n < 0 || n >= len(list) {
		return ""
	}
	if text := in.In(language.Tag(lang), list[n].Label); text != "" {
		return text
	}
	return list[n].Label
}

// listTrees makes each list a tree for instance('list')/root/item, with name, label and the other columns; and says
// at which place each choice stands.
func listTrees(lists map[string][]Choice) (trees map[string]*xpath.Node, at map[string]map[string][]int) {
	trees, at = map[string]*xpath.Node{}, map[string]map[string][]int{}
	for name, choices := range lists {
		doc := xpath.NewRoot()
		root := doc.Element("root")
		at[name] = map[string][]int{}
		for i, c := range choices {
			at[name][c.Name] = append(at[name][c.Name], i)
			item := root.Element("item")
			item.Element("name").SetText(c.Name)
			item.Element("label").SetText(c.Label)
			item.Element(itextID).SetText(name + "-" + number(i))
			for _, column := range sortedKeys(c.Extra) {
				item.Element(column).SetText(c.Extra[column])
			}
		}
		trees[name] = doc
	}
	return trees, at
}

// known says which paths without numbers exist: the items', the groups' above them, and what every document has.
func (in *Instrument) known() map[string]bool {
	known := map[string]bool{"/": true, "/format": true}
	for _, it := range in.all {
		for n := range it.path {
			known[it.path[:n+1].String()] = true
		}
	}
	return known
}

func (in *Instrument) compile(it *Item, functions xpath.Functions, known map[string]bool) {
	for _, r := range it.rules() {
		o := xpath.Options{
			Functions: functions,
			Resolve:   func(name string) (string, error) { return in.resolve(it, name, r.column == "choice_filter") },
		}
		e, err := o.Compile(r.text)
		if err != nil {
			in.reportExpr(it, r.column, err)
			continue
		}
		r.expr = e
		r.uses = e.Paths(it.path)
		if r.column == "choice_filter" {
			r.uses = e.PathsFrom(xpath.Path{"instance(" + it.List + ")", "root", "item"}, it.path)
		}
		for _, p := range r.uses {
			in.checkPath(it, r, p, known)
		}
	}
	for _, name := range references(it.Label + it.Hint + it.Message + it.WhyDoubted) {
		if _, err := in.resolve(it, name, false); err != nil {
			in.reportExpr(it, "label", err)
		}
	}
}

// rules returns the item's expressions.
func (it *Item) rules() []*rule {
	var rules []*rule
	for _, r := range []*rule{it.relevant, it.required, it.constraint, it.check, it.calculation, it.initial, it.filter, it.count} {
		if r != nil {
			rules = append(rules, r)
		}
	}
	return rules
}

func (in *Instrument) checkPath(it *Item, r *rule, p xpath.Path, known map[string]bool) {
	if len(p) > 0 && strings.HasPrefix(p[0], "instance(") {
		in.checkListPath(it, r, p)
		return
	}
	if !wild(p) {
		if !known[p.String()] {
			in.report(it.source, r.column, Warning, pathUnknown, "path", p.String())
		}
		return
	}
	n := len(in.meant(p))
	if n == 0 && p[len(p)-1] != xpath.AnyDepth {
		in.report(it.source, r.column, Warning, pathNone, "path", p.String())
	}
	before := in.edges
	if in.edges += n; in.edges > maxEdges && before <= maxEdges {
		in.report(it.source, r.column, Error, tooMuch)
	}
}

func wild(p xpath.Path) bool {
	return slices.ContainsFunc(p, func(s string) bool { return s == xpath.AnyDepth || s == "*" || s == "@*" })
}

func (in *Instrument) checkListPath(it *Item, r *rule, p xpath.Path) {
	list := strings.TrimSuffix(strings.TrimPrefix(p[0], "instance("), ")")
	choices, ok := in.Lists[list]
	switch {
	case !ok:
		in.report(it.source, r.column, Error, listUnknown, "list", list)
	case wild(p) || len(p) < 4 || p[1] != "root" || p[2] != "item" || p[3] == "name" || p[3] == "label" || p[3] == itextID:
	case !slices.ContainsFunc(choices, func(c Choice) bool { _, ok := c.Extra[p[3]]; return ok }):
		in.report(it.source, r.column, Warning, listColumn, "list", list, "column", p[3])
	}
}

// references lists the names in ${…} of a text.
func references(text string) []string {
	var names []string
	for {
		_, after, ok := strings.Cut(text, "${")
		if !ok {
			return names
		}
		name, rest, ok := strings.Cut(after, "}")
		if !ok {
			return names
		}
		names, text = append(names, strings.TrimSpace(name)), rest
	}
}
