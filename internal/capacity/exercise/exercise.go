// Package exercise holds exercises in working with electronic evidence: what is handed out, what is planted in it, and how
// what people hand in is marked.
//
// An exercise is a file of data/ and no code of its own. Its material is made from a seed: the same seed gives the same
// bytes, another seed another variant, and each variant comes with its key. Nothing in it is real: addresses are of the
// documentation ranges (RFC 5737, RFC 3849), domains end in .example (RFC 2606), telephone numbers begin with the
// unassigned +999, people and cases are invented. The package is pure: no clock, no database. Start with [Load].
package exercise

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/xpath"
)

//go:embed data po
var own embed.FS

// Format is that of the files of data/ (docs/formats/exercise.md).
const Format = "comity/exercise/1"

// Exercise is one exercise as its file has it.
type Exercise struct {
	Format       string
	Name         string
	Version      string
	Title        string // English
	About        string // English
	Task         string // English: what is to be done and handed in
	Minutes      int
	Competencies []string
	Type         string   // of the request that is handed out, "" for none
	Material     []string // what is made: see [makers]
	Plant        []Fault
	Wrong        instrument.Points // what naming a fault that isn't there costs, in hundredths
	Delivers     string            // exercise whose material the other State hands over, "" for none
	Checked      bool
	Exercise     bool
	Lines        []Line `toml:"line"`
	Refuse       []Refuse
}

// Refuse is a ground on which the other State refuses the request.
type Refuse struct {
	When    string // an expression about the request's answers
	Ground  string // as the treaties name them
	Article string
	Reason  string // English
}

// Line is one line of the marking scheme. It asks for exactly one of Rules, Custody, Fault and Fact.
type Line struct {
	Name    string
	Text    string // English
	Points  instrument.Points
	Rules   []string // rules that find nothing in the request handed in
	Custody []string // kinds of event that the history of each item has, in this order
	Fault   Fault    // planted, and named with its item
	Fact    string   // something in the material, whose value the key has
}

// Fault is something wrong that is planted in the material.
type Fault string

// The faults. The last two are of a request alone.
const (
	Digest  Fault = "digest"  // a digest in the list is not that of the file
	Custody Fault = "custody" // an item changes hands and nobody notes it
	Zone    Fault = "zone"    // a time without its offset
	Foreign Fault = "foreign" // an item of another case lies among the others
	Port    Fault = "port"    // an address that many share, without its port
	Purpose Fault = "purpose" // nothing says for what the evidence is wanted
)

var faults = []Fault{Digest, Custody, Zone, Foreign, Port, Purpose}

// custodyWords are the events of an item's history that a line may ask for.
var custodyWords = []string{"received", "verified", "quarantined", "read", "derived", "sent", "delivered", "certified"}

// Load reads the exercises that come with the program, by their names.
func Load() ([]Exercise, error) { return Read(own) }

// Read reads and checks the exercises in data/ of fsys. What is wrong is [errs.Invalid] and names its file.
func Read(fsys fs.FS) ([]Exercise, error) {
	files, err := fs.Glob(fsys, "data/*.toml")
	if err != nil {
		return nil, fmt.Errorf("exercises: %w", err)
	}
	var all []Exercise
	for _, file := range files {
		var d Exercise
		meta, err := toml.DecodeFS(fsys, file, &d)
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", file, err, errs.Invalid)
		}
		if unknown := meta.Undecoded(); len(unknown) > 0 {
			return nil, errs.Invalidf("%s: unknown key %s", file, unknown[0])
		}
		if d.Name != strings.TrimSuffix(path.Base(file), ".toml") {
			return nil, errs.Invalidf("%s: its name is %q", file, d.Name)
		}
		if err := d.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, d)
	}
	for _, d := range all {
		if d.Delivers == "" {
			continue
		}
		if _, err := Find(all, d.Delivers); err != nil || d.Type == "" {
			return nil, errs.Invalidf("data/%s.toml: delivers %q: want an exercise, and a type of request", d.Name, d.Delivers)
		}
	}
	return all, nil
}

