package response

import (
	"context"
	"fmt"
	"slices"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/cms"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// notYours is what someone is told who has no part that lets them do it.
func notYours(what string) error {
	return errs.Say(fmt.Errorf("%s: %w", what, errs.Forbidden), language.M("Only the focal point or the alternate can do this, and a clearing officer can clear."), nil)
}

// step runs a move of the response for someone whom allowed lets.
func (s *Responses) step(ctx context.Context, who access.Person, act access.Act, name string, n id.ID, reason string, entry id.ID,
	allowed func([]study.Seat, id.ID) bool, f func(c *desk.Change, r *Response) error,
) error {
	return s.Desk.Do(ctx, who, act, id.NewRef(Kind, n), func(c *desk.Change) error {
		r, err := get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		seats, err := study.Seats(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !allowed(seats, who.ID) {
			return notYours(name)
		}
		if _, err := moveNamed(name).after(r.State); err != nil {
			return err
		}
		if f != nil {
			if err := f(c, &r); err != nil {
				return err
			}
		}
		return moved(ctx, c, r, moveNamed(name), reason)
	}, desk.Once(entry))
}

// Ready says that a section is finished, or that it isn't after all. Something missing in it is [errs.Invalid] with the
// questions: an answer that isn't known is said to be not known.
func (s *Responses) Ready(ctx context.Context, who access.Person, n id.ID, section string, ready bool, entry id.ID) error {
	return s.Desk.Do(ctx, who, "response.edit", id.NewRef(Kind, n), func(c *desk.Change) error {
		w, err := s.writing(ctx, c, n, 0)
		if err != nil {
			return err
		}
		if err := w.mayWrite(section); err != nil {
			return err
		}
		if _, err := c.Exec(ctx, `DELETE FROM response_ready WHERE response_id = ? AND section = ?`, n, section); err != nil || !ready {
			return err
		}
		open := append(lacking(w.form, w.have, section, c.Now()), doubts(w.form, w.have, section, false, c.Now())...)
		if err := errs.WithFields(open...); err != nil {
			return err
		}
		_, err = c.Exec(ctx, `INSERT INTO response_ready (response_id, section, person_id, at) VALUES (?, ?, ?, ?)`, n, section, who.ID, c.Now())
		return err
	}, desk.Once(entry))
}

// readySections lists the sections that are finished.
func readySections(ctx context.Context, tx *db.Tx, n id.ID) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT section FROM response_ready WHERE response_id = ? ORDER BY section`, n)
	return db.Collect(rows, err, func(scan db.Scan) (name string, err error) { return name, scan(&name) })
}

// Offer gives the response to whom clears it. Every section in which something is asked has to be finished, and nothing may
// wait for a decision between two answers. An answer of one section can make one of another missing, wrong or unlikely that was
// finished before: that is [errs.Invalid], and the response's page lists it.
func (s *Responses) Offer(ctx context.Context, who access.Person, n, entry id.ID) error {
	return s.step(ctx, who, "response.offer", "offer", n, "", entry, leads, func(c *desk.Change, r *Response) error {
		open, err := s.unfinished(ctx, c.Tx, *r)
		if err != nil {
			return err
		}
		if len(open) > 0 {
			return errs.Say(fmt.Errorf("offer response: %w", errs.Conflict), language.M("Not finished yet: {sections}."), map[string]string{"sections": joined(open)})
		}
		if err := s.sound(ctx, c.Tx, *r); err != nil {
			return err
		}
		waiting, err := conflicts(ctx, c.Tx, n)
		if err == nil && len(waiting) > 0 {
			err = errs.Say(fmt.Errorf("offer response: %w", errs.Conflict), language.M("Two people have answered a question differently. Decide between the two first."), nil)
		}
		return err
	})
}

// sound refuses answers that are missing, wrong, or unlikely without a reason.
func (s *Responses) sound(ctx context.Context, tx *db.Tx, r Response) error {
	form, have, _, err := s.state(ctx, tx, r)
	if err != nil {
		return err
	}
	if len(lacking(form, have, "", tx.Now()))+len(doubts(form, have, "", false, tx.Now())) > 0 {
		return errs.WithFields(errs.Field{Code: language.M("Some answers are missing, wrong, or unusual without a reason. They are listed below, or counted at their section.")})
	}
	return nil
}

func joined(names []string) string {
	out := ""
	for i, n := range names {
		if i > 0 {
			out += ", "
		}
		out += n
	}
	return out
}

// unfinished lists the sections in which something is asked and that nobody has said to be finished, by their English names.
func (s *Responses) unfinished(ctx context.Context, tx *db.Tx, r Response) ([]string, error) {
	form, err := s.form(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	have, err := load(ctx, tx, r.ID)
	if err != nil {
		return nil, err
	}
	ready, err := readySections(ctx, tx, r.ID)
	var open []string
	for _, sec := range form.Eval(have.answers, tx.Now()).Sections() {
		if sec.Relevant && !slices.Contains(ready, sec.Name) {
			open = append(open, sec.Label)
		}
	}
	return open, err
}

// Return gives the response back to those who write it, with the reason.
func (s *Responses) Return(ctx context.Context, who access.Person, n id.ID, reason string, entry id.ID) error {
	return s.step(ctx, who, "response.clear", "return", n, reason, entry, mayClear, func(c *desk.Change, r *Response) error {
		_, err := c.Exec(ctx, `DELETE FROM response_cleared WHERE response_id = ? AND revision = ?`, n, r.Revision)
		return err
	})
}

// Clear has the active focal point, the alternate or a clearing officer sign the record of the response: what stands now
// is what leaves, to the byte. level is how far the answers may be shown.
func (s *Responses) Clear(ctx context.Context, who access.Person, n id.ID, level Level, entry id.ID) error {
	if !level.Known() {
		return errs.WithFields(errs.Field{Path: "level", Code: language.M("Choose how far the answers may be shown.")})
	}
	cert, key, err := s.Signatory(ctx, who.ID)
	if err != nil {
		return err
	}
	return s.step(ctx, who, "response.clear", "clear", n, "", entry, mayClear, func(c *desk.Change, r *Response) error {
		r.Level = level
		record, sealed, err := s.record(ctx, c.Tx, *r)
		if err != nil {
			return err
		}
		b, err := record.Bytes()
		if err != nil {
			return err
		}
		signature, err := cms.Sign(b, cert, key, cms.Options{SigningTime: c.Now()})
		if err != nil {
			return err
		}
		secrets, err := canonical.Marshal(sealed)
		if err != nil {
			return err
		}
		if secrets, err = s.seal(secrets); err != nil {
			return err
		}
		sum := canonical.Sum(b)
		c.Record(map[string]any{"hash": sum, "revision": r.Revision})
		_, err = c.Exec(ctx, `
			INSERT INTO response_cleared (response_id, revision, record, hash, signature, secrets, person_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			n, r.Revision, b, sum, signature, secrets, who.ID, c.Now())
		return err
	})
}

