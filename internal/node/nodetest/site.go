package nodetest

import (
	"bytes"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
)

// Site serves pages of a node to its people, of whom the header [WhoHeader] names one by role: how they sign in is
// tested elsewhere.
type Site struct {
	URL    string
	Routes []web.Route
	node   *Node
	t      testing.TB
}

// WhoHeader names who asks, by role; without it nobody is signed in.
const WhoHeader = "X-Exercise-Role"

// lapsedHeader says that the one who asks has shown no factor lately.
const lapsedHeader = "X-Exercise-Lapsed"

// Slice is what a slice gives to the node's pages.
type Slice struct {
	Routes func(*web.Mux)
	Pages  web.Pages
	Words  language.Source
}

type byHeader struct{ n *Node }

// Person returns the person with the role in the header.
func (b byHeader) Person(r *http.Request) (access.Person, error) {
	role := access.Role(r.Header.Get(WhoHeader))
	if _, ok := b.n.People[role]; !ok {
		return access.Person{}, nil
	}
	who := b.n.As(role)
	if r.Header.Get(lapsedHeader) != "" {
		who.Confirmed = who.Confirmed.Add(-access.RecentFor)
	}
	return who, nil
}

// Site serves the slices until the test ends.
func (n *Node) Site(t testing.TB, slices ...Slice) *Site {
	t.Helper()
	var pages []web.Pages
	var words []language.Source
	for _, s := range slices {
		words = append(words, s.Words)
		if s.Routes != nil { // otherwise it has words only
			pages = append(pages, s.Pages)
		}
	}
	catalog, err := language.Load(words...)
	if err != nil {
		t.Fatal(err)
	}
	m, err := web.New(web.Options{
		Catalog: catalog, Sessions: byHeader{n}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Pages: pages,
		Name: n.Self.Card.Names["en"], Exercise: true, May: n.Policy.Ever, Now: n.Config.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range slices {
		if s.Routes != nil {
			s.Routes(m)
		}
	}
	for _, r := range m.Routes() {
		if r.Act != web.Public && r.Act != web.SignedIn && !n.Policy.Exists(r.Act) {
			t.Errorf("%s %s: act %s is not in roles.toml", r.Method, r.Pattern, r.Act)
		}
	}
	h, err := m.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return &Site{URL: server.URL, Routes: m.Routes(), node: n, t: t}
}

// Visitor is one person's browser.
type Visitor struct {
	site   *Site
	role   access.Role
	client *http.Client
	lapsed bool
}

// Answer is what came back. Redirects are not followed.
type Answer struct {
	Status int
	Body   string
	Header http.Header
}

// As returns the browser of the person with the role, of nobody when it is "".
func (s *Site) As(role access.Role) *Visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &Visitor{s, role, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, false}
}

// Lapsed is the same person in the same browser, who has shown no factor lately.
func (v *Visitor) Lapsed() *Visitor {
	later := *v
	later.lapsed = true
	return &later
}

// Get asks for a page.
func (v *Visitor) Get(path string) Answer {
	v.site.t.Helper()
	return v.do(http.MethodGet, path, nil, "")
}

// Post sends a form. Without an "entry" it gets a fresh one.
func (v *Visitor) Post(path string, form url.Values) Answer {
	v.site.t.Helper()
	if !form.Has("entry") {
		form.Set("entry", string(v.site.node.Entry()))
	}
	return v.do(http.MethodPost, path, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

// Upload sends a form with one file, whose field comes last.
func (v *Visitor) Upload(path string, form url.Values, field, name string, content []byte) Answer {
	v.site.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	write := func(err error) {
		v.site.t.Helper()
		if err != nil {
			v.site.t.Fatal(err)
		}
	}
	if !form.Has("entry") {
		write(m.WriteField("entry", string(v.site.node.Entry())))
	}
	for k := range form {
		write(m.WriteField(k, form.Get(k)))
	}
	f, err := m.CreateFormFile(field, name)
	write(err)
	_, err = f.Write(content)
	write(err)
	write(m.Close())
	return v.do(http.MethodPost, path, &b, m.FormDataContentType())
}

func (v *Visitor) do(method, path string, body io.Reader, kind string) Answer {
	v.site.t.Helper()
	req, err := http.NewRequest(method, v.site.URL+path, body)
	if err != nil {
		v.site.t.Fatal(err)
	}
	req.Header.Set(WhoHeader, string(v.role))
	if v.lapsed {
		req.Header.Set(lapsedHeader, "yes")
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := v.client.Do(req)
	if err != nil {
		v.site.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		v.site.t.Fatal(err)
	}
	return Answer{resp.StatusCode, string(b), resp.Header}
}

// To returns where the answer leads, "" when it leads nowhere.
func (a Answer) To() string { return a.Header.Get("Location") }

var tag = regexp.MustCompile(`<[^>]*>`)

// Text returns what the page says, without its tags.
func (a Answer) Text() string {
	return html.UnescapeString(strings.Join(strings.Fields(tag.ReplaceAllString(a.Body, " ")), " "))
}
