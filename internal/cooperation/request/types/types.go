// Package types holds the kinds of request that can be drafted: each is a folder with a form, rules, a letter, an
// example and its translations, and no code of its own.
//
// A request is one cover and any number of measures; so the form is that of _cover with, in each measure, the questions
// that all share (_measure) and those of its type. Start with [Load].
package types

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument"
	"comity/internal/programme/pack"
)

// A type's code has a dot in it, and so has its folder: a new folder is a new type, with nothing to add here.
//
//go:embed all:_cover all:_measure *.*/*
var own embed.FS

// Own is the folder of the types that come with the program.
func Own() fs.FS { return own }

// Type is one kind of measure.
type Type struct {
	Code     string
	Name     string // English, the key of its translations
	About    string
	Track    string
	Category string
	Clocks   []string
	FollowUp []string `toml:"follow-up"` // types that usually come after it
	Basis    []Basis
	Example  []byte `toml:"-"` // a complete request, an exercise
}

// Basis is an article under which the type can be asked for.
type Basis struct {
	Treaty  treaty.Code
	Article string
}

// Types are all kinds of request, with the form and the rules they share. They may be used by many at once.
type Types struct {
	list  []*Type
	form  *instrument.Instrument
	asked map[string]bool // its paths
	fsys  []fs.FS
	packs []*pack.Pack
}

// Load reads the types of the program and those of further folders: every folder with a type.toml is a type, every one
// with a programme.toml a programme, under which a request can be made. What is wrong in one is [errs.Invalid] and names
// the file.
func Load(ts *treaty.Treaties, more ...fs.FS) (*Types, error) {
	out := &Types{fsys: append([]fs.FS{own, pack.Own()}, more...)}
	parts := map[string][]*instrument.Part{}
	cover, err := instrument.ReadPart(own, "_cover")
	if err != nil {
		return nil, fmt.Errorf("types: %w", err)
	}
	shared, err := instrument.ReadPart(own, "_measure")
	if err != nil {
		return nil, fmt.Errorf("types: %w", err)
	}
	for _, fsys := range out.fsys {
		files, err := fs.Glob(fsys, "*/type.toml")
		if err != nil {
			return nil, fmt.Errorf("types: %w", err)
		}
		for _, file := range files {
			t, part, err := read(ts, fsys, path.Dir(file))
			if err != nil {
				return nil, fmt.Errorf("types: %w", err)
			}
			if _, twice := out.Get(t.Code); twice {
				return nil, errs.Invalidf("types: %s: a type %s is already there", file, t.Code)
			}
			out.list = append(out.list, t)
			parts[t.Code] = []*instrument.Part{shared, part}
		}
	}
	if err := out.join(cover); err != nil {
		return nil, fmt.Errorf("types: %w", err)
	}
	out.form, err = instrument.Options{}.Compose(cover, "request/measure", parts)
	if err != nil {
		return nil, fmt.Errorf("types: %w", err)
	}
	out.asked = paths(out.form)
	return out, out.known(ts)
}

// Where the form asks under which programme a request is made: the question /request/programme/name, and beside it a group
// for each programme with what it asks further.
const (
	programmeGroup = "request/programme"
	programmeName  = "name"
)

// join puts the questions of each programme into the cover.
func (ts *Types) join(cover *instrument.Part) (err error) {
	if ts.packs, err = pack.Load(ts.fsys...); err != nil {
		return err
	}
	for _, p := range ts.packs {
		if err := cover.Join(programmeGroup, programmeName, "programme", p.Name, p.Form); err != nil {
			return err
		}
	}
	return nil
}

// Programmes lists the programmes under which a request can be made, by their codes.
func (ts *Types) Programmes() []*pack.Pack { return slices.Clone(ts.packs) }

// AskedUnder lists the questions that a programme adds to a request, in English, the keys of their translations.
func (ts *Types) AskedUnder(code string) []string {
	var out []string
	for _, top := range ts.form.Items {
		for _, group := range top.Items {
			for _, own := range group.Items {
				if own.Path() == "/"+programmeGroup+"/"+code {
					for _, it := range own.Items {
						out = append(out, it.Label)
					}
				}
			}
		}
	}
	return out
}

// Programme is the one that a request's answers name; nil for none, or for one that this node doesn't have.
func (ts *Types) Programme(a instrument.Answers) *pack.Pack {
	code := a.Get(programmeGroup + "/" + programmeName)
	i := slices.IndexFunc(ts.packs, func(p *pack.Pack) bool { return p.Code == code })
	if i < 0 {
		return nil
	}
	return ts.packs[i]
}

