package review

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Write puts a comment into a tray as a draft, for the focal point to accept. Its id is entry's.
func (q *Reviews) Write(ctx context.Context, who access.Person, tray id.ID, k NewComment, entry id.ID) (id.ID, error) {
	return entry, q.Desk.Do(ctx, who, "comment.write", id.NewRef(KindTray, tray), func(c *desk.Change) error {
		o, err := openTray(ctx, c, tray)
		if err != nil {
			return err
		}
		if err := k.check(o.round); err != nil {
			return err
		}
		return insertComment(ctx, c, o, entry, k, Draft, who.ID)
	}, desk.Once(entry))
}

// opened is a tray that may still be written in, with its round and the text that is commented on.
type opened struct {
	tray   Tray
	round  Round
	blocks []Block
}

func openTray(ctx context.Context, c *desk.Change, n id.ID) (o opened, err error) {
	if o.tray, err = FindTray(ctx, c.Tx, n); err != nil {
		return o, err
	}
	if o.round, err = FindRound(ctx, c.Tx, o.tray.Round); err != nil {
		return o, err
	}
	if !o.round.Closed.IsZero() {
		return o, errs.Say(fmt.Errorf("round %s is closed: %w", o.round.ID, errs.Conflict),
			"The round was closed, and no comment can be added or changed. What you wrote stands below, to be copied.", nil)
	}
	o.blocks, err = Blocks(ctx, c.Tx, o.round.Version)
	return o, err
}

func insertComment(ctx context.Context, c *desk.Change, o opened, n id.ID, k NewComment, status CommentStatus, author id.ID) error {
	var serial int
	if err := c.Row(ctx, `SELECT COALESCE(MAX(n), 0) FROM comment_item WHERE tray_id = ?`, o.tray.ID).Scan(&serial); err != nil {
		return err
	}
	if serial >= maxComments && k.n == 0 {
		return errs.Say(errs.Invalidf("tray %s is full", o.tray.ID), "There are 2,000 comments here already. Nothing was added.", nil)
	}
	if serial++; k.n > 0 {
		serial = k.n
	}
	t := k.aim(o.blocks)
	if _, err := c.Exec(ctx, `
		INSERT INTO comment_item (id, round_id, tray_id, n, behalf, target, block_id, exact, prefix, suffix, position, type, lang, body, proposal,
			visibility, status, into_id, author_id, source_id, at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, 1)`,
		n, o.round.ID, o.tray.ID, serial, k.Behalf, t.Kind, t.Block, t.Exact, t.Prefix, t.Suffix, t.Position, k.Type, k.Lang, k.Body, k.Proposal,
		k.Visibility, status, author, k.source, c.Now()); err != nil {
		return fmt.Errorf("comment: %w", err)
	}
	if err := placeNow(ctx, c, o.round, n, t, o.blocks); err != nil {
		return err
	}
	return unclear(ctx, c, o.tray.ID)
}

// placeNow gives a comment its place in its own version and in each one issued since: a form may come back late.
func placeNow(ctx context.Context, c *desk.Change, r Round, n id.ID, t Target, blocks []Block) error {
	if err := insertAnchor(ctx, c, n, r.Version, Anchor(t, blocks)); err != nil {
		return err
	}
	rows, err := c.Query(ctx, `
		SELECT v.id, v.document_id, v.n, v.issued_at, v.hash FROM document_version v JOIN document_version own ON own.document_id = v.document_id
		WHERE own.id = ? AND v.n > own.n AND v.issued_at IS NOT NULL ORDER BY v.n`, r.Version)
	later, err := db.Collect(rows, err, scanVersion)
	if err != nil {
		return err
	}
	var last id.ID
	for _, v := range later {
		all, err := Blocks(ctx, c.Tx, v.ID)
		if err != nil {
			return err
		}
		a := Anchor(t, all, last)
		if err := insertAnchor(ctx, c, n, v.ID, a); err != nil {
			return err
		}
		last = a.Block
	}
	return nil
}

// unclear takes a clearance away: what was cleared has changed.
func unclear(ctx context.Context, c *desk.Change, tray id.ID) error {
	_, err := c.Exec(ctx, `UPDATE comment_tray SET cleared_at = NULL, cleared_by = '', cleared_hash = '', version = version + 1 WHERE id = ?`, tray)
	return err
}

func inTray(ctx context.Context, tx *db.Tx, tray, n id.ID) (Comment, error) {
	k, err := FindComment(ctx, tx, n, "")
	if err == nil && k.Tray != tray {
		err = fmt.Errorf("comment %s: %w", n, errs.NotFound)
	}
	return k, err
}

