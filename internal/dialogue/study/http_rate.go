package study

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

func regionWords(p *language.Printer, code string) string {
	words := map[string]string{
		"002": language.M("Africa"), "019": language.M("Americas"), "142": language.M("Asia"), "150": language.M("Europe"), "009": language.M("Oceania"),
	}[code]
	if words == "" {
		return p.T("No region")
	}
	return p.T(words)
}

func audienceWords(p *language.Printer, a Audience) string {
	return p.T(map[Audience]string{
		States: language.M("States"), Private: language.M("Private sector"), Academic: language.M("Academia"), IGO: language.M("Intergovernmental organisations"),
	}[a])
}

// rateTables shows the response of each audience that is asked: by region, with the denominator in its own column.
func rateTables(r *web.Request, n id.ID, frame []Respondent) []web.Table {
	var out []web.Table
	for _, a := range Audiences() {
		rates := RatesOf(a, frame)
		if rates.All.Of+rates.Observers.Of == 0 {
			continue
		}
		t := web.Table{
			Caption: r.T("Response: {audience}", "audience", language.Plain(audienceWords(r.Printer, a))),
			Columns: []web.Column{{Label: r.T("Region")}, {Label: r.T("Answered"), Numeric: true}, {Label: r.T("Of"), Numeric: true}, {Label: r.T("Share"), Numeric: true}},
		}
		for _, rate := range rates.Regions {
			name := web.Link{Text: regionWords(r.Printer, rate.Region), Href: address(n, "respondents") + "?audience=" + string(a) + "&region=" + rate.Region}
			t.Rows = append(t.Rows, rateRow(name, rate))
		}
		if len(rates.Regions) != 1 {
			t.Rows = append(t.Rows, rateRow(r.T("All together"), rates.All))
		}
		if rates.Observers.Of > 0 {
			t.Rows = append(t.Rows, rateRow(r.T("Observer States, counted apart"), rates.Observers))
		}
		out = append(out, t)
	}
	return out
}

func rateRow(name any, rate Rate) []any {
	return []any{name, fmt.Sprint(rate.Answered), fmt.Sprint(rate.Of), fmt.Sprintf("%d %%", rate.Percent())}
}

func datesTable(r *web.Request, p Plan) web.Table {
	t := web.Table{Caption: r.T("Calendar"), Columns: []web.Column{{Label: r.T("Day")}, {Label: r.T("What happens")}}}
	for _, d := range p.Calendar {
		day, err := time.Parse(time.DateOnly, d.Day)
		if err != nil {
			continue // typed before days were checked: there is none such
		}
		t.Rows = append(t.Rows, []any{string(r.Date(day)), r.T(d.Text)})
	}
	return t
}

func historyTable(ctx context.Context, tx *db.Tx, r *web.Request, n id.ID) (web.Table, error) {
	t := web.Table{Caption: r.T("Steps taken"), Columns: []web.Column{{Label: r.T("Step")}, {Label: r.T("When")}, {Label: r.T("Words")}}}
	all, err := History(ctx, tx, n)
	for _, m := range slices.Backward(all) {
		note := m.Note
		if note == "" {
			note = "–"
		}
		t.Rows = append(t.Rows, []any{stageWords(r.Printer, m.To), string(r.When(m.At)), note})
	}
	return t, err
}

// mine adds the respondents for whom the reader has a part in answering and, at a State's node, those that are asked here.
func (s *Studies) mine(ctx context.Context, tx *db.Tx, r *web.Request, at Study, p *studyPage) error {
	list, err := OwnRespondents(ctx, tx, at.ID)
	if err != nil {
		return err
	}
	own := map[id.ID]bool{}
	for _, o := range list {
		own[o.ID] = true
	}
	if at.Origin != "" && !r.Person.Guest() {
		if list, err = Respondents(ctx, tx, at.ID); err != nil {
			return err
		}
		if p.Name, err = s.may(ctx, tx, r, "study.nominate.send", id.NewRef(Kind, at.ID)); err != nil {
			return err
		}
	}
	for _, o := range list {
		row := ownRow{ID: o.ID, Name: respondentName(r.Printer, o), Status: statusTag(r.Printer, o.Status), Until: AnswersUntil(at, o)}
		if own[o.ID] && s.answerAt != nil {
			row.Answer = s.answerAt(o.ID)
		}
		may, err := s.may(ctx, tx, r, "study.seat.give", id.NewRef(KindRespondent, o.ID))
		if err != nil {
			return err
		}
		if may {
			row.People = "/d/respondents/" + string(o.ID) + "/people"
		}
		p.Mine = append(p.Mine, row)
	}
	return nil
}

func respondentName(p *language.Printer, r Respondent) string {
	if r.Audience == States && r.State != "" {
		return p.Country(r.State)
	}
	return r.Name
}

func statusTag(p *language.Printer, s Status) web.Tag {
	words := map[Status]string{
		Listed: language.M("Not asked yet"), Invited: language.M("Invited"), Nominated: language.M("Focal point named"), Accessed: language.M("Questionnaire opened"),
		InProgress: language.M("Being answered"), Submitted: language.M("Submitted"), Declined: language.M("Declined"), NoReply: language.M("No reply"),
	}[s]
	colour := map[Status]string{Listed: "grey", Invited: "blue", Nominated: "blue", Accessed: "teal", InProgress: "teal", Submitted: "green", Declined: "red", NoReply: "orange"}[s]
	return web.Tag{Text: p.T(words), Colour: colour}
}

// move takes the next step.
func (s *Studies) move(r *web.Request, to Stage) error {
	n, version, entry, err := s.stepForm(r)
	if err != nil {
		return err
	}
	if err := s.Move(r.Ctx(), r.Person, n, to, r.Form().Get("note"), version, entry); err != nil {
		return s.stepAgain(r, err)
	}
	return r.Done(address(n, ""), language.M("The study has taken the next step."))
}

func (s *Studies) moveBack(r *web.Request) error {
	n, version, entry, err := s.stepForm(r)
	if err != nil {
		return err
	}
	if err := s.Back(r.Ctx(), r.Person, n, r.Form().Get("reason"), version, entry); err != nil {
		return s.stepAgain(r, err)
	}
	return r.Done(address(n, ""), language.M("The study was taken a step back. Nothing was deleted."))
}

func (s *Studies) stepForm(r *web.Request) (n id.ID, version int64, entry id.ID, err error) {
	if n, err = r.PathID("id"); err != nil {
		return "", 0, "", err
	}
	if entry, err = r.Form().Entry(); err != nil {
		return "", 0, "", err
	}
	version, err = formVersion(r)
	return n, version, entry, err
}

func formVersion(r *web.Request) (int64, error) {
	var v int64
	if _, err := fmt.Sscan(r.Version(), &v); err != nil {
		return 0, errs.Invalidf("form: the version %q is no number", r.Version())
	}
	return v, nil
}

func (s *Studies) stepAgain(r *web.Request, err error) error {
	if len(errs.Fields(err)) == 0 {
		return err
	}
	p, failed := s.studyPage(r)
	if failed != nil {
		return failed
	}
	return r.Again("study/study", p, err)
}

// AnswersAt names where a respondent's people answer; it is called while the node is wired.
func (s *Studies) AnswersAt(at func(respondent id.ID) string) { s.answerAt = at }
