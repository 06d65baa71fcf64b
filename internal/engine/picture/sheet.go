package picture

import (
	"unicode"

	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
)

// sheet is a drawing under work, from the top down. Places are counted from the side where the language begins, and
// turned round for one that begins on the right. It keeps the first error; the caller asks once at the end.
type sheet struct {
	m     *Maker
	d     *document.Drawing
	frame Frame
	text  int // size of letters
	y     int
	err   error
}

const side = 12 // room left at each side

func (m *Maker) sheet(f Frame, width, text int) *sheet {
	d := &document.Drawing{Lang: f.Lang, Title: f.Title, Desc: f.Desc, Width: width}
	s := &sheet{m: m, d: d, frame: f, text: text, y: side}
	if f.Synthetic != "" {
		s.notice(f.Synthetic)
	}
	s.paragraph(f.Title, side, s.inner(), text*9/8, true)
	s.y += text / 2
	return s
}

// inner is the width between the sides.
func (s *sheet) inner() int { return s.d.Width - 2*side }

func (s *sheet) rtl() bool { return s.frame.Lang.Direction() == language.RightToLeft }

// x turns a distance from the side where the language begins into a place.
func (s *sheet) x(start int) int {
	if s.rtl() {
		return s.d.Width - start
	}
	return start
}

func (s *sheet) add(shape document.Shape) { s.d.Shapes = append(s.d.Shapes, shape) }

// box adds a rectangle.
func (s *sheet) box(start, y, width, height int, p document.Paint) {
	a, b := s.x(start), s.x(start+width)
	a, b = min(a, b), max(a, b)
	s.add(document.Area{Rings: [][]document.Point{{{X: a, Y: y}, {X: b, Y: y}, {X: b, Y: y + height}, {X: a, Y: y + height}}}, Paint: p})
}

// lineHeight is the distance between two lines; Arabic needs more.
func (s *sheet) lineHeight(size int) int {
	if s.rtl() {
		return size * 3 / 2
	}
	return size * 4 / 3
}

// words adds a line whose upper edge is at y.
func (s *sheet) words(text string, start, y, size int, bold bool, align document.Align) {
	s.add(document.Words{At: document.Point{X: s.x(start), Y: y + size}, Text: text, Size: size, Bold: bold, Align: align, Colour: black})
}

// lines adds lines below each other.
func (s *sheet) lines(lines []string, start, y, size int, bold bool, align document.Align) {
	for i, l := range lines {
		s.words(l, start, y+i*s.lineHeight(size), size, bold, align)
	}
}

// paragraph adds a text at the place under work and moves it on.
func (s *sheet) paragraph(text string, start, width, size int, bold bool) {
	if text == "" {
		return
	}
	lines := s.wrap(text, size, bold, width)
	s.lines(lines, start, s.y, size, bold, document.Start)
	s.y += len(lines) * s.lineHeight(size)
}

// width returns how wide a text may become in a reader's fonts.
func (s *sheet) width(text string, size int, bold bool) int {
	w, err := s.m.fonts.Width(text, font.Want{Lang: s.frame.Lang, Bold: bold})
	if err != nil && s.err == nil {
		s.err = err
	}
	return w * size / 1000 * 107 / 100
}

// wrap breaks a text into lines of a width; a word that is wider stands on a line of its own.
func (s *sheet) wrap(text string, size int, bold bool, width int) []string {
	var lines []string
	line := ""
	for _, part := range parts(text) {
		if line != "" && s.width(line+part, size, bold) > width {
			lines = append(lines, line)
			line = ""
		}
		line += part
	}
	return append(lines, line)
}

// parts cuts a text where a line may end: after a space, and between Chinese characters.
func parts(text string) []string {
	var out []string
	part := ""
	var last rune
	for _, r := range text {
		han := unicode.Is(unicode.Han, last) && unicode.IsLetter(r) || unicode.Is(unicode.Han, r) && last != 0
		if part != "" && (last == ' ' || han) {
			out = append(out, part)
			part = ""
		}
		part += string(r)
		last = r
	}
	if part != "" {
		out = append(out, part)
	}
	return out
}

// notice adds the word for invented data in a box at the head.
func (s *sheet) notice(word string) {
	size := s.text
	width := s.width(word, size, true) + size
	height := s.lineHeight(size) + size/3
	s.box(side, s.y, width, height, document.Paint{Fill: white, Line: red, Thick: 4})
	s.add(document.Words{
		At: document.Point{X: s.x(side + width/2), Y: s.y + size + size/3}, Text: word, Size: size, Bold: true,
		Align: document.Centre, Colour: red,
	})
	s.y += height + size/3
}

// finish adds what stands below every picture, and behind it the word for invented data.
func (s *sheet) finish() (*document.Drawing, error) {
	if s.frame.Source != "" {
		s.y += s.text / 3
		s.paragraph(s.frame.Source, side, s.inner(), s.text*7/8, false)
	}
	s.d.Height = s.y + side
	if w := s.frame.Synthetic; w != "" {
		s.d.Shapes = append([]document.Shape{s.behind(w)}, s.d.Shapes...)
	}
	if s.err != nil {
		return nil, s.err
	}
	return s.d, nil
}

// behind is the word as large as the picture, so pale that everything over it can be read.
func (s *sheet) behind(word string) document.Shape {
	size := min(s.d.Height/2, s.inner()*1000/max(1, s.width(word, 1000, true)))
	return document.Words{
		At: document.Point{X: s.d.Width / 2, Y: s.d.Height/2 + size/3}, Text: word, Size: size, Bold: true,
		Align: document.Centre, Colour: pale,
	}
}
