package review

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
)

// check cleans a block and says what is wrong with it.
func (b *NewBlock) check() error {
	clean, _ := language.StripBidi(strings.ReplaceAll(b.Text, "\r\n", "\n"))
	b.Text = strings.TrimSpace(clean)
	if b.Kind != Heading {
		b.Level = 0
	} else if b.Level < 1 || b.Level > 3 {
		b.Level = 1
	}
	var wrong []errs.Field
	if !slices.Contains(blockKinds(), b.Kind) {
		wrong = append(wrong, errs.Field{Path: "kind", Code: notOffered})
	}
	if b.Text == "" || len([]rune(b.Text)) > maxText {
		wrong = append(wrong, errs.Field{Path: "text", Code: "Write the text, in at most 10,000 characters."})
	}
	return errs.WithFields(wrong...)
}

// working returns the version that is being written. One that was issued never changes again.
func working(ctx context.Context, c *desk.Change, n id.ID) (Version, error) {
	v, err := newest(ctx, c.Tx, n)
	if err == nil && !v.Working() {
		err = errs.Say(fmt.Errorf("version %d of document %s was issued: %w", v.N, n, errs.Conflict),
			"This version was issued and stays as it is. Begin the next version, and change that.", nil)
	}
	return v, err
}

// AddBlocks puts blocks behind the block after, at the end when it is "". All are added or none.
func (q *Reviews) AddBlocks(ctx context.Context, who access.Person, n, after id.ID, blocks []NewBlock, entry id.ID) error {
	for i := range blocks {
		if err := blocks[i].check(); err != nil {
			return err
		}
	}
	return q.Desk.Do(ctx, who, "document.edit", id.NewRef(KindDocument, n), func(c *desk.Change) error {
		v, err := working(ctx, c, n)
		if err != nil {
			return err
		}
		return addBlocks(ctx, c, v.ID, after, blocks)
	}, desk.Once(entry))
}

func addBlocks(ctx context.Context, c *desk.Change, version, after id.ID, blocks []NewBlock) error {
	var at, count int
	if err := c.Row(ctx, `SELECT COUNT(*) FROM block WHERE version_id = ?`, version).Scan(&count); err != nil {
		return err
	}
	if count+len(blocks) > maxBlocks {
		return errs.Say(errs.Invalidf("version %s would have %d blocks", version, count+len(blocks)),
			"A document has at most 2,000 blocks. Nothing was added: put the rest into another document.", nil)
	}
	if at = count; after != "" {
		if err := c.Row(ctx, `SELECT n FROM block WHERE version_id = ? AND id = ?`, version, after).Scan(&at); err != nil {
			return fmt.Errorf("block %s: %w", after, err)
		}
		if _, err := c.Exec(ctx, `UPDATE block SET n = n + ? WHERE version_id = ? AND n > ?`, len(blocks), version, at); err != nil {
			return err
		}
	}
	for i, b := range blocks {
		if err := insertBlock(ctx, c, version, Block{ID: id.New(c.Now()), N: at + i + 1, Kind: b.Kind, Level: b.Level, Text: b.Text, Origin: b.Origin}); err != nil {
			return err
		}
	}
	return nil
}

// EditBlock changes one block. version is the one that the form showed; another one is [errs.Conflict].
func (q *Reviews) EditBlock(ctx context.Context, who access.Person, n, block id.ID, b NewBlock, version int64, entry id.ID) error {
	if err := b.check(); err != nil {
		return err
	}
	return q.Desk.Do(ctx, who, "document.edit", id.NewRef(KindDocument, n), func(c *desk.Change) error {
		v, err := working(ctx, c, n)
		if err != nil {
			return err
		}
		changed, err := c.Exec(ctx, `
			UPDATE block SET kind = ?, level = ?, text = ?, hash = ?, version = version + 1 WHERE version_id = ? AND id = ? AND version = ?`,
			b.Kind, b.Level, b.Text, blockHash(b.Kind, b.Level, b.Text), v.ID, block, version)
		if err == nil && changed == 0 {
			return fmt.Errorf("block %s: %w", block, errs.Conflict)
		}
		return err
	}, desk.Once(entry))
}

// The moves of a block within its version.
const (
	Up     = "up"
	Down   = "down"
	Remove = "remove"
	Join   = "join" // into the block before it, which then carries its id as one of its earlier ones
)

