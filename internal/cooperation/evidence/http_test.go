package evidence_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/cooperation/evidence"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
)

// byHeader signs in whom a header names, or else the one role, in place of a session.
type byHeader struct {
	h    *house
	role string
}

func (s byHeader) Person(r *http.Request) (access.Person, error) {
	role := r.Header.Get("X-Role")
	if role == "" {
		role = s.role
	}
	p := s.h.as(access.Role(role))
	p.Lang = "" // the browser's language counts
	return p, nil
}

func serve(t testing.TB, h *house) *httptest.Server {
	t.Helper()
	return serveAs(t, h, "")
}

func serveAs(t testing.TB, h *house, role string) *httptest.Server {
	t.Helper()
	m, err := web.New(web.Options{
		Catalog: h.Catalog, Sessions: byHeader{h, role}, Log: slog.New(slog.DiscardHandler), Pages: []web.Pages{evidence.Pages()}, Name: "Test (exercise)",
		May: h.Policy.Ever, Now: h.Now,
	})
	must(t, err)
	h.Routes(m)
	handler, err := m.Handler()
	must(t, err)
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

// call sends a request as a role and returns the answer with its body.
func call(t testing.TB, method, address, role string, header map[string]string, body io.Reader) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, address, body)
	must(t, err)
	r.Header.Set("X-Role", role)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	must(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp, string(b)
}

func postForm(t testing.TB, address, role string, values url.Values) (*http.Response, string) {
	t.Helper()
	return call(t, "POST", address, role, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, strings.NewReader(values.Encode()))
}

func metadata(fields map[string]string) string {
	var all []string
	for k, v := range fields {
		all = append(all, k+" "+base64.StdEncoding.EncodeToString([]byte(v)))
	}
	return strings.Join(all, ",")
}

func TestUploadProtocol(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := serve(t, h)
		content := random(4, 150_000)
		fields := map[string]string{
			"case": string(h.caseID), "label": "EX-7", "kind": "disk-image", "filename": `C:\cases\диск.img`, "handling": "restricted\nprivileged",
			"acquired:year": "2026", "acquired:month": "2", "acquired:day": "14", "acquired:time": "10:00", "acquired:offset": "+01:00",
			"conditions": "First.\nSecond.", "source": "диск.img 150000",
		}
		begin := map[string]string{"Tus-Resumable": "1.0.0", "Upload-Length": strconv.Itoa(len(content)), "Upload-Metadata": metadata(fields)}
		resp, _ := call(t, "POST", s.URL+"/evidence/upload", "examiner", begin, nil)
		if resp.StatusCode != 201 {
			t.Fatalf("begin: %d", resp.StatusCode)
		}
		address := resp.Header.Get("Location")
		n := id.ID(address[strings.LastIndex(address, "/")+1:])
		patch := func(at, to int) (*http.Response, string) {
			return call(t, "PATCH", address, "examiner", map[string]string{
				"Tus-Resumable": "1.0.0", "Upload-Offset": strconv.Itoa(at), "Content-Type": "application/offset+octet-stream",
			}, strings.NewReader(content[at:to]))
		}
		if resp, b := patch(0, 70_000); resp.StatusCode != 204 || resp.Header.Get("Upload-Offset") != "70000" {
			t.Fatalf("first piece: %d %s, offset %s", resp.StatusCode, b, resp.Header.Get("Upload-Offset"))
		}
		if resp, _ := call(t, "HEAD", address, "executor", map[string]string{"Tus-Resumable": "1.0.0"}, nil); resp.StatusCode != 404 {
			t.Errorf("another person's upload: %d", resp.StatusCode)
		}
		if resp, _ := call(t, "POST", s.URL+"/evidence/upload", "examiner", begin, nil); !strings.HasSuffix(resp.Header.Get("Location"), string(n)) {
			t.Errorf("the same file again: %s, want %s", resp.Header.Get("Location"), n)
		}
		if resp, _ := call(t, "HEAD", address, "examiner", map[string]string{"Tus-Resumable": "1.0.0"}, nil); resp.Header.Get("Upload-Offset") != "70000" {
			t.Errorf("offset %s", resp.Header.Get("Upload-Offset"))
		}
		if resp, _ := patch(70_000, len(content)); resp.StatusCode != 204 {
			t.Fatalf("last piece: %d", resp.StatusCode)
		}
		if resp, b := call(t, "POST", address+"/finish", "examiner", nil, nil); resp.StatusCode != 303 || resp.Header.Get("Location") != "/evidence/"+string(n) {
			t.Fatalf("finish: %d %s %s", resp.StatusCode, resp.Header.Get("Location"), b)
		}
		// The script goes to the page itself: a redirect that it followed would have spent the banner there.
		resp, b := call(t, "POST", address+"/finish?many=yes", "examiner", map[string]string{"Tus-Resumable": "1.0.0"}, nil)
		if resp.StatusCode != 201 || resp.Header.Get("Location") != "/evidence/"+string(n) || len(resp.Cookies()) == 0 {
			t.Errorf("finish by the script: %d %q, %d cookies, want 201, the item's page and the banner: %s", resp.StatusCode, resp.Header.Get("Location"), len(resp.Cookies()), b)
		}
		it := h.item(t, n)
		if it.Name != "диск.img" || it.Details.Acquired.At != "2026-02-14T10:00:00+01:00" || len(it.Details.Handling) != 2 || h.content(t, n) != content {
			t.Errorf("item %+v", it)
		}
		fields["source"] = ""
		begin["Upload-Metadata"] = metadata(fields)
		resp, _ = call(t, "POST", s.URL+"/evidence/upload", "examiner", begin, nil)
		given := resp.Header.Get("Location")
		if resp, _ := call(t, "DELETE", given, "examiner", map[string]string{"Tus-Resumable": "1.0.0"}, nil); resp.StatusCode != 204 {
			t.Errorf("given up: %d", resp.StatusCode)
		}
		if resp, _ := call(t, "HEAD", given, "examiner", map[string]string{"Tus-Resumable": "1.0.0"}, nil); resp.StatusCode != 404 {
			t.Errorf("an upload that was given up: %d", resp.StatusCode)
		}
		fields["label"] = ""
		begin["Upload-Metadata"] = metadata(fields)
		if resp, _ := call(t, "POST", s.URL+"/evidence/upload", "examiner", begin, nil); resp.StatusCode != 422 {
			t.Errorf("without a label: %d, want 422", resp.StatusCode)
		}
		fields["label"] = "x"
		begin["Upload-Metadata"] = metadata(fields)
		if resp, _ := call(t, "POST", s.URL+"/evidence/upload", "drafter", begin, nil); resp.StatusCode != 404 {
			t.Errorf("a stranger to the case: %d, want 404", resp.StatusCode)
		}
	})
}

