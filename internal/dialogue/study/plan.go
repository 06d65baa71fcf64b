package study

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/base/symbol"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Topic is a subject of a study. Its title is English; where the catalogue has it, pages show it in their language.
type Topic struct {
	Code, Title string
	Sub         []Topic `json:",omitempty"`
}

// Block is a paragraph of the description of the method, or a heading in it.
type Block struct {
	Heading bool `json:",omitempty"`
	Text    string
}

// Date is a day of a study's calendar.
type Date struct {
	Day  string // 2026-03-02
	Text string
}

// Plan is what a session adopts before anybody is asked (dialogue.md §2).
type Plan struct {
	Topics   []Topic
	Method   []Block
	Calendar []Date
	Version  int64
}

// Limits of a plan.
const (
	maxTitle    = 300 // characters
	maxLines    = 200 // topics, paragraphs, days
	maxMandates = 50
	maxPlanText = 200_000 // bytes
)

// PlanOf returns the plan of a study.
func PlanOf(ctx context.Context, tx *db.Tx, n id.ID) (Plan, error) {
	var p Plan
	var topics, method, calendar string
	err := tx.Row(ctx, `SELECT topics, method, calendar, version FROM study_plan WHERE study_id = ?`, n).Scan(&topics, &method, &calendar, &p.Version)
	if err != nil {
		return Plan{}, fmt.Errorf("plan of study %s: %w", n, err)
	}
	for from, to := range map[string]any{topics: &p.Topics, method: &p.Method, calendar: &p.Calendar} {
		if err := json.Unmarshal([]byte(from), to); err != nil {
			return Plan{}, fmt.Errorf("plan of study %s: %w", n, err)
		}
	}
	return p, nil
}

// Proposal is what a study is made from.
type Proposal struct {
	Code      string
	Title     map[language.Tag]string
	Mandates  []string
	Synthetic bool
	Office    id.ID
	Plan      Plan
}

var code = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (n Proposal) check() error {
	var wrong []errs.Field
	if !code.MatchString(n.Code) || len(n.Code) > 60 {
		wrong = append(wrong, errs.Field{Path: "code", Code: language.M("Give a short name of small letters, digits and hyphens, at most 60.")})
	}
	if n.Title[language.English] == "" {
		wrong = append(wrong, errs.Field{Path: "title." + string(language.English), Code: language.M("Give the study a title in English.")})
	}
	for tag, title := range n.Title {
		if len([]rune(title)) > maxTitle {
			wrong = append(wrong, errs.Field{Path: "title." + string(tag), Code: language.M("The title is longer than 300 characters.")})
		}
	}
	return errs.WithFields(append(wrong, checkMandates(n.Mandates)...)...)
}

var paragraph = regexp.MustCompile(`^[0-9a-z.()]{1,20}$`)

// checkMandates wants symbols of documents, each with the paragraph behind a # when there is one: "A/RES/65/230#9".
func checkMandates(all []string) []errs.Field {
	if len(all) > maxMandates {
		return []errs.Field{{Path: "mandates", Code: language.M("Name at most 50 mandates.")}}
	}
	var wrong []errs.Field
	for _, m := range all {
		doc, para, has := strings.Cut(m, "#")
		if _, err := symbol.Parse(doc); err != nil || has && !paragraph.MatchString(para) {
			wrong = append(wrong, errs.Field{Path: "mandates", Code: language.M("{mandate} is no symbol of a document, with its paragraph behind a #: A/RES/65/230#9."), Args: map[string]string{"mandate": m}})
		}
	}
	return wrong
}

// Propose makes a study. It returns the new study's id, which is entry's.
func (s *Studies) Propose(ctx context.Context, who access.Person, n Proposal, entry id.ID) (id.ID, error) {
	if err := n.check(); err != nil {
		return "", err
	}
	err := s.Desk.Do(ctx, who, "study.propose", id.NewRef(Kind, entry), func(c *desk.Change) error {
		return s.propose(ctx, c, n, entry)
	}, desk.Once(entry), desk.Within(id.NewRef("office", n.Office)))
	return entry, err
}

