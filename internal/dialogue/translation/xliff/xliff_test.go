package xliff_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity/internal/base/errs"
	"comity/internal/dialogue/translation/xliff"
)

func sample() xliff.File {
	return xliff.File{
		Original: "document/01J8QZ5C1DPT0YV7ZTHXJZ5V3A", Source: "en", Target: "ar",
		Units: []xliff.Unit{
			{ID: "document/01J#title", Source: `A <b> & "title"`, State: xliff.New},
			{ID: "document/01J#block/1", Source: "In {year}, {n} States:\n\t1. answered.  ", Target: "في {year}، أجابت {n} دولة:\n\t1. \u2068(UTC+01:00)\u2069\u200f.  ", State: xliff.Final, Approved: true},
			{ID: "document/01J#block/2", Source: "New.", State: xliff.Again, Note: "Changed", Previous: &xliff.Pair{Source: "Old {x}.", Target: "قديم {x}."}},
			{ID: "document/01J#block/3", Source: "中文 and русский ]]> <!-- x --> &amp;", Target: "x", State: xliff.Review},
		},
	}
}

// TestRoundTripIsLossless: every character of sources and targets comes back, spaces, marks and markup among them.
func TestRoundTripIsLossless(t *testing.T) {
	want := sample()
	got, err := xliff.Read(bytes.NewReader(xliff.Write(want)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Units { // what is for the translator's eyes isn't read back
		want.Units[i].Note, want.Units[i].Previous = "", nil
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("read what was written (-got +want):\n%s", d)
	}
}

var update = flag.Bool("update", false, "write the vector anew")

// TestVector holds what is written against the file that other programs can read.
func TestVector(t *testing.T) {
	const vector = "../../../../docs/formats/vectors/translation.xlf"
	got := xliff.Write(sample())
	if *update {
		if err := os.WriteFile(vector, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(vector)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(got), string(want)); d != "" {
		t.Errorf("what is written differs from %s (-got +want):\n%s", vector, d)
	}
}

func TestPlacesAreProtected(t *testing.T) {
	got := string(xliff.Write(sample()))
	if want := `In <ph id="1">{year}</ph>, <ph id="2">{n}</ph> States:`; !strings.Contains(got, want) {
		t.Errorf("the file lacks %s:\n%s", want, got)
	}
}

const head = `<?xml version="1.0" encoding="UTF-8"?><xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">`

// TestReadsWhatToolsWrite: a tool's own elements, groups, segments and marks are passed over.
func TestReadsWhatToolsWrite(t *testing.T) {
	in := "\ufeff" + head + `<file original="o/1" source-language="en" target-language="fr" datatype="plaintext" xmlns:t="urn:t"><header><t:x/><note>n</note></header>
<body><group id="g"><trans-unit id="a" t:score="1"><source>One. Two.</source><seg-source><mrk mtype="seg" mid="1">One.</mrk></seg-source>
<target state="translated"><mrk mtype="seg" mid="1">Un.</mrk> <g id="1">Deux.</g></target><alt-trans><source>x</source><target>y</target></alt-trans></trans-unit></group></body></file></xliff>`
	got, err := xliff.Read(strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	want := xliff.File{Original: "o/1", Source: "en", Target: "fr", Units: []xliff.Unit{{ID: "a", Source: "One. Two.", Target: "Un. Deux.", State: xliff.Done}}}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("read a tool's file (-got +want):\n%s", d)
	}
}

func TestReadRefuses(t *testing.T) {
	file := `<file original="o" source-language="en" target-language="fr" datatype="plaintext"><body>`
	for name, c := range map[string]struct{ in, says string }{
		"nothing":                 {"", "no file element"},
		"another format":          {"<html></html>", "root element"},
		"version 2":               {`<xliff version="2.0" xmlns="urn:oasis:names:tc:xliff:document:2.0"/>`, "version"},
		"a document type":         {`<!DOCTYPE xliff [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + head + `</xliff>`, "document type"},
		"an unknown entity":       {head + file + `<trans-unit id="a"><source>&a;</source></trans-unit></body></file></xliff>`, "entity"},
		"cut short":               {head + file + `<trans-unit id="a"><source>x`, "unexpected EOF"},
		"no source":               {head + file + `<trans-unit id="a"></trans-unit></body></file></xliff>`, "no source"},
		"one text twice":          {head + file + strings.Repeat(`<trans-unit id="a"><source>x</source></trans-unit>`, 2) + `</body></file></xliff>`, "twice"},
		"two files":               {head + file + `</body></file>` + file + `</body></file></xliff>`, "more than one file"},
		"codes within a text":     {head + file + `<trans-unit id="a"><source>x<bpt id="1">[</bpt></source></trans-unit></body></file></xliff>`, "bpt"},
		"deep":                    {head + file + strings.Repeat("<group>", 40), "deep"},
		"UTF-16":                  {`<?xml version="1.0" encoding="UTF-16"?><xliff/>`, "UTF-8"},
		"more texts than allowed": {head + file + many(5001) + `</body></file></xliff>`, "5000"},
		"large":                   {head + strings.Repeat(" ", xliff.MaxBytes), "MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := xliff.Read(strings.NewReader(c.in))
			if !errors.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Read = %v, want it refused for %q", err, c.says)
			}
		})
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`<trans-unit id="` + strings.Repeat("i", 1+i%7) + string(rune('A'+i%26)) + strings.Repeat("x", i/182) + `"><source>x</source></trans-unit>`)
	}
	return b.String()
}

// TestAnotherToolReadsAndWrites has translate-toolkit read a file of ours and write it again: the texts stay the same,
// and what was empty comes back filled. COMITY_TEST_TRANSLATE names a Python that has it.
func TestAnotherToolReadsAndWrites(t *testing.T) {
	python := os.Getenv("COMITY_TEST_TRANSLATE")
	if python == "" {
		t.Log("not checked: COMITY_TEST_TRANSLATE names no Python with translate-toolkit")
		return
	}
	in, out := filepath.Join(t.TempDir(), "in.xlf"), filepath.Join(t.TempDir(), "out.xlf")
	want := sample()
	if err := os.WriteFile(in, xliff.Write(want), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(python, "testdata/fill.py", in, out).CombinedOutput()
	if err != nil {
		t.Fatalf("translate-toolkit: %v\n%s", err, said)
	}
	if got := strings.Count(string(said), "\n"); got != len(want.Units) {
		t.Errorf("it read %d texts, want %d:\n%s", got, len(want.Units), said)
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := xliff.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	for i, u := range want.Units {
		target := u.Target
		if target == "" {
			target = u.Source
		}
		if got.Units[i].ID != u.ID || got.Units[i].Source != u.Source || got.Units[i].Target != target {
			t.Errorf("text %d came back as %+v, want the source %q and the target %q", i, got.Units[i], u.Source, target)
		}
	}
}

// FuzzRead: whatever comes, nothing breaks, and what is read is written and read again as the same.
func FuzzRead(f *testing.F) {
	f.Add(xliff.Write(sample()))
	f.Add([]byte(head + `<file original="o"><body><trans-unit id="a"><source>&#65;</source></trans-unit></body></file></xliff>`))
	f.Fuzz(func(t *testing.T, in []byte) {
		first, err := xliff.Read(bytes.NewReader(in))
		if err != nil {
			return
		}
		again, err := xliff.Read(bytes.NewReader(xliff.Write(first)))
		if err != nil {
			t.Fatalf("what was read can't be read again: %v", err)
		}
		if d := cmp.Diff(again, first); d != "" {
			t.Errorf("written and read again (-got +want):\n%s", d)
		}
	})
}
