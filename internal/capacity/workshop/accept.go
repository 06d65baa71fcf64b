package workshop

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Outcome is what came of an acceptance.
type Outcome struct {
	Status Status // Accepted, Reserve or Passed
	State  string
	Role   Role
	Went   time.Time // when the last seat went, in the workshop's zone
	Place  int       // on the reserve
}

// Sentence says the outcome: a message of the catalogue with the places "state", "role", "time" and "n".
func (o Outcome) Sentence() string {
	switch {
	case o.Status == Accepted:
		return language.M("The seat is yours.")
	case o.Status == Reserve && o.Place == 1:
		return language.M("The last seat for {state} {role} went at {time}. You are first on the reserve.")
	case o.Status == Reserve:
		return language.M("The last seat for {state} {role} went at {time}. You are number {n} on the reserve.")
	}
	return language.M("The last seat for {state} {role} went at {time}, and the reserve is full too.")
}

// Args are the values of the sentence's places, those that don't depend on a language; "role" is to be set.
func (o Outcome) Args() map[string]string {
	return map[string]string{"state": o.State, "time": o.Went.Format("15:04"), "n": strconv.Itoa(o.Place)}
}

// Accept takes the seat that was offered to the person. When the last one of their State and role has gone, or the room is
// full, they come on the reserve; when that is full too, they are passed over and the reason stands there. The turn of
// the workshop makes acceptances one after the other, so that two never count the same seats.
func (q *Workshops) Accept(ctx context.Context, who access.Person, n, entry id.ID) (out Outcome, err error) {
	err = q.desk.Do(ctx, who, "seat.accept", id.NewRef(RefKind, n), func(c *desk.Change) error {
		s, ok, err := SeatOf(ctx, c.Tx, n, c.Who().ID)
		if err != nil {
			return err
		}
		if !ok || s.Status != Offered {
			return errs.Say(fmt.Errorf("seat of %s in workshop %s is %q: %w", c.Who().ID, n, s.Status, errs.Conflict),
				language.M("The seat stands otherwise by now. Look at it again."), nil)
		}
		if out, err = decide(ctx, c, s); err != nil {
			return err
		}
		c.Record(map[string]string{"status": string(out.Status), "state": s.State, "role": string(s.Role)})
		why := ""
		if out.Status == Passed {
			why = out.Went.Format("15:04")
		}
		_, err = c.Exec(ctx, `UPDATE workshop_seat SET status = ?, place = ?, why = ?, at = ? WHERE id = ?`, out.Status, out.Place, why, c.Now(), s.ID)
		return err
	}, desk.Once(entry))
	if err == nil && out.Status == "" { // sent twice: what came of the first time
		err = q.read.Read(ctx, access.ScopeOf(who, time.Now()), q.outcomeOf(ctx, who.ID, n, &out))
	}
	return out, err
}

// decide counts what is taken in the transaction that has the workshop's turn.
func decide(ctx context.Context, c *desk.Change, s Seat) (Outcome, error) {
	w, err := Get(ctx, c.Tx, s.Workshop)
	if err != nil {
		return Outcome{}, err
	}
	if w.Stage != Announced && w.Stage != Selecting && w.Stage != Ready && w.Stage != Running {
		return Outcome{}, errs.Say(fmt.Errorf("workshop %s is %s: %w", w.ID, w.Stage, errs.Conflict),
			language.M("The workshop is at another stage by now. Look at it again."), nil)
	}
	zone, err := w.Location()
	if err != nil {
		return Outcome{}, err
	}
	plan, err := Plans(ctx, c.Tx, s.Workshop)
	if err != nil {
		return Outcome{}, err
	}
	seats, err := Seats(ctx, c.Tx, s.Workshop)
	if err != nil {
		return Outcome{}, err
	}
	if !slices.ContainsFunc(plan, func(p Plan) bool { return p.State == s.State && p.Role == s.Role }) {
		return Outcome{}, errs.Say(fmt.Errorf("seat %s: %w", s.ID, errs.Conflict), language.M("No seat is planned for this State and role."), nil)
	}
	out := weigh(w, plan, seats, s)
	out.Went = out.Went.In(zone)
	return out, nil
}

