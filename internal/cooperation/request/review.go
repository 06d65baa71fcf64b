package request

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/rule"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/document/sign"
	"comity/internal/store/db"
)

// Submit puts a draft to review. What the rules find is for the reviewer to see; errors stop it only at approval.
func (q *Requests) Submit(ctx context.Context, who access.Person, n, entry id.ID) error {
	return q.inner(ctx, who, n, "submit", entry, nil)
}

// Return gives a request back to its drafter, with the reason.
func (q *Requests) Return(ctx context.Context, who access.Person, n id.ID, why string, entry id.ID) error {
	if strings.TrimSpace(why) == "" {
		return errs.WithFields(errs.Field{Path: "why", Code: "Say what the drafter has to change."})
	}
	return q.inner(ctx, who, n, "return", entry, func(ctx context.Context, c *desk.Change, r *Request) error {
		_, err := c.Exec(ctx, `DELETE FROM request_letter WHERE request_id = ?`, n)
		return err
	})
}

// inner makes a move that doesn't leave the node; before runs ahead of it in the same act.
func (q *Requests) inner(ctx context.Context, who access.Person, n id.ID, move string, entry id.ID, before func(context.Context, *desk.Change, *Request) error) error {
	m, ok := MoveNamed(move)
	if !ok {
		return errs.Invalidf("there is no move %s", move)
	}
	return q.desk.Do(ctx, who, access.Act("request."+move), id.NewRef(Kind, n), func(c *desk.Change) error {
		r, err := get(ctx, c, n)
		if err != nil {
			return err
		}
		if before != nil {
			if err := before(ctx, c, &r); err != nil {
				return err
			}
		}
		return step(ctx, c, &r, m, nil, "")
	}, desk.Once(entry))
}

// Override lets an error of one rule at one place stand, with the reason that goes on record.
func (q *Requests) Override(ctx context.Context, who access.Person, n id.ID, ruleID, path, reason string, entry id.ID) error {
	if len(strings.TrimSpace(reason)) < 10 {
		return errs.WithFields(errs.Field{Path: "reason", Code: "Write the reason in a sentence: it goes on record."})
	}
	return q.inner(ctx, who, n, "override", entry, func(ctx context.Context, c *desk.Change, r *Request) error {
		found, err := q.check(*r, c.Now())
		if err != nil {
			return err
		}
		if !has(found, ruleID, path) {
			return errs.Invalidf("rule %s finds nothing at %s", ruleID, path)
		}
		_, err = c.Exec(ctx, `
			INSERT INTO request_override (request_id, rule, path, reason, person_id, at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (request_id, rule, path) DO NOTHING`, n, ruleID, path, reason, who.ID, c.Now())
		return err
	})
}

func has(found []rule.Finding, ruleID, path string) bool {
	for _, f := range found {
		if f.Rule == ruleID && f.Path == path {
			return true
		}
	}
	return false
}

// check asks the rules about a request as it stands.
func (q *Requests) check(r Request, now time.Time) ([]rule.Finding, error) {
	a, err := r.answers()
	if err != nil {
		return nil, err
	}
	return q.law.Check(a, r.Exercise, now.In(q.executing(r)))
}

// Check returns what the rules find in a request and in the times that run for it, and which findings a reviewer has let stand.
func (q *Requests) Check(ctx context.Context, tx *db.Tx, r Request) ([]rule.Finding, []Overridden, error) {
	moves, err := Moves(ctx, tx, r.ID)
	if err != nil {
		return nil, nil, err
	}
	clocks, err := q.clocks(ctx, tx, r, moves)
	if err != nil {
		return nil, nil, err
	}
	a, err := r.answers()
	if err != nil {
		return nil, nil, err
	}
	if err := q.markOpen(ctx, tx, r, a); err != nil {
		return nil, nil, err
	}
	found, err := q.law.Check(a, r.Exercise, tx.Now().In(q.executing(r)), clocks...)
	if err != nil {
		return nil, nil, err
	}
	over, err := overrides(ctx, tx, r.ID)
	return found, over, err
}

// Overridden is a finding that someone let stand.
type Overridden struct {
	Rule, Path, Reason string
	Person             id.ID
}

func overrides(ctx context.Context, tx *db.Tx, n id.ID) ([]Overridden, error) {
	rows, err := tx.Query(ctx, `SELECT rule, path, reason, person_id FROM request_override WHERE request_id = ? ORDER BY rule, path`, n)
	return db.Collect(rows, err, func(s db.Scan) (o Overridden, err error) {
		return o, s(&o.Rule, &o.Path, &o.Reason, &o.Person)
	})
}

// clear returns an error when a rule of severity error finds something that nobody has let stand.
func (q *Requests) clear(ctx context.Context, c *desk.Change, r Request) error {
	found, err := q.check(r, c.Now())
	if err != nil {
		return err
	}
	over, err := overrides(ctx, c.Tx, r.ID)
	if err != nil {
		return err
	}
	var open []rule.Finding
	for _, f := range onlyErrors(found) {
		if !overridden(over, f) {
			open = append(open, f)
		}
	}
	if len(open) > 0 {
		return &FindingsError{open}
	}
	return nil
}

func overridden(over []Overridden, f rule.Finding) bool {
	for _, o := range over {
		if o.Rule == f.Rule && o.Path == f.Path {
			return true
		}
	}
	return false
}

