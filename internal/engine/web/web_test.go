package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

func TestPage(t *testing.T) {
	s := newSite(t)
	resp, body := s.do(t, "GET", "/all", nil)
	if resp.StatusCode != 200 {
		t.Fatalf("status %d\n%s", resp.StatusCode, body)
	}
	for _, want := range []string{
		`<title>Exercise MA-2026/17 – Central Authority of Exercise</title>`,
		`<html lang="en" dir="ltr"`,
		`on <time datetime="2026-03-02T14:20:00+01:00"><bdi>2 March 2026, 14:20 (UTC+01:00)</bdi></time>`,
		`<bdi>203.0.113.7:443</bdi>`,
		`Amina Exercise &lt;3`,
		`Exercise: all people and cases are invented`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("page has no %s\n%s", want, body)
		}
	}
	if strings.Contains(body, "style=") || strings.Contains(body, "<style") || regexp.MustCompile(`\son[a-z]+=`).MatchString(body) {
		t.Error("the page has style or script of its own, which the policy blocks")
	}
	h := resp.Header
	if !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", h)
	}
}

func TestLanguages(t *testing.T) {
	s := newSite(t)
	_, body := s.do(t, "GET", "/all?lang=ar&x=1", nil)
	for _, want := range []string{`<html lang="ar" dir="rtl"`, `<bdi>203.0.113.7:443</bdi>`, "آذار/مارس"} {
		if !strings.Contains(body, want) {
			t.Errorf("Arabic page has no %s\n%s", want, body)
		}
	}
	if _, body = s.do(t, "GET", "/all", nil); !strings.Contains(body, `lang="ar"`) {
		t.Error("the choice wasn't kept")
	}
	s.client.Jar = nil
	if _, body = s.do(t, "GET", "/all", nil, "Accept-Language", "fr-CA"); !strings.Contains(body, `<html lang="fr"`) {
		t.Error("Accept-Language wasn't heard")
	}
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, _ := s.do(t, "GET", "//evil.example/all?lang=ar", nil)
	if to := resp.Header.Get("Location"); strings.HasPrefix(to, "//") {
		t.Errorf("led away to %s", to)
	}
}

