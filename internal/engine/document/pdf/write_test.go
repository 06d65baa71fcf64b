package pdf_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
	"comity/internal/engine/document/pdf"
)

var fonts = font.Noto()

func write(t testing.TB, d *document.Doc) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := pdf.Write(&b, d, fonts); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSameDocumentSameBytes(t *testing.T) {
	for _, lang := range language.Official() {
		first, second := write(t, sample(lang)), write(t, sample(lang))
		if !bytes.Equal(first, second) {
			t.Errorf("%s: two files of one document differ", lang)
		}
		t.Logf("%s: %d bytes", lang, len(first))
	}
}

func TestManyAtOnce(t *testing.T) {
	var all sync.WaitGroup
	for _, lang := range language.Official() {
		want := write(t, sample(lang))
		for range 4 {
			all.Go(func() {
				var b bytes.Buffer
				if err := pdf.Write(&b, sample(lang), fonts); err != nil || !bytes.Equal(b.Bytes(), want) {
					t.Errorf("%s: written beside others the file differs (%v)", lang, err)
				}
			})
		}
	}
	all.Wait()
}

// TestExerciseIsSaidOnce has the notice as text on the first page, and as a picture behind every page.
func TestExerciseIsSaidOnce(t *testing.T) {
	for _, lang := range []language.Tag{language.English, language.Chinese} {
		d := sample(lang)
		f := readFile(t, write(t, d))
		if n := strings.Count(strings.Join(f.lines(), "\n"), d.Exercise); n != 1 {
			t.Errorf("%s: the notice stands %d times in the text, want once", lang, n)
		}
		for _, page := range []string{"3", "4"} {
			if !strings.Contains(f.stream(f.match(pagePattern, page)[2]), "/W Do") {
				t.Errorf("%s: no watermark behind object %s", lang, page)
			}
		}
		d.Exercise = ""
		if bytes.Contains(write(t, d), []byte("/XObject")) {
			t.Errorf("%s: a matter that is no exercise has a watermark", lang)
		}
	}
}

func TestMissingCharacterIsNamed(t *testing.T) {
	d := &document.Doc{Lang: language.English, Title: "T", Blocks: []document.Block{
		document.Paragraph{Text: document.T("fine")},
		document.Paragraph{Text: document.T("a smile \U0001F600 here")},
	}}
	var b bytes.Buffer
	err := pdf.Write(&b, d, fonts)
	if !errors.Is(err, errs.Invalid) {
		t.Fatalf("error %v, want one that is %v", err, errs.Invalid)
	}
	for _, want := range []string{"block 2", "U+1F600", "a smile"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want it to say %q", err, want)
		}
	}
	if b.Len() > 0 {
		t.Errorf("%d bytes were written before the error", b.Len())
	}
}

// tool returns the path of a program, or "" when it is not there. With COMITY_TEST_TOOLS=1 it has to be there.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("COMITY_TEST_TOOLS") == "1" {
		t.Fatalf("%s is needed and not there", name)
	}
	if err != nil {
		t.Logf("not checked: %s is not there", name)
		return ""
	}
	return path
}

func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%s %v: %v\n%s", program, args, err, out)
	}
	return string(out)
}

func TestOthersReadTheFile(t *testing.T) {
	dir := os.Getenv("COMITY_TEST_KEEP")
	if dir == "" {
		dir = t.TempDir()
	}
	for _, lang := range language.Official() {
		t.Run(string(lang), func(t *testing.T) {
			file := filepath.Join(dir, string(lang)+".pdf")
			if err := os.WriteFile(file, write(t, sample(lang)), 0o600); err != nil {
				t.Fatal(err)
			}
			if qpdf := tool(t, "qpdf"); qpdf != "" {
				run(t, qpdf, "--check", file)
			}
			if pdffonts := tool(t, "pdffonts"); pdffonts != "" {
				for _, line := range strings.Split(run(t, pdffonts, file), "\n")[2:] {
					if line != "" && strings.Count(line, "yes") != 3 {
						t.Errorf("font not embedded, cut out and readable: %s", line)
					}
				}
			}
			if pdfdetach := tool(t, "pdfdetach"); pdfdetach != "" {
				saved := filepath.Join(t.TempDir(), "answers.json")
				run(t, pdfdetach, "-save", "1", "-o", saved, file)
				got, err := os.ReadFile(saved)
				if err != nil || string(got) != `{"exercise":true}` {
					t.Errorf("the answers in the file are %q (%v)", got, err)
				}
			}
			if pdfinfo := tool(t, "pdfinfo"); pdfinfo != "" {
				if out := run(t, pdfinfo, file); !strings.Contains(out, sampleWords[lang].title) || !regexp.MustCompile(`Tagged: +yes`).MatchString(out) {
					t.Errorf("the file says of itself:\n%s", out)
				}
			}
			if pdftotext := tool(t, "pdftotext"); pdftotext != "" {
				text := run(t, pdftotext, file, "-")
				for _, want := range []string{"203.0.113.7:443", "14:30:05 +03:00", "12,500.00 EUR", "j.doe+case@mail.example.org", sampleWords[lang].name} {
					if !strings.Contains(text, want) {
						t.Errorf("text of the file has no %q:\n%s", want, text)
					}
				}
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, lang := range language.Official() {
		b.Run(string(lang), func(b *testing.B) {
			d := sample(lang)
			write(b, d)
			b.ResetTimer()
			for b.Loop() {
				write(b, d)
			}
		})
	}
}
