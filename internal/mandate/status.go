package mandate

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// State is how a paragraph stood in a period.
type State string

// The states. The last two need no evidence; every other one rests on some.
const (
	InProgress    State = "in-progress"
	Completed     State = "completed"
	Continuing    State = "continuing"
	NotApplicable State = "not-applicable"
	NotStarted    State = "not-started"
	NoInformation State = "no-information"
)

// States lists all, in the order in which pages offer them.
func States() []State {
	return []State{NotStarted, InProgress, Continuing, Completed, NotApplicable, NoInformation}
}

// Bare reports whether the state may be entered without evidence.
func (s State) Bare() bool { return s == NotStarted || s == NoInformation }

// Evidence is what an entry rests on, as it was at that moment: it stays when the thing changes.
type Evidence struct {
	Ref   string `json:"ref"`
	Kind  string `json:"kind"`
	Title string `json:"title"`
	Day   string `json:"day"`
	Facts []Fact `json:"facts,omitempty"`
	Hash  string `json:"hash,omitempty"`
}

// Status is one entry about a paragraph: the register is appended to, never changed.
type Status struct {
	ID        id.ID
	Period    string // "2013", or "2012-2013"
	State     State
	Narrative string
	Evidence  []Evidence
	By        id.ID
	At        time.Time
	ClearedBy id.ID // "" until another person has cleared it
	ClearedAt time.Time
}

var periodForm = regexp.MustCompile(`^(19|20)[0-9]{2}(-(19|20)[0-9]{2})?$`)

// Enter writes how the paragraph stood in a period. chosen are references of what it rests on: things that serve the
// paragraph now, or recorded activities. Without evidence only "not started" and "no information" can be said.
func (g *Register) Enter(ctx context.Context, who access.Person, d Document, p Para, s Status, chosen []string, entry id.ID) error {
	if err := checkStatus(s, chosen); err != nil {
		return err
	}
	lives, err := g.livesFor(ctx, who)
	if err != nil {
		return err
	}
	return g.desk.Do(ctx, who, "mandate.status", id.NewRef(Kind, p.ID()), func(c *desk.Change) error {
		now, err := standing(ctx, c.Tx, d, p, lives)
		if err != nil {
			return err
		}
		evidence, err := gather(now, chosen)
		if err != nil {
			return err
		}
		b, err := json.Marshal(evidence)
		if err != nil {
			return err
		}
		_, err = c.Exec(ctx, `
			INSERT INTO mandate_status (id, para_id, period, status, narrative, evidence, by_person, at, cleared_by)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')`, entry, p.ID(), s.Period, s.State, strings.TrimSpace(s.Narrative), string(b), who.ID, c.Now())
		if err != nil {
			return fmt.Errorf("enter status: %w", err)
		}
		c.Record(map[string]any{"status": s.State, "period": s.Period, "evidence": len(evidence)})
		return nil
	}, desk.Once(entry))
}

func checkStatus(s Status, chosen []string) error {
	var wrong []errs.Field
	if !periodForm.MatchString(s.Period) {
		wrong = append(wrong, errs.Field{Path: "period", Code: "Enter a year, or two years with a hyphen between them: 2013, or 2012-2013."})
	}
	if !slices.Contains(States(), s.State) {
		wrong = append(wrong, errs.Field{Path: "status", Code: "Choose how it stands."})
	} else if !s.State.Bare() && len(chosen) == 0 {
		wrong = append(wrong, errs.Field{Path: "evidence", Code: "Choose what shows this. Without evidence only “not started” and “no information” can be entered."})
	}
	if len([]rune(s.Narrative)) > maxNarrative {
		wrong = append(wrong, errs.Field{Path: "narrative", Code: "This is longer than 4,000 characters."})
	}
	return errs.WithFields(wrong...)
}

// gather copies what was chosen from what serves the paragraph. A reference that serves it no more is an error: the
// form is older than the register.
func gather(s Standing, chosen []string) ([]Evidence, error) {
	list := []Evidence{}
	for _, ref := range chosen {
		switch l, a := live(s, ref), recorded(s, ref); {
		case l != nil:
			list = append(list, Evidence{string(l.Ref), l.Kind, l.Title, l.Day.Format(time.DateOnly), l.Facts, l.Hash})
		case a != nil:
			list = append(list, Evidence{Ref: ref, Kind: "activity", Title: a.Title, Day: a.Begins.Format(time.DateOnly)})
		default:
			return nil, errs.WithFields(errs.Field{Path: "evidence", Code: "Something you chose no longer serves this paragraph. Look at the list again."})
		}
	}
	return list, nil
}

func live(s Standing, ref string) *Live {
	if i := slices.IndexFunc(s.Lives, func(l Live) bool { return string(l.Ref) == ref }); i >= 0 {
		return &s.Lives[i]
	}
	return nil
}

func recorded(s Standing, ref string) *Activity {
	if i := slices.IndexFunc(s.Activities, func(a Activity) bool { return "activity/"+string(a.ID) == ref }); i >= 0 {
		return &s.Activities[i]
	}
	return nil
}

// Clear confirms an entry; who wrote it can't.
func (g *Register) Clear(ctx context.Context, who access.Person, n, entry id.ID) error {
	return g.desk.Do(ctx, who, "mandate.clear", id.NewRef(KindStatus, n), func(c *desk.Change) error {
		changed, err := c.Exec(ctx, `UPDATE mandate_status SET cleared_by = ?, cleared_at = ? WHERE id = ? AND cleared_by = ''`, who.ID, c.Now(), n)
		if err == nil && changed == 0 {
			return errs.Say(errs.Conflict, "This entry has been cleared already.", nil)
		}
		return err
	}, desk.Once(entry))
}

// statuses lists the entries about a paragraph, newest first.
func statuses(ctx context.Context, tx *db.Tx, p Para) ([]Status, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, period, status, narrative, evidence, by_person, at, cleared_by, cleared_at
		FROM mandate_status WHERE para_id = ? ORDER BY id DESC LIMIT ?`, p.ID(), most)
	return db.Collect(rows, err, func(scan db.Scan) (Status, error) {
		var s Status
		var evidence string
		if err := scan(&s.ID, &s.Period, &s.State, &s.Narrative, &evidence, &s.By, &s.At, &s.ClearedBy, &s.ClearedAt); err != nil {
			return s, err
		}
		return s, json.Unmarshal([]byte(evidence), &s.Evidence)
	})
}

// livesFor reads what serves mandates within what the person may see.
func (g *Register) livesFor(ctx context.Context, who access.Person) (all []Live, err error) {
	err = g.read.Read(ctx, access.ScopeOf(who, g.now()), func(tx *db.Tx) error {
		all, err = g.Lives(ctx, tx)
		return err
	})
	return all, err
}
