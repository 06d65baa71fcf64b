package workshop

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type agendaRow struct {
	Session    Session
	Day        string
	From, To   string
	Kind       string
	Collisions []string
}

type agendaPage struct {
	head
	Rows    []agendaRow
	General []string // collisions of no single session
	Kinds   []web.Choice
	MayEdit bool
	Change  *Session // the one that is changed, nil for a new one
	Gone    []web.Choice
	MayMark bool
}

func (q *Workshops) agendaPage(r *web.Request, change id.ID) (p agendaPage, err error) {
	p.head, err = q.on(r, "workshop.read", func(ctx context.Context, tx *db.Tx, w Workshop) error {
		on := id.NewRef(RefKind, w.ID)
		var err error
		if p.MayEdit, err = q.desk.Could(ctx, tx, r.Person, "agenda.edit", on); err != nil {
			return err
		}
		if p.MayMark, err = q.desk.Could(ctx, tx, r.Person, "attendance.mark", on); err != nil {
			return err
		}
		agenda, err := Agenda(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(agenda, func(s Session) bool { return s.ID == change }); i >= 0 {
			p.Change = &agenda[i]
		} else if change != "" {
			return fmt.Errorf("session %s of workshop %s: %w", change, w.ID, errs.NotFound)
		}
		return fillAgenda(r, &p, w, agenda)
	})
	for _, k := range Kinds() {
		p.Kinds = append(p.Kinds, web.Choice{Value: string(k), Label: r.T(k.Name())})
	}
	p.Gone = []web.Choice{{Value: "yes", Label: r.T("It does not take place.")}}
	return p, err
}

func fillAgenda(r *web.Request, p *agendaPage, w Workshop, agenda []Session) error {
	zone, err := w.Location()
	if err != nil {
		return err
	}
	found := map[id.ID][]string{}
	if p.MayEdit { // participants see the agenda, its makers what collides in it
		all, err := Collisions(w, agenda)
		if err != nil {
			return err
		}
		for _, c := range all {
			what := c.What
			if c.Fault == TooLong || c.Fault == ClockChange {
				what = day(r, what)
			}
			says := r.T(c.Sentence(), "what", what)
			if len(c.Sessions) == 0 || c.Fault == TooLong || c.Fault == ClockChange {
				p.General = append(p.General, says)
				continue
			}
			for _, s := range c.Sessions {
				found[s.ID] = append(found[s.ID], says)
			}
		}
	}
	for _, s := range agenda {
		if s.Gone {
			continue
		}
		p.Rows = append(p.Rows, agendaRow{Session: s, Day: day(r, s.From.In(zone).Format(time.DateOnly)), From: s.From.In(zone).Format("15:04"),
			To: s.To.In(zone).Format("15:04"), Kind: r.T(s.Kind.Name()), Collisions: found[s.ID]})
	}
	return nil
}

func (q *Workshops) showAgenda(r *web.Request) error {
	p, err := q.agendaPage(r, "")
	if err != nil {
		return err
	}
	return r.Page("workshop/agenda", p)
}

func (q *Workshops) showSession(r *web.Request) error {
	n, err := r.PathID("session")
	if err != nil {
		return err
	}
	p, err := q.agendaPage(r, n)
	if err != nil {
		return err
	}
	zone, err := p.Workshop.Location()
	if err != nil {
		return err
	}
	s, v := p.Change, r.Form().Values
	from := s.From.In(zone)
	for name, value := range map[string]string{
		"title": s.Title, "day:day": from.Format("2"), "day:month": from.Format("1"), "day:year": from.Format("2006"), "begins": from.Format("15:04"),
		"ends": s.To.In(zone).Format("15:04"), "room": s.Room, "track": s.Track, "kind": string(s.Kind), "competencies": strings.Join(s.Competencies, " "),
		"trainers": strings.Join(s.Trainers, "\n"), "pairs": strings.Join(s.Pairs, " "), "files": strings.Join(s.Files, " "),
	} {
		v.Set(name, value)
	}
	return r.Page("workshop/session", p)
}

// readSession reads the form; its times are those of the workshop's zone.
func readSession(f *web.Form, zone *time.Location) (Session, error) {
	s := Session{Title: strings.TrimSpace(f.Get("title")), Room: strings.TrimSpace(f.Get("room")), Track: strings.TrimSpace(f.Get("track")), Kind: Kind(f.Get("kind")),
		Competencies: strings.Fields(f.Get("competencies")), Pairs: strings.Fields(f.Get("pairs")), Files: strings.Fields(f.Get("files")), Gone: f.Get("gone") == "yes"}
	for _, t := range strings.Split(f.Get("trainers"), "\n") {
		if t = strings.TrimSpace(t); t != "" {
			s.Trainers = append(s.Trainers, t)
		}
	}
	var wrong []errs.Field
	at := func(path string) time.Time {
		t, err := time.ParseInLocation("2006-01-02 15:04", f.Read("day", web.Date)+" "+language.Digits(f.Get(path)), zone)
		if err != nil {
			wrong = append(wrong, web.NoSuchTime(path))
		}
		return t
	}
	if _, ok := f.Day("day"); !ok {
		return s, errs.WithFields(web.NoSuchDay("day"))
	}
	s.From, s.To = at("begins"), at("ends")
	return s, errs.WithFields(wrong...)
}

func (q *Workshops) saveSession(r *web.Request) error {
	f := r.Form()
	change := id.ID(f.Get("session"))
	return q.sent(r, func(n id.ID) string { return address(n) + "/agenda" }, language.M("The agenda is saved."), func(n, entry id.ID) error {
		p, err := q.agendaPage(r, change)
		if err != nil {
			return err
		}
		zone, err := p.Workshop.Location()
		if err != nil {
			return err
		}
		s, err := readSession(f, zone)
		if err != nil {
			return err
		}
		if change == "" {
			_, err = q.AddSession(r.Ctx(), r.Person, n, s, entry)
			return err
		}
		s.ID = change
		if _, err := fmt.Sscan(f.Get("sequence"), &s.Sequence); err != nil {
			return fmt.Errorf("sequence of session: %w", errs.Invalid)
		}
		return q.ChangeSession(r.Ctx(), r.Person, n, s, entry)
	}, func(err error) error {
		p, failed := q.agendaPage(r, change)
		if failed != nil {
			return failed
		}
		return r.Again("workshop/session", p, err)
	})
}

func (q *Workshops) calendar(r *web.Request) error {
	var b []byte
	_, err := q.on(r, "workshop.read", func(ctx context.Context, tx *db.Tx, w Workshop) error {
		agenda, err := Agenda(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		b, err = Calendar(w, agenda, r.Printer, tx.Now())
		return err
	})
	if err != nil {
		return err
	}
	return r.Attachment("agenda.ics", "text/calendar; charset=utf-8", bytes.NewReader(b))
}

type attendanceRow struct {
	Seat  id.ID
	Name  string
	State string
	Mark  []web.Choice
	Field string
}

type attendancePage struct {
	head
	Session Session
	When    string
	Rows    []attendanceRow
}

func (q *Workshops) attendancePage(r *web.Request) (p attendancePage, err error) {
	n, err := r.PathID("session")
	if err != nil {
		return p, err
	}
	p.head, err = q.on(r, "attendance.mark", func(ctx context.Context, tx *db.Tx, w Workshop) error {
		agenda, err := Agenda(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(agenda, func(s Session) bool { return s.ID == n && !s.Gone })
		if i < 0 {
			return fmt.Errorf("session %s of workshop %s: %w", n, w.ID, errs.NotFound)
		}
		zone, err := w.Location()
		if err != nil {
			return err
		}
		p.Session = agenda[i]
		p.When = string(r.When(p.Session.From.In(zone)))
		marks, err := Attendance(ctx, tx, n)
		if err != nil {
			return err
		}
		seats, err := Seats(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		if err := Named(ctx, tx, seats); err != nil {
			return err
		}
		for _, s := range seats {
			if !s.Status.taken() {
				continue
			}
			row := attendanceRow{Seat: s.ID, Name: s.Name, State: stateName(r, s.State), Field: "mark-" + string(s.ID)}
			row.Mark = []web.Choice{{Value: "", Label: "–"}}
			for _, m := range Marks() {
				row.Mark = append(row.Mark, web.Choice{Value: string(m), Label: r.T(m.Name())})
			}
			if !r.Form().Has(row.Field) {
				r.Form().Values.Set(row.Field, string(marks[s.ID]))
			}
			p.Rows = append(p.Rows, row)
		}
		return nil
	})
	return p, err
}

func (q *Workshops) showAttendance(r *web.Request) error {
	p, err := q.attendancePage(r)
	if err != nil {
		return err
	}
	return r.Page("workshop/attendance", p)
}

func (q *Workshops) attend(r *web.Request) error {
	session, err := r.PathID("session")
	if err != nil {
		return err
	}
	return q.sent(r, func(n id.ID) string { return address(n) + "/agenda" }, language.M("The attendance is saved."), func(n, entry id.ID) error {
		marks := map[id.ID]Mark{}
		for name := range r.Form().Values {
			seat, ok := strings.CutPrefix(name, "mark-")
			if m := r.Form().Get(name); ok && m != "" {
				marks[id.ID(seat)] = Mark(m)
			}
		}
		return q.MarkAttendance(r.Ctx(), r.Person, n, session, r.Form().Get("sheet"), marks, entry)
	}, func(err error) error {
		p, failed := q.attendancePage(r)
		if failed != nil {
			return failed
		}
		return r.Again("workshop/attendance", p, err)
	})
}
