package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/access"
)

// MaxForm is the most a form's body may have, files included, unless its route says otherwise.
const MaxForm = 1 << 20

// How long things may take: the body of a form to arrive, a handler to answer, a page to be taken by the browser. Routes
// with [Raw] have no such limits.
const (
	formTime   = time.Minute
	handleTime = time.Minute
	pageTime   = time.Minute
)

// maxFields is how many values a form may have.
const maxFields = 20_000

// chain puts around a route's handler what every request goes through, in this order: recover, number, headers, log,
// language, cross-origin check, person, act, limits and form.
func (m *Mux) chain(rt *route) http.Handler {
	return m.secure(http.HandlerFunc(func(hw http.ResponseWriter, hr *http.Request) {
		w := &writer{ResponseWriter: hw}
		if !rt.raw {
			ctx, cancel := context.WithTimeout(hr.Context(), handleTime)
			defer cancel()
			hr = hr.WithContext(ctx)
		}
		r := &Request{HTTP: hr, w: w, mux: m, route: rt, ID: m.newRequestID()}
		r.Printer = m.options.Catalog.Get(m.chooseLanguage(hr, access.Person{}))
		began := m.options.Now()
		defer func() {
			m.recovered(r, recover())
			m.report(r, m.options.Now().Sub(began))
		}()
		w.Header().Set("X-Request-Id", r.ID)
		if err := m.serve(r); err != nil {
			m.fail(r, err)
		}
	}))
}

func (m *Mux) serve(r *Request) error {
	if m.switchLanguage(r) {
		return nil
	}
	if err := m.origins.Check(r.HTTP); err != nil {
		return errs.Say(fmt.Errorf("%w: %w", err, errs.Forbidden), "This form was sent from another site, so it was refused. Nothing was changed.", nil)
	}
	person, err := m.options.Sessions.Person(r.HTTP)
	if err != nil {
		return fmt.Errorf("who asks: %w", err)
	}
	r.Person = person
	r.Printer = m.options.Catalog.Get(m.chooseLanguage(r.HTTP, person))
	defer r.dropFiles()
	if err := r.readForm(); err != nil {
		return err
	}
	if r.route.Act != Public && person.Nobody() {
		return m.askToSignIn(r)
	}
	if r.route.Act != Public && r.route.Act != SignedIn && !m.options.May(person, r.route.Act) {
		return fmt.Errorf("%s: %w", r.route.Act, errs.Forbidden)
	}
	return r.route.handler(r)
}

// secure sets the headers that every answer has.
func (m *Mux) secure(next http.Handler) http.Handler {
	const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		if m.options.TLS {
			h.Set("Strict-Transport-Security", "max-age=63072000")
		}
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic into the page for errors that nobody expected.
func (m *Mux) recovered(r *Request, panicked any) {
	if panicked == nil {
		return
	}
	if err, ok := panicked.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(panicked) // the handler wants the connection cut
	}
	m.options.Log.Error("handler panicked", "request", r.ID, "route", r.route.Pattern,
		"panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
	m.fail(r, errUnexpected)
}

func (m *Mux) report(r *Request, took time.Duration) {
	a := Answered{r.HTTP.Method, r.route.Pattern, r.w.status(), took, roles(r.Person), r.ID}
	m.options.Log.LogAttrs(r.HTTP.Context(), slog.LevelInfo, "request",
		slog.String("method", a.Method), slog.String("route", a.Route), slog.Int("status", a.Status),
		slog.Int64("ms", took.Milliseconds()), slog.String("role", a.Roles), slog.String("request", a.Request))
	m.options.Observe(a)
}

// roles names the roles of a person for the log, each once.
func roles(p access.Person) string {
	if p.Nobody() {
		return "-"
	}
	var names []string
	for _, g := range p.Grants {
		names = append(names, string(g.Role))
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), "+")
}

const languageCookie = "comity-lang"

// chooseLanguage prefers what was chosen on a page, then the person's own setting, then the browser's.
func (m *Mux) chooseLanguage(r *http.Request, p access.Person) language.Tag {
	if c, err := r.Cookie(languageCookie); err == nil && m.options.Catalog.Has(language.Tag(c.Value)) {
		return language.Tag(c.Value)
	}
	if p.Lang != "" && m.options.Catalog.Has(p.Lang) {
		return p.Lang
	}
	return m.options.Catalog.Match(r.Header.Get("Accept-Language"))
}

// switchLanguage answers a link of the language switch: it keeps the choice in a cookie and leads back to the same
// address. Nothing else changes.
func (m *Mux) switchLanguage(r *Request) bool {
	q := r.HTTP.URL.Query()
	tag := language.Tag(q.Get("lang"))
	if r.HTTP.Method != http.MethodGet || tag == "" || !m.options.Catalog.Has(tag) {
		return false
	}
	http.SetCookie(r.w, &http.Cookie{
		Name: languageCookie, Value: string(tag), Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: m.options.TLS, SameSite: http.SameSiteLaxMode,
	})
	q.Del("lang")
	back := url.URL{Path: r.HTTP.URL.Path, RawQuery: q.Encode()}
	http.Redirect(r.w, r.HTTP, localPath(back.String()), http.StatusSeeOther)
	return true
}

// askToSignIn sends a reader to the sign-in page and keeps what a writer has written: the page offers to send it again
// after signing in elsewhere.
func (m *Mux) askToSignIn(r *Request) error {
	if r.HTTP.Method == http.MethodGet || r.HTTP.Method == http.MethodHead {
		next := url.Values{"next": {localPath(r.HTTP.URL.RequestURI())}}
		r.SeeOther(m.options.SignIn + "?" + next.Encode())
		return nil
	}
	if !r.resendable() {
		return errSignedOut
	}
	return r.page(http.StatusUnauthorized, "web/resend", signInFirst(r))
}

// localPath returns s if it is an address on this node, or "/": a link to sign in can't lead away.
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	return s
}

// LocalPath is for whoever reads the parameter "next": the address if it is on this node, or "/".
func LocalPath(s string) string { return localPath(s) }

// writer remembers the status that was sent.
type writer struct {
	http.ResponseWriter
	code int
}

func (w *writer) WriteHeader(code int) {
	if w.code == 0 && code >= 200 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *writer) Write(b []byte) (int, error) {
	if w.code == 0 {
		w.code = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *writer) wrote() bool { return w.code != 0 }

func (w *writer) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}

// gone is true when the browser went away before the answer.
func gone(ctx context.Context, err error) bool {
	return errors.Is(err, context.Canceled) && ctx.Err() != nil
}
