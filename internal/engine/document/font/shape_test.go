package font

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	gtlang "github.com/go-text/typesetting/language"

	"comity/internal/base/language"
)

// byName returns the set's programs by their names.
func (s *Set) byName() map[string]*Program {
	out := map[string]*Program{}
	for _, family := range [][2]Face{s.sans, s.naskh, s.signs, s.han} {
		for _, f := range family {
			out[f.Program.Name] = f.Program
		}
	}
	return out
}

// TestShapeLikeHarfBuzz compares our glyphs with those of HarfBuzz (testdata/shape.py). A lost substitution leaves
// every character in place and every word misspelt to the eye; no other test would see it.
func TestShapeLikeHarfBuzz(t *testing.T) {
	file, err := os.Open("testdata/shaped.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	set := Noto()
	programs, shaper := set.byName(), set.Shaper()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		f := strings.Split(lines.Text(), "\t")
		if len(f) != 6 {
			t.Fatalf("a line of %d fields, want 6", len(f))
		}
		script, err := gtlang.ParseScript(f[2])
		if err != nil {
			t.Fatal(err)
		}
		text := []rune(f[4])
		glyphs, err := shaper.Shape(nil, text, Run{
			End: len(text), Program: programs[f[0]], Script: script, Lang: language.Tag(f[1]), RightToLeft: f[3] == "rtl",
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range glyphs {
			got = append(got, fmt.Sprintf("%d=%d+%d@%d,%d", g.ID, g.Cluster, g.Advance, g.DX, g.DY))
		}
		if got := strings.Join(got, " "); got != f[5] {
			t.Errorf("%s %s %q\n got %s\nwant %s", f[0], f[1], f[4], got, f[5])
		}
	}
	if lines.Err() != nil {
		t.Fatal(lines.Err())
	}
}
