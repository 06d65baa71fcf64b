package response

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// Begin opens the response of a respondent, with the newest questionnaire of its audience. A response that was begun
// stays as it is; when another version of the questionnaire has been fielded since, a draft is carried over to it.
func (s *Responses) Begin(ctx context.Context, who access.Person, n, entry id.ID) error {
	return s.Desk.Do(ctx, who, "response.edit", id.NewRef(Kind, n), func(c *desk.Change) error {
		return s.begin(ctx, c, n)
	}, desk.Once(entry))
}

func (s *Responses) begin(ctx context.Context, c *desk.Change, n id.ID) error {
	r, err := study.RespondentOf(ctx, c.Tx, n)
	if err != nil {
		return err
	}
	f, err := s.Studies.Fielded(ctx, c.Tx, r.Study, r.Audience)
	if err != nil {
		return err
	}
	at, err := get(ctx, c.Tx, n)
	switch {
	case err == nil && at.State == Draft && at.Form != f.Hash:
		return s.carry(ctx, c, at, f)
	case err == nil || !errors.Is(err, errs.NotFound):
		return err
	}
	salt := make([]byte, saltSize)
	if _, err := rand.Read(salt); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, `
		INSERT INTO response (id, study_id, state, since, revision, form, level, changes, salt, begun_at, message_id, version) VALUES (?, ?, ?, ?, 1, ?, ?, 0, ?, ?, '', 1)`,
		n, r.Study, Draft, c.Now(), f.Hash, Statistical, salt, c.Now()); err != nil {
		return fmt.Errorf("begin response: %w", err)
	}
	return study.Mark(ctx, c, n, study.Accessed)
}

// carry brings a draft to a newer questionnaire by its crosswalk. What has no place there is kept aside and shown: nothing
// that somebody wrote is lost (dialogue.md §12 B7).
func (s *Responses) carry(ctx context.Context, c *desk.Change, r Response, to study.Fielded) error {
	have, err := load(ctx, c.Tx, r.ID)
	if err != nil {
		return err
	}
	after, left, err := s.carried(ctx, c.Tx, r, have, to)
	if err != nil {
		return err
	}
	for _, l := range left {
		if _, err := c.Exec(ctx, `INSERT INTO response_left (response_id, path, value, form, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (response_id, form, path) DO NOTHING`,
			r.ID, l.Path, have.at[l.Path].Value, r.Form, c.Now()); err != nil {
			return err
		}
	}
	if err := rewrite(ctx, c, r, have, flat(to.Form, after, c.Now())); err != nil {
		return err
	}
	_, err = c.Exec(ctx, `UPDATE response SET form = ?, changes = changes + 1, version = version + 1 WHERE id = ?`, to.Hash, r.ID)
	c.Record(map[string]any{"form": to.Hash, "left": len(left)})
	return err
}

// carried is what a draft becomes in a newer questionnaire, and what of it has no place there.
func (s *Responses) carried(ctx context.Context, tx *db.Tx, r Response, have content, to study.Fielded) (Answers, []instrument.Left, error) {
	was, err := s.form(ctx, tx, r)
	if err != nil {
		return Answers{}, nil, err
	}
	walk := to.Form.Crosswalk
	if walk == nil || canonical.Hash(walk.From) != r.Form {
		proposed, err := instrument.Propose(was, to.Form)
		if err != nil {
			return Answers{}, nil, err
		}
		walk = &proposed
	}
	return instrument.Carry(have.answers, was, to.Form, *walk)
}

// rewrite replaces the stored answers by those that were carried over; an answer that keeps its place keeps its mark.
func rewrite(ctx context.Context, c *desk.Change, r Response, have content, now map[string]string) error {
	for _, path := range have.paths() {
		if _, stays := now[path]; !stays {
			if err := write(ctx, c, r.ID, path, Answer{}, r.Changes+1, ""); err != nil {
				return err
			}
		}
	}
	for path, value := range now {
		a := Answer{Value: value, Mark: have.at[path].Mark}
		if !a.same(have.at[path].Answer) {
			if err := write(ctx, c, r.ID, path, a, r.Changes+1, ""); err != nil {
				return err
			}
		}
	}
	_, err := c.Exec(ctx, `DELETE FROM response_ready WHERE response_id = ?`, r.ID)
	return err
}

// form is the questionnaire that the response answers.
func (s *Responses) form(ctx context.Context, tx *db.Tx, r Response) (*instrument.Instrument, error) {
	f, err := s.Studies.FieldedAs(ctx, tx, r.Study, r.Form)
	return f.Form, err
}

// leads reports whether the person is the active focal point or the alternate.
func leads(seats []study.Seat, who id.ID) bool {
	return slices.ContainsFunc(seats, func(s study.Seat) bool {
		return s.Person == who && (s.Part == study.FocalPoint || s.Part == study.Alternate)
	})
}

// mayClear reports whether the person is one who clears: the active focal point, the alternate, a clearing officer.
func mayClear(seats []study.Seat, who id.ID) bool {
	return leads(seats, who) || slices.ContainsFunc(seats, func(s study.Seat) bool { return s.Person == who && s.Part == study.Clearing })
}

// mayWrite reports whether the person may write in a section.
func mayWrite(seats []study.Seat, who id.ID, section string) bool {
	return leads(seats, who) || slices.ContainsFunc(seats, func(s study.Seat) bool {
		return s.Person == who && s.Part == study.Contributor && slices.Contains(s.Sections, section)
	})
}
