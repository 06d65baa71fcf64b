package study

import (
	"context"
	"strings"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// head is what stands on top of each page of a study.
type head struct {
	ID        id.ID
	Name      string
	Synthetic bool
	Foreign   bool // another node leads it
}

func (s *Studies) head(r *web.Request, at Study) head {
	return head{ID: at.ID, Name: at.Name(r.Lang()), Synthetic: at.Synthetic, Foreign: at.Origin != ""}
}

// step is one step that can be taken next, and what stands in its way.
type step struct {
	To       Stage
	Button   web.Button
	Note     bool
	InTheWay []obstacle
}

// obstacle is an obstacle in words.
type obstacle struct{ Text, At string }

// studyPage is the page of one study: what has happened, what is next, what stands in the way.
type studyPage struct {
	Head    head
	Form    *web.Form
	Version int64
	Summary []web.Row
	Steps   []step
	Back    string // the step to which it can be taken back, in words; "" for none
	Rates   []web.Table
	Tabs    []web.Link
	Dates   web.Table
	History web.Table
	Mine    []ownRow
	Name    bool // this State names who answers
}

// ownRow is a respondent for whom the reader has a part in answering, or for whom this node answers.
type ownRow struct {
	ID     id.ID
	Name   string
	Status web.Tag
	Until  time.Time
	People string // address, "" when the reader has no say in it
	Answer string // address of the questionnaire, "" when it isn't answered here
}

func (s *Studies) showStudy(r *web.Request) error {
	p, err := s.studyPage(r)
	if err != nil {
		return err
	}
	return r.Page("study/study", p)
}

func (s *Studies) studyPage(r *web.Request) (studyPage, error) {
	p := studyPage{Form: r.Form()}
	err := s.see(r, "study.read", func(ctx context.Context, tx *db.Tx, at Study) error {
		p.Head, p.Version = s.head(r, at), at.Version
		p.Summary = s.summary(r, at)
		plan, err := PlanOf(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		p.Dates = datesTable(r, plan)
		if err := s.mine(ctx, tx, r, at, &p); err != nil {
			return err
		}
		if r.Person.Guest() || at.Origin != "" {
			return nil
		}
		if p.History, err = historyTable(ctx, tx, r, at.ID); err != nil {
			return err
		}
		return s.leading(ctx, tx, r, at, &p)
	})
	return p, err
}

func (s *Studies) summary(r *web.Request, at Study) []web.Row {
	rows := []web.Row{{Key: r.T("Step"), Value: stageWords(r.Printer, at.Stage)}, {Key: r.T("Short name"), Value: at.Code}}
	if !at.Opens.IsZero() {
		rows = append(rows, web.Row{Key: r.T("Opens"), Value: string(r.LongDate(at.Opens))})
	}
	due := r.T("Not set")
	if !at.Deadline.IsZero() {
		due = string(r.LongDate(at.Deadline))
	}
	rows = append(rows, web.Row{Key: r.T("Deadline"), Value: due})
	if len(at.Mandates) > 0 {
		rows = append(rows, web.Row{Key: r.T("Mandates"), Value: strings.Join(at.Mandates, ", ")})
	}
	return rows
}

// leading adds what the secretariat sees: the next steps, the rates, the ways to the other pages.
func (s *Studies) leading(ctx context.Context, tx *db.Tx, r *web.Request, at Study, p *studyPage) error {
	for _, to := range moves()[at.Stage] {
		if may, err := s.Desk.Could(ctx, tx, r.Person, actOf()[to], id.NewRef(Kind, at.ID)); err != nil || !may {
			if err != nil {
				return err
			}
			continue
		}
		n := step{To: to, Note: to.NeedsNote(), Button: web.Button{Text: r.T("Next step: {step}", "step", language.Plain(stageWords(r.Printer, to)))}}
		all, err := s.Obstacles(ctx, tx, at.ID, to)
		if err != nil {
			return err
		}
		for _, o := range all {
			n.InTheWay = append(n.InTheWay, obstacle{r.Say(o.Code, o.Args), o.At})
		}
		p.Steps = append(p.Steps, n)
	}
	may, err := s.Desk.Could(ctx, tx, r.Person, "study.back", id.NewRef(Kind, at.ID))
	if err != nil {
		return err
	}
	if to, ok := back()[at.Stage]; ok && may {
		p.Back = stageWords(r.Printer, to)
	}
	if may, err = s.Desk.Could(ctx, tx, r.Person, "study.monitor", id.NewRef(Kind, at.ID)); err != nil || !may {
		p.Tabs = s.tabs(r, at, false)
		return err
	}
	p.Tabs = s.tabs(r, at, true)
	frame, err := Respondents(ctx, tx, at.ID)
	if err != nil {
		return err
	}
	p.Rates = rateTables(r, at.ID, frame)
	return nil
}

func (s *Studies) tabs(r *web.Request, at Study, monitor bool) []web.Link {
	tabs := []web.Link{{Text: r.T("Topics, method, calendar"), Href: address(at.ID, "topics")}, {Text: r.T("Questionnaires"), Href: address(at.ID, "instruments")}}
	if !monitor {
		return tabs
	}
	for _, t := range s.more {
		if s.Desk.Ever(r.Person, t.Act) {
			tabs = append(tabs, web.Link{Text: r.T(t.Title), Href: address(at.ID, t.Page)})
		}
	}
	for _, t := range []struct {
		text, page string
		act        access.Act
	}{
		{r.T("Who is asked"), "frame", "study.monitor"}, {r.T("Who has answered"), "respondents", "study.monitor"}, {r.T("Invitations"), "invite", "study.invite"},
		{r.T("Nominations"), "nominations", "study.nominate"}, {r.T("Reminders"), "reminders", "study.remind"}, {r.T("Late answers"), "late", "study.late"},
	} {
		if s.Desk.Ever(r.Person, t.act) {
			tabs = append(tabs, web.Link{Text: t.text, Href: address(at.ID, t.page)})
		}
	}
	return tabs
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
		if p.Name, err = s.Desk.Could(ctx, tx, r.Person, "study.nominate.send", id.NewRef(Kind, at.ID)); err != nil {
			return err
		}
	}
	for _, o := range list {
		row := ownRow{ID: o.ID, Name: respondentName(r.Printer, o), Status: statusTag(r.Printer, o.Status), Until: AnswersUntil(at, o)}
		if own[o.ID] && s.answerAt != nil {
			row.Answer = s.answerAt(o.ID)
		}
		may, err := s.Desk.Could(ctx, tx, r.Person, "study.seat.give", id.NewRef(KindRespondent, o.ID))
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

// Tab is a page that another slice has of a study: its title, a sentence of the catalogue, the last part of its address
// and the act that opens it.
type Tab struct {
	Title, Page string
	Act         access.Act
}

// Show has the page of each study lead to another slice's page; it is called while the node is wired.
func (s *Studies) Show(t Tab) { s.more = append(s.more, t) }

// AnswersAt names where a respondent's people answer; it is called while the node is wired.
func (s *Studies) AnswersAt(at func(respondent id.ID) string) { s.answerAt = at }
