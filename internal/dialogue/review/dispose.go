package review

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
)

// Disposition is what was done about a comment, and why.
type Disposition struct {
	Value       string // accepted, accepted-with-modification, noted, rejected, out-of-scope, deferred-to-group; "" when none
	Reasoning   string
	Block       id.ID // where the change is in a later version; its difference is [Diff] of the two texts
	Responsible id.ID
	Version     int64
}

func dispositions() []string {
	return []string{"accepted", "accepted-with-modification", "noted", "rejected", "out-of-scope", "deferred-to-group"}
}

const maxReasoning = 4000

// Dispose says what was done about a submitted comment. Whoever commented is owed the reason where the text isn't
// changed as they proposed. version is the one that the form showed, 0 for the first.
func (q *Reviews) Dispose(ctx context.Context, who access.Person, n id.ID, d Disposition, entry id.ID) error {
	d.Reasoning = strings.TrimSpace(d.Reasoning)
	var wrong []errs.Field
	if !slices.Contains(dispositions(), d.Value) {
		wrong = append(wrong, errs.Field{Path: "value", Code: notOffered})
	}
	if d.Reasoning == "" && d.Value != "accepted" || len([]rune(d.Reasoning)) > maxReasoning {
		wrong = append(wrong, errs.Field{Path: "reasoning", Code: "Write the reason, in at most 4,000 characters."})
	}
	if len(wrong) > 0 {
		return errs.WithFields(wrong...)
	}
	return q.Desk.Do(ctx, who, "comment.dispose", id.NewRef(KindComment, n), func(c *desk.Change) error {
		k, r, err := submitted(ctx, c, n)
		if err != nil {
			return err
		}
		if !r.Finalised.IsZero() {
			return errs.Say(fmt.Errorf("round %s is final: %w", r.ID, errs.Conflict), "This round is final already.", nil)
		}
		if err := d.checkBlock(ctx, c, r); err != nil {
			return err
		}
		if d.Responsible == "" {
			d.Responsible = who.ID
		}
		c.Record(map[string]any{"value": d.Value})
		changed, err := c.Exec(ctx, `
			INSERT INTO comment_disposition (comment_id, value, reasoning, changed_block, responsible_id, by_id, at, version) VALUES (?, ?, ?, ?, ?, ?, ?, 1)
			ON CONFLICT (comment_id) DO UPDATE SET value = excluded.value, reasoning = excluded.reasoning, changed_block = excluded.changed_block,
				responsible_id = excluded.responsible_id, by_id = excluded.by_id, at = excluded.at, version = comment_disposition.version + 1
			WHERE comment_disposition.version = ?`,
			n, d.Value, d.Reasoning, d.Block, d.Responsible, who.ID, c.Now(), d.Version)
		if err == nil && (changed == 0 || d.Version == 0 && k.Disposed.Value != "") {
			err = fmt.Errorf("disposition of comment %s: %w", n, errs.Conflict)
		}
		return err
	}, desk.Once(entry))
}

// checkBlock holds that the change is in a block of the newest version.
func (d *Disposition) checkBlock(ctx context.Context, c *desk.Change, r Round) error {
	if d.Block == "" {
		return nil
	}
	v, err := newest(ctx, c.Tx, r.Document)
	if err != nil {
		return err
	}
	blocks, err := Blocks(ctx, c.Tx, v.ID)
	if err == nil && find(blocks, d.Block) < 0 {
		err = errs.WithFields(errs.Field{Path: "block", Code: notOffered})
	}
	return err
}

// submitted returns a comment that those who write the document may work on now. While its round is sealed it doesn't
// exist for them.
func submitted(ctx context.Context, c *desk.Change, n id.ID) (Comment, Round, error) {
	k, err := FindComment(ctx, c.Tx, n, "")
	if err != nil {
		return k, Round{}, err
	}
	r, err := FindRound(ctx, c.Tx, k.Round)
	if err == nil && (k.Status != Submitted || r.Sealed && r.Closed.IsZero()) {
		err = fmt.Errorf("comment %s: %w", n, errs.NotFound)
	}
	return k, r, err
}

// Reanchor gives a comment its place in a version by hand: an orphan whose words a person recognises elsewhere.
func (q *Reviews) Reanchor(ctx context.Context, who access.Person, n, version, block, entry id.ID) error {
	return q.Desk.Do(ctx, who, "comment.anchor", id.NewRef(KindComment, n), func(c *desk.Change) error {
		_, r, err := submitted(ctx, c, n)
		if err != nil {
			return err
		}
		v, err := findVersion(ctx, c.Tx, version)
		if err != nil || v.Document != r.Document || v.Working() {
			return fmt.Errorf("version %s of comment %s: %w", version, n, errs.NotFound)
		}
		blocks, err := Blocks(ctx, c.Tx, version)
		if err != nil {
			return err
		}
		if find(blocks, block) < 0 {
			return errs.WithFields(errs.Field{Path: "block", Code: notOffered})
		}
		return insertAnchor(ctx, c, n, version, Anchored{block, ByHand, 1000})
	}, desk.Once(entry))
}