// Edit changes a comment before it is submitted. A draft is changed by who wrote it, or by who decides on it; version is
// the one the form showed, another one is [errs.Conflict].
func (q *Reviews) Edit(ctx context.Context, who access.Person, tray, n id.ID, k NewComment, version int64, entry id.ID) error {
	return q.Desk.Do(ctx, who, "comment.write", id.NewRef(KindTray, tray), func(c *desk.Change) error {
		o, err := openTray(ctx, c, tray)
		if err != nil {
			return err
		}
		if err := k.check(o.round); err != nil {
			return err
		}
		before, err := inTray(ctx, c.Tx, tray, n)
		if err != nil {
			return err
		}
		if err := q.mayEdit(ctx, c, who, before); err != nil {
			return err
		}
		changed, err := c.Exec(ctx, `
			UPDATE comment_item SET behalf = ?, type = ?, lang = ?, body = ?, proposal = ?, visibility = ?, version = version + 1
			WHERE id = ? AND version = ?`, k.Behalf, k.Type, k.Lang, k.Body, k.Proposal, k.Visibility, n, version)
		if err == nil && changed == 0 {
			return fmt.Errorf("comment %s: %w", n, errs.Conflict)
		}
		if err != nil {
			return err
		}
		return unclear(ctx, c, tray)
	}, desk.Once(entry))
}

func (q *Reviews) mayEdit(ctx context.Context, c *desk.Change, who access.Person, k Comment) error {
	decides := q.Desk.May(ctx, c.Tx, who, "comment.decide", id.NewRef(KindTray, k.Tray)) == nil
	switch {
	case k.Status == Draft && (k.Author == who.ID || decides), k.Status == Accepted && decides:
		return nil
	case k.Status == Draft:
		return errs.Say(fmt.Errorf("comment %s is another person's draft: %w", k.ID, errs.Forbidden), "Another person wrote this draft.", nil)
	}
	return errs.Say(fmt.Errorf("comment %s is %s: %w", k.ID, k.Status, errs.Conflict), "This comment has gone on and can't be changed now.", nil)
}

// decisions says from where to where a focal point takes a comment.
func decisions() map[string]struct {
	from []CommentStatus
	to   CommentStatus
} {
	return map[string]struct {
		from []CommentStatus
		to   CommentStatus
	}{
		"accept":    {[]CommentStatus{Draft, Rejected}, Accepted},
		"reject":    {[]CommentStatus{Draft, Accepted}, Rejected},
		"merge":     {[]CommentStatus{Draft, Accepted}, Merged},
		"reopen":    {[]CommentStatus{Accepted, Rejected, Merged}, Draft},
		"take-back": {[]CommentStatus{Submitted}, Draft},
	}
}

// Decide accepts, rejects, merges or reopens a comment of the tray, or takes a submitted one back while the round is open.
// Merged, its words stand below those of the comment into that it went.
func (q *Reviews) Decide(ctx context.Context, who access.Person, tray, n id.ID, what string, into, entry id.ID) error {
	return q.Desk.Do(ctx, who, "comment.decide", id.NewRef(KindTray, tray), func(c *desk.Change) error {
		if _, err := openTray(ctx, c, tray); err != nil {
			return err
		}
		k, err := inTray(ctx, c.Tx, tray, n)
		if err != nil {
			return err
		}
		d, ok := decisions()[what]
		if !ok {
			return errs.WithFields(errs.Field{Path: "what", Code: notOffered})
		}
		if !slices.Contains(d.from, k.Status) {
			return errs.Say(fmt.Errorf("comment %s is %s: %w", n, k.Status, errs.Conflict), "This comment has gone on and can't be changed now.", nil)
		}
		if what == "merge" {
			if err := merge(ctx, c, k, into); err != nil {
				return err
			}
		} else {
			into = ""
		}
		if _, err := c.Exec(ctx, `UPDATE comment_item SET status = ?, into_id = ?, version = version + 1 WHERE id = ?`, d.to, into, n); err != nil {
			return err
		}
		c.Record(map[string]any{"comment": n, "decision": what})
		return unclear(ctx, c, tray)
	}, desk.Once(entry))
}

func merge(ctx context.Context, c *desk.Change, k Comment, into id.ID) error {
	other, err := inTray(ctx, c.Tx, k.Tray, into)
	if err != nil || other.ID == k.ID || !slices.Contains([]CommentStatus{Draft, Accepted}, other.Status) {
		return errs.WithFields(errs.Field{Path: "into", Code: notOffered})
	}
	body := other.Body + "\n\n" + k.Body
	if len([]rune(body)) > maxBody {
		return errs.WithFields(errs.Field{Path: "into", Code: "The two together are longer than 10,000 characters."})
	}
	proposal := other.Proposal
	if proposal == "" {
		proposal = k.Proposal
	}
	_, err = c.Exec(ctx, `UPDATE comment_item SET body = ?, proposal = ?, version = version + 1 WHERE id = ?`, body, proposal, into)
	return err
}

