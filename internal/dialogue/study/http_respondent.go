package study

import (
	"context"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// monitorPage shows who was asked and how far they are.
type monitorPage struct {
	Head   head
	Filter filterForm
	Table  web.Table
	Pager  web.Pager
}

func (s *Studies) showRespondents(r *web.Request) error {
	var p monitorPage
	f := readFilter(r)
	err := s.see(r, "study.monitor", func(ctx context.Context, tx *db.Tx, at Study) error {
		p.Head = s.head(r, at)
		path := address(at.ID, "respondents")
		all, err := Respondents(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		kept := f.choose(r, all)
		p.Table = web.Table{
			Caption: r.N("{n} respondent", "{n} respondents", len(kept)), Empty: r.T("Nobody in the frame is like this."),
			Columns: []web.Column{{Label: r.T("Respondent")}, {Label: r.T("Region")}, {Label: r.T("State of things")}, {Label: r.T("Answers until")}},
		}
		kept, p.Pager = f.page(path, kept)
		for _, o := range kept {
			until := "–"
			if t := AnswersUntil(at, o); !t.IsZero() {
				until = string(r.Date(t))
			}
			p.Table.Rows = append(p.Table.Rows, []any{
				web.Link{Text: respondentName(r.Printer, o), Href: path + "/" + string(o.ID)}, regionWords(r.Printer, o.Region), statusTag(r.Printer, o.Status), until,
			})
		}
		p.Filter = s.filterForm(r, f, path)
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("study/respondents", p)
}

// respondentPage is one respondent as the secretariat sees it.
type respondentPage struct {
	Head        head
	Form        *web.Form
	ID          id.ID
	Name        string
	Summary     []web.Row
	Seats       []seatRow
	Invitations web.Table
	May, Remove bool
	Renew       bool
	Again       Way // by which it can be invited again, "" when it can't
	Languages   []web.Choice
}

// seatRow is one person who answers.
type seatRow struct {
	ID          id.ID
	Name, Email string
	Part        string
	Sections    string
	Since       time.Time
	Here        bool // has an account at this node
	Ends        bool // can be ended by the focal point
}

func partWords(p *language.Printer, part Part) string {
	return p.T(map[Part]string{
		FocalPoint: language.M("Focal point"), Alternate: language.M("Alternate of the focal point"), Contributor: language.M("Section editor"), Clearing: language.M("Clearing officer"),
	}[part])
}

func seatRows(ctx context.Context, tx *db.Tx, r *web.Request, respondent id.ID) ([]seatRow, error) {
	seats, err := Seats(ctx, tx, respondent)
	var rows []seatRow
	for _, o := range seats {
		rows = append(rows, seatRow{
			ID: o.ID, Name: o.Name, Email: o.Email, Part: partWords(r.Printer, o.Part), Sections: strings.Join(o.Sections, ", "), Since: o.Since,
			Here: o.Person != "", Ends: o.Part == Contributor || o.Part == Clearing,
		})
	}
	return rows, err
}

func (s *Studies) respondentPage(r *web.Request) (respondentPage, error) {
	p := respondentPage{Form: r.Form()}
	err := s.see(r, "study.monitor", func(ctx context.Context, tx *db.Tx, at Study) error {
		n, err := r.PathID("respondent")
		if err != nil {
			return err
		}
		o, err := respondentIn(ctx, tx, at.ID, n)
		if err != nil {
			return err
		}
		p.Head, p.ID, p.Name = s.head(r, at), o.ID, respondentName(r.Printer, o)
		p.Summary = []web.Row{
			{Key: r.T("Audience"), Value: AudienceWords(r.Printer, o.Audience)}, {Key: r.T("Region"), Value: regionWords(r.Printer, o.Region)},
			{Key: r.T("State of things"), Value: statusTag(r.Printer, o.Status).Text}, {Key: r.T("Answers"), Value: wayOfAnswering(r.Printer, o)},
		}
		if until := AnswersUntil(at, o); !until.IsZero() {
			p.Summary = append(p.Summary, web.Row{Key: r.T("Answers until"), Value: string(r.LongDate(until))})
		}
		if p.Seats, err = seatRows(ctx, tx, r, o.ID); err != nil {
			return err
		}
		if p.Invitations, err = invitationsTable(ctx, tx, r, o.ID); err != nil {
			return err
		}
		if p.May, err = s.Desk.Could(ctx, tx, r.Person, "study.frame", id.NewRef(Kind, at.ID)); err != nil {
			return err
		}
		p.May = p.May && at.Origin == ""
		p.Renew = p.May && s.Desk.Ever(r.Person, "study.invite")
		p.Remove = p.May && o.Status == Listed
		if p.Renew && o.Status != Listed && o.Status != Submitted && MayAnswer(at, o, tx.Now()) {
			if p.Again = ByNote; o.Peer != "" {
				p.Again = ByNode
			}
		}
		for _, tag := range language.Official() {
			p.Languages = append(p.Languages, web.Choice{Value: string(tag), Label: tag.Name()})
		}
		if !p.Form.Has("lang") {
			p.Form.Values.Set("lang", string(o.Lang))
			p.Form.Values.Set("public", map[bool]string{true: "yes", false: "no"}[o.FactPublic])
		}
		return nil
	})
	return p, err
}

func wayOfAnswering(p *language.Printer, r Respondent) string {
	if r.Peer != "" {
		return p.T("At its own node")
	}
	return p.T("Here, as guests of this node, or by file")
}

func wayWords(p *language.Printer, w Way) string {
	return p.T(map[Way]string{ByNode: language.M("To its own node"), ByNote: language.M("By a note"), ByFile: language.M("By file")}[w])
}

func invitationsTable(ctx context.Context, tx *db.Tx, r *web.Request, n id.ID) (web.Table, error) {
	t := web.Table{
		Caption: r.T("When it was invited"), Empty: r.T("It was not invited yet."),
		Columns: []web.Column{{Label: r.T("When")}, {Label: r.T("How")}, {Label: r.T("Questionnaire")}},
	}
	all, err := InvitationsOf(ctx, tx, n)
	for _, v := range all {
		t.Rows = append(t.Rows, []any{string(r.When(v.At)), wayWords(r.Printer, v.Way), string(v.Form[:16])})
	}
	return t, err
}

func (s *Studies) showRespondent(r *web.Request) error {
	p, err := s.respondentPage(r)
	if err != nil {
		return err
	}
	return r.Page("study/respondent", p)
}

// onRespondent does something with the respondent of the address and shows its page again when something is wrong.
func (s *Studies) onRespondent(r *web.Request, done string, do func(n, respondent, entry id.ID) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	respondent, err := r.PathID("respondent")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	if err := do(n, respondent, entry); err != nil {
		if len(errs.Fields(err)) == 0 {
			return err
		}
		p, failed := s.respondentPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("study/respondent", p, err)
	}
	return r.Done(address(n, "respondents"), done)
}

func (s *Studies) describe(r *web.Request) error {
	return s.onRespondent(r, language.M("The respondent was saved."), func(n, respondent, entry id.ID) error {
		return s.Describe(r.Ctx(), r.Person, n, respondent, language.Tag(r.Form().Get("lang")), r.Form().Get("public") == "yes", entry)
	})
}

func (s *Studies) remove(r *web.Request) error {
	return s.onRespondent(r, language.M("The respondent was taken out of the frame."), func(n, respondent, entry id.ID) error {
		return s.RemoveRespondent(r.Ctx(), r.Person, n, respondent, entry)
	})
}

// inviteAgain asks a respondent once more, by the way in which it answers: with a newer questionnaire, or a later day.
func (s *Studies) inviteAgain(r *web.Request) error {
	return s.onRespondent(r, language.M("The respondent was invited again."), func(n, respondent, entry id.ID) error {
		way := Way(r.Form().Get("way"))
		if way != ByNode {
			way = ByNote
		}
		return s.Invite(r.Ctx(), r.Person, n, respondent, way, entry)
	})
}

// decline notes that a respondent said that it won't answer.
func (s *Studies) decline(r *web.Request) error {
	return s.onRespondent(r, language.M("It was noted that this respondent won’t answer."), func(n, respondent, entry id.ID) error {
		return s.Decline(r.Ctx(), r.Person, n, respondent, entry)
	})
}
