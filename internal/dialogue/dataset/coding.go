package dataset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/dialogue/dataset/agree"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// Open is an open question of an audience, whose answers people code.
type Open struct {
	Audience study.Audience
	Item     string
}

// Code is one code for the answers to an open question.
type Code struct {
	ID    id.ID
	Name  string
	Label string
}

// Coding is what one coder made of one answer; of the decision Coder is "".
type Coding struct {
	Respondent id.ID
	Coder      id.ID
	Codes      []string // sorted; none is a coding too: no code fits
}

// Said is an open answer.
type Said struct {
	Respondent id.ID
	Text       string
}

// OpenQuestions lists the open questions that somebody has answered.
func (c *Content) OpenQuestions() []Open {
	var all []Open
	for _, a := range study.Audiences() {
		form := c.Form(a)
		if form == nil {
			continue
		}
		form.Walk(func(it *instrument.Item) {
			q := Open{a, strings.TrimPrefix(it.Path(), "/")}
			if it.Type == instrument.TextType && it.Answered() && len(c.Open(q)) > 0 && !slices.Contains(all, q) {
				all = append(all, q)
			}
		})
	}
	return all
}

// Open lists the answers to an open question. What a respondent sealed isn't in the data at all.
func (c *Content) Open(q Open) []Said {
	var all []Said
	for _, r := range c.rows(q.Audience) {
		if text := c.answer(r, q.Item); text != "" {
			all = append(all, Said{r.Respondent, text})
		}
	}
	return all
}

// Codes lists the codes of an open question in the order in which they were made.
func Codes(ctx context.Context, tx *db.Tx, n id.ID, q Open) ([]Code, error) {
	rows, err := tx.Query(ctx, `SELECT id, name, label FROM dataset_code WHERE study_id = ? AND audience = ? AND item = ? ORDER BY id`, n, q.Audience, q.Item)
	return db.Collect(rows, err, func(scan db.Scan) (k Code, err error) { return k, scan(&k.ID, &k.Name, &k.Label) })
}

var codeName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// maxCodes is how many codes a question can have.
const maxCodes = 60

