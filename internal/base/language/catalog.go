package language

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	xlanguage "golang.org/x/text/language"

	"comity/internal/base/errs"
)

//go:embed po/*.po data/country.csv
var own embed.FS

// Source is a folder of translations: the files po/*.po of FS, one for each language, named by the tag. Name is what
// errors call the folder.
type Source struct {
	Name string
	FS   fs.FS
}

// Catalog holds every sentence in every language. It doesn't change once loaded, so all may use it at once.
type Catalog struct {
	tongues   map[Tag]*tongue
	countries []Country
	byCode    map[string]int
}

// tongue is one language: its sentences and the plural categories it uses.
type tongue struct {
	tag      Tag
	x        xlanguage.Tag
	forms    []plural.Form
	messages map[string]Message
}

// Load reads Comity's own translations and then each source. One English sentence has one translation in a language:
// a second one that differs, a file that doesn't parse or a plural with the wrong number of forms is [errs.Invalid],
// with file and line.
func Load(sources ...Source) (*Catalog, error) {
	c := &Catalog{tongues: map[Tag]*tongue{}}
	for _, tag := range Official() {
		t, err := newTongue(tag)
		if err != nil {
			return nil, err
		}
		c.tongues[tag] = t
	}
	for _, s := range append([]Source{{"language", own}}, sources...) {
		if err := c.merge(s); err != nil {
			return nil, err
		}
	}
	if err := c.loadCountries(); err != nil {
		return nil, err
	}
	return c, nil
}

func newTongue(tag Tag) (*tongue, error) {
	x, err := xlanguage.Parse(string(tag))
	if err != nil {
		return nil, fmt.Errorf("language %q: %w: %w", tag, err, errs.Invalid)
	}
	return &tongue{tag, x, pluralForms(x), map[string]Message{}}, nil
}

// pluralForms lists the categories that whole numbers take in a language, in CLDR's order: zero, one, two, few, many,
// other. This is the order of msgstr[0], msgstr[1] … in our files.
func pluralForms(tag xlanguage.Tag) []plural.Form {
	used := map[plural.Form]bool{}
	for n := range 201 {
		used[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)] = true
	}
	var forms []plural.Form
	for _, f := range []plural.Form{plural.Zero, plural.One, plural.Two, plural.Few, plural.Many, plural.Other} {
		if used[f] {
			forms = append(forms, f)
		}
	}
	return forms
}

func (c *Catalog) merge(s Source) error {
	names, err := fs.Glob(s.FS, "po/*.po")
	if err != nil {
		return fmt.Errorf("translations of %s: %w", s.Name, err)
	}
	for _, name := range names {
		if err := c.mergeFile(s, name); err != nil {
			return fmt.Errorf("translations: %w", err)
		}
	}
	return nil
}

func (c *Catalog) mergeFile(s Source, name string) error {
	r, err := s.FS.Open(name)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	defer r.Close()
	file, err := ParsePO(s.Name+"/"+name, r)
	if err != nil {
		return err
	}
	tag := Tag(strings.TrimSuffix(path.Base(name), ".po"))
	t, ok := c.tongues[tag]
	if !ok {
		if t, err = newTongue(tag); err != nil {
			return err
		}
		c.tongues[tag] = t
	}
	for _, m := range file.Messages {
		if err := t.add(m); err != nil {
			return err
		}
	}
	return nil
}

func (t *tongue) add(m Message) error {
	if m.Plural != "" && len(m.Text) != len(t.forms) {
		return fmt.Errorf("%s: %d plural forms, %s has %d: %w", m.Where, len(m.Text), t.tag, len(t.forms), errs.Invalid)
	}
	if first, ok := t.messages[m.ID]; ok && first.Text[0] != "" {
		if m.Text[0] == "" || first.Plural == m.Plural && slices.Equal(first.Text, m.Text) {
			return nil // not translated here yet, or translated the same
		}
		return fmt.Errorf("%s: %q has another translation at %s: %w", m.Where, m.ID, first.Where, errs.Invalid)
	}
	t.messages[m.ID] = m
	return nil
}

// Tags lists the languages of the catalogue: the six official ones first, others after them by tag.
func (c *Catalog) Tags() []Tag {
	tags := Official()
	var more []Tag
	for tag := range c.tongues {
		if !slices.Contains(tags, tag) {
			more = append(more, tag)
		}
	}
	slices.Sort(more)
	return append(tags, more...)
}

// Has says whether the catalogue knows the language.
func (c *Catalog) Has(tag Tag) bool { return c.tongues[tag] != nil }

// Match returns the language of the catalogue that fits the Accept-Language header best, English if none does.
func (c *Catalog) Match(acceptLanguage string) Tag {
	wanted, _, err := xlanguage.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return English // a header that can't be read asks for nothing
	}
	for _, w := range wanted {
		base, _ := w.Base()
		if c.Has(Tag(w.String())) {
			return Tag(w.String())
		}
		if c.Has(Tag(base.String())) {
			return Tag(base.String())
		}
	}
	return English
}

// Get returns the printer of a language, that of English for one the catalogue doesn't know.
func (c *Catalog) Get(tag Tag) *Printer {
	t, ok := c.tongues[tag]
	if !ok {
		t = c.tongues[English]
	}
	return &Printer{catalog: c, tongue: t}
}

// place is a named place in a sentence: {name}. Other braces are braces.
var place = regexp.MustCompile(`\{[a-z][A-Za-z0-9_]*\}`)

// PlacesAt returns where the places of a sentence stand: the first byte of each and the one after it.
func PlacesAt(msg string) [][]int { return place.FindAllStringIndex(msg, -1) }

// Places lists the names of the places in a sentence, each once, in their order.
func Places(msg string) []string {
	var names []string
	for _, p := range place.FindAllString(msg, -1) {
		if n := p[1 : len(p)-1]; !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}
