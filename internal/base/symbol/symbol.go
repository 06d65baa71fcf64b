// Package symbol reads and writes the symbols of United Nations documents and resolutions: "A/RES/65/230",
// "E/CN.15/2013/27/Add.1", "UNODC/CCPCJ/EG.4/2013/2", "CCPCJ 22/7".
//
// A symbol is taken apart by the family it belongs to, so that documents can be sorted by body, session or year and
// number, and is written back exactly as it stood. Start with [Parse].
package symbol

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/errs"
)

// Symbol is one symbol, taken apart. The zero value is no symbol.
type Symbol struct {
	Body    string // what issued it: "A/RES", "E/CN.15", "UNODC/CCPCJ/EG.4", "CCPCJ"
	Session int    // of the body; 0 when documents are counted by year
	Year    int    // 0 when they are counted by session
	Series  string // "CRP", "L", "INF", "NGO", …; "" for the main series
	Number  int
	Mods    []Mod // "Rev.1", "Add.2", "Corr.1", in the order in which they stand
	Twin    *Symbol
	spaced  bool // "CCPCJ 22/7", a resolution as it is spoken of
}

// Mod is a change of a document: its kind and its number.
type Mod struct {
	Kind string
	N    int
}

// MaxLength is the longest symbol that is read, in bytes.
const MaxLength = 80

var (
	// A resolution of a commission as people cite it: "CCPCJ 22/7".
	cited = regexp.MustCompile(`^([A-Z]{2,12}) ([1-9][0-9]{0,2})/([1-9][0-9]{0,3})$`)
	// The General Assembly counts by session, conferences by their own number: "A/RES/65/230", "A/74/130", "A/CONF.213/9".
	assembly = regexp.MustCompile(`^(A(?:/[A-Z]+(?:\.[0-9]+)?)*)/([1-9][0-9]{0,2})((?:/.+)?)$`)
	// Everything else counts by year: "E/CN.15/2013/27", "UNODC/CCPCJ/EG.4/2017/CRP.1", "E/2013/30".
	yearly = regexp.MustCompile(`^([A-Z]+(?:/[A-Z]+(?:\.[0-9]+)*)*)/((?:19|20)[0-9]{2})/(.+)$`)
	// What comes last: "230", "CRP.1", "L.5/Rev.1", "27/Add.1/Corr.1".
	tail = regexp.MustCompile(`^(?:([A-Z]+)\.)?([1-9][0-9]{0,4})((?:/(?:Rev|Add|Corr|Amend|Summary)\.[1-9][0-9]{0,2})*)$`)
)

// Parse reads a symbol as it is printed. A symbol in two series at once ("E/2013/30-E/CN.15/2013/27") has its second in
// Twin. What no family has is [errs.Invalid].
func Parse(s string) (Symbol, error) {
	if len(s) > MaxLength {
		return Symbol{}, errs.Invalidf("symbol: longer than %d characters", MaxLength)
	}
	if first, second, ok := strings.Cut(s, "-"); ok {
		a, err := Parse(first)
		if err != nil {
			return Symbol{}, err
		}
		b, err := Parse(second)
		if err != nil || b.Twin != nil {
			return Symbol{}, errs.Invalidf("symbol %q: the second of two is none", s)
		}
		a.Twin = &b
		return a, nil
	}
	if m := cited.FindStringSubmatch(s); m != nil {
		return Symbol{Body: m[1], Session: number(m[2]), Number: number(m[3]), spaced: true}, nil
	}
	if m := yearly.FindStringSubmatch(s); m != nil {
		sym := Symbol{Body: m[1], Year: number(m[2])}
		return sym, sym.end(s, m[3])
	}
	if m := assembly.FindStringSubmatch(s); m != nil {
		sym := Symbol{Body: m[1], Session: number(m[2])}
		if strings.HasPrefix(sym.Body, "A/CONF.") { // a conference has no sessions: what follows is the number
			sym.Session = 0
			return sym, sym.end(s, m[2]+m[3])
		}
		return sym, sym.end(s, strings.TrimPrefix(m[3], "/"))
	}
	return Symbol{}, errs.Invalidf("symbol %q: of no known family (A/RES/65/230, E/CN.15/2013/27, CCPCJ 22/7)", s)
}

// end reads series, number and modifications.
func (s *Symbol) end(whole, rest string) error {
	m := tail.FindStringSubmatch(rest)
	if m == nil {
		return fmt.Errorf("symbol %q: %q is no number: %w", whole, rest, errs.Invalid)
	}
	s.Series, s.Number = m[1], number(m[2])
	for part := range strings.SplitSeq(strings.TrimPrefix(m[3], "/"), "/") {
		if kind, n, ok := strings.Cut(part, "."); ok {
			s.Mods = append(s.Mods, Mod{kind, number(n)})
		}
	}
	return nil
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // the expressions let digits through, and few
	return n
}

// String writes the symbol as it is printed.
func (s Symbol) String() string {
	var b strings.Builder
	switch {
	case s.spaced:
		fmt.Fprintf(&b, "%s %d/%d", s.Body, s.Session, s.Number)
		return b.String()
	case s.Year != 0:
		fmt.Fprintf(&b, "%s/%d/", s.Body, s.Year)
	case s.Session != 0:
		fmt.Fprintf(&b, "%s/%d/", s.Body, s.Session)
	default:
		b.WriteString(s.Body + "/")
	}
	if s.Series != "" {
		b.WriteString(s.Series + ".")
	}
	b.WriteString(strconv.Itoa(s.Number))
	for _, m := range s.Mods {
		fmt.Fprintf(&b, "/%s.%d", m.Kind, m.N)
	}
	if s.Twin != nil {
		b.WriteString("-" + s.Twin.String())
	}
	return b.String()
}

// Slug writes the symbol as one part of an address: "A-RES-65-230". Two symbols of a register never have the same.
func Slug(s string) string {
	return strings.NewReplacer("/", "-", " ", "-", ".", "").Replace(s)
}

// Compare orders symbols by body, then session or year, series, number and modifications.
func Compare(a, b Symbol) int {
	if c := cmp.Or(cmp.Compare(a.Body, b.Body), cmp.Compare(a.Session, b.Session), cmp.Compare(a.Year, b.Year),
		cmp.Compare(a.Series, b.Series), cmp.Compare(a.Number, b.Number)); c != 0 {
		return c
	}
	return slices.CompareFunc(a.Mods, b.Mods, func(x, y Mod) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.N, y.N))
	})
}
