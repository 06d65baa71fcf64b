package session

import (
	"regexp"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

// Party is on whose behalf something is said: "state/FRA", "org/Example University", "group/Example Group".
type Party string

var stateCode = regexp.MustCompile(`^[A-Z]{3}$`)

// ParseParty reads a party from what a person typed: a State by its code of ISO 3166-1 (three letters), anything else
// as the name of an organisation; with a colon and names behind it, a group of them.
func ParseParty(s string, catalog *language.Catalog) (Party, error) {
	s = strings.Join(strings.Fields(s), " ")
	if len([]rune(s)) > maxTitle || s == "" || strings.ContainsAny(s, "\x00/") {
		return "", errs.WithFields(errs.Field{Path: "party", Code: "Say on whose behalf: the three letters of a State (FRA), or the name of an organisation or group."})
	}
	if stateCode.MatchString(strings.ToUpper(s)) && len(s) == 3 {
		if c, ok := catalog.Country(s); ok {
			return Party("state/" + c.ISO3), nil
		}
	}
	for _, c := range catalog.Countries() {
		for _, tag := range language.Official() {
			if strings.EqualFold(c.Short(tag), s) {
				return Party("state/" + c.ISO3), nil
			}
		}
	}
	return Party("org/" + s), nil
}

// Say names the party in the printer's language.
func (p Party) Say(pr *language.Printer) string {
	kind, name, _ := strings.Cut(string(p), "/")
	if kind == "state" {
		return pr.Country(name)
	}
	return name
}