// record composes what would leave now.
func (s *Responses) record(ctx context.Context, tx *db.Tx, r Response) (Record, Sealed, error) {
	form, err := s.form(ctx, tx, r)
	if err != nil {
		return Record{}, Sealed{}, err
	}
	have, err := load(ctx, tx, r.ID)
	if err != nil {
		return Record{}, Sealed{}, err
	}
	of, err := study.RespondentOf(ctx, tx, r.ID)
	if err != nil {
		return Record{}, Sealed{}, err
	}
	rec := Record{
		Study: r.Study, Instrument: r.Form, Respondent: RespondentOf{of.ID, string(of.Audience), of.State, of.Name}, Revision: r.Revision, Level: r.Level,
		Exercise: s.Exercise,
	}
	if r.Revision > 1 {
		before, err := clearedOf(ctx, tx, r.ID, r.Revision-1)
		if err != nil {
			return Record{}, Sealed{}, err
		}
		rec.Previous = &before.hash
	}
	return compose(rec, form, have, r.salt, tx.Now())
}

// RecordOf composes what would leave of a response now, without signing it.
func (s *Responses) RecordOf(ctx context.Context, tx *db.Tx, n id.ID) (Record, error) {
	r, err := get(ctx, tx, n)
	if err != nil {
		return Record{}, err
	}
	record, _, err := s.record(ctx, tx, r)
	return record, err
}

// cleared is a signed record as it is kept.
type cleared struct {
	record, signature, secrets []byte
	hash                       Hash
	person                     id.ID
}

func clearedOf(ctx context.Context, tx *db.Tx, n id.ID, revision int64) (k cleared, err error) {
	err = tx.Row(ctx, `SELECT record, hash, signature, secrets, person_id FROM response_cleared WHERE response_id = ? AND revision = ?`, n, revision).
		Scan(&k.record, &k.hash, &k.signature, &k.secrets, &k.person)
	if err != nil {
		return k, fmt.Errorf("cleared record %d of response %s: %w", revision, n, err)
	}
	return k, nil
}

// Correct opens a response again that was sent: as the next revision, or, when the leading node refused what was sent, as
// the same one, since there is none before it there.
func (s *Responses) Correct(ctx context.Context, who access.Person, n id.ID, reason string, entry id.ID) error {
	return s.step(ctx, who, "response.offer", "correct", n, reason, entry, leads, func(c *desk.Change, r *Response) error {
		check, err := refusal(ctx, c.Tx, n)
		switch {
		case err != nil:
			return err
		case check == "":
			r.Revision++
			return nil
		}
		_, err = c.Exec(ctx, `DELETE FROM response_cleared WHERE response_id = ? AND revision = ?`, n, r.Revision)
		return err
	})
}

// state is how things stand with a response: its form, its answers, and what the form says of them.
func (s *Responses) state(ctx context.Context, tx *db.Tx, r Response) (*instrument.Instrument, content, instrument.State, error) {
	form, err := s.form(ctx, tx, r)
	if err != nil {
		return nil, content{}, instrument.State{}, err
	}
	have, err := load(ctx, tx, r.ID)
	if err != nil {
		return nil, have, instrument.State{}, err
	}
	return form, have, form.Eval(have.answers, tx.Now()), nil
}
