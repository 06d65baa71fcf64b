package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"comity/internal/base/language"
	"comity/internal/cooperation/request"
	"comity/internal/node"
)

// saidByData lists every English sentence of forms, rules, letters and treaties, each once, in order.
func saidByData(law *request.Law) []string {
	said := slices.Concat(law.Types.Messages(), law.Letters.Messages(), law.Rules.Messages(), law.Treaties.Messages())
	slices.Sort(said)
	return slices.Compact(said)
}

// untranslated names what the data say and a language doesn't, and translations that lost one of the places in braces.
func untranslated(law *request.Law) []string {
	var problems []string
	for _, tag := range language.Official() {
		p := law.Catalog.Get(tag)
		for _, m := range saidByData(law) {
			got, parts := p.Parts(m)
			if got != tag {
				problems = append(problems, fmt.Sprintf("po/%s.po: no translation of %q", tag, m))
				continue
			}
			var text strings.Builder
			for _, part := range parts {
				text.WriteString(part.Text)
			}
			want, have := language.Places(m), language.Places(text.String())
			slices.Sort(want)
			slices.Sort(have)
			if !slices.Equal(want, have) {
				problems = append(problems, fmt.Sprintf("po/%s.po: the translation of %q has the places %v, want %v", tag, m, have, want))
			}
		}
	}
	return problems
}

// writeLacking writes what a language doesn't say yet as a PO file with empty texts.
func writeLacking(w io.Writer, lang string) error {
	if err := official("check", lang); err != nil {
		return err
	}
	catalog, err := language.Load(node.Words()...)
	if err != nil {
		return err
	}
	law, err := request.LoadLaw(catalog, true)
	if err != nil {
		return err
	}
	return language.WritePO(w, lacking(law, language.Tag(lang)))
}

func lacking(law *request.Law, tag language.Tag) *language.File {
	f := &language.File{Header: map[string]string{
		"Project-Id-Version": "Comity", "Language": string(tag), "MIME-Version": "1.0",
		"Content-Type": "text/plain; charset=UTF-8", "Content-Transfer-Encoding": "8bit",
	}}
	p := law.Catalog.Get(tag)
	for _, m := range saidByData(law) {
		if got, _ := p.Parts(m); got != tag {
			f.Messages = append(f.Messages, language.Message{ID: m, Text: []string{""}})
		}
	}
	return f
}
