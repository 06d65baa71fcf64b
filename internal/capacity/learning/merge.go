package learning

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// What comes home is a union: every record that ever came is kept under the attempt's id and the digest of its bytes. A
// record that is there changes nothing, so neither order nor repetition can show. Of a person's test there should be one
// record; where there are two, none counts until a person chooses.

// maxTests is how many tests one record holds; clockSlack is how far a clock may be off before its times are doubtful.
const (
	maxTests   = 20_000
	clockSlack = 10 * time.Minute
)

// variant names one record of a test.
type variant struct {
	Attempt id.ID
	Sum     canonical.Hash
}

// slotOf is the one test of a person, before or after.
type slotOf struct {
	Enrolment id.ID
	Slot      string
}

// union is what is known of a cohort's tests while a record is merged.
type union struct {
	people map[id.ID]bool
	live   map[slotOf]Attempt
	byID   map[id.ID]Attempt
	have   map[variant]bool
	listed map[id.ID]bool // attempts of which a record is kept
}

func readUnion(ctx context.Context, tx *db.Tx, n id.ID) (u union, err error) {
	u = union{map[id.ID]bool{}, map[slotOf]Attempt{}, map[id.ID]Attempt{}, map[variant]bool{}, map[id.ID]bool{}}
	people, err := Enrolments(ctx, tx, n)
	if err != nil {
		return u, err
	}
	for _, e := range people {
		u.people[e.ID] = true
	}
	rows, err := tx.Query(ctx, `SELECT `+attemptColumns+` FROM test_attempt WHERE cohort_id = ? ORDER BY id`, n)
	all, err := db.Collect(rows, err, scanAttempt)
	if err != nil {
		return u, err
	}
	for _, a := range all {
		if u.byID[a.ID] = a; a.State != voided {
			u.live[slotOf{a.Enrolment, a.Slot}] = a
		}
	}
	kept, err := Records(ctx, tx, n)
	for _, r := range kept {
		u.have[variant{r.Attempt, r.Sum}], u.listed[r.Attempt] = true, true
	}
	return u, err
}

// Kept is a record of a test that is kept.
type Kept struct {
	variant
	Enrolment id.ID
	Slot      string
	Node      id.ID // on which the test was taken
	Content   string
}

// Records lists the records of a cohort's tests, by attempt.
func Records(ctx context.Context, tx *db.Tx, n id.ID) ([]Kept, error) {
	rows, err := tx.Query(ctx, `SELECT attempt_id, sum, enrolment_id, slot, node, content FROM test_record WHERE cohort_id = ? ORDER BY attempt_id, sum`, n)
	return db.Collect(rows, err, func(s db.Scan) (r Kept, err error) {
		return r, s(&r.Attempt, &r.Sum, &r.Enrolment, &r.Slot, &r.Node, &r.Content)
	})
}

// takeResults merges tests that were taken on a node to which the cohort was given.
func (q *Learning) takeResults(ctx context.Context, c *desk.Change, in *exchange.Incoming, t travel) error {
	k, err := cohort(ctx, c.Tx, t.Cohort)
	at := time.Time{}
	if err == nil && !k.Led() {
		at, err = givenTo(ctx, c.Tx, k.ID, in.Peer.Node)
	}
	switch {
	case err == nil && at.IsZero(), errors.Is(err, errs.NotFound):
		return exchange.Refuse(envelope.NotAllowed, "%s: the cohort %s was not given to the sender", recordPath, t.Cohort)
	case err != nil:
		return err
	case k.State == Frozen:
		return exchange.Refuse(envelope.NotAllowed, "%s: the baseline of the cohort is frozen", recordPath)
	}
	m, err := q.newMerge(ctx, c.Tx, k, in.Peer.Node, at)
	if err != nil {
		return err
	}
	if err := eachLine(in, attemptsPath, maxTests, m.line); err != nil {
		return err
	}
	if to, err := db.ParseStamp(t.To); err != nil || to.After(c.Now().Add(clockSlack)) {
		m.doubtful = true
	}
	c.Also("record.receive", id.NewRef(RefCohort, k.ID), map[string]any{"what": t.What, "tests": m.lines, "new": len(m.fresh), "disputed": len(m.disputed)})
	return q.keep(ctx, c.Tx, m)
}

