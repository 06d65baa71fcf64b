package translation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// moves are the states that reading brings about. Writing makes any state a draft, a source that changes makes any but
// Missing Outdated.
var moves = map[State][]State{
	Draft:    {Draft, Reviewed},
	Reviewed: {Draft, Approved},
	Approved: {Draft},
}

func move(from, to State) error {
	if !slices.Contains(moves[from], to) {
		return errs.Say(errs.Conflict, "This translation has changed meanwhile. Look at it as it is now.", nil)
	}
	return nil
}

// unit reads one unit with its source.
func unit(ctx context.Context, tx *db.Tx, n id.ID) (Object, Unit, error) {
	where, args := visible(tx)
	var o Object
	u := Unit{ID: n}
	err := tx.Row(ctx, `
		SELECT o.id, o.object, o.kind, o.lang, s.field, s.place, u.lang, u.state, u.text, s.text, u.of_text, s.hash,
		       u.by_id, u.reviewed_by, u.remark, u.version
		FROM translation_unit u
		JOIN translation_object o ON o.id = u.object_id
		JOIN translation_source s ON s.object_id = u.object_id AND s.field = u.field
		WHERE u.id = ? AND s.gone = FALSE AND `+where, append([]any{n}, args...)...).
		Scan(&o.ID, &o.Ref, &o.Kind, &o.Lang, &u.Field, &u.Place, &u.Lang, &u.State, &u.Text, &u.Source, &u.Of, &u.Hash,
			&u.By, &u.Reviewer, &u.Remark, &u.Version)
	if err != nil {
		return Object{}, Unit{}, fmt.Errorf("translation %s: %w", n, err)
	}
	if u.Of == u.Source {
		u.Of = ""
	}
	u.Object = o.ID
	return o, u, nil
}

// Write keeps a translation as a draft. version is the one that the form showed: with another one the text or its source
// has changed meanwhile, [errs.Conflict].
func (q *Translations) Write(ctx context.Context, who access.Person, n id.ID, text string, version int64, entry id.ID) error {
	return q.desk.Do(ctx, who, "translation.write", id.NewRef(UnitKind, n), func(c *desk.Change) error {
		_, u, err := unit(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if err := checkTarget(u.Source, text); err != nil {
			return err
		}
		if u.Version != version {
			return errs.Conflict
		}
		c.Record(map[string]any{"lang": u.Lang, "of": u.Hash, "text": Hash(text)})
		return store(ctx, c, u, text, Draft, u.Source)
	}, desk.Once(entry))
}

// store keeps a text as it was made from a source, and every earlier one beside it.
func store(ctx context.Context, c *desk.Change, u Unit, text string, state State, of string) error {
	changed, err := c.Exec(ctx, `
		UPDATE translation_unit SET state = ?, text = ?, of_hash = ?, of_text = ?, by_id = ?, reviewed_by = '', approved_by = '', remark = '',
		       changed_at = ?, version = version + 1
		WHERE id = ? AND version = ?`, state, text, Hash(of), of, c.Who().ID, c.Now(), u.ID, u.Version)
	if err == nil && changed == 0 {
		err = errs.Conflict
	}
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, `INSERT INTO translation_text (unit_id, version, text, of_hash, by_id, at) VALUES (?, ?, ?, ?, ?, ?)`,
		u.ID, u.Version+1, text, Hash(of), c.Who().ID, c.Now())
	return err
}

// Review says that a draft has been read by another person than its translator and is right.
func (q *Translations) Review(ctx context.Context, who access.Person, n id.ID, version int64, entry id.ID) error {
	return q.desk.Do(ctx, who, "translation.review", id.NewRef(UnitKind, n), func(c *desk.Change) error {
		return mark(ctx, c, n, version, Reviewed, "")
	}, desk.Once(entry))
}

// maxRemark is the longest reason, in characters.
const maxRemark = 2000

// GiveBack returns a reviewed or approved text, or a draft, to the translator with a reason.
func (q *Translations) GiveBack(ctx context.Context, who access.Person, n id.ID, reason string, version int64, entry id.ID) error {
	reason, err := checkReason(reason)
	if err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "translation.return", id.NewRef(UnitKind, n), func(c *desk.Change) error {
		return mark(ctx, c, n, version, Draft, reason)
	}, desk.Once(entry))
}

func checkReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return "", errs.WithFields(errs.Field{Path: "reason", Code: language.M("Say why.")})
	case len([]rune(reason)) > maxRemark:
		return "", errs.WithFields(errs.Field{Path: "reason", Code: language.M("The reason is longer than 2,000 characters.")})
	}
	return reason, nil
}

func mark(ctx context.Context, c *desk.Change, n id.ID, version int64, to State, remark string) error {
	_, u, err := unit(ctx, c.Tx, n)
	if err != nil {
		return err
	}
	if err := move(u.State, to); err != nil {
		return err
	}
	reviewer := id.ID("")
	if to == Reviewed {
		reviewer = c.Who().ID
	}
	changed, err := c.Exec(ctx, `
		UPDATE translation_unit SET state = ?, reviewed_by = ?, approved_by = '', remark = ?, changed_at = ?, version = version + 1
		WHERE id = ? AND version = ?`, to, reviewer, remark, c.Now(), n, version)
	if err == nil && changed == 0 {
		err = errs.Conflict
	}
	c.Record(map[string]any{"lang": u.Lang, "of": u.Hash, "text": Hash(u.Text), "to": to})
	return err
}

// Approve frees all reviewed texts of an object in a language for publishing, but those that who has translated: they
// need another person. It returns how many were approved and how many of one's own were left.
func (q *Translations) Approve(ctx context.Context, who access.Person, object id.ID, tag language.Tag, entry id.ID) (approved, own int, err error) {
	err = q.desk.Do(ctx, who, "translation.approve", id.NewRef(ObjectKind, object), func(c *desk.Change) error {
		approved, own = 0, 0
		o, err := find(ctx, c.Tx, object)
		if err != nil {
			return err
		}
		units, err := unitsOf(ctx, c.Tx, o, tag)
		if err != nil {
			return err
		}
		for _, u := range units {
			switch {
			case u.State != Reviewed:
				continue
			case u.By == who.ID:
				own++
				continue
			}
			if _, err := c.Exec(ctx, `
				UPDATE translation_unit SET state = ?, approved_by = ?, changed_at = ?, version = version + 1 WHERE id = ? AND version = ?`,
				Approved, who.ID, c.Now(), u.ID, u.Version); err != nil {
				return err
			}
			approved++
		}
		c.Record(map[string]any{"lang": tag, "approved": approved, "of": digest(units)})
		return nil
	}, desk.Once(entry))
	return approved, own, err
}

// Waive lets an object be published without a language as long as its texts stay as they are.
func (q *Translations) Waive(ctx context.Context, who access.Person, object id.ID, tag language.Tag, reason string, entry id.ID) error {
	reason, err := checkReason(reason)
	if err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "translation.waive", id.NewRef(ObjectKind, object), func(c *desk.Change) error {
		o, err := find(ctx, c.Tx, object)
		if err != nil {
			return err
		}
		if !slices.Contains(Targets(o.Lang), tag) {
			return fmt.Errorf("waive %s: %w", tag, errs.NotFound)
		}
		units, err := unitsOf(ctx, c.Tx, o, tag)
		if err != nil {
			return err
		}
		c.Record(map[string]any{"lang": tag, "of": digest(units), "reason": Hash(reason)})
		_, err = c.Exec(ctx, `
			INSERT INTO translation_waiver (object_id, lang, of_hash, reason, by_id, at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (object_id, lang, of_hash) DO NOTHING`, object, tag, digest(units), reason, who.ID, c.Now())
		return err
	}, desk.Once(entry))
}

// find returns an object by the id of its texts, when the reader may know of it.
func find(ctx context.Context, tx *db.Tx, n id.ID) (Object, error) {
	where, args := visible(tx)
	o := Object{ID: n}
	err := tx.Row(ctx, `SELECT o.object, o.kind, o.lang FROM translation_object o WHERE o.id = ? AND `+where,
		append([]any{n}, args...)...).Scan(&o.Ref, &o.Kind, &o.Lang)
	if err != nil {
		return Object{}, fmt.Errorf("texts %s: %w", n, err)
	}
	return o, nil
}
