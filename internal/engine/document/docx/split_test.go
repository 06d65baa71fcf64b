package docx

import "testing"

// FuzzSplit holds that cutting loses nothing, adds nothing and leaves no empty piece.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"", "قبل abc (1) بعد", "(UTC+01:00).", "a)ب(ا", "\xff"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, base bool) {
		var joined string
		for _, p := range split(s, base) {
			if p.text == "" {
				t.Errorf("split(%q, %t) has an empty piece", s, base)
			}
			joined += p.text
		}
		if joined != s {
			t.Errorf("split(%q, %t) joins to %q", s, base, joined)
		}
	})
}

func TestMarkSize(t *testing.T) {
	for s, want := range map[string][2]int{"演练": {180, 90}, "EXERCISE": {432, 90}, "EXERCISE – NOT A REAL REQUEST": {460, 26}} {
		if w, h := markSize(s); w != want[0] || h != want[1] {
			t.Errorf("markSize(%q) = %d, %d, want %v", s, w, h, want)
		}
	}
}
