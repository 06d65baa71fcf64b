package pdf

import (
	"unicode"

	gtlang "github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/segmenter"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
)

// style is how a text is set where its spans say nothing else.
type style struct {
	size int // thousandths of a point
	bold bool
	lang language.Tag
}

func (s style) rtl() bool { return s.lang.Direction() == language.RightToLeft }

// text is a document's text made ready for setting: its characters, and for each what depends on the text around it.
type text struct {
	style  style
	source document.Text
	runes  []rune
	span   []int // index in source
	level  []uint8
	face   []font.Face
	script []gtlang.Script
	breaks []rest // whether a line may end before the character
	latin  []bool // of each span: it is kept apart and runs from left to right, or is an amount or a date
}

// newText reads a text. An error says which character cannot be set and what stands around it.
func newText(fonts *font.Set, source document.Text, st style) (*text, error) {
	t := &text{style: st, source: source, latin: make([]bool, len(source))}
	for i, sp := range source {
		written, err := sp.Written()
		if err != nil {
			return nil, err
		}
		for _, r := range written {
			if r, ok := typed(r); ok {
				t.runes = append(t.runes, r)
				t.span = append(t.span, i)
			}
		}
	}
	t.order()
	if err := t.choose(fonts); err != nil {
		return nil, err
	}
	t.scripts()
	t.findBreaks()
	return t, nil
}

// typed maps what people type to what is set: one kind of line end, spaces for tabs, no byte order marks.
func typed(r rune) (rune, bool) {
	switch r {
	case '\t':
		return ' ', true
	case 0x2028, 0x2029:
		return '\n', true
	}
	return r, r != 0xFEFF
}

// lang returns the language of a span.
func (t *text) lang(span int) language.Tag {
	if l := t.source[span].Lang; l != "" {
		return l
	}
	return t.style.lang
}

// order finds the level of each character. A span that is kept apart counts as one neutral sign for the text around
// it, and is ordered by itself one level up, as between FSI and PDI; an identifier always runs left to right.
func (t *text) order() {
	base := t.style.rtl()
	var around []rune
	at := make([]int, len(t.runes)) // where each character stands in around
	for i := range t.runes {
		isolated := t.source[t.span[i]].Kind.Isolated()
		if !isolated {
			around = append(around, t.runes[i])
		} else if i == 0 || t.span[i-1] != t.span[i] {
			around = append(around, '\uFFFC')
		}
		at[i] = len(around) - 1
	}
	outer := levels(around, base)
	t.level = make([]uint8, len(t.runes))
	for i := 0; i < len(t.runes); {
		if !t.source[t.span[i]].Kind.Isolated() {
			t.level[i] = outer[at[i]]
			i++
			continue
		}
		end := i
		for end < len(t.runes) && t.span[end] == t.span[i] {
			end++
		}
		t.isolate(i, end)
		i = end
	}
}

func (t *text) isolate(start, end int) {
	inside := t.runes[start:end]
	rtl := firstStrong(inside)
	kind := t.source[t.span[start]].Kind
	if kind == document.Identifier {
		inside, rtl = leftToRight(inside), false
	}
	t.latin[t.span[start]] = !rtl || kind == document.Amount || kind == document.Date
	up := uint8(2)
	if rtl && !t.style.rtl() {
		up = 0 // the levels of a right-to-left text begin at 1, which is above the paragraph's 0
	}
	for i, l := range levels(inside, rtl) {
		t.level[start+i] = l + up
	}
}

// leftToRight returns an identifier as its order is found: digits and signs count as Latin letters. Otherwise the
// parts of an address that has Arabic letters in it would change places around a slash or a dot.
func leftToRight(identifier []rune) []rune {
	out := make([]rune, len(identifier))
	for i, r := range identifier {
		out[i] = r
		if !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) && r != ' ' && r != '\n' {
			out[i] = 'a'
		}
	}
	return out
}

// choose picks a face for each grapheme.
func (t *text) choose(fonts *font.Set) error {
	t.face = make([]font.Face, len(t.runes))
	for i := 0; i < len(t.runes); {
		if t.runes[i] == '\n' {
			t.face[i] = fonts.Default(t.want(i))
			i++
			continue
		}
		end := i + 1
		for end < len(t.runes) && joins(t.runes[end]) {
			end++
		}
		if err := t.chooseFor(fonts, i, end); err != nil {
			return err
		}
		i = end
	}
	return nil
}

// joins reports whether a character belongs to the letter before it.
func joins(r rune) bool {
	return unicode.Is(unicode.M, r) || r == 0x200C || r == 0x200D
}

func (t *text) chooseFor(fonts *font.Set, start, end int) error {
	face, ok, err := fonts.Choose(t.want(start), t.runes[start:end])
	if err != nil {
		return err
	}
	if ok {
		for i := start; i < end; i++ {
			t.face[i] = face
		}
		return nil
	}
	// No face has the letter with all its marks: each takes what it finds.
	for i := start; i < end; i++ {
		face, ok, err := fonts.Choose(t.want(i), t.runes[i:i+1])
		if err != nil {
			return err
		}
		if !ok {
			return errs.Invalidf("no font has the character U+%04X %q near %q", t.runes[i], t.runes[i], t.near(i))
		}
		t.face[i] = face
	}
	return nil
}

func (t *text) want(i int) font.Want {
	sp := t.source[t.span[i]]
	return font.Want{
		Lang:       t.lang(t.span[i]),
		Bold:       t.style.bold || sp.Kind == document.Strong || sp.Kind == document.Emphasis,
		Identifier: sp.Kind == document.Identifier,
		Latin:      t.latin[t.span[i]],
	}
}

// near returns a few characters around the i-th, for error messages.
func (t *text) near(i int) string {
	return string(t.runes[max(0, i-12):min(len(t.runes), i+13)])
}

// scripts gives each character a script. Digits, spaces and signs take that of the letters before them, or of the
// first letters when there are none before.
func (t *text) scripts() {
	t.script = make([]gtlang.Script, len(t.runes))
	last := gtlang.Latin
	for _, r := range t.runes {
		if s := gtlang.LookupScript(r); s.Strong() {
			last = s
			break
		}
	}
	for i, r := range t.runes {
		if s := gtlang.LookupScript(r); s.Strong() {
			last = s
		}
		t.script[i] = last
	}
}

// rest says how good a place is to end a line.
type rest int

const (
	never rest = iota
	ifNeeded
	good
)

// whole is the length up to which an amount, a date or an identifier is kept on one line, if a line can hold it.
const whole = 28

// findBreaks finds where lines may end (UAX 14).
func (t *text) findBreaks() {
	t.breaks = make([]rest, len(t.runes)+1)
	if len(t.runes) == 0 {
		return
	}
	var seg segmenter.Segmenter
	seg.Init(t.runes)
	for it := seg.LineIterator(); it.Next(); {
		l := it.Line()
		t.breaks[l.Offset+len(l.Text)] = good
	}
	for start := 0; start < len(t.runes); {
		end := start
		for end < len(t.runes) && t.span[end] == t.span[start] {
			end++
		}
		switch t.source[t.span[start]].Kind {
		case document.Amount, document.Date, document.Identifier:
			for i := start + 1; i < end && end-start <= whole; i++ {
				t.breaks[i] = min(t.breaks[i], ifNeeded)
			}
		}
		start = end
	}
}
