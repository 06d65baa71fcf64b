package xpath

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"
)

func fnToday(s *scope, _ []expr) Value {
	y, m, d := s.ctx.Now.In(s.zone()).Date()
	return dayValue(time.Date(y, m, d, 0, 0, 0, 0, s.zone()))
}

func fnNow(s *scope, _ []expr) Value { return instantValue(s.ctx.Now.In(s.zone())) }

// date and date-time differ in what people write them for; both keep a day a day and an instant an instant.
func fnDate(s *scope, a []expr) Value { return s.date(a[0].eval(s)) }

func fnDecimalDateTime(s *scope, a []expr) Value { return Num(s.date(a[0].eval(s)).num) }

// timeOfDay is "06:00:00.000-07:00": hours, minutes, seconds with parts, an offset of less than a day.
var timeOfDay = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?([+-]([01][0-9]|2[0-3]):[0-5][0-9]|Z)?$`)

// decimal-time is the part of a day that a time is in the zone of the evaluation.
func fnDecimalTime(s *scope, a []expr) Value {
	text := strings.TrimSpace(s.str(a[0]))
	if !timeOfDay.MatchString(text) {
		return Num(math.NaN())
	}
	form := "2006-01-02T15:04:05"
	if len(text) > 8 && strings.ContainsAny(text[8:], "+-Z") {
		form += "Z07:00"
	}
	// The day matters only for the zone's offset, which is taken as it stands in January 1970.
	t, err := time.ParseInLocation(form, "1970-01-02T"+text, s.zone())
	if err != nil {
		return Num(math.NaN())
	}
	t = t.In(s.zone())
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
	return Num(float64(t.Sub(midnight).Milliseconds()) / dayMillis)
}

// format-date and format-date-time know ODK's letters; another letter stands for itself. Month and day names are
// English, as the form's text around them is for a program, not a reader: pages show dates by the language package.
func fnFormatDate(s *scope, a []expr) Value {
	d := s.date(a[0].eval(s))
	t, ok := timeOf(d.num, s.zone())
	if !ok {
		return Text("")
	}
	return Text(formatDate(t, s.str(a[1])))
}

func formatDate(t time.Time, form string) string {
	var b strings.Builder
	for i := 0; i < len(form); i++ {
		if form[i] != '%' || i+1 == len(form) {
			b.WriteByte(form[i])
			continue
		}
		i++
		b.WriteString(datePart(t, form[i]))
	}
	return b.String()
}

func datePart(t time.Time, letter byte) string {
	switch letter {
	case 'Y':
		return fmt.Sprintf("%04d", t.Year())
	case 'y':
		return t.Format("06")
	case 'm':
		return t.Format("01")
	case 'n':
		return t.Format("1")
	case 'B':
		return t.Format("January")
	case 'b':
		return t.Format("Jan")
	case 'd':
		return t.Format("02")
	case 'e':
		return t.Format("2")
	case 'A':
		return t.Format("Monday")
	case 'a':
		return t.Format("Mon")
	case 'H':
		return t.Format("15")
	case 'h':
		return fmt.Sprint(t.Hour())
	case 'M':
		return t.Format("04")
	case 'S':
		return t.Format("05")
	case '3':
		return fmt.Sprintf("%03d", t.Nanosecond()/int(time.Millisecond))
	case 'Z':
		return t.Format("-07:00")
	}
	return "%" + string(letter)
}
