package picture

import (
	"comity/internal/base/language"
	"comity/internal/engine/document"
)

// Table says in rows what the map shows: each Member State and observer with its number and whether it has answered, and
// whatever else has answered, in the order of their names. number is the head of the numbers' column, with their unit;
// the numbers are [Value.Text].
func (spec MapSpec) Table(p *language.Printer, countries []language.Country, number string) document.Table {
	t := document.Table{
		Caption: document.T(spec.Title),
		Head: []document.Text{
			document.T(p.T("Member State or observer")), document.T(number), document.T(p.T("Has it responded?")),
		},
		Widths: []float64{5, 3, 3},
	}
	listed := make([]language.Country, 0, len(countries))
	for _, c := range countries {
		if c.Member != language.NotUN || spec.Areas[c.ISO3].Answered {
			listed = append(listed, c)
		}
	}
	language.Sort(p, listed, func(c language.Country) string { return c.Short(p.Tag()) })
	for _, c := range listed {
		v := spec.Areas[c.ISO3]
		answered, known := spec.Silent, spec.Unknown
		if v.Answered {
			answered = spec.Answered
		}
		if v.Known {
			known = v.Text
		}
		t.Rows = append(t.Rows, []document.Text{
			{{Kind: document.Name, Text: c.Short(p.Tag())}}, {{Kind: document.Amount, Text: known}}, document.T(answered),
		})
	}
	return t
}
