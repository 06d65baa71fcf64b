package pdf_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"math"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// seen is one glyph as a reader finds it in a finished file: its characters, its place on the page, its width.
type seen struct {
	page        int
	x, y, width float64 // points
	text        string
}

// file reads back as much of a PDF as our writer uses.
type file struct {
	t       testing.TB
	objects map[string][]byte // "12" → what stands between obj and endobj
}

var (
	objectPattern = regexp.MustCompile(`(?s)(\d+) 0 obj\n(.*?)\nendobj\n`)
	streamPattern = regexp.MustCompile(`(?s)stream\n(.*)\nendstream`)
	pagePattern   = regexp.MustCompile(`/Type/Page/.*/Font<<(.*?)>>.*/Contents (\d+) 0 R`)
	fontPattern   = regexp.MustCompile(`/(F\d+) (\d+) 0 R`)
	type0Pattern  = regexp.MustCompile(`DescendantFonts\[(\d+) 0 R\]/ToUnicode (\d+) 0 R`)
	widthPattern  = regexp.MustCompile(`/W\[1\[([^\]]*)\]`)
	charPattern   = regexp.MustCompile(`<([0-9A-F]{4})> <([0-9A-F]+)>`)
	fontOp        = regexp.MustCompile(`^/(F\d+) ([\d.]+) Tf$`)
	placeOp       = regexp.MustCompile(`^1 0 0 1 (-?[\d.]+) (-?[\d.]+) Tm$`)
	showOp        = regexp.MustCompile(`^\[(.*)\]TJ$`)
	showPart      = regexp.MustCompile(`<([0-9A-F]*)>|(-?\d+)`)
)

func readFile(t testing.TB, data []byte) *file {
	f := &file{t, map[string][]byte{}}
	for _, m := range objectPattern.FindAllSubmatch(data, -1) {
		f.objects[string(m[1])] = m[2]
	}
	return f
}

func (f *file) match(p *regexp.Regexp, object string) []string {
	f.t.Helper()
	m := p.FindStringSubmatch(string(f.objects[object]))
	if m == nil {
		f.t.Fatalf("object %s has no %s:\n%.300s", object, p, f.objects[object])
	}
	return m
}

func (f *file) stream(object string) string {
	f.t.Helper()
	z, err := zlib.NewReader(bytes.NewReader([]byte(f.match(streamPattern, object)[1])))
	if err != nil {
		f.t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		f.t.Fatal(err)
	}
	return string(out)
}

// face is a font's table of characters and widths, by code.
type face struct {
	texts  map[int]string
	widths []float64
}

func (f *file) face(object string) face {
	out := face{texts: map[int]string{}}
	m := f.match(type0Pattern, object)
	for _, w := range strings.Fields(f.match(widthPattern, m[1])[1]) {
		out.widths = append(out.widths, number(f.t, w))
	}
	for _, c := range charPattern.FindAllStringSubmatch(f.stream(m[2]), -1) {
		out.texts[int(hex(f.t, c[1]))] = fromUTF16(f.t, c[2])
	}
	return out
}

// glyphs returns all that the file shows as text, leaving out artifacts.
func (f *file) glyphs() []seen {
	var out []seen
	for page := 0; ; page++ {
		object := strconv.Itoa(3 + page)
		if !pagePattern.Match(f.objects[object]) {
			return out
		}
		m := f.match(pagePattern, object)
		faces := map[string]face{}
		for _, r := range fontPattern.FindAllStringSubmatch(m[1], -1) {
			faces[r[1]] = f.face(r[2])
		}
		out = append(out, f.show(page, f.stream(m[2]), faces)...)
	}
}

func (f *file) show(page int, content string, faces map[string]face) []seen {
	var out []seen
	var font face
	var size, x, y float64
	depth, artifact := 0, 0
	for _, line := range strings.Split(content, "\n") {
		switch {
		case strings.HasSuffix(line, "BDC"), strings.HasSuffix(line, "BMC"):
			depth++
			if strings.HasPrefix(line, "/Artifact") {
				artifact = depth
			}
		case line == "EMC":
			if depth == artifact {
				artifact = 0
			}
			depth--
		case fontOp.MatchString(line):
			m := fontOp.FindStringSubmatch(line)
			font, size = faces[m[1]], number(f.t, m[2])
		case placeOp.MatchString(line):
			m := placeOp.FindStringSubmatch(line)
			x, y = number(f.t, m[1]), number(f.t, m[2])
		case showOp.MatchString(line) && artifact == 0:
			for _, m := range showPart.FindAllStringSubmatch(showOp.FindStringSubmatch(line)[1], -1) {
				if m[2] != "" {
					x -= number(f.t, m[2]) / 1000 * size
				}
				for i := 0; i < len(m[1]); i += 4 {
					code := int(hex(f.t, m[1][i:i+4]))
					w := font.widths[code-1] / 1000 * size
					out = append(out, seen{page, x, y, w, font.texts[code]})
					x += w
				}
			}
		}
	}
	return out
}

// lines returns what stands on the pages as the eye meets it from left to right, a string for each line.
func (f *file) lines() []string {
	glyphs := f.glyphs()
	sort.SliceStable(glyphs, func(i, k int) bool {
		a, b := glyphs[i], glyphs[k]
		switch {
		case a.page != b.page:
			return a.page < b.page
		case math.Abs(a.y-b.y) > 0.01:
			return a.y > b.y
		}
		return a.x < b.x
	})
	var out []string
	for i, g := range glyphs {
		if i == 0 || g.page != glyphs[i-1].page || math.Abs(g.y-glyphs[i-1].y) > 0.01 {
			out = append(out, "")
		}
		out[len(out)-1] += g.text
	}
	return out
}

func number(t testing.TB, s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func hex(t testing.TB, s string) uint64 {
	v, err := strconv.ParseUint(s, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func fromUTF16(t testing.TB, digits string) string {
	var units []uint16
	for i := 0; i+4 <= len(digits); i += 4 {
		units = append(units, uint16(hex(t, digits[i:i+4])))
	}
	return string(utf16.Decode(units))
}

func (s seen) String() string { return fmt.Sprintf("%q at %.1f,%.1f", s.text, s.x, s.y) }