// Approve clears a request for signature and gives it its reference.
func (q *Requests) Approve(ctx context.Context, who access.Person, n, entry id.ID) error {
	return q.inner(ctx, who, n, "approve", entry, func(ctx context.Context, c *desk.Change, r *Request) error {
		if err := q.clear(ctx, c, *r); err != nil {
			return err
		}
		return q.refer(ctx, c, r)
	})
}

// refer gives the request the authority's next reference, once: a request that comes back for approval keeps it.
func (q *Requests) refer(ctx context.Context, c *desk.Change, r *Request) error {
	if r.Reference != "" {
		return nil
	}
	ref, err := nextReference(ctx, c, q.exchange.Self().Authority())
	if err != nil {
		return err
	}
	a, err := r.answers()
	if err != nil {
		return err
	}
	if err := a.Set("request/ref/own", ref); err != nil {
		return err
	}
	b, err := a.Bytes()
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, `UPDATE request SET reference = ?, answers = ? WHERE id = ?`, ref, string(b), r.ID)
	return err
}

// nextReference takes the next number of an authority's year: PT-CA-2026-000123. A number is never used twice.
func nextReference(ctx context.Context, c *desk.Change, authority string) (string, error) {
	series := authority + "-" + strconv.Itoa(c.Now().Year())
	if err := c.Lock(ctx, "request_serial/"+series); err != nil {
		return "", err
	}
	if _, err := c.Exec(ctx, `
		INSERT INTO request_serial (series, serial) VALUES (?, 1)
		ON CONFLICT (series) DO UPDATE SET serial = request_serial.serial + 1`, series); err != nil {
		return "", err
	}
	var serial int64
	err := c.Row(ctx, `SELECT serial FROM request_serial WHERE series = ?`, series).Scan(&serial)
	return fmt.Sprintf("%s-%06d", series, serial), err
}

// ToSign is what a signatory is shown: the document, and the digest that names exactly it.
type ToSign struct {
	PDF    []byte
	Digest canonical.Hash
	Lang   language.Tag
	// Untranslated lists fixed sentences that stand in English because the language has none.
	Untranslated []string
}

// ForSignature renders the letter of an approved request. The same request gives the same bytes and so the same digest.
func (q *Requests) ForSignature(ctx context.Context, r Request) (ToSign, error) {
	a, err := r.answers()
	if err != nil {
		return ToSign{}, err
	}
	lang := language.Tag(a.Get("request/language"))
	l, err := q.law.Letter(a, lang, r.Reference, r.Exercise, r.Since)
	if err != nil {
		return ToSign{}, err
	}
	b, err := q.law.PDF(l.Doc)
	if err != nil {
		return ToSign{}, errs.Say(err, "The letter can't be printed: {problem}", map[string]string{"problem": err.Error()})
	}
	return ToSign{b, canonical.Sum(b), lang, l.Untranslated}, nil
}

// Sign signs the letter with the person's own key. digest names the document that the person was shown: when the
// request has changed since, nothing is signed.
func (q *Requests) Sign(ctx context.Context, who access.Person, n id.ID, digest canonical.Hash, entry id.ID) error {
	r, err := q.fetch(ctx, n)
	if err != nil {
		return err
	}
	if m, _ := MoveNamed("sign"); !m.allowed(r.Direction.Side(), r.State) {
		return notNow(m, r.State)
	}
	shown, err := q.ForSignature(ctx, r)
	if err != nil {
		return err
	}
	if shown.Digest != digest {
		return errs.Say(fmt.Errorf("sign request %s: the document changed: %w", n, errs.Conflict),
			"The letter is not the one that you were shown. Read it again before you sign.", nil)
	}
	return q.inner(ctx, who, n, "sign", entry, func(ctx context.Context, c *desk.Change, now *Request) error {
		if now.Version != r.Version {
			return errs.Conflict
		}
		if err := q.clear(ctx, c, *now); err != nil {
			return err
		}
		signed, err := q.signed(ctx, who, shown, c.Now())
		if err != nil {
			return err
		}
		c.Record(map[string]any{"letter": canonical.Sum(signed), "text": shown.Digest, "rules": q.law.Rules.Hash()})
		if _, err := c.Exec(ctx, `UPDATE request SET rules = ? WHERE id = ?`, q.law.Rules.Hash(), n); err != nil {
			return err
		}
		_, err = c.Exec(ctx, `
			INSERT INTO request_letter (request_id, id, lang, pdf, sha256, text_sha256, signed_at, signer) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			n, c.Entry(), shown.Lang, signed, canonical.Sum(signed), shown.Digest, c.Now(), who.ID)
		return err
	})
}

func (q *Requests) signed(ctx context.Context, who access.Person, shown ToSign, at time.Time) ([]byte, error) {
	cert, key, err := q.signatory(ctx, who.ID)
	if err != nil {
		return nil, fmt.Errorf("key of the signatory: %w", err)
	}
	return sign.PDF(ctx, shown.PDF, sign.Signer{Cert: cert, Key: key}, sign.Options{Time: at, Name: who.Name})
}

// Letter returns the signed letter of a request, [errs.NotFound] when none was signed.
func Letter(ctx context.Context, tx *db.Tx, n id.ID) (pdf []byte, lang language.Tag, err error) {
	err = tx.Row(ctx, `SELECT pdf, lang FROM request_letter WHERE request_id = ? ORDER BY id DESC LIMIT 1`, n).Scan(&pdf, &lang)
	if err != nil {
		return nil, "", fmt.Errorf("signed letter of request %s: %w", n, err)
	}
	return pdf, lang, nil
}
