package mandate

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"comity/internal/base/errs"
	"comity/internal/base/symbol"
)

//go:embed data
var shipped embed.FS

// Data is the register that comes with the program.
type Data struct {
	Documents []Document // by date
	Meetings  []Meeting
}

// Load reads the shipped register and checks it. What is wrong is named with its file, and is [errs.Invalid].
func Load() (*Data, error) { return load(shipped) }

func load(fsys fs.FS) (*Data, error) {
	d := &Data{}
	if err := d.meetings(fsys); err != nil {
		return nil, err
	}
	names, err := fs.Glob(fsys, "data/*.toml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if path.Base(name) == "calendar.toml" {
			continue
		}
		doc, err := d.document(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		d.Documents = append(d.Documents, doc)
	}
	slices.SortStableFunc(d.Documents, func(a, b Document) int { return a.Date.Compare(b.Date) })
	for _, doc := range d.Documents {
		for _, f := range doc.Follows {
			if !slices.ContainsFunc(d.Documents, func(o Document) bool { return o.Symbol == f }) {
				return nil, errs.Invalidf("%s follows %s, which is not in the register", doc.Symbol, f)
			}
		}
	}
	return d, nil
}

type meetingFile struct {
	Format  string
	Meeting []struct {
		Body     string
		Session  int
		From, To time.Time
		Checked  bool
	}
}

func (d *Data) meetings(fsys fs.FS) error {
	var f meetingFile
	if err := decode(fsys, "data/calendar.toml", "comity/calendar/1", &f, &f.Format); err != nil {
		return err
	}
	for _, m := range f.Meeting {
		if m.To.Before(m.From) || m.Session < 1 {
			return errs.Invalidf("data/calendar.toml: %s %d ends before it begins, or has no number", m.Body, m.Session)
		}
		d.Meetings = append(d.Meetings, Meeting{m.Body, m.Session, day(m.From), day(m.To), m.Checked})
	}
	return nil
}

type documentFile struct {
	Format, Symbol, Organ, Title string
	Date                         time.Time
	DayUnread                    bool `toml:"day_unread"`
	Follows                      []string
	Paragraph                    []paraFile
}

type paraFile struct {
	Key, Kind, Say, Due, Period  string
	Class                        Class
	Number                       int
	Checked                      bool
	To, Deliverables, Conditions []string
	ServedBy                     []string `toml:"served_by"`
}

func (d *Data) document(fsys fs.FS, name string) (Document, error) {
	var f documentFile
	if err := decode(fsys, name, "comity/mandate/1", &f, &f.Format); err != nil {
		return Document{}, err
	}
	if _, err := symbol.Parse(f.Symbol); err != nil {
		return Document{}, err
	}
	if want := symbol.Slug(f.Symbol) + ".toml"; path.Base(name) != want {
		return Document{}, errs.Invalidf("the file of %s is named %s", f.Symbol, want)
	}
	doc := Document{Symbol: f.Symbol, Organ: f.Organ, Title: f.Title, Date: day(f.Date), DayUnread: f.DayUnread, Follows: f.Follows}
	for _, p := range f.Paragraph {
		para, err := d.para(doc, p)
		if err != nil {
			return doc, fmt.Errorf("paragraph %q: %w", p.Key, err)
		}
		doc.Paras = append(doc.Paras, para)
	}
	return doc, nil
}

var (
	classes      = []Class{Request, Invite, Encourage, CallUpon, Urge, Decide, Welcome, Note, Recall}
	deliverables = []string{"study", "report", "meeting", "training", "tool", "translation", "coordination", "other"}
	keyForm      = regexp.MustCompile(`^[a-z][a-z0-9-]{1,40}$`)
)

func (d *Data) para(doc Document, f paraFile) (Para, error) {
	p := Para{
		Symbol: doc.Symbol, Key: f.Key, Number: f.Number, Preambular: f.Kind == "preambular", Checked: f.Checked, Class: f.Class, To: f.To,
		Say: f.Say, Deliverables: f.Deliverables, Conditions: f.Conditions, Period: f.Period, ServedBy: f.ServedBy,
	}
	switch {
	case !keyForm.MatchString(f.Key), slices.ContainsFunc(doc.Paras, func(o Para) bool { return o.Key == f.Key }):
		return p, errs.Invalidf("the key is missing, of another form than %s, or there twice", keyForm)
	case f.Kind != "operative" && f.Kind != "preambular":
		return p, errs.Invalidf("kind %q: want operative or preambular", f.Kind)
	case !slices.Contains(classes, f.Class):
		return p, errs.Invalidf("class %q is none of %v", f.Class, classes)
	case f.Checked && f.Number == 0, f.Number > 0 && !f.Checked:
		return p, errs.Invalidf("a paragraph has its number when it was read in the official text, and only then")
	case f.Say == "":
		return p, errs.Invalidf("say what it asks, in own words")
	}
	for _, x := range f.Deliverables {
		if !slices.Contains(deliverables, x) {
			return p, errs.Invalidf("deliverable %q is none of %v", x, deliverables)
		}
	}
	var err error
	p.Due, err = d.due(f.Due)
	return p, err
}

// due reads "before CCPCJ 20" or a day; a meeting that the calendar lacks leaves the day open.
func (d *Data) due(s string) (Due, error) {
	if s == "" {
		return Due{}, nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return Due{Day: t}, nil
	}
	body, n, ok := strings.Cut(strings.TrimPrefix(s, "before "), " ")
	session, err := strconv.Atoi(n)
	if !ok || err != nil || session < 1 {
		return Due{}, errs.Invalidf("due %q: want a day, or \"before BODY SESSION\"", s)
	}
	return d.before(body, session), nil
}

// before is the day before the meeting begins.
func (d *Data) before(body string, session int) Due {
	due := Due{Body: body, N: session}
	for _, m := range d.Meetings {
		if m.Body == body && m.Session == session {
			due.Day = m.From.AddDate(0, 0, -1)
		}
	}
	return due
}

func decode(fsys fs.FS, name, format string, into any, got *string) error {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	m, err := toml.Decode(string(b), into)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w: %w", name, err, errs.Invalid)
	case len(m.Undecoded()) > 0:
		return errs.Invalidf("%s: the key %s is not known", name, m.Undecoded()[0])
	case *got != format:
		return errs.Invalidf("%s: format %q, want %q", name, *got, format)
	}
	return nil
}

func day(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }

func itoa(n int) string { return strconv.Itoa(n) }
