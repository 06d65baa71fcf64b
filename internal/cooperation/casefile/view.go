package casefile

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Line is one thing that lies in a case, as the case's page lists it.
type Line struct {
	Text  string // its own name: a reference, a file's name
	Href  string
	State string // an English sentence of the catalogue; "" for none
}

// Inside lists what lies in a case, in the order in which people look for it. The transaction has the reader's scope.
type Inside func(ctx context.Context, tx *db.Tx, n id.ID) ([]Line, error)

// Section is a part of a case's page: what another slice keeps in the case, and where more of it is done. Heading and
// More are English sentences of the catalogue.
type Section struct {
	Heading string
	List    Inside
	More    string               // "" for no link
	At      func(n id.ID) string // where More leads
	Act     access.Act           // More is for those who may do it
}

// Show has the page of each case show the section too. It is called while the node is wired.
func (q *Cases) Show(s Section) { q.inside = append(q.inside, s) }

// Exercise marks each case that people open here as part of an exercise. It is called while the node is wired.
func (q *Cases) Exercise() { q.exercise = true }

// member is one person of a case with their name.
type member struct {
	access.Membership
	Name   string
	Closed bool // the account
}

func members(ctx context.Context, tx *db.Tx, n id.ID) ([]member, error) {
	list, err := access.Members(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	all := make([]member, 0, len(list))
	for _, m := range list {
		a, err := access.Find(ctx, tx, m.Person)
		if err != nil {
			return nil, fmt.Errorf("members of case %s: %w", n, err)
		}
		all = append(all, member{m, a.Name, a.Disabled})
	}
	return all, nil
}

// candidates are the people who could be let into a case: with an account that is open, and neither in nor kept out.
func candidates(ctx context.Context, tx *db.Tx, there []member) ([]access.Account, error) {
	people, err := access.People(ctx, tx)
	if err != nil {
		return nil, err
	}
	people = slices.DeleteFunc(people, func(a access.Account) bool {
		return a.Disabled || slices.ContainsFunc(there, func(m member) bool { return m.Person == a.ID && m.Until.IsZero() })
	})
	slices.SortFunc(people, func(a, b access.Account) int { return cmp.Compare(a.Name, b.Name) })
	return people, nil
}

// cover is what the head of an office sees of a case without being in it: no title.
type cover struct {
	ID     id.ID
	Number string
}

// ofOffice lists the newest cases of an office, older than before.
func ofOffice(ctx context.Context, tx *db.Tx, office, before id.ID, limit int) ([]cover, error) {
	if before == "" {
		before = "~" // sorts behind every id
	}
	rows, err := tx.Query(ctx, `
		SELECT id, number FROM casefile WHERE office_id = ? AND id < ? ORDER BY id DESC LIMIT ?`, office, before, limit)
	return db.Collect(rows, err, func(s db.Scan) (cover, error) {
		var k cover
		return k, s(&k.ID, &k.Number)
	})
}

func number(ctx context.Context, tx *db.Tx, n id.ID) (number string, err error) {
	err = tx.Row(ctx, `SELECT number FROM casefile WHERE id = ?`, n).Scan(&number)
	return number, err
}

// Exclude keeps a person out of the case by name, with the reason: from now on it doesn't exist for them.
func (q *Cases) Exclude(ctx context.Context, who access.Person, n, person id.ID, why string, entry id.ID) error {
	return q.desk.Do(ctx, who, "case.exclude", id.NewRef(Kind, n), func(c *desk.Change) error {
		return access.Exclude(ctx, c.Tx, n, person, who.ID, why)
	}, desk.Once(entry))
}

// Readmit ends an exclusion; the person is a stranger to the case afterwards.
func (q *Cases) Readmit(ctx context.Context, who access.Person, n, person, entry id.ID) error {
	return q.desk.Do(ctx, who, "case.exclude", id.NewRef(Kind, n), func(c *desk.Change) error {
		return access.Readmit(ctx, c.Tx, n, person)
	}, desk.Once(entry))
}
