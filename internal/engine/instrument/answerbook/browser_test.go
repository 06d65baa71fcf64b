//go:build browser

package answerbook

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"comity/internal/base/language"
	"comity/internal/engine/web/webtest"
)

func pageFile(t *testing.T, b Book) string {
	t.Helper()
	var buf bytes.Buffer
	if err := b.WriteHTML(&buf); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "book.html")
	if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return "file://" + path
}

// TestBrowserPage: the page opens from a disk, on a telephone and without script, and nothing in it is out of reach.
func TestBrowserPage(t *testing.T) {
	webtest.Open(t).Each(t, func(t *testing.T, tab *webtest.Tab, lang, view string) {
		tab.Visit(pageFile(t, book(t, language.Tag(lang))))
		tab.Check("answerbook-" + view)
	})
}

// TestBrowserSaves: what is typed in the page is saved as a file that is taken.
func TestBrowserSaves(t *testing.T) {
	b := book(t, "en")
	tab := webtest.Open(t).Tab(t, webtest.View{})
	tab.Visit(pageFile(t, b))
	tab.Do(
		chromedp.Evaluate[chromedp.Void](`(() => {
			const made = URL.createObjectURL
			URL.createObjectURL = blob => { blob.text().then(t => { document.getElementById('said').textContent = t }); return made.call(URL, blob) }
			const q = path => document.querySelector('[data-question="' + path + '"]')
			q('law/q1').querySelector('[data-value]').value = 'no'
			q('law/q2').querySelector('[data-tick=fraud]').checked = true
			q('law/q4').querySelector('[data-place=access]').value = '9'
			q('unit[2]/name').querySelector('[data-value]').value = 'Second "unit" <b>'
			q('unit[1]/n').querySelector('[data-mark=missing]').value = 'not_available'
		})()`),
		chromedp.Click(chromedp.CSS("#save")))
	tab.Await("#said", `"answers"`)
	text := tab.Text()
	file := []byte(text[strings.Index(text, "{"):])
	f, found, err := reading(t, bytes.TrimSpace(file), want(t, b))
	if err != nil {
		t.Fatal(err, found, text)
	}
	after, err := f.Apply(b.Answers)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"law/q1": "no", "law/q2": "access fraud fraud2", "law/q4": "fraud fraud2 access", "unit[2]/name": `Second "unit" <b>`, "law/ok": "OK",
		"law/since": "2026-02-12", "order": "01J",
	} {
		if got := after.Get(path); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	if m := f.Answers["unit[1]/n"].Mark; m.Missing != "not_available" || m.Confidential != "secret" {
		t.Errorf("mark = %+v", m)
	}
	if m := f.Answers["law/q1"].Mark; !m.Provisional || m.Lang != "en" {
		t.Errorf("mark = %+v, want what the page has no field for", m)
	}
}
