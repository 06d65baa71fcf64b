package study

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Part is what someone does in answering for a respondent.
type Part string

// The parts. A respondent has exactly one focal point and at most one alternate, who may do the same (dialogue.md §3).
const (
	FocalPoint  Part = "focal-point"
	Alternate   Part = "alternate"
	Contributor Part = "contributor"
	Clearing    Part = "clearing-officer"
)

// role is the role that goes with a part.
func (p Part) role() access.Role {
	if p == Alternate {
		return access.Role(FocalPoint)
	}
	return access.Role(p)
}

// Seat is one person's part in answering. Person is "" for someone whose account is at the State's own node.
type Seat struct {
	ID         id.ID
	Study      id.ID
	Respondent id.ID
	Person     id.ID
	Name       string
	Email      string
	Part       Part
	Sections   []string // of a contributor: the sections that they may fill; none: what the focal point gives them later
	Nomination id.ID
	Since      time.Time
}

// LinkFor is how long the link of an invitation to answer a study can be taken up. The focal point renews it.
const LinkFor = 30 * 24 * time.Hour

const seatColumns = `id, study_id, respondent_id, person_id, name, email, part, sections, nomination_id, since`

// Seats lists who answers for a respondent now: focal point, alternate, then the others in the order in which they came.
func Seats(ctx context.Context, tx *db.Tx, respondent id.ID) ([]Seat, error) {
	rows, err := tx.Query(ctx, `SELECT `+seatColumns+` FROM study_seat WHERE respondent_id = ? AND ended IS NULL ORDER BY id`, respondent)
	all, err := db.Collect(rows, err, scanSeat)
	if err != nil {
		return nil, fmt.Errorf("who answers for respondent %s: %w", respondent, err)
	}
	order := []Part{FocalPoint, Alternate}
	slices.SortStableFunc(all, func(a, b Seat) int {
		return cmp.Compare(uint(slices.Index(order, a.Part)), uint(slices.Index(order, b.Part))) // -1, the others, is the largest
	})
	return all, nil
}

// SeatsOf lists the parts that a person has in a study.
func SeatsOf(ctx context.Context, tx *db.Tx, study, person id.ID) ([]Seat, error) {
	rows, err := tx.Query(ctx, `SELECT `+seatColumns+` FROM study_seat WHERE person_id = ? AND study_id = ? AND ended IS NULL ORDER BY id`, person, study)
	return db.Collect(rows, err, scanSeat)
}

func scanSeat(scan db.Scan) (s Seat, err error) {
	var sections string
	if err := scan(&s.ID, &s.Study, &s.Respondent, &s.Person, &s.Name, &s.Email, &s.Part, &sections, &s.Nomination, &s.Since); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(sections), &s.Sections)
}

// Someone is a person who is to answer.
type Someone struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Capacity string `json:"capacity"` // what they are there: "Deputy director, ministry of justice"
	Part     Part   `json:"part"`

	Colleague id.ID `json:"-"` // the account, when it is someone of this house
}

// checkSomeone returns what is wrong with a person of a form whose fields begin with prefix.
func checkSomeone(prefix string, p Someone) []errs.Field {
	var wrong []errs.Field
	if n := len([]rune(p.Name)); n == 0 || n > maxName {
		wrong = append(wrong, errs.Field{Path: prefix + "name", Code: "Write the name, in at most 200 characters."})
	}
	if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email || len(p.Email) > 64 {
		wrong = append(wrong, errs.Field{Path: prefix + "email", Code: language.M("Write an e-mail address like name@example.org, at most 64 characters.")})
	}
	if len([]rune(p.Capacity)) > maxName {
		wrong = append(wrong, errs.Field{Path: prefix + "capacity", Code: language.M("Use at most 200 characters.")})
	}
	return wrong
}

// admit writes the seat and lets the person into the respondent's compartment. The part of focal point or alternate that
// is taken is [errs.Conflict]: it ends first.
func (s *Studies) admit(ctx context.Context, c *desk.Change, r Respondent, person id.ID, p Someone, sections []string, nomination id.ID) error {
	list, err := text(append([]string{}, sections...))
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, `
		INSERT INTO study_seat (id, study_id, respondent_id, person_id, name, email, part, sections, nomination_id, since, ended)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)`,
		id.New(c.Now()), r.Study, r.ID, person, p.Name, p.Email, p.Part, list, nomination, c.Now())
	if errors.Is(err, errs.Conflict) {
		err = errs.Say(err, language.M("This part is taken. End it first."), nil)
	}
	if err != nil || person == "" {
		return err
	}
	return access.AddMember(ctx, c.Tx, r.ID, person, c.Who().ID)
}

