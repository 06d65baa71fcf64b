package study

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// FormState is how far a questionnaire of a study is.
type FormState string

// A draft becomes adopted, and fielded with the study. Another version that is adopted later replaces it; what was
// answered with the older one stays.
const (
	FormDraft    FormState = "draft"
	FormAdopted  FormState = "adopted"
	FormFielded  FormState = "fielded"
	FormReplaced FormState = "replaced"
)

// Form is one version of the questionnaire for an audience. It never changes.
type Form struct {
	ID       id.ID
	Study    id.ID
	Audience Audience
	Version  string
	Hash     canonical.Hash
	State    FormState
	Lacks    map[language.Tag]int // how many texts each official language lacks; none when it is complete
	Waiver   string               // why it may go out all the same, "" for no waiver
	Added    time.Time
}

func (f Form) lacking() []string {
	var tags []string
	for tag := range f.Lacks {
		tags = append(tags, string(tag))
	}
	slices.Sort(tags)
	return tags
}

// Fielded is the questionnaire with which an audience is asked.
type Fielded struct {
	Study     id.ID
	Audience  Audience
	Version   string
	Hash      canonical.Hash
	Form      *instrument.Instrument
	Canonical []byte
}

// FormsOf lists the questionnaires of a study, by audience and age.
func FormsOf(ctx context.Context, tx *db.Tx, n id.ID) ([]Form, error) {
	rows, err := tx.Query(ctx, `
		SELECT f.id, f.study_id, f.audience, f.version, f.hash, f.state, f.lacks, w.reason, f.added_at
		FROM study_form f LEFT JOIN study_waiver w ON w.form_id = f.id
		WHERE f.study_id = ? ORDER BY f.audience, f.id`, n)
	all, err := db.Collect(rows, err, func(scan db.Scan) (f Form, err error) {
		var lacks string
		if err := scan(&f.ID, &f.Study, &f.Audience, &f.Version, &f.Hash, &f.State, &lacks, &f.Waiver, &f.Added); err != nil {
			return f, err
		}
		return f, json.Unmarshal([]byte(lacks), &f.Lacks)
	})
	if err != nil {
		return nil, fmt.Errorf("questionnaires of study %s: %w", n, err)
	}
	return all, nil
}

// Fielded returns the newest questionnaire with which the audience is asked; the form is parsed once and kept.
// [errs.NotFound] says that this audience is not asked.
func (s *Studies) Fielded(ctx context.Context, tx *db.Tx, n id.ID, a Audience) (Fielded, error) {
	var form id.ID
	err := tx.Row(ctx, `SELECT id FROM study_form WHERE study_id = ? AND audience = ? AND state = 'fielded' ORDER BY id DESC LIMIT 1`, n, a).Scan(&form)
	if err != nil {
		return Fielded{}, fmt.Errorf("questionnaire of study %s for %s: %w", n, a, err)
	}
	return s.Asked(ctx, tx, n, form)
}

// FieldedAs returns the version of a study's questionnaire with the hash, whether it is still asked or was replaced: what
// an earlier answer was given to.
func (s *Studies) FieldedAs(ctx context.Context, tx *db.Tx, n id.ID, hash canonical.Hash) (Fielded, error) {
	var form id.ID
	err := tx.Row(ctx, `SELECT id FROM study_form WHERE study_id = ? AND hash = ? AND state IN ('fielded', 'replaced') ORDER BY id DESC LIMIT 1`, n, hash).Scan(&form)
	if err != nil {
		return Fielded{}, fmt.Errorf("questionnaire %s of study %s: %w", hash, n, err)
	}
	return s.Asked(ctx, tx, n, form)
}

// Asked returns one questionnaire of a study by its id, whatever its state.
func (s *Studies) Asked(ctx context.Context, tx *db.Tx, n, form id.ID) (Fielded, error) {
	f := Fielded{Study: n}
	err := tx.Row(ctx, `SELECT audience, version, hash, canonical FROM study_form WHERE id = ? AND study_id = ?`, form, n).
		Scan(&f.Audience, &f.Version, &f.Hash, &f.Canonical)
	if err != nil {
		return Fielded{}, fmt.Errorf("questionnaire %s of study %s: %w", form, n, err)
	}
	f.Form, err = s.parsed(f.Hash, f.Canonical)
	return f, err
}

func (s *Studies) parsed(hash canonical.Hash, b []byte) (*instrument.Instrument, error) {
	if in, ok := s.forms.Load(hash); ok {
		return in.(*instrument.Instrument), nil
	}
	in, err := instrument.Parse(b)
	if err != nil {
		return nil, fmt.Errorf("questionnaire %s: %w", hash, err)
	}
	s.forms.Store(hash, in)
	return in, nil
}

// AddForm adds a version of a questionnaire to a study, as a draft. The same form again is the row it has.
func (s *Studies) AddForm(ctx context.Context, who access.Person, n id.ID, a Audience, in *instrument.Instrument, entry id.ID) error {
	if !slices.Contains(Audiences(), a) {
		return errs.WithFields(errs.Field{Path: "audience", Code: language.M("Choose whom the questionnaire is for.")})
	}
	in, err := s.follows(ctx, n, a, in)
	if err != nil {
		return err
	}
	f, b, err := newForm(n, a, in)
	if err != nil {
		return err
	}
	f.ID = entry
	return s.Desk.Do(ctx, who, "study.form.add", id.NewRef(Kind, n), func(c *desk.Change) error {
		if _, err := own(ctx, c.Tx, n); err != nil {
			return err
		}
		c.Record(map[string]string{"audience": string(a), "hash": string(f.Hash)})
		return insertForm(ctx, c, f, b)
	}, desk.Once(entry))
}