// givenTo returns when a cohort was given to a node: zero when it wasn't.
func givenTo(ctx context.Context, tx *db.Tx, n, node id.ID) (at time.Time, err error) {
	rows, err := tx.Query(ctx, `SELECT at FROM cohort_given WHERE cohort_id = ? AND node = ?`, n, node)
	list, err := db.Collect(rows, err, func(s db.Scan) (at time.Time, err error) { return at, s(&at) })
	if err != nil || len(list) == 0 {
		return at, err
	}
	return list[0], nil
}

// given is a node to which a cohort was given.
type given struct {
	node     id.ID
	at       time.Time
	brought  time.Time // zero before its results came
	doubtful bool
}

func scanGiven(s db.Scan) (g given, err error) { return g, s(&g.node, &g.at, &g.brought, &g.doubtful) }

// merge is one record on its way into the union.
type merge struct {
	u        union
	k        Cohort
	node     id.ID
	self     id.ID
	given    time.Time
	lines    int
	kept     []Kept
	fresh    []Attempt
	disputed []id.ID
	doubtful bool
}

func (q *Learning) newMerge(ctx context.Context, tx *db.Tx, k Cohort, node id.ID, given time.Time) (*merge, error) {
	u, err := readUnion(ctx, tx, k.ID)
	return &merge{u: u, k: k, node: node, self: q.Exchange.Self().Node(), given: given}, err
}

// line decides about one test.
func (m *merge) line(at int, b []byte) error {
	a, err := readTest(b)
	if err != nil {
		return exchange.Refuse(envelope.BadSchema, "%s: line %d: %v", attemptsPath, at, err)
	}
	if !m.u.people[a.Enrolment] {
		return exchange.Refuse(envelope.BadSchema, "%s: line %d: nobody has the place %s in this cohort", attemptsPath, at, a.Enrolment)
	}
	m.lines++
	if a.Started.Before(m.given.Add(-clockSlack)) {
		m.doubtful = true
	}
	v := variant{a.ID, canonical.Sum(b)}
	if m.u.have[v] {
		return nil
	}
	slot := slotOf{a.Enrolment, a.Slot}
	was, there := m.u.live[slot]
	if !there {
		was, there = m.u.byID[a.ID]
	}
	if there && !m.u.listed[was.ID] {
		own, err := recordOf(was)
		if err != nil {
			return err
		}
		m.add(Kept{variant{was.ID, canonical.Sum(own)}, was.Enrolment, was.Slot, m.self, string(own)})
		if m.u.have[v] {
			return nil
		}
	}
	m.add(Kept{v, a.Enrolment, a.Slot, m.node, string(b)})
	if !there {
		a.Cohort = m.k.ID
		m.fresh = append(m.fresh, a)
		m.u.live[slot], m.u.byID[a.ID] = a, a
		return nil
	}
	if was.State != disputed {
		was.State = disputed
		m.u.live[slot], m.u.byID[was.ID] = was, was
		m.disputed = append(m.disputed, was.ID)
	}
	return nil
}

func (m *merge) add(r Kept) {
	m.kept = append(m.kept, r)
	m.u.have[r.variant], m.u.listed[r.Attempt] = true, true
}

// readTest reads one line of attempts.jsonl. The error is [errs.Invalid].
func readTest(b []byte) (a Attempt, err error) {
	var r testRecord
	if err := strict(b, &r); err != nil {
		return a, err
	}
	if _, err := id.Parse(string(r.ID)); err != nil {
		return a, err
	}
	if r.Slot != Pre && r.Slot != Post || r.State != submitted && r.State != late {
		return a, errs.Invalidf("test %.20q in state %.20q", r.Slot, r.State)
	}
	a = Attempt{ID: r.ID, Enrolment: r.Enrolment, Slot: r.Slot, State: r.State, Changes: 1}
	for to, s := range map[*time.Time]string{&a.Started: r.Started, &a.Deadline: r.Deadline, &a.Submitted: r.Submitted} {
		if *to, err = db.ParseStamp(s); err != nil {
			return a, err
		}
	}
	a.Answers, err = instrument.ParseAnswers(r.Answers)
	return a, err
}

