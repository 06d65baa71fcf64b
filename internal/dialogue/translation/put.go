package translation

import (
	"context"
	"fmt"
	"slices"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/store/db"
)

// Limits of what a slice puts.
const (
	maxSources = 5000
	maxField   = 200
	maxText    = 20_000 // characters
)

// kept is a source as it stands.
type kept struct {
	field string
	place int
	hash  canonical.Hash
	gone  bool
}

// Put tells all texts of an object, as part of the act that changes them. It may be called again with the same texts
// and then changes nothing. A text that is new waits in each language; of one that changed the translations are
// outdated, of no other; one that is missing is kept but neither asked for nor published.
func (q *Translations) Put(ctx context.Context, c *desk.Change, object id.Ref, lang language.Tag, sources []Source) error {
	if err := q.checkSources(object, lang, sources); err != nil {
		return fmt.Errorf("put texts of %s: %w", object, err)
	}
	n, err := q.object(ctx, c, object, lang)
	if err != nil {
		return fmt.Errorf("put texts of %s: %w", object, err)
	}
	before, err := keptOf(ctx, c.Tx, n)
	if err != nil {
		return fmt.Errorf("put texts of %s: %w", object, err)
	}
	var changed []string
	for i, s := range sources {
		was, known := before[s.Field]
		delete(before, s.Field)
		if err := putSource(ctx, c, n, lang, i, s, was, known); err != nil {
			return fmt.Errorf("put text %s of %s: %w", s.Field, object, err)
		}
		if !known || was.gone || was.hash != Hash(s.Text) {
			changed = append(changed, s.Field)
		}
	}
	for field, was := range before {
		if was.gone {
			continue
		}
		changed = append(changed, field)
		if _, err := c.Exec(ctx, `UPDATE translation_source SET gone = TRUE WHERE object_id = ? AND field = ?`, n, field); err != nil {
			return fmt.Errorf("put texts of %s: %w", object, err)
		}
	}
	if len(changed) > 0 {
		slices.Sort(changed)
		c.Also("translation.source", id.NewRef(ObjectKind, n), map[string]any{"object": object, "lang": lang, "changed": len(changed), "texts": len(sources)})
	}
	return nil
}

func (q *Translations) checkSources(object id.Ref, lang language.Tag, sources []Source) error {
	if _, ok := q.kinds[object.Kind()]; !ok {
		return errs.Invalidf("nobody registered the kind %q", object.Kind())
	}
	if !slices.Contains(language.Official(), lang) {
		return errs.Invalidf("%q is not one of the six official languages", lang)
	}
	if len(sources) > maxSources {
		return errs.Invalidf("%d texts, an object can have %d", len(sources), maxSources)
	}
	seen := map[string]bool{}
	for _, s := range sources {
		switch {
		case s.Field == "" || len(s.Field) > maxField:
			return errs.Invalidf("a field's name has %d bytes, want 1 to %d", len(s.Field), maxField)
		case seen[s.Field]:
			return errs.Invalidf("the field %s comes twice", s.Field)
		case s.Text == "" || len([]rune(s.Text)) > maxText:
			return errs.Invalidf("the text %s has %d characters, want 1 to %d", s.Field, len([]rune(s.Text)), maxText)
		}
		if err := checkCharacters(s.Text); err != nil {
			return fmt.Errorf("text %s: %w", s.Field, err)
		}
		seen[s.Field] = true
	}
	return nil
}

// object finds the object's row or makes it, and keeps its compartment in step.
func (q *Translations) object(ctx context.Context, c *desk.Change, object id.Ref, lang language.Tag) (id.ID, error) {
	var compartment id.ID
	if f := q.kinds[object.Kind()].Case; f != nil {
		var err error
		if compartment, err = f(ctx, c.Tx, object.ID()); err != nil {
			return "", err
		}
	}
	if err := c.Lock(ctx, "translation/"+string(object)); err != nil {
		return "", err
	}
	if _, err := c.Exec(ctx, `
		INSERT INTO translation_object (id, object, kind, case_id, lang) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (object) DO UPDATE SET case_id = excluded.case_id`,
		id.New(c.Now()), object, object.Kind(), compartment, lang); err != nil {
		return "", err
	}
	var n id.ID
	var was language.Tag
	if err := c.Row(ctx, `SELECT id, lang FROM translation_object WHERE object = ?`, object).Scan(&n, &was); err != nil {
		return "", err
	}
	if was != lang {
		return "", errs.Invalidf("its texts are in %s, they can't become %s", was, lang)
	}
	return n, nil
}

func keptOf(ctx context.Context, tx *db.Tx, n id.ID) (map[string]kept, error) {
	rows, err := tx.Query(ctx, `SELECT field, place, hash, gone FROM translation_source WHERE object_id = ?`, n)
	list, err := db.Collect(rows, err, func(s db.Scan) (k kept, err error) { return k, s(&k.field, &k.place, &k.hash, &k.gone) })
	out := make(map[string]kept, len(list))
	for _, k := range list {
		out[k.field] = k
	}
	return out, err
}

func putSource(ctx context.Context, c *desk.Change, n id.ID, lang language.Tag, place int, s Source, was kept, known bool) error {
	hash := Hash(s.Text)
	if known && was.hash == hash && was.place == place && !was.gone {
		return nil
	}
	if _, err := c.Exec(ctx, `
		INSERT INTO translation_source (object_id, field, place, text, hash, gone) VALUES (?, ?, ?, ?, ?, FALSE)
		ON CONFLICT (object_id, field) DO UPDATE SET place = excluded.place, text = excluded.text, hash = excluded.hash, gone = FALSE`,
		n, s.Field, place, s.Text, hash); err != nil {
		return err
	}
	if !known {
		return wait(ctx, c, n, lang, s.Field)
	}
	if was.hash == hash {
		return nil
	}
	return outdate(ctx, c, n, s.Field, hash)
}

// wait makes the empty units of a new text, one for each of the five other languages.
func wait(ctx context.Context, c *desk.Change, n id.ID, lang language.Tag, field string) error {
	const row = `(?, ?, ?, ?, ?, '', '', '', '', '', '', '', ?, 1)`
	var args []any
	for _, t := range Targets(lang) {
		args = append(args, id.New(c.Now()), n, field, t, Missing, c.Now())
	}
	_, err := c.Exec(ctx, `
		INSERT INTO translation_unit (id, object_id, field, lang, state, text, of_hash, of_text, by_id, reviewed_by, approved_by, remark, changed_at, version)
		VALUES `+row+`, `+row+`, `+row+`, `+row+`, `+row, args...)
	return err
}

// outdate marks the translations of a text whose source is another one now. A source that has become what a text was
// made from makes that text a draft: somebody reads it again.
func outdate(ctx context.Context, c *desk.Change, n id.ID, field string, hash canonical.Hash) error {
	if _, err := c.Exec(ctx, `
		UPDATE translation_unit SET state = ?, reviewed_by = '', changed_at = ?, version = version + 1
		WHERE object_id = ? AND field = ? AND state <> ? AND of_hash <> ?`, Outdated, c.Now(), n, field, Missing, hash); err != nil {
		return err
	}
	_, err := c.Exec(ctx, `
		UPDATE translation_unit SET state = ?, approved_by = '', changed_at = ?, version = version + 1
		WHERE object_id = ? AND field = ? AND state = ? AND of_hash = ?`, Draft, c.Now(), n, field, Outdated, hash)
	return err
}
