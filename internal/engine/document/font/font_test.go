package font

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	gofont "github.com/go-text/typesetting/font"

	"comity/internal/base/language"
)

func TestChoose(t *testing.T) {
	set := Noto()
	tests := []struct {
		want     Want
		grapheme string
		face     string
	}{
		{Want{Lang: language.English}, "a", "NotoSans-Regular"},
		{Want{Lang: language.English, Bold: true}, "a", "NotoSans-Bold"},
		{Want{Lang: language.English}, "ليلى"[:2], "NotoNaskhArabic-Regular"},
		{Want{Lang: language.English}, "中", "NotoSansSC-Regular"},
		{Want{Lang: language.English}, "“", "NotoSans-Regular"},
		{Want{Lang: language.English}, "≤", "NotoSansSC-Signs"},
		{Want{Lang: language.Arabic}, "→", "NotoSansSC-Signs"},
		{Want{Lang: language.Chinese}, "≤", "NotoSansSC-Regular"},
		{Want{Lang: language.Chinese}, "“", "NotoSansSC-Regular"},
		{Want{Lang: language.Chinese}, "7", "NotoSans-Regular"},
		{Want{Lang: language.Chinese, Identifier: true}, "—", "NotoSans-Regular"},
		{Want{Lang: language.Arabic}, ".", "NotoNaskhArabic-Regular"},
		{Want{Lang: language.Arabic}, "7", "NotoSans-Regular"},
		{Want{Lang: language.Arabic, Latin: true}, ":", "NotoSans-Regular"},
		{Want{Lang: language.Arabic, Identifier: true}, ".", "NotoSans-Regular"},
		{Want{Lang: language.Arabic, Bold: true}, "م\u064E", "NotoNaskhArabic-Bold"},
		{Want{Lang: language.Russian}, "ё\u0301", "NotoSans-Regular"},
		{Want{Lang: language.English}, "a\u200D", "NotoSans-Regular"},
	}
	for _, test := range tests {
		face, ok, err := set.Choose(test.want, []rune(test.grapheme))
		if err != nil || !ok {
			t.Errorf("Choose(%+v, %q) = %v, %v", test.want, test.grapheme, ok, err)
			continue
		}
		if face.Program.Name != test.face {
			t.Errorf("Choose(%+v, %q) = %s, want %s", test.want, test.grapheme, face.Program.Name, test.face)
		}
	}
	if _, ok, err := set.Choose(Want{Lang: language.English}, []rune("\U0001F600")); ok || err != nil {
		t.Errorf("a smile: %v, %v; want no face and no error", ok, err)
	}
}

// TestChineseIsReadWhenNeeded: neither signs nor Arabic in a letter unpack the large file.
func TestChineseIsReadWhenNeeded(t *testing.T) {
	set := Noto()
	for _, lang := range []language.Tag{language.English, language.French, language.Arabic} {
		for _, grapheme := range []string{"≤", "≥", "→", "√", "✓", "●", "①", "م", "a"} {
			if _, ok, err := set.Choose(Want{Lang: lang}, []rune(grapheme)); err != nil || !ok {
				t.Errorf("Choose(%s, %q): %v, %v", lang, grapheme, ok, err)
			}
		}
	}
	if set.han[0].Program.data != "" {
		t.Error("the Chinese file was unpacked for a text without Chinese")
	}
	if _, ok, err := set.Choose(Want{Lang: language.English}, []rune("中")); err != nil || !ok || set.han[0].Program.data == "" {
		t.Errorf("a Chinese character: %v, %v, %d bytes unpacked", ok, err, len(set.han[0].Program.data))
	}
}

// TestSignsAreThoseOfTheChineseFile: the small file draws what the large one does, and has what the others lack.
func TestSignsAreThoseOfTheChineseFile(t *testing.T) {
	set := Noto()
	signs, han, sans := set.signs[0].Program, set.han[0].Program, set.sans[0].Program
	for r := rune(0x2190); r < 0x2800; r++ {
		inHan, err := han.has([]rune{r})
		if err != nil {
			t.Fatal(err)
		}
		inSans, err := sans.has([]rune{r})
		if err != nil {
			t.Fatal(err)
		}
		inSigns, err := signs.has([]rune{r})
		if err != nil {
			t.Fatal(err)
		}
		if inSigns != (inHan && !inSans) {
			t.Errorf("%U is in the signs: %v; in the Chinese file: %v, in the Latin: %v", r, inSigns, inHan, inSans)
		}
		if !inSigns {
			continue
		}
		small, _ := signs.parsed.Cmap.Lookup(r)
		large, _ := han.parsed.Cmap.Lookup(r)
		a, b := signs.glyphs.advance(uint16(small)), han.glyphs.advance(uint16(large))
		if a != b {
			t.Errorf("%U is %d wide, %d in the Chinese file", r, a, b)
		}
	}
}

