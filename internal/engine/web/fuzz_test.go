package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzForm sends any body as any kind of form: no answer may be "our mistake".
func FuzzForm(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", "name=&day:day=31&facts=%E2%80%AE")
	f.Add("application/x-www-form-urlencoded", "%zz&;=")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"annex\"; filename=\"../../a\"\r\n\r\nabc\r\n--x--\r\n")
	f.Add("multipart/form-data", "--x")
	f.Add("multipart/form-data; boundary=x", "--x\r\n\r\n")
	s := newSite(f)
	f.Fuzz(func(t *testing.T, kind, body string) {
		req := httptest.NewRequest("POST", "/form", strings.NewReader(body))
		req.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		s.server.Config.Handler.ServeHTTP(w, req)
		if w.Code >= 500 {
			t.Errorf("%d for %q %q\n%s", w.Code, kind, body, s.log)
		}
	})
}

// FuzzNotice puts anything into the cookie that carries a message from page to page.
func FuzzNotice(f *testing.F) {
	f.Add("eyJtIjoiU2F2ZSJ9")
	f.Add("e30")
	s := newSite(f)
	f.Fuzz(func(t *testing.T, cookie string) {
		req := httptest.NewRequest("GET", "/all", nil)
		req.AddCookie(&http.Cookie{Name: noticeCookie, Value: cookie})
		w := httptest.NewRecorder()
		s.server.Config.Handler.ServeHTTP(w, req)
		if w.Code != 200 {
			t.Errorf("%d for %q", w.Code, cookie)
		}
	})
}

func BenchmarkPage(b *testing.B) {
	s := newSite(b)
	for b.Loop() {
		w := httptest.NewRecorder()
		s.server.Config.Handler.ServeHTTP(w, httptest.NewRequest("GET", "/all", nil))
		if w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
