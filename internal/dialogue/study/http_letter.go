package study

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// giveLetter sends a reminder as text or for a mail program.
func (s *Studies) giveLetter(r *web.Request) error {
	var l Letter
	var m Reminder
	err := s.see(r, "study.remind", func(ctx context.Context, tx *db.Tx, at Study) error {
		n, err := r.PathID("reminder")
		if err != nil {
			return err
		}
		all, err := RemindersOf(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(o Reminder) bool { return o.ID == n })
		if i < 0 {
			return fmt.Errorf("reminder %s: %w", n, errs.NotFound)
		}
		m = all[i]
		o, err := respondentIn(ctx, tx, at.ID, m.Respondent)
		if err != nil {
			return err
		}
		seats, err := Seats(ctx, tx, o.ID)
		l = s.Words(at, o, seats)
		return err
	})
	if err != nil {
		return err
	}
	name := "reminder-" + string(m.ID)
	if r.Value("form") == "txt" {
		return r.Attachment(name+".txt", "text/plain; charset=utf-8", bytes.NewReader([]byte(l.Subject+"\n\n"+l.Body)))
	}
	if r.Value("form") != "eml" {
		return fmt.Errorf("reminder as %q: %w", r.Value("form"), errs.NotFound)
	}
	b, err := l.Mail(m.At)
	if err != nil {
		return err
	}
	return r.Attachment(name+".eml", "message/rfc822", bytes.NewReader(b))
}

// latePage lists who may answer after the deadline, and lets somebody.
type latePage struct {
	Head   head
	Form   *web.Form
	People []web.Choice
	List   web.Table
	Due    string // the deadline in words
}

func (s *Studies) latePage(r *web.Request) (latePage, error) {
	p := latePage{Form: r.Form()}
	err := s.see(r, "study.late", func(ctx context.Context, tx *db.Tx, at Study) error {
		p.Head = s.head(r, at)
		if !at.Deadline.IsZero() {
			p.Due = string(r.LongDate(at.Deadline))
		}
		all, err := Respondents(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		open := slices.DeleteFunc(slices.Clone(all), func(o Respondent) bool { return o.Status == Submitted || o.Status == Listed })
		for _, o := range (filter{}).choose(r, open) {
			p.People = append(p.People, web.Choice{Value: string(o.ID), Label: respondentName(r.Printer, o)})
		}
		p.List = web.Table{
			Caption: r.T("The late list"), Empty: r.T("Nobody may answer after the deadline."),
			Columns: []web.Column{{Label: r.T("Respondent")}, {Label: r.T("Until")}, {Label: r.T("Reason")}},
		}
		given, err := LateList(ctx, tx, at.ID)
		for _, g := range given {
			i := slices.IndexFunc(all, func(o Respondent) bool { return o.ID == g.Respondent })
			if i >= 0 {
				p.List.Rows = append(p.List.Rows, []any{respondentName(r.Printer, all[i]), string(r.Date(g.Until)), g.Reason})
			}
		}
		return err
	})
	return p, err
}

func (s *Studies) showLate(r *web.Request) error {
	p, err := s.latePage(r)
	if err != nil {
		return err
	}
	return r.Page("study/late", p)
}

func (s *Studies) letLate(r *web.Request) error {
	n, entry, err := pathAndEntry(r)
	if err != nil {
		return err
	}
	var wrong []errs.Field
	o, err := id.Parse(r.Form().Get("respondent"))
	if err != nil {
		wrong = append(wrong, errs.Field{Path: "respondent", Code: "Choose one of the answers."})
	}
	day, ok := r.Form().Day("until")
	if !ok {
		wrong = append(wrong, errs.Field{Path: "until", Code: "Write a day of the calendar."})
	}
	if err = errs.WithFields(wrong...); err == nil {
		err = s.LetAnswerLate(r.Ctx(), r.Person, n, o, endOf(day), r.Form().Get("reason"), entry)
	}
	if err != nil {
		if len(errs.Fields(err)) == 0 {
			return err
		}
		p, failed := s.latePage(r)
		if failed != nil {
			return failed
		}
		return r.Again("study/late", p, err)
	}
	return r.Done(address(n, "late"), language.M("The respondent may answer until the day that you chose."))
}
