package workshop_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"comity/internal/capacity/workshop"
	"comity/internal/engine/document/font"
	"comity/internal/engine/document/pdf"
	"comity/internal/node/nodetest"
	"comity/internal/store/db/dbtest"
)

// printed is what another program reads in a PDF.
func printed(t testing.TB, b []byte) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		if os.Getenv("COMITY_TEST_TOOLS") != "" {
			t.Fatal("pdftotext is missing (package poppler-utils)")
		}
		t.Skip("pdftotext isn't installed (apt-get install poppler-utils)")
	}
	path := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestPapers: agenda, badges and lists to sign of 28 people and five days are there in each working language, read by
// another program, the same bytes twice; nobody without a seat is on them, and no stranger finds them.
func TestPapers(t *testing.T) {
	each(t, func(w *world) {
		w.held()
		w.clock.set("2013-09-28")
		w.must(w.Workshops.Send(context.Background()))
		s := w.site()
		w.pages(s) // puts five days on the agenda
		at := "/capacity/workshops/" + string(w.ws) + "/papers"
		if a := s.As("manager").Get(at); a.Status != http.StatusOK || strings.Count(a.Body, ".pdf</a>")+strings.Count(a.Body, ".pdf</bdi></a>") != 6 {
			w.t.Errorf("the page of papers: %d %s", a.Status, a.Body)
		}
		for path, c := range map[string]struct {
			want  []string
			pages int
		}{
			"/agenda/en": {[]string{"Monday 24 June 2013", "Friday 28 June 2013", "09:00–17:00", "Day 26 (exercise)", "Great hall", "T. Rainer (exercise)", "Africa/Nairobi"}, 0},
			"/agenda/fr": {[]string{"lundi 24 juin 2013", "09:00–17:00", "Exercice"}, 0},
			"/badges/fr": {[]string{"Person 0 (exercise)", "Procureur", "T. Rainer (exercise)"}, 4},
			"/badges/en": {[]string{"Exercise State A", "Exercise State G", "Investigator", "Prosecutor", "Trainer", "Electronic evidence in East Africa"}, 4},
			"/sheets/en": {[]string{"Day 24 (exercise)", "Day 28 (exercise)", "Signature", "28", "Exercise State G", "Who keeps this list"}, 12},
		} {
			a := s.As("manager").Get(at + path)
			if a.Status != http.StatusOK || !strings.HasPrefix(a.Body, "%PDF-") {
				w.t.Fatalf("%s: %d %.200s", path, a.Status, a.Body)
			}
			text := printed(w.t, []byte(a.Body))
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					w.t.Errorf("%s doesn't say %q:\n%s", path, want, text)
				}
			}
			if n := strings.Count(text, "\f"); c.pages > 0 && n != c.pages {
				w.t.Errorf("%s has %d pages, want %d", path, n, c.pages)
			}
			if path == "/badges/en" && strings.Count(text, "Person ")+strings.Count(text, "Person\n") != 28 {
				w.t.Errorf("%d badges of participants, want 28:\n%s", strings.Count(text, "Person "), text)
			}
			if a := s.As(nodetest.AsGuest("learner")).Get(at + path); a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
				w.t.Errorf("%s as a stranger: %d", path, a.Status)
			}
		}
		for path, want := range map[string]int{"/agenda/en": http.StatusOK, "/badges/en": http.StatusForbidden, "/sheets/en": http.StatusForbidden} {
			if a := s.As("seated").Get(at + path); a.Status != want {
				w.t.Errorf("%s as a participant: %d, want %d", path, a.Status, want)
			}
		}
		if a := s.As("manager").Get(at + "/agenda/ru"); a.Status != http.StatusNotFound {
			w.t.Errorf("a paper in a language in which nobody works: %d", a.Status)
		}
	})
}

// TestPapersInSixLanguages sets each paper in each language: Arabic names and headings, hours in their order.
func TestPapersInSixLanguages(t *testing.T) {
	w := build(t, dbtest.Kinds()[0])
	fonts := font.Noto()
	for _, tag := range w.Catalog.Tags() {
		ws := plain
		ws.From, ws.To, ws.Exercise = "2013-06-24", "2013-06-24", true
		agenda := []workshop.Session{sess("custody", 9, 11), sess("gone", 11, 12, func(s *workshop.Session) { s.Gone = true })}
		seats := []workshop.Seat{{ID: "A", Name: "أمينة عبد الرحمن", State: "XA", Role: workshop.Judge, Status: workshop.Accepted}, {ID: "B", Name: "Nobody", State: "XB", Role: workshop.Judge, Status: workshop.Reserve},
			{ID: "C", Name: "Maximiliana-Alexandrina Featherstonehaugh (exercise)", Role: workshop.Private, Status: workshop.Accepted}}
		for _, paper := range workshop.Papers() {
			var twice [2]bytes.Buffer
			for i := range twice {
				doc, err := workshop.Print(paper, ws, agenda, seats, w.Catalog.Get(tag), w.Config.Now())
				w.must(err)
				doc.Created = sess("x", 9, 10).From
				w.must(pdf.Write(&twice[i], doc, fonts))
			}
			if !bytes.Equal(twice[0].Bytes(), twice[1].Bytes()) {
				t.Errorf("%s in %s: not the same bytes twice", paper, tag)
			}
			text := printed(t, twice[0].Bytes())
			want := []string{w.Catalog.Get(tag).T("Exercise")}
			if paper != workshop.BadgePaper {
				want = append(want, "custody", "room custody")
			}
			if paper == workshop.AgendaPaper {
				want = append(want, "09:00–11:00")
			} else {
				want = append(want, w.Catalog.Get(tag).T("Judge"), "Featherstonehaugh")
			}
			if strings.Contains(text, "gone") || strings.Contains(text, "Nobody") {
				t.Errorf("%s in %s has what was cancelled, or who has no seat:\n%s", paper, tag, text)
			}
			for _, x := range want {
				if !strings.Contains(text, x) {
					t.Errorf("%s in %s doesn't say %q:\n%s", paper, tag, x, text)
				}
			}
		}
	}
}
