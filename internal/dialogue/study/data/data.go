// Package data holds the studies that come with the program: what each is about, how it is done, and the
// questionnaire of each audience, as folders.
//
// A folder with a study.toml is a study; a folder below it is a questionnaire (docs/formats/form.md) with its
// translations. Nothing in Go names a study or an audience. Start with [Studies].
package data

import (
	"embed"
	"fmt"
	"io/fs"
	"path"

	"github.com/BurntSushi/toml"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

//go:embed cybercrime children
var own embed.FS

// FS is the folder of the studies that come with the program.
func FS() fs.FS { return own }

// Format is the first key of a study.toml.
const Format = "comity/study/1"

// Study is what a study.toml says. Texts are English, the keys of the translations in the po folder beside it; the
// title alone stands there in all languages, because lists of studies show it without the study's words.
type Study struct {
	Format   string
	Code     string // the name of its folder
	Title    map[language.Tag]string
	Mandates []string // the paragraphs that ask for the study: "A/RES/65/230#9"

	// Unchecked says what was not read in an official text.
	Unchecked string

	// Handling is how answers are protected beyond what a person chooses for each, "" when nothing is special.
	Handling string
	Referral string // whom to turn to when a case needs help now; shown with the questionnaire

	Method    []string          // paragraphs: who is asked, how answers are used
	Group     []string          // of the experts who review the draft, paragraphs; none when nobody does
	Topics    []Topic           `toml:"topic"`
	Audiences map[string]string `toml:"audience"` // "state", "private", "academic", "igo" → folder
	Missing   map[string]int    // what stands in a dataset where there is no answer
}

// Topic is a subject of a study.
type Topic struct {
	ID, Title string
	Subtopics []Topic `toml:"subtopic"`
}

// Studies reads every study in the program, in the order of their codes.
func Studies() ([]Study, error) { return Read(own) }

// Read reads every study in fsys. What is wrong in one is [errs.Invalid] and names the file.
func Read(fsys fs.FS) ([]Study, error) {
	files, err := fs.Glob(fsys, "*/study.toml")
	if err != nil {
		return nil, fmt.Errorf("studies: %w", err)
	}
	var out []Study
	for _, file := range files {
		s, err := read(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("studies: %w", err)
		}
		out = append(out, s)
	}
	return out, nil
}

func read(fsys fs.FS, file string) (Study, error) {
	b, err := fs.ReadFile(fsys, file)
	if err != nil {
		return Study{}, err
	}
	var s Study
	m, err := toml.Decode(string(b), &s)
	if err != nil {
		return Study{}, fmt.Errorf("%s: %w: %w", file, err, errs.Invalid)
	}
	if u := m.Undecoded(); len(u) > 0 {
		return Study{}, errs.Invalidf("%s: nothing here is called %s", file, u[0])
	}
	if s.Format != Format {
		return Study{}, errs.Invalidf("%s: format %q, want %q", file, s.Format, Format)
	}
	if s.Code != path.Dir(file) || s.Title[language.English] == "" || len(s.Audiences) == 0 {
		return Study{}, errs.Invalidf("%s: code %q, title %q, %d audiences: a study has the code of its folder, a title and somebody whom it asks",
			file, s.Code, s.Title[language.English], len(s.Audiences))
	}
	return s, nil
}

// Dir is the folder of an audience's questionnaire in [FS], "" when the study doesn't ask them.
func (s Study) Dir(audience string) string {
	if s.Audiences[audience] == "" {
		return ""
	}
	return path.Join(s.Code, s.Audiences[audience])
}

// Form reads the questionnaire of an audience, with its translations, from the program's folders.
func (s Study) Form(audience string) (*instrument.Instrument, error) {
	dir := s.Dir(audience)
	if dir == "" {
		return nil, fmt.Errorf("study %s: a questionnaire for %q: %w", s.Code, audience, errs.NotFound)
	}
	return instrument.LoadWhole(own, dir)
}

// Texts are the study's English texts, each of which has its translations in the folder's po.
func (s Study) Texts() []string {
	out := append(append([]string{}, s.Method...), s.Group...)
	for _, text := range []string{s.Unchecked, s.Handling, s.Referral} {
		if text != "" {
			out = append(out, text)
		}
	}
	for _, t := range s.Topics {
		out = append(out, t.Title)
		for _, sub := range t.Subtopics {
			out = append(out, sub.Title)
		}
	}
	return out
}

// Words are the translations of what the studies say of themselves. Those of a questionnaire go with it and aren't
// among them: [instrument.Instrument.In] has them.
func Words() []language.Source { return words("*/po") }

func words(pattern string) []language.Source {
	dirs, _ := fs.Glob(own, pattern) // it errs for a malformed pattern only
	var out []language.Source
	for _, dir := range dirs {
		name := path.Dir(dir)
		out = append(out, language.Source{Name: "study/data/" + name, FS: folder(name)})
	}
	return out
}

// folder is one folder of the program's studies as a file system of its own.
type folder string

func (f folder) Open(name string) (fs.File, error) { return own.Open(path.Join(string(f), name)) }
