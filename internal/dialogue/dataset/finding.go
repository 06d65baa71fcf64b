package dataset

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// Finding is what the data show, or an option that follows, in one numbered sentence or two.
type Finding struct {
	ID      id.ID
	Study   id.ID
	Number  int
	Kind    string // finding, option
	Topic   string
	Lang    string
	Text    string
	Status  string // draft, reviewed
	Version int64
	Claims  []Claim
}

// Claim binds words of a finding to what they rest on: a number of a table that is out, or a published source.
type Claim struct {
	ID       id.ID
	Quote    string // the words, as they stand in the text
	Kind     string // table, source
	Table    id.ID
	Group    string // of the table; [Whole] for everybody
	Code     string // the answer
	Stat     string // n, share, answered, mean, median, sum
	Expected string
	Source   string
	Dataset  id.ID
	Inputs   canonical.Hash
}

// Stats are what a number can be.
func Stats() []string { return []string{"share", "n", "answered", "mean", "median", "sum"} }

// Limits of what people type.
const (
	maxText  = 8_000
	maxQuote = 400
)

// Write enters a finding with the next number of its study, or changes one that is a draft.
func (d *Data) Write(ctx context.Context, who access.Person, f Finding, entry id.ID) error {
	f.Text = strings.TrimSpace(f.Text)
	switch {
	case f.Text == "":
		return errs.WithFields(web.Unanswered("text"))
	case len([]rune(f.Text)) > maxText:
		return errs.WithFields(web.TooLong("text", maxText))
	case f.Kind != "finding" && f.Kind != "option":
		return errs.WithFields(web.NotOffered("kind"))
	case !slices.Contains(language.Official(), language.Tag(f.Lang)):
		return errs.WithFields(web.NotOffered("text-lang"))
	}
	n := f.ID
	if n == "" {
		n = entry
	}
	return d.Desk.Do(ctx, who, "finding.write", id.NewRef(KindFinding, n), func(c *desk.Change) error {
		if f.ID == "" {
			var last int64
			if err := c.Row(ctx, `SELECT COALESCE(MAX(number), 0) FROM finding WHERE study_id = ?`, f.Study).Scan(&last); err != nil {
				return err
			}
			_, err := c.Exec(ctx, `INSERT INTO finding (id, study_id, number, kind, topic, lang, text, status, author, version) VALUES (?, ?, ?, ?, ?, ?, ?, 'draft', ?, 1)`,
				n, f.Study, last+1, f.Kind, f.Topic, f.Lang, f.Text, who.ID)
			return err
		}
		changed, err := c.Exec(ctx, `UPDATE finding SET text = ?, lang = ?, topic = ?, status = 'draft', author = ?, version = version + 1 WHERE id = ? AND version = ?`,
			f.Text, f.Lang, f.Topic, who.ID, n, f.Version)
		if err == nil && changed == 0 {
			err = errs.Conflict
		}
		return err
	}, desk.Once(entry))
}