// check says what an exercise lacks by itself.
func (d Exercise) check() error {
	var found []error
	bad := func(format string, args ...any) { found = append(found, errs.Invalidf(format, args...)) }
	if d.Format != Format {
		bad("format is %q, want %q", d.Format, Format)
	}
	if d.Title == "" || d.About == "" || d.Task == "" || d.Version == "" || d.Minutes < 1 || len(d.Competencies) == 0 || !d.Exercise {
		bad("title, about, task, version, minutes, competencies and exercise = true are needed")
	}
	for _, part := range d.Material {
		if !slices.Contains(parts, part) {
			bad("material %q: want some of %s", part, strings.Join(parts, ", "))
		}
	}
	if slices.Contains(d.Material, "request") != (d.Type != "") {
		bad("a request is handed out when, and only when, there is a type")
	}
	if d.Wrong < 0 {
		bad("a fault wrongly named costs %d", d.Wrong)
	}
	seen := map[string]bool{}
	for _, l := range d.Lines {
		if l.Name == "" || seen[l.Name] || l.Text == "" || l.Points <= 0 {
			bad("line %q: a name of its own, a text and points are needed", l.Name)
		}
		seen[l.Name] = true
		d.checkLine(l, bad)
	}
	for _, r := range d.Refuse {
		if _, err := xpath.Compile(r.When, nil); err != nil || d.Type == "" || r.Ground == "" || r.Reason == "" {
			bad("refuse %q when %q: a type, a ground, a reason and an expression are needed: %v", r.Ground, r.When, err)
		}
	}
	for _, f := range d.Plant {
		if !slices.ContainsFunc(d.Lines, func(l Line) bool { return l.Fault == f || len(l.Rules) > 0 && ofRequest(f) }) {
			bad("%s is planted and no line asks for it", f)
		}
	}
	return errors.Join(found...)
}

// ofRequest says whether a fault is seen by the rules of requests rather than named.
func ofRequest(f Fault) bool { return f == Port || f == Purpose }

func (d Exercise) checkLine(l Line, bad func(string, ...any)) {
	asks := 0
	for _, there := range []bool{len(l.Rules) > 0, len(l.Custody) > 0, l.Fault != "", l.Fact != ""} {
		if there {
			asks++
		}
	}
	switch {
	case asks != 1:
		bad("line %s asks for %d things, want one of rules, custody, fault, fact", l.Name, asks)
	case len(l.Rules) > 0 && d.Type == "":
		bad("line %s asks rules about a request and there is none", l.Name)
	case l.Fault != "" && (!slices.Contains(faults, l.Fault) || !slices.Contains(d.Plant, l.Fault)):
		bad("line %s: %s is not planted", l.Name, l.Fault)
	case l.Fact != "" && !slices.Contains(d.facts(), l.Fact):
		bad("line %s: the material has no fact %q, want one of %s", l.Name, l.Fact, strings.Join(d.facts(), ", "))
	}
	for _, w := range l.Custody {
		if !slices.Contains(custodyWords, w) {
			bad("line %s: no event of custody is called %q", l.Name, w)
		}
	}
}

// Find finds an exercise by its name; [errs.NotFound] lists those that there are.
func Find(all []Exercise, name string) (Exercise, error) {
	var names []string
	for _, d := range all {
		if d.Name == name {
			return d, nil
		}
		names = append(names, d.Name)
	}
	return Exercise{}, fmt.Errorf("there is no exercise %q, only %s: %w", name, strings.Join(names, ", "), errs.NotFound)
}

// Total is the most that can be had.
func (d Exercise) Total() instrument.Points {
	var sum instrument.Points
	for _, l := range d.Lines {
		sum += l.Points
	}
	return sum
}

// Refused says on which ground the other State refuses a request, if on any.
func (d Exercise) Refused(a instrument.Answers) (Refuse, bool, error) {
	root := a.Tree()
	for _, r := range d.Refuse {
		when, err := xpath.Compile(r.When, nil)
		if err != nil {
			return Refuse{}, false, err
		}
		yes, err := when.EvalBool(xpath.Context{Node: root, Root: root})
		if err != nil || yes {
			return r, yes, err
		}
	}
	return Refuse{}, false, nil
}

// Words are the folder of translations.
func Words() []language.Source { return []language.Source{{Name: "exercise", FS: own}} }

// Messages lists the English texts of exercises.
func Messages(all []Exercise) []language.Use {
	var out []language.Use
	for _, d := range all {
		where := "exercise/data/" + d.Name + ".toml"
		texts := []string{d.Title, d.About, d.Task}
		for _, l := range d.Lines {
			texts = append(texts, l.Text)
		}
		for _, r := range d.Refuse {
			texts = append(texts, r.Reason)
		}
		for _, t := range texts {
			out = append(out, language.Use{Msg: t, Open: true, Where: where})
		}
	}
	return out
}
