package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/access"
)

// someone is a Sessions in which the header X-Person names who is signed in.
type someone struct{}

func (someone) Person(r *http.Request) (access.Person, error) {
	switch n := r.Header.Get("X-Person"); n {
	case "":
		return access.Person{}, nil
	case "broken":
		return access.Person{}, errors.New("sessions can't be read")
	default:
		return access.Person{ID: "01HZZZZZZZZZZZZZZZZZZZZZZZ", Kind: access.Human, Name: n, Grants: []access.Grant{{Role: "drafter"}, {Role: "clerk"}}}, nil
	}
}

// site is a node's web with one route for each thing that can happen.
type site struct {
	server *httptest.Server
	client *http.Client
	mux    *Mux
	log    *bytes.Buffer
}

func newSite(t testing.TB) *site {
	t.Helper()
	catalog, err := language.Load(language.Source{Name: "testdata", FS: os.DirFS("testdata")})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{log: &bytes.Buffer{}}
	s.mux, err = New(Options{
		Catalog: catalog, Sessions: someone{}, Log: slog.New(slog.NewTextHandler(s.log, nil)), Name: "Central Authority of Exercise",
		Names: map[string]string{"ar": "السلطة المركزية للتمرين"},
		Pages: []Pages{{"sample", os.DirFS("testdata")}}, Exercise: true,
		Nav: []NavItem{{language.M("Help"), "/help", SignedIn}, {language.M("Accessibility"), "/hidden", "secret.act"}},
		May: func(_ access.Person, a access.Act) bool { return a != "secret.act" },
		Now: func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	routes(s.mux)
	h, err := s.mux.Handler()
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.server = httptest.NewServer(h)
	t.Cleanup(s.server.Close)
	s.client = &http.Client{Jar: jar}
	return s
}

func routes(m *Mux) {
	m.Get("/all", Public, func(r *Request) error { return r.Page("sample/all", samplePage(r)) })
	m.Get("/form", Public, func(r *Request) error { return r.Page("sample/form", sampleForm(r)) })
	m.Post("/form", Public, func(r *Request) error {
		if r.Form().Get("name") != "" {
			return r.Done("/all", "Sent to {country} on {date}, from {address}.", "country", "Kenya", "date", "today", "address", "<b>")
		}
		_, exists := r.Form().Day("day")
		var wrong []errs.Field
		if !exists {
			wrong = append(wrong, NoSuchDay("day"))
		}
		err := errs.WithFields(append(wrong, Unanswered("name"), TooLong("facts", 5))...)
		return r.Again("sample/form", sampleForm(r), err)
	})
	m.Get("/inside", "request.read", func(r *Request) error { return r.Page("sample/all", samplePage(r)) })
	m.Post("/inside", "request.edit", func(r *Request) error { return r.SeeOther("/all") })
	m.Get("/secret", "secret.act", func(r *Request) error { return r.Page("sample/all", samplePage(r)) })
	m.Get("/fail/{kind}", Public, func(r *Request) error { return failing(r.Value("kind")) })
	m.Post("/fail/{kind}", Public, func(r *Request) error { return failing(r.Value("kind")) })
	m.Get("/late", Public, func(r *Request) error { return r.Page("sample/autosave", sampleForm(r)) })
	m.Post("/late", Public, func(r *Request) error { return failing("again") })
	m.Get("/autosave", Public, func(r *Request) error { return r.Page("sample/autosave", sampleForm(r)) })
	m.Handle("PUT", "/autosave", Public, autosave())
	m.Handle("PUT", "/raw", Public, func(r *Request) error {
		b, err := io.ReadAll(r.HTTP.Body)
		if err != nil {
			return err
		}
		fmt.Fprintf(r.Writer(), "%d bytes", len(b))
		return nil
	}, Raw(4<<20))
}

// autosave takes version 1, then 2, then says that somebody else was quicker.
func autosave() Handler {
	var version atomic.Int64
	return func(r *Request) error {
		if next := version.Add(1); r.Version() != fmt.Sprint(next) || next > 2 {
			return fmt.Errorf("version %s: %w", r.Version(), errs.Conflict)
		}
		if r.Form().Get("facts") == "" {
			return errs.Invalid
		}
		return r.Saved(fmt.Sprint(version.Load() + 1))
	}
}

func failing(kind string) error {
	switch kind {
	case "missing":
		return fmt.Errorf("request: %w", errs.NotFound)
	case "forbidden":
		return errs.Forbidden
	case "again":
		return fmt.Errorf("send: %w", errs.Say(errs.Forbidden, access.SignInAgain, nil))
	case "conflict":
		return Differs(errs.Conflict, Difference{"Facts", "mine", "theirs"})
	case "unavailable":
		return errs.Unavailable
	case "invalid":
		return errs.WithFields(errs.Field{Path: "x", Code: "Answer this question."})
	case "panic":
		panic("boom of exercise")
	}
	return errors.New("disk on fire")
}

type sample struct {
	Number  string
	At      time.Time
	Crumbs  []Link
	Banner  Banner
	Summary []Row
	Table   Table
	Tasks   []Task
	Details Details
	Pager   Pager
}

func samplePage(r *Request) sample {
	return sample{
		Number:  "MA-2026/17",
		At:      time.Date(2026, 3, 2, 14, 20, 0, 0, time.FixedZone("", 3600)),
		Crumbs:  []Link{{Text: "MA", Href: "/all"}, {Text: "MA-2026/17"}},
		Banner:  Banner{Title: r.T("Help"), Text: r.T("Exercise")},
		Summary: []Row{{Key: r.T("Name"), Value: "Amina Exercise <3", Actions: []Link{{Text: r.T("Help"), Href: "/help", Hidden: "MA-2026/17"}}}, {Key: r.T("Day"), Value: "203.0.113.7:443"}},
		Table: Table{Caption: r.T("Facts"), Columns: []Column{{Label: r.T("Name")}, {Label: r.T("Day"), Numeric: true}, {Label: r.T("Time")}},
			Rows: [][]any{{Link{Text: "MA-2026/17", Href: "/all"}, "12", Tag{Text: r.T("Done"), Colour: "green"}}, {"MA-2026/18", "7", "x@example.org"}}},
		Tasks:   []Task{{Title: r.T("Name"), Href: "/form", Hint: r.T("Help"), State: Tag{Text: r.T("Done")}}, {Title: r.T("Day"), State: Tag{Text: r.T("Exercise"), Colour: "blue"}}},
		Details: Details{r.T("Help"), "ExampleService"},
		Pager:   Pager{"/all?before=1", "/all?after=2"},
	}
}

type sampleFields struct {
	Form    *Form
	Choices []Choice
	Fields  []Field
	Save    Button
	Cancel  Button
}

func sampleForm(r *Request) sampleFields {
	name := Field{Kind: Text, Path: "/persons[1]/name", Label: r.T("Name"), Required: true, Value: "Amina Exercise"}
	return sampleFields{
		Form:    r.Form(),
		Choices: []Choice{{"FR", r.Country("FR"), ""}, {"KE", r.Country("KE"), r.CountryFormal("KE")}},
		Fields: []Field{
			{Kind: Note, Label: r.T("Help"), Hint: "ExampleService"},
			{Kind: Shown, Path: "/s", Label: r.T("Date"), Value: "2026-03-02"},
			{Kind: Group, Path: "/g", Label: r.T("Exercise"), Fields: []Field{{Kind: Time, Path: "/g/t", Label: r.T("Time")}}},
			{Kind: Repeat, Path: "/persons", Label: r.T("Name"), AddName: "add", AddLabel: r.T("Help"), RemoveName: "remove",
				Items: []Item{{Path: "/persons[1]", Label: "1", RemoveLabel: r.T("Help") + " 1", Fields: []Field{name}}}},
		},
		Save: Button{Text: r.T("Continue")}, Cancel: Button{Text: r.T("Back"), Kind: "secondary", Name: "cancel", Value: "1"},
	}
}

// do sends a request and returns the answer and its body.
func (s *site) do(t testing.TB, method, path string, form url.Values, head ...string) (*http.Response, string) {
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, s.server.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
	}
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}
