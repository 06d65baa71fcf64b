package xlsform

import (
	"maps"
	"slices"
	"strings"

	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

// settings reads what the form says of itself and finds its own language: the one it says, else that of columns
// without a language, else English, else the first.
func (in *reader) settings(s *sheet, others ...*sheet) (instrument.Meta, map[language.Tag]map[string]string) {
	cells, titles := map[string]string{}, map[language.Tag]string{}
	if s != nil && len(s.lines) > 0 {
		in.source = "" // until it is known, every language is another one
		r := in.row(s, 0)
		cells = r.Cells
		for tag, c := range r.In {
			titles[tag] = c["form_title"]
		}
	}
	in.source = in.own(cells["default_language"], others)
	delete(cells, "default_language")
	m := instrument.Settings(cells)
	m.SourceLang = in.source
	if m.ID == "" {
		m.ID = in.file
	}
	if m.Title == "" {
		m.Title = titles[in.source]
	}
	texts := map[language.Tag]map[string]string{}
	for tag, title := range titles {
		if title != "" && m.Title != "" {
			texts[tag] = map[string]string{m.Title: title}
		}
	}
	return m, texts
}

func (in *reader) own(said string, sheets []*sheet) language.Tag {
	if said != "" && !strings.EqualFold(said, "default") {
		return readLanguage(said)
	}
	if len(in.tags) == 0 || slices.Contains(in.tags, language.English) {
		return language.English
	}
	for _, s := range sheets {
		if s != nil && slices.Contains(s.headers, header{column: "label"}) {
			return language.English
		}
	}
	return in.tags[0]
}

// languages lists those of all columns.
func (in *reader) languages(m *instrument.Meta) {
	set := map[language.Tag]bool{in.source: true}
	for _, tag := range slices.Concat(in.tags, m.Languages) {
		set[tag] = true
	}
	m.Languages = slices.Sorted(maps.Keys(set))
}

// crosswalk reads what the questions were in the version before; nil when there is no such sheet.
func (in *reader) crosswalk(s *sheet) *instrument.Crosswalk {
	if s == nil {
		return nil
	}
	c := &instrument.Crosswalk{Items: []instrument.Step{}}
	for i := range s.lines {
		cells := in.row(s, i).Cells
		if cells["from"] != "" {
			c.From = cells["from"]
		}
		if cells["change"] == "" {
			continue
		}
		step := instrument.Step{Was: cells["was"], Now: cells["now"], Change: instrument.Change(cells["change"])}
		for pair := range strings.FieldsSeq(cells["codes"]) {
			was, now, _ := strings.Cut(pair, "=")
			if step.Codes == nil {
				step.Codes = map[string]string{}
			}
			step.Codes[was] = now
		}
		c.Items = append(c.Items, step)
	}
	return c
}