// end ends the seat's row. The person stays in the compartment until [Studies.leave].
func end(ctx context.Context, c *desk.Change, seat Seat) error {
	if _, err := c.Exec(ctx, `UPDATE study_seat SET ended = ? WHERE id = ? AND ended IS NULL`, c.Now(), seat.ID); err != nil {
		return fmt.Errorf("end seat %s: %w", seat.ID, err)
	}
	return nil
}

// leave takes the person of a seat that has ended out of the compartment when it was their last one in it, and takes the
// role with the last seat that needs it. Whoever comes instead is in already: a compartment is never empty.
func (s *Studies) leave(ctx context.Context, c *desk.Change, seat Seat) error {
	if seat.Person == "" {
		return nil
	}
	left, err := Seats(ctx, c.Tx, seat.Respondent)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(left, func(o Seat) bool { return o.Person == seat.Person }) {
		if err := access.RemoveMember(ctx, c.Tx, seat.Respondent, seat.Person); err != nil {
			return err
		}
	}
	return s.takeRole(ctx, c, seat)
}

// takeRole takes a guest's role away with the last seat that needs it.
func (s *Studies) takeRole(ctx context.Context, c *desk.Change, seat Seat) error {
	rows, err := c.Query(ctx, `SELECT part FROM study_seat WHERE person_id = ? AND ended IS NULL`, seat.Person)
	parts, err := db.Collect(rows, err, func(scan db.Scan) (p Part, err error) {
		err = scan(&p)
		return p, err
	})
	if err != nil || slices.ContainsFunc(parts, func(p Part) bool { return p.role() == seat.Part.role() }) {
		return err
	}
	err = access.Take(ctx, c.Tx, seat.Person, access.Grant{Role: seat.Part.role()})
	if errors.Is(err, errs.NotFound) { // held in an office: that is not ours to take
		return nil
	}
	return err
}

// GiveSeat has a focal point invite someone to help: a section editor or a clearing officer. It returns the link, which is
// shown once. The same person again gets these sections and a new link; the earlier one ends.
func (s *Studies) GiveSeat(ctx context.Context, who access.Person, respondent id.ID, p Someone, sections []string, entry id.ID) (Link, error) {
	p.Name, p.Email = strings.TrimSpace(p.Name), strings.ToLower(strings.TrimSpace(p.Email))
	wrong := checkSomeone("", p)
	if p.Part != Contributor && p.Part != Clearing {
		wrong = append(wrong, errs.Field{Path: "part", Code: language.M("Choose what the person does.")})
	}
	if err := errs.WithFields(wrong...); err != nil {
		return Link{}, err
	}
	var link Link
	if who.Guest() {
		p.Colleague = "" // a guest knows nobody of the house
	}
	err := s.Desk.Do(ctx, who, "study.seat.give", id.NewRef(KindRespondent, respondent), func(c *desk.Change) (err error) {
		r, err := RespondentOf(ctx, c.Tx, respondent)
		if err != nil {
			return err
		}
		seats, err := Seats(ctx, c.Tx, respondent)
		if err != nil {
			return err
		}
		c.Record(map[string]string{"part": string(p.Part)})
		i := slices.IndexFunc(seats, func(o Seat) bool { return o.Email == p.Email && o.Part == p.Part })
		if i < 0 {
			link, err = s.seat(ctx, c, r, p, sections, "")
			return err
		}
		list, err := text(append([]string{}, sections...))
		if err != nil {
			return err
		}
		if _, err := c.Exec(ctx, `UPDATE study_seat SET sections = ? WHERE id = ?`, list, seats[i].ID); err != nil {
			return err
		}
		_, link, err = s.account(ctx, c, r, p)
		return err
	}, desk.Once(entry))
	return link, err
}

// EndSeat has a focal point end the part of a section editor or a clearing officer. Focal point and alternate are ended by
// a nomination.
func (s *Studies) EndSeat(ctx context.Context, who access.Person, respondent, seat, entry id.ID) error {
	return s.Desk.Do(ctx, who, "study.seat.end", id.NewRef(KindRespondent, respondent), func(c *desk.Change) error {
		seats, err := Seats(ctx, c.Tx, respondent)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(seats, func(o Seat) bool { return o.ID == seat })
		if i < 0 {
			return fmt.Errorf("seat %s of respondent %s: %w", seat, respondent, errs.NotFound)
		}
		if p := seats[i].Part; p == FocalPoint || p == Alternate {
			return errs.Say(fmt.Errorf("seat %s is the %s's: %w", seat, p, errs.Conflict), language.M("A new nomination replaces the focal point or the alternate."), nil)
		}
		if err := end(ctx, c, seats[i]); err != nil {
			return err
		}
		return s.leave(ctx, c, seats[i])
	}, desk.Once(entry))
}
