package access

import (
	"context"
	"fmt"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
)

// Give grants a role to a person, in an office or without one as the role allows; given again, it changes nothing. A role
// that the policy does not have is [errs.Invalid], and so is one that is held otherwise than it can be. That nobody grants
// to themselves is a condition of the act "role.grant".
func (p *Policy) Give(ctx context.Context, tx *db.Tx, to id.ID, g Grant, by id.ID) error {
	if !p.IsRole(g.Role) {
		return errs.Invalidf("give role %q: there is no such role", g.Role)
	}
	switch held := p.Held(g.Role); {
	case held == OutsideOffices && g.Office != "":
		return errs.Invalidf("give role %s: it is held in no office", g.Role)
	case held == InAnOffice && g.Office == "":
		return errs.Invalidf("give role %s: it is held in an office", g.Role)
	}
	if g.Office != "" {
		if _, err := FindOffice(ctx, tx, g.Office); err != nil {
			return fmt.Errorf("give role %s: %w", g.Role, err)
		}
	}
	_, err := tx.Exec(ctx, `
        INSERT INTO grant_role (person_id, role, office_id, granted_by, granted_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (person_id, role, office_id) DO NOTHING`, to, g.Role, g.Office, by, tx.Now())
	if err != nil {
		return fmt.Errorf("give role %s to %s: %w", g.Role, to, err)
	}
	regranted(tx)
	return nil
}

// Guest is the role of those who see one bundle for a limited time.
const Guest Role = "guest"

// Held is where a role is held. Who holds one without an office is a guest of this node: acts that are open to whoever
// works in an office (peers, people, the ledger) stay closed to them.
type Held string

// The ways of holding a role, as roles.toml writes them after "office".
const (
	InAnOffice     Held = ""         // always in an office
	OutsideOffices Held = "none"     // never in one
	InOrOutside    Held = "optional" // in an office by the node's own people, without one by its guests
)

// Take takes a granted role away. A role that the person does not hold is [errs.NotFound].
func Take(ctx context.Context, tx *db.Tx, from id.ID, g Grant) error {
	if err := one(tx.Exec(ctx, `DELETE FROM grant_role WHERE person_id = ? AND role = ? AND office_id = ?`, from, g.Role, g.Office)); err != nil {
		return fmt.Errorf("take role %s from %s: %w", g.Role, from, err)
	}
	regranted(tx)
	return nil
}

func grants(ctx context.Context, tx *db.Tx, n id.ID) ([]Grant, error) {
	rows, err := tx.Query(ctx, `SELECT role, office_id FROM grant_role WHERE person_id = ? ORDER BY granted_at, role, office_id`, n)
	return db.Collect(rows, err, func(scan db.Scan) (g Grant, err error) {
		err = scan(&g.Role, &g.Office)
		return g, err
	})
}

// fewest is how many people must hold a role before the ledger may name it: a role that one person holds is a name.
const fewest = 5

// RoleOnRecord returns the role that the ledger's entry of an act names: the one by which who does it, or "" where fewer
// than five people hold that role, or where the act is open to all.
func (p *Policy) RoleOnRecord(ctx context.Context, tx *db.Tx, who Person, act Act, f Facts) (Role, error) {
	g, ok := p.ActingAs(who, act, f)
	if !ok {
		return "", nil
	}
	n, err := holdersIn(tx).of(ctx, tx, g.Role)
	if err != nil || n < fewest {
		return "", err
	}
	return g.Role, nil
}

// Office is a part of an authority in which people hold roles.
type Office struct {
	ID        id.ID
	Authority string // code in the directory
	Name      string
	Version   int64
}

// CreateOffice makes an office of an authority.
func CreateOffice(ctx context.Context, tx *db.Tx, authority, name string) (id.ID, error) {
	n := id.New(tx.Now())
	return n, AddOffice(ctx, tx, Office{ID: n, Authority: authority, Name: name})
}

