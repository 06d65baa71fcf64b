package learning

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/stats"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
	"comity/internal/store/job"
)

// RefNeed is the kind of thing that a need is in references.
const RefNeed = "need"

// Rates tells of the requests that this node sent in a span of time how many came back for a reason.
type Rates func(ctx context.Context, tx *db.Tx, code string, from, to time.Time) (k, n int, err error)

// The states of a need.
const (
	Signalled  = "signalled"
	Confirmed  = "confirmed"
	Planned    = "planned"
	Met        = "closed"
	Persisting = "persisting"
	Dismissed  = "dismissed"
)

// Need is what the requests of this authority say that must be learnt. It is measured by the same rate before and after;
// no page says what made it change.
type Need struct {
	ID         id.ID
	Code       string
	Sort       string
	Competency string
	State      string
	K1, N1     int
	From, To   time.Time
	Plan       string
	Planned    time.Time
	K2, N2     int
	Remeasured time.Time
}

const needColumns = `id, code, sort, competency, state, k1, n1, from_day, to_day, plan, planned, k2, n2, remeasured`

func scanNeed(s db.Scan) (n Need, err error) {
	return n, s(&n.ID, &n.Code, &n.Sort, &n.Competency, &n.State, &n.K1, &n.N1, &n.From, &n.To, &n.Plan, &n.Planned, &n.K2, &n.N2, &n.Remeasured)
}

// Needs lists the needs of this authority, the newest first.
func Needs(ctx context.Context, tx *db.Tx) ([]Need, error) {
	rows, err := tx.Query(ctx, `SELECT `+needColumns+` FROM need ORDER BY id DESC LIMIT 200`)
	return db.Collect(rows, err, scanNeed)
}

func need(ctx context.Context, tx *db.Tx, n id.ID) (Need, error) {
	x, err := scanNeed(tx.Row(ctx, `SELECT `+needColumns+` FROM need WHERE id = ?`, n).Scan)
	if err != nil {
		return x, fmt.Errorf("need %s: %w", n, err)
	}
	return x, nil
}

// Signals reports whether a rate is a need: enough requests, and the lower end of its interval above the threshold.
func (q *Learning) Signals(k, n int) bool {
	w := q.Library.Needs
	i, err := stats.Wilson(k, n, confidence)
	return err == nil && n >= w.Least && i.Low > w.Threshold
}

// After says what a need is once its rate was measured again: closed when the rate has fallen beyond doubt, else it
// persists.
func After(k1, n1, k2, n2 int) (state string, r stats.Ratio, err error) {
	r, err = stats.RateRatio(k1, n1, k2, n2, confidence)
	switch {
	case err != nil:
		return Persisting, r, err
	case r.Change == stats.Fell:
		return Met, r, nil
	}
	return Persisting, r, nil
}

// Signal looks at every code of the data, and enters a need where the rate of the months before says so. A refusal that is
// policy is no need; one that is open already isn't entered again.
func (q *Learning) Signal(ctx context.Context) error {
	to := q.Now().UTC()
	from := to.AddDate(0, -q.Library.Needs.Months, 0)
	for _, c := range q.Library.Needs.Codes {
		if c.Sort == "policy" {
			continue
		}
		entry := id.New(to)
		err := q.Desk.Do(ctx, access.HouseItself(), "need.signal", id.NewRef(RefNeed, entry), func(ch *desk.Change) error {
			rows, err := ch.Query(ctx, `SELECT `+needColumns+` FROM need WHERE code = ? AND state IN (?, ?, ?)`, c.Code, Signalled, Confirmed, Planned)
			running, err := db.Collect(rows, err, scanNeed)
			if err != nil || len(running) > 0 {
				return errors.Join(err, errNothing)
			}
			k, n, err := q.Rates(ctx, ch.Tx, c.Code, from, to)
			if err != nil {
				return err
			}
			if !q.Signals(k, n) {
				return errNothing
			}
			ch.Record(map[string]any{"code": c.Code, "k": k, "n": n})
			_, err = ch.Exec(ctx, `INSERT INTO need (id, code, sort, competency, state, k1, n1, from_day, to_day, plan, planned, k2, n2, remeasured) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', NULL, 0, 0, NULL)`,
				entry, c.Code, c.Sort, c.Competency, Signalled, k, n, from, to)
			return err
		}, desk.Once(entry), desk.Within(id.NewRef("node", entry)))
		if err != nil && !errors.Is(err, errNothing) {
			return err
		}
	}
	return nil
}

