package xpath

import (
	"math"
	"strings"
	"time"
)

const (
	dayMillis   = 24 * 60 * 60 * 1000
	invalidDate = "Invalid Date"
	instantForm = "2006-01-02T15:04:05.000-07:00"
)

// daysOf returns t as days since 1970-01-01T00:00Z, to the millisecond.
func daysOf(t time.Time) float64 { return float64(t.UnixMilli()) / dayMillis }

// timeOf is the way back. It reports false for what no calendar holds.
func timeOf(days float64, zone *time.Location) (time.Time, bool) {
	const most = 400_000 * 366 // years that time.Time formats without trouble, and far beyond any case
	if math.IsNaN(days) || math.Abs(days) > most {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(math.Round(days * dayMillis))).In(zone), true
}

// dayValue is a date shown as a day.
func dayValue(t time.Time) Value {
	return Value{kind: Date, num: daysOf(t), str: t.Format(time.DateOnly)}
}

// instantValue is a date shown with its time and offset.
func instantValue(t time.Time) Value {
	return Value{kind: Date, num: daysOf(t), str: t.Format(instantForm)}
}

func noDate() Value { return Value{kind: Date, num: math.NaN(), str: invalidDate} }

// parseDate reads "2018-01-01", also with short month and day, and "2018-01-01T10:00:00.000+02:00", where seconds,
// their parts and the offset may be missing. What has no offset is in zone.
func parseDate(s string, zone *time.Location) (Value, bool) {
	s = strings.Trim(s, " \t\r\n")
	if len(s) < len("1970-1-1") || len(s) > 40 || s[4] != '-' { // most texts aren't dates: decide quickly
		return Value{}, false
	}
	if zone == nil {
		zone = time.UTC
	}
	day, clock, instant := strings.Cut(s, "T")
	if !instant {
		t, err := time.ParseInLocation(dayForm, day, zone)
		return dayValue(t), err == nil
	}
	t, err := time.ParseInLocation(dayForm+clockForm(clock), s, zone)
	return instantValue(t), err == nil
}

const dayForm = "2006-1-2"

// clockForm is the layout that a time of day is written in: with or without seconds and offset.
func clockForm(clock string) string {
	form := "T15:04"
	offset := strings.IndexAny(clock, "Z+-")
	if offset < 0 {
		offset = len(clock)
	}
	if strings.Count(clock[:offset], ":") == 2 {
		form += ":05"
	}
	if offset < len(clock) {
		form += "Z07:00"
	}
	return form
}

// date returns the value as a date: dates as they are, numbers as days since 1970, texts read.
func (r *run) date(v Value) Value {
	switch v.kind {
	case Date:
		return v
	case Number:
		return r.dateOfDays(v.num)
	case Boolean:
		return noDate()
	}
	s := v.String()
	if d, ok := parseDate(s, r.zone()); ok {
		return d
	}
	return r.dateOfDays(ParseNumber(s))
}

// dateOfDays shows midnight in the zone as a day, anything else as an instant.
func (r *run) dateOfDays(days float64) Value {
	t, ok := timeOf(days, r.zone())
	if !ok {
		return noDate()
	}
	if h, m, s := t.Clock(); h == 0 && m == 0 && s == 0 && t.Nanosecond() == 0 {
		return dayValue(t)
	}
	return instantValue(t)
}
