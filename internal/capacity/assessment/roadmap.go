package assessment

import (
	"context"
	"fmt"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/engine/document"
	"comity/internal/engine/document/svg"
	"comity/internal/engine/picture"
	"comity/internal/store/db"
)

// Roadmap returns the plan of an assessment's milestones as SVG, for whoever may read the report; nothing where there is
// no milestone. Narrow is for a telephone.
func (q *Assessments) Roadmap(ctx context.Context, who access.Person, n id.ID, tag language.Tag, narrow bool) (b []byte, err error) {
	err = q.read.Read(ctx, db.House("assessment"), func(tx *db.Tx) error {
		if err := q.desk.See(ctx, tx, who, "assessment.report", id.NewRef(RefInside, n)); err != nil {
			return err
		}
		c, err := q.content(ctx, tx, n)
		if err != nil || len(c.Milestones) == 0 {
			return err
		}
		d, err := q.gantt(c, q.catalog.Get(tag), narrow)
		if err == nil {
			b = svg.Write(d)
		}
		return err
	})
	return b, err
}

// mostRows is how many milestones a picture of the roadmap has: those due first. Its table has all.
const mostRows = 40

func (q *Assessments) gantt(c content, p *language.Printer, narrow bool) (*document.Drawing, error) {
	list := c.Milestones[:min(len(c.Milestones), mostRows)]
	spec := picture.GanttSpec{Frame: picture.Frame{
		Lang: p.Tag(), Title: p.T("Roadmap: {state}", "state", language.Plain(organisation.StateName(p, c.State))), Desc: p.T("What is to be reached by when."), Narrow: narrow,
	}}
	if c.Exercise {
		spec.Synthetic = p.T("Exercise")
	}
	spec.From, spec.To = list[0].Begins, list[0].Due
	for _, m := range list {
		if m.Begins.Before(spec.From) {
			spec.From = m.Begins
		}
		if m.Due.After(spec.To) {
			spec.To = m.Due
		}
		spec.Rows = append(spec.Rows, picture.Span{Label: m.Words, From: m.Begins, To: m.Due, Done: m.State == "done"})
		if !narrow { // a telephone has no room for it: the table has it
			spec.Rows[len(spec.Rows)-1].Text = string(p.Date(m.Due))
		}
	}
	room := spec.To.Sub(spec.From)/2 + 30*24*time.Hour // behind the last bar, for its day
	if narrow {
		room = 0
	}
	spec.From, spec.To = spec.From.AddDate(0, 0, -7), spec.To.AddDate(0, 0, 7).Add(room)
	for t := quarter(spec.From); t.Before(spec.To); t = t.AddDate(0, 3, 0) {
		if !t.Before(spec.From) {
			spec.Ticks = append(spec.Ticks, picture.Tick{At: t, Text: fmt.Sprintf("%s %d", p.MonthName(t.Month()), t.Year())})
		}
	}
	return q.pictures.Gantt(spec)
}

// quarter returns the first day of the quarter of a day.
func quarter(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month()-(t.Month()-1)%3, 1, 0, 0, 0, 0, time.UTC)
}

// stateName names how a milestone stands: a message of the catalogue.
func (m Milestone) stateName() string {
	switch m.State {
	case "done":
		return language.M("Reached")
	case "dropped":
		return language.M("Given up")
	}
	return language.M("Still to do")
}

func (q *Assessments) roadmapBlocks(c content, p *language.Printer) ([]document.Block, error) {
	all := []document.Block{document.Heading{Level: 2, Text: document.T(p.T("Roadmap"))}}
	if len(c.Milestones) == 0 {
		return append(all, document.Paragraph{Text: document.T(p.T("No milestone is planned yet."))}), nil
	}
	d, err := q.gantt(c, p, false)
	if err != nil {
		return nil, err
	}
	caption := p.T("What is to be reached by when.")
	t := document.Table{
		Caption: document.T(p.T("Milestones")), Widths: []float64{3, 2, 2, 2, 2},
		Head: []document.Text{document.T(p.T("Milestone")), document.T(p.T("Becomes")), document.T(p.T("In charge")), document.T(p.T("Due")), document.T(p.T("Measured by"))},
	}
	for _, m := range c.Milestones {
		t.Rows = append(t.Rows, []document.Text{
			{{Kind: document.Quote, Text: m.Words}, {Text: " (" + p.T(m.stateName()) + ")"}}, document.T(p.T(m.Becomes.Name())), {{Kind: document.Name, Text: m.Owner.Name}},
			{{Kind: document.Date, Text: string(p.Date(m.Due))}}, {{Kind: document.Quote, Text: m.Measure}},
		})
	}
	return append(all, document.Picture{Drawing: d, Caption: document.T(caption), Alt: caption}, t), nil
}
