package language

import (
	"encoding/csv"
	"fmt"
	"strings"

	"comity/internal/base/errs"
)

// Country is a State, an observer or a territory in the list M49 of the United Nations, with the names that the
// terminology database UNTERM gives it. Territories have no formal name; their short name is M49's.
//
// The names come from the data set "country-codes" of Datahub (Public Domain Dedication and License), reduced by
// gencountry.go to data/country.csv.
type Country struct {
	ISO2   string // "FR"
	ISO3   string // "FRA"
	M49    string // "250"
	Region string // M49 code of its region: "002" Africa, "019" Americas, "142" Asia, "150" Europe, "009" Oceania; "" for Antarctica
	Member Membership
	short  map[Tag]string
	formal map[Tag]string
}

// Membership is how a country stands to the United Nations.
type Membership string

// The 193 Members, the two non-member observer States (Holy See, A/RES/58/314; State of Palestine, A/RES/67/19), and the
// territories of the list.
const (
	UNMember   Membership = "member"
	UNObserver Membership = "observer"
	NotUN      Membership = "other"
)

// Regions are the five regions of M49, in the order of their English names.
func Regions() []string { return []string{"002", "019", "142", "150", "009"} }

// Short returns the name as it stands in a list, without an article: "Russian Federation". A language other than the
// six has English names.
func (c Country) Short(tag Tag) string { return in(c.short, tag) }

// Formal returns the formal name as it stands in a sentence, in English, French and Spanish with its article: "the
// French Republic". A territory has its short name.
func (c Country) Formal(tag Tag) string {
	if f := in(c.formal, tag); f != "" {
		return f
	}
	return c.Short(tag)
}

func in(names map[Tag]string, tag Tag) string {
	if n, ok := names[tag]; ok {
		return n
	}
	return names[English]
}

// Countries lists all, by ISO 3166-1 alpha-2 code. The caller may keep the slice.
func (c *Catalog) Countries() []Country { return append([]Country(nil), c.countries...) }

// Country finds a country by its code: ISO 3166-1 alpha-2, alpha-3, or M49.
func (c *Catalog) Country(code string) (Country, bool) {
	i, ok := c.byCode[strings.ToUpper(code)]
	if !ok {
		return Country{}, false
	}
	return c.countries[i], true
}

// Country returns the short name for a code, or the code itself when it is nobody's.
func (p *Printer) Country(code string) string {
	c, ok := p.catalog.Country(code)
	if !ok {
		return code
	}
	return c.Short(p.Tag())
}

// CountryFormal returns the formal name for a code, or the code itself when it is nobody's.
func (p *Printer) CountryFormal(code string) string {
	c, ok := p.catalog.Country(code)
	if !ok {
		return code
	}
	return c.Formal(p.Tag())
}

func (c *Catalog) loadCountries() error {
	f, err := own.Open("data/country.csv")
	if err != nil {
		return fmt.Errorf("countries: %w", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return fmt.Errorf("countries: %w: %w", err, errs.Invalid)
	}
	c.byCode = map[string]int{}
	for i, row := range rows[1:] {
		country := Country{ISO2: row[0], ISO3: row[1], M49: row[2], Region: row[3], Member: Membership(row[4]), short: map[Tag]string{}, formal: map[Tag]string{}}
		for j := 5; j+1 < len(row); j += 2 {
			tag := Tag(rows[0][j])
			country.short[tag] = row[j]
			country.formal[tag] = row[j+1]
		}
		c.countries = append(c.countries, country)
		for _, code := range row[:3] {
			c.byCode[code] = i
		}
	}
	return nil
}

// Name returns what the speakers of a language call it, for a language switch: "français". A language without an entry
// is shown by its tag.
func (t Tag) Name() string {
	switch t {
	case Arabic:
		return "العربية"
	case Chinese:
		return "中文"
	case English:
		return "English"
	case French:
		return "français"
	case Russian:
		return "русский"
	case Spanish:
		return "español"
	case "pt":
		return "português"
	case "de":
		return "Deutsch"
	case "it":
		return "italiano"
	case "tr":
		return "Türkçe"
	case "fa":
		return "فارسی"
	case "sw":
		return "Kiswahili"
	}
	return string(t)
}
