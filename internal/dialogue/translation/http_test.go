package translation_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/translation"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

func (h *house) site() *nodetest.Site {
	h.t.Helper()
	return h.Site(h.t, nodetest.Slice{Routes: h.Texts.Routes, Pages: translation.Pages(), Words: translation.Words()})
}

// want fails when the answer isn't of the status or lacks the words.
func want(t testing.TB, a nodetest.Answer, status int, words ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d: %s", a.Status, status, a.Text())
	}
	for _, w := range words {
		if !strings.Contains(a.Text(), w) {
			t.Errorf("the page doesn't say %q: %s", w, a.Text())
		}
	}
	if len(a.Body) > 50_000 {
		t.Errorf("the page has %d bytes, at most 50,000 are allowed", len(a.Body))
	}
}

// form begins a form's fields, with an entry of its own.
func (h *house) form(pairs ...string) url.Values {
	f := url.Values{"entry": {string(h.Entry())}}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

// address returns the page of an object in a language, and of its texts by field.
func (h *house) address(object id.Ref, tag language.Tag) (at string, unit map[string]string, version map[string]string) {
	o, units := h.units(object, tag)
	at = "/d/translate/" + string(tag) + "/" + string(o.ID)
	unit, version = map[string]string{}, map[string]string{}
	for f, u := range units {
		unit[f], version[f] = at+"/"+string(u.ID), strconv.FormatInt(u.Version, 10)
	}
	return at, unit, version
}

// TestTextsAreTranslatedOnPages goes the clerk's way: the queue, one text after the other, a second person, the file.
func TestTextsAreTranslatedOnPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.site()
		lea, ed, pub := s.As("translator"), s.As("editor"), s.As("publisher")
		want(t, lea.Get("/d/translate/fr"), http.StatusOK, "Nothing waits in this language.")
		doc := h.ref(open)
		h.mustPut(doc, "title", "Draft study", "block/1", "All {n} States")
		want(t, lea.Get("/d/translate"), http.StatusOK, "français", "العربية")
		want(t, lea.Get("/d/translate/fr"), http.StatusOK, "Exercise", "2")
		at, unit, version := h.address(doc, language.French)
		want(t, lea.Get(at), http.StatusOK, "Draft study", "To translate", "The next text to translate")

		title := unit["title"]
		want(t, lea.Get(title), http.StatusOK, "Text 1 of 2", "Draft study")
		want(t, lea.Post(title, h.form("version", version["title"], "text", " ")), http.StatusUnprocessableEntity, "Write the translation.")
		saved := lea.Post(title, h.form("version", version["title"], "text", "Projet d’étude"))
		want(t, saved, http.StatusSeeOther)
		if saved.To() != unit["block/1"] {
			t.Errorf("after the first text the translator comes to %s, want the next: %s", saved.To(), unit["block/1"])
		}
		want(t, lea.Post(unit["block/1"], h.form("version", version["block/1"], "text", "Tous les États")), http.StatusUnprocessableEntity,
			"The places in curly brackets", "Tous les États")
		want(t, lea.Post(unit["block/1"], h.form("version", version["block/1"], "text", "Les {n} États")), http.StatusSeeOther)
		want(t, lea.Get(title), http.StatusOK, "Another person reviews it.")
		want(t, lea.Post(title+"/review", h.form("version", "2")), http.StatusForbidden)

		want(t, ed.Get(title), http.StatusOK, "This translation is right")
		want(t, ed.Post(title+"/review", h.form("version", "2")), http.StatusSeeOther)
		want(t, ed.Post(unit["block/1"]+"/return", h.form("version", "2")), http.StatusUnprocessableEntity, "Say why.")
		want(t, ed.Post(unit["block/1"]+"/return", h.form("version", "2", "reason", "« Les » is « Tous les »")), http.StatusSeeOther)
		want(t, lea.Get(unit["block/1"]), http.StatusOK, "given back with this reason", "« Les » is « Tous les »")
		want(t, pub.Post(at+"/approve", h.form()), http.StatusSeeOther)
		want(t, pub.Get(title), http.StatusOK, "Free for publishing", "Projet d’étude")
		want(t, lea.Post(at+"/approve", h.form()), http.StatusForbidden)

		h.mustPut(doc, "title", "A draft study", "block/1", "All {n} States")
		want(t, lea.Get(title), http.StatusOK, "Outdated", "What it said when it was translated", "A draft study", "Projet d’étude")
	})
}

// TestStaleFormShowsBoth: nothing typed is lost when somebody else was quicker.
func TestStaleFormShowsBoth(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.site()
		doc := h.ref(open)
		h.mustPut(doc, "title", "Study")
		_, unit, version := h.address(doc, language.Spanish)
		h.write("editor", doc, "title", language.Spanish, "Estudio")
		want(t, s.As("translator").Post(unit["title"], h.form("version", version["title"], "text", "Investigación")), http.StatusConflict, "Estudio", "Investigación")
	})
}

