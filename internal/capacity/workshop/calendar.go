package workshop

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"comity/internal/base/language"
)

// Calendar writes the agenda as RFC 5545: one event a session, whose UID is the session's id and whose SEQUENCE is raised
// by each change, so that a calendar takes the later version for the same event. A session that is gone stays, cancelled.
// Trainers are not named: the file leaves the node. The same agenda gives the same bytes.
func Calendar(w Workshop, agenda []Session, p *language.Printer, stamp time.Time) ([]byte, error) {
	c := ics.NewCalendarFor("Comity")
	c.SetMethod(ics.MethodPublish)
	for _, s := range agenda {
		e := c.AddEvent(string(s.ID))
		e.SetDtStampTime(stamp.UTC())
		e.SetStartAt(s.From.UTC())
		e.SetEndAt(s.To.UTC())
		e.SetSequence(s.Sequence)
		e.SetSummary(s.Title)
		e.SetLocation(strings.Trim(s.Room+", "+w.Place, ", "))
		status := ics.ObjectStatusConfirmed
		if s.Gone {
			status = ics.ObjectStatusCancelled
		}
		e.SetStatus(status)
		says := []string{w.Name, p.T(s.Kind.Name())}
		if w.Exercise {
			says = append(says, p.T("Exercise: this meeting is invented."))
		}
		e.SetDescription(strings.Join(says, "\n"), &ics.KeyValues{Key: string(ics.ParameterLanguage), Value: []string{string(p.Tag())}})
	}
	var b bytes.Buffer
	if err := c.SerializeTo(&b, ics.WithNewLine("\r\n")); err != nil {
		return nil, fmt.Errorf("calendar of workshop %s: %w", w.ID, err)
	}
	return b.Bytes(), nil
}
