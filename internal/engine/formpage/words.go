package formpage

import (
	"slices"
	"time"

	"comity/internal/base/language"
	"comity/internal/engine/web"
)

// InWords is the value of a field as it is read: what was chosen by its label, all that is ticked, a day in words.
func InWords(p *language.Printer, f web.Field) string {
	if day, err := time.Parse(time.DateOnly, f.Value); err == nil && f.Kind == web.Date {
		return string(p.Date(day))
	}
	chosen := f.Values
	if len(chosen) == 0 {
		chosen = []string{f.Value}
	}
	var said []string
	for _, c := range f.Choices {
		if slices.Contains(chosen, c.Value) {
			said = append(said, c.Label)
		}
	}
	if len(said) == 0 {
		return f.Value
	}
	return string(p.And(said))
}
