package pdf

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"unicode/utf16"

	"comity/internal/base/errs"
	"comity/internal/engine/document/font"
)

// subsets are the fonts of one document, each with the clusters that it draws, in the order of their first use.
type subsets struct {
	list []*subset
	of   map[*font.Program]*subset
}

// subset is the part of a font that a document uses. A code stands for one cluster: these glyphs, placed so, for
// these characters. So each code has its characters, and the PDF's text can be taken out of it without hints such as
// ActualText, which most programs do not read.
type subset struct {
	program  *font.Program
	name     string // of the resource: F1
	object   int
	drawings []font.Drawing // of code 1, 2, …
	texts    []string
	codes    map[key]uint16
}

// key is what makes a cluster the same; parts is empty for one glyph that stands on the pen.
type key struct {
	glyph       uint16
	parts, text string
}

// most is how many codes a font may have; the last is left free.
const most = 0xFFFE

// code returns the code and the width, in thousandths of an em, of a cluster.
func (s *subsets) code(p *font.Program, glyphs []font.Glyph, text string) (code uint16, width int, err error) {
	f := s.of[p]
	if f == nil {
		f = &subset{program: p, name: fmt.Sprintf("F%d", len(s.list)+1), codes: map[key]uint16{}}
		s.of[p] = f
		s.list = append(s.list, f)
	}
	k := key{glyph: glyphs[0].ID, text: text}
	if len(glyphs) > 1 || glyphs[0].DX != 0 || glyphs[0].DY != 0 {
		k.parts = parts(glyphs)
	}
	if c, ok := f.codes[k]; ok {
		return c, f.drawings[c-1].Advance, nil
	}
	if len(f.drawings) == most {
		return 0, 0, errs.Invalidf("more than %d different letters and places of marks in font %s", most, p.Name)
	}
	d, err := drawing(p, glyphs)
	if err != nil {
		return 0, 0, err
	}
	f.drawings = append(f.drawings, d)
	f.texts = append(f.texts, text)
	c := uint16(len(f.drawings))
	f.codes[k] = c
	return c, d.Advance, nil
}

func parts(glyphs []font.Glyph) string {
	var b []byte
	for _, g := range glyphs {
		for _, v := range []int{int(g.ID), g.Advance, g.DX, g.DY} {
			b = append(b, byte(v>>8), byte(v))
		}
	}
	return string(b)
}

func drawing(p *font.Program, glyphs []font.Glyph) (font.Drawing, error) {
	var d font.Drawing
	for _, g := range glyphs {
		d.Parts = append(d.Parts, font.Part{Glyph: g.ID, DX: d.Advance + g.DX, DY: g.DY})
		d.Advance += g.Advance
	}
	if len(glyphs) > 1 || glyphs[0].DX != 0 || glyphs[0].DY != 0 {
		d.Advance = max(0, d.Advance)
		return d, nil
	}
	// One glyph keeps the font's own width; kerning is set in the text.
	width, err := p.Width(glyphs[0].ID)
	d.Advance = width
	return d, err
}

// write puts the font into the file: the Type 0 font, its descendant, its descriptor, the cut-out TrueType file and
// the table from codes to characters.
func (f *subset) write(o *objects) error {
	program, err := f.program.Subset(f.drawings)
	if err != nil {
		return err
	}
	m, err := f.program.Metrics()
	if err != nil {
		return err
	}
	name := tag(program) + "+" + f.program.Name
	descendant, descriptor := o.next(), o.next()
	o.set(f.object, "<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>",
		name, descendant, o.addStream("", f.toUnicode()))
	o.set(descendant, "<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"+
		"/FontDescriptor %d 0 R/CIDToGIDMap/Identity/DW 1000/W[1[%s]]>>", name, descriptor, f.widths())
	bold := 80
	if m.Weight >= 600 {
		bold = 140
	}
	o.set(descriptor, "<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d"+
		"/CapHeight %d/StemV %d/FontWeight %d/FontFile2 %d 0 R>>", name, m.Box[0], m.Box[1], m.Box[2], m.Box[3],
		m.Ascent, m.Descent, m.CapHeight, bold, m.Weight, o.addStream(fmt.Sprintf("/Length1 %d", len(program)), program))
	return nil
}

// tag returns the six letters that mark a font as cut out, made from what was cut.
func tag(program []byte) string {
	sum := sha256.Sum256(program)
	b := make([]byte, 6)
	for i := range b {
		b[i] = 'A' + sum[i]%26
	}
	return string(b)
}

func (f *subset) widths() string {
	var b bytes.Buffer
	for i, d := range f.drawings {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%d", d.Advance)
	}
	return b.String()
}

// toUnicode returns the CMap from codes to characters (ISO 32000-1, 9.10.3).
func (f *subset) toUnicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for start := 0; start < len(f.texts); start += 100 { // a section holds at most 100
		end := min(start+100, len(f.texts))
		fmt.Fprintf(&b, "%d beginbfchar\n", end-start)
		for i := start; i < end; i++ {
			fmt.Fprintf(&b, "<%04X> <", i+1)
			for _, u := range utf16.Encode([]rune(f.texts[i])) {
				fmt.Fprintf(&b, "%04X", u)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}
