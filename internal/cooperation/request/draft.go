package request

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/casefile"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
)

// NewDraft is what a new request begins with.
type NewDraft struct {
	Case  id.ID
	Types []string // of the measures, at least one
	State string   // the requested State
	Lang  language.Tag
}

// maxMeasures is how many measures a request may have.
const maxMeasures = 50

// Draft begins a request in a case and fills in what the node knows. It returns the request's id, which is entry's.
func (q *Requests) Draft(ctx context.Context, who access.Person, d NewDraft, entry id.ID) (id.ID, error) {
	if err := q.checkDraft(d); err != nil {
		return "", err
	}
	n := entry
	err := q.desk.Do(ctx, who, "request.draft", id.NewRef(Kind, n), func(c *desk.Change) error {
		k, err := casefile.Get(ctx, c.Tx, d.Case)
		if err != nil {
			return err
		}
		if k.Exercise && !q.exchange.Self().Card.Exercise {
			return errExercise()
		}
		a, err := q.prefilled(c, d, k)
		if err != nil {
			return err
		}
		return q.insertDraft(ctx, c, n, d, k, a)
	}, desk.Once(entry), desk.Within(id.NewRef(casefile.Kind, d.Case)))
	return n, err
}

func (q *Requests) checkDraft(d NewDraft) error {
	var wrong []errs.Field
	if len(d.Types) == 0 || len(d.Types) > maxMeasures {
		wrong = append(wrong, errs.Field{Path: "types", Code: "Choose what you ask for."})
	}
	for _, t := range d.Types {
		if _, ok := q.law.Types.Get(t); !ok {
			wrong = append(wrong, errs.Field{Path: "types", Code: "There is no type of request called {type}.", Args: map[string]string{"type": t}})
		}
	}
	if _, ok := q.directory.Central(d.State); !ok {
		wrong = append(wrong, errs.Field{Path: "state", Code: "Choose the State that you ask."})
	}
	return errs.WithFields(wrong...)
}

// prefilled returns the answers that the node knows: the authorities, the day, the types.
func (q *Requests) prefilled(c *desk.Change, d NewDraft, k casefile.Case) (instrument.Answers, error) {
	self := q.exchange.Self()
	ours, _ := q.directory.Get(self.Authority())
	theirs, _ := q.directory.Central(d.State)
	lang := language.English
	if len(theirs.Languages) > 0 {
		lang = theirs.Languages[0]
	}
	a := instrument.NewAnswers()
	set := []struct{ path, value string }{
		{"lang", string(d.Lang)},
		{"request/date", c.Now().Format("2006-01-02")}, {"request/track", "formal"}, {"request/status", "new"},
		{"request/requesting/state", self.State()}, {"request/requesting/authority", ours.Name(lang)}, {"request/requesting/address", ours.Address},
		{"request/requested/state", d.State}, {"request/requested/authority", theirs.Name(lang)},
		{"request/via", "node"}, {"request/language", string(lang)},
		{"request/contact/name", c.Who().Name}, {"request/contact/zone", ours.Zone}, {"request/contact/hours", ours.Hours},
	}
	for i, t := range d.Types {
		set = append(set, struct{ path, value string }{"request/measure[" + strconv.Itoa(i+1) + "]/@type", t})
	}
	if k.Exercise { // so that whoever checks the answers goes by the exercise's tables too
		set = append(set, struct{ path, value string }{"exercise", "true"})
	}
	for _, s := range set {
		if s.value == "" {
			continue
		}
		if err := a.Set(s.path, s.value); err != nil {
			return a, fmt.Errorf("fill in %s: %w", s.path, err)
		}
	}
	return a, nil
}

