// Package data holds the framework of competencies and the courses that come with the program.
//
// A folder in courses is a course: course.toml, a text for each unit and language, and a bank of questions with their
// keys (form.csv, choices.csv, scoring.csv), from which each of its forms takes some. Nothing in Go names a course. English
// is the key of the translations in po, but for the texts of units, which stand whole in each language. Start with [Load].
package data

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
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
)

//go:embed frameworks courses needs.toml
var own embed.FS

// FS is the folder of what comes with the program.
func FS() fs.FS { return own }

// The formats of the files.
const (
	FrameworkFormat = "comity/framework/1"
	CourseFormat    = "comity/course/1"
	NeedsFormat     = "comity/needs/1"
)

// Competency is something that people of a profession are able to do.
type Competency struct {
	Code   string
	Group  string
	Name   string   // English
	Roles  []string // investigator first_responder prosecutor judge authority analyst private
	Level  int      // 1 to 3
	Bloom  int      // 1 to 6
	Treaty []string // "BUD:29"
	Rules  []string // rules of requests that say it is lacking
}

// Framework is a list of competencies.
type Framework struct {
	Format       string
	Name         string
	Version      string
	Sources      []string
	Checked      bool
	Competencies []Competency `toml:"competency"`
}

// Unit is one part of a course.
type Unit struct {
	Name         string // of the files of its text
	Title        string // English
	Minutes      int
	Competencies []string

	// Texts are its Markdown by language; Stale those whose English has changed since they were translated.
	Texts map[language.Tag]string `toml:"-"`
	Stale []language.Tag          `toml:"-"`
}

// Form is a test: some of the bank's questions. Twins are made by one blueprint, so many questions of each unit.
type Form struct {
	Name  string
	Cut   int // per cent of the points from which it is passed
	Items []string
}

// Course is a course with everything that belongs to it.
type Course struct {
	Format   string
	Name     string
	Version  string
	Title    string // English
	About    string // English
	Sources  []string
	Checked  bool
	Exercise bool
	Units    []Unit `toml:"unit"`
	Forms    []Form `toml:"form"`

	Bank    *instrument.Instrument `toml:"-"`
	Scoring *instrument.Scoring    `toml:"-"`
}

// Needs say what it means that requests come back for a reason.
type Needs struct {
	Format    string
	Threshold float64 // a need is signalled when the rate's interval lies above it
	Least     int     // from so many requests
	Months    int     // in so many months
	Codes     []Code  `toml:"code"`
}

// Code is a rule by which requests are asked back, or a ground on which they are refused.
type Code struct {
	Code       string
	Sort       string // skill, law, policy, capacity
	Competency string
}

// Library is everything that comes with the program.
type Library struct {
	Framework Framework
	Needs     Needs
	Courses   []Course
}

// Load reads and checks what comes with the program.
func Load() (*Library, error) { return Read(own) }

