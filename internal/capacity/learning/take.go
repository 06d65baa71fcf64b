package learning

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/capacity/organisation"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
)

// take takes in a record that came from another node.
func (q *Learning) take(ctx context.Context, c *desk.Change, in *exchange.Incoming, _ any) error {
	var t travel
	if err := in.JSON(recordPath, RecordFormat, &t); err != nil {
		return err
	}
	if _, err := id.Parse(string(t.Cohort)); err != nil || t.Origin != in.Peer.Node {
		return exchange.Refuse(envelope.BadSchema, "%s: it names no cohort, or another node than the sender", recordPath)
	}
	if err := c.Lock(ctx, string(id.NewRef(RefCohort, t.Cohort))); err != nil {
		return err
	}
	switch t.What {
	case fieldPack:
		return q.takePack(ctx, c, in, t)
	case results:
		return q.takeResults(ctx, c, in, t)
	}
	return exchange.Refuse(envelope.UnknownFormat, "%s: nothing here takes in %.40q", recordPath, t.What)
}

// takePack makes the cohort here as another node leads it, or adds the people who were enrolled since.
func (q *Learning) takePack(ctx context.Context, c *desk.Change, in *exchange.Incoming, t travel) error {
	var f cohortFile
	if err := in.JSON(cohortPath, cohortFormat, &f); err != nil {
		return err
	}
	k := Cohort{ID: t.Cohort, Title: f.Title, Course: f.Course, Form: f.Form, Hash: f.Hash, State: Draft, Minutes: f.Minutes, Exercise: q.Exercise, LedBy: in.Peer.Node}
	if n := len([]rune(k.Title)); n == 0 || n > maxTitle || k.Minutes < leastMinutes || k.Minutes > maxMinutes {
		return exchange.Refuse(envelope.BadSchema, "%s: title or minutes are outside their limits", cohortPath)
	}
	if _, _, err := q.Test(k); err != nil {
		return exchange.Refuse(envelope.NotAllowed, "%s: course %.60q, form %.20q: this node has another version of it, or none; its program needs to be the same", cohortPath, f.Course, f.Form)
	}
	before, err := cohort(ctx, c.Tx, t.Cohort)
	switch {
	case errors.Is(err, errs.NotFound):
		err = q.insertCohort(ctx, c, k)
		if err == nil {
			err = q.trainers(ctx, c, k.ID)
		}
	case err == nil && before.LedBy != in.Peer.Node:
		return exchange.Refuse(envelope.NotAllowed, "%s: the cohort %s is another node's", recordPath, t.Cohort)
	}
	if err != nil {
		return err
	}
	n, err := q.takeRoster(ctx, c, in, k.ID)
	c.Also("record.receive", id.NewRef(RefCohort, k.ID), map[string]any{"what": t.What, "people": n})
	return err
}

// trainers lets this node's trainers into a cohort that came: nobody here made it.
func (q *Learning) trainers(ctx context.Context, c *desk.Change, n id.ID) error {
	all, err := access.Holders(ctx, c.Tx, "trainer")
	for _, p := range all {
		if err := access.AddMember(ctx, c.Tx, n, p, c.Who().ID); err != nil {
			return err
		}
	}
	return err
}

// takeRoster gives each person of the roster an account and a place, and says how many are new.
func (q *Learning) takeRoster(ctx context.Context, c *desk.Change, in *exchange.Incoming, n id.ID) (added int, err error) {
	have := map[id.ID]bool{}
	before, err := Enrolments(ctx, c.Tx, n)
	if err != nil {
		return 0, err
	}
	for _, e := range before {
		have[e.ID] = true
	}
	err = eachLine(in, rosterPath, maxRoster, func(at int, line []byte) error {
		var p place
		if err := strict(line, &p); err != nil {
			return exchange.Refuse(envelope.BadSchema, "%s: line %d: %v", rosterPath, at, err)
		}
		if have[p.Enrolment] {
			return nil
		}
		have[p.Enrolment] = true
		added++
		err := q.seat(ctx, c, n, p)
		if errors.Is(err, errs.Invalid) || errors.Is(err, errs.Conflict) {
			return exchange.Refuse(envelope.BadSchema, "%s: line %d: %v", rosterPath, at, err)
		}
		return err
	})
	return added, err
}

func (q *Learning) seat(ctx context.Context, c *desk.Change, n id.ID, p place) error {
	if _, err := id.Parse(string(p.Enrolment)); err != nil {
		return err
	}
	if !knownRole(p.Role) || !q.Organisations.KnowsState(p.State) {
		return errs.Invalidf("profession %.40q or State %.10q", p.Role, p.State)
	}
	o, err := q.Organisations.Bring(ctx, c, organisation.Organisation{Kind: p.Organisation.Kind, State: p.Organisation.State, Name: p.Organisation.Name})
	if err != nil {
		return err
	}
	link, err := q.Organisations.Join(ctx, c, o, organisation.Someone{Name: p.Name, Email: p.Email, Lang: lang(string(p.Lang)), Role: "learner"})
	if err != nil {
		return err
	}
	return join(ctx, c, Enrolment{ID: p.Enrolment, Cohort: n, Person: link.Person, Role: p.Role, State: p.State, Organisation: o}, p.Name)
}

// eachLine gives f each line of a file of the record, from 1; more than most is refused.
func eachLine(in *exchange.Incoming, path string, most int, f func(at int, line []byte) error) error {
	b, err := in.Small(path, maxLines)
	if err != nil {
		return err
	}
	at := 0
	for line := range bytes.SplitSeq(bytes.TrimSuffix(b, []byte("\n")), []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		if at++; at > most {
			return exchange.Refuse(envelope.BadSchema, "%s has more than %d lines", path, most)
		}
		if err := f(at, line); err != nil {
			return err
		}
	}
	return nil
}

// strict reads one line that is in its one form and has no members that aren't known.
func strict(b []byte, into any) error {
	if err := canonical.Check(b); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w: %w", err, errs.Invalid)
	}
	return nil
}