func (q *Requests) insertDraft(ctx context.Context, c *desk.Change, n id.ID, d NewDraft, k casefile.Case, a instrument.Answers) error {
	theirs, _ := q.directory.Central(d.State)
	peer, err := exchange.PeerFor(ctx, c.Tx, d.State, theirs.Code)
	if err != nil && !isNotFound(err) {
		return err
	}
	b, err := a.Bytes()
	if err != nil {
		return err
	}
	if _, err := c.Exec(ctx, `
		INSERT INTO request (id, case_id, direction, reference, own_reference, peer, their_state, their_authority, types, state,
			since, exercise, answers, rules, created_at, version)
		VALUES (?, ?, 'out', '', '', ?, ?, ?, ?, ?, ?, ?, ?, '', ?, 1)`,
		n, d.Case, peer.Node, d.State, theirs.Code, strings.Join(d.Types, " "), Draft, c.Now(), k.Exercise, string(b), c.Now()); err != nil {
		return fmt.Errorf("draft request: %w", err)
	}
	return took(ctx, c.Tx, n, partDrafter, c.Who().ID)
}

// StaleError says that someone saved the section since the form was shown. Both versions are there; nothing was saved.
type StaleError struct{ Yours, Theirs instrument.Answers }

// Error says so.
func (e *StaleError) Error() string { return "the section was saved by someone else meanwhile" }

// Unwrap makes it [errs.Conflict].
func (e *StaleError) Unwrap() error { return errs.Conflict }

// Saved is what came of saving a section.
type Saved struct {
	Version int64
	Said    []errs.Field // what was not taken, or not as it came; the rest was saved
}

// Save takes what a page posted for one section of the draft. version is the one that the page showed.
func (q *Requests) Save(ctx context.Context, who access.Person, n id.ID, section string, form url.Values, version int64, entry id.ID) (Saved, error) {
	var saved Saved
	err := q.desk.Do(ctx, who, "request.edit", id.NewRef(Kind, n), func(c *desk.Change) error {
		r, err := get(ctx, c, n)
		if err != nil {
			return err
		}
		if r.Direction != Out || r.State != Draft {
			return notNow(Move{Name: "edit"}, r.State)
		}
		before, err := r.answers()
		if err != nil {
			return err
		}
		after, said, err := q.law.Types.Form().Bind(before, section, form)
		if err != nil {
			return err
		}
		if version != r.Version {
			return &StaleError{Yours: after, Theirs: before}
		}
		saved = Saved{r.Version + 1, said}
		return q.saveAnswers(ctx, c, r, after)
	}, desk.Once(entry))
	return saved, err
}

// saveAnswers writes the draft's answers and who drafted.
func (q *Requests) saveAnswers(ctx context.Context, c *desk.Change, r Request, a instrument.Answers) error {
	b, err := a.Bytes()
	if err != nil {
		return err
	}
	var types []string
	for i := range a.Count("request/measure") {
		types = append(types, a.Get("request/measure["+strconv.Itoa(i+1)+"]/@type"))
	}
	changed, err := c.Exec(ctx, `
		UPDATE request SET answers = ?, types = ?, version = version + 1 WHERE id = ? AND version = ?`,
		string(b), strings.Join(types, " "), r.ID, r.Version)
	if err == nil && changed == 0 {
		err = errs.Conflict
	}
	if err != nil {
		return err
	}
	return took(ctx, c.Tx, r.ID, partDrafter, c.Who().ID)
}

// Replace puts whole answers in the place of the draft's: what the command line and the demonstration bring.
func (q *Requests) Replace(ctx context.Context, who access.Person, n id.ID, answers []byte, version int64, entry id.ID) error {
	a, err := instrument.ParseAnswers(answers)
	if err != nil {
		return err
	}
	return q.desk.Do(ctx, who, "request.edit", id.NewRef(Kind, n), func(c *desk.Change) error {
		r, err := get(ctx, c, n)
		if err != nil {
			return err
		}
		if r.Direction != Out || r.State != Draft {
			return notNow(Move{Name: "edit"}, r.State)
		}
		if version != r.Version {
			return errs.Conflict
		}
		if isExercise(a) && !q.exchange.Self().Card.Exercise {
			return errExercise()
		}
		return q.saveAnswers(ctx, c, r, a)
	}, desk.Once(entry))
}

// isExercise reports whether answers say of themselves that they are an exercise.
func isExercise(a instrument.Answers) bool { return a.Get("exercise") == "true" }

// errExercise refuses what belongs to an exercise at a real node.
func errExercise() error {
	return errs.Say(errs.Invalidf("an exercise at a real node"), "This is an exercise; it can't enter a real case.", nil)
}
