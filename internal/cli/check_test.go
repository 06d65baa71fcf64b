package cli

import (
	"bytes"
	"slices"
	"testing"

	"comity/internal/base/language"
	"comity/internal/cooperation/request"
	"comity/internal/node"
)

// What a language lacks is written as a file that a translator fills in; what it has already isn't in it.
func TestLacking(t *testing.T) {
	without := slices.DeleteFunc(node.Words(), func(s language.Source) bool { return s.Name == "types/evidence.statement" })
	catalog, err := language.Load(without...)
	if err != nil {
		t.Fatal(err)
	}
	law, err := request.LoadLaw(catalog, true)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := language.WritePO(&b, lacking(law, "fr")); err != nil {
		t.Fatal(err)
	}
	f, err := language.ParsePO("fr.po", &b)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, m := range f.Messages {
		ids = append(ids, m.ID)
	}
	if len(ids) < 40 || !slices.Contains(ids, "Person to be heard") || slices.Contains(ids, "Full name") {
		t.Errorf("French lacks %d sentences, want those of the one folder left out: %q", len(ids), ids)
	}
	if n := len(untranslated(law)); n != 5*len(ids) {
		t.Errorf("%d sentences are missing in five languages, want %d", n, 5*len(ids))
	}
}
