package rule

import (
	"encoding/csv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/cooperation/treaty"
)

// Catalogue is the list of measure types, drafted here or not: rules may only name what stands in it.
type Catalogue struct{ types []Type }

// Type is one kind of measure.
type Type struct {
	Code     string
	Coercive bool // needs compulsion in most systems
	Label    string
}

// Known reports whether a pattern means at least one type.
func (c *Catalogue) Known(pattern string) bool {
	for _, t := range c.types {
		if treaty.Match(pattern, t.Code) {
			return true
		}
	}
	return false
}

// Types lists all.
func (c *Catalogue) Types() []Type { return append([]Type(nil), c.types...) }

// parseCatalogue reads code,coercive,label.
func parseCatalogue(text string) (*Catalogue, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, errs.Invalidf("catalogue of types: %v", err)
	}
	c := &Catalogue{}
	for _, r := range rows[1:] {
		c.types = append(c.types, Type{Code: r[0], Coercive: r[1] == "yes", Label: r[2]})
	}
	return c, nil
}
