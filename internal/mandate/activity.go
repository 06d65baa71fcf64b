package mandate

import (
	"context"
	"fmt"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Activity is what somebody did about a paragraph, as a person recorded it: work that the system itself doesn't see.
type Activity struct {
	ID           id.ID
	Pillar       Pillar
	Title        string
	Begins, Ends time.Time
	Object       string // where it can be seen: an address or a symbol, "" for none
	By           id.ID
}

// Limits of what people type.
const (
	maxTitle     = 300
	maxNarrative = 4_000
)

// Check names what is wrong with the activity.
func (a Activity) check() error {
	var wrong []errs.Field
	switch title := strings.TrimSpace(a.Title); {
	case title == "":
		wrong = append(wrong, errs.Field{Path: "title", Code: "Say in a few words what was done."})
	case len([]rune(title)) > maxTitle:
		wrong = append(wrong, errs.Field{Path: "title", Code: "This is longer than 300 characters."})
	}
	if a.Pillar != Cooperation && a.Pillar != Capacity && a.Pillar != Dialogue {
		wrong = append(wrong, errs.Field{Path: "pillar", Code: "Choose the part of the programme."})
	}
	if a.Begins.IsZero() {
		wrong = append(wrong, errs.Field{Path: "begins", Code: "Enter the day on which it began."})
	}
	if !a.Ends.IsZero() && a.Ends.Before(a.Begins) {
		wrong = append(wrong, errs.Field{Path: "ends", Code: "It can't end before it begins."})
	}
	if len([]rune(a.Object)) > maxTitle {
		wrong = append(wrong, errs.Field{Path: "object", Code: "This is longer than 300 characters."})
	}
	return errs.WithFields(wrong...)
}

// RecordActivity enters what was done about the paragraph. Its id is entry's.
func (g *Register) RecordActivity(ctx context.Context, who access.Person, p Para, a Activity, entry id.ID) error {
	if err := a.check(); err != nil {
		return err
	}
	if a.Ends.IsZero() {
		a.Ends = a.Begins
	}
	return g.desk.Do(ctx, who, "mandate.activity", id.NewRef(Kind, p.ID()), func(c *desk.Change) error {
		if _, err := c.Exec(ctx, `
			INSERT INTO mandate_activity (id, pillar, title, begins, ends, object, by_person, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			entry, a.Pillar, strings.TrimSpace(a.Title), a.Begins, a.Ends, strings.TrimSpace(a.Object), who.ID, c.Now()); err != nil {
			return fmt.Errorf("record activity: %w", err)
		}
		_, err := c.Exec(ctx, `INSERT INTO mandate_activity_para (activity_id, para_id) VALUES (?, ?)`, entry, p.ID())
		c.Record(map[string]any{"activity": entry})
		return err
	}, desk.Once(entry))
}

// most is how many activities or entries of one paragraph are read.
const most = 200

// activities lists what was recorded about the paragraph, newest first.
func activities(ctx context.Context, tx *db.Tx, p Para) ([]Activity, error) {
	rows, err := tx.Query(ctx, `
		SELECT a.id, a.pillar, a.title, a.begins, a.ends, a.object, a.by_person
		FROM mandate_activity_para ap JOIN mandate_activity a ON a.id = ap.activity_id
		WHERE ap.para_id = ? ORDER BY ap.activity_id DESC LIMIT ?`, p.ID(), most)
	return db.Collect(rows, err, func(s db.Scan) (Activity, error) {
		var a Activity
		return a, s(&a.ID, &a.Pillar, &a.Title, &a.Begins, &a.Ends, &a.Object, &a.By)
	})
}
