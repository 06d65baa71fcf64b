package translation_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/translation"
	"comity/internal/store/db"
)

var ctx = context.Background()

// TestSourceEditOutdatesExactlyItsTranslations is criterion F1: one text of three changes, and its translations in five
// languages are outdated with their old words kept; no other is touched.
func TestSourceEditOutdatesExactlyItsTranslations(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		doc, other := h.ref(open), h.ref(open)
		for _, o := range []id.Ref{doc, other} {
			h.mustPut(o, "title", "Study", "block/1", "All {n} States.", "block/2", "End")
		}
		five := translation.Targets(language.English)
		for _, tag := range five {
			for _, o := range []id.Ref{doc, other} {
				h.finish(o, "title", tag, "T-"+string(tag))
				h.finish(o, "block/1", tag, "{n} – "+string(tag))
				h.finish(o, "block/2", tag, "E-"+string(tag))
			}
		}
		all := map[string]translation.State{"title": translation.Approved, "block/1": translation.Approved, "block/2": translation.Approved}
		h.mustPut(doc, "title", "Study", "block/1", "Nearly all {n} States.", "block/2", "End")
		one := maps.Clone(all)
		one["block/1"] = translation.Outdated
		if len(five) != 5 {
			t.Fatalf("%d languages besides English, want 5", len(five))
		}
		for _, tag := range five {
			if got := h.states(doc, tag); !maps.Equal(got, one) {
				t.Errorf("%s: states are %v, want %v", tag, got, one)
			}
			if got := h.states(other, tag); !maps.Equal(got, all) {
				t.Errorf("%s: states of another object are %v, want %v", tag, got, all)
			}
			err := h.read(h.As("translator"), func(ctx context.Context, tx *db.Tx) error {
				got, err := translation.Find(ctx, tx, doc, "block/1", tag)
				if want := (translation.Text{Text: "{n} – " + string(tag), State: translation.Outdated, Lang: tag, Free: true}); got != want {
					t.Errorf("Find(%s) = %+v, want the old words marked: %+v", tag, got, want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		// A source that becomes what it was makes drafts of them: somebody reads again.
		h.mustPut(doc, "title", "Study", "block/1", "All {n} States.", "block/2", "End")
		one["block/1"] = translation.Draft
		if got := h.states(doc, language.French); !maps.Equal(got, one) {
			t.Errorf("after the source came back states are %v, want %v", got, one)
		}
	})
}

func TestPutAgainChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		doc := h.ref(open)
		h.mustPut(doc, "title", "Study", "end", "End")
		h.finish(doc, "title", language.French, "Étude")
		_, before := h.units(doc, language.French)
		h.mustPut(doc, "end", "End", "title", "Study") // in another order
		if _, after := h.units(doc, language.French); after["title"].Version != before["title"].Version || after["title"].Place != 1 {
			t.Errorf("put again, the title is %+v, want version %d at place 1", after["title"], before["title"].Version)
		}
		h.mustPut(doc, "title", "Study") // a text is taken out, and comes back with its translation
		if got := h.states(doc, language.French); len(got) != 1 {
			t.Errorf("without its end the object has %v, want the title alone", got)
		}
		h.write("translator", doc, "title", language.Spanish, "Estudio")
		h.mustPut(doc, "title", "Study", "end", "End")
		if got := h.states(doc, language.French); got["title"] != translation.Approved || got["end"] != translation.Missing {
			t.Errorf("with its end again the object has %v", got)
		}
	})
}

