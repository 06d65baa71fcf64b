package workshop

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/stats"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// EvaluateAfter is how many days after the end a workshop can be called evaluated though not everyone has answered.
const EvaluateAfter = 14

// Evaluate takes what someone who was there says of the workshop, once, while it is over and not evaluated. Kept are that
// the seat has answered, and sums: nothing that is stored says who said what, or what one person said to two questions.
func (q *Workshops) Evaluate(ctx context.Context, who access.Person, n id.ID, said url.Values, entry id.ID) error {
	a, err := bound(q.evaluation, said, q.now())
	if err != nil {
		return err
	}
	sum, err := q.evaluation.Hash()
	if err != nil {
		return fmt.Errorf("evaluation form: %w", err)
	}
	return q.desk.Do(ctx, who, "evaluation.answer", id.NewRef(RefKind, n), func(c *desk.Change) error {
		w, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		s, ok, err := SeatOf(ctx, c.Tx, n, c.Who().ID)
		if err != nil {
			return err
		}
		if !ok || s.Status != Attended || w.Stage != Closed {
			return errs.Say(fmt.Errorf("evaluate workshop %s, which is %s: %w", n, w.Stage, errs.Conflict), language.M("Who was there is asked between the end of the workshop and its evaluation."), nil)
		}
		c.Record(map[string]string{"form": string(sum)})
		_, err = c.Exec(ctx, `INSERT INTO workshop_evaluation (seat_id, workshop_id) VALUES (?, ?)`, s.ID, n)
		if errors.Is(err, errs.Conflict) {
			return errs.Say(err, language.M("You have answered already."), nil)
		}
		if err != nil {
			return err
		}
		return q.addUp(ctx, c, n, a)
	}, desk.Once(entry))
}

func (q *Workshops) addUp(ctx context.Context, c *desk.Change, n id.ID, a instrument.Answers) error {
	for _, it := range questionsOf(q.evaluation) {
		var err error
		switch answer := a.Get(it.Name); {
		case answer == "":
		case it.Type == instrument.TextType: // the key is chance, so that the order of texts says nothing
			_, err = c.Exec(ctx, `INSERT INTO workshop_evaluation_text (id, workshop_id, question, content) VALUES (?, ?, ?, ?)`, rand.Text(), n, it.Name, answer)
		default:
			_, err = c.Exec(ctx, `
				INSERT INTO workshop_evaluation_sum (workshop_id, question, choice, n) VALUES (?, ?, ?, 1)
				ON CONFLICT (workshop_id, question, choice) DO UPDATE SET n = workshop_evaluation_sum.n + 1`, n, it.Name, answer)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// HasEvaluated reports whether the seat's person has answered.
func HasEvaluated(ctx context.Context, tx *db.Tx, seat id.ID) (bool, error) {
	var n int
	err := tx.Row(ctx, `SELECT COUNT(*) FROM workshop_evaluation WHERE seat_id = ?`, seat).Scan(&n)
	return n > 0, err
}

// Waits reports whether the person is asked something: how a workshop was, or what has changed since.
func Waits(ctx context.Context, tx *db.Tx, person id.ID) (bool, error) {
	var evaluations, followUps int
	err := tx.Row(ctx, `
		SELECT COUNT(*) FROM workshop_seat s JOIN workshop w ON w.id = s.workshop_id
		WHERE s.person_id = ? AND s.status = ? AND w.stage = ? AND NOT EXISTS (SELECT 1 FROM workshop_evaluation e WHERE e.seat_id = s.id)`,
		person, Attended, Closed).Scan(&evaluations)
	if err == nil {
		err = tx.Row(ctx, `SELECT COUNT(*) FROM workshop_followup WHERE person_id = ? AND status = ?`, person, IsSent).Scan(&followUps)
	}
	return evaluations+followUps > 0, err
}

// EvaluationRate returns how many of those who were there have said how it was; false when nobody was.
func EvaluationRate(ctx context.Context, tx *db.Tx, n id.ID) (r Rate, known bool, err error) {
	seats, err := Seats(ctx, tx, n)
	if err != nil {
		return r, false, err
	}
	for _, s := range seats {
		if s.Status == Attended {
			r.Asked++
		}
	}
	if err := tx.Row(ctx, `SELECT COUNT(*) FROM workshop_evaluation WHERE workshop_id = ?`, n).Scan(&r.Answered); err != nil {
		return r, false, err
	}
	if r.Asked == 0 {
		return r, false, nil
	}
	r.Interval, err = stats.Wilson(r.Answered, r.Asked, 0.95)
	return r, err == nil, err
}

// Opinion is what was said to one question of the evaluation.
type Opinion struct {
	Question *instrument.Item
	Counts   []string // by choice of its list; ":" stands for what is too small to show
	Texts    []string // of a question that takes words
}

// Opinions returns what was said. There are none before the workshop is evaluated, since the difference between two days
// would say what one person said, and none of fewer than five people.
func (q *Workshops) Opinions(ctx context.Context, tx *db.Tx, w Workshop) ([]Opinion, error) {
	r, _, err := EvaluationRate(ctx, tx, w.ID)
	if err != nil || w.Stage != Evaluated || r.Answered < smallest {
		return nil, err
	}
	sums := map[[2]string]int{}
	rows, err := tx.Query(ctx, `SELECT question, choice, n FROM workshop_evaluation_sum WHERE workshop_id = ?`, w.ID)
	if _, err = db.Collect(rows, err, func(scan db.Scan) (struct{}, error) {
		var question, choice string
		var n int
		err := scan(&question, &choice, &n)
		sums[[2]string{question, choice}] = n
		return struct{}{}, err
	}); err != nil {
		return nil, fmt.Errorf("evaluation of workshop %s: %w", w.ID, err)
	}
	texts := map[string][]string{}
	rows, err = tx.Query(ctx, `SELECT question, content FROM workshop_evaluation_text WHERE workshop_id = ? ORDER BY id`, w.ID)
	if _, err = db.Collect(rows, err, func(scan db.Scan) (struct{}, error) {
		var question, content string
		err := scan(&question, &content)
		texts[question] = append(texts[question], content)
		return struct{}{}, err
	}); err != nil {
		return nil, fmt.Errorf("evaluation of workshop %s: %w", w.ID, err)
	}
	var all []Opinion
	for _, it := range questionsOf(q.evaluation) {
		o := Opinion{Question: it, Texts: texts[it.Name]}
		if it.Type != instrument.TextType {
			var counts []int
			for _, c := range q.evaluation.Lists[it.List] {
				counts = append(counts, sums[[2]string{it.Name, c.Name}])
			}
			o.Counts = figures(counts)
		}
		all = append(all, o)
	}
	return all, nil
}

// mayBeEvaluated holds the questions open until everyone has answered, or long enough.
func mayBeEvaluated(ctx context.Context, c *desk.Change, w Workshop) error {
	r, _, err := EvaluationRate(ctx, c.Tx, w.ID)
	if err != nil {
		return err
	}
	end, err := time.Parse(time.DateOnly, w.ClosedOn)
	if err != nil {
		return fmt.Errorf("end of workshop %s: %w", w.ID, err)
	}
	if r.Answered < r.Asked && c.Now().Before(end.AddDate(0, 0, EvaluateAfter)) {
		return errs.Say(fmt.Errorf("workshop %s: %w", w.ID, errs.Conflict), language.M("Not everyone has said how the workshop was. They can for 14 days after its end."), nil)
	}
	return nil
}
