package font

import "testing"

// TestWidth: joined Arabic letters are narrower than the same letters one by one, bold is wider, and a text is as wide
// as its parts.
func TestWidth(t *testing.T) {
	s := Noto()
	width := func(text string, want Want) int {
		t.Helper()
		w, err := s.Width(text, want)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	en, ar, zh := Want{Lang: "en"}, Want{Lang: "ar"}, Want{Lang: "zh"}
	if got := width("", en); got != 0 {
		t.Errorf("nothing is %d wide, want 0", got)
	}
	if got := width("各国", zh); got != 2000 {
		t.Errorf("two Chinese characters are %d wide, want 2000", got)
	}
	if a, b := width("Africa", Want{Lang: "en", Bold: true}), width("Africa", en); a <= b {
		t.Errorf("bold is %d wide and regular %d, want bold wider", a, b)
	}
	if a, b := width("دولة", ar), width("د", ar)+width("و", ar)+width("ل", ar)+width("ة", ar); a >= b {
		t.Errorf("joined letters are %d wide and single ones %d, want them narrower", a, b)
	}
	if got, want := width("n = 13 الردود", en), width("n = 13 ", en)+width("الردود", en); got != want {
		t.Errorf("a text in two scripts is %d wide and its parts %d, want them equal", got, want)
	}
	if got := width("\U0010FFFD", en); got != unknownWidth {
		t.Errorf("a character of no face is %d wide, want %d", got, unknownWidth)
	}
}
