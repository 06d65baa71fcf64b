package session

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"comity/internal/base/language"
)

// Calendar writes the session as one all-day event of RFC 5545, in the printer's language: the agenda is its
// description. The same session gives the same bytes; its UID is the session's id (RFC 7986, 5.3 wants no host in it), so
// that a calendar takes a later version for the same meeting.
func (s Session) Calendar(p *language.Printer, name string, stamp time.Time) ([]byte, error) {
	c := ics.NewCalendarFor("Comity")
	c.SetMethod(ics.MethodPublish)
	e := c.AddEvent(string(s.ID))
	e.SetDtStampTime(stamp.UTC())
	e.SetAllDayStartAt(s.Begins)
	e.SetAllDayEndAt(s.Ends.AddDate(0, 0, 1)) // the end of an all-day event is the day after
	e.SetSequence(int(s.Version) - 1)
	e.SetSummary(name, inLanguage(p))
	if s.Place != "" {
		e.SetLocation(s.Place)
	}
	var agenda strings.Builder
	if s.Exercise {
		agenda.WriteString(p.T("Exercise: this meeting is invented.") + "\n")
	}
	for _, it := range s.Agenda {
		fmt.Fprintf(&agenda, "%d. %s\n", it.N, it.Title)
	}
	e.SetDescription(strings.TrimSuffix(agenda.String(), "\n"))
	var b bytes.Buffer
	if err := c.SerializeTo(&b, ics.WithNewLine("\r\n")); err != nil {
		return nil, fmt.Errorf("calendar of session %s: %w", s.ID, err)
	}
	return b.Bytes(), nil
}

func inLanguage(p *language.Printer) ics.PropertyParameter {
	return &ics.KeyValues{Key: string(ics.ParameterLanguage), Value: []string{string(p.Tag())}}
}
