package instrument

import "strings"

// dateParts are the fields in which a date, or a date with its time, is typed.
type dateParts struct{ year, month, day, time, offset string }

// joinDate writes the parts as one answer: "2026-02-12", "2026-02-12T03:14+09:00". Parts that are missing leave their
// place empty, so that [splitDate] gives back what was typed.
func joinDate(p dateParts) string {
	if p.year+p.month+p.day+p.time+p.offset == "" {
		return ""
	}
	date := p.year + "-" + twoDigits(p.month) + "-" + twoDigits(p.day)
	if p.time == "" && p.offset == "" {
		return date
	}
	return date + "T" + p.time + p.offset
}

func twoDigits(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// splitDate is the way back.
func splitDate(value string) dateParts {
	var p dateParts
	date, clock, _ := strings.Cut(value, "T")
	p.year, date, _ = strings.Cut(date, "-")
	p.month, p.day, _ = strings.Cut(date, "-")
	at := strings.IndexAny(clock, "Z+-")
	if at < 0 {
		at = len(clock)
	}
	p.time, p.offset = clock[:at], clock[at:]
	return p
}