// MoveBlock moves, removes or joins a block. What was said about a block that goes is not lost: see [Anchor].
func (q *Reviews) MoveBlock(ctx context.Context, who access.Person, n, block id.ID, move string, entry id.ID) error {
	return q.Desk.Do(ctx, who, "document.edit", id.NewRef(KindDocument, n), func(c *desk.Change) error {
		v, err := working(ctx, c, n)
		if err != nil {
			return err
		}
		all, err := Blocks(ctx, c.Tx, v.ID)
		if err != nil {
			return err
		}
		i := find(all, block)
		if i < 0 {
			return fmt.Errorf("block %s: %w", block, errs.NotFound)
		}
		switch move {
		case Up, Down:
			return swap(ctx, c, v.ID, all, i, move)
		case Remove:
			return drop(ctx, c, v.ID, all[i])
		case Join:
			return join(ctx, c, v.ID, all, i)
		}
		return errs.Invalidf("move %q of block %s: there is no such move", move, block)
	}, desk.Once(entry))
}

func swap(ctx context.Context, c *desk.Change, version id.ID, all []Block, i int, move string) error {
	j := i + 1
	if move == Up {
		j = i - 1
	}
	if j < 0 || j >= len(all) {
		return nil // it stands at the edge already
	}
	for k, n := range map[int]int{i: all[j].N, j: all[i].N} {
		if _, err := c.Exec(ctx, `UPDATE block SET n = ? WHERE version_id = ? AND id = ?`, n, version, all[k].ID); err != nil {
			return err
		}
	}
	return nil
}

func drop(ctx context.Context, c *desk.Change, version id.ID, b Block) error {
	if _, err := c.Exec(ctx, `DELETE FROM block WHERE version_id = ? AND id = ?`, version, b.ID); err != nil {
		return err
	}
	_, err := c.Exec(ctx, `UPDATE block SET n = n - 1 WHERE version_id = ? AND n > ?`, version, b.N)
	return err
}

func join(ctx context.Context, c *desk.Change, version id.ID, all []Block, i int) error {
	if i == 0 {
		return errs.Say(errs.Invalidf("block %s is the first", all[i].ID), "There is no block before this one that it could be joined to.", nil)
	}
	b, into := all[i], all[i-1]
	text := into.Text + "\n" + b.Text
	if len([]rune(text)) > maxText {
		return errs.Say(errs.Invalidf("block %s with %s is too long", into.ID, b.ID), "The two together are longer than 10,000 characters.", nil)
	}
	was := append(append(slices.Clone(into.Was), b.ID), b.Was...)
	words := make([]string, len(was))
	for k, w := range was {
		words[k] = string(w)
	}
	if _, err := c.Exec(ctx, `UPDATE block SET text = ?, hash = ?, was = ?, version = version + 1 WHERE version_id = ? AND id = ?`,
		text, blockHash(into.Kind, into.Level, text), strings.Join(words, " "), version, into.ID); err != nil {
		return err
	}
	return drop(ctx, c, version, b)
}

// Compose puts what the study's findings say into the version that is being written: a block that was composed before
// gets its new text, others are added at the end. Nothing that people wrote here is touched.
func (q *Reviews) Compose(ctx context.Context, who access.Person, n id.ID, entry id.ID) error {
	return q.Desk.Do(ctx, who, "document.edit", id.NewRef(KindDocument, n), func(c *desk.Change) error {
		d, err := Find(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		v, err := working(ctx, c, n)
		if err != nil {
			return err
		}
		composed, err := q.source(ctx, c.Tx, d.Study, d.Lang)
		if err == nil && len(composed) == 0 {
			err = errs.Say(errs.Conflict, "No finding of this study has been looked at by a second person yet. Review one, then bring it in.", nil)
		}
		if err != nil {
			return fmt.Errorf("compose document %s: %w", n, err)
		}
		before, err := Blocks(ctx, c.Tx, v.ID)
		if err != nil {
			return err
		}
		return mix(ctx, c, v.ID, before, composed)
	}, desk.Once(entry))
}

func mix(ctx context.Context, c *desk.Change, version id.ID, before []Block, composed []NewBlock) error {
	var added []NewBlock
	for _, b := range composed {
		if err := b.check(); err != nil {
			return err
		}
		i := slices.IndexFunc(before, func(x Block) bool { return b.Origin != "" && x.Origin == b.Origin })
		if i < 0 {
			added = append(added, b)
			continue
		}
		hash := blockHash(b.Kind, b.Level, b.Text)
		if hash == before[i].Hash {
			continue
		}
		if _, err := c.Exec(ctx, `UPDATE block SET kind = ?, level = ?, text = ?, hash = ?, version = version + 1 WHERE version_id = ? AND id = ?`,
			b.Kind, b.Level, b.Text, hash, version, before[i].ID); err != nil {
			return err
		}
	}
	return addBlocks(ctx, c, version, "", added)
}
