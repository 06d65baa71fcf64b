package treaty

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

//go:embed data
var data embed.FS

// Default loads the treaties that come with the program.
func Default() (*Treaties, error) {
	sub, err := fs.Sub(data, "data")
	if err != nil {
		return nil, fmt.Errorf("treaties: %w", err)
	}
	return Load(sub)
}

// Load reads treaties (*.toml) and tables of status (status/*.toml) from folders; a later one may add treaties and
// replaces tables of the same name. What it can't understand it refuses with [errs.Invalid]. The table "real" is in use.
func Load(folders ...fs.FS) (*Treaties, error) {
	ts := &Treaties{tables: map[string]*Status{}}
	for _, f := range folders {
		if err := ts.add(f); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(ts.list, func(a, b *Treaty) int { return strings.Compare(string(a.Code), string(b.Code)) })
	for _, s := range ts.tables {
		if err := ts.knows(s); err != nil {
			return nil, err
		}
	}
	ts.status = ts.tables["real"]
	return ts, nil
}

func (ts *Treaties) add(f fs.FS) error {
	files, err := fs.Glob(f, "*.toml")
	if err != nil {
		return fmt.Errorf("treaties: %w", err)
	}
	for _, name := range files {
		t, err := readTreaty(f, name)
		if err != nil {
			return err
		}
		if _, twice := ts.Get(t.Code); twice {
			return errs.Invalidf("treaties: %s: a treaty %s is already there", name, t.Code)
		}
		ts.list = append(ts.list, t)
	}
	tables, err := fs.Glob(f, "status/*.toml")
	if err != nil {
		return fmt.Errorf("treaties: %w", err)
	}
	for _, name := range tables {
		b, err := fs.ReadFile(f, name)
		if err != nil {
			return fmt.Errorf("treaties: %w", err)
		}
		s, err := ParseStatus(name, string(b))
		if err != nil {
			return err
		}
		s.Name = strings.TrimSuffix(path.Base(name), ".toml")
		ts.tables[s.Name] = s
	}
	return nil
}

// Decode reads TOML into v and refuses keys that v has no place for, naming the file.
func Decode(name, text string, v any) error {
	m, err := toml.Decode(text, v)
	var broken toml.ParseError
	if errors.As(err, &broken) && broken.Message != "" {
		return errs.Invalidf("%s:%d: %s (last key %q)", name, broken.Position.Line, broken.Message, broken.LastKey)
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %w", name, err, errs.Invalid)
	}
	if u := m.Undecoded(); len(u) > 0 {
		return errs.Invalidf("%s: nothing here is called %s", keyed(name, text, u[0]), u[0])
	}
	return nil
}

// keyed is the file with the line on which a key stands first, as "key =" or in brackets.
func keyed(name, text string, key toml.Key) string {
	last := regexp.QuoteMeta(key[len(key)-1])
	at := regexp.MustCompile(`(?m)^\s*(\[+[^\]\n]*\b)?"?` + last + `"?\s*[=\]]`).FindStringIndex(text)
	if at == nil {
		return name
	}
	return fmt.Sprintf("%s:%d", name, 1+strings.Count(text[:at[0]], "\n"))
}

// treatyFile is a treaty as it stands in its file. Articles, grounds and clocks count as checked when the treaty does,
// unless they say unchecked.
type treatyFile struct {
	Code, Kind, Reference, Adopted, Source, Note string
	InForce                                      string `toml:"in-force"`
	EntryRule                                    string `toml:"entry-rule"`
	Checked                                      bool
	Names                                        map[string]string
	Language, Channel                            Provision
	Article                                      []articleRow
	Serves                                       []servesRow
	Ground                                       []groundRow
	Clock                                        []clockRow
}

type articleRow struct {
	ID, Text   string
	Subsidiary bool
	Unchecked  bool
}

type servesRow struct {
	Type, Article, Contents string
	Unchecked               bool
}

type groundRow struct {
	Code, Label, Article, Stand, Note string
	Types                             []string
	Unchecked                         bool
}

type clockRow struct {
	ID, Start, Stop, Article, Text string
	Days                           int
	Least, Unchecked               bool
	Types                          []string
}

func readTreaty(f fs.FS, name string) (*Treaty, error) {
	b, err := fs.ReadFile(f, name)
	if err != nil {
		return nil, fmt.Errorf("treaties: %w", err)
	}
	var in treatyFile
	if err := Decode(name, string(b), &in); err != nil {
		return nil, fmt.Errorf("treaties: %w", err)
	}
	t := in.treaty()
	if err := t.check(); err != nil {
		return nil, fmt.Errorf("treaties: %s: %w", name, err)
	}
	return t, nil
}

func (in treatyFile) treaty() *Treaty {
	t := &Treaty{Code: Code(in.Code), Kind: Kind(in.Kind), Reference: in.Reference, Adopted: Date(in.Adopted),
		InForce: Date(in.InForce), EntryRule: in.EntryRule, Source: in.Source, Checked: in.Checked, Note: in.Note,
		Language: in.Language, Channel: in.Channel, Names: map[language.Tag]string{}}
	for tag, n := range in.Names {
		t.Names[language.Tag(tag)] = n
	}
	for _, a := range in.Article {
		t.Articles = append(t.Articles, Article{a.ID, a.Text, a.Subsidiary, in.Checked && !a.Unchecked})
	}
	for _, s := range in.Serves {
		t.Serves = append(t.Serves, Serves{s.Type, s.Article, s.Contents, in.Checked && !s.Unchecked})
	}
	for _, g := range in.Ground {
		t.Grounds = append(t.Grounds, Ground{g.Code, g.Label, g.Article, Stand(g.Stand), g.Types, g.Note, in.Checked && !g.Unchecked})
	}
	for _, c := range in.Clock {
		t.Clocks = append(t.Clocks, Clock{c.ID, c.Types, c.Start, c.Days, c.Least, c.Stop, c.Article, c.Text, in.Checked && !c.Unchecked})
	}
	return t
}

// check refuses a treaty that points at paragraphs it doesn't tell, or that has no name in one of the six languages.
func (t *Treaty) check() error {
	if t.Code == "" || (t.Kind != AgainstCrime && t.Kind != Assistance) {
		return errs.Invalidf("code %q, kind %q: a treaty has a code and is of kind %s or %s", t.Code, t.Kind, AgainstCrime, Assistance)
	}
	for _, tag := range language.Official() {
		if t.Names[tag] == "" {
			return errs.Invalidf("no name in %s", tag)
		}
	}
	for _, d := range []Date{t.Adopted, t.InForce} {
		if err := d.check(); err != nil {
			return err
		}
	}
	var cited []string
	for _, s := range t.Serves {
		cited = append(cited, s.Article)
		if s.Contents != "" && len(t.Under(s.Contents)) == 0 {
			return errs.Invalidf("contents %q: nothing of it is told", s.Contents)
		}
	}
	for _, g := range t.Grounds {
		if !slices.Contains([]Stand{Offered, ByRequested, Reservation, Barred, Postpones, Silent}, g.Stand) {
			return errs.Invalidf("ground %s: no such stand: %q", g.Code, g.Stand)
		}
		if g.Stand != Silent {
			cited = append(cited, g.Article)
		}
	}
	for _, c := range t.Clocks {
		cited = append(cited, c.Article)
	}
	for _, id := range cited {
		if _, ok := t.Article(id); !ok {
			return errs.Invalidf("article %q is cited and not told", id)
		}
	}
	return nil
}

func (d Date) check() error {
	if d == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, string(d)); err != nil {
		return errs.Invalidf("%q is no day: write 2006-01-02", string(d))
	}
	return nil
}

