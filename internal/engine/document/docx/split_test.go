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
