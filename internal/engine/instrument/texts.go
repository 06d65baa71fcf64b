package instrument

import (
	"fmt"

	"comity/internal/base/canonical"
)

// FormText is one English text of a form, with where it stands: what the message catalogues have to translate.
type FormText struct {
	English string
	Source  string // file:line, "" for sections and choices
}

// Texts lists the form's English texts, each once, in the order of the form: its title, labels, hints and messages, then the
// choices, then the sections.
func (in *Instrument) Texts() []FormText {
	var out []FormText
	seen := map[string]bool{"": true}
	add := func(text, source string) {
		if !seen[text] {
			seen[text] = true
			out = append(out, FormText{text, source})
		}
	}
	add(in.Title, "")
	for _, it := range in.all {
		for _, text := range []string{it.Label, it.Hint, it.Message, it.Guidance, it.WhyRequired, it.WhyDoubted} {
			add(text, it.source.String())
		}
	}
	for _, list := range sortedKeys(in.Lists) {
		for _, c := range in.Lists[list] {
			add(c.Label, "")
		}
	}
	for _, s := range in.Sections {
		if s.Label != s.Name { // a name that stands in for a label is no text
			add(s.Label, "")
		}
		add(s.Hint, "")
	}
	return out
}

// Sum returns the digest of all that decides what the form asks and accepts: two forms with the same sum treat the
// same answers alike, in the same words. Where the rows stand in which file doesn't count.
func (in *Instrument) Sum() (canonical.Hash, error) {
	b, err := canonical.Marshal(map[string]any{
		"items": describe(in.Items), "lists": in.Lists, "sections": in.Sections,
	})
	if err != nil {
		return "", fmt.Errorf("digest of form %s: %w", in.Name, err)
	}
	return canonical.Sum(b), nil
}

func describe(items []*Item) []any {
	out := make([]any, len(items))
	for i, it := range items {
		rules := map[string]string{}
		for _, r := range it.rules() {
			rules[r.column] = r.text
		}
		variants := map[string][]any{}
		for kind, inside := range it.Variants {
			variants[kind] = describe(inside)
		}
		o := map[string]any{
			"type": it.Type, "name": it.Name, "label": it.Label, "hint": it.Hint, "message": it.Message,
			"list": it.List, "section": it.Section, "appearance": it.Look, "default": it.initialText,
			"parameters": it.Params, "extra": it.Extra, "rules": rules,
			"items": describe(it.Items), "variants": variants,
		}
		it.describeMore(o)
		out[i] = o
	}
	return out
}

// describeMore says what was added to items later, only where there is any: older digests stay as they are.
func (it *Item) describeMore(o map[string]any) {
	for column, text := range map[string]string{
		"guidance_hint": it.Guidance, "required_message": it.WhyRequired, "check_message": it.WhyDoubted, "was": it.Was, "matrix": it.Matrix, "concept": it.Concept,
		"basis": it.Basis, "obligation": it.Obligation, "unit": it.Unit, "reference_period": it.Period,
	} {
		if text != "" {
			o[column] = text
		}
	}
	if len(it.Allow) > 0 || it.ConfidentialDefault {
		o["allow"], o["confidential_default"] = it.Allow, it.ConfidentialDefault
	}
	if len(it.MapsTo) > 0 {
		o["maps_to"] = it.MapsTo
	}
}
