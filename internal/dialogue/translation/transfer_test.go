package translation_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/translation"
	"comity/internal/dialogue/translation/xliff"
	"comity/internal/store/db"
)

// exported takes an object's texts out in a language.
func (h *house) exported(object id.Ref, tag language.Tag) (id.ID, []byte) {
	h.t.Helper()
	o, _ := h.units(object, tag)
	var out []byte
	err := h.read(h.As("translator"), func(ctx context.Context, tx *db.Tx) error {
		f, err := translation.Export(ctx, tx, o.ID, tag)
		out = xliff.Write(f)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return o.ID, out
}

// translated fills every empty target of a file.
func translated(t testing.TB, file []byte, words map[string]string) []byte {
	t.Helper()
	f, err := xliff.Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for i, u := range f.Units {
		if w, ok := words[u.Source]; ok {
			f.Units[i].Target = w
		}
	}
	return xliff.Write(f)
}

// arabic has what goes wrong in files: marks, isolates, brackets, digits of two kinds, spaces at both ends, new lines.
const arabic = " في {year}، ردت ٥٨ دولة (أي 30%)\u200f:\n\t\u2068GET /a?b=1\u2069 – \"نعم\"  "

// TestXLIFFRoundTripIsLossless: what a translator's file holds is kept character for character, and comes out the same.
func TestXLIFFRoundTripIsLossless(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		doc := h.ref(open)
		h.mustPut(doc, "title", "Study & <report>", "block/1", " In {year}, 58 States\n\treplied ")
		n, out := h.exported(doc, language.Arabic)
		back := translated(t, out, map[string]string{"Study & <report>": "دراسة & <تقرير>", " In {year}, 58 States\n\treplied ": arabic})
		report, err := h.Texts.Import(ctx, h.As("translator"), n, language.Arabic, bytes.NewReader(back), false, h.Entry())
		if err != nil || report != (translation.Report{Taken: 2}) {
			t.Fatalf("Import = %+v, %v, want 2 taken", report, err)
		}
		_, units := h.units(doc, language.Arabic)
		if got := units["block/1"]; got.Text != arabic || got.State != translation.Draft {
			t.Errorf("kept is %q (%s), want %q as a draft", got.Text, got.State, arabic)
		}
		_, again := h.exported(doc, language.Arabic)
		f, err := xliff.Read(bytes.NewReader(again))
		if err != nil {
			t.Fatal(err)
		}
		if f.Units[1].Target != arabic {
			t.Errorf("taken out again is %q, want %q", f.Units[1].Target, arabic)
		}
		report, err = h.Texts.Import(ctx, h.As("translator"), n, language.Arabic, bytes.NewReader(again), false, h.Entry())
		if err != nil || report != (translation.Report{Same: 2}) {
			t.Errorf("the same file again = %+v, %v, want nothing taken", report, err)
		}
	})
}

// TestStaleFileIsRefusedUnlessRebased: one changed source keeps the whole file out; rebased, its text is kept as
// outdated and never in the place of a newer one.
func TestStaleFileIsRefusedUnlessRebased(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		doc := h.ref(open)
		h.mustPut(doc, "a", "One", "b", "Two", "c", "Three", "d", "Four")
		n, out := h.exported(doc, language.French)
		back := translated(t, out, map[string]string{"One": "Un", "Two": "Deux", "Three": "Trois"})
		h.mustPut(doc, "a", "One", "b", "Two!", "c", "Three!", "d", "Four")
		h.write("translator", doc, "c", language.French, "Trois !")

		var refused *translation.RefusedError
		_, err := h.Texts.Import(ctx, h.As("translator"), n, language.French, bytes.NewReader(back), false, h.Entry())
		if !errors.As(err, &refused) || !errors.Is(err, errs.Invalid) || len(refused.Troubles) != 2 {
			t.Fatalf("Import of a stale file: %v, want it refused for two texts", err)
		}
		want := map[string]translation.State{"a": translation.Missing, "b": translation.Missing, "c": translation.Draft, "d": translation.Missing}
		if got := h.states(doc, language.French); !maps.Equal(got, want) {
			t.Errorf("after the refusal states are %v, want %v", got, want)
		}
		report, err := h.Texts.Import(ctx, h.As("translator"), n, language.French, bytes.NewReader(back), true, h.Entry())
		if err != nil || report != (translation.Report{Taken: 1, Outdated: 1, Newer: 1, Empty: 1}) {
			t.Fatalf("Import rebased = %+v, %v, want one taken, one outdated, one newer, one empty", report, err)
		}
		want["a"], want["b"] = translation.Draft, translation.Outdated
		if got := h.states(doc, language.French); !maps.Equal(got, want) {
			t.Errorf("rebased, states are %v, want %v", got, want)
		}
		_, units := h.units(doc, language.French)
		if b := units["b"]; b.Text != "Deux" || b.Of != "Two" {
			t.Errorf("the outdated text is %q of %q, want Deux of Two", b.Text, b.Of)
		}
		if c := units["c"]; c.Text != "Trois !" {
			t.Errorf("the newer text is %q, want it left", c.Text)
		}
		// The old text goes out beside the new source, as an earlier version.
		if _, out := h.exported(doc, language.French); !strings.Contains(string(out), `<alt-trans alttranstype="previous-version">`) {
			t.Errorf("the outdated text isn't in the file:\n%s", out)
		}
	})
}

func TestFileOfOtherTextsIsRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		doc, other := h.ref(open), h.ref(open)
		h.mustPut(doc, "title", "Study {n}")
		h.mustPut(other, "title", "Study {n}")
		n, out := h.exported(doc, language.French)
		_, foreign := h.exported(other, language.French)
		_, spanish := h.exported(doc, language.Spanish)
		for name, file := range map[string][]byte{
			"another object":          translated(t, foreign, map[string]string{"Study {n}": "Étude {n}"}),
			"another language":        translated(t, spanish, map[string]string{"Study {n}": "Estudio {n}"}),
			"a place is lost":         translated(t, out, map[string]string{"Study {n}": "Étude"}),
			"another place":           translated(t, out, map[string]string{"Study {n}": "Étude {n} {m}"}),
			"an override":             translated(t, out, map[string]string{"Study {n}": "Étude \u202e{n}"}),
			"a text that isn't there": bytes.ReplaceAll(translated(t, out, map[string]string{"Study {n}": "Étude {n}"}), []byte("#title"), []byte("#other")),
			"not XLIFF":               []byte("PK"),
		} {
			if _, err := h.Texts.Import(ctx, h.As("translator"), n, language.French, bytes.NewReader(file), true, h.Entry()); !errors.Is(err, errs.Invalid) {
				t.Errorf("%s: %v, want it refused", name, err)
			}
		}
		if got := h.states(doc, language.French)["title"]; got != translation.Missing {
			t.Errorf("after refusals the title is %s, want it missing", got)
		}
		if _, err := h.Texts.Import(ctx, h.As("publisher"), n, language.French, bytes.NewReader(out), false, h.Entry()); !errors.Is(err, errs.Forbidden) {
			t.Errorf("a publisher brings a file in: %v, want it forbidden", err)
		}
	})
}