// Frame adds a code to an open question.
func (d *Data) Frame(ctx context.Context, who access.Person, n id.ID, q Open, k Code, entry id.ID) error {
	k.Label = strings.TrimSpace(k.Label)
	var wrong []errs.Field
	if !codeName.MatchString(k.Name) {
		wrong = append(wrong, errs.Field{Path: "name", Code: language.M("Use small letters, digits and _, at most 32, and begin with a letter.")})
	}
	if c := len([]rune(k.Label)); c == 0 || c > maxQuote {
		wrong = append(wrong, errs.Field{Path: "label", Code: language.M("Say in a few words what the code means.")})
	}
	if err := errs.WithFields(wrong...); err != nil {
		return err
	}
	return d.Desk.Do(ctx, who, "coding.frame", id.NewRef(Kind, entry), func(c *desk.Change) error {
		_, x, content, err := newest(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if content != nil {
			if both, err := bothDone(ctx, c.Tx, x.ID, q, len(content.Open(q))); err != nil || both {
				return cmp.Or(err, compared(q))
			}
		}
		have, err := Codes(ctx, c.Tx, n, q)
		if err != nil {
			return err
		}
		if len(have) >= maxCodes {
			return errs.Say(fmt.Errorf("code of %s: %w", q.Item, errs.Conflict), language.M("A question can have 60 codes. Use one that is there."), nil)
		}
		c.Record(map[string]any{"audience": q.Audience, "item": q.Item, "code": k.Name})
		_, err = c.Exec(ctx, `INSERT INTO dataset_code (id, study_id, audience, item, name, label) VALUES (?, ?, ?, ?, ?, ?)`, entry, n, q.Audience, q.Item, k.Name, k.Label)
		if errors.Is(err, errs.Conflict) {
			err = errs.WithFields(errs.Field{Path: "name", Code: language.M("This code is there already.")})
		}
		return err
	}, desk.Once(entry))
}

// coders lists who codes a question of a dataset, in the order in which they began.
func coders(ctx context.Context, tx *db.Tx, x id.ID, q Open) ([]id.ID, error) {
	rows, err := tx.Query(ctx, `
		SELECT coder FROM dataset_coding WHERE dataset_id = ? AND audience = ? AND item = ? AND coder <> '' GROUP BY coder ORDER BY MIN(at), coder`,
		x, q.Audience, q.Item)
	return db.Collect(rows, err, func(scan db.Scan) (n id.ID, err error) { err = scan(&n); return n, err })
}

// Mine lists what one coder made of a question's answers. A coder sees nobody else's codings: this is the only way in which
// the pages of coding read them before both are done.
func Mine(ctx context.Context, tx *db.Tx, x id.ID, q Open, coder id.ID) ([]Coding, error) {
	rows, err := tx.Query(ctx, `
		SELECT respondent_id, coder, codes FROM dataset_coding WHERE dataset_id = ? AND audience = ? AND item = ? AND coder = ? ORDER BY respondent_id`,
		x, q.Audience, q.Item, coder)
	return db.Collect(rows, err, func(scan db.Scan) (k Coding, err error) {
		var codes string
		err = scan(&k.Respondent, &k.Coder, &codes)
		k.Codes = strings.Fields(codes)
		return k, err
	})
}

// CodeAnswers enters what who makes of answers to an open question of the newest dataset. Two people code a question apart; a
// third is refused, and so is a change once the two are compared.
func (d *Data) CodeAnswers(ctx context.Context, who access.Person, n id.ID, q Open, made map[id.ID][]string, entry id.ID) error {
	return d.Desk.Do(ctx, who, "coding.code", id.NewRef(Kind, entry), func(c *desk.Change) error {
		_, x, content, err := newest(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if content == nil {
			return notFrozen()
		}
		if err := c.Lock(ctx, "dataset-coding/"+string(x.ID)); err != nil {
			return err
		}
		known, err := d.coded(ctx, c.Tx, n, q, content, made)
		if err != nil {
			return err
		}
		at, err := coders(ctx, c.Tx, x.ID, q)
		if err != nil {
			return err
		}
		if !slices.Contains(at, who.ID) && len(at) >= 2 {
			return errs.Say(fmt.Errorf("code %s: %w", q.Item, errs.Conflict), language.M("Two people code this question already."), nil)
		}
		both, err := bothDone(ctx, c.Tx, x.ID, q, len(content.Open(q)))
		if err != nil {
			return err
		}
		if both {
			return compared(q)
		}
		c.Record(map[string]any{"dataset": x.Hash, "audience": q.Audience, "item": q.Item, "answers": len(made)})
		return put(ctx, c, x.ID, q, who.ID, known)
	}, desk.Once(entry))
}

// compared is in the way of a change once two have coded every answer.
func compared(q Open) error {
	return errs.Say(fmt.Errorf("code %s: %w", q.Item, errs.Conflict), language.M("Both are done, and their codings are compared. What differs is decided now."), nil)
}

// coded checks that the answers and the codes exist, and returns the codes sorted.
func (d *Data) coded(ctx context.Context, tx *db.Tx, n id.ID, q Open, content *Content, made map[id.ID][]string) ([]Coding, error) {
	codes, err := Codes(ctx, tx, n, q)
	if err != nil {
		return nil, err
	}
	said := content.Open(q)
	var all []Coding
	for _, s := range said {
		names, ok := made[s.Respondent]
		if !ok {
			continue
		}
		names = slices.Compact(slices.Sorted(slices.Values(names)))
		for _, name := range names {
			if !slices.ContainsFunc(codes, func(k Code) bool { return k.Name == name }) {
				return nil, errs.Invalidf("code %s: there is no code %q", q.Item, name)
			}
		}
		all = append(all, Coding{Respondent: s.Respondent, Codes: names})
	}
	if len(all) != len(made) {
		return nil, errs.Invalidf("code %s: an answer isn't in the newest dataset", q.Item)
	}
	return all, nil
}

func put(ctx context.Context, c *desk.Change, x id.ID, q Open, coder id.ID, all []Coding) error {
	for _, k := range all {
		_, err := c.Exec(ctx, `
			INSERT INTO dataset_coding (dataset_id, audience, item, respondent_id, coder, codes, at) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (dataset_id, audience, item, respondent_id, coder) DO UPDATE SET codes = excluded.codes, at = excluded.at`,
			x, q.Audience, q.Item, k.Respondent, coder, strings.Join(k.Codes, " "), c.Now())
		if err != nil {
			return err
		}
	}
	return nil
}

// bothDone reports whether two coders have coded every one of the answers.
func bothDone(ctx context.Context, tx *db.Tx, x id.ID, q Open, answers int) (bool, error) {
	var coded int
	err := tx.Row(ctx, `SELECT COUNT(*) FROM dataset_coding WHERE dataset_id = ? AND audience = ? AND item = ? AND coder <> ''`, x, q.Audience, q.Item).Scan(&coded)
	return answers > 0 && coded == 2*answers, err
}

// Agreement is how two coders compare.
type Agreement struct {
	N       int // answers
	Alpha   float64
	Kappa   map[string]float64 // by code
	Differ  []Differing
	Decided int
}

// Differing is an answer that the two coded differently, and what was decided; Decided is nil before.
type Differing struct {
	Said
	First, Second []string
	Decided       []string
	Settled       bool
}

// Agree compares the two codings of a question once both are done; nil before.
func Agree(ctx context.Context, tx *db.Tx, n, x id.ID, q Open, content *Content) (*Agreement, error) {
	said := content.Open(q)
	if both, err := bothDone(ctx, tx, x, q, len(said)); err != nil || !both {
		return nil, err
	}
	who, err := coders(ctx, tx, x, q)
	if err != nil {
		return nil, err
	}
	by := make([]map[id.ID][]string, 3) // the two coders, the decision
	for i, coder := range append(who, "") {
		list, err := Mine(ctx, tx, x, q, coder)
		if err != nil {
			return nil, err
		}
		by[i] = map[id.ID][]string{}
		for _, k := range list {
			by[i][k.Respondent] = append([]string{}, k.Codes...)
		}
	}
	codes, err := Codes(ctx, tx, n, q)
	if err != nil {
		return nil, err
	}
	a := &Agreement{N: len(said), Kappa: map[string]float64{}}
	var units [][]string
	for _, s := range said {
		one, two := by[0][s.Respondent], by[1][s.Respondent]
		units = append(units, []string{unit(one), unit(two)})
		if slices.Equal(one, two) {
			continue
		}
		k := Differing{Said: s, First: one, Second: two}
		if k.Decided, k.Settled = by[2][s.Respondent]; k.Settled {
			a.Decided++
		}
		a.Differ = append(a.Differ, k)
	}
	a.Alpha, _ = agree.Alpha(units)
	for _, k := range codes {
		var one, two []bool
		for _, s := range said {
			one, two = append(one, slices.Contains(by[0][s.Respondent], k.Name)), append(two, slices.Contains(by[1][s.Respondent], k.Name))
		}
		a.Kappa[k.Name] = agree.Kappa(one, two)
	}
	return a, nil
}

// unit is a set of codes as one value; no code is a value too.
func unit(codes []string) string { return "=" + strings.Join(codes, " ") }

// Settle decides what an answer means that two people coded differently. Neither of the two decides.
func (d *Data) Settle(ctx context.Context, who access.Person, n id.ID, q Open, respondent id.ID, codes []string, entry id.ID) error {
	return d.Desk.Do(ctx, who, "coding.settle", id.NewRef(Kind, entry), func(c *desk.Change) error {
		_, x, content, err := newest(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if content == nil {
			return notFrozen()
		}
		a, err := Agree(ctx, c.Tx, n, x.ID, q, content)
		if err != nil {
			return err
		}
		if a == nil || !slices.ContainsFunc(a.Differ, func(k Differing) bool { return k.Respondent == respondent }) {
			return errs.Say(fmt.Errorf("settle %s: %w", q.Item, errs.Conflict), language.M("Nothing is to be decided here: both have to be done, and to differ."), nil)
		}
		who2, err := coders(ctx, c.Tx, x.ID, q)
		if err != nil {
			return err
		}
		if slices.Contains(who2, who.ID) {
			return errs.Say(fmt.Errorf("settle %s: %w", q.Item, errs.Forbidden), language.M("A third person decides: you coded this question."), nil)
		}
		made, err := d.coded(ctx, c.Tx, n, q, content, map[id.ID][]string{respondent: codes})
		if err != nil {
			return err
		}
		c.Record(map[string]any{"dataset": x.Hash, "audience": q.Audience, "item": q.Item})
		return put(ctx, c, x.ID, q, "", made)
	}, desk.Once(entry))
}
