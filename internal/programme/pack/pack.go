// Package pack reads programmes of cooperation as data: a folder each, with what the programme is about, the questions it
// adds to a request, what its letter says of them, guidance, indicators and their translations, and no code of its own.
//
// What comes with the program is in data; a folder more is a programme more. Start with [Load], and hold what was read
// against the rest of the node with [Pack.Check].
package pack

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument"
)

//go:embed data/*/*
var shipped embed.FS

// Own is the folder of the programmes that come with the program.
func Own() fs.FS { return inside("data") }

// Pack is one programme. Every text is English, the key of its translations. What doesn't come from an official text that
// was read has Checked false, and pages say so.
type Pack struct {
	Format     string
	Code       string // of its folder: "drugs-online"
	Name       string
	About      string
	Version    int
	Sources    []string // what it rests on; not translated
	Checked    bool
	States     []string         // ISO 3166-1 alpha-2: its area; none for a programme of any States
	Types      []string         // of request: codes
	Mandates   []string         // paragraphs it serves: "CCPCJ 20/7#assistance"
	Crimes     []Crime          `toml:"crime"`
	Partners   []Partner        `toml:"partner"`
	Guidance   []Guidance       `toml:"guidance"`
	Indicators []Indicator      `toml:"indicator"`
	Form       *instrument.Part `toml:"-"`

	file, text string
}

// Crime is one that the programme is about. Treaty and Article name where it is an offence, if a treaty of the node says so.
type Crime struct {
	Say             string
	Treaty, Article string
	Checked         bool
}

// Partner is a part that an organisation plays. Which organisation it is stands in the node, not in the data.
type Partner struct{ Say string }

// Guidance is a paragraph beside a section of the draft or the finding of a rule: At is "section:facts" or "rule:GEN-22".
type Guidance struct {
	At, Say, Source string
	Checked         bool
}

// Indicator is a figure by which the programme is followed. Source is a part of the node, Measure what is counted there.
type Indicator struct {
	Code, Say, Source, Measure string
	Mandates                   []string
}

// format is what programme.toml is called.
const format = "comity/programme/1"

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)+$`)

// Load reads every folder with a programme.toml, the folders of several file systems together, by their codes. What can't
// be understood is [errs.Invalid] and names file and line. Whether what it names exists is asked by [Pack.Check].
func Load(from ...fs.FS) ([]*Pack, error) {
	var all []*Pack
	for _, fsys := range from {
		files, err := fs.Glob(fsys, "*/programme.toml")
		if err != nil {
			return nil, fmt.Errorf("programmes: %w", err)
		}
		for _, file := range files {
			p, err := read(fsys, path.Dir(file))
			if err != nil {
				return nil, fmt.Errorf("programmes: %w", err)
			}
			if slices.ContainsFunc(all, func(o *Pack) bool { return o.Code == p.Code }) {
				return nil, errs.Invalidf("programmes: %s: a programme %s is already there", file, p.Code)
			}
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b *Pack) int { return strings.Compare(a.Code, b.Code) })
	return all, nil
}

func read(fsys fs.FS, dir string) (*Pack, error) {
	p := &Pack{file: path.Join(dir, "programme.toml")}
	b, err := fs.ReadFile(fsys, p.file)
	if err != nil {
		return nil, err
	}
	p.text = string(b)
	if err := treaty.Decode(p.file, p.text, p); err != nil {
		return nil, err
	}
	switch {
	case p.Format != format:
		return nil, errs.Invalidf("%s: format %q, want %q", p.at(p.Format), p.Format, format)
	case p.Code != dir || !codeForm.MatchString(p.Code):
		return nil, errs.Invalidf("%s: code %q: want that of the folder, small letters with a hyphen, as in drugs-online", p.at(p.Code), p.Code)
	case p.Name == "" || p.About == "" || p.Version < 1 || len(p.Sources) == 0:
		return nil, errs.Invalidf("%s: a programme has a name, a text about it, a version from 1, and sources", p.file)
	}
	p.Form, err = instrument.ReadPart(fsys, dir)
	return p, err
}

// at is the file with the line on which a value stands first.
func (p *Pack) at(value string) string {
	if i := strings.Index(p.text, `"`+value+`"`); i >= 0 {
		return fmt.Sprintf("%s:%d", p.file, 1+strings.Count(p.text[:i], "\n"))
	}
	return p.file
}

// For returns the guidance beside a place, "section:facts" or "rule:GEN-22".
func (p *Pack) For(at string) []Guidance {
	var out []Guidance
	for _, g := range p.Guidance {
		if g.At == at {
			out = append(out, g)
		}
	}
	return out
}

// Concerns reports whether a request of these types with that other State is of the programme: one of its types at least,
// and a State of its area.
func (p *Pack) Concerns(types []string, state string) bool {
	return slices.ContainsFunc(types, func(t string) bool { return slices.Contains(p.Types, t) }) &&
		(len(p.States) == 0 || slices.Contains(p.States, state))
}

// Messages lists what the pack says beside its form and its letter, for the check that all is translated.
func (p *Pack) Messages() []string {
	out := []string{p.Name, p.About}
	for _, c := range p.Crimes {
		out = append(out, c.Say)
	}
	for _, x := range p.Partners {
		out = append(out, x.Say)
	}
	for _, g := range p.Guidance {
		out = append(out, g.Say)
	}
	for _, i := range p.Indicators {
		out = append(out, i.Say)
	}
	return out
}

// Words are the sources of the programmes' translations, one for each folder.
func Words() []language.Source {
	dirs, _ := fs.Glob(Own(), "*/po") // it errs for a malformed pattern only
	var out []language.Source
	for _, dir := range dirs {
		out = append(out, language.Source{Name: "programme/" + path.Dir(dir), FS: inside(path.Join("data", path.Dir(dir)))})
	}
	return out
}

// inside is one folder of what is shipped as a file system of its own.
type inside string

func (f inside) Open(name string) (fs.File, error) { return shipped.Open(path.Join(string(f), name)) }