func TestPutRefuses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		doc := h.ref(open)
		h.mustPut(doc, "title", "Study")
		for name, err := range map[string]error{
			"a kind that nobody registered": h.put(h.ref("unknown"), language.English, "title", "x"),
			"a language beyond the six":     h.put(h.ref(open), "de", "title", "x"),
			"another source language":       h.put(doc, language.French, "title", "x"),
			"one field twice":               h.put(doc, language.English, "title", "x", "title", "y"),
			"no words":                      h.put(doc, language.English, "title", ""),
			"an override of direction":      h.put(doc, language.English, "title", "a\u202eb"),
			"an isolate left open":          h.put(doc, language.English, "title", "a\u2068b"),
			"a control character":           h.put(doc, language.English, "title", "a\x07b"),
			"a long text":                   h.put(doc, language.English, "title", strings.Repeat("x", 20_001)),
		} {
			if !errors.Is(err, errs.Invalid) {
				t.Errorf("%s: %v, want it refused", name, err)
			}
		}
		if got := h.states(doc, language.French); got["title"] != translation.Missing {
			t.Errorf("after refusals the title is %v, want it waiting as before", got)
		}
	})
}

// TestTwoPeople: who translated doesn't review, and doesn't approve either.
func TestTwoPeople(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		doc := h.ref(open)
		h.mustPut(doc, "title", "Study", "end", "End")
		h.write("editor", doc, "title", language.French, "Étude")
		o, units := h.units(doc, language.French)
		u := units["title"]
		if err := h.Texts.Review(ctx, h.As("editor"), u.ID, u.Version, h.Entry()); !errors.Is(err, errs.Forbidden) {
			t.Errorf("reviewing one's own translation: %v, want it forbidden", err)
		}
		if err := h.Texts.Review(ctx, h.As("translator"), u.ID, u.Version, h.Entry()); err != nil {
			t.Fatal(err)
		}
		approved, own, err := h.Texts.Approve(ctx, h.As("editor"), o.ID, language.French, h.Entry())
		if err != nil || approved != 0 || own != 1 {
			t.Errorf("approving one's own = %d, %d, %v, want 0 approved and 1 left", approved, own, err)
		}
		if approved, own, err = h.Texts.Approve(ctx, h.As("publisher"), o.ID, language.French, h.Entry()); err != nil || approved != 1 || own != 0 {
			t.Errorf("approving = %d, %d, %v, want 1 approved", approved, own, err)
		}
		if got := h.states(doc, language.French); got["title"] != translation.Approved || got["end"] != translation.Missing {
			t.Errorf("states are %v", got)
		}
		if err := h.Texts.Write(ctx, h.As("publisher"), u.ID, "x", u.Version, h.Entry()); !errors.Is(err, errs.Forbidden) {
			t.Errorf("the publisher translates: %v, want it forbidden", err)
		}
	})
}

// TestStaleFormIsAConflict: neither a source that changed meanwhile nor another translator's words are overwritten.
func TestStaleFormIsAConflict(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		doc := h.ref(open)
		h.mustPut(doc, "title", "Study")
		h.write("translator", doc, "title", language.French, "Étude")
		_, units := h.units(doc, language.French)
		shown := units["title"]
		h.mustPut(doc, "title", "A study")
		for what, err := range map[string]error{
			"write":  h.Texts.Write(ctx, h.As("translator"), shown.ID, "Une étude", shown.Version, h.Entry()),
			"review": h.Texts.Review(ctx, h.As("editor"), shown.ID, shown.Version, h.Entry()),
			"return": h.Texts.GiveBack(ctx, h.As("editor"), shown.ID, "too old", shown.Version, h.Entry()),
		} {
			if !errors.Is(err, errs.Conflict) {
				t.Errorf("%s with a form of the old source: %v, want a conflict", what, err)
			}
		}
		if got := h.states(doc, language.French)["title"]; got != translation.Outdated {
			t.Errorf("the title is %s, want it outdated still", got)
		}
	})
}

