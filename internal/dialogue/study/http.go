package study

import (
	"context"
	"embed"
	"slices"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of studies.
func Pages() web.Pages { return web.Pages{Name: "study", FS: shown} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "study", FS: shown} }

// Routes registers the pages of studies.
func (s *Studies) Routes(m *web.Mux) {
	m.Get("/d/studies", "study.read", s.showBoard)
	m.Get("/d/studies/new", "study.propose", s.showNew)
	m.Post("/d/studies/new", "study.propose", s.proposeForm)
	m.Get("/d/studies/{id}", "study.read", s.showStudy)
	for _, to := range Stages()[1:] {
		m.Post("/d/studies/{id}/step/"+string(to), actOf()[to], func(r *web.Request) error { return s.move(r, to) })
	}
	m.Post("/d/studies/{id}/back", "study.back", s.moveBack)
	m.Get("/d/studies/{id}/topics", "study.read", s.showPlan)
	m.Post("/d/studies/{id}/topics", "study.edit", s.savePlan)
	m.Post("/d/studies/{id}/edit", "study.edit", s.saveStudy)
	m.Get("/d/studies/{id}/instruments", "study.read", s.showForms)
	m.Post("/d/studies/{id}/instruments", "study.form.add", s.upload, web.MaxBody(maxWorkbook+1<<20))
	m.Get("/d/studies/{id}/instruments/{form}", "study.read", s.showForm)
	m.Get("/d/studies/{id}/instruments/{form}/file", "study.read", s.giveForm)
	m.Post("/d/studies/{id}/instruments/{form}/adopt", "study.form.adopt", s.adoptForm)
	m.Post("/d/studies/{id}/instruments/{form}/waive", "study.waive", s.waive)
	m.Get("/d/studies/{id}/frame", "study.monitor", s.showFrame)
	m.Post("/d/studies/{id}/frame/states", "study.frame", s.addStates)
	m.Post("/d/studies/{id}/frame/list", "study.frame", s.addList, web.MaxBody(4<<20))
	m.Get("/d/studies/{id}/respondents", "study.monitor", s.showRespondents)
	m.Get("/d/studies/{id}/respondents/{respondent}", "study.monitor", s.showRespondent)
	m.Post("/d/studies/{id}/respondents/{respondent}", "study.frame", s.describe)
	m.Post("/d/studies/{id}/respondents/{respondent}/remove", "study.frame", s.remove)
	m.Post("/d/studies/{id}/respondents/{respondent}/decline", "study.frame", s.decline)
	m.Post("/d/studies/{id}/respondents/{respondent}/invite", "study.invite", s.inviteAgain)
	m.Post("/d/studies/{id}/respondents/{respondent}/link", "study.invite", s.renew)
	m.Get("/d/studies/{id}/invite", "study.invite", s.showInvite)
	m.Post("/d/studies/{id}/invite", "study.invite", s.invite)
	m.Get("/d/studies/{id}/nominations", "study.monitor", s.showNominations)
	m.Post("/d/studies/{id}/nominations", "study.nominate", s.nominate, web.MaxBody(maxScan+1<<20))
	m.Post("/d/studies/{id}/nominations/{nomination}", "study.nominate.confirm", s.confirm)
	m.Get("/d/studies/{id}/nominations/{nomination}/scan", "study.monitor", s.giveScan)
	m.Get("/d/studies/{id}/reminders", "study.remind", s.showReminders)
	m.Post("/d/studies/{id}/reminders", "study.remind", s.remind)
	m.Get("/d/studies/{id}/reminders/{reminder}/{form}", "study.remind", s.giveLetter)
	m.Get("/d/studies/{id}/late", "study.late", s.showLate)
	m.Post("/d/studies/{id}/late", "study.late", s.letLate)
	m.Get("/d/studies/{id}/name", "study.nominate.send", s.showName)
	m.Post("/d/studies/{id}/name", "study.nominate.send", s.name)
	m.Get("/d/respondents/{respondent}/people", "study.seat.give", s.showPeople)
	m.Post("/d/respondents/{respondent}/people", "study.seat.give", s.givePart)
	m.Post("/d/respondents/{respondent}/people/end", "study.seat.end", s.endPart)
}

