package docx

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"

	"comity/internal/base/language"
	"comity/internal/engine/document"
)

// Unicode's isolates (UAX 9). An identifier runs from left to right whatever it begins with; the others find their
// direction from their first letter.
const (
	leftToRightIsolate = "\u2066"
	firstStrongIsolate = "\u2068"
	popIsolate         = "\u2069"
)

// runs writes the spans of a paragraph whose language is given.
func (w *writer) runs(t document.Text, around language.Tag) {
	apart := w.rightToLeft(around) || strayRightToLeft(t)
	for _, s := range t {
		written, err := s.Written()
		if err != nil {
			w.fail(err)
			return
		}
		if written == "" {
			continue
		}
		isolate := s.Kind.Isolated() && (apart || anyRightToLeft(written))
		w.span(s, written, around, isolate)
	}
}

// span writes one or more runs, between isolate characters when they make a difference. Where everything around a span
// and in it runs from left to right they would only be copied along with an address, so they are left out.
func (w *writer) span(s document.Span, written string, around language.Tag, isolate bool) {
	lang := around
	if s.Lang != "" {
		lang = s.Lang
	}
	pieces := split(written, baseDirection(s.Kind, written, around))
	if s.Kind == document.Identifier {
		pieces = identifier(written)
	}
	if isolate {
		open := firstStrongIsolate
		if s.Kind == document.Identifier {
			open = leftToRightIsolate
		}
		pieces[0].text = open + pieces[0].text
		pieces[len(pieces)-1].text += popIsolate
	}
	for _, p := range pieces {
		p.apart = isolate && !p.rightToLeft
		w.run(s.Kind, p, lang)
	}
}

// identifier sets each right-to-left word inside an identifier apart, see [document.Stretches].
func identifier(s string) []piece {
	var pieces []piece
	for _, part := range document.Stretches(s) {
		p := piece{text: part.Text, rightToLeft: part.RightToLeft}
		if p.rightToLeft {
			p.text = firstStrongIsolate + p.text + popIsolate
		}
		pieces = append(pieces, p)
	}
	return pieces
}

// run writes its properties in the order of the schema (CT_RPr).
func (w *writer) run(k document.Kind, p piece, lang language.Tag) {
	w.raw("<w:r><w:rPr>")
	if p.apart {
		// Digits beside Arabic count as Arabic script in some word processors; this keeps them in the letters' font.
		w.raw(`<w:rFonts w:cs="Noto Sans"/>`)
	}
	switch k {
	case document.Strong:
		w.raw("<w:b/><w:bCs/>")
	case document.Emphasis:
		w.raw("<w:i/><w:iCs/>")
	case document.Identifier:
		w.raw("<w:noProof/>")
	}
	if p.rightToLeft {
		w.raw("<w:rtl/>")
	}
	if lang != w.doc.Lang {
		w.raw("<w:lang%s/>", langAttrs(lang))
	}
	w.raw("</w:rPr>%s</w:r>", characters(p.text))
}

var breaks = strings.NewReplacer("\n", `</w:t><w:br/><w:t xml:space="preserve">`, "\t", `</w:t><w:tab/><w:t xml:space="preserve">`)

// characters writes text, new lines and tabs. They are replaced after escaping, which turns them into references.
func characters(s string) string {
	escaped := strings.NewReplacer("&#xA;", "\n", "&#x9;", "\t").Replace(attr(s))
	return `<w:t xml:space="preserve">` + breaks.Replace(escaped) + `</w:t>`
}

// piece is a stretch of a span whose letters run one way: word processors choose font and order by it.
type piece struct {
	text        string
	rightToLeft bool
	apart       bool // isolated, and not from right to left
}

// split cuts text where the direction of its letters changes. Signs and spaces between two directions go with the base,
// as UAX 9 has it; digits, and a bracket that closes one opened there, go with the letters before them.
func split(s string, base bool) []piece {
	var pieces []piece
	cut := func(end, from int, rightToLeft bool) int {
		if end > from {
			pieces = append(pieces, piece{text: s[from:end], rightToLeft: rightToLeft})
		}
		return end
	}
	begin, current := 0, base
	end, open := 0, 0 // of a stretch against the base: where it ends so far, and its brackets not yet closed
	for i, r := range s {
		to, strong := direction(r)
		switch {
		case strong && to == current:
			end = i + utf8.RuneLen(r)
		case strong && current == base:
			begin, current = cut(i, begin, base), to
			end, open = i+utf8.RuneLen(r), 0
		case strong:
			begin, current = cut(end, begin, current), base
		case unicode.IsDigit(r):
			end = i + utf8.RuneLen(r)
		case strings.ContainsRune("([{", r):
			open++
		case strings.ContainsRune(")]}", r) && open > 0:
			open--
			end = i + utf8.RuneLen(r)
		}
	}
	if current != base {
		begin = cut(end, begin, current)
	}
	cut(len(s), begin, base)
	return pieces
}

// baseDirection is how a span runs before its first letter says otherwise.
func baseDirection(k document.Kind, s string, around language.Tag) (rightToLeft bool) {
	if !k.Isolated() {
		return around.Direction() == language.RightToLeft
	}
	for _, r := range s {
		if to, strong := direction(r); strong {
			return to
		}
	}
	return false
}

// direction says how a letter runs; strong is false for digits, signs and spaces.
func direction(r rune) (rightToLeft, strong bool) {
	p, _ := bidi.LookupRune(r)
	switch p.Class() {
	case bidi.R, bidi.AL:
		return true, true
	case bidi.L:
		return false, true
	}
	return false, false
}

// strayRightToLeft reports whether letters from right to left stand in spans that are not isolated, where they can
// reach out to the digits after them.
func strayRightToLeft(t document.Text) bool {
	for _, s := range t {
		if !s.Kind.Isolated() && anyRightToLeft(s.Text) {
			return true
		}
	}
	return false
}

func anyRightToLeft(s string) bool {
	for _, r := range s {
		if to, strong := direction(r); strong && to {
			return true
		}
	}
	return false
}