// keep writes what a merge decided, in few statements: a record may bring thousands of tests.
func (q *Learning) keep(ctx context.Context, tx *db.Tx, m *merge) error {
	in, s, err := q.Test(m.k)
	if err != nil {
		return err
	}
	keys, err := keyHashes(s)
	if err != nil {
		return err
	}
	var records, tests, points [][]any
	for _, r := range m.kept {
		records = append(records, []any{r.Attempt, r.Sum, m.k.ID, r.Enrolment, r.Slot, r.Node, r.Content, tx.Now()})
	}
	for _, a := range m.fresh {
		if a.State, err = stateNow(m, a); err != nil {
			return err
		}
		b, err := a.Answers.Bytes()
		if err != nil {
			return err
		}
		tests = append(tests, []any{a.ID, a.Enrolment, a.Cohort, a.Slot, a.State, a.Started, a.Deadline, a.Submitted, string(b), a.Changes})
		for _, x := range s.Score(in, a.Answers) {
			points = append(points, []any{nil, a.ID, x.Item.Name, x.Points, x.Answered, "rule", keys[x.Item.Name], tx.Now()})
		}
	}
	for i, n := range sortedIDs(tx.Now(), len(points)) {
		points[i][0] = n
	}
	for _, in := range []struct {
		into string
		rows [][]any
	}{
		{`test_record (attempt_id, sum, cohort_id, enrolment_id, slot, node, content, at)`, records},
		{`test_attempt (id, enrolment_id, cohort_id, slot, state, started, deadline, submitted, answers, changes)`, tests},
		{intoMarks, points},
	} {
		if err := insert(ctx, tx, in.into, in.rows); err != nil {
			return err
		}
	}
	for _, n := range m.disputed {
		if _, err := tx.Exec(ctx, `UPDATE test_attempt SET state = ? WHERE id = ?`, disputed, n); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE cohort SET state = ? WHERE id = ? AND state = ?`, Opened, m.k.ID, Draft); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE cohort_given SET brought = ?, doubtful = doubtful OR ? WHERE cohort_id = ? AND node = ?`, tx.Now(), m.doubtful, m.k.ID, m.node)
	return err
}

// sortedIDs returns new ids in order: rows that are inserted in the order of their key are several times quicker.
func sortedIDs(at time.Time, n int) []id.ID {
	all := make([]id.ID, n)
	for i := range all {
		all[i] = id.New(at)
	}
	slices.Sort(all)
	return all
}

// stateNow is the state of a fresh test at the end of the merge: a second record of it may have come in the same file.
func stateNow(m *merge, a Attempt) (string, error) {
	now, ok := m.u.byID[a.ID]
	if !ok {
		return "", fmt.Errorf("merge of cohort %s: test %s is lost", m.k.ID, a.ID)
	}
	return now.State, nil
}

// insertAtOnce is how many rows one statement inserts: ten columns of each stay below what a statement may have.
const insertAtOnce = 500