// look reads for the person of the request.
func (s *Studies) look(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return s.Read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

// see reads the study of the address for someone who may do the act on it: to others it is not found, or not allowed, as
// the policy says.
func (s *Studies) see(r *web.Request, act access.Act, f func(ctx context.Context, tx *db.Tx, at Study) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	return s.look(r, func(ctx context.Context, tx *db.Tx) error {
		if err := s.Desk.See(ctx, tx, r.Person, act, id.NewRef(Kind, n)); err != nil {
			return err
		}
		at, err := Find(ctx, tx, n)
		if err != nil {
			return err
		}
		return f(ctx, tx, at)
	})
}

// stageWords says a stage in words.
func stageWords(r *language.Printer, s Stage) string {
	return r.T(map[Stage]string{
		Proposed: language.M("Proposed"), Designed: language.M("Designed"), Adopted: language.M("Plan adopted"), Fielding: language.M("Being asked"),
		Closed: language.M("Asking closed"), Analysed: language.M("Analysed"), Drafted: language.M("Drafted"), InReview: language.M("Open to comments"),
		Translated: language.M("Translated"), Presented: language.M("Presented"), Noted: language.M("Taken note of"), Endorsed: language.M("Endorsed"),
		Superseded: language.M("Superseded"),
	}[s])
}

// boardPage is the page of all studies, by how far they are.
type boardPage struct {
	Own   []web.Table // one for each phase in which there is a study
	Asked web.Table
	Guest bool
	May   bool
}

// phases are the parts of a study's life that the board keeps apart.
func phases() []struct {
	words  string
	stages []Stage
} {
	return []struct {
		words  string
		stages []Stage
	}{
		{language.M("Being planned"), []Stage{Proposed, Designed, Adopted}},
		{language.M("Answers come in"), []Stage{Fielding}},
		{language.M("Being worked out"), []Stage{Closed, Analysed, Drafted, InReview, Translated}},
		{language.M("Before a session, and after"), []Stage{Presented, Noted, Endorsed, Superseded}},
	}
}

// showBoard shows whoever works in an office all studies, and a guest those that they answer.
func (s *Studies) showBoard(r *web.Request) error {
	p := boardPage{May: s.Desk.Ever(r.Person, "study.propose"), Guest: r.Person.Guest()}
	err := s.look(r, func(ctx context.Context, tx *db.Tx) error {
		list := List
		if p.Guest {
			list = Mine
		}
		all, err := list(ctx, tx)
		if err != nil {
			return err
		}
		p.Asked = boardTable(r, r.T("Asked of us"), r.T("Nobody has asked us to answer a study yet."))
		for _, phase := range phases() {
			t := boardTable(r, r.T(phase.words), "")
			for _, at := range all {
				switch {
				case !slices.Contains(phase.stages, at.Stage):
				case at.Origin != "" || p.Guest:
					p.Asked.Rows = append(p.Asked.Rows, s.boardRow(r, at))
				default:
					t.Rows = append(t.Rows, s.boardRow(r, at))
				}
			}
			if len(t.Rows) > 0 {
				p.Own = append(p.Own, t)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("study/board", p)
}

func boardTable(r *web.Request, caption, empty string) web.Table {
	return web.Table{Caption: caption, Empty: empty, Columns: []web.Column{{Label: r.T("Study")}, {Label: r.T("Step")}, {Label: r.T("Deadline")}}}
}

func (s *Studies) boardRow(r *web.Request, at Study) []any {
	due := any(r.T("Not set"))
	if !at.Deadline.IsZero() {
		due = string(r.Date(at.Deadline))
	}
	return []any{web.Link{Text: at.Name(r.Lang()), Href: address(at.ID, "")}, web.Tag{Text: stageWords(r.Printer, at.Stage)}, due}
}
