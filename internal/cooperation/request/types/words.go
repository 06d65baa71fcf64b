package types

import (
	"io/fs"
	"path"

	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/programme/pack"
)

// Words are the sources of the translations of forms, rules and letters, one for each folder, those of programmes too.
func Words() []language.Source {
	dirs, _ := fs.Glob(own, "*/po") // it errs for a malformed pattern only
	var out []language.Source
	for _, dir := range dirs {
		name := path.Dir(dir)
		out = append(out, language.Source{Name: "types/" + name, FS: folder(name)})
	}
	return append(out, pack.Words()...)
}

// folder is one folder of the program's types as a file system of its own.
type folder string

func (f folder) Open(name string) (fs.File, error) { return own.Open(path.Join(string(f), name)) }

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
	for _, p := range ts.packs {
		add(p.Messages()...)
	}
	return out
}