// insert writes rows in few statements; into names the table with its columns.
func insert(ctx context.Context, tx *db.Tx, into string, rows [][]any) error {
	for some := range slices.Chunk(rows, insertAtOnce) {
		one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(some[0])), ", ") + ")"
		var args []any
		for _, r := range some {
			args = append(args, r...)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO `+into+` VALUES `+strings.TrimSuffix(strings.Repeat(one+", ", len(some)), ", "), args...); err != nil {
			return err
		}
	}
	return nil
}

// Resolve takes one of the records of a test that differ into the count; the others stay on record and count no more.
func (q *Learning) Resolve(ctx context.Context, who access.Person, n, chosen id.ID, sum canonical.Hash, entry id.ID) error {
	return q.Desk.Do(ctx, who, "record.resolve", id.NewRef(RefCohort, n), func(c *desk.Change) error {
		k, err := cohort(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		u, err := readUnion(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		var content string
		if err := c.Row(ctx, `SELECT content FROM test_record WHERE attempt_id = ? AND sum = ? AND cohort_id = ?`, chosen, sum, n).Scan(&content); err != nil {
			return fmt.Errorf("record %s of test %s: %w", sum, chosen, err)
		}
		a, err := readTest([]byte(content))
		if err != nil {
			return err
		}
		was, ok := u.live[slotOf{a.Enrolment, a.Slot}]
		if !ok || was.State != disputed || k.State == Frozen {
			return errs.Say(fmt.Errorf("test %s: nothing to choose: %w", chosen, errs.Conflict), language.M("There is nothing to choose any more: this was decided, or the baseline is frozen."), nil)
		}
		c.Record(map[string]any{"attempt": chosen, "record": sum})
		if was.ID != chosen {
			if _, err := c.Exec(ctx, `UPDATE test_attempt SET state = ? WHERE id = ?`, voided, was.ID); err != nil {
				return err
			}
		}
		b, err := a.Answers.Bytes()
		if err != nil {
			return err
		}
		a.Cohort = n
		if _, err := c.Exec(ctx, `
			INSERT INTO test_attempt (id, enrolment_id, cohort_id, slot, state, started, deadline, submitted, answers, changes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
			ON CONFLICT (id) DO UPDATE SET state = excluded.state, started = excluded.started, deadline = excluded.deadline, submitted = excluded.submitted, answers = excluded.answers`,
			a.ID, a.Enrolment, n, a.Slot, a.State, a.Started, a.Deadline, a.Submitted, string(b)); err != nil {
			return err
		}
		return q.mark(ctx, c, k, a)
	}, desk.Once(entry))
}

// Dispute is a test of which several records came.
type Dispute struct {
	Slot    string
	Records []Kept
}

// Disputes lists the tests of which several records came and nobody has chosen.
func Disputes(ctx context.Context, tx *db.Tx, n id.ID) ([]Dispute, error) {
	list, err := attempts(ctx, tx, n)
	if err != nil || !slices.ContainsFunc(list, func(a Attempt) bool { return a.State == disputed }) {
		return nil, err
	}
	all, err := Records(ctx, tx, n)
	var out []Dispute
	for _, a := range list {
		if a.State != disputed {
			continue
		}
		d := Dispute{Slot: a.Slot}
		for _, r := range all {
			if r.Enrolment == a.Enrolment && r.Slot == a.Slot {
				d.Records = append(d.Records, r)
			}
		}
		out = append(out, d)
	}
	return out, err
}

// Sum returns the digest of what is known of a cohort's tests: for each person's test the records that came and how it
// stands. Two nodes that know the same have the same sum, in whatever order and however often it came to them.
func Sum(ctx context.Context, tx *db.Tx, n id.ID) (canonical.Hash, error) {
	list, err := attempts(ctx, tx, n)
	if err != nil {
		return "", err
	}
	all, err := Records(ctx, tx, n)
	if err != nil {
		return "", err
	}
	kept := map[slotOf][]string{}
	for _, r := range all {
		s := slotOf{r.Enrolment, r.Slot}
		kept[s] = append(kept[s], string(r.Attempt)+" "+string(r.Sum))
	}
	var out []string
	for _, a := range list {
		s := slotOf{a.Enrolment, a.Slot}
		if len(kept[s]) == 0 {
			b, err := recordOf(a)
			if err != nil {
				return "", err
			}
			kept[s] = []string{string(a.ID) + " " + string(canonical.Sum(b))}
		}
		out = append(out, string(a.Enrolment)+" "+a.Slot+" "+a.State+" "+strings.Join(kept[s], " "))
	}
	slices.Sort(out)
	b, err := canonical.Marshal(out)
	return canonical.Sum(b), err
}
