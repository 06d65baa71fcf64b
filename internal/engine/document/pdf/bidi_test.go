package pdf

import (
	"math/rand/v2"
	"testing"

	gobidi "github.com/go-text/typesetting/bidi"
)

func TestLevels(t *testing.T) {
	// Capitals stand for Hebrew letters, as in UAX 9.
	tests := []struct {
		text string
		rtl  bool
		want string
	}{
		{"abc DEF ghi", false, "00001110000"},
		{"DEF 12 ghi", false, "1111220000"},
		{"DEF 12 ghi", true, "1111221222"},
		{"he said \"DEF 12, GH!\" to me", false, "000000000111122111100000000"},
		{"DEF (ab) GH", true, "11111221111"},
		{"ab (DEF) gh", false, "00001110000"},
		{"DEF 1,200.50% GH", true, "1111222222222111"},
		{"", true, ""},
	}
	for _, test := range tests {
		text := []rune(test.text)
		for i, r := range text {
			if r >= 'A' && r <= 'Z' {
				text[i] = 0x05D0 + r - 'A'
			}
		}
		got := ""
		for _, l := range levels(text, test.rtl) {
			got += string('0' + rune(l))
		}
		if got != test.want {
			t.Errorf("levels(%q, rtl %v) = %s, want %s", test.text, test.rtl, got, test.want)
		}
	}
}

// TestLevelsLikeAnother compares directions with those of go-text on random texts. It gives runs of a direction, so
// that only odd and even can be compared.
func TestLevelsLikeAnother(t *testing.T) {
	alphabet := []rune("ab1 9.,:/-+%$€([)]{}<>\"!אבגاب٣ة\u064Eـ؟،\u0301\uFFFC中")
	random := rand.New(rand.NewPCG(7, 24))
	var other gobidi.Paragraph
	for range 20000 {
		text := make([]rune, 1+random.IntN(14))
		for i := range text {
			text[i] = alphabet[random.IntN(len(alphabet))]
		}
		for _, rtl := range []bool{false, true} {
			base := gobidi.LeftToRight
			if rtl {
				base = gobidi.RightToLeft
			}
			got := levels(text, rtl)
			runs := other.Segment(text, base)
			for i := range runs.NumRuns() {
				r := runs.Run(i)
				for k := r.Start; k < r.End; k++ {
					if got[k]%2 == 0 != r.IsLeftToRight() {
						t.Fatalf("levels(%q, rtl %v) = %v, at %d another runs left to right: %v", string(text), rtl, got, k, r.IsLeftToRight())
					}
				}
			}
		}
	}
}

func FuzzLevels(f *testing.F) {
	f.Add("abc", false)
	f.Add("א(ב]٣,", true)
	f.Fuzz(func(t *testing.T, text string, rtl bool) {
		runes := []rune(text)
		for i, l := range levels(runes, rtl) {
			if l > 2 {
				t.Fatalf("level %d at %d of %q", l, i, text)
			}
		}
	})
}
