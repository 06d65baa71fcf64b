package learning

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument/workbook"
	"comity/internal/store/db"
)

// Enrolment is one person's place in a cohort.
type Enrolment struct {
	ID           id.ID
	Cohort       id.ID
	Person       id.ID
	Role         string // profession
	State        string
	Organisation id.ID
	At           time.Time
}

// Roles are the professions of learners.
func Roles() []string {
	return []string{"investigator", "first_responder", "prosecutor", "judge", "authority", "analyst", "private"}
}

func knownRole(r string) bool { return slices.Contains(Roles(), r) }

// RoleName returns a profession in words: a message of the catalogue.
func RoleName(r string) string {
	switch r {
	case "investigator":
		return language.M("Investigator")
	case "first_responder":
		return language.M("First responder")
	case "prosecutor":
		return language.M("Prosecutor")
	case "judge":
		return language.M("Judge")
	case "authority":
		return language.M("Official of a central authority")
	case "analyst":
		return language.M("Forensic examiner")
	case "private":
		return language.M("Staff of a company")
	}
	return r
}

const enrolmentColumns = `id, cohort_id, person_id, role, state, organisation_id, at`

func scanEnrolment(s db.Scan) (e Enrolment, err error) {
	return e, s(&e.ID, &e.Cohort, &e.Person, &e.Role, &e.State, &e.Organisation, &e.At)
}

func enrolmentOf(ctx context.Context, tx *db.Tx, n, person id.ID) (Enrolment, error) {
	e, err := scanEnrolment(tx.Row(ctx, `SELECT `+enrolmentColumns+` FROM enrolment WHERE cohort_id = ? AND person_id = ?`, n, person).Scan)
	if err != nil {
		return e, fmt.Errorf("enrolment in cohort %s: %w", n, err)
	}
	return e, nil
}

// Enrolments lists who is in a cohort, in the order in which they came.
func Enrolments(ctx context.Context, tx *db.Tx, n id.ID) ([]Enrolment, error) {
	rows, err := tx.Query(ctx, `SELECT `+enrolmentColumns+` FROM enrolment WHERE cohort_id = ? ORDER BY id`, n)
	return db.Collect(rows, err, scanEnrolment)
}

// Learner is one row of a roster.
type Learner struct {
	Name, Email  string
	Role         string
	State        string
	Organisation string // its name, as it was entered
	Lang         string
}

// rosterColumns are those of a roster, in any order; lang may be missing.
var rosterColumns = []string{"name", "email", "role", "state", "organisation"}

// maxRoster is how many people one roster holds, and how large its file may be.
const (
	maxRoster      = 500
	maxRosterBytes = 1 << 20
)

// ReadRoster reads a roster as a workbook or as text ([workbook.Rows]). A cell that begins like a formula stays the text
// that it is. What is wrong is said by row and column; nothing is stored.
func (q *Learning) ReadRoster(r io.Reader) ([]Learner, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxRosterBytes+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxRosterBytes || len(bytes.TrimSpace(b)) == 0 {
		return nil, errs.WithFields(errs.Field{Path: "roster", Code: language.M("Give a table of at most 500 people and one megabyte.")})
	}
	rows, err := workbook.Rows(b, "roster", maxRoster+1)
	if err != nil {
		return nil, errors.Join(err, errs.WithFields(workbook.Fields(err, "roster")...))
	}
	at := map[string]int{}
	if len(rows) > 0 {
		for i, h := range rows[0].Cells {
			at[strings.ToLower(strings.TrimSpace(h))] = i
		}
	}
	for _, h := range rosterColumns {
		if _, ok := at[h]; !ok {
			return nil, errs.WithFields(errs.Field{Path: "roster", Code: language.M("The first row has no column {column}. It wants: {all}."), Args: map[string]string{"column": h, "all": strings.Join(rosterColumns, ", ")}})
		}
	}
	return q.learners(rows[1:], at)
}

