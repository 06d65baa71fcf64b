package language

import (
	"strings"
	"testing"
)

// FuzzIsolate holds the promise of Isolate: whatever s is, what comes out opens and closes in pairs and never goes below
// the outermost pair before its end, so that nothing outside is touched.
func FuzzIsolate(f *testing.F) {
	for _, s := range []string{"", "a", "\u2069\u2069a", "\u2067a", "\u2066\u2068a\u2069", "203.0.113.7:443", "\u202eabc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := Isolate(s)
		depth := 0
		for i, r := range out {
			switch r {
			case '\u2066', '\u2067', '\u2068':
				depth++
			case '\u2069':
				depth--
			}
			if depth == 0 && i+len("\u2069") < len(out) {
				t.Fatalf("Isolate(%+q) = %+q ends its isolate too early", s, out)
			}
		}
		if depth != 0 {
			t.Fatalf("Isolate(%+q) = %+q leaves %d open", s, out, depth)
		}
		kept, _ := StripBidi(out)
		want, _ := StripBidi(s)
		if kept != strings.ToValidUTF8(want, "\ufffd") && strings.ToValidUTF8(s, "") == s {
			t.Fatalf("Isolate(%+q) = %+q changed the text", s, out)
		}
	})
}