// errNothing ends an act that has nothing to enter.
var errNothing = errors.New("nothing to enter")

// Decide has the authority's own people confirm a need, plan what is done about it, or dismiss it with the reason.
func (q *Learning) Decide(ctx context.Context, who access.Person, n id.ID, to, plan string, entry id.ID) error {
	plan = strings.TrimSpace(plan)
	act, from := access.Act("need.confirm"), []string{Signalled}
	switch to {
	case Confirmed:
	case Planned:
		act, from = "need.plan", []string{Confirmed, Persisting}
	case Dismissed:
		act, from = "need.dismiss", []string{Signalled, Confirmed}
	default:
		return errs.Invalidf("decide on need %s: to %q", n, to)
	}
	if c := len([]rune(plan)); to != Confirmed && c == 0 || c > 4_000 {
		return errs.WithFields(errs.Field{Path: "plan", Code: language.M("Write what is done about it, or why it is no need.")})
	}
	return q.Desk.Do(ctx, who, act, id.NewRef(RefNeed, n), func(c *desk.Change) error {
		x, err := need(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !slices.Contains(from, x.State) {
			return errs.Say(fmt.Errorf("need %s is %s: %w", n, x.State, errs.Conflict), language.M("It stands elsewhere by now. Look at it again."), nil)
		}
		c.Record(map[string]string{"code": x.Code, "to": to})
		_, err = c.Exec(ctx, `UPDATE need SET state = ?, plan = ?, planned = ? WHERE id = ?`, to, plan, c.Now(), n)
		return err
	}, desk.Once(entry))
}

// Remeasure measures each planned need anew, the months of the data after it was planned, by the same rate and the same
// rule ids.
func (q *Learning) Remeasure(ctx context.Context) error {
	var due []Need
	err := q.Read.Read(ctx, db.House("needs"), func(tx *db.Tx) error {
		all, err := Needs(ctx, tx)
		for _, x := range all {
			if x.State == Planned && !tx.Now().Before(x.Planned.AddDate(0, q.Library.Needs.Months, 0)) {
				due = append(due, x)
			}
		}
		return err
	})
	for _, x := range due {
		if err != nil {
			return err
		}
		err = q.Desk.Do(ctx, access.HouseItself(), "need.remeasure", id.NewRef(RefNeed, x.ID), func(c *desk.Change) error {
			k, n, err := q.Rates(ctx, c.Tx, x.Code, x.Planned, c.Now())
			if err != nil {
				return err
			}
			state, _, why := After(x.K1, x.N1, k, n)
			if errors.Is(why, stats.ErrPairs) {
				return errNothing // nothing was sent since: it is measured when there is something
			}
			c.Record(map[string]any{"code": x.Code, "k": k, "n": n, "to": state})
			_, err = c.Exec(ctx, `UPDATE need SET state = ?, k2 = ?, n2 = ?, remeasured = ? WHERE id = ?`, state, k, n, c.Now(), x.ID)
			return err
		})
		if errors.Is(err, errNothing) {
			err = nil
		}
	}
	return err
}

// needsKind looks for needs and measures them anew.
var needsKind = job.Kind[struct{}]{Name: "need.signal"}

// Jobs registers the work for later: once a day is often enough for what is counted in months.
func (q *Learning) Jobs(r *job.Runner) error {
	job.Handle(r, needsKind, func(ctx context.Context, _ struct{}) error { return errors.Join(q.Signal(ctx), q.Remeasure(ctx)) })
	return job.Every(r, needsKind, 24*time.Hour, struct{}{})
}
