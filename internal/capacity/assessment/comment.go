package assessment

import (
	"context"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Comment is what the State says to the draft.
type Comment struct {
	Factor string // "" of the whole
	Words  string
	At     time.Time
}

// Comment enters what the State says to the draft, of a factor or, when factor is "", of the whole.
func (q *Assessments) Comment(ctx context.Context, who access.Person, n id.ID, factor, words string, entry id.ID) error {
	words = strings.TrimSpace(words)
	return q.desk.Do(ctx, who, "assessment.comment", id.NewRef(RefKind, n), func(c *desk.Change) error {
		a, err := Get(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !a.Step.in(Draft, Commented) {
			return notNow(a)
		}
		m, err := q.ModelOf(a)
		if err != nil {
			return err
		}
		wrong := checkText("comment", words, maxText)
		if _, ok := m.factor(factor); !ok && factor != "" {
			wrong = append(wrong, errs.Field{Path: "factor", Code: language.M("Choose a factor, or the whole.")})
		}
		if err := errs.WithFields(wrong...); err != nil {
			return err
		}
		c.Record(map[string]string{"factor": factor})
		_, err = c.Exec(ctx, `INSERT INTO assessment_comment (id, assessment_id, factor, words, at) VALUES (?, ?, ?, ?, ?)`, c.Entry(), n, factor, words, c.Now())
		return err
	}, desk.Once(entry))
}

// Comments lists what the State said to the draft, in its order.
func Comments(ctx context.Context, tx *db.Tx, n id.ID) ([]Comment, error) {
	rows, err := tx.Query(ctx, `SELECT factor, words, at FROM assessment_comment WHERE assessment_id = ? ORDER BY id`, n)
	return db.Collect(rows, err, func(scan db.Scan) (k Comment, err error) {
		err = scan(&k.Factor, &k.Words, &k.At)
		return k, err
	})
}
