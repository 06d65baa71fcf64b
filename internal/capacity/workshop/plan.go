package workshop

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Role is what someone does at home.
type Role string

// The roles of participants.
const (
	Investigator   Role = "investigator"
	FirstResponder Role = "first_responder"
	Prosecutor     Role = "prosecutor"
	Judge          Role = "judge"
	Authority      Role = "authority"
	Analyst        Role = "analyst"
	Private        Role = "private"
)

// Roles lists all roles in the order of pages.
func Roles() []Role {
	return []Role{Investigator, FirstResponder, Prosecutor, Judge, Authority, Analyst, Private}
}

// Name returns the role in words, in the plural: a message of the catalogue.
func (r Role) Name() string {
	switch r {
	case Investigator:
		return language.M("investigators")
	case FirstResponder:
		return language.M("first responders")
	case Prosecutor:
		return language.M("prosecutors")
	case Judge:
		return language.M("judges")
	case Authority:
		return language.M("central authorities")
	case Analyst:
		return language.M("analysts")
	case Private:
		return language.M("partners of the private sector")
	}
	return string(r)
}

// One returns the role of one person in words: a message of the catalogue.
func (r Role) One() string {
	switch r {
	case Investigator:
		return language.M("Investigator")
	case FirstResponder:
		return language.M("First responder")
	case Prosecutor:
		return language.M("Prosecutor")
	case Judge:
		return language.M("Judge")
	case Authority:
		return language.M("Official of a central authority")
	case Analyst:
		return language.M("Forensic examiner")
	case Private:
		return language.M("Staff of a company")
	}
	return string(r)
}

// Plan is how many seats the people of one State and role have. State "" is for partners, whatever their State.
type Plan struct {
	State   string
	Role    Role
	Seats   int
	Reserve int // how many may wait
}

// place is what seats are counted by.
type place struct {
	State string
	Role  Role
}

const maxPlans = 200

// SetPlan puts the plan in place of the one before. It can't go below the seats that are taken, nor above what the room
// holds; both are said.
func (q *Workshops) SetPlan(ctx context.Context, who access.Person, n id.ID, plan []Plan, entry id.ID) error {
	if err := q.checkPlan(plan); err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "workshop.plan", id.NewRef(RefKind, n), func(c *desk.Change) error {
		w, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		seats, err := Seats(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if err := fits(w, plan, seats); err != nil {
			return err
		}
		c.Record(map[string]int{"rows": len(plan), "seats": sum(plan)})
		if _, err := c.Exec(ctx, `DELETE FROM workshop_plan WHERE workshop_id = ?`, n); err != nil {
			return err
		}
		for _, p := range plan {
			if _, err := c.Exec(ctx, `INSERT INTO workshop_plan (workshop_id, state, role, seats, reserve) VALUES (?, ?, ?, ?, ?)`,
				n, p.State, p.Role, p.Seats, p.Reserve); err != nil {
				return err
			}
		}
		return nil
	}, desk.Once(entry))
}

func (q *Workshops) checkPlan(plan []Plan) error {
	seen := map[place]bool{}
	for _, p := range plan {
		at := place{p.State, p.Role}
		known := p.State == "" && p.Role == Private || q.orgs.KnowsState(p.State)
		if !known || !slices.Contains(Roles(), p.Role) || seen[at] || p.Seats < 1 || p.Seats > maxCapacity || p.Reserve < 0 || p.Reserve > maxCapacity {
			return errs.WithFields(errs.Field{Path: "plan", Code: language.M("Line {line}: write a State, a role, the seats and the reserve, such as XA investigator 2 1; each State and role once."),
				Args: map[string]string{"line": p.State + " " + string(p.Role)}})
		}
		seen[at] = true
	}
	if len(plan) > maxPlans {
		return errs.WithFields(errs.Field{Path: "plan", Code: language.M("A plan has at most 200 lines.")})
	}
	return nil
}

func sum(plan []Plan) (n int) {
	for _, p := range plan {
		n += p.Seats
	}
	return n
}

func fits(w Workshop, plan []Plan, seats []Seat) error {
	if n := sum(plan); n > w.Capacity {
		return errs.WithFields(errs.Field{Path: "plan", Code: language.M("The plan has {planned} seats, the room {capacity}."),
			Args: map[string]string{"planned": fmt.Sprint(n), "capacity": fmt.Sprint(w.Capacity)}})
	}
	taken := map[place]int{}
	for _, s := range seats {
		if s.Status.taken() {
			taken[place{s.State, s.Role}]++
		}
	}
	for _, p := range plan {
		if taken[place{p.State, p.Role}] <= p.Seats {
			delete(taken, place{p.State, p.Role})
		}
	}
	if len(taken) > 0 {
		return errs.WithFields(errs.Field{Path: "plan", Code: language.M("More seats are taken already than this plan has for a State and role.")})
	}
	return nil
}

// Plans lists the plan by State and role.
func Plans(ctx context.Context, tx *db.Tx, n id.ID) ([]Plan, error) {
	rows, err := tx.Query(ctx, `SELECT state, role, seats, reserve FROM workshop_plan WHERE workshop_id = ? ORDER BY state, role`, n)
	return db.Collect(rows, err, func(scan db.Scan) (p Plan, err error) {
		err = scan(&p.State, &p.Role, &p.Seats, &p.Reserve)
		return p, err
	})
}

// planned returns the plan's row for the person's place: that of their State, or for people of companies that of partners.
func planned(plan []Plan, o organisation.Organisation, role Role) (Plan, bool) {
	state := o.State
	if !o.Kind.Public() {
		state = ""
	}
	for _, p := range plan {
		if p.State == state && p.Role == role {
			return p, true
		}
	}
	return Plan{}, false
}

var sha = regexp.MustCompile(`^[0-9a-f]{64}$`)

func checkSum(path, sum string) []errs.Field {
	if sha.MatchString(sum) {
		return nil
	}
	return []errs.Field{{Path: path, Code: language.M("Write the SHA-256 of the file: 64 digits and letters a to f.")}}
}