// multipartForm writes the form as a browser without script sends it.
func multipartForm(t testing.TB, fields map[string]string, files map[string]string) (string, *bytes.Buffer) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range fields {
		must(t, w.WriteField(k, "")) // as the components of a page do for choices
		must(t, w.WriteField(k, v))
	}
	for name, content := range files {
		p, err := w.CreateFormFile("file", name)
		must(t, err)
		_, err = p.Write([]byte(content))
		must(t, err)
	}
	must(t, w.Close())
	return w.FormDataContentType(), &b
}

func TestPlainUpload(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := serve(t, h)
		address := s.URL + "/cases/" + string(h.caseID) + "/evidence/add"
		kind, body := multipartForm(t, map[string]string{"label": "EX-2", "kind": "file"}, map[string]string{"a.txt": log})
		resp, b := call(t, "POST", address, "executor", map[string]string{"Content-Type": kind}, body)
		if resp.StatusCode != 303 {
			t.Fatalf("%d %s", resp.StatusCode, b)
		}
		n := id.ID(strings.TrimPrefix(resp.Header.Get("Location"), "/evidence/"))
		if h.content(t, n) != log {
			t.Error("the item isn't what was sent")
		}
		kind, body = multipartForm(t, map[string]string{"label": "", "kind": "file"}, map[string]string{"a.txt": log})
		resp, b = call(t, "POST", address, "executor", map[string]string{"Content-Type": kind}, body)
		if resp.StatusCode != 422 || !strings.Contains(b, "Give the item a label") {
			t.Errorf("without a label: %d %.200s", resp.StatusCode, b)
		}
		kind, body = multipartForm(t, map[string]string{"label": "EX-3", "kind": "file"}, nil)
		if resp, _ := call(t, "POST", address, "executor", map[string]string{"Content-Type": kind}, body); resp.StatusCode != 422 {
			t.Errorf("without a file: %d", resp.StatusCode)
		}
		if resp, _ := call(t, "GET", address, "drafter", nil, nil); resp.StatusCode != 404 && resp.StatusCode != 403 {
			t.Errorf("the form for a stranger: %d", resp.StatusCode)
		}
	})
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := serve(t, h)
		n := h.add(t, log)
		derived, err := h.Derive(context.Background(), h.as("examiner"), given(h.caseID), evidence.From{Items: []id.ID{n}, Process: "extract <b>"}, strings.NewReader("x"))
		must(t, err)
		for _, lang := range h.Catalog.Tags() {
			for path, want := range map[string]string{
				"/cases/" + string(h.caseID) + "/evidence":                       "EX-1",
				"/cases/" + string(h.caseID) + "/evidence/add":                   "data-evidence",
				"/cases/" + string(h.caseID) + "/evidence/add?from=" + string(n): "process",
				"/evidence/" + string(n):                                         string(derived),
				"/evidence/" + string(derived):                                   "extract &lt;b&gt;",
			} {
				resp, b := call(t, "GET", s.URL+path, "examiner", map[string]string{"Accept-Language": string(lang), "Cookie": "comity-lang=" + string(lang)}, nil)
				if resp.StatusCode != 200 || !strings.Contains(b, want) {
					t.Errorf("%s in %s: %d without %q", path, lang, resp.StatusCode, want)
				}
			}
		}
		for request, want := range map[string]string{"MA-CA-2026-000001": "/evidence/" + string(n), "MA-CA-2026-000009": "There is no evidence yet"} {
			if _, b := call(t, "GET", s.URL+evidence.ListPath(h.caseID, request), "examiner", nil, nil); !strings.Contains(b, want) {
				t.Errorf("list of %s without %q", request, want)
			}
		}
		if resp, _ := call(t, "GET", s.URL+"/evidence/"+string(n), "drafter", nil, nil); resp.StatusCode != 404 {
			t.Errorf("a stranger sees the page: %d", resp.StatusCode)
		}
	})
}

