package selector

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones must mean the same on a machine that has no zone files
)

// Instant is a moment with the offset it was written in: both are kept, because a court asks what the log said.
type Instant struct {
	UTC    time.Time
	Offset string // "+09:00"; "Z" when the text said so
	Second bool   // whether seconds were written
}

// ParseInstant reads a local time ("2026-02-12T03:14:00", seconds optional) and the offset beside it: "+09:00", "Z", or
// a zone of the IANA list such as "Asia/Tokyo". Abbreviations are refused: "IST" is the time of India, Israel and
// Ireland, and [time.Parse] would take an unknown one for offset zero. The code is "" when the instant is complete.
func ParseInstant(local, offset string) (Instant, string) {
	local, offset = strings.TrimSpace(local), strings.TrimSpace(offset)
	if local == "" {
		return Instant{}, "instant-empty"
	}
	if offset == "" {
		local, offset = splitOffset(local)
	}
	wall, second, ok := parseLocal(local)
	switch {
	case !ok:
		return Instant{}, "instant-form"
	case offset == "":
		return Instant{}, "instant-zone"
	}
	if secs, ok := parseOffset(offset); ok {
		t := wall.Add(-time.Duration(secs) * time.Second)
		return Instant{UTC: t, Offset: formatOffset(secs, offset), Second: second}, ""
	}
	if !strings.Contains(offset, "/") {
		return Instant{}, "instant-abbreviation"
	}
	zone, err := time.LoadLocation(offset)
	if err != nil {
		return Instant{}, "instant-zone-unknown"
	}
	return inZone(wall, zone, second)
}

// inZone finds the moment at which the clocks of a zone showed wall. In spring a time may not have been, in autumn it
// was twice: then the drafter is asked.
func inZone(wall time.Time, zone *time.Location, second bool) (Instant, string) {
	var found []time.Time
	var secs []int
	for _, probe := range [2]time.Time{wall.Add(-26 * time.Hour), wall.Add(26 * time.Hour)} {
		_, off := probe.In(zone).Zone()
		t := wall.Add(-time.Duration(off) * time.Second)
		if _, is := t.In(zone).Zone(); is == off && (len(found) == 0 || !found[0].Equal(t)) {
			found, secs = append(found, t), append(secs, off)
		}
	}
	switch len(found) {
	case 0:
		return Instant{}, "instant-never"
	case 1:
		return Instant{UTC: found[0], Offset: formatOffset(secs[0], ""), Second: second}, ""
	}
	return Instant{}, "instant-twice"
}

// splitOffset parts "…T03:14:00+09:00" and "…Z"; what it doesn't know stays with the local time.
func splitOffset(s string) (local, offset string) {
	if strings.HasSuffix(s, "Z") || strings.HasSuffix(s, "z") {
		return strings.TrimSpace(s[:len(s)-1]), "Z"
	}
	if i := strings.LastIndexAny(s, "+-−"); i > 10 {
		return strings.TrimSpace(s[:i]), s[i:]
	}
	return s, ""
}

// parseLocal accepts ISO 8601's date and time with "T" or a blank, with or without seconds and fractions.
func parseLocal(s string) (t time.Time, second, ok bool) {
	s = strings.Replace(s, " ", "T", 1)
	for _, layout := range [3]string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, len(s) > 16, true
		}
	}
	return time.Time{}, false, false
}

// parseOffset reads "Z", "UTC", "+09:00", "+0900" and "+9" in seconds; the widest offset in use is +14:00.
func parseOffset(s string) (int, bool) {
	if s == "Z" || s == "z" || strings.EqualFold(s, "UTC") {
		return 0, true
	}
	s = strings.ReplaceAll(s, "−", "-")
	if len(s) < 2 || (s[0] != '+' && s[0] != '-') {
		return 0, false
	}
	d := strings.Replace(s[1:], ":", "", 1)
	if !digits(d) || len(d) > 4 {
		return 0, false
	}
	if len(d) <= 2 {
		d += "00"
	}
	n, err := strconv.Atoi(d)
	if err != nil || n/100 > 14 || n%100 > 59 {
		return 0, false
	}
	secs := n/100*3600 + n%100*60
	if s[0] == '-' {
		secs = -secs
	}
	return secs, true
}

func formatOffset(secs int, written string) string {
	if strings.EqualFold(written, "Z") || strings.EqualFold(written, "UTC") {
		return "Z"
	}
	sign := '+'
	if secs < 0 {
		sign, secs = '-', -secs
	}
	return fmt.Sprintf("%c%02d:%02d", sign, secs/3600, secs/60%60)
}

// String gives RFC 3339 with the offset as written.
func (i Instant) String() string {
	secs, _ := parseOffset(i.Offset)
	layout := "2006-01-02T15:04"
	if i.Second {
		layout += ":05"
	}
	return i.UTC.Add(time.Duration(secs)*time.Second).Format(layout) + i.Offset
}
