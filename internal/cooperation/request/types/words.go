package types

import (
	"fmt"
	"io/fs"

	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

// Words are the sources of the translations of forms, rules and letters: one for each folder that has po files.
func (ts *Types) Words() ([]language.Source, error) {
	var out []language.Source
	for _, fsys := range ts.fsys {
		dirs, err := fs.ReadDir(fsys, ".")
		if err != nil {
			return nil, fmt.Errorf("types: %w", err)
		}
		for _, d := range dirs {
			if !d.IsDir() {
				continue
			}
			sub, err := fs.Sub(fsys, d.Name())
			if err != nil {
				return nil, fmt.Errorf("types: %w", err)
			}
			out = append(out, language.Source{Name: "types/" + d.Name(), FS: sub})
		}
	}
	return out, nil
}

// Messages lists every English text of the forms and the types' names, for the check that all are translated.
func (ts *Types) Messages() []string {
	var out []string
	add := func(texts ...string) {
		for _, s := range texts {
			if s != "" {
				out = append(out, s)
			}
		}
	}
	var walk func(items []*instrument.Item)
	walk = func(items []*instrument.Item) {
		for _, it := range items {
			add(it.Label, it.Hint, it.Message)
			walk(it.Items)
			for _, v := range it.Variants {
				walk(v)
			}
		}
	}
	walk(ts.form.Items)
	for _, list := range ts.form.Lists {
		for _, c := range list {
			add(c.Label)
		}
	}
	for _, s := range ts.form.Sections {
		add(s.Label, s.Hint)
	}
	for _, t := range ts.list {
		add(t.Name, t.About)
	}
	return out
}
