package language

import (
	"fmt"
	"slices"
	"sort"
)

// Use is one place in code, a template or data that says a sentence.
type Use struct {
	Msg    string   // the English sentence, or its singular
	Plural string   // the English plural, "" if it doesn't count
	Places []string // the names given to it
	Open   bool     // names are given by something other than literals: they can't be compared
	Where  string   // file:line
}

// Problem is one thing wrong with the translations.
type Problem struct {
	Where string // file:line of the message, or of the use that has none
	Tag   Tag
	Kind  string // "missing", "stale", "place", "plural", "fuzzy" or "call"
	Text  string // the sentence, and what is wrong with it
}

func (p Problem) String() string {
	return fmt.Sprintf("%s: %s: %s: %s", p.Where, p.Tag, p.Kind, p.Text)
}

// Lint compares the catalogue with what is used: a sentence in use without a translation, a translation nobody uses, a
// place that translation or caller lost or invented, a plural that is none. Pass all uses of everything the catalogue
// was loaded for, or what is missing from them counts as stale.
func Lint(c *Catalog, used []Use) []Problem {
	var found []Problem
	wanted := map[string]Use{}
	for _, u := range used {
		first, ok := wanted[u.Msg]
		if ok && first.Plural != u.Plural {
			found = append(found, Problem{u.Where, English, "call", fmt.Sprintf("%q has another plural at %s", u.Msg, first.Where)})
		}
		wanted[u.Msg] = u
		found = append(found, lintCall(c, u)...)
	}
	for _, tag := range c.Tags() {
		t := c.tongues[tag]
		for _, u := range wanted {
			found = append(found, t.lintUse(u)...)
		}
		for id, m := range t.messages {
			if _, ok := wanted[id]; !ok {
				found = append(found, Problem{m.Where, tag, "stale", fmt.Sprintf("%q is used nowhere", id)})
			}
			found = append(found, t.lintMessage(m, c.english(m))...)
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].String() < found[j].String() })
	return found
}

// english returns the text in which the places of m are defined: a code has an English text, a sentence is its own.
func (c *Catalog) english(m Message) []string {
	if e, ok := c.tongues[English].messages[m.ID]; ok && m.Plural == "" && e.Text[0] != "" {
		return Places(e.Text[0])
	}
	places := Places(m.ID)
	for _, n := range Places(m.Plural) {
		if !slices.Contains(places, n) {
			places = append(places, n)
		}
	}
	return places
}

func lintCall(c *Catalog, u Use) []Problem {
	if u.Open {
		return nil
	}
	var found []Problem
	want := c.english(Message{ID: u.Msg, Plural: u.Plural})
	for _, n := range want {
		if !slices.Contains(u.Places, n) && !(n == "n" && u.Plural != "") {
			found = append(found, Problem{u.Where, English, "call", fmt.Sprintf("%q is given no {%s}", u.Msg, n)})
		}
	}
	for _, n := range u.Places {
		if !slices.Contains(want, n) {
			found = append(found, Problem{u.Where, English, "call", fmt.Sprintf("%q has no {%s}", u.Msg, n)})
		}
	}
	return found
}

func (t *tongue) lintUse(u Use) []Problem {
	m, ok := t.messages[u.Msg]
	if t.tag == English && !isCode(u.Msg) {
		return nil // an English sentence says itself
	}
	switch {
	case !ok || slices.Contains(m.Text, ""):
		return []Problem{{u.Where, t.tag, "missing", fmt.Sprintf("%q", u.Msg)}}
	case m.Plural != u.Plural:
		return []Problem{{m.Where, t.tag, "plural", fmt.Sprintf("%q: the plural is %q, used at %s with %q", u.Msg, m.Plural, u.Where, u.Plural)}}
	}
	return nil
}

// isCode tells a short code ("field.required"), whose English words stand in en.po, from an English sentence.
func isCode(msg string) bool {
	dot := false
	for _, r := range msg {
		switch {
		case r == '.':
			dot = true
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_', r == '-':
		default:
			return false
		}
	}
	return dot && msg[len(msg)-1] != '.'
}

func (t *tongue) lintMessage(m Message, want []string) []Problem {
	var found []Problem
	if m.Fuzzy {
		found = append(found, Problem{m.Where, t.tag, "fuzzy", fmt.Sprintf("%q waits for somebody to look at it again", m.ID)})
	}
	for i, text := range m.Text {
		if text == "" {
			continue
		}
		has := Places(text)
		for _, n := range want {
			// A form for exactly one, two or no thing may say the number in a word.
			if !slices.Contains(has, n) && !(n == "n" && m.Plural != "" && t.mayDropNumber(i)) {
				found = append(found, Problem{m.Where, t.tag, "place", fmt.Sprintf("%q lost {%s}", text, n)})
			}
		}
		for _, n := range has {
			if !slices.Contains(want, n) {
				found = append(found, Problem{m.Where, t.tag, "place", fmt.Sprintf("%q has {%s}, the English sentence hasn't", text, n)})
			}
		}
	}
	return found
}

// mayDropNumber says whether the plural form i stands for one number alone. "One" doesn't in Russian (1, 21, 31 …) and
// French (0 and 1).
func (t *tongue) mayDropNumber(i int) bool {
	numbers := 0
	for n := range 201 {
		if t.form(n) == i {
			numbers++
		}
	}
	return numbers == 1
}
