package learning

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
)

// RecordFormat is what travels between the node that leads a cohort and a node without network (docs/formats/record.md).
const RecordFormat = "comity/record/1"

// What a record holds.
const (
	fieldPack = "field-pack"
	results   = "results"
)

// The files of a record.
const (
	recordPath   = "record.json"
	cohortPath   = "cohort.json"
	rosterPath   = "roster.jsonl"
	attemptsPath = "attempts.jsonl"
)

// maxLines is how large a file of lines may be.
const maxLines = 64 << 20

// travel is record.json. From and To are the first and the last moment of what it holds, by the clock of its node.
type travel struct {
	Format string   `json:"format"`
	What   string   `json:"what"`
	Cohort id.ID    `json:"cohort"`
	Origin id.ID    `json:"origin"`
	From   string   `json:"from"`
	To     string   `json:"to"`
	Files  []string `json:"files"`
}

// cohortFile is cohort.json: the tests are those of the course's form of this hash, whose key every node has with the
// program.
type cohortFile struct {
	Format  string         `json:"format"`
	Title   string         `json:"title"`
	Course  string         `json:"course"`
	Form    string         `json:"form"`
	Hash    canonical.Hash `json:"hash"`
	Minutes int            `json:"minutes"`
}

const cohortFormat = "comity/cohort/1"

// place is one line of roster.jsonl: who has a place in the cohort.
type place struct {
	Enrolment    id.ID        `json:"enrolment"`
	Name         string       `json:"name"`
	Email        string       `json:"email"`
	Lang         language.Tag `json:"lang"`
	Role         string       `json:"role"`
	State        string       `json:"state"`
	Organisation body         `json:"organisation"`
}

type body struct {
	Kind  organisation.Kind `json:"kind"`
	State string            `json:"state"`
	Name  string            `json:"name"`
}

// testRecord is one line of attempts.jsonl: a test that was handed in. It carries no marks: they follow from the answers
// and the key.
type testRecord struct {
	ID        id.ID           `json:"id"`
	Enrolment id.ID           `json:"enrolment"`
	Slot      string          `json:"slot"`
	State     string          `json:"state"`
	Started   string          `json:"started"`
	Deadline  string          `json:"deadline"`
	Submitted string          `json:"submitted"`
	Answers   json.RawMessage `json:"answers"`
}

// recordOf returns an attempt as it travels. The same attempt gives the same bytes on every node.
func recordOf(a Attempt) ([]byte, error) {
	answers, err := a.Answers.Bytes()
	if err != nil {
		return nil, err
	}
	return canonical.Marshal(testRecord{a.ID, a.Enrolment, a.Slot, a.State, db.Stamp(a.Started), db.Stamp(a.Deadline), db.Stamp(a.Submitted), answers})
}

// Led reports whether another node leads the cohort.
func (k Cohort) Led() bool { return k.LedBy != "" }

// elsewhere refuses what the node that leads a cohort alone does.
func elsewhere(k Cohort) error {
	if !k.Led() {
		return nil
	}
	return errs.Say(fmt.Errorf("cohort %s is led by node %s: %w", k.ID, k.LedBy, errs.Conflict), language.M("Another node leads this cohort. People are enrolled and the baseline is frozen there."), nil)
}

