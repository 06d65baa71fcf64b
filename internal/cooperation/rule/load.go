package rule

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument/xpath"
)

//go:embed data
var data embed.FS

// Source is a folder that holds rules: files that Rules matches, overlays of States in overlay/, of providers in
// custodian/, and the rules' examples in tests/.
type Source struct {
	FS    fs.FS
	Dir   string // "." for the top
	Rules string // a pattern, "*.toml" when empty
}

// Own is the source with the rules that every type of request shares.
func Own() Source { return Source{FS: data, Dir: "data"} }

// Load reads the sources, compiles every expression and refuses with [errs.Invalid], naming file and line, what names
// a rule, a type or a treaty that isn't there.
func Load(ts *treaty.Treaties, sources ...Source) (*Set, error) {
	text, err := data.ReadFile("data/catalogue.csv")
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	c, err := parseCatalogue(string(text))
	if err != nil {
		return nil, err
	}
	l := &loader{ts: ts, functions: functions(), set: &Set{states: map[string]*Overlay{}, custodians: map[string]*Overlay{}, catalogue: c}}
	for _, s := range sources {
		if err := l.source(s); err != nil {
			return nil, fmt.Errorf("rules: %w", err)
		}
	}
	if err := l.finish(); err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return l.set, nil
}

type loader struct {
	ts        *treaty.Treaties
	functions xpath.Functions
	set       *Set
	hashed    []string
	relaxed   map[string]string // rule id → where it is named
}

func (l *loader) source(s Source) error {
	pattern := s.Rules
	if pattern == "" {
		pattern = "*.toml"
	}
	for _, part := range []struct {
		pattern string
		read    func(name, text string) error
	}{{pattern, l.rules}, {"overlay/*.toml", l.overlay}, {"custodian/*.toml", l.custodian}} {
		names, err := fs.Glob(s.FS, path.Join(s.Dir, part.pattern))
		if err != nil {
			return fmt.Errorf("%s: %w", s.Dir, err)
		}
		for _, name := range names {
			b, err := fs.ReadFile(s.FS, name)
			if err != nil {
				return err
			}
			l.hashed = append(l.hashed, string(canonical.Sum(b)))
			if err := part.read(name, string(b)); err != nil {
				return err
			}
		}
	}
	return nil
}

type file struct {
	Rule []row
	overlayFile
}

type overlayFile struct {
	State, ID, Name, Status, Signer string
	Override                        bool   // replaces what an earlier source said of the same State or provider
	AsOf                            string `toml:"as-of"`
	Row                             []struct {
		Topic, Applies, Source string
		Value                  []string
		Unchecked              bool
	}
	Relax []Relax
}

func (l *loader) rules(name, text string) error {
	var f struct{ Rule []row }
	if err := treaty.Decode(name, text, &f); err != nil {
		return err
	}
	return l.add(name, text, "", f.Rule)
}

func (l *loader) overlay(name, text string) error {
	f, o, err := l.readOverlay(name, text)
	if err != nil {
		return err
	}
	o.ID = f.State
	if o.ID == "" || l.set.states[o.ID] != nil && !f.Override {
		return errs.Invalidf("%s: state %q is empty, or there already and not overridden", name, o.ID)
	}
	l.set.rules = slices.DeleteFunc(l.set.rules, func(r *Rule) bool { return r.State == o.ID })
	l.set.states[o.ID] = o
	return l.add(name, text, o.ID, f.Rule)
}

func (l *loader) custodian(name, text string) error {
	f, o, err := l.readOverlay(name, text)
	if err != nil {
		return err
	}
	if o.ID == "" || l.set.custodians[o.ID] != nil && !f.Override || len(f.Rule) > 0 {
		return errs.Invalidf("%s: id %q is empty, there already and not overridden, or the file has rules", name, o.ID)
	}
	l.set.custodians[o.ID] = o
	return nil
}

func (l *loader) readOverlay(name, text string) (file, *Overlay, error) {
	var f file
	if err := treaty.Decode(name, text, &f); err != nil {
		return f, nil, err
	}
	o := &Overlay{ID: f.ID, Name: f.Name, AsOf: treaty.Date(f.AsOf), Status: f.Status, Signer: f.Signer, Relax: f.Relax}
	if o.Status != "own" && o.Status != "reported" {
		return f, nil, errs.Invalidf("%s: status %q: want own or reported", name, o.Status)
	}
	if _, ok := daysBetween(f.AsOf, f.AsOf); !ok {
		return f, nil, errs.Invalidf("%s: as-of %q is no day", name, f.AsOf)
	}
	for _, r := range f.Row {
		if r.Source == "" {
			return f, nil, errs.Invalidf("%s: row %s has no source", name, r.Topic)
		}
		o.Rows = append(o.Rows, Row{r.Topic, r.Applies, r.Value, r.Source, !r.Unchecked})
	}
	for _, r := range f.Relax {
		for _, id := range r.Rules {
			if l.relaxed == nil {
				l.relaxed = map[string]string{}
			}
			l.relaxed[id] = at(name, text, id)
		}
	}
	return f, o, nil
}

// at finds the line on which a thing is named first.
func at(name, text, thing string) string {
	before, _, ok := strings.Cut(text, `"`+thing+`"`)
	if !ok {
		return name
	}
	return fmt.Sprintf("%s:%d", name, 1+strings.Count(before, "\n"))
}

func (l *loader) add(name, text, state string, rows []row) error {
	for _, in := range rows {
		r, err := l.rule(in)
		place := at(name, text, in.ID)
		if err != nil {
			return fmt.Errorf("%s: rule %q: %w", place, in.ID, err)
		}
		r.Place, r.State = place, state
		if other, twice := l.set.Rule(r.ID); twice {
			return errs.Invalidf("%s: rule %s is already at %s", place, r.ID, other.Place)
		}
		l.set.rules = append(l.set.rules, r)
	}
	return nil
}

// finish sorts the rules, checks what overlays name, and takes the digest.
func (l *loader) finish() error {
	slices.SortFunc(l.set.rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	for _, id := range slices.Sorted(maps.Keys(l.relaxed)) {
		if _, ok := l.set.Rule(id); !ok {
			return errs.Invalidf("%s: no rule is called %q", l.relaxed[id], id)
		}
	}
	slices.Sort(l.hashed)
	b, err := canonical.Marshal(l.hashed)
	if err != nil {
		return err
	}
	l.set.hash = canonical.Sum(b)
	return nil
}