// weigh decides who has a seat: a function of values.
func weigh(w Workshop, plan []Plan, seats []Seat, s Seat) Outcome {
	out := Outcome{State: s.State, Role: s.Role}
	var p Plan
	for _, row := range plan {
		if row.State == s.State && row.Role == s.Role {
			p = row
		}
	}
	var all, mine, waiting int
	var last, lastMine time.Time
	for _, t := range seats {
		same := t.State == s.State && t.Role == s.Role
		switch {
		case t.Status.taken():
			all++
			last = later(last, t.At)
			if same {
				mine++
				lastMine = later(lastMine, t.At)
			}
		case t.Status == Reserve && same:
			waiting = max(waiting, t.Place)
		}
	}
	switch {
	case mine < p.Seats && all < w.Capacity:
		out.Status = Accepted
		return out
	case mine < p.Seats: // the room is full
		lastMine = last
	}
	out.Went = lastMine
	if waiting < p.Reserve {
		out.Status, out.Place = Reserve, waiting+1
	} else {
		out.Status = Passed
	}
	return out
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Withdraw gives the person's seat back. Who is first on the reserve can have it then.
func (q *Workshops) Withdraw(ctx context.Context, who access.Person, n, entry id.ID) error {
	return q.desk.Do(ctx, who, "seat.withdraw", id.NewRef(RefKind, n), func(c *desk.Change) error {
		s, ok, err := SeatOf(ctx, c.Tx, n, c.Who().ID)
		if err != nil {
			return err
		}
		if !ok || s.Status == Attended {
			return errs.Say(fmt.Errorf("seat of %s in workshop %s: %w", c.Who().ID, n, errs.Conflict),
				language.M("The seat stands otherwise by now. Look at it again."), nil)
		}
		c.Record(map[string]string{"status": string(Withdrawn)})
		if _, err := c.Exec(ctx, `UPDATE workshop_seat SET status = ?, place = 0, at = ? WHERE id = ?`, Withdrawn, c.Now(), s.ID); err != nil {
			return err
		}
		return closeUp(ctx, c, s)
	}, desk.Once(entry))
}

// closeUp moves those behind someone who left the reserve up by one.
func closeUp(ctx context.Context, c *desk.Change, left Seat) error {
	if left.Status != Reserve {
		return nil
	}
	_, err := c.Exec(ctx, `UPDATE workshop_seat SET place = place - 1 WHERE workshop_id = ? AND state = ? AND role = ? AND status = ? AND place > ?`,
		left.Workshop, left.State, left.Role, Reserve, left.Place)
	return err
}

// Replace offers a seat that was given back to the first on the reserve of the same State and role, who takes it by that.
func (q *Workshops) Replace(ctx context.Context, who access.Person, n, gone, entry id.ID) error {
	return q.desk.Do(ctx, who, "seat.replace", id.NewRef(RefKind, n), func(c *desk.Change) error {
		seats, err := Seats(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(seats, func(s Seat) bool { return s.ID == gone && s.Status == Withdrawn })
		if i < 0 {
			return errs.Say(fmt.Errorf("seat %s: %w", gone, errs.Conflict), language.M("The seat stands otherwise by now. Look at it again."), nil)
		}
		left := seats[i]
		first := slices.IndexFunc(seats, func(s Seat) bool {
			return s.Status == Reserve && s.Place == 1 && s.State == left.State && s.Role == left.Role
		})
		if first < 0 {
			return errs.Say(fmt.Errorf("workshop %s: %w", n, errs.Conflict), language.M("Nobody of this State and role is on the reserve."), nil)
		}
		next := seats[first]
		out, err := decide(ctx, c, next)
		if err != nil {
			return err
		}
		if out.Status != Accepted {
			return errs.Say(fmt.Errorf("workshop %s: %w", n, errs.Conflict), language.M("No seat of this State and role is free."), nil)
		}
		c.Record(map[string]string{"status": string(Replaced), "state": left.State, "role": string(left.Role)})
		if _, err := c.Exec(ctx, `UPDATE workshop_seat SET status = ?, at = ? WHERE id = ?`, Replaced, c.Now(), gone); err != nil {
			return err
		}
		if _, err := c.Exec(ctx, `UPDATE workshop_seat SET status = ?, place = 0, replaces = ?, at = ? WHERE id = ?`, Accepted, gone, c.Now(), next.ID); err != nil {
			return err
		}
		return closeUp(ctx, c, next)
	}, desk.Once(entry))
}

// outcomeOf reads how the person's seat stands.
func (q *Workshops) outcomeOf(ctx context.Context, person, n id.ID, out *Outcome) func(tx *db.Tx) error {
	return func(tx *db.Tx) error {
		seats, err := Seats(ctx, tx, n)
		if err != nil {
			return err
		}
		for _, s := range seats {
			if s.Person == person {
				*out = Outcome{Status: s.Status, State: s.State, Role: s.Role, Place: s.Place, Went: s.At}
			}
		}
		return nil
	}
}