func (q *Learning) learners(rows []workbook.Line, at map[string]int) ([]Learner, error) {
	var all []Learner
	var wrong []errs.Field
	seen := map[string]int{}
	for _, row := range rows {
		cell := func(h string) string {
			if j, ok := at[h]; ok && j < len(row.Cells) {
				return strings.TrimSpace(row.Cells[j])
			}
			return ""
		}
		l := Learner{cell("name"), strings.ToLower(cell("email")), strings.ToLower(cell("role")), strings.ToUpper(cell("state")), cell("organisation"), cell("lang")}
		fault := func(column, say string, kv ...string) {
			args := map[string]string{"row": fmt.Sprint(row.N), "column": column}
			for j := 0; j < len(kv); j += 2 {
				args[kv[j]] = kv[j+1]
			}
			wrong = append(wrong, errs.Field{Path: "roster", Code: say, Args: args})
		}
		if n := len([]rune(l.Name)); n == 0 || n > maxTitle {
			fault("name", language.M("Row {row}, {column}: write the name, in at most 200 characters."))
		}
		if a, err := mail.ParseAddress(l.Email); err != nil || a.Address != l.Email {
			fault("email", language.M("Row {row}, {column}: {value} is no e-mail address."), "value", l.Email)
		} else if before := seen[l.Email]; before > 0 {
			fault("email", language.M("Row {row}, {column}: {value} stands in row {other} already."), "value", l.Email, "other", fmt.Sprint(before))
		}
		seen[l.Email] = row.N
		if !knownRole(l.Role) {
			fault("role", language.M("Row {row}, {column}: {value} is none of {all}."), "value", l.Role, "all", strings.Join(Roles(), ", "))
		}
		if !q.Organisations.KnowsState(l.State) {
			fault("state", language.M("Row {row}, {column}: {value} is no code of a State. Use two letters of ISO 3166-1."), "value", l.State)
		}
		all = append(all, l)
	}
	if len(wrong) > 50 {
		wrong = wrong[:50]
	}
	return all, errs.WithFields(wrong...)
}

// Enrol takes the people of a roster into the cohort: each gets an account as a guest of their organisation, and a link
// for who can't sign in yet. It is all or nothing.
func (q *Learning) Enrol(ctx context.Context, who access.Person, n id.ID, people []Learner, entry id.ID) (links []organisation.Link, err error) {
	err = q.Desk.Do(ctx, who, "cohort.enrol", id.NewRef(RefCohort, n), func(c *desk.Change) error {
		links = nil
		k, err := cohort(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if err := elsewhere(k); err != nil {
			return err
		}
		if k.State == Closed || k.State == Frozen {
			return errs.Say(fmt.Errorf("enrol in cohort %s: %w", n, errs.Conflict), language.M("The cohort is closed: nobody enrols any more."), nil)
		}
		c.Record(map[string]int{"people": len(people)})
		for i, l := range people {
			o, err := organisation.Named(ctx, c.Tx, l.State, l.Organisation)
			if err != nil {
				return errs.WithFields(errs.Field{Path: "roster", Code: language.M("Row {row}, {column}: there is no organisation {value} in this State. Enter it first."),
					Args: map[string]string{"row": fmt.Sprint(i + 2), "column": "organisation", "value": l.Organisation}})
			}
			link, err := q.Organisations.Join(ctx, c, o.ID, organisation.Someone{Name: l.Name, Email: l.Email, Lang: lang(l.Lang), Role: "learner"})
			if err != nil {
				return err
			}
			links = append(links, link)
			if err := join(ctx, c, Enrolment{ID: id.New(c.Now()), Cohort: n, Person: link.Person, Role: l.Role, State: l.State, Organisation: o.ID}, l.Name); err != nil {
				return err
			}
		}
		return nil
	}, desk.Once(entry))
	return links, err
}

// join gives a person, who is called so, a place in a cohort.
func join(ctx context.Context, c *desk.Change, e Enrolment, name string) error {
	_, err := c.Exec(ctx, `
		INSERT INTO enrolment (id, cohort_id, person_id, role, state, organisation_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.Cohort, e.Person, e.Role, e.State, e.Organisation, c.Now())
	if errors.Is(err, errs.Conflict) {
		return errs.WithFields(errs.Field{Path: "roster", Code: language.M("{name} is in the cohort already."), Args: map[string]string{"name": name}})
	}
	if err != nil {
		return err
	}
	return access.AddMember(ctx, c.Tx, e.Cohort, e.Person, c.Who().ID)
}

func lang(tag string) language.Tag {
	if slices.Contains(language.Official(), language.Tag(tag)) {
		return language.Tag(tag)
	}
	return language.English
}
