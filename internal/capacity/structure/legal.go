package structure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/treaty"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Review holds a State's law against a treaty, article by article.
type Review struct {
	ID       id.ID
	State    string
	Treaty   treaty.Code
	Exercise bool
	Opened   time.Time
}

// Provision is a text of the State's law, quoted. A newer text takes the place of an older one and never changes it.
type Provision struct {
	ID       id.ID
	Review   id.ID
	Cite     string
	Quote    string
	Sum      string // SHA-256 of the quote
	Entered  time.Time
	Replaced bool
}

// Reading is what one reader found for one element.
type Reading struct {
	ID        id.ID
	Row       id.ID
	Reader    int // 1 the first, 2 the second
	Person    id.ID
	Verdict   Verdict
	Why       string
	Provision id.ID // "" where there is none
	At        time.Time
}

// Row is one element of one article with what its readers found.
type Row struct {
	ID       id.ID
	Review   id.ID
	Article  string
	Element  string
	Agreed   time.Time
	Readings []Reading // the newest of each reader, the first one's first
	Stale    bool      // a text that a reading rests on was replaced
}

// Verdict returns what counts of the row: the lower of both readers' verdicts, or the only one's; none before it is read.
func (r Row) Verdict() (v Verdict, read bool) {
	for _, g := range r.Readings {
		if !read || g.Verdict.below(v) {
			v, read = g.Verdict, true
		}
	}
	return v, read
}

// Differ reports whether both readers have read the row and found different things.
func (r Row) Differ() bool {
	return len(r.Readings) == 2 && r.Readings[0].Verdict != r.Readings[1].Verdict
}

// State returns where the row stands: unread, read, agreed or stale.
func (r Row) State() string {
	switch {
	case len(r.Readings) == 0:
		return "unread"
	case r.Stale:
		return "stale"
	case !r.Agreed.IsZero():
		return "agreed"
	}
	return "read"
}

func reviewFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	v, err := review(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	return stateFacts(ctx, tx, v.State, who)
}

func rowFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	r, v, err := row(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	f, err := stateFacts(ctx, tx, v.State, who)
	f.Did = map[access.Part][]id.ID{access.Reader: nil}
	for _, g := range r.Readings {
		if g.Reader == 1 {
			f.Did[access.Reader] = append(f.Did[access.Reader], g.Person)
		}
	}
	return f, err
}

// OpenReview begins a review of a State's law by a treaty: all its rows, unread. There is one of each.
func (q *Structures) OpenReview(ctx context.Context, who access.Person, state string, code treaty.Code, org, entry id.ID) error {
	articles := q.law.Of(code)
	if len(articles) == 0 {
		return errs.WithFields(errs.Field{Path: "treaty", Code: language.M("Choose a treaty.")})
	}
	return q.desk.Do(ctx, who, "legal.open", id.NewRef(RefReview, entry), func(c *desk.Change) error {
		c.Record(map[string]string{"state": state, "treaty": string(code)})
		_, err := c.Exec(ctx, `INSERT INTO legal_review (id, state, treaty, exercise, opened) VALUES (?, ?, ?, ?, ?)`, entry, state, code, q.exercise, c.Now())
		if errors.Is(err, errs.Conflict) {
			return errs.Say(err, language.M("This State’s law is being reviewed by this treaty already."), nil)
		}
		n := 0
		for _, a := range articles {
			for _, e := range a.Elements {
				if err != nil {
					return err
				}
				n++
				_, err = c.Exec(ctx, `INSERT INTO legal_row (id, review_id, n, article, element, agreed) VALUES (?, ?, ?, ?, ?, NULL)`, id.New(c.Now()), entry, n, a.ID, e.Code)
			}
		}
		return err
	}, desk.Once(entry), desk.Within(id.NewRef("organisation", org)))
}

// Quote enters a text of the State's law; in place of an older one when replaces names it: then exactly the rows that rest
// on the older one are stale.
func (q *Structures) Quote(ctx context.Context, who access.Person, n id.ID, p Provision, replaces, entry id.ID) error {
	p.Cite, p.Quote = strings.TrimSpace(p.Cite), strings.TrimSpace(p.Quote)
	if err := errs.WithFields(append(checkText("cite", p.Cite, maxName), checkText("quote", p.Quote, maxText)...)...); err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "legal.quote", id.NewRef(RefReview, n), func(c *desk.Change) error {
		sum := sha256.Sum256([]byte(p.Quote))
		c.Record(map[string]string{"sum": hex.EncodeToString(sum[:])})
		if replaces != "" {
			changed, err := c.Exec(ctx, `UPDATE legal_provision SET replaced = ? WHERE id = ? AND review_id = ? AND replaced IS NULL`, c.Now(), replaces, n)
			if err == nil && changed == 0 {
				err = errs.Say(fmt.Errorf("provision %s: %w", replaces, errs.Conflict), language.M("A newer text took its place already."), nil)
			}
			if err != nil {
				return err
			}
		}
		_, err := c.Exec(ctx, `INSERT INTO legal_provision (id, review_id, cite, quote, sum, entered, replaced) VALUES (?, ?, ?, ?, ?, ?, NULL)`,
			c.Entry(), n, p.Cite, p.Quote, hex.EncodeToString(sum[:]), c.Now())
		return err
	}, desk.Once(entry))
}

