package workshop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Status is how a seat stands.
type Status string

// The statuses.
const (
	Typed     Status = "typed"     // typed from a letter, not yet looked at by a second person
	Nominated Status = "nominated" // by the State
	Offered   Status = "offered"
	Accepted  Status = "accepted"
	Reserve   Status = "reserve" // wanted the seat when the last had gone
	Passed    Status = "passed"  // passed over; the reason stands there
	Withdrawn Status = "withdrawn"
	Replaced  Status = "replaced" // withdrawn, and another has come in their place
	Attended  Status = "attended"
	NoShow    Status = "no_show"
)

// Statuses lists all statuses in the order of pages.
func Statuses() []Status {
	return []Status{Accepted, Attended, Offered, Reserve, Nominated, Typed, NoShow, Withdrawn, Replaced, Passed}
}

// taken reports whether nobody else can have the seat.
func (s Status) taken() bool { return s == Accepted || s == Attended || s == NoShow }

// live is the condition of the unique index that gives a person one seat.
const live = `status IN ('typed', 'nominated', 'offered', 'accepted', 'reserve', 'attended')`

// Name returns the status in words: a message of the catalogue.
func (s Status) Name() string {
	switch s {
	case Typed:
		return language.M("Waits for a second person")
	case Nominated:
		return language.M("Nominated")
	case Offered:
		return language.M("Offered")
	case Accepted:
		return language.M("Accepted")
	case Reserve:
		return language.M("On the reserve")
	case Passed:
		return language.M("Passed over")
	case Withdrawn:
		return language.M("Withdrawn")
	case Replaced:
		return language.M("Replaced")
	case Attended:
		return language.M("Was there")
	case NoShow:
		return language.M("Did not come")
	}
	return string(s)
}

// Seat is one person's part in a workshop.
type Seat struct {
	ID           id.ID
	Workshop     id.ID
	Person       id.ID
	Name         string // read where people are listed
	Organisation id.ID
	State        string // "" for partners
	Role         Role
	Status       Status
	Place        int    // on the reserve, from 1
	Why          string // passed over, because
	Task         string // what a partner does
	Letter       string // SHA-256 of the letter it was typed from
	TypedBy      id.ID
	Replaces     id.ID
	Supervisor   id.ID // whom the person agreed to be asked too
	At           time.Time
}

const seatColumns = `id, workshop_id, person_id, organisation_id, state, role, status, place, why, task, letter, typed_by, replaces, supervisor_id, at`

func scanSeat(scan db.Scan) (s Seat, err error) {
	err = scan(&s.ID, &s.Workshop, &s.Person, &s.Organisation, &s.State, &s.Role, &s.Status, &s.Place, &s.Why, &s.Task, &s.Letter,
		&s.TypedBy, &s.Replaces, &s.Supervisor, &s.At)
	return s, err
}

// Seats lists all seats of a workshop, by State and role.
func Seats(ctx context.Context, tx *db.Tx, n id.ID) ([]Seat, error) {
	rows, err := tx.Query(ctx, `SELECT `+seatColumns+` FROM workshop_seat WHERE workshop_id = ? ORDER BY state, role, id`, n)
	return db.Collect(rows, err, scanSeat)
}

// Named fills in the names of the people.
func Named(ctx context.Context, tx *db.Tx, seats []Seat) error {
	for i := range seats {
		a, err := access.Find(ctx, tx, seats[i].Person)
		if err != nil {
			return err
		}
		seats[i].Name = a.Name
	}
	return nil
}

// GetSeat returns a seat.
func GetSeat(ctx context.Context, tx *db.Tx, n id.ID) (Seat, error) {
	s, err := scanSeat(tx.Row(ctx, `SELECT `+seatColumns+` FROM workshop_seat WHERE id = ?`, n).Scan)
	if err != nil {
		return s, fmt.Errorf("seat %s: %w", n, err)
	}
	return s, nil
}

// SeatOf returns the person's live seat, false when there is none.
func SeatOf(ctx context.Context, tx *db.Tx, n, person id.ID) (Seat, bool, error) {
	s, err := scanSeat(tx.Row(ctx, `SELECT `+seatColumns+` FROM workshop_seat WHERE person_id = ? AND workshop_id = ? AND `+live, person, n).Scan)
	if errors.Is(err, errs.NotFound) {
		return s, false, nil
	}
	return s, err == nil, err
}

// seatFacts are the facts of the workshop, with who typed the seat from a letter.
func seatFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	s, err := GetSeat(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	f, err := Facts(ctx, tx, id.NewRef(RefKind, s.Workshop), who)
	if err != nil || f.Did == nil {
		return f, err
	}
	if f.OwnState, err = organisation.ForState(ctx, tx, who, s.State); err != nil {
		return f, err
	}
	f.Did[access.Author] = []id.ID{s.TypedBy}
	return f, nil
}
