package translation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/store/db"
)

// Text is a text as it is shown in a language. A reader is told when State is anything but Original and Approved: a
// Missing one is empty, an Outdated one says what an earlier source said.
type Text struct {
	Text  string
	State State
	Lang  language.Tag
	Free  bool // it was freed for publishing, Outdated as it may be now; a source always is
}

// Find, Texts and Gate are for the slice that owns the object: it has found the object for its reader before. What
// people search and list goes through the reader's scope.

// owned finds the texts of an object.
func owned(ctx context.Context, tx *db.Tx, object id.Ref) (Object, error) {
	o := Object{Ref: object, Kind: object.Kind()}
	err := tx.Row(ctx, `SELECT id, lang FROM translation_object WHERE object = ?`, object).Scan(&o.ID, &o.Lang)
	if err != nil {
		return Object{}, fmt.Errorf("texts of %s: %w", object, err)
	}
	return o, nil
}

// Find returns one text of an object in a language. An object that was never put is [errs.NotFound], and so is a field
// that it doesn't have.
func Find(ctx context.Context, tx *db.Tx, object id.Ref, field string, tag language.Tag) (Text, error) {
	var source string
	var lang language.Tag
	var freed id.ID
	t := Text{Lang: tag}
	err := tx.Row(ctx, `
		SELECT o.lang, s.text, COALESCE(u.text, ''), COALESCE(u.state, ''), COALESCE(u.approved_by, '')
		FROM translation_object o
		JOIN translation_source s ON s.object_id = o.id
		LEFT JOIN translation_unit u ON u.object_id = s.object_id AND u.field = s.field AND u.lang = ?
		WHERE o.object = ? AND s.field = ? AND s.gone = FALSE`, tag, object, field).
		Scan(&lang, &source, &t.Text, &t.State, &freed)
	if err != nil {
		return Text{}, fmt.Errorf("text %s of %s: %w", field, object, err)
	}
	t.Free = freed != ""
	return t.or(source, lang), nil
}

// or is the source itself in its own language.
func (t Text) or(source string, lang language.Tag) Text {
	if t.Lang == lang {
		return Text{Text: source, State: Original, Lang: lang, Free: true}
	}
	return t
}

// Texts returns all texts of an object in a language, by field.
func Texts(ctx context.Context, tx *db.Tx, object id.Ref, tag language.Tag) (map[string]Text, error) {
	o, err := owned(ctx, tx, object)
	if err != nil {
		return nil, err
	}
	units, err := unitsOf(ctx, tx, o, tag)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Text, len(units))
	for _, u := range units {
		out[u.Field] = Text{Text: u.Text, State: u.State, Lang: tag, Free: u.Approver != ""}.or(u.Source, o.Lang)
	}
	return out, nil
}

// unitsOf reads the units of an object in a language, in the order of the texts; in the source's own language they hold
// the source alone.
func unitsOf(ctx context.Context, tx *db.Tx, o Object, tag language.Tag) ([]Unit, error) {
	rows, err := tx.Query(ctx, `
		SELECT COALESCE(u.id, ''), s.field, s.place, COALESCE(u.state, ''), COALESCE(u.text, ''), s.text, COALESCE(u.of_text, ''), s.hash,
		       COALESCE(u.by_id, ''), COALESCE(u.reviewed_by, ''), COALESCE(u.approved_by, ''), COALESCE(u.remark, ''), COALESCE(u.version, 0)
		FROM translation_source s LEFT JOIN translation_unit u ON u.object_id = s.object_id AND u.field = s.field AND u.lang = ?
		WHERE s.object_id = ? AND s.gone = FALSE ORDER BY s.place, s.field`, tag, o.ID)
	return db.Collect(rows, err, func(s db.Scan) (Unit, error) {
		u := Unit{Object: o.ID, Lang: tag}
		err := s(&u.ID, &u.Field, &u.Place, &u.State, &u.Text, &u.Source, &u.Of, &u.Hash, &u.By, &u.Reviewer, &u.Approver, &u.Remark, &u.Version)
		if u.Of == u.Source {
			u.Of = ""
		}
		return u, err
	})
}

// Lacking is a text that can't be published in a language yet, and why.
type Lacking struct {
	Lang  language.Tag
	Field string
	State State
}

// Gate names what an object still lacks to be published in languages: every text that isn't approved, in every
// language that wasn't waived for the texts as they are now. The source's own language lacks nothing.
func Gate(ctx context.Context, tx *db.Tx, object id.Ref, tags []language.Tag) ([]Lacking, error) {
	o, err := owned(ctx, tx, object)
	if err != nil {
		return nil, fmt.Errorf("gate: %w", err)
	}
	var lacking []Lacking
	for _, tag := range tags {
		if tag == o.Lang {
			continue
		}
		units, err := unitsOf(ctx, tx, o, tag)
		if err != nil {
			return nil, fmt.Errorf("gate of %s: %w", object, err)
		}
		waiver, err := waiverOf(ctx, tx, o.ID, tag, digest(units))
		if err != nil {
			return nil, fmt.Errorf("gate of %s: %w", object, err)
		}
		if waiver.Reason != "" {
			continue
		}
		for _, u := range units {
			if u.State != Approved {
				lacking = append(lacking, Lacking{tag, u.Field, u.State})
			}
		}
	}
	return lacking, nil
}

// digest is what a waiver is bound to: all texts as they are.
func digest(units []Unit) canonical.Hash {
	lines := make([]string, 0, len(units))
	for _, u := range units {
		lines = append(lines, u.Field+" "+string(u.Hash)+"\n")
	}
	slices.Sort(lines)
	var all []byte
	for _, l := range lines {
		all = append(all, l...)
	}
	return canonical.Sum(all)
}

// Waiver says that an object may be published without a language, and why. It ends when a text changes.
type Waiver struct {
	Reason string
	By     id.ID
}

// waiverOf returns the waiver for texts as they are; its reason is "" when there is none.
func waiverOf(ctx context.Context, tx *db.Tx, n id.ID, tag language.Tag, of canonical.Hash) (Waiver, error) {
	var w Waiver
	err := tx.Row(ctx, `SELECT reason, by_id FROM translation_waiver WHERE object_id = ? AND lang = ? AND of_hash = ?`, n, tag, of).
		Scan(&w.Reason, &w.By)
	if errors.Is(err, errs.NotFound) {
		return Waiver{}, nil
	}
	return w, err
}

// objectOf finds the texts of an object that the reader may know of.
func objectOf(ctx context.Context, tx *db.Tx, object id.Ref) (Object, error) {
	where, args := visible(tx)
	o := Object{Ref: object, Kind: object.Kind()}
	err := tx.Row(ctx, `SELECT o.id, o.lang FROM translation_object o WHERE o.object = ? AND `+where,
		append([]any{object}, args...)...).Scan(&o.ID, &o.Lang)
	if err != nil {
		return Object{}, fmt.Errorf("texts of %s: %w", object, err)
	}
	return o, nil
}

// Units returns an object's texts in a language, in their order, for pages that show them beside their sources.
func Units(ctx context.Context, tx *db.Tx, object id.Ref, tag language.Tag) (Object, []Unit, error) {
	o, err := objectOf(ctx, tx, object)
	if err != nil {
		return Object{}, nil, err
	}
	units, err := unitsOf(ctx, tx, o, tag)
	return o, units, err
}