func TestGivenBackWithAReason(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		doc := h.ref(open)
		h.mustPut(doc, "title", "Study")
		h.finish(doc, "title", language.Russian, "Обследование")
		_, units := h.units(doc, language.Russian)
		u := units["title"]
		if err := h.Texts.GiveBack(ctx, h.As("editor"), u.ID, " ", u.Version, h.Entry()); !errors.Is(err, errs.Invalid) {
			t.Errorf("giving back without a reason: %v, want it refused", err)
		}
		if err := h.Texts.GiveBack(ctx, h.As("editor"), u.ID, "The term is исследование.", u.Version, h.Entry()); err != nil {
			t.Fatal(err)
		}
		_, units = h.units(doc, language.Russian)
		if got := units["title"]; got.State != translation.Draft || got.Remark != "The term is исследование." || got.Text != "Обследование" {
			t.Errorf("given back, the title is %+v", got)
		}
	})
}

// TestGate: what isn't approved keeps a language back, until it is waived; a text that changes ends the waiver.
func TestGate(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		doc := h.ref(open)
		h.mustPut(doc, "title", "Study", "end", "End")
		h.finish(doc, "title", language.French, "Étude")
		h.finish(doc, "end", language.French, "Fin")
		h.finish(doc, "title", language.Arabic, "دراسة")
		gate := func() (n int, langs string) {
			t.Helper()
			err := h.read(h.As("publisher"), func(ctx context.Context, tx *db.Tx) error {
				lacking, err := translation.Gate(ctx, tx, doc, []language.Tag{language.English, language.French, language.Arabic})
				for _, l := range lacking {
					langs += string(l.Lang) + ":" + l.Field + ":" + string(l.State) + " "
				}
				n = len(lacking)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n, langs
		}
		if _, got := gate(); got != "ar:end:missing " {
			t.Errorf("Gate names %q, want the Arabic end alone", got)
		}
		o, _ := h.units(doc, language.Arabic)
		if err := h.Texts.Waive(ctx, h.As("translator"), o.ID, language.Arabic, "x", h.Entry()); !errors.Is(err, errs.Forbidden) {
			t.Errorf("a translator waives: %v, want it forbidden", err)
		}
		if err := h.Texts.Waive(ctx, h.As("publisher"), o.ID, language.Arabic, "", h.Entry()); !errors.Is(err, errs.Invalid) {
			t.Errorf("waived without a reason: %v, want it refused", err)
		}
		if err := h.Texts.Waive(ctx, h.As("publisher"), o.ID, language.Arabic, "The Arabic text follows (exercise).", h.Entry()); err != nil {
			t.Fatal(err)
		}
		if n, got := gate(); n != 0 {
			t.Errorf("after the waiver Gate names %q, want nothing", got)
		}
		h.mustPut(doc, "title", "Study", "end", "The end")
		if _, got := gate(); got != "fr:end:outdated ar:end:missing " {
			t.Errorf("after a text changed Gate names %q, want it in both languages", got)
		}
	})
}

// TestRestrictedTextsExistForMembersOnly: outside of the case there is nothing to find, in it the same person works.
func TestRestrictedTextsExistForMembersOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		doc := h.ref(closed)
		h.mustPut(doc, "title", "Hidden Harvest")
		var n id.ID
		find := func() error {
			return h.read(h.As("translator"), func(ctx context.Context, tx *db.Tx) error {
				o, units, err := translation.Units(ctx, tx, doc, language.French)
				if err == nil {
					n = units[0].ID
					_ = o
				}
				return err
			})
		}
		if err := find(); !errors.Is(err, errs.NotFound) {
			t.Errorf("a stranger reads restricted texts: %v, want not found", err)
		}
		if err := h.Cases.AddMember(ctx, h.As("drafter"), h.inner, h.As("translator").ID, h.Entry()); err != nil {
			t.Fatal(err)
		}
		if err := find(); err != nil {
			t.Fatalf("a member reads restricted texts: %v", err)
		}
		if err := h.Texts.Review(ctx, h.As("editor"), n, 1, h.Entry()); !errors.Is(err, errs.NotFound) {
			t.Errorf("a stranger acts on restricted texts: %v, want not found", err)
		}
		if err := h.Texts.Write(ctx, h.As("translator"), n, "Récolte cachée", 1, h.Entry()); err != nil {
			t.Errorf("a member translates: %v", err)
		}
	})
}