// setOf returns the comments that leave: accepted ones and those that were submitted before, with their digest.
func setOf(ctx context.Context, tx *db.Tx, tray id.ID) ([]Comment, canonical.Hash, error) {
	set, err := Comments(ctx, tx, Filter{Tray: tray, Status: []CommentStatus{Accepted, Submitted}})
	if err != nil {
		return nil, "", err
	}
	told := make([]told, len(set))
	for i, k := range set {
		told[i] = tell(k)
	}
	b, err := canonical.Marshal(told)
	return set, canonical.Sum(b), err
}

// Clear lets the accepted comments leave, as they are now: any change afterwards takes the clearance away.
func (q *Reviews) Clear(ctx context.Context, who access.Person, tray, entry id.ID) error {
	return q.Desk.Do(ctx, who, "comment.clear", id.NewRef(KindTray, tray), func(c *desk.Change) error {
		if _, err := openTray(ctx, c, tray); err != nil {
			return err
		}
		set, hash, err := setOf(ctx, c.Tx, tray)
		if err != nil {
			return err
		}
		if len(set) == 0 {
			return errs.Say(fmt.Errorf("tray %s: %w", tray, errs.Conflict), "No comment is accepted yet, so there is nothing to clear.", nil)
		}
		c.Record(map[string]any{"comments": len(set), "sha256": hash})
		_, err = c.Exec(ctx, `UPDATE comment_tray SET cleared_at = ?, cleared_by = ?, cleared_hash = ?, version = version + 1 WHERE id = ?`, c.Now(), who.ID, hash, tray)
		return err
	}, desk.Once(entry))
}

// Submit hands the cleared comments in as one set. Drafts, rejected ones and who wrote what stay in the tray; at a State's
// own node the set is sealed and sent.
func (q *Reviews) Submit(ctx context.Context, who access.Person, tray, entry id.ID) error {
	if err := q.settle(ctx, tray); err != nil {
		return err
	}
	return q.Desk.Do(ctx, who, "comment.submit", id.NewRef(KindTray, tray), func(c *desk.Change) error {
		o, err := openTray(ctx, c, tray)
		if err != nil {
			return err
		}
		set, hash, err := setOf(ctx, c.Tx, tray)
		if err != nil {
			return err
		}
		if o.tray.Cleared.IsZero() || o.tray.clearedHash != string(hash) {
			return errs.Say(fmt.Errorf("tray %s is not cleared: %w", tray, errs.Conflict), "The comments are not cleared. Whoever clears them for you has to do so first.", nil)
		}
		c.Record(map[string]any{"comments": len(set), "sha256": hash, "late": c.Now().After(o.round.Closes)})
		if _, err := c.Exec(ctx, `UPDATE comment_item SET status = ?, version = version + 1 WHERE tray_id = ? AND status = ?`, Submitted, tray, Accepted); err != nil {
			return err
		}
		if _, err := c.Exec(ctx, `UPDATE comment_tray SET submitted_at = ?, sets = sets + 1, version = version + 1 WHERE id = ?`, c.Now(), tray); err != nil {
			return err
		}
		if o.round.Origin == "" {
			return nil
		}
		return q.sendComments(ctx, c, o, set)
	}, desk.Once(entry))
}

// AdmitToTray lets a person into the tray of their own State or organisation.
func (q *Reviews) AdmitToTray(ctx context.Context, who access.Person, tray, person, entry id.ID) error {
	return q.Desk.Do(ctx, who, "comment.admit", id.NewRef(KindTray, tray), func(c *desk.Change) error {
		t, err := FindTray(ctx, c.Tx, tray)
		if err != nil {
			return err
		}
		able, err := helpers(ctx, c.Tx, t)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(able, func(a access.Account) bool { return a.ID == person }) {
			return errs.WithFields(errs.Field{Path: "person", Code: notOffered})
		}
		return access.AddMember(ctx, c.Tx, tray, person, who.ID)
	}, desk.Once(entry))
}

// helpers are the people who could be let into a tray: at a State's own node all who work there; for guests those who
// answer the study for the same respondent.
func helpers(ctx context.Context, tx *db.Tx, t Tray) ([]access.Account, error) {
	people, err := access.People(ctx, tx)
	if err != nil {
		return nil, err
	}
	r, err := FindRound(ctx, tx, t.Round)
	if err != nil {
		return nil, err
	}
	same := map[id.ID]bool{}
	if t.Respondent != "" {
		there, err := access.Members(ctx, tx, t.Respondent)
		if err != nil {
			return nil, err
		}
		for _, m := range there {
			same[m.Person] = !m.Excluded
		}
	}
	inside, err := access.Members(ctx, tx, t.ID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(people, func(a access.Account) bool {
		there := slices.ContainsFunc(inside, func(m access.Membership) bool { return m.Person == a.ID })
		return a.Disabled || there || !same[a.ID] && (r.Origin == "" || len(a.Offices()) == 0)
	}), nil
}

// late says whether a set came after the deadline.
func (t Tray) late(r Round) bool { return t.Submitted.After(r.Closes) }

// open says whether comments can still be written at the instant.
func (r Round) open(at time.Time) bool { return r.Closed.IsZero() && !at.Before(r.Opens) }