// Read enters what a reader found for an element. The first two people to read a row are its readers; a third is refused.
// Reading anew takes the agreement back.
func (q *Structures) Read(ctx context.Context, who access.Person, n id.ID, g Reading, entry id.ID) error {
	g.Why = strings.TrimSpace(g.Why)
	wrong := checkText("why", g.Why, maxText)
	if !g.Verdict.known() {
		wrong = append(wrong, errs.Field{Path: "verdict", Code: language.M("Choose what the law provides.")})
	}
	if (g.Verdict == Full || g.Verdict == Partial) && g.Provision == "" {
		wrong = append(wrong, errs.Field{Path: "provision", Code: language.M("Choose the provision that says so.")})
	}
	return q.desk.Do(ctx, who, "legal.read", id.NewRef(RefRow, n), func(c *desk.Change) error {
		r, v, err := row(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if g.Provision != "" {
			p, err := provision(ctx, c.Tx, g.Provision)
			if errors.Is(err, errs.NotFound) || err == nil && (p.Review != v.ID || p.Replaced) {
				wrong = append(wrong, errs.Field{Path: "provision", Code: language.M("Choose a provision that stands now.")})
			} else if err != nil {
				return err
			}
		}
		if err := errs.WithFields(wrong...); err != nil {
			return err
		}
		reader, err := r.reader(who.ID)
		if err != nil {
			return err
		}
		c.Record(map[string]any{"article": r.Article, "element": r.Element, "reader": reader, "verdict": g.Verdict})
		if _, err := c.Exec(ctx, `INSERT INTO legal_reading (id, row_id, reader, person_id, verdict, why, provision_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			c.Entry(), n, reader, who.ID, g.Verdict, g.Why, g.Provision, c.Now()); err != nil {
			return err
		}
		_, err = c.Exec(ctx, `UPDATE legal_row SET agreed = NULL WHERE id = ?`, n)
		return err
	}, desk.Once(entry))
}

// reader returns which of the row's two readers the person is, or will be.
func (r Row) reader(person id.ID) (int, error) {
	for _, g := range r.Readings {
		if g.Person == person {
			return g.Reader, nil
		}
	}
	if len(r.Readings) == 2 {
		return 0, errs.Say(fmt.Errorf("row %s has two readers: %w", r.ID, errs.Conflict), language.M("Two people have read this already. A third reading doesn’t count."), nil)
	}
	return len(r.Readings) + 1, nil
}

// Agree has someone other than the first reader agree with what the row says now. It takes two readings that are not
// stale; where they differ the lower verdict is what is agreed to.
func (q *Structures) Agree(ctx context.Context, who access.Person, n, entry id.ID) error {
	return q.desk.Do(ctx, who, "legal.agree", id.NewRef(RefRow, n), func(c *desk.Change) error {
		r, _, err := row(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		switch {
		case len(r.Readings) < 2:
			return errs.Say(fmt.Errorf("row %s: %w", n, errs.Conflict), language.M("Two people have to read it first."), nil)
		case r.Stale:
			return errs.Say(fmt.Errorf("row %s: %w", n, errs.Conflict), language.M("The text of the law has changed since. Read it anew first."), nil)
		}
		v, _ := r.Verdict()
		c.Record(map[string]any{"article": r.Article, "element": r.Element, "verdict": v})
		_, err = c.Exec(ctx, `UPDATE legal_row SET agreed = ? WHERE id = ?`, c.Now(), n)
		return err
	}, desk.Once(entry))
}

func review(ctx context.Context, tx *db.Tx, n id.ID) (v Review, err error) {
	err = tx.Row(ctx, `SELECT id, state, treaty, exercise, opened FROM legal_review WHERE id = ?`, n).Scan(&v.ID, &v.State, &v.Treaty, &v.Exercise, &v.Opened)
	if err != nil {
		return v, fmt.Errorf("review of law %s: %w", n, err)
	}
	return v, nil
}

// Reviews lists the reviews of a State's law; of all States when state is "".
func Reviews(ctx context.Context, tx *db.Tx, state string) ([]Review, error) {
	rows, err := tx.Query(ctx, `SELECT id, state, treaty, exercise, opened FROM legal_review WHERE ? = '' OR state = ? ORDER BY state, treaty`, state, state)
	return db.Collect(rows, err, func(scan db.Scan) (v Review, err error) {
		err = scan(&v.ID, &v.State, &v.Treaty, &v.Exercise, &v.Opened)
		return v, err
	})
}

func provision(ctx context.Context, tx *db.Tx, n id.ID) (Provision, error) {
	return scanProvision(tx.Row(ctx, `SELECT id, review_id, cite, quote, sum, entered, replaced FROM legal_provision WHERE id = ?`, n).Scan)
}

func scanProvision(s db.Scan) (p Provision, err error) {
	var replaced time.Time
	err = s(&p.ID, &p.Review, &p.Cite, &p.Quote, &p.Sum, &p.Entered, &replaced)
	p.Replaced = !replaced.IsZero()
	return p, err
}

// Provisions lists the texts of a review, replaced ones too, in the order in which they were entered.
func Provisions(ctx context.Context, tx *db.Tx, n id.ID) ([]Provision, error) {
	rows, err := tx.Query(ctx, `SELECT id, review_id, cite, quote, sum, entered, replaced FROM legal_provision WHERE review_id = ? ORDER BY id`, n)
	return db.Collect(rows, err, scanProvision)
}

// Rows lists the rows of a review with the newest reading of each reader. A reader sees the other's readings of a row
// only when they have read it themselves: the second reader is blind to the first. As to whom it is shown is for is: who
// reads for themselves ("" for a report, which sees all).
func Rows(ctx context.Context, tx *db.Tx, n id.ID, is id.ID) ([]Row, error) {
	rows, err := tx.Query(ctx, `SELECT id, review_id, article, element, agreed FROM legal_row WHERE review_id = ? ORDER BY n`, n)
	all, err := db.Collect(rows, err, scanRow)
	if err != nil {
		return nil, err
	}
	readings, err := readingsOf(ctx, tx, `r.review_id = ?`, n)
	if err != nil {
		return nil, err
	}
	gone, err := replaced(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].take(readings, gone)
		if is != "" {
			all[i].blind(is)
		}
	}
	return all, nil
}

// blind leaves out the other reader's reading as long as the person, who is to be the second, has not read the row.
func (r *Row) blind(is id.ID) {
	if len(r.Readings) == 1 && r.Readings[0].Person != is {
		r.Readings = nil
	}
}

func row(ctx context.Context, tx *db.Tx, n id.ID) (Row, Review, error) {
	r, err := scanRow(tx.Row(ctx, `SELECT id, review_id, article, element, agreed FROM legal_row WHERE id = ?`, n).Scan)
	if err != nil {
		return r, Review{}, fmt.Errorf("row %s of a review of law: %w", n, err)
	}
	v, err := review(ctx, tx, r.Review)
	if err != nil {
		return r, v, err
	}
	readings, err := readingsOf(ctx, tx, `r.id = ?`, n)
	if err != nil {
		return r, v, err
	}
	gone, err := replaced(ctx, tx, v.ID)
	r.take(readings, gone)
	return r, v, err
}

func scanRow(s db.Scan) (r Row, err error) {
	err = s(&r.ID, &r.Review, &r.Article, &r.Element, &r.Agreed)
	return r, err
}

// readingsOf lists readings, the newest first.
func readingsOf(ctx context.Context, tx *db.Tx, where string, arg id.ID) ([]Reading, error) {
	rows, err := tx.Query(ctx, `
		SELECT g.id, g.row_id, g.reader, g.person_id, g.verdict, g.why, g.provision_id, g.at
		FROM legal_row r JOIN legal_reading g ON g.row_id = r.id WHERE `+where+` ORDER BY g.id DESC`, arg)
	return db.Collect(rows, err, func(scan db.Scan) (g Reading, err error) {
		err = scan(&g.ID, &g.Row, &g.Reader, &g.Person, &g.Verdict, &g.Why, &g.Provision, &g.At)
		return g, err
	})
}

// replaced lists the provisions of a review whose place a newer text took.
func replaced(ctx context.Context, tx *db.Tx, n id.ID) ([]id.ID, error) {
	all, err := Provisions(ctx, tx, n)
	var gone []id.ID
	for _, p := range all {
		if p.Replaced {
			gone = append(gone, p.ID)
		}
	}
	return gone, err
}

// take gives the row the newest reading of each of its readers.
func (r *Row) take(newestFirst []Reading, gone []id.ID) {
	for _, g := range newestFirst {
		if g.Row != r.ID || slices.ContainsFunc(r.Readings, func(o Reading) bool { return o.Reader == g.Reader }) {
			continue
		}
		r.Readings = append(r.Readings, g)
		r.Stale = r.Stale || slices.Contains(gone, g.Provision)
	}
	slices.SortFunc(r.Readings, func(a, b Reading) int { return a.Reader - b.Reader })
}