// TestSameWordsAreRemembered: what was freed of the same words elsewhere begins the field, unless it lies where the
// translator may not know of it.
func TestSameWordsAreRemembered(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.site()
		first, second, shut := h.ref(open), h.ref(open), h.ref(closed)
		h.mustPut(first, "title", "Conclusions")
		h.finish(first, "title", language.Russian, "Выводы")
		h.mustPut(second, "title", "Conclusions", "end", "Secret words")
		_, unit, version := h.address(second, language.Russian)
		want(t, s.As("translator").Get(unit["title"]), http.StatusOK, "The same words were translated elsewhere", "Выводы")
		want(t, s.As("translator").Post(unit["title"], h.form("version", version["title"], "text", "")), http.StatusUnprocessableEntity, "Write the translation.")
		for _, role := range []access.Role{"translator", "editor", "publisher"} {
			if err := h.Cases.AddMember(ctx, h.As("drafter"), h.inner, h.As(role).ID, h.Entry()); err != nil {
				t.Fatal(err)
			}
		}
		h.mustPut(shut, "title", "Secret words")
		h.finish(shut, "title", language.Russian, "Тайные слова")
		want(t, s.As("translator").Get(unit["end"]), http.StatusOK, "Тайные слова")
		if err := h.Cases.RemoveMember(ctx, h.As("drafter"), h.inner, h.As("translator").ID, h.Entry()); err != nil {
			t.Fatal(err)
		}
		if page := s.As("translator").Get(unit["end"]); strings.Contains(page.Body, "Тайные") {
			t.Error("a stranger sees words of a restricted object")
		}
	})
}

func TestFileOnPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.site()
		lea := s.As("translator")
		doc := h.ref(open)
		h.mustPut(doc, "title", "Study", "end", "End")
		at, _, _ := h.address(doc, language.Arabic)
		file := lea.Get(at + "/file")
		if file.Status != http.StatusOK || file.Header.Get("Content-Type") != "application/xliff+xml" || !strings.Contains(file.Header.Get("Content-Disposition"), "-ar.xlf") {
			t.Fatalf("the file comes with %d, %v", file.Status, file.Header)
		}
		back := translated(t, []byte(file.Body), map[string]string{"Study": "دراسة"})
		want(t, lea.Upload(at+"/file", h.form(), "file", "x.xlf", back), http.StatusOK, "1 translation of the file was kept as a draft.", "1 text of the file has no translation yet.")
		h.mustPut(doc, "title", "A study", "end", "End")
		want(t, lea.Upload(at+"/file", h.form(), "file", "x.xlf", back), http.StatusUnprocessableEntity, "Nothing was taken", "The source has changed since the file was made.")
		want(t, lea.Upload(at+"/file", h.form("rebase", "yes"), "file", "x.xlf", back), http.StatusOK, "To translate")
		want(t, lea.Upload(at+"/file", h.form(), "file", "x.xlf", []byte("PK\x03\x04")), http.StatusUnprocessableEntity, "This is not a file of XLIFF 1.2")
		want(t, lea.Post(at+"/file", h.form()), http.StatusUnprocessableEntity)
		want(t, s.As("publisher").Get(at+"/file"), http.StatusForbidden)
	})
}

func TestWaivedOnPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.site()
		doc := h.ref(open)
		h.mustPut(doc, "title", "Study")
		at, _, _ := h.address(doc, language.Chinese)
		want(t, s.As("publisher").Post(at+"/waive", h.form()), http.StatusUnprocessableEntity, "Say why.")
		want(t, s.As("publisher").Post(at+"/waive", h.form("reason", "It follows (exercise).")), http.StatusSeeOther)
		want(t, s.As("translator").Get(at), http.StatusOK, "It may be published without this language", "It follows (exercise).")
	})
}

// TestStrangersFindNothing: no page tells that restricted texts exist, and the source's own language is none to
// translate into.
func TestStrangersFindNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := h.site()
		doc, shut := h.ref(open), h.ref(closed)
		h.mustPut(doc, "title", "Study")
		h.mustPut(shut, "title", "Hidden Harvest")
		var n id.ID
		err := h.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
			o, _, err := translation.Units(context.Background(), tx, shut, language.French)
			n = o.ID
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		lea := s.As("translator")
		for _, path := range []string{"/d/translate/fr/" + string(n), "/d/translate/fr/" + string(n) + "/file", "/d/translate/de", "/d/translate/fr/1"} {
			want(t, lea.Get(path), http.StatusNotFound)
		}
		want(t, lea.Upload("/d/translate/fr/"+string(n)+"/file", h.form(), "file", "x.xlf", []byte("x")), http.StatusNotFound)
		want(t, s.As("publisher").Post("/d/translate/fr/"+string(n)+"/waive", h.form("reason", "x")), http.StatusNotFound)
		if text := lea.Get("/d/translate/fr").Text(); strings.Contains(text, title(shut)) || !strings.Contains(text, title(doc)) {
			t.Errorf("the queue shows more than the one open object: %s", text)
		}
		at, _, _ := h.address(doc, language.French)
		want(t, lea.Get(strings.Replace(at, "/fr/", "/en/", 1)), http.StatusNotFound)
		want(t, s.As("drafter").Get("/d/translate"), http.StatusForbidden)
	})
}

// TestLargeObjectsFitPages: an object of many long texts is shown in pages of less than 50 kB.
func TestLargeObjectsFitPages(t *testing.T) {
	h := newHouse(t, "sqlite")
	s := h.site()
	doc := h.ref(open)
	var pairs []string
	for i := range 120 {
		pairs = append(pairs, fmt.Sprintf("block/%03d", i), fmt.Sprintf("%d: %s", i+1, strings.Repeat("Длинный текст. ", 40)))
	}
	h.mustPut(doc, pairs...)
	at, _, _ := h.address(doc, language.French)
	want(t, s.As("translator").Get(at), http.StatusOK, "Next page")
	want(t, s.As("translator").Get(at+"?from=100"), http.StatusOK, "120: ", "Previous page")
}
