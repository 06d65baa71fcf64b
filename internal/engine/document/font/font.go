// Package font holds the typefaces that documents are set in, and what setting needs from them.
//
// A [Set] chooses the face for a character, a [Shaper] turns characters into placed glyphs, and [Program.Subset] cuts
// out of a font file the glyphs that a document uses. The files are part of the program; each is read once, when a
// document first needs it, and its outlines are never copied to the heap. Start with [Noto].
package font

import (
	_ "embed"
	"sync"

	gtlang "github.com/go-text/typesetting/language"

	"comity/internal/base/language"
)

// The files are strings, not byte slices: they stay where the operating system mapped them.
var (
	//go:embed data/NotoSans-Regular.ttf
	sansRegular string
	//go:embed data/NotoSans-Bold.ttf
	sansBold string
	//go:embed data/NotoNaskhArabic-Regular.ttf
	naskhRegular string
	//go:embed data/NotoNaskhArabic-Bold.ttf
	naskhBold string
	//go:embed data/NotoSansSC-Signs.ttf
	signsRegular string
	//go:embed data/NotoSansSC-Regular.ttf.gz
	hanPacked string
)

// Set is the faces a document may use. It is safe for concurrent use.
type Set struct {
	sans, naskh, signs, han [2]Face // regular, bold
	shapers                 sync.Pool
}

// Face is a font as it is drawn. Faces can be compared.
type Face struct {
	Program *Program
	Stroke  int     // thickness of the line drawn around each glyph to make it bold, in thousandths of an em; 0 for none
	Scale   int     // size at which the face looks as large as the others, in percent
	Leading Leading // room that a line of this face takes
}

// Leading is the height of a line above and below its baseline, in thousandths of the nominal size. It is not taken
// from the font files: theirs leave room for every mark of every language.
type Leading struct{ Above, Below int }

// boldStroke is the line around the glyphs of a face that has no bold file.
const boldStroke = 32

// Noto returns the set of Noto Sans, Noto Naskh Arabic and Noto Sans SC, and the signs of the last in a small file of
// their own. It reads no file yet.
func Noto() *Set {
	face := func(name, data string, stroke, scale int, leading Leading) Face {
		return Face{&Program{Name: name, data: data}, stroke, scale, leading}
	}
	latin, arabic, chinese := Leading{1050, 400}, Leading{1150, 600}, Leading{1100, 450}
	s := &Set{
		sans: [2]Face{
			face("NotoSans-Regular", sansRegular, 0, 100, latin),
			face("NotoSans-Bold", sansBold, 0, 100, latin),
		},
		naskh: [2]Face{
			face("NotoNaskhArabic-Regular", naskhRegular, 0, 118, arabic),
			face("NotoNaskhArabic-Bold", naskhBold, 0, 118, arabic),
		},
	}
	s.signs[0] = face("NotoSansSC-Signs", signsRegular, 0, 100, latin)
	s.signs[1] = s.signs[0]
	s.signs[1].Stroke = boldStroke
	s.han[0] = face("NotoSansSC-Regular", "", 0, 100, chinese)
	s.han[0].Program.packed = hanPacked
	s.han[1] = s.han[0]
	s.han[1].Stroke = boldStroke
	return s
}

// Want says what a text is, as far as the choice of a face depends on it.
type Want struct {
	Lang       language.Tag
	Bold       bool
	Identifier bool // set like Latin whatever the language, so that it looks the same in all six
	Latin      bool // its digits and signs are of one face with Latin letters: an amount, a date, a foreign name
}

// Choose returns the first face, in the order that suits the text, that has all the characters of a grapheme; it
// returns false when there is none. Characters that are never drawn do not count.
func (s *Set) Choose(want Want, grapheme []rune) (Face, bool, error) {
	style := 0
	if want.Bold {
		style = 1
	}
	for _, family := range s.order(want, grapheme[0]) {
		has, err := family[style].Program.has(grapheme)
		if err != nil || has {
			return family[style], has, err
		}
	}
	return Face{}, false, nil
}

// firstAsian is where the characters begin that look different in Chinese: before it are those of Latin letters and
// the digits and signs that stand among them.
const firstAsian = 0x0250

// order lists the families for a character. The Chinese file comes last where the text isn't Chinese: asking it whether
// it has a character already unpacks all of it.
func (s *Set) order(want Want, r rune) [4]*[2]Face {
	latinFirst := [4]*[2]Face{&s.sans, &s.signs, &s.naskh, &s.han}
	if want.Identifier {
		return latinFirst
	}
	switch gtlang.LookupScript(r) {
	case gtlang.Latin, gtlang.Greek, gtlang.Cyrillic:
		return latinFirst
	}
	if want.Latin && r < firstAsian || r >= '0' && r <= '9' && want.Lang != language.Chinese {
		return latinFirst
	}
	switch {
	case want.Lang == language.Chinese && r >= firstAsian:
		return [4]*[2]Face{&s.han, &s.sans, &s.naskh, &s.signs}
	case want.Lang.Direction() == language.RightToLeft:
		return [4]*[2]Face{&s.naskh, &s.sans, &s.signs, &s.han}
	}
	return latinFirst
}

// Default returns the face of a language's own script, for the height of an empty line.
func (s *Set) Default(want Want) Face {
	style := 0
	if want.Bold {
		style = 1
	}
	return s.order(want, ' ')[0][style]
}
