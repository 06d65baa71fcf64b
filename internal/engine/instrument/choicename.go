package instrument

import (
	"maps"
	"strings"

	"comity/internal/base/language"
	"comity/internal/engine/instrument/xpath"
)

// withChoiceName are the functions that the form's expressions may use: those of the house, and jr:choice-name(choice,
// '${question}'), which forms written for ODK use for a choice's label in the reader's language.
func (in *Instrument) withChoiceName() xpath.Functions {
	out := xpath.Functions{"jr:choice-name": {Min: 2, Max: 2, Call: in.choiceName}}
	maps.Copy(out, in.functions)
	return out
}

func (in *Instrument) choiceName(c *xpath.Context, args []xpath.Value) (xpath.Value, error) {
	name := args[1].String()
	if at := strings.LastIndexAny(name, "/{"); at >= 0 {
		name = name[at+1:]
	}
	code := args[0].String()
	for _, it := range in.byName[strings.TrimSpace(strings.TrimSuffix(name, "}"))] {
		for _, choice := range in.Lists[it.List] {
			if choice.Name != code {
				continue
			}
			if text := in.In(language.Tag(c.Lang), choice.Label); text != "" {
				return xpath.Text(text), nil
			}
			return xpath.Text(choice.Label), nil
		}
	}
	return xpath.Text(""), nil
}