// Bind binds words of a finding to a number of the newest dataset. A number that may not be shown can't be said either.
func (d *Data) Bind(ctx context.Context, who access.Person, finding id.ID, k Claim, entry id.ID) error {
	return d.Desk.Do(ctx, who, "finding.write", id.NewRef(KindFinding, finding), func(c *desk.Change) error {
		f, err := Find(ctx, c.Tx, finding)
		if err != nil {
			return err
		}
		if k.Quote = strings.TrimSpace(k.Quote); k.Quote == "" || len([]rune(k.Quote)) > maxQuote || !strings.Contains(f.Text, k.Quote) {
			return errs.WithFields(errs.Field{Path: "quote", Code: "Copy the words from the text of the finding, exactly as they stand there."})
		}
		switch k.Kind {
		case "source":
			if k.Source = strings.TrimSpace(k.Source); k.Source == "" || len([]rune(k.Source)) > maxQuote {
				return errs.WithFields(web.Unanswered("source"))
			}
		case "table":
			if err := d.number(ctx, c.Tx, f.Study, &k); err != nil {
				return err
			}
		default:
			return errs.WithFields(web.NotOffered("kind"))
		}
		_, err = c.Exec(ctx, `
			INSERT INTO finding_claim (id, finding_id, quote, kind, table_id, grp, code, stat, expected, source, dataset_id, inputs)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			entry, finding, k.Quote, k.Kind, k.Table, k.Group, k.Code, k.Stat, k.Expected, k.Source, k.Dataset, k.Inputs)
		return err
	}, desk.Once(entry))
}

// number fills a claim from the newest dataset.
func (d *Data) number(ctx context.Context, tx *db.Tx, n id.ID, k *Claim) error {
	newest, err := Newest(ctx, tx, n)
	if err != nil {
		return err
	}
	content, err := Load(ctx, tx, newest.ID)
	if err != nil {
		return err
	}
	out, err := Out(ctx, tx, n)
	if err != nil {
		return err
	}
	r, err := content.CountOut(out, k.Table)
	if err != nil {
		return errs.WithFields(web.NotOffered("table"))
	}
	value, ok := r.Value(k.Group, k.Code, k.Stat)
	if !ok {
		return errs.WithFields(errs.Field{Path: "group", Code: "This number may not be shown, or the table doesn't have it."})
	}
	k.Dataset, k.Expected, k.Inputs = newest.ID, value, content.inputs(r.Table)
	if !slices.Contains(numbersIn(k.Quote), value) {
		return errs.WithFields(errs.Field{Path: "quote", Code: "The table says {value}; the words say something else.", Args: map[string]string{"value": value}})
	}
	return nil
}

// Value reads one number of a result as it is written in a text; false when it may not be shown or isn't there.
func (r *Result) Value(group, code, stat string) (string, bool) {
	g := r.Group(group)
	if g == nil {
		return "", false
	}
	switch stat {
	case "answered":
		return g.Size(), g.Kept == ""
	case "mean":
		return g.Mean, g.Mean != ""
	case "median":
		return g.Median, g.Median != ""
	case "sum":
		return g.Sum, g.Sum != ""
	}
	i := slices.IndexFunc(r.Columns, func(k Column) bool { return k.Code == code })
	if i < 0 || i >= len(g.Cells) || g.Cells[i].Hidden() {
		return "", false
	}
	if stat == "n" {
		return strconv.Itoa(g.Cells[i].N), true
	}
	return g.Cells[i].Share, stat == "share" && g.Cells[i].Share != ""
}

// inputs is the digest of every answer that a table depends on: when one of them changes, what rests on it is looked at
// again, even if the number happens to stay.
func (c *Content) inputs(t Table) canonical.Hash {
	var b strings.Builder
	for _, r := range c.rows(t.Audience) {
		fmt.Fprintf(&b, "%s\x00%s\x00%s\x00%v\x00", r.Respondent, c.counted(r, t.Item), c.counted(r, t.By), r.Marks[strings.TrimPrefix(t.Item, "/")].Missing)
		if t.Where != "" {
			fmt.Fprintf(&b, "%s\x00", c.counted(r, t.Where))
		}
	}
	return canonical.Sum([]byte(b.String()))
}

// numberForm finds numbers in a text: digits with separators, and nothing that is part of a name such as "A/RES/65/230".
var numberForm = regexp.MustCompile(`[0-9]+(?:[.,][0-9]+)?`)

var symbolForm = regexp.MustCompile(`[A-Z]+(?:/[A-Z.0-9]+)+(?:/[0-9]+)*|\b(?:19|20)[0-9]{2}\b`)

// numbersIn lists the numbers of a text, without symbols of documents and years.
func numbersIn(text string) []string {
	return numberForm.FindAllString(symbolForm.ReplaceAllString(text, " "), -1)
}

// Problem is something to look at in a finding.
type Problem struct {
	Claim id.ID  // "" when the text itself is meant
	Code  string // unbound (a warning), stale, wrong, kept-back, gone
	What  string // the number or the words
	Now   string // what the newest data say
}

// Check holds a finding against a dataset and the tables that are out. Nothing is returned for one that is sound.
func (c *Content) Check(f Finding, out []Published) []Problem {
	var all []Problem
	left := f.Text
	for _, k := range f.Claims {
		if !strings.Contains(f.Text, k.Quote) {
			all = append(all, Problem{k.ID, "gone", k.Quote, ""})
			continue
		}
		left = strings.Replace(left, k.Quote, " ", 1)
		if k.Kind != "table" {
			continue
		}
		r, err := c.CountOut(out, k.Table)
		if err != nil {
			all = append(all, Problem{k.ID, "gone", k.Quote, ""})
			continue
		}
		now, ok := r.Value(k.Group, k.Code, k.Stat)
		switch {
		case !ok:
			all = append(all, Problem{k.ID, "kept-back", k.Quote, ""})
		case now != k.Expected:
			all = append(all, Problem{k.ID, "wrong", k.Quote, now})
		case c.inputs(r.Table) != k.Inputs:
			all = append(all, Problem{k.ID, "stale", k.Quote, now})
		}
	}
	for _, n := range numbersIn(left) {
		all = append(all, Problem{"", "unbound", n, ""})
	}
	return all
}

// Review says that a finding has been looked at. One whose bindings are broken can't be.
func (d *Data) Review(ctx context.Context, who access.Person, n, entry id.ID) error {
	return d.Desk.Do(ctx, who, "finding.review", id.NewRef(KindFinding, n), func(c *desk.Change) error {
		f, err := Find(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		newest, err := Newest(ctx, c.Tx, f.Study)
		if err != nil {
			return err
		}
		content, err := Load(ctx, c.Tx, newest.ID)
		if err != nil {
			return err
		}
		out, err := Out(ctx, c.Tx, f.Study)
		if err != nil {
			return err
		}
		for _, p := range content.Check(f, out) {
			if p.Code != "unbound" && p.Code != "stale" {
				return errs.Say(fmt.Errorf("review finding %s: %s: %w", n, p.Code, errs.Conflict), language.M("What a number rests on is broken. Mend it first."), nil)
			}
		}
		// Whoever looks at it takes note of the newest data.
		for _, k := range f.Claims {
			if k.Kind != "table" {
				continue
			}
			r, err := content.CountOut(out, k.Table)
			if err != nil {
				return err
			}
			if _, err := c.Exec(ctx, `UPDATE finding_claim SET dataset_id = ?, inputs = ? WHERE id = ?`, newest.ID, content.inputs(r.Table), k.ID); err != nil {
				return err
			}
		}
		_, err = c.Exec(ctx, `UPDATE finding SET status = 'reviewed', version = version + 1 WHERE id = ?`, n)
		return err
	}, desk.Once(entry))
}

const findingColumns = `id, study_id, number, kind, topic, lang, text, status, version`

func scanFinding(s db.Scan) (f Finding, err error) {
	return f, s(&f.ID, &f.Study, &f.Number, &f.Kind, &f.Topic, &f.Lang, &f.Text, &f.Status, &f.Version)
}

// Find reads a finding with its claims.
func Find(ctx context.Context, tx *db.Tx, n id.ID) (Finding, error) {
	f, err := scanFinding(tx.Row(ctx, `SELECT `+findingColumns+` FROM finding WHERE id = ?`, n).Scan)
	if err != nil {
		return f, fmt.Errorf("finding %s: %w", n, err)
	}
	f.Claims, err = claims(ctx, tx, n)
	return f, err
}

func claims(ctx context.Context, tx *db.Tx, n id.ID) ([]Claim, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, quote, kind, table_id, grp, code, stat, expected, source, dataset_id, inputs FROM finding_claim WHERE finding_id = ? ORDER BY id`, n)
	return db.Collect(rows, err, func(scan db.Scan) (k Claim, err error) {
		return k, scan(&k.ID, &k.Quote, &k.Kind, &k.Table, &k.Group, &k.Code, &k.Stat, &k.Expected, &k.Source, &k.Dataset, &k.Inputs)
	})
}

// Findings lists the findings and options of a study with their claims, by number.
func Findings(ctx context.Context, tx *db.Tx, study id.ID) ([]Finding, error) {
	rows, err := tx.Query(ctx, `SELECT `+findingColumns+` FROM finding WHERE study_id = ? ORDER BY number LIMIT 1000`, study)
	list, err := db.Collect(rows, err, scanFinding)
	for i := range list {
		if err == nil {
			list[i].Claims, err = claims(ctx, tx, list[i].ID)
		}
	}
	return list, err
}