// follows gives a new version its crosswalk from the one that is adopted or asked now, so that answers that were begun can
// be carried over: its own when it has one, which is checked, otherwise the one that the two forms suggest.
func (s *Studies) follows(ctx context.Context, n id.ID, a Audience, in *instrument.Instrument) (*instrument.Instrument, error) {
	var before Fielded
	err := s.Read.Read(ctx, db.House("study"), func(tx *db.Tx) error {
		all, err := FormsOf(ctx, tx, n)
		for _, f := range all {
			if err == nil && f.Audience == a && (f.State == FormAdopted || f.State == FormFielded) {
				before, err = s.Asked(ctx, tx, n, f.ID)
			}
		}
		return err
	})
	if err != nil || before.Form == nil {
		return in, err
	}
	if in.Crosswalk != nil && in.Crosswalk.From == string(before.Hash) {
		if wrong := in.Crosswalk.Check(before.Form, in); len(wrong) > 0 {
			return nil, errs.WithFields(errs.Field{Path: "file", Code: language.M("The crosswalk from the version before is wrong: {why}"), Args: map[string]string{"why": wrong[0]}})
		}
		return in, nil
	}
	b, err := in.Canonical()
	if err != nil {
		return nil, err
	}
	own, err := instrument.Parse(b) // the caller's form stays as it is
	if err != nil {
		return nil, err
	}
	c, err := instrument.Propose(before.Form, own)
	own.Crosswalk = &c
	return own, err
}

// newForm makes the row of a form: its canonical bytes, their hash, and what it lacks in each official language.
func newForm(n id.ID, a Audience, in *instrument.Instrument) (Form, []byte, error) {
	b, err := in.Canonical()
	if err != nil {
		return Form{}, nil, err
	}
	f := Form{Study: n, Audience: a, Version: in.Version, Hash: canonical.Sum(b), State: FormDraft, Lacks: map[language.Tag]int{}}
	if f.Version == "" {
		f.Version = string(f.Hash[:8])
	}
	for _, tag := range language.Official() {
		if lacks := len(in.Lacks(tag)); lacks > 0 {
			f.Lacks[tag] = lacks
		}
	}
	return f, b, nil
}

func insertForm(ctx context.Context, c *desk.Change, f Form, b []byte) error {
	lacks, err := text(f.Lacks)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, `
		INSERT INTO study_form (id, study_id, audience, version, hash, state, lacks, canonical, added_by, added_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (study_id, audience, hash) DO NOTHING`,
		f.ID, f.Study, f.Audience, f.Version, f.Hash, f.State, lacks, b, c.Who().ID, c.Now())
	if err != nil {
		return fmt.Errorf("add questionnaire %s: %w", f.Version, err)
	}
	return nil
}

// AdoptForm adopts a draft. While the study is being asked, the adopted one takes the place of the one before at once:
// answers that were begun are carried over by its crosswalk.
func (s *Studies) AdoptForm(ctx context.Context, who access.Person, n, form, entry id.ID) error {
	return s.Desk.Do(ctx, who, "study.form.adopt", id.NewRef(Kind, n), func(c *desk.Change) error {
		at, err := own(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		f, err := findForm(ctx, c.Tx, n, form)
		if err != nil {
			return err
		}
		to := FormAdopted
		switch {
		case f.State != FormDraft:
			return errs.Say(fmt.Errorf("questionnaire %s is %s: %w", form, f.State, errs.Conflict), language.M("This questionnaire was adopted already."), nil)
		case at.Stage == Fielding && len(f.Lacks) > 0 && f.Waiver == "":
			return errs.Say(fmt.Errorf("questionnaire %s lacks %v: %w", form, f.Lacks, errs.Invalid),
				language.M("The questionnaire {form} is not complete in these languages: {languages}."), map[string]string{"form": f.Version, "languages": strings.Join(f.lacking(), " ")})
		case at.Stage == Fielding:
			to = FormFielded
		}
		if _, err := c.Exec(ctx, `UPDATE study_form SET state = 'replaced' WHERE study_id = ? AND audience = ? AND state IN ('adopted', 'fielded')`, n, f.Audience); err != nil {
			return err
		}
		c.Record(map[string]string{"audience": string(f.Audience), "hash": string(f.Hash)})
		_, err = c.Exec(ctx, `UPDATE study_form SET state = ? WHERE id = ?`, to, form)
		return err
	}, desk.Once(entry))
}

func findForm(ctx context.Context, tx *db.Tx, n, form id.ID) (Form, error) {
	all, err := FormsOf(ctx, tx, n)
	if err != nil {
		return Form{}, err
	}
	i := slices.IndexFunc(all, func(f Form) bool { return f.ID == form })
	if i < 0 {
		return Form{}, fmt.Errorf("questionnaire %s of study %s: %w", form, n, errs.NotFound)
	}
	return all[i], nil
}

// Waive lets a questionnaire go out although languages are missing. Who did so and why stays on record.
func (s *Studies) Waive(ctx context.Context, who access.Person, n, form id.ID, reason string, entry id.ID) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > noteLimit {
		return errs.WithFields(errs.Field{Path: "reason", Code: "Write the reason, in at most 2,000 characters."})
	}
	return s.Desk.Do(ctx, who, "study.waive", id.NewRef(Kind, n), func(c *desk.Change) error {
		f, err := findForm(ctx, c.Tx, n, form)
		if err != nil {
			return err
		}
		c.Record(map[string]any{"hash": f.Hash, "lacks": f.lacking()})
		_, err = c.Exec(ctx, `INSERT INTO study_waiver (form_id, reason, given_by, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (form_id) DO UPDATE SET reason = excluded.reason, given_by = excluded.given_by, at = excluded.at`,
			form, reason, who.ID, c.Now())
		return err
	}, desk.Once(entry))
}