// Read reads frameworks and courses in fsys. What is wrong is [errs.Invalid] and names its file.
func Read(fsys fs.FS) (*Library, error) {
	l := &Library{}
	if err := decode(fsys, "frameworks/cyber-justice/framework.toml", FrameworkFormat, &l.Framework, &l.Framework.Format); err != nil {
		return nil, err
	}
	if err := decode(fsys, "needs.toml", NeedsFormat, &l.Needs, &l.Needs.Format); err != nil {
		return nil, err
	}
	if err := l.checkNeeds(); err != nil {
		return nil, err
	}
	folders, err := fs.Glob(fsys, "courses/*/course.toml")
	if err != nil {
		return nil, fmt.Errorf("courses: %w", err)
	}
	for _, file := range folders {
		c, err := readCourse(fsys, path.Dir(file))
		if err == nil {
			err = l.check(c)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		l.Courses = append(l.Courses, c)
	}
	return l, nil
}

func decode(fsys fs.FS, name, format string, v any, got *string) error {
	meta, err := toml.DecodeFS(fsys, name, v)
	if err != nil {
		return fmt.Errorf("%s: %w: %w", name, err, errs.Invalid)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return errs.Invalidf("%s: unknown key %s", name, unknown[0])
	}
	if *got != format {
		return errs.Invalidf("%s: format is %q, want %q", name, *got, format)
	}
	return nil
}

func readCourse(fsys fs.FS, dir string) (c Course, err error) {
	if err := decode(fsys, path.Join(dir, "course.toml"), CourseFormat, &c, &c.Format); err != nil {
		return c, err
	}
	if c.Bank, err = instrument.LoadWhole(fsys, path.Join(dir, "bank")); err != nil {
		return c, err
	}
	if c.Scoring, err = instrument.LoadScoring(fsys, path.Join(dir, "bank")); err != nil {
		return c, err
	}
	for i := range c.Units {
		if err := c.Units[i].read(fsys, path.Join(dir, "units")); err != nil {
			return c, err
		}
	}
	return c, c.Scoring.Check(c.Bank)
}

// sourceLine begins a translation: the digest of the English text that was translated.
const sourceLine = "<!-- source: "

// read reads the unit's text in six languages.
func (u *Unit) read(fsys fs.FS, dir string) error {
	u.Texts = map[language.Tag]string{}
	english := ""
	for _, tag := range append([]language.Tag{language.English}, language.Official()...) {
		if u.Texts[tag] != "" {
			continue
		}
		b, err := fs.ReadFile(fsys, path.Join(dir, u.Name+"."+string(tag)+".md"))
		if err != nil {
			return fmt.Errorf("unit %s: %w: %w", u.Name, err, errs.Invalid)
		}
		text := string(b)
		if tag == language.English {
			sum := sha256.Sum256(b)
			english = hex.EncodeToString(sum[:])
		} else {
			line, named := strings.CutPrefix(text, sourceLine)
			of, rest, ends := strings.Cut(line, " -->\n")
			if !named || !ends {
				return errs.Invalidf("unit %s.%s.md: the first line doesn't name its source: %s…", u.Name, tag, sourceLine)
			}
			if of != english {
				u.Stale = append(u.Stale, tag)
			}
			text = rest
		}
		u.Texts[tag] = text
	}
	return nil
}

// check holds a course against the framework: competencies that exist, forms of questions that exist, twins by one
// blueprint.
func (l *Library) check(c Course) error {
	var faults []error
	known := func(where, code string) {
		if !slices.ContainsFunc(l.Framework.Competencies, func(k Competency) bool { return k.Code == code }) {
			faults = append(faults, errs.Invalidf("%s: there is no competency %q", where, code))
		}
	}
	for _, u := range c.Units {
		for _, code := range u.Competencies {
			known("unit "+u.Name, code)
		}
	}
	for _, it := range c.Scoring.Items {
		known("bank: "+it.Name, it.Competency)
	}
	blueprint := ""
	for i, f := range c.Forms {
		if _, err := c.Scoring.Of(f.Items); err != nil {
			faults = append(faults, fmt.Errorf("form %s: %w", f.Name, err))
		}
		b := c.blueprint(f)
		if i == 0 {
			blueprint = b
		} else if b != blueprint {
			faults = append(faults, errs.Invalidf("form %s has %s, its twin %s", f.Name, b, blueprint))
		}
	}
	return errors.Join(faults...)
}

// checkNeeds holds what a code means against the four sorts and the framework.
func (l *Library) checkNeeds() error {
	n := l.Needs
	if n.Threshold <= 0 || n.Threshold >= 1 || n.Least < 1 || n.Months < 1 {
		return errs.Invalidf("needs.toml: threshold %v, least %d, months %d", n.Threshold, n.Least, n.Months)
	}
	seen := map[string]bool{}
	for _, c := range n.Codes {
		if _, ok := l.Competency(c.Competency); !ok {
			return errs.Invalidf("needs.toml: %s: there is no competency %q", c.Code, c.Competency)
		}
		if !slices.Contains([]string{"skill", "law", "policy", "capacity"}, c.Sort) || seen[c.Code] {
			return errs.Invalidf("needs.toml: %s stands there twice, or is of no sort %q", c.Code, c.Sort)
		}
		seen[c.Code] = true
	}
	return nil
}

// Outcomes are the competencies that the course's units teach, in the order of the units.
func (c Course) Outcomes() (all []string) {
	for _, u := range c.Units {
		for _, code := range u.Competencies {
			if !slices.Contains(all, code) {
				all = append(all, code)
			}
		}
	}
	return all
}

// blueprint counts a form's questions by section.
func (c Course) blueprint(f Form) string {
	n := map[string]int{}
	c.Bank.Walk(func(it *instrument.Item) {
		if slices.Contains(f.Items, it.Name) {
			n[it.Section]++
		}
	})
	var parts []string
	for _, s := range c.Bank.Sections {
		parts = append(parts, fmt.Sprintf("%s %d", s.Name, n[s.Name]))
	}
	return strings.Join(parts, ", ")
}

// Test makes a form's instrument and scoring from the bank. Its id is "course/form", its version the course's.
func (c Course) Test(form string) (*instrument.Instrument, *instrument.Scoring, error) {
	i := slices.IndexFunc(c.Forms, func(f Form) bool { return f.Name == form })
	if i < 0 {
		return nil, nil, fmt.Errorf("form %s of course %s: %w", form, c.Name, errs.NotFound)
	}
	f := c.Forms[i]
	t := c.Bank.Tables()
	t.ID, t.Version, t.Title = c.Name+"/"+form, c.Version, c.Title
	t.Survey = slices.DeleteFunc(t.Survey, func(r instrument.Row) bool {
		return r.Cells["name"] != "" && !slices.Contains(f.Items, r.Cells["name"])
	})
	in, err := instrument.Options{}.Build(t)
	if err != nil {
		return nil, nil, fmt.Errorf("form %s of course %s: %w", form, c.Name, err)
	}
	s, err := c.Scoring.Of(f.Items)
	if err == nil {
		s.Cut = s.Total() * instrument.Points(f.Cut) / 100
	}
	return in, s, err
}

// Course finds a course by its name.
func (l *Library) Course(name string) (Course, bool) {
	i := slices.IndexFunc(l.Courses, func(c Course) bool { return c.Name == name })
	if i < 0 {
		return Course{}, false
	}
	return l.Courses[i], true
}

// Competency finds a competency by its code.
func (l *Library) Competency(code string) (Competency, bool) {
	i := slices.IndexFunc(l.Framework.Competencies, func(c Competency) bool { return c.Code == code })
	if i < 0 {
		return Competency{}, false
	}
	return l.Framework.Competencies[i], true
}

// Words are the folders of translations.
func Words() []language.Source {
	return []language.Source{
		{Name: "framework", FS: under("frameworks/cyber-justice")}, {Name: "course", FS: under("courses/evidence-across-borders")},
	}
}

func under(dir string) fs.FS {
	f, err := fs.Sub(own, dir)
	if err != nil {
		return own // fs.Sub fails on an invalid name only
	}
	return f
}

// Messages lists the English texts of the library, but for those of the banks, which translate their own.
func (l *Library) Messages() []language.Use {
	var all []language.Use
	add := func(where string, texts ...string) {
		for _, t := range texts {
			all = append(all, language.Use{Msg: t, Where: where})
		}
	}
	for _, c := range l.Framework.Competencies {
		add("framework.toml", c.Name)
	}
	for _, c := range l.Courses {
		add("course.toml", c.Title, c.About)
		for _, u := range c.Units {
			add("course.toml", u.Title)
		}
		for _, it := range c.Scoring.Items {
			add("scoring.csv", it.Rationale)
		}
	}
	return all
}