func (s *Studies) propose(ctx context.Context, c *desk.Change, n Proposal, at id.ID) error {
	var taken int
	if err := c.Row(ctx, `SELECT COUNT(*) FROM study WHERE origin = '' AND code = ?`, n.Code).Scan(&taken); err != nil {
		return err
	}
	if taken > 0 {
		return errs.WithFields(errs.Field{Path: "code", Code: language.M("There is a study of this short name already.")})
	}
	if err := insertStudy(ctx, c, Study{ID: at, Code: n.Code, Title: n.Title, Stage: Proposed, Synthetic: n.Synthetic, Mandates: n.Mandates, Office: n.Office}); err != nil {
		return err
	}
	if err := insertPlan(ctx, c, at); err != nil {
		return err
	}
	n.Plan.Version = 1
	return savePlan(ctx, c, at, n.Plan)
}

func insertStudy(ctx context.Context, c *desk.Change, n Study) error {
	title, err := text(n.Title)
	if err != nil {
		return err
	}
	mandates, err := text(append([]string{}, n.Mandates...))
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, `
		INSERT INTO study (id, origin, code, title, stage, synthetic, mandates, opens, deadline, office_id, made_by, made_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
		n.ID, n.Origin, n.Code, title, n.Stage, n.Synthetic, mandates, n.Opens, n.Deadline, n.Office, c.Who().ID, c.Now())
	if err != nil {
		return fmt.Errorf("make study %s: %w", n.Code, err)
	}
	return nil
}

func insertPlan(ctx context.Context, c *desk.Change, n id.ID) error {
	_, err := c.Exec(ctx, `INSERT INTO study_plan (study_id, topics, method, calendar, version) VALUES (?, '[]', '[]', '[]', 1)`, n)
	return err
}

// Edit changes what a study is called, what asked for it and by when answers are wanted. version is the one the form showed.
func (s *Studies) Edit(ctx context.Context, who access.Person, n id.ID, to Study, entry id.ID) error {
	check := Proposal{Code: "x", Title: to.Title, Mandates: to.Mandates}
	if err := check.check(); err != nil {
		return err
	}
	if !to.Opens.IsZero() && !to.Deadline.IsZero() && !to.Deadline.After(to.Opens) {
		return errs.WithFields(errs.Field{Path: "deadline", Code: language.M("The deadline has to come after the opening.")})
	}
	title, err := text(to.Title)
	if err != nil {
		return err
	}
	mandates, err := text(append([]string{}, to.Mandates...))
	if err != nil {
		return err
	}
	return s.Desk.Do(ctx, who, "study.edit", id.NewRef(Kind, n), func(c *desk.Change) error {
		if _, err := own(ctx, c.Tx, n); err != nil {
			return err
		}
		changed, err := c.Exec(ctx, `
			UPDATE study SET title = ?, mandates = ?, opens = ?, deadline = ?, version = version + 1 WHERE id = ? AND version = ?`,
			title, mandates, to.Opens, to.Deadline, n, to.Version)
		if err == nil && changed == 0 {
			err = errs.Conflict
		}
		return err
	}, desk.Once(entry))
}

// EditPlan changes topics, method and calendar. p.Version is the one the form showed. What a session has adopted is
// changed only after a step back.
func (s *Studies) EditPlan(ctx context.Context, who access.Person, n id.ID, p Plan, entry id.ID) error {
	return s.Desk.Do(ctx, who, "study.edit", id.NewRef(Kind, n), func(c *desk.Change) error {
		at, err := own(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		before, err := PlanOf(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		fixed := !slices.Contains([]Stage{Proposed, Designed}, at.Stage)
		if fixed && (!slices.EqualFunc(p.Topics, before.Topics, sameTopic) || !slices.Equal(p.Method, before.Method)) {
			return errs.Say(fmt.Errorf("plan of study %s is adopted: %w", n, errs.Conflict), language.M("Topics and method are adopted already. Take the study a step back to change them."), nil)
		}
		return savePlan(ctx, c, n, p)
	}, desk.Once(entry))
}

func sameTopic(a, b Topic) bool {
	return a.Code == b.Code && a.Title == b.Title && slices.EqualFunc(a.Sub, b.Sub, sameTopic)
}

func savePlan(ctx context.Context, c *desk.Change, n id.ID, p Plan) error {
	topics, err := text(append([]Topic{}, p.Topics...))
	if err != nil {
		return err
	}
	method, err := text(append([]Block{}, p.Method...))
	if err != nil {
		return err
	}
	calendar, err := text(append([]Date{}, p.Calendar...))
	if err != nil {
		return err
	}
	changed, err := c.Exec(ctx, `UPDATE study_plan SET topics = ?, method = ?, calendar = ?, version = version + 1 WHERE study_id = ? AND version = ?`,
		topics, method, calendar, n, p.Version)
	if err == nil && changed == 0 {
		err = errs.Conflict
	}
	return err
}
