package instrument

import (
	"slices"

	"comity/internal/base/language"
)

// In returns the form's own translation of one of its texts, "" when it has none. In the form's own language the text
// is its own translation. Where the same words are translated in two ways, it is the first; [State.ViewIn] knows the
// others.
func (in *Instrument) In(tag language.Tag, text string) string {
	if tag == in.Tongue() {
		return text
	}
	return in.texts[tag][text]
}

// Tongue returns the language of the form's tables.
func (in *Instrument) Tongue() language.Tag {
	if in.SourceLang == "" {
		return language.English
	}
	return in.SourceLang
}

// Spoken lists the languages in which the form has any text, its own first.
func (in *Instrument) Spoken() []language.Tag {
	out := []language.Tag{in.Tongue()}
	for _, tag := range sortedKeys(in.texts) {
		if tag != in.Tongue() {
			out = append(out, tag)
		}
	}
	return out
}

// Lacks lists the form's texts that have no translation into a language, each once, in the order of the form. A form
// is asked in a language only when it lacks nothing in it.
func (in *Instrument) Lacks(tag language.Tag) []FormText {
	if tag == in.Tongue() {
		return nil
	}
	return slices.DeleteFunc(in.Texts(), func(t FormText) bool { return in.texts[tag][t.English] != "" })
}

// checkPlaces finds ${name} of nobody in the choices' labels and in the translations that stand in rows.
func (in *Instrument) checkPlaces() {
	check := func(s source, column, text string) {
		for _, name := range references(text) {
			if len(in.byName[name]) == 0 {
				in.report(s, column, Error, refUnknown, "name", name)
			}
		}
	}
	for _, it := range in.all {
		for tag, cells := range it.apart {
			for column, text := range cells {
				check(it.source, column+"::"+string(tag), text)
			}
		}
	}
	for _, list := range sortedKeys(in.Lists) {
		for _, c := range in.Lists[list] {
			check(c.source, "label", c.Label)
			for column, text := range c.Extra {
				check(c.source, column, text)
			}
			for tag, text := range c.apart {
				check(c.source, "label::"+string(tag), text)
			}
		}
	}
}

// worded is something of the form that has words: an item, a choice, a section.
type worded struct {
	texts map[string]string
	apart map[language.Tag]map[string]string
	keep  func(map[language.Tag]map[string]string)
}

// eachWorded calls f for all that has words, in an order that depends on the form alone.
func (in *Instrument) eachWorded(f func(worded)) {
	var items func([]*Item)
	items = func(all []*Item) {
		for _, it := range all {
			f(worded{it.texts(), it.apart, func(apart map[language.Tag]map[string]string) { it.apart = apart }})
			items(it.columns)
			items(it.Items)
		}
	}
	items(in.Items)
	for _, list := range sortedKeys(in.Lists) {
		for i := range in.Lists[list] {
			c := &in.Lists[list][i]
			f(worded{map[string]string{"label": c.Label}, c.other(), func(apart map[language.Tag]map[string]string) {
				c.apart = labels(apart)
			}})
		}
	}
	for i := range in.Sections {
		s := &in.Sections[i]
		f(worded{s.texts(), s.apart, func(apart map[language.Tag]map[string]string) { s.apart = apart }})
	}
}

// translate takes what the form itself has of these translations, and those that stand in its rows: words that are
// translated alike everywhere once for all, others with their row.
func (in *Instrument) translate(texts map[language.Tag]map[string]string) {
	words := map[string]bool{in.Title: true}
	in.eachWorded(func(w worded) {
		for _, text := range w.texts {
			words[text] = true
		}
	})
	for tag, all := range texts {
		for text, translation := range all {
			if text != "" && translation != "" && words[text] && tag != in.Tongue() {
				in.speak(tag, text, translation)
			}
		}
	}
	in.eachWorded(func(w worded) {
		var left map[language.Tag]map[string]string
		for _, tag := range sortedKeys(w.apart) {
			for _, column := range sortedKeys(w.apart[tag]) {
				text, translation := w.texts[column], w.apart[tag][column]
				if translation == "" || tag == in.Tongue() || text != "" && in.speak(tag, text, translation) {
					continue
				}
				if left == nil {
					left = map[language.Tag]map[string]string{}
				}
				if left[tag] == nil {
					left[tag] = map[string]string{}
				}
				left[tag][column] = translation
			}
		}
		w.keep(left)
	})
}

// speak keeps a translation and reports whether it is the one that these words have.
func (in *Instrument) speak(tag language.Tag, text, translation string) bool {
	if in.texts[tag] == nil {
		in.texts[tag] = map[string]string{}
	}
	if have := in.texts[tag][text]; have != "" {
		return have == translation
	}
	in.texts[tag][text] = translation
	return true
}
