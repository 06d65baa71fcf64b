// Package dataset makes of a study's responses data that don't change: tables that keep a single answer from being known,
// findings whose numbers are bound to what they rest on, files for statisticians, pictures.
//
// A [Dataset] holds everything that it needs, the questionnaires too, so that whoever has it computes the same tables and
// writes the same files, byte for byte, on any machine. Start with [Data.Freeze], [Content.Count] and [Data.Publish].
package dataset

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/engine/picture"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "dataset", FS: files} }

// Format is the form of a dataset (docs/formats/dataset.md).
const Format = "comity/dataset/1"

// The kinds of thing that the slice owns, in references.
const (
	Kind        = "dataset"
	KindFinding = "finding"
)

// Config is what the slice needs.
type Config struct {
	Desk      *desk.Desk
	Read      *db.Reader
	Sources   *access.Sources
	Studies   *study.Studies
	Responses *response.Responses
	Catalog   *language.Catalog
	Pictures  *picture.Maker
	Now       func() time.Time
}

// Data reads datasets, tables and findings and begins acts on them.
type Data struct{ Config }

// New returns the data of a node, registers how their facts are read, and vouches for the step of a study to "analysed".
func New(c Config) (*Data, error) {
	d := &Data{c}
	for kind, facts := range map[string]access.FactsFunc{Kind: aboutSecretariat, KindFinding: aboutFinding} {
		if err := c.Sources.Register(kind, facts); err != nil {
			return nil, err
		}
	}
	c.Studies.Guard(study.Analysed, d.frozen)
	return d, nil
}

// aboutSecretariat: data and findings are the secretariat's; a guest hasn't anything to do with them.
func aboutSecretariat(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	f, err := access.AboutHouse(ctx, tx, on, who)
	if who.Guest() {
		f.Standing = access.Stranger
	}
	return f, err
}

// aboutFinding says beside that who wrote the finding as it is: someone else reviews it. One that is being written for the
// first time has no author yet.
func aboutFinding(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	f, err := aboutSecretariat(ctx, tx, on, who)
	if err != nil {
		return f, err
	}
	rows, err := tx.Query(ctx, `SELECT author FROM finding WHERE id = ?`, on.ID())
	authors, err := db.Collect(rows, err, func(scan db.Scan) (n id.ID, err error) { err = scan(&n); return n, err })
	f.Did = map[access.Part][]id.ID{access.Author: authors}
	return f, err
}

// frozen is in the way of the analysis as long as nothing is frozen.
func (d *Data) frozen(ctx context.Context, tx *db.Tx, n id.ID) ([]study.Obstacle, error) {
	_, err := Newest(ctx, tx, n)
	if err == nil {
		return nil, nil
	}
	return []study.Obstacle{{Code: language.M("The data are not frozen yet.")}}, nil
}

// Content is everything that a dataset holds.
type Content struct {
	Format    string                  `json:"format"`
	Study     id.ID                   `json:"study"`
	Code      string                  `json:"code"`
	Title     map[language.Tag]string `json:"title"`
	Synthetic bool                    `json:"synthetic"`
	Forms     []FormOf                `json:"forms"`
	Frame     []Framed                `json:"frame"`
	Rows      []Row                   `json:"responses"`

	forms map[canonical.Hash]*instrument.Instrument
	coded map[Open]tally // of questions whose coding is done
}

// FormOf is a questionnaire with which somebody answered.
type FormOf struct {
	Audience  study.Audience  `json:"audience"`
	Hash      canonical.Hash  `json:"hash"`
	Canonical json.RawMessage `json:"instrument"`
}

// Framed is one who was asked.
type Framed struct {
	ID         id.ID          `json:"id"`
	Audience   study.Audience `json:"audience"`
	State      string         `json:"state"`
	Region     string         `json:"region"`
	Member     bool           `json:"member"`
	Answered   bool           `json:"answered"`
	FactPublic bool           `json:"fact_public"`
}