// known holds what the types name against the cover's list of tracks and the treaties' clocks.
func (ts *Types) known(law *treaty.Treaties) error {
	tracks, clocks := []string{""}, []string{}
	for _, c := range ts.form.Lists["track"] {
		tracks = append(tracks, c.Name)
	}
	for _, t := range law.All() {
		for _, c := range t.Clocks {
			clocks = append(clocks, c.ID)
		}
	}
	for _, t := range ts.list {
		if !slices.Contains(tracks, t.Track) {
			return errs.Invalidf("types: %s/type.toml: track %q: want one of %s", t.Code, t.Track, strings.Join(tracks[1:], ", "))
		}
		for _, c := range t.Clocks {
			if !slices.Contains(clocks, c) {
				return errs.Invalidf("types: %s/type.toml: no treaty has a clock called %q", t.Code, c)
			}
		}
	}
	return nil
}

func read(ts *treaty.Treaties, fsys fs.FS, dir string) (*Type, *instrument.Part, error) {
	name := path.Join(dir, "type.toml")
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, nil, err
	}
	t := &Type{}
	if err := treaty.Decode(name, string(b), t); err != nil {
		return nil, nil, err
	}
	if t.Code != dir || t.Name == "" || t.About == "" {
		return nil, nil, errs.Invalidf("%s: code %q, name %q, about %q: a type has a name, a text about it, and the code of its folder", name, t.Code, t.Name, t.About)
	}
	for _, b := range t.Basis {
		tr, ok := ts.Get(b.Treaty)
		if !ok {
			return nil, nil, errs.Invalidf("%s: no treaty is called %s", name, b.Treaty)
		}
		if !slices.ContainsFunc(tr.Serving(t.Code), func(s treaty.Serves) bool { return s.Article == b.Article }) {
			return nil, nil, errs.Invalidf("%s: %s %s does not serve %s (a [[serves]] in the treaty's file says what does)", name, b.Treaty, b.Article, t.Code)
		}
	}
	if t.Example, err = fs.ReadFile(fsys, path.Join(dir, "example.json")); err != nil {
		return nil, nil, err
	}
	part, err := instrument.ReadPart(fsys, dir)
	return t, part, err
}

// All lists the types by their codes.
func (ts *Types) All() []*Type { return slices.Clone(ts.list) }

// Get finds a type by its code.
func (ts *Types) Get(code string) (*Type, bool) {
	i := slices.IndexFunc(ts.list, func(t *Type) bool { return t.Code == code })
	if i < 0 {
		return nil, false
	}
	return ts.list[i], true
}

// Sample returns what the type's example has at a finding's path, to show what a good answer looks like. The numbers of
// repeats don't matter; "" when the example has nothing there.
func (t *Type) Sample(path string) string {
	a, err := instrument.ParseAnswers(t.Example)
	if err != nil {
		return "" // the example is checked by the type's own test
	}
	return a.Get(numbers.ReplaceAllString(path, ""))
}

var numbers = regexp.MustCompile(`\[\d+\]`)

// Form is the whole form: the cover with the questions of each type in its measures.
func (ts *Types) Form() *instrument.Instrument { return ts.form }

// Sources are the folders that hold rules: the general ones and those of every type.
func (ts *Types) Sources() []rule.Source {
	sources := []rule.Source{rule.Own()}
	for _, fsys := range ts.fsys {
		for _, t := range ts.list {
			if _, err := fs.Stat(fsys, path.Join(t.Code, "rules.toml")); err == nil {
				sources = append(sources, rule.Source{FS: fsys, Dir: t.Code, Rules: "rules.toml"})
			}
		}
	}
	return sources
}

// Rules loads the general rules with those of every type, and then the node's own.
func (ts *Types) Rules(law *treaty.Treaties, more ...rule.Source) (*rule.Set, error) {
	return rule.Load(law, append(ts.Sources(), more...)...)
}

// File reads a file of a type's folder, or of the folders _cover and _measure that all share.
func (ts *Types) File(dir, name string) ([]byte, error) {
	for _, fsys := range ts.fsys {
		b, err := fs.ReadFile(fsys, path.Join(dir, name))
		if err == nil {
			return b, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("types: %w", err)
		}
	}
	return nil, fmt.Errorf("types: %s/%s: %w", dir, name, errs.NotFound)
}
