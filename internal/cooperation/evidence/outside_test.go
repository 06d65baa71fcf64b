package evidence_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/evidence"
	"comity/internal/engine/envelope"
)

// TestCheckFolders is what an expert without a node finds out about the items in an envelope.
func TestCheckFolders(t *testing.T) {
	b, err := os.ReadFile("../../../docs/formats/vectors/custody/custody.json")
	if err != nil {
		t.Fatal(err)
	}
	k, err := evidence.ReadCustody(b)
	if err != nil {
		t.Fatal(err)
	}
	dir := "evidence/" + strings.ToLower(string(k.Item.ID)) + "/"
	for name, c := range map[string]struct {
		change func(*envelope.Message)
		want   string // "" for a yes
	}{
		"as sent":            {func(*envelope.Message) {}, ""},
		"by another node":    {func(m *envelope.Message) { m.From.Node = "01KJPXJN000000000000000009" }, "was written by node"},
		"other bytes":        {func(m *envelope.Message) { m.Content[0].SHA256 = canonical.Sum([]byte("other")) }, "bad-digest"},
		"in another folder":  {func(m *envelope.Message) { moveTo(m, "evidence/01kjpxjn000000000000000009/") }, "bad-schema"},
		"without its graph":  {func(m *envelope.Message) { m.Content = m.Content[:2] }, "lacks its bytes"},
		"without its record": {func(m *envelope.Message) { m.Content = append(m.Content[:1], m.Content[2]) }, "lacks its bytes"},
	} {
		m := &envelope.Message{From: envelope.Party{Node: id.ID(k.Node)}, Content: []envelope.File{
			{Path: k.File, SHA256: k.Item.SHA256, Size: k.Item.Size},
			{Path: dir + "custody.json", SHA256: canonical.Sum(b), Size: int64(len(b))},
			{Path: dir + "case.jsonld"},
		}}
		c.change(m)
		got, err := evidence.CheckFolders(m, func(string, int64) ([]byte, error) { return b, nil })
		switch {
		case c.want == "" && (err != nil || len(got) != 1 || got[0].Item.ID != k.Item.ID):
			t.Errorf("%s: %v, %v, want the item", name, got, err)
		case c.want != "" && (!errors.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func moveTo(m *envelope.Message, dir string) {
	for i, f := range m.Content {
		m.Content[i].Path = dir + f.Path[strings.LastIndexByte(f.Path, '/')+1:]
	}
}

func TestBeside(t *testing.T) {
	for file, want := range map[string]string{
		"evidence/01kjpxjn000000000000000009/log.csv":      "log.csv",
		"evidence/01kjpxjn000000000000000009/..":           "",
		"evidence/01kjpxjn000000000000000009/custody.json": "",
		"evidence/x/a\x1b[2J.csv":                          "",
		"":                                                 "",
	} {
		got, err := evidence.Custody{File: file}.Beside()
		if got != want || (want == "") != errors.Is(err, errs.Invalid) {
			t.Errorf("Beside of %q = %q, %v, want %q", file, got, err, want)
		}
	}
}
