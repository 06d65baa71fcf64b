// Package web shows pages, takes forms and turns errors into words, the same way everywhere.
//
// A page works before any script: real links, real forms, and a person's own input back when something is wrong with it.
// Start with [New], then [Mux.Get] and [Mux.Post]: a slice registers handlers, each with the act it asks for, and a
// handler returns an error instead of writing one. README.md beside this file lists the components of a page.
package web

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
)

// Handler answers one request. It ends by calling one of [Request.Page], [Request.Again], [Request.SeeOther],
// [Request.Done] or [Request.Attachment], or by returning an error: the kinds of package errs become status and page.
type Handler func(*Request) error

// Acts for routes that belong to no act of roles.toml.
const (
	Public   access.Act = "public"    // anyone, without signing in
	SignedIn access.Act = "signed-in" // anyone who has signed in
)

// Sessions tells who sends a request. The zero [access.Person] is nobody; an error is for what could not be found out,
// never for "not signed in".
type Sessions interface {
	Person(*http.Request) (access.Person, error)
}

// Nobody is a [Sessions] in which no one is signed in, for pages that need none.
type Nobody struct{}

// Person returns the zero person.
func (Nobody) Person(*http.Request) (access.Person, error) { return access.Person{}, nil }

// Pages is a slice's folder of pages: page/*.html in FS. The file page/list.html of the slice "request" is the page
// "request/list".
type Pages struct {
	Name string
	FS   fs.FS
}

// NavItem is one entry of the navigation. It is shown to a person whom Options.May allows the act.
type NavItem struct {
	Label string // an English sentence of the catalogue
	Href  string
	Act   access.Act
}

// Options is what the pages of a node need.
type Options struct {
	Catalog  *language.Catalog
	Sessions Sessions
	Log      *slog.Logger
	Pages    []Pages
	Nav      []NavItem
	Name     string            // what stands in the head of every page: the authority's name
	Names    map[string]string // the name by language tag; Name where there is none
	Exercise bool              // every page wears the exercise band
	TLS      bool              // cookies are Secure and HSTS is sent
	SignIn   string            // where a person without a session is sent; "/sign-in" if empty
	Confirm  string            // where a person shows a factor again; "/sign-in/confirm" if empty

	// May says whether a person may do an act on anything at all. It only decides what navigation shows and which
	// routes open; whether the act is allowed on a thing is decided at the desk. Nil allows everything.
	May func(access.Person, access.Act) bool

	// Observe is told of each answered request. Nil is no one.
	Observe func(Answered)

	Now func() time.Time // nil is time.Now
}

// Answered is what is known of a request once it is answered: for the log line and the metrics. It names no person.
type Answered struct {
	Method, Route string
	Status        int
	Took          time.Duration
	Roles         string
	Request       string
}

// Route is one row of the route table.
type Route struct {
	Method  string
	Pattern string
	Act     access.Act
}

// Mux holds routes and pages.
type Mux struct {
	options  Options
	mux      *http.ServeMux
	routes   []Route
	problems []error
	assets   *assets
	tongues  map[language.Tag]*templates
	origins  *http.CrossOriginProtection
}

// New parses the pages in every language of the catalogue. A page that doesn't parse, that calls a function there is
// none of, or that can't be escaped safely is [errs.Invalid].
func New(o Options) (*Mux, error) {
	if o.SignIn == "" {
		o.SignIn = "/sign-in"
	}
	if o.Confirm == "" {
		o.Confirm = "/sign-in/confirm"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.May == nil {
		o.May = func(access.Person, access.Act) bool { return true }
	}
	if o.Observe == nil {
		o.Observe = func(Answered) {}
	}
	files, err := loadAssets()
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	m := &Mux{options: o, mux: http.NewServeMux(), assets: files, origins: http.NewCrossOriginProtection()}
	if m.tongues, err = loadTemplates(o, files); err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	return m, nil
}

// Option changes how a route is served.
type Option func(*route)

// MaxBody lets a route take a body of up to n bytes instead of [MaxForm].
func MaxBody(n int64) Option { return func(r *route) { r.maxBody = n } }

// Raw leaves the body, up to max bytes, for the handler, which reads it from Request.HTTP, and sets no time limit: for
// uploads, downloads and streams.
func Raw(max int64) Option { return func(r *route) { r.raw, r.maxBody = true, max } }

// route is what the chain needs to know of a route.
type route struct {
	Route
	handler Handler
	maxBody int64
	raw     bool
}

// Get serves pattern, in the language of [http.ServeMux]: "/requests/{id}". Like ServeMux it panics on two patterns that
// collide: a mistake that no node starts with.
func (m *Mux) Get(pattern string, act access.Act, h Handler, o ...Option) {
	m.Handle(http.MethodGet, pattern, act, h, o...)
}

// Post takes a form sent to pattern.
func (m *Mux) Post(pattern string, act access.Act, h Handler, o ...Option) {
	m.Handle(http.MethodPost, pattern, act, h, o...)
}

// Handle serves pattern for any other method: PUT for autosaving, PATCH and HEAD for uploads.
func (m *Mux) Handle(method, pattern string, act access.Act, h Handler, o ...Option) {
	r := &route{Route: Route{method, pattern, act}, handler: h, maxBody: MaxForm}
	for _, set := range o {
		set(r)
	}
	if act == "" {
		m.problems = append(m.problems, fmt.Errorf("route %s %s names no act: %w", method, pattern, errs.Invalid))
		return
	}
	if pattern == "/" {
		m.problems = append(m.problems, fmt.Errorf("route %s / takes every address: the first page is /{$}: %w", method, errs.Invalid))
		return
	}
	m.routes = append(m.routes, r.Route)
	m.mux.Handle(method+" "+pattern, m.chain(r))
}

// Routes lists every route with its act, in the order of registration.
func (m *Mux) Routes() []Route { return append([]Route(nil), m.routes...) }

// Handler returns what a server serves: the routes, the assets, and a page for everything that isn't there. It is an
// error when a route was registered without an act.
func (m *Mux) Handler() (http.Handler, error) {
	if len(m.problems) > 0 {
		return nil, m.problems[0]
	}
	nowhere := &route{Route: Route{"", "/", Public}, maxBody: MaxForm, raw: true}
	nowhere.handler = func(*Request) error { return errs.NotFound }
	missing := m.chain(nowhere)
	files := m.secure(m.assets)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, assetPrefix) {
			files.ServeHTTP(w, r)
			return
		}
		if _, pattern := m.mux.Handler(r); pattern == "" {
			missing.ServeHTTP(w, r) // ServeMux's own answer has no page around it
			return
		}
		m.mux.ServeHTTP(w, r)
	}), nil
}

// NewServer returns an HTTP server with the limits that every listener of a node has: 10 s for the head of a request,
// 64 KiB of it, two minutes idle. The time for a body is set by route.
func NewServer(ctx context.Context, addr string, h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
}

// newRequestID returns the number that stands on an error page and in the log.
func (m *Mux) newRequestID() string { return string(id.New(m.options.Now())) }