// Row is one response.
type Row struct {
	Respondent id.ID                    `json:"respondent"`
	Audience   study.Audience           `json:"audience"`
	State      string                   `json:"state"`
	Name       string                   `json:"name"`
	Region     string                   `json:"region"`
	Revision   int                      `json:"revision"`
	Hash       canonical.Hash           `json:"hash"`
	Form       canonical.Hash           `json:"form"`
	Level      string                   `json:"level"`
	Answers    json.RawMessage          `json:"answers"`
	Marks      map[string]response.Mark `json:"marks"`
	Sealed     []string                 `json:"sealed"` // paths of secret answers: they are not here

	answers instrument.Answers
	state   map[string]instrument.ItemState
}

// Dataset is what is known of a dataset without its content.
type Dataset struct {
	ID        id.ID
	Study     id.ID
	Hash      canonical.Hash
	Responses int
	By        id.ID
	Frozen    time.Time
}

// Freeze copies what was submitted and accepted, or only submitted, as it is now. The same content again is the dataset
// that there is: nothing new is made. Codings of open answers are taken over where the words are the same.
func (d *Data) Freeze(ctx context.Context, who access.Person, n, entry id.ID) (id.ID, error) {
	made := entry
	err := d.Desk.Do(ctx, who, "dataset.freeze", id.NewRef(Kind, entry), func(c *desk.Change) error {
		content, err := d.gather(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if len(content.Rows) == 0 {
			return errs.Say(fmt.Errorf("freeze study %s: %w", n, errs.Conflict), language.M("Nobody has submitted yet: there is nothing to freeze."), nil)
		}
		b, err := canonical.Marshal(content)
		if err != nil {
			return err
		}
		sum := canonical.Sum(b)
		last, err := Newest(ctx, c.Tx, n)
		if err != nil && !errors.Is(err, errs.NotFound) {
			return err
		}
		if last.Hash == sum {
			made = last.ID
			return nil
		}
		made = entry
		c.Record(map[string]any{"hash": sum, "responses": len(content.Rows)})
		_, err = c.Exec(ctx, `INSERT INTO dataset (id, study_id, hash, responses, content, frozen_by, frozen_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			entry, n, sum, len(content.Rows), b, who.ID, c.Now())
		if err != nil || last.ID == "" {
			return err
		}
		fresh, err := Read(b)
		if err != nil {
			return err
		}
		return carry(ctx, c, last.ID, entry, fresh)
	}, desk.Once(entry))
	return made, err
}

// gather reads everything that a dataset holds.
func (d *Data) gather(ctx context.Context, tx *db.Tx, n id.ID) (Content, error) {
	st, err := study.Find(ctx, tx, n)
	if err != nil {
		return Content{}, err
	}
	c := Content{Format: Format, Study: n, Code: st.Code, Title: st.Title, Synthetic: st.Synthetic, Forms: []FormOf{}, Frame: []Framed{}, Rows: []Row{}}
	list, err := d.Responses.Submitted(ctx, tx, n)
	if err != nil {
		return c, err
	}
	answered := map[id.ID]bool{}
	for _, x := range list {
		if x.State == response.Queried { // it is being corrected
			continue
		}
		answered[x.Response] = true
		b, err := x.Answers.Bytes()
		if err != nil {
			return c, err
		}
		c.Rows = append(c.Rows, Row{
			Respondent: x.Response, Audience: x.Respondent.Audience, State: x.Respondent.State, Name: x.Respondent.Name, Region: x.Respondent.Region,
			Revision: x.Revision, Hash: x.Hash, Form: x.Form, Level: x.Level, Answers: b, Marks: x.Marks, Sealed: append([]string{}, x.Secrets...),
		})
		if err := c.needForm(ctx, tx, d.Studies, x); err != nil {
			return c, err
		}
	}
	asked, err := study.Respondents(ctx, tx, n)
	for _, r := range asked {
		c.Frame = append(c.Frame, Framed{r.ID, r.Audience, r.State, r.Region, r.Membership == language.UNMember, answered[r.ID], r.FactPublic})
	}
	slices.SortFunc(c.Rows, func(a, b Row) int { return compare(a.Respondent, b.Respondent) })
	slices.SortFunc(c.Frame, func(a, b Framed) int { return compare(a.ID, b.ID) })
	slices.SortFunc(c.Forms, func(a, b FormOf) int { return compare(a.Hash, b.Hash) })
	return c, err
}

func compare[T ~string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (c *Content) needForm(ctx context.Context, tx *db.Tx, s *study.Studies, x response.Submission) error {
	if slices.ContainsFunc(c.Forms, func(f FormOf) bool { return f.Hash == x.Form }) {
		return nil
	}
	f, err := s.FieldedAs(ctx, tx, x.Respondent.Study, x.Form)
	c.Forms = append(c.Forms, FormOf{f.Audience, f.Hash, f.Canonical})
	return err
}

const columns = `id, study_id, hash, responses, frozen_by, frozen_at`

func scan(s db.Scan) (x Dataset, err error) {
	return x, s(&x.ID, &x.Study, &x.Hash, &x.Responses, &x.By, &x.Frozen)
}

// Newest returns the newest dataset of a study.
func Newest(ctx context.Context, tx *db.Tx, n id.ID) (Dataset, error) {
	x, err := scan(tx.Row(ctx, `SELECT `+columns+` FROM dataset WHERE study_id = ? ORDER BY id DESC LIMIT 1`, n).Scan)
	if err != nil {
		return x, fmt.Errorf("dataset of study %s: %w", n, err)
	}
	return x, nil
}

// List lists the datasets of a study, the newest first.
func List(ctx context.Context, tx *db.Tx, n id.ID) ([]Dataset, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM dataset WHERE study_id = ? ORDER BY id DESC LIMIT 100`, n)
	return db.Collect(rows, err, scan)
}

// Load reads a dataset with its content, and checks that it is what it was. What its open answers were coded as comes with
// it: that isn't part of what is frozen, but is counted with it.
func Load(ctx context.Context, tx *db.Tx, n id.ID) (*Content, error) {
	var b []byte
	var sum canonical.Hash
	var study id.ID
	if err := tx.Row(ctx, `SELECT content, hash, study_id FROM dataset WHERE id = ?`, n).Scan(&b, &sum, &study); err != nil {
		return nil, fmt.Errorf("dataset %s: %w", n, err)
	}
	if canonical.Sum(b) != sum {
		return nil, errs.Invalidf("dataset %s: its content has been changed", n)
	}
	c, err := Read(b)
	if err == nil {
		err = c.readCoded(ctx, tx, study, n)
	}
	return c, err
}

// Read reads the content of a dataset.
func Read(b []byte) (*Content, error) {
	c := &Content{}
	if err := json.Unmarshal(b, c); err != nil || c.Format != Format {
		return nil, errs.Invalidf("this is no dataset of the form %s", Format)
	}
	c.forms = map[canonical.Hash]*instrument.Instrument{}
	for _, f := range c.Forms {
		form, err := instrument.Parse(f.Canonical)
		if err != nil {
			return nil, fmt.Errorf("dataset: questionnaire %s: %w", f.Hash, err)
		}
		c.forms[f.Hash] = form
	}
	for i := range c.Rows {
		r := &c.Rows[i]
		form := c.forms[r.Form]
		if form == nil {
			return nil, errs.Invalidf("dataset: the questionnaire %s is missing", r.Form)
		}
		var err error
		if r.answers, err = instrument.ParseAnswers(r.Answers); err != nil {
			return nil, err
		}
		r.state = map[string]instrument.ItemState{}
		form.Eval(r.answers, time.Time{}).Each(func(q instrument.ItemState) { r.state[q.Path] = q })
	}
	return c, nil
}

// Form is the newest questionnaire with which an audience answered, nil when nobody of it did.
func (c *Content) Form(a study.Audience) *instrument.Instrument {
	var form *instrument.Instrument
	for _, f := range c.Forms {
		if in := c.forms[f.Hash]; f.Audience == a && (form == nil || in.Version > form.Version) {
			form = in
		}
	}
	return form
}

// Hash of the content.
func (c *Content) Hash() (canonical.Hash, error) {
	b, err := canonical.Marshal(c)
	return canonical.Sum(b), err
}
