package language

import (
	"strconv"
	"strings"
)

// marks returns what a language sets between groups of three digits and before decimals. Digits are Western in all.
func marks(tag Tag) (group, decimal string) {
	switch tag {
	case French:
		return "\u202f", "," // narrow no-break space
	case Russian, Spanish:
		return "\u00a0", ","
	}
	return ",", "."
}

// Number writes a whole number with its digits in groups: 1,234. Spanish leaves four digits together (1234).
func (p *Printer) Number(n int64) string {
	group, _ := marks(p.Tag())
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	if p.Tag() == Spanish && len(digits) == 4 {
		return sign + digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// Decimal writes x with the given number of decimals.
func (p *Printer) Decimal(x float64, decimals int) string {
	whole, fraction, found := strings.Cut(strconv.FormatFloat(x, 'f', decimals, 64), ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return strconv.FormatFloat(x, 'g', -1, 64) // not a number, or beyond 64 bits
	}
	_, decimal := marks(p.Tag())
	s := p.Number(n)
	if n == 0 && strings.HasPrefix(whole, "-") {
		s = "-0"
	}
	if !found {
		return s
	}
	return s + decimal + fraction
}

// Percent writes the share x (0.125 is 12.5 %) with the given number of decimals.
func (p *Printer) Percent(x float64, decimals int) string {
	switch s := p.Decimal(x*100, decimals); p.Tag() {
	case French:
		return s + "\u202f%"
	case Russian, Spanish:
		return s + "\u00a0%"
	default:
		return s + "%"
	}
}

// Size writes a number of bytes in decimal units (1 MB = 1,000,000 bytes), with one decimal below ten.
func (p *Printer) Size(bytes int64) string {
	units := [5]string{"B", "kB", "MB", "GB", "TB"}
	switch p.Tag() {
	case Arabic:
		units = [5]string{"بايت", "كيلوبايت", "ميغابايت", "غيغابايت", "تيرابايت"}
	case French:
		units = [5]string{"o", "ko", "Mo", "Go", "To"}
	case Russian:
		units = [5]string{"Б", "кБ", "МБ", "ГБ", "ТБ"}
	case Chinese:
		units = [5]string{"字节", "kB", "MB", "GB", "TB"}
	}
	x, u := float64(bytes), 0
	for x >= 999.5 && u < len(units)-1 {
		x /= 1000
		u++
	}
	decimals := 0
	if u > 0 && x < 9.95 {
		decimals = 1
	}
	return p.Decimal(x, decimals) + "\u00a0" + units[u]
}

// Digits returns s with the digits of other scripts (Arabic-Indic, Persian, full-width) as Western ones, as a person may
// type them on their keyboard.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		for _, zero := range []rune{'٠', '۰', '０'} {
			if r >= zero && r <= zero+9 {
				return '0' + r - zero
			}
		}
		return r
	}, s)
}