// Invariant 10: bytes of evidence are never rendered by our pages.
func TestInvariant10NeverRendered(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := serve(t, h)
		g := given(h.caseID)
		g.Name, g.Media = "page.html", "text/html"
		page := "<script>alert(1)</script>"
		n, err := h.Add(context.Background(), h.as("executor"), g, strings.NewReader(page))
		must(t, err)
		address := s.URL + "/evidence/" + string(n)
		resp, b := postForm(t, address+"/open", "examiner", url.Values{"why": {"to compare"}})
		if resp.StatusCode != 200 || b != page {
			t.Fatalf("%d %q", resp.StatusCode, b)
		}
		for k, want := range map[string]string{
			"Content-Type": "application/octet-stream", "Content-Disposition": "attachment; filename=page.html", "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store",
		} {
			if got := resp.Header.Get(k); got != want {
				t.Errorf("%s: %q, want %q", k, got, want)
			}
		}
		resp, b = postForm(t, address+"/open", "examiner", url.Values{"why": {""}})
		if resp.StatusCode != 422 || strings.Contains(b, page) {
			t.Errorf("without a reason: %d", resp.StatusCode)
		}
		if resp, _ := call(t, "GET", address+"/open", "examiner", nil, nil); resp.StatusCode == 200 {
			t.Error("a link opens evidence")
		}
		g.Details.Handling = []string{evidence.ChildAbuse}
		n, err = h.Add(context.Background(), h.as("executor"), g, strings.NewReader(page))
		must(t, err)
		if resp, b := postForm(t, s.URL+"/evidence/"+string(n)+"/open", "examiner", url.Values{"why": {"to see"}}); resp.StatusCode != 403 || strings.Contains(b, page) {
			t.Errorf("alone with such an item: %d", resp.StatusCode)
		}
	})
}

func TestActsOnThePage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := serve(t, h)
		n := h.add(t, log)
		address := s.URL + "/evidence/" + string(n)
		entry := func() string { return string(id.New(h.Now())) }
		if resp, b := postForm(t, address+"/verify", "custodian", url.Values{"entry": {entry()}}); resp.StatusCode != 303 {
			t.Errorf("verify: %d %s", resp.StatusCode, b)
		}
		if resp, b := postForm(t, address+"/correct", "executor", url.Values{"entry": {entry()}, "event": {"1"}, "correction": {"It was 11:00."}}); resp.StatusCode != 303 {
			t.Errorf("correct: %d %s", resp.StatusCode, b)
		}
		if resp, _ := postForm(t, address+"/correct", "executor", url.Values{"entry": {entry()}, "event": {"one"}}); resp.StatusCode != 422 {
			t.Errorf("correct without a number: %d", resp.StatusCode)
		}
		resp, b := postForm(t, address+"/certificate", "custodian", url.Values{"lang": {"fr"}})
		if resp.StatusCode != 200 || !strings.HasPrefix(b, "%PDF-") {
			t.Errorf("certificate: %d %.40s", resp.StatusCode, b)
		}
		if got, want := h.history(t, n), "collected received verified corrected certified"; got != want {
			t.Errorf("history: %s, want %s", got, want)
		}
	})
}
