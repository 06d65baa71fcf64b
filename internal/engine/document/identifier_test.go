package document_test

import (
	"errors"
	"slices"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/engine/document"
)

func TestStretches(t *testing.T) {
	for s, want := range map[string][]document.Stretch{
		"":                nil,
		"203.0.113.7:443": {{Text: "203.0.113.7:443"}},
		"example.org/ا/7": {{Text: "example.org/"}, {Text: "ا", RightToLeft: true}, {Text: "/7"}},
		"ملف.pdf":         {{Text: "ملف", RightToLeft: true}, {Text: ".pdf"}},
		"مَلف 2":          {{Text: "مَلف", RightToLeft: true}, {Text: " 2"}},
	} {
		if got := document.Stretches(s); !slices.Equal(got, want) {
			t.Errorf("Stretches(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestWritten(t *testing.T) {
	for s, want := range map[string]string{"a\nb\tc": "a\nb\tc", "a\u202eb\u2066c\u2069\u200f": "abc", "é\u200c": "é\u200c"} {
		if got, err := (document.Span{Text: s}).Written(); err != nil || got != want {
			t.Errorf("Written(%q) = %q, %v, want %q", s, got, err, want)
		}
	}
	for _, s := range []string{"\x00", "a\x1b", "\u0085", "\uffff", "\xff"} {
		if got, err := (document.Span{Text: s}).Written(); !errors.Is(err, errs.Invalid) {
			t.Errorf("Written(%q) = %q, %v, want not valid", s, got, err)
		}
	}
}