// TestBoldChinese is a line around the regular glyphs, in the same file.
func TestBoldChinese(t *testing.T) {
	set := Noto()
	regular, bold := set.han[0], set.han[1]
	if regular.Program != bold.Program || regular.Stroke != 0 || bold.Stroke == 0 {
		t.Errorf("regular %+v, bold %+v", regular, bold)
	}
}

// TestSubset reads a cut-out font back with another reader of fonts.
func TestSubset(t *testing.T) {
	p := Noto().byName()["NotoNaskhArabic-Regular"]
	beh, dot := uint16(19), uint16(322) // the initial skeleton of beh, and the dot below
	drawings := []Drawing{
		{Parts: []Part{{Glyph: beh}}, Advance: 275},
		{Parts: []Part{{Glyph: dot, DX: 70, DY: -31}, {Glyph: beh}}, Advance: 275},
		{Parts: []Part{{Glyph: beh}}, Advance: 300},
		{Parts: []Part{{Glyph: 3}}, Advance: 221}, // the space
	}
	data, err := p.Subset(drawings)
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Subset(drawings)
	if err != nil || !bytes.Equal(data, again) {
		t.Fatalf("the same cut gave other bytes (%v)", err)
	}
	if sum := checksum(data); sum != 0xB1B0AFBA {
		t.Errorf("check sum of the file %08X, want B1B0AFBA", sum)
	}
	if err := p.load(); err != nil {
		t.Fatal(err)
	}
	source, err := gofont.ParseTTF(strings.NewReader(p.data))
	if err != nil {
		t.Fatal(err)
	}
	// A font file has to have a table cmap for that reader; a PDF's needs none.
	tables, err := directory(string(data))
	if err != nil {
		t.Fatal(err)
	}
	whole := map[string][]byte{"cmap": []byte(p.tables["cmap"])}
	for tag, b := range tables {
		whole[tag] = []byte(b)
	}
	cut, err := gofont.ParseTTF(bytes.NewReader(assemble(whole)))
	if err != nil {
		t.Fatal(err)
	}
	want, _ := source.GlyphExtents(gofont.GID(beh))
	for _, glyph := range []gofont.GID{1, 3} {
		if got, ok := cut.GlyphExtents(glyph); !ok || got != want {
			t.Errorf("glyph %d stands in %+v, want %+v", glyph, got, want)
		}
	}
	with, _ := cut.GlyphExtents(2)
	below, _ := source.GlyphExtents(gofont.GID(dot))
	if got, want := with.YBearing+with.Height, below.YBearing+below.Height-31; got != want {
		t.Errorf("the letter with its dot reaches down to %v, want %v", got, want)
	}
	for glyph, want := range []float32{1: 275, 2: 275, 3: 300, 4: 221} {
		if got := cut.HorizontalAdvance(gofont.GID(glyph)); glyph > 0 && got != want {
			t.Errorf("glyph %d is %v wide, want %v", glyph, got, want)
		}
	}
}

// TestFilesAreAsListed compares the files with the README, which says where they come from.
func TestFilesAreAsListed(t *testing.T) {
	readme, err := os.ReadFile("data/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range Noto().byName() {
		if err := p.load(); err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%x  %s.ttf", sha256.Sum256([]byte(p.data)), name)
		if !strings.Contains(string(readme), line) {
			t.Errorf("data/README.md has no line %s", line)
		}
	}
}

// TestManyAtOnce sets from several goroutines what is read only once.
func TestManyAtOnce(t *testing.T) {
	set := Noto()
	var all sync.WaitGroup
	results := make([]string, 8)
	for i := range results {
		all.Go(func() {
			h := set.Shaper()
			defer set.Release(h)
			glyphs, err := h.Shape(nil, []rune("Today"), Run{End: 5, Program: set.sans[0].Program, Lang: language.English})
			results[i] = fmt.Sprint(glyphs, err)
		})
	}
	all.Wait()
	for i, r := range results {
		if r != results[0] {
			t.Errorf("goroutine %d got %s, the first %s", i, r, results[0])
		}
	}
}

func TestBrokenFileIsAnError(t *testing.T) {
	for _, data := range []string{"", "OTTO", "\x00\x01\x00\x00\x00\x20\x00\x00\x00\x00\x00\x00", sansRegular[:4000]} {
		p := &Program{Name: "broken", data: data}
		if _, err := p.Metrics(); err == nil || !strings.Contains(err.Error(), "broken") {
			t.Errorf("%d bytes: error %v, want one that names the font", len(data), err)
		}
	}
}