// AddOffice makes an office that has its id already.
func AddOffice(ctx context.Context, tx *db.Tx, o Office) error {
	o.Name = strings.TrimSpace(o.Name)
	if err := checkOffice(o.Authority, o.Name); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO office (id, authority, name, version) VALUES (?, ?, ?, 1)`, o.ID, o.Authority, o.Name)
	if err != nil {
		return fmt.Errorf("create an office: %w", err)
	}
	return nil
}

// RenameOffice changes an office's name. [errs.Conflict] says that someone else changed it after version was read.
func RenameOffice(ctx context.Context, tx *db.Tx, n id.ID, name string, version int64) error {
	name = strings.TrimSpace(name)
	o, err := FindOffice(ctx, tx, n)
	if err != nil {
		return err
	}
	if err := checkOffice(o.Authority, name); err != nil {
		return err
	}
	changed, err := tx.Exec(ctx, `UPDATE office SET name = ?, version = version + 1 WHERE id = ? AND version = ?`, name, n, version)
	if err == nil && changed == 0 {
		err = errs.Conflict
	}
	if err != nil {
		return fmt.Errorf("rename office %s: %w", n, err)
	}
	return nil
}

func checkOffice(authority, name string) error {
	var wrong []errs.Field
	if authority == "" {
		wrong = append(wrong, errs.Field{Path: "authority", Code: "Say to which authority the office belongs."})
	}
	if !goodName(name) {
		wrong = append(wrong, errs.Field{Path: "name", Code: "Write the name, in at most 200 characters."})
	}
	return errs.WithFields(wrong...)
}

// FindOffice returns the office with the id.
func FindOffice(ctx context.Context, tx *db.Tx, n id.ID) (Office, error) {
	o := Office{ID: n}
	err := tx.Row(ctx, `SELECT authority, name, version FROM office WHERE id = ?`, n).Scan(&o.Authority, &o.Name, &o.Version)
	if err != nil {
		return Office{}, fmt.Errorf("office %s: %w", n, err)
	}
	return o, nil
}

// Offices lists all offices in the order in which they were made.
func Offices(ctx context.Context, tx *db.Tx) ([]Office, error) {
	rows, err := tx.Query(ctx, `SELECT id, authority, name, version FROM office ORDER BY id`)
	all, err := db.Collect(rows, err, func(scan db.Scan) (o Office, err error) {
		err = scan(&o.ID, &o.Authority, &o.Name, &o.Version)
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("list offices: %w", err)
	}
	return all, nil
}

// Deputy is a period in which one person stands in for another.
type Deputy struct {
	ID           id.ID
	For, By      id.ID // By stands in for For
	Begins, Ends time.Time
}

// LongestDeputy is the longest period for which a deputy can be named at once.
const LongestDeputy = 366 * 24 * time.Hour

// NameDeputy has d.By stand in for d.For from d.Begins until just before d.Ends, and returns the period's id. Nobody names
// themselves: that is [errs.Forbidden].
func NameDeputy(ctx context.Context, tx *db.Tx, d Deputy, by id.ID) (id.ID, error) {
	switch {
	case d.By == by:
		// Otherwise whoever may name deputies could take on anybody's roles and cases.
		return "", errs.Say(fmt.Errorf("name a deputy: %w", errs.Forbidden), "Another person has to name you as deputy.", nil)
	case d.For == d.By:
		return "", errs.WithFields(errs.Field{Path: "deputy", Code: "Choose another person: nobody stands in for themselves."})
	case !d.Ends.After(d.Begins) || !d.Ends.After(tx.Now()):
		return "", errs.WithFields(errs.Field{Path: "ends", Code: "The last day has to come after the first and may not be past."})
	case d.Ends.Sub(d.Begins) > LongestDeputy:
		return "", errs.WithFields(errs.Field{Path: "ends", Code: "A deputy can be named for at most a year at once."})
	}
	n := id.New(tx.Now())
	_, err := tx.Exec(ctx, `
        INSERT INTO deputy (id, person_id, deputy_id, begins, ends, named_by) VALUES (?, ?, ?, ?, ?, ?)`,
		n, d.For, d.By, d.Begins, d.Ends, by)
	if err != nil {
		return "", fmt.Errorf("name a deputy: %w", err)
	}
	return n, nil
}

// EndDeputy ends a period now.
func EndDeputy(ctx context.Context, tx *db.Tx, n id.ID) error {
	if err := one(tx.Exec(ctx, `UPDATE deputy SET ends = ? WHERE id = ? AND ends > ?`, tx.Now(), n, tx.Now())); err != nil {
		return fmt.Errorf("end deputy %s: %w", n, err)
	}
	return nil
}

// Deputies lists the periods, running or to come, in which someone stands in for n.
func Deputies(ctx context.Context, tx *db.Tx, n id.ID) ([]Deputy, error) {
	rows, err := tx.Query(ctx, `
        SELECT id, person_id, deputy_id, begins, ends FROM deputy WHERE person_id = ? AND ends > ? ORDER BY begins, id`, n, tx.Now())
	all, err := db.Collect(rows, err, func(scan db.Scan) (d Deputy, err error) {
		err = scan(&d.ID, &d.For, &d.By, &d.Begins, &d.Ends)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("deputies of %s: %w", n, err)
	}
	return all, nil
}