type statusFile struct {
	Exercise    bool
	Treaty      []membershipRow
	Declaration []declarationRow
	Change      []struct{ Treaty, On, Text string }
}

type membershipRow struct {
	Code, Source string
	AsOf         string `toml:"as-of"`
	Checked      bool
	Complete     bool
	Parties      [][]string // state, from[, until]
	Unchecked    [][]string // the same, known but not read in the source
	Signed       []string
}

type declarationRow struct {
	Treaty, State, Article, Kind, Text, From, Source string
	AsOf                                             string `toml:"as-of"`
	Checked                                          bool
}

// ParseStatus reads a table of who is bound; name stands in errors.
func ParseStatus(name, text string) (*Status, error) {
	var in statusFile
	if err := Decode(name, text, &in); err != nil {
		return nil, err
	}
	s := &Status{Name: name, Exercise: in.Exercise}
	for _, m := range in.Treaty {
		out := Membership{Treaty: Code(m.Code), Source: m.Source, AsOf: Date(m.AsOf), Checked: m.Checked, Complete: m.Complete, Signed: m.Signed}
		for i, row := range append(slices.Clone(m.Parties), m.Unchecked...) {
			p, err := party(row, i >= len(m.Parties))
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, m.Code, err)
			}
			out.Parties = append(out.Parties, p)
		}
		s.Treaties = append(s.Treaties, out)
	}
	for _, c := range in.Change {
		if err := Date(c.On).check(); err != nil {
			return nil, fmt.Errorf("%s: change of %s: %w", name, c.Treaty, err)
		}
		s.Changes = append(s.Changes, Change{Code(c.Treaty), Date(c.On), c.Text})
	}
	for _, d := range in.Declaration {
		s.Declared = append(s.Declared, Declaration{Code(d.Treaty), d.State, d.Article, d.Kind, d.Text, Date(d.From), d.Source, Date(d.AsOf), d.Checked})
	}
	return s, nil
}

func party(row []string, unchecked bool) (Party, error) {
	if len(row) < 2 || len(row) > 3 || len(row[0]) != 2 {
		return Party{}, errs.Invalidf("party %q: want the State's two letters, a day, and perhaps the day it left", row)
	}
	p := Party{State: row[0], From: Date(row[1]), Unchecked: unchecked}
	if len(row) == 3 {
		p.Until = Date(row[2])
	}
	for _, d := range []Date{p.From, p.Until} {
		if err := d.check(); err != nil {
			return Party{}, err
		}
	}
	return p, nil
}

// knows refuses a table about treaties that aren't there.
func (ts *Treaties) knows(s *Status) error {
	for _, m := range s.Treaties {
		if _, ok := ts.Get(m.Treaty); !ok {
			return errs.Invalidf("treaties: status %s: no treaty is called %s", s.Name, m.Treaty)
		}
	}
	for _, d := range s.Declared {
		if _, ok := ts.Get(d.Treaty); !ok {
			return errs.Invalidf("treaties: status %s: no treaty is called %s", s.Name, d.Treaty)
		}
	}
	for _, c := range s.Changes {
		if _, ok := ts.Get(c.Treaty); !ok {
			return errs.Invalidf("treaties: status %s: no treaty is called %s", s.Name, c.Treaty)
		}
	}
	return nil
}
