package workshop_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/workshop"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/blob"
	"comity/internal/store/db"
)

func (w *world) materials() (all []workshop.Material) {
	w.t.Helper()
	w.look(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = workshop.Materials(ctx, tx, w.ws)
		return err
	})
	return all
}

func (w *world) stored() (n int) {
	w.t.Helper()
	w.must(w.Blobs.List(context.Background(), func(blob.Info) error { n++; return nil }))
	return n
}

// TestMaterials: a file is kept, encrypted, with its digest; who may see the workshop fetches the same bytes; one of the same title
// takes its place; readiness waits for each working language; what is refused leaves nothing behind.
func TestMaterials(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		s := w.site()
		at := "/capacity/workshops/" + string(w.ws) + "/materials"
		state := w.as(s, "state-b", w.focal("XB"))
		w.must(w.Workshops.Prepare(ctx, w.As("manager"), w.ws, workshop.Preparation{Tested: true, Waiver: "A test."}, w.Entry()))
		w.must(w.move(workshop.Selecting))
		send := func(lang, title, name, content string) nodetest.Answer {
			return s.As("trainer").Upload(at, w.form("language", lang, "title", title), "file", name, []byte(content))
		}
		if a := send("en", "Handbook", `C:\papers\handbook.pdf`, "%PDF first"); a.Status != http.StatusSeeOther {
			w.t.Fatalf("a file: %d %s", a.Status, a.Text())
		}
		w.fails(w.move(workshop.Ready), "Materials are missing in a working language.")
		if a := s.As("trainer").Get(at); !strings.Contains(plainText(a.Text()), "Still missing in: français") {
			w.t.Errorf("the page doesn't say what is missing: %s", a.Text())
		}
		for name, a := range map[string]nodetest.Answer{"empty": send("en", "Empty", "empty.txt", ""), "no title": send("en", "", "a.txt", "x"), "no language": send("xx", "A", "a.txt", "x"),
			"no file": s.As("trainer").Post(at, w.form("language", "en", "title", "A"))} {
			if a.Status != http.StatusUnprocessableEntity {
				w.t.Errorf("%s: %d %s", name, a.Status, a.Text())
			}
		}
		if a := send("en", "Handbook", "handbook.pdf", "%PDF second"); a.Status != http.StatusSeeOther {
			w.t.Fatalf("the same title: %d %s", a.Status, a.Text())
		}
		if a := send("fr", "Manuel", "manuel.pdf", "%PDF troisième"); a.Status != http.StatusSeeOther {
			w.t.Fatalf("another language: %d %s", a.Status, a.Text())
		}
		w.must(w.move(workshop.Ready))
		all := w.materials()
		sum := sha256.Sum256([]byte("%PDF second"))
		if len(all) != 2 || all[0].Name != "handbook.pdf" || all[0].Sum != hex.EncodeToString(sum[:]) || w.stored() != 2 {
			w.t.Errorf("%d files stored, materials %+v", w.stored(), all)
		}
		a := state.Get(at + "/" + string(all[0].ID))
		if a.Status != http.StatusOK || a.Body != "%PDF second" || !strings.Contains(a.Header.Get("Content-Disposition"), "attachment") {
			w.t.Errorf("fetched: %d %q %v", a.Status, a.Body, a.Header)
		}
		o, err := w.Blobs.Open(ctx, all[0].ID)
		w.must(err)
		head := make([]byte, 21)
		if _, err := o.Read(head); err != nil || string(head) != "age-encryption.org/v1" {
			w.t.Errorf("what is stored begins with %q: %v", head, err)
		}
		w.must(o.Close())
		for _, who := range []access.Role{nodetest.AsGuest("learner"), "analyst"} {
			if a := s.As(who).Get(at + "/" + string(all[0].ID)); a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
				w.t.Errorf("%s fetches a file: %d", who, a.Status)
			}
		}
		if a := state.Upload(at, w.form("language", "en", "title", "Mine"), "file", "a.txt", []byte("x")); a.Status != http.StatusForbidden && a.Status != http.StatusNotFound || w.stored() != 2 {
			w.t.Errorf("a State's focal point adds a file: %d, %d stored", a.Status, w.stored())
		}
		if a := state.Get(at + "/" + string(id.New(time.Now()))); a.Status != http.StatusNotFound {
			w.t.Errorf("a file that isn't there: %d", a.Status)
		}
		err = w.Workshops.AddMaterial(ctx, w.As("trainer"), w.ws, workshop.Material{Language: language.English, Title: "Large", Name: "large"}, zeros{}, w.Entry())
		if len(errs.Fields(err)) != 1 || w.stored() != 2 {
			w.t.Errorf("an endless file: %v, %d stored", err, w.stored())
		}
		entry := w.Entry()
		for range 2 { // the second click
			w.must(w.Workshops.AddMaterial(ctx, w.As("trainer"), w.ws, workshop.Material{Language: language.English, Title: "Twice", Name: "t"}, strings.NewReader("t"), entry))
		}
		if n := w.stored(); n != 3 {
			w.t.Errorf("%d stored after one form sent twice, want 3", n)
		}
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestSeries: the workshops of a series stand beside one another for who follows them, with seats, rates and the gain of a
// cohort that is closed.
func TestSeries(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.must(w.Workshops.Prepare(ctx, w.As("manager"), w.ws, workshop.Preparation{Series: "East Africa (exercise)"}, w.Entry()))
		second, err := w.Workshops.Open(ctx, w.As("manager"), workshop.Workshop{Name: "Second (exercise)", Place: "Kigali", Zone: "Africa/Kigali", From: "2014-06-24", To: "2014-06-28",
			Capacity: 10, Languages: []language.Tag{"en"}, Series: "East Africa (exercise)"}, w.Entry())
		w.must(err)
		w.held()
		w.must(w.Workshops.Prepare(ctx, w.As("manager"), w.ws, workshop.Preparation{Series: "East Africa (exercise)"}, w.Entry()))
		for _, seat := range w.seats()[:22] {
			w.must(w.Workshops.Evaluate(ctx, w.person(seat.Person), w.ws, everywhere(w.t, workshop.EvaluationForm,
				map[string]string{"use": "certainly", "level": "right", "agree": "yes", "amount": "enough", "often": "always"}), w.Entry()))
		}
		s := w.site()
		at := "/capacity/workshop-series/East%20Africa%20%28exercise%29"
		text := plainText(s.As("manager").Get(at).Text())
		for _, want := range []string{"Electronic evidence in East Africa (exercise) 24 June 2013 28 June 2013 Over 28 28 28 – 22 of 28: 79 % [60, 90] –", "Second (exercise) 24 June 2014 28 June 2014 Being planned 0 0 0 – – –"} {
			if !strings.Contains(text, want) {
				w.t.Errorf("the series doesn't say %q: %s", want, text)
			}
		}
		w.as(s, "seated", w.person(w.seats()[0].Person))
		for _, who := range []access.Role{"seated", nodetest.AsGuest("learner")} {
			if a := s.As(who).Get(at); a.Status != http.StatusForbidden {
				w.t.Errorf("%s sees the series: %d", who, a.Status)
			}
		}
		if text := s.As("trainer").Get(at).Text(); !strings.Contains(text, "Electronic evidence") || strings.Contains(text, "Second") {
			w.t.Errorf("a trainer of one workshop sees another, or not their own: %s", text)
		}
		if a := s.As("manager").Get("/capacity/workshop-series/another"); a.Status != http.StatusNotFound {
			w.t.Errorf("a series that there isn't: %d", a.Status)
		}
		if a := s.As("manager").Get("/capacity/workshops/" + string(second)); !strings.Contains(a.Body, "/capacity/workshop-series/") {
			w.t.Errorf("no way from a workshop to its series: %s", a.Text())
		}
		if err := w.Workshops.Prepare(ctx, w.As("manager"), second, workshop.Preparation{Series: "a/b"}, w.Entry()); !errors.Is(err, errs.Invalid) {
			w.t.Errorf("a series with a slash: %v", err)
		}
	})
}
