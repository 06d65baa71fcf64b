package pdf_test

import (
	"strings"
	"testing"

	"comity/internal/base/language"
	"comity/internal/engine/document"
)

// visible sets one paragraph and returns its lines as the eye meets them from left to right, read from the places of
// the glyphs in the finished file.
func visible(t *testing.T, lang language.Tag, text document.Text) []string {
	t.Helper()
	d := &document.Doc{Lang: lang, Title: "T", Blocks: []document.Block{document.Paragraph{Text: text}}}
	return readFile(t, write(t, d)).lines()
}

// TestOrderOnThePage is the test of what people read: the places of glyphs, not the text that a program takes out.
func TestOrderOnThePage(t *testing.T) {
	arabic := func(before string, kind document.Kind, text, after string) document.Text {
		return document.Text{{Text: before}, {Kind: kind, Text: text}, {Text: after}}
	}
	tests := map[string]struct {
		text document.Text
		want string // stands so on the line, from left to right
	}{
		"an address with its port":    {arabic("الخادم ", document.Identifier, "203.0.113.7:443", " كان"), " 203.0.113.7:443 "},
		"an address before digits":    {arabic("12 ", document.Identifier, "203.0.113.7:443", " 34"), "34 203.0.113.7:443 12"},
		"an IPv6 address":             {arabic("الخادم ", document.Identifier, "2001:db8::7", "، ثم"), "،2001:db8::7 "},
		"a time with its offset":      {arabic("الساعة ", document.Date, "14:30:05 +03:00", " يوم"), " 14:30:05 +03:00 "},
		"a day and a time":            {arabic("في ", document.Date, "2026-11-24T14:30:05-05:00", "."), ".2026-11-24T14:30:05-05:00 "},
		"an amount with its currency": {arabic("مبلغ ", document.Amount, "-12,500.00 EUR", " حُوّل"), " -12,500.00 EUR "},
		"an amount with a sign":       {arabic("مبلغ ", document.Amount, "$1,200 (USD)", "؟"), "؟$1,200 (USD) "},
		"an e-mail address":           {arabic("الحساب ", document.Identifier, "j.doe+case@mail.example.org", " في"), " j.doe+case@mail.example.org "},
		"a file name":                 {arabic("الملف ", document.Identifier, "report (2).pdf", "!"), "!report (2).pdf "},
		"an address with Arabic in it": {arabic("انظر ", document.Identifier, "https://example.org/ا/7?q=1", " ثم"),
			" https://example.org/ا/7?q=1 "},
		"a name in Latin letters": {arabic("السيد ", document.Name, "O’Neil (Jr.)", " (المدير)"), ")ريدملا( O’Neil (Jr.) "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := visible(t, language.Arabic, test.text)
			if len(got) != 1 || !strings.Contains(got[0], test.want) {
				t.Errorf("from left to right: %q, want one line with %q", got, test.want)
			}
		})
	}
}

// TestControlsDoNotSteer shows that direction characters in a person's text change nothing.
func TestControlsDoNotSteer(t *testing.T) {
	text := document.Text{{Text: "file "}, {Kind: document.Identifier, Text: "invoice\u202Efdp.exe\u2066\u200F"}, {Text: " of\u202E today"}}
	got := visible(t, language.English, text)
	if want := "file invoicefdp.exe of today"; len(got) != 1 || got[0] != want {
		t.Errorf("from left to right: %q, want %q", got, want)
	}
}

// TestArabicWithinLatin sets a right-to-left name in a left-to-right text, with a number behind it.
func TestArabicWithinLatin(t *testing.T) {
	text := document.Text{{Text: "to "}, {Kind: document.Name, Text: "ليلى"}, {Text: " 12 times, then "}, {Text: "ليلى 34 ليلى"}, {Text: " ends"}}
	got := visible(t, language.English, text)
	if want := "to ىليل 12 times, then ىليل 34 ىليل ends"; len(got) != 1 || got[0] != want {
		t.Errorf("from left to right: %q, want %q", got, want)
	}
}

// TestMirrored shows that an Arabic document hangs its numbers on the right and runs its tables from right to left.
func TestMirrored(t *testing.T) {
	d := &document.Doc{Lang: language.Arabic, Title: "T", Blocks: []document.Block{
		document.Paragraph{Number: "7.", Text: document.T("نص")},
		document.Table{Head: []document.Text{document.T("A"), document.T("B")}, Rows: [][]document.Text{{document.T("C"), document.T("D")}}},
	}}
	at := map[string]seen{}
	for _, g := range readFile(t, write(t, d)).glyphs() {
		at[g.text] = g
	}
	const left, right = 70.866, 595.276 - 70.866
	if g := at["7"]; g.x+g.width < right-1 || g.x+g.width > right+0.1 {
		t.Errorf("the number ends at %.1f, want %.1f", g.x+g.width, right)
	}
	if g := at["ص"]; g.x > right-20 || g.x < left {
		t.Errorf("the text stands at %.1f, want it left of the number", g.x)
	}
	if at["A"].x <= at["B"].x || at["C"].x <= at["D"].x {
		t.Errorf("columns run %v, %v and %v, %v; want the first on the right", at["A"], at["B"], at["C"], at["D"])
	}
}