// Give sends the cohort with its people to a node that will be without network: a laptop. It can be given to several, and
// again after more people were enrolled. The node must be trusted.
func (q *Learning) Give(ctx context.Context, who access.Person, n, node, entry id.ID) error {
	return q.Desk.Do(ctx, who, "record.export", id.NewRef(RefCohort, n), func(c *desk.Change) error {
		k, err := cohort(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if err := elsewhere(k); err != nil {
			return err
		}
		if k.State != Draft && k.State != Opened {
			return errs.Say(fmt.Errorf("give cohort %s: it is %s: %w", n, k.State, errs.Conflict), language.M("Only a cohort that isn’t closed can be given to another node."), nil)
		}
		parts, err := q.pack(ctx, c.Tx, k, c.Now())
		if err != nil {
			return err
		}
		if err := q.send(ctx, c, node, parts); err != nil {
			return err
		}
		_, err = c.Exec(ctx, `
			INSERT INTO cohort_given (cohort_id, node, at, brought, doubtful) VALUES (?, ?, ?, NULL, FALSE) ON CONFLICT (cohort_id, node) DO UPDATE SET at = excluded.at`,
			n, node, c.Now())
		return err
	}, desk.Once(entry))
}

// pack makes the parts of a field pack.
func (q *Learning) pack(ctx context.Context, tx *db.Tx, k Cohort, now time.Time) ([]exchange.Part, error) {
	people, err := Enrolments(ctx, tx, k.ID)
	if err != nil {
		return nil, err
	}
	var roster [][]byte
	for _, e := range people {
		a, err := access.Find(ctx, tx, e.Person)
		if err != nil {
			return nil, err
		}
		o, err := organisation.Get(ctx, tx, e.Organisation)
		if err != nil {
			return nil, err
		}
		b, err := canonical.Marshal(place{e.ID, a.Name, a.Login, a.Lang, e.Role, e.State, body{o.Kind, o.State, o.Name}})
		if err != nil {
			return nil, err
		}
		roster = append(roster, b)
	}
	about, err := exchange.JSON(cohortPath, cohortFile{cohortFormat, k.Title, k.Course, k.Form, k.Hash, k.Minutes})
	if err != nil {
		return nil, err
	}
	return q.record(travel{What: fieldPack, Cohort: k.ID, From: db.Stamp(now), To: db.Stamp(now)}, about, lines(rosterPath, roster))
}

// Home sends every test that was handed in here to the node that leads the cohort. Sending again does no harm: what is
// there already changes nothing.
func (q *Learning) Home(ctx context.Context, who access.Person, n, entry id.ID) error {
	return q.Desk.Do(ctx, who, "record.export", id.NewRef(RefCohort, n), func(c *desk.Change) error {
		k, err := cohort(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !k.Led() {
			return errs.Say(fmt.Errorf("send cohort %s home: %w", n, errs.Conflict), language.M("This cohort is led here: its results are at home."), nil)
		}
		list, err := attempts(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		t := travel{What: results, Cohort: n, From: db.Stamp(c.Now()), To: db.Stamp(c.Now())}
		var tests [][]byte
		for _, a := range list {
			if a.State == open {
				continue
			}
			b, err := recordOf(a)
			if err != nil {
				return err
			}
			tests = append(tests, b)
			t.From = min(t.From, db.Stamp(a.Started))
		}
		if len(tests) == 0 {
			return errs.Say(fmt.Errorf("send cohort %s home: %w", n, errs.Conflict), language.M("No test was handed in here yet: there is nothing to send."), nil)
		}
		parts, err := q.record(t, lines(attemptsPath, tests))
		if err != nil {
			return err
		}
		return q.send(ctx, c, k.LedBy, parts)
	}, desk.Once(entry))
}

// record puts record.json before the files that it names.
func (q *Learning) record(t travel, files ...exchange.Part) ([]exchange.Part, error) {
	t.Format, t.Origin, t.Files = RecordFormat, q.Exchange.Self().Node(), []string{}
	for _, f := range files {
		t.Files = append(t.Files, f.Path)
	}
	first, err := exchange.JSON(recordPath, t)
	return append([]exchange.Part{first}, files...), err
}

func lines(path string, all [][]byte) exchange.Part {
	return exchange.Part{Path: path, Media: "application/jsonl", Data: append(bytes.Join(all, []byte("\n")), '\n')}
}

// send queues a record for a node. Its digest stands in the entry.
func (q *Learning) send(ctx context.Context, c *desk.Change, node id.ID, parts []exchange.Part) error {
	_, err := q.Exchange.Queue(ctx, c, exchange.Outgoing{Kind: envelope.KindRecord, To: node, Authority: q.Exchange.Self().Authority(), Parts: parts})
	if errors.Is(err, errs.NotFound) {
		return errs.WithFields(errs.Field{Path: "node", Code: language.M("Choose a node that is trusted now.")})
	}
	return err
}

// Links renews the links of all who can't sign in here yet: codes on paper, for a room without network.
func (q *Learning) Links(ctx context.Context, who access.Person, n, entry id.ID) (links []organisation.Link, err error) {
	err = q.Desk.Do(ctx, who, "cohort.enrol", id.NewRef(RefCohort, n), func(c *desk.Change) error {
		links = nil
		people, err := Enrolments(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		c.Record(map[string]int{"people": len(people)})
		for _, e := range people {
			a, err := access.Find(ctx, c.Tx, e.Person)
			if err != nil {
				return err
			}
			link, err := q.Organisations.Join(ctx, c, e.Organisation, organisation.Someone{Name: a.Name, Email: a.Login, Lang: a.Lang, Role: "learner"})
			if err != nil {
				return err
			}
			links = append(links, link)
		}
		return nil
	}, desk.Once(entry))
	return links, err
}