func TestFormComesBackWithWhatWasTyped(t *testing.T) {
	s := newSite(t)
	resp, body := s.do(t, "POST", "/form", url.Values{
		"facts": {"line one\r\nline <two>"}, "day:day": {"31"}, "day:month": {"2"}, "day:year": {"٢٠٢٦"},
		"at:day": {"1"}, "at:month": {"3"}, "at:year": {"2026"}, "at:time": {"14:20"}, "at:offset": {"+01:00"},
		"what": {"FR", "KE"}, "urgent": {"KE"}, "country": {"FR"}, "name": {"\u202e  "},
	})
	if resp.StatusCode != 422 {
		t.Fatalf("status %d, want 422", resp.StatusCode)
	}
	for _, want := range []string{
		"<title>Error: Exercise", `<a href="#f-name">Name: `, `<a href="#f-day">Day: `, "line one\nline &lt;two&gt;</textarea>",
		`name="day:day" type="text" inputmode="numeric" autocomplete="off" dir="ltr" value="31"`, `value="2026"`,
		`value="14:20"`, `value="&#43;01:00"`, `value="KE" checked`, `value="FR" selected`, "One invisible character", `aria-invalid="true"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("page has no %s", want)
		}
	}
	if t.Failed() {
		t.Log(body)
	}
}

func TestNoticeIsShownOnceAndEscaped(t *testing.T) {
	s := newSite(t)
	resp, body := s.do(t, "POST", "/form", url.Values{"name": {"x"}})
	if resp.Request.URL.Path != "/all" || !strings.Contains(body, `Sent to <bdi>Kenya</bdi> on <bdi>today</bdi>, from <bdi>&lt;b&gt;</bdi>.`) {
		t.Errorf("no notice on %s\n%s", resp.Request.URL, body)
	}
	if _, body = s.do(t, "GET", "/all", nil); strings.Contains(body, "Kenya</bdi> on <bdi>today") {
		t.Error("the notice came twice")
	}
}

func TestErrorsByKind(t *testing.T) {
	s := newSite(t)
	for kind, want := range map[string]struct {
		status int
		words  string
	}{
		"missing": {404, "There is nothing here"}, "forbidden": {403, "You may not do this"},
		"conflict": {409, `<td class="govuk-table__cell" dir="auto">theirs</td>`}, "unavailable": {503, "not possible just now"},
		"invalid": {422, "Answer this question."}, "other": {500, "Number of the error: <bdi>01"}, "panic": {500, "Number of the error: <bdi>01"},
	} {
		t.Run(kind, func(t *testing.T) {
			resp, body := s.do(t, "POST", "/fail/"+kind, url.Values{"facts": {"my words"}, "password": {"hidden"}})
			if resp.StatusCode != want.status || !strings.Contains(body, want.words) {
				t.Errorf("status %d, want %d with %q\n%s", resp.StatusCode, want.status, want.words, body)
			}
			if strings.Contains(body, "disk on fire") || strings.Contains(body, "boom") || strings.Contains(body, "hidden</dd>") {
				t.Error("the page tells what it must not")
			}
		})
	}
	if !strings.Contains(s.log.String(), "disk on fire") || !strings.Contains(s.log.String(), "boom of exercise") {
		t.Errorf("the log keeps silent about the errors:\n%s", s.log)
	}
	if strings.Contains(s.log.String(), "my words") {
		t.Error("the log repeats what a person typed")
	}
	resp, body := s.do(t, "GET", "/nowhere", nil)
	if resp.StatusCode != 404 || !strings.Contains(body, "There is nothing here") {
		t.Errorf("unknown address: %d", resp.StatusCode)
	}
	resp, body = s.do(t, "GET", "/fail/missing", nil, "Accept", "application/json")
	if resp.StatusCode != 404 || !strings.Contains(body, `"status":404`) {
		t.Errorf("to a script: %d %s", resp.StatusCode, body)
	}
}

func TestWhoMay(t *testing.T) {
	s := newSite(t)
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if resp, _ := s.do(t, "GET", "/inside?a=b", nil); resp.StatusCode != 303 || resp.Header.Get("Location") != "/sign-in?next=%2Finside%3Fa%3Db" {
		t.Errorf("nobody: %d to %s, want the sign-in page", resp.StatusCode, resp.Header.Get("Location"))
	}
	if resp, body := s.do(t, "GET", "/inside", nil, "X-Person", "Amina"); resp.StatusCode != 200 || !strings.Contains(body, "<bdi>Amina</bdi>") || strings.Contains(body, "/hidden") {
		t.Errorf("Amina: %d, want the page with her name and without what she may not", resp.StatusCode)
	}
	if resp, _ := s.do(t, "GET", "/secret", nil, "X-Person", "Amina"); resp.StatusCode != 403 {
		t.Errorf("secret: %d, want 403", resp.StatusCode)
	}
	if resp, _ := s.do(t, "GET", "/inside", nil, "X-Person", "broken"); resp.StatusCode != 500 {
		t.Errorf("sessions broken: %d, want 500", resp.StatusCode)
	}
	resp, body := s.do(t, "POST", "/inside", url.Values{"facts": {"long <text>"}, "password": {"no"}})
	if resp.StatusCode != 401 || !strings.Contains(body, `<input type="hidden" name="facts" value="long &lt;text&gt;">`) || strings.Contains(body, `value="no"`) {
		t.Errorf("signed out while writing: %d, want the words kept\n%s", resp.StatusCode, body)
	}
	resp, body = s.do(t, "POST", "/fail/again", url.Values{"what": {"FR", "KE"}})
	if resp.StatusCode != 403 || !strings.Contains(body, `href="/sign-in/confirm"`) || strings.Count(body, `type="hidden" name="what"`) != 2 {
		t.Errorf("factor too old: %d, want the words kept and the way to confirm\n%s", resp.StatusCode, body)
	}
	if strings.Contains(s.log.String(), "Amina") || !strings.Contains(s.log.String(), "role=clerk+drafter") {
		t.Errorf("log should hold roles and no names:\n%s", s.log)
	}
}

func TestLimits(t *testing.T) {
	s := newSite(t)
	resp, body := s.do(t, "POST", "/form", url.Values{"facts": {strings.Repeat("x", MaxForm)}})
	if resp.StatusCode != 413 || !strings.Contains(body, "at most") || !strings.Contains(body, "1.0\u00a0MB") {
		t.Errorf("too large: %d\n%s", resp.StatusCode, body)
	}
	many := url.Values{"a": make([]string, maxFields+1)}
	if resp, _ = s.do(t, "POST", "/form", many); resp.StatusCode != 422 {
		t.Errorf("too many values: %d, want 422", resp.StatusCode)
	}
	req, err := http.NewRequest("PUT", s.server.URL+"/raw", strings.NewReader(strings.Repeat("x", 2<<20)))
	if err != nil {
		t.Fatal(err)
	}
	if resp, err = s.client.Do(req); err != nil || resp.StatusCode != 200 {
		t.Errorf("raw: %v %v", resp, err)
	}
}

func TestCrossOriginFormIsRefused(t *testing.T) {
	s := newSite(t)
	resp, body := s.do(t, "POST", "/form", url.Values{"name": {"x"}}, "Sec-Fetch-Site", "cross-site")
	if resp.StatusCode != 403 || !strings.Contains(body, "another site") {
		t.Errorf("status %d, want 403 and why\n%s", resp.StatusCode, body)
	}
}

func TestAssets(t *testing.T) {
	s := newSite(t)
	_, body := s.do(t, "GET", "/all", nil)
	css := regexp.MustCompile(`/assets/[0-9a-f]+/comity\.css`).FindString(body)
	resp, plain := s.do(t, "GET", css, nil, "Accept-Encoding", "identity")
	if resp.StatusCode != 200 || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/css") {
		t.Errorf("%s: %d %v", css, resp.StatusCode, resp.Header)
	}
	for _, physical := range []string{"margin-left:", "padding-right:", "text-align:left", "float:left"} {
		if strings.Contains(plain, physical) {
			t.Errorf("the stylesheet has %s, which isn't mirrored", physical)
		}
	}
	resp, zipped := s.do(t, "GET", css, nil, "Accept-Encoding", "gzip")
	if first := len(body) + len(zipped); first > 50_000 || resp.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("first page is %d bytes with its stylesheet, want at most 50,000", first)
	}
	if resp, _ = s.do(t, "GET", "/assets/0000/comity.css", nil); resp.StatusCode != 404 {
		t.Errorf("wrong hash: %d, want 404", resp.StatusCode)
	}
}

func TestBrokenPagesStopTheStart(t *testing.T) {
	catalog, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range map[string]string{
		"syntax":           `{{define "title"}}x{{end}}{{define "main"}}{{if}}{{end}}`,
		"unknown function": `{{define "title"}}x{{end}}{{define "main"}}{{nope 1}}{{end}}`,
		"no title":         `{{define "main"}}x{{end}}`,
		"unknown template": `{{define "title"}}x{{end}}{{define "main"}}{{template "nope" .}}{{end}}`,
		"can't be escaped": `{{define "title"}}x{{end}}{{define "main"}}<a href='{{if .}}x{{end}}<b{{end}}`,
		"taken name":       `{{define "title"}}x{{end}}{{define "main"}}{{end}}{{define "field"}}mine{{end}}`,
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{"page/a.html": {Data: []byte(page)}}
			_, err := New(Options{Catalog: catalog, Sessions: Nobody{}, Log: slog.Default(), Pages: []Pages{{"x", files}}})
			if !errors.Is(err, errs.Invalid) {
				t.Errorf("New = %v, want errs.Invalid", err)
			}
		})
	}
}

func TestRoutes(t *testing.T) {
	s := newSite(t)
	if got, want := s.mux.Routes()[0], (Route{"GET", "/all", Public}); got != want {
		t.Errorf("first route %v, want %v", got, want)
	}
	s.mux.Get("/actless", "", func(*Request) error { return nil })
	if _, err := s.mux.Handler(); !errors.Is(err, errs.Invalid) {
		t.Errorf("a route without an act: %v, want errs.Invalid", err)
	}
	s = newSite(t)
	s.mux.Get("/", Public, func(*Request) error { return nil })
	if _, err := s.mux.Handler(); !errors.Is(err, errs.Invalid) {
		t.Errorf("a route that takes every address: %v, want errs.Invalid", err)
	}
}

func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"/a?b=c": "/a?b=c", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "javascript:alert(1)": "/", "": "/", "/a\r\nb": "/",
	} {
		if got := LocalPath(in); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", in, got, want)
		}
	}
}
