package sign_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"strings"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/engine/document/sign"
)

// carrying is a PDF with one embedded file; change edits its objects first.
func carrying(t *testing.T, data []byte, change func([]string)) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(answers.json) 5 0 R]>>>>/AF[5 0 R]>>",
		"<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
		fmt.Sprintf("<</Type/EmbeddedFile/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream", b.Len(), b.Bytes()),
		"<</Type/Filespec/F(answers.json)/UF(answers.json)/EF<</F 4 0 R/UF 4 0 R>>>>",
	}
	change(objects)
	return assemble(objects...)
}

func TestEnclosed(t *testing.T) {
	const most = 1 << 20
	replace := func(i int, old, with string) func([]string) {
		return func(o []string) { o[i] = strings.Replace(o[i], old, with, 1) }
	}
	same := func([]string) {}
	for name, c := range map[string]struct {
		data   []byte
		change func([]string)
		want   string // "" for a yes
	}{
		"as our writer makes it": {[]byte(`{"a":1}`), same, ""},
		"two files of the name":  {[]byte("x"), replace(0, "(answers.json) 5 0 R", "(answers.json) 5 0 R (answers.json) 5 0 R"), "other files beside it"},
		"another name":           {[]byte("x"), replace(4, "UF(answers.json)", "UF(other.json)"), "another name"},
		"two contents":           {[]byte("x"), replace(4, "UF 4 0 R", "UF 3 0 R"), "two contents"},
		"a deeper tree":          {[]byte("x"), replace(0, "<</Names[(", "<</Kids[5 0 R]/Names[("), "does not begin with it"},
		"not compressed":         {[]byte("x"), replace(3, "/FlateDecode", "/Crypt"), "not in the form"},
		"too long a stream":      {[]byte("x"), replace(3, "/Length ", "/Length 9"), "not in the form"},
		"unpacks without end":    {make([]byte, 8*most), same, "more than"},
	} {
		pdf := signed(t, carrying(t, c.data, c.change), person(t, "A (exercise)"), sign.Options{Time: at})
		got, err := sign.Enclosed(pdf, "answers.json", most)
		switch {
		case c.want == "" && (err != nil || !bytes.Equal(got, c.data)):
			t.Errorf("%s: %q, %v", name, got, err)
		case c.want != "" && (!errors.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := sign.Enclosed(handmade(), "answers.json", most); !errors.Is(err, errs.NotFound) {
		t.Errorf("a PDF that carries nothing: %v, want errs.NotFound", err)
	}
}

func FuzzEnclosed(f *testing.F) {
	f.Add(handmade())
	f.Fuzz(func(t *testing.T, pdf []byte) {
		got, err := sign.Enclosed(pdf, "answers.json", 1<<10)
		if err == nil && len(got) > 1<<10 {
			t.Errorf("%d bytes came out, at most 1024 may", len(got))
		}
	})
}
