package study

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// invitePage chooses whom to ask, and how.
type invitePage struct {
	Head   head
	Form   *web.Form
	Filter filterForm
	People []web.Choice
	Pager  web.Pager
	Ways   []web.Choice
	Ready  bool // the study is being asked
}

// waiting are those who can be invited: never asked, or asked without an answer.
func toInvite(all []Respondent) []Respondent {
	return slices.DeleteFunc(slices.Clone(all), func(o Respondent) bool { return o.Status != Listed && o.Status != Invited && o.Status != Declined })
}

func (s *Studies) invitePage(r *web.Request) (invitePage, error) {
	p := invitePage{Form: r.Form()}
	f := readFilter(r)
	err := s.see(r, "study.invite", func(ctx context.Context, tx *db.Tx, at Study) error {
		p.Head, p.Ready = s.head(r, at), at.Stage == Fielding
		path := address(at.ID, "invite")
		p.Filter = s.filterForm(r, f, path)
		all, err := Respondents(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		peers, err := exchange.Peers(ctx, tx)
		if err != nil {
			return err
		}
		kept, pager := f.page(path, f.choose(r, toInvite(all)))
		p.Pager = pager
		for _, o := range kept {
			c := web.Choice{Value: string(o.ID), Label: respondentName(r.Printer, o)}
			if s.hasNode(peers, o) {
				c.Hint = r.T("Has a node of its own")
			}
			if o.Status != Listed {
				c.Hint = statusTag(r.Printer, o.Status).Text
			}
			p.People = append(p.People, c)
		}
		p.Ways = []web.Choice{
			{Value: string(ByNode), Label: r.T("To its own node"), Hint: r.T("The invitation and the questionnaire go as a sealed envelope.")},
			{Value: string(ByNote), Label: r.T("By a note"), Hint: r.T("You send the note. Who answers is then entered under “Nominations”.")},
			{Value: string(ByFile), Label: r.T("By file"), Hint: r.T("You hand over the questionnaire as a file, and take the answers as a file.")},
		}
		return nil
	})
	return p, err
}

func (s *Studies) hasNode(peers []exchange.Peer, o Respondent) bool {
	c, ok := s.Catalog.Country(o.State)
	return ok && o.Audience == States && slices.ContainsFunc(peers, func(p exchange.Peer) bool { return p.State == c.ISO2 && p.Status == exchange.Trusted })
}

func (s *Studies) showInvite(r *web.Request) error {
	p, err := s.invitePage(r)
	if err != nil {
		return err
	}
	return r.Page("study/invite", p)
}

// invite asks everyone who was ticked. Each is an act of its own; one that fails stops the rest and says so, and the same
// form sent again goes on where it stopped.
func (s *Studies) invite(r *web.Request) error {
	n, entry, err := pathAndEntry(r)
	if err != nil {
		return err
	}
	chosen := r.Form().All("respondent")
	way := Way(r.Form().Get("way"))
	var wrong []errs.Field
	if len(chosen) == 0 || len(chosen) > perPage {
		wrong = append(wrong, errs.Field{Path: "respondent", Code: language.M("Choose between 1 and 60 respondents.")})
	}
	if !slices.Contains([]Way{ByNode, ByNote, ByFile}, way) {
		wrong = append(wrong, errs.Field{Path: "way", Code: language.M("Choose how the invitation goes.")})
	}
	if err = errs.WithFields(wrong...); err != nil {
		p, failed := s.invitePage(r)
		if failed != nil {
			return failed
		}
		return r.Again("study/invite", p, err)
	}
	for _, c := range chosen {
		o, err := id.Parse(c)
		if err != nil {
			return err
		}
		if err := s.Invite(r.Ctx(), r.Person, n, o, way, derived(entry, o)); err != nil {
			return err
		}
	}
	return r.Done(address(n, "respondents"), language.M("Invited: {n}."), "n", strconv.Itoa(len(chosen)))
}

// derived makes an entry of its own for one of several things that a form does: always the same for the same two.
func derived(entry, of id.ID) id.ID {
	sum := sha256.Sum256([]byte(entry + of))
	tail := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").EncodeToString(sum[:10])
	return entry[:10] + id.ID(tail)
}

// remindPage lists who would be reminded, and the reminders there were.
type remindPage struct {
	Head   head
	Form   *web.Form
	Filter filterForm
	People []web.Choice
	Pager  web.Pager
	Sample Letter
	Log    web.Table
}

func (s *Studies) remindPage(r *web.Request) (remindPage, error) {
	p := remindPage{Form: r.Form()}
	f := readFilter(r)
	err := s.see(r, "study.remind", func(ctx context.Context, tx *db.Tx, at Study) error {
		p.Head = s.head(r, at)
		path := address(at.ID, "reminders")
		p.Filter = s.filterForm(r, f, path)
		all, err := Respondents(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		due := slices.DeleteFunc(slices.Clone(all), func(o Respondent) bool { return !Due(at, o, tx.Now()) })
		kept, pager := f.page(path, f.choose(r, due))
		p.Pager = pager
		for i, o := range kept {
			p.People = append(p.People, web.Choice{Value: string(o.ID), Label: respondentName(r.Printer, o), Hint: statusTag(r.Printer, o.Status).Text})
			if i == 0 {
				seats, err := Seats(ctx, tx, o.ID)
				if err != nil {
					return err
				}
				p.Sample = s.Words(at, o, seats)
			}
		}
		p.Log, err = remindersTable(ctx, tx, r, at.ID, all)
		return err
	})
	return p, err
}

// maxLog is how many reminders the page shows.
const maxLog = 60

func remindersTable(ctx context.Context, tx *db.Tx, r *web.Request, n id.ID, frame []Respondent) (web.Table, error) {
	t := web.Table{
		Caption: r.T("Reminders made"), Empty: r.T("No reminder was made yet."),
		Columns: []web.Column{{Label: r.T("Respondent")}, {Label: r.T("When")}, {Label: r.T("As text")}, {Label: r.T("For a mail program")}},
	}
	all, err := RemindersOf(ctx, tx, n)
	for _, m := range all[:min(len(all), maxLog)] {
		i := slices.IndexFunc(frame, func(o Respondent) bool { return o.ID == m.Respondent })
		if i < 0 {
			continue
		}
		at := address(n, "reminders") + "/" + string(m.ID)
		name := respondentName(r.Printer, frame[i])
		t.Rows = append(t.Rows, []any{name, string(r.When(m.At)), web.Link{Text: ".txt", Href: at + "/txt", Hidden: name}, web.Link{Text: ".eml", Href: at + "/eml", Hidden: name}})
	}
	return t, err
}

func (s *Studies) showReminders(r *web.Request) error {
	p, err := s.remindPage(r)
	if err != nil {
		return err
	}
	return r.Page("study/reminders", p)
}

func (s *Studies) remind(r *web.Request) error {
	n, entry, err := pathAndEntry(r)
	if err != nil {
		return err
	}
	var to []id.ID
	for _, c := range r.Form().All("respondent") {
		o, err := id.Parse(c)
		if err != nil {
			return err
		}
		to = append(to, o)
	}
	made, err := s.Remind(r.Ctx(), r.Person, n, to, entry)
	if err != nil {
		if len(errs.Fields(err)) == 0 {
			return err
		}
		p, failed := s.remindPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("study/reminders", p, err)
	}
	return r.Done(address(n, "reminders"), language.M("Reminders made: {n}. Send them with your own mail program, or on paper."), "n", strconv.Itoa(made))
}
