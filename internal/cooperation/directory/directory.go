// Package directory knows the authorities of States: who they are, in which languages and by which channels they take
// requests.
//
// It is data (data/*.toml, and a node's own files), each entry with its source and date. Start with [Load].
package directory

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

//go:embed data
var own embed.FS

const format = "comity/directory/1"

// Kind is what an authority is in its State.
type Kind string

// The kinds of authority.
const (
	Central     Kind = "central"
	Competent   Kind = "competent"
	Permanent   Kind = "24-7"
	Secretariat Kind = "secretariat" // of an organisation, which is no State
)

// Authority is one entry.
type Authority struct {
	Code      string // "PT-CA", the part of references that says whose they are
	State     string // ISO 3166-1 alpha-2, or the code of an organisation
	Kind      Kind
	Exercise  bool
	Names     map[string]string
	Address   string
	Languages []language.Tag // in which it takes requests
	Channels  []string
	Zone      string    // IANA time zone
	Hours     string    // of its office, local
	AsOf      time.Time `toml:"as-of"`
	Source    string

	zone *time.Location
}

// Name returns the authority's name in the language, in English when it has none there.
func (a Authority) Name(tag language.Tag) string {
	if n, ok := a.Names[string(tag)]; ok {
		return n
	}
	return a.Names[string(language.English)]
}

// Directory is all entries; it never changes.
type Directory struct{ list []Authority }

// Load reads the program's own entries and those of further folders. A file that is wrong is [errs.Invalid] and named.
func Load(more ...fs.FS) (*Directory, error) {
	data, err := fs.Sub(own, "data")
	if err != nil {
		return nil, err
	}
	d := &Directory{}
	for _, fsys := range append([]fs.FS{data}, more...) {
		names, err := fs.Glob(fsys, "*.toml")
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			if err := d.read(fsys, n); err != nil {
				return nil, fmt.Errorf("directory: %s: %w", n, err)
			}
		}
	}
	return d, nil
}

func (d *Directory) read(fsys fs.FS, name string) error {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	var file struct {
		Format    string
		Authority []Authority
	}
	m, err := toml.NewDecoder(bytes.NewReader(b)).Decode(&file)
	if err != nil {
		return fmt.Errorf("%w: %w", err, errs.Invalid)
	}
	if u := m.Undecoded(); len(u) > 0 {
		return errs.Invalidf("the key %s is not known", u[0])
	}
	if file.Format != format {
		return errs.Invalidf("format %q, want %q", file.Format, format)
	}
	for _, a := range file.Authority {
		if err := d.add(a); err != nil {
			return err
		}
	}
	return nil
}

func (d *Directory) add(a Authority) error {
	switch {
	case a.Code == "" || a.State == "" || a.Kind == "":
		return errs.Invalidf("authority %q: code, state and kind are needed", a.Code)
	case a.Names["en"] == "":
		return errs.Invalidf("authority %s: an English name is needed", a.Code)
	case a.Source == "" || a.AsOf.IsZero():
		return errs.Invalidf("authority %s: source and as-of are needed", a.Code)
	}
	zone, err := time.LoadLocation(a.Zone)
	if err != nil || a.Zone == "" || a.Zone == "Local" {
		return errs.Invalidf("authority %s: zone %q is no IANA time zone", a.Code, a.Zone)
	}
	a.zone = zone
	if _, ok := d.Get(a.Code); ok {
		return errs.Invalidf("authority %s stands twice", a.Code)
	}
	d.list = append(d.list, a)
	return nil
}

// Get returns the authority with the code.
func (d *Directory) Get(code string) (Authority, bool) {
	i := slices.IndexFunc(d.list, func(a Authority) bool { return a.Code == code })
	if i < 0 {
		return Authority{}, false
	}
	return d.list[i], true
}

// Zone returns the time zone of the authority with the code: its deadlines end by the clocks of its own office.
func (d *Directory) Zone(code string) (*time.Location, bool) {
	a, ok := d.Get(code)
	return a.zone, ok
}

// Central returns the central authority of a State.
func (d *Directory) Central(state string) (Authority, bool) {
	i := slices.IndexFunc(d.list, func(a Authority) bool { return a.State == state && a.Kind == Central })
	if i < 0 {
		return Authority{}, false
	}
	return d.list[i], true
}

// Authority says one thing of an authority for the rules on requests: of the State's authority that has the name in
// some language, whatever its case, or of its central authority when the name is empty. "" when there is none.
func (d *Directory) Authority(state, name, topic string) string {
	i := slices.IndexFunc(d.list, func(a Authority) bool {
		return a.State == state && (name == "" && a.Kind == Central || name != "" && a.named(name))
	})
	if i < 0 {
		return ""
	}
	a := d.list[i]
	switch topic {
	case "code":
		return a.Code
	case "name":
		return a.Name(language.English)
	case "channels":
		return strings.Join(a.Channels, " ")
	case "languages":
		var tags []string
		for _, t := range a.Languages {
			tags = append(tags, string(t))
		}
		return strings.Join(tags, " ")
	}
	return ""
}

// named reports whether one of the authority's names begins the text: people write the city or the street after it.
func (a Authority) named(text string) bool {
	fold := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	for _, n := range a.Names {
		if strings.HasPrefix(fold(text), fold(n)) {
			return true
		}
	}
	return false
}

// All lists the authorities in the order of the files.
func (d *Directory) All() []Authority { return slices.Clone(d.list) }
