package web

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"os"
	"testing"

	"comity/internal/base/errs"
)

// A file too large for memory lies in the folder for temporary files while its form is answered, and not longer.
func TestFilesOfAFormDoNotStay(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	lying := func() int {
		t.Helper()
		all, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	s := newSite(t)
	during := 0
	handler := func(r *Request) error {
		during = lying()
		switch r.Form().Get("how") {
		case "panic":
			panic("exercise")
		case "invalid":
			return errs.Invalid
		case "other":
			return errors.New("exercise")
		}
		return r.SeeOther("/all")
	}
	s.mux.Post("/large", Public, handler, MaxBody(32<<20))
	s.mux.Post("/large/inside", SignedIn, handler, MaxBody(32<<20))
	for _, c := range []struct {
		path, how string
		status    int
		handled   bool
	}{
		{"/large", "", 200, true}, {"/large", "invalid", 422, true}, {"/large", "other", 500, true}, {"/large", "panic", 500, true},
		{"/large/inside", "", 401, false},
	} {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		if err := w.WriteField("how", c.how); err != nil {
			t.Fatal(err)
		}
		part, err := w.CreateFormFile("annex", "annex.bin")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(make([]byte, 16<<20)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		during = 0
		resp, err := http.Post(s.server.URL+c.path, w.FormDataContentType(), &body)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != c.status || (during > 0) != c.handled {
			t.Errorf("%s %s: status %d with %d files during it, want %d and a file: %v", c.path, c.how, resp.StatusCode, during, c.status, c.handled)
		}
		if n := lying(); n != 0 {
			t.Errorf("%s %s: %d temporary files stay", c.path, c.how, n)
		}
	}
}
