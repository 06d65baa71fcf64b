package study

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/store/db"
)

// Way is how something came or went.
type Way string

// The ways. By node: an envelope between nodes. By note: on paper, with the people as guests of this node. By file: a
// file out, a file in.
const (
	ByNode Way = "node"
	ByNote Way = "note"
	ByFile Way = "file"
)

// Nomination says who answers for a respondent. One that came from the State's own node is signed by it and holds at once;
// one that was typed from a note verbale holds when a second person has confirmed it.
type Nomination struct {
	ID         id.ID
	Study      id.ID
	Respondent id.ID
	Way        Way
	NoteRef    string // reference and day of the note verbale
	Scanned    bool   // its scan is kept: [Studies.Scan]
	People     []Someone
	State      NominationState
	Message    id.ID // the message that brought it
	EnteredBy  id.ID
	Entered    time.Time
	SettledBy  id.ID
	Settled    time.Time
}

// NominationState is how far a nomination is.
type NominationState string

// The states of a nomination.
const (
	WaitsForSecond NominationState = "entered"
	Holds          NominationState = "holds"
	Refused        NominationState = "refused"
)

const nominationColumns = `id, study_id, respondent_id, way, note_ref, scanned, people, state, message_id, entered_by, entered_at, settled_by, settled_at`

// NominationsOf lists the nominations of a study, the newest first.
func NominationsOf(ctx context.Context, tx *db.Tx, n id.ID) ([]Nomination, error) {
	rows, err := tx.Query(ctx, `SELECT `+nominationColumns+` FROM study_nomination WHERE study_id = ? ORDER BY id DESC`, n)
	return db.Collect(rows, err, scanNomination)
}

func findNomination(ctx context.Context, tx *db.Tx, n id.ID) (Nomination, error) {
	m, err := scanNomination(tx.Row(ctx, `SELECT `+nominationColumns+` FROM study_nomination WHERE id = ?`, n).Scan)
	if err != nil {
		return Nomination{}, fmt.Errorf("nomination %s: %w", n, err)
	}
	return m, nil
}

func scanNomination(scan db.Scan) (m Nomination, err error) {
	var people string
	err = scan(&m.ID, &m.Study, &m.Respondent, &m.Way, &m.NoteRef, &m.Scanned, &people, &m.State, &m.Message, &m.EnteredBy, &m.Entered, &m.SettledBy, &m.Settled)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal([]byte(people), &m.People)
}

// nominationFacts names who entered it, so that a second person confirms.
func nominationFacts(ctx context.Context, tx *db.Tx, on id.Ref, _ access.Person) (access.Facts, error) {
	m, err := findNomination(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	return access.Facts{Now: tx.Now(), Standing: access.Open, Did: map[access.Part][]id.ID{access.Author: {m.EnteredBy}}}, nil
}

// checkPeople wants one focal point, at most one alternate, and nobody twice.
func checkPeople(people []Someone) []errs.Field {
	var wrong []errs.Field
	seen := map[string]bool{}
	count := map[Part]int{}
	for _, p := range people {
		wrong = append(wrong, checkSomeone(string(p.Part)+".", p)...)
		if seen[p.Email] {
			wrong = append(wrong, errs.Field{Path: string(p.Part) + ".email", Code: language.M("Two people need two addresses.")})
		}
		seen[p.Email] = true
		count[p.Part]++
	}
	if count[FocalPoint] != 1 || count[Alternate] > 1 || count[FocalPoint]+count[Alternate] != len(people) {
		wrong = append(wrong, errs.Field{Path: string(FocalPoint) + ".name", Code: language.M("Name one focal point, and at most one alternate.")})
	}
	return wrong
}

func cleanPeople(people []Someone) []Someone {
	out := slices.Clone(people)
	for i := range out {
		out[i].Name, out[i].Email = strings.TrimSpace(out[i].Name), strings.ToLower(strings.TrimSpace(out[i].Email))
		out[i].Capacity = strings.TrimSpace(out[i].Capacity)
	}
	return out
}

// Scan is the scanned note from which a nomination was typed.
type Scan struct {
	Media string
	Data  []byte
}

// maxScan is the largest scan of a note, in bytes.
const maxScan = 5 << 20

// NewScan looks at what kind of file a scan is: a PDF, a JPEG or a PNG. Anything else is refused.
func NewScan(b []byte) (*Scan, error) {
	media := http.DetectContentType(b)
	if !slices.Contains([]string{"application/pdf", "image/jpeg", "image/png"}, media) || len(b) > maxScan {
		return nil, errs.WithFields(errs.Field{Path: "scan", Code: language.M("The scan has to be a PDF, JPEG or PNG file of at most 5 MiB.")})
	}
	return &Scan{media, b}, nil
}

// ScanOf returns the scan of a nomination.
func ScanOf(ctx context.Context, tx *db.Tx, nomination id.ID) (k Scan, err error) {
	err = tx.Row(ctx, `SELECT media, data FROM study_scan WHERE nomination_id = ?`, nomination).Scan(&k.Media, &k.Data)
	if err != nil {
		return k, fmt.Errorf("scan of nomination %s: %w", nomination, err)
	}
	return k, nil
}

// Nominate enters from a note verbale who answers for a respondent, with its scan when there is one. It holds once a
// second person confirms it.
func (s *Studies) Nominate(ctx context.Context, who access.Person, m Nomination, scan *Scan, entry id.ID) error {
	m.People, m.NoteRef = cleanPeople(m.People), strings.TrimSpace(m.NoteRef)
	wrong := checkPeople(m.People)
	if m.NoteRef == "" || len([]rune(m.NoteRef)) > maxName {
		wrong = append(wrong, errs.Field{Path: "note", Code: language.M("Write the reference and the day of the note, in at most 200 characters.")})
	}
	if err := errs.WithFields(wrong...); err != nil {
		return err
	}
	return s.Desk.Do(ctx, who, "study.nominate", id.NewRef(Kind, m.Study), func(c *desk.Change) error {
		if _, err := own(ctx, c.Tx, m.Study); err != nil {
			return err
		}
		if _, err := respondentIn(ctx, c.Tx, m.Study, m.Respondent); err != nil {
			return err
		}
		m.ID, m.Way, m.State, m.Scanned = entry, ByNote, WaitsForSecond, scan != nil
		if scan != nil {
			if _, err := c.Exec(ctx, `INSERT INTO study_scan (nomination_id, media, data) VALUES (?, ?, ?)`, entry, scan.Media, scan.Data); err != nil {
				return fmt.Errorf("keep a scan: %w", err)
			}
			c.Record(map[string]canonical.Hash{"scan": canonical.Sum(scan.Data)})
		}
		return insertNomination(ctx, c, m)
	}, desk.Once(entry))
}

func insertNomination(ctx context.Context, c *desk.Change, m Nomination) error {
	people, err := text(m.People)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, `
		INSERT INTO study_nomination (id, study_id, respondent_id, way, note_ref, scanned, people, state, message_id, entered_by, entered_at, settled_by, settled_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		m.ID, m.Study, m.Respondent, m.Way, m.NoteRef, m.Scanned, people, m.State, m.Message, c.Who().ID, c.Now(), m.SettledBy, m.Settled)
	if err != nil {
		return fmt.Errorf("enter a nomination: %w", err)
	}
	return nil
}

// Confirm has a second person put a nomination into force: whoever answered before is replaced, the new people get
// accounts and, when they cannot sign in yet, a link each, which is shown once.
func (s *Studies) Confirm(ctx context.Context, who access.Person, nomination, entry id.ID) ([]Link, error) {
	var links []Link
	err := s.Desk.Do(ctx, who, "study.nominate.confirm", id.NewRef(KindNomination, nomination), func(c *desk.Change) error {
		links = nil
		m, err := waiting(ctx, c.Tx, nomination)
		if err != nil {
			return err
		}
		r, err := RespondentOf(ctx, c.Tx, m.Respondent)
		if err != nil {
			return err
		}
		if links, err = s.replace(ctx, c, r, m); err != nil {
			return err
		}
		if err := settle(ctx, c, m.ID, Holds); err != nil {
			return err
		}
		return Mark(ctx, c, r.ID, Nominated)
	}, desk.Once(entry))
	return links, err
}

// Refuse has a second person set a nomination aside that was entered wrongly. It stays on record.
func (s *Studies) Refuse(ctx context.Context, who access.Person, nomination, entry id.ID) error {
	return s.Desk.Do(ctx, who, "study.nominate.confirm", id.NewRef(KindNomination, nomination), func(c *desk.Change) error {
		if _, err := waiting(ctx, c.Tx, nomination); err != nil {
			return err
		}
		return settle(ctx, c, nomination, Refused)
	}, desk.Once(entry))
}

func waiting(ctx context.Context, tx *db.Tx, n id.ID) (Nomination, error) {
	m, err := findNomination(ctx, tx, n)
	if err == nil && m.State != WaitsForSecond {
		err = errs.Say(fmt.Errorf("nomination %s is %s: %w", n, m.State, errs.Conflict), language.M("This nomination was settled already."), nil)
	}
	return m, err
}

func settle(ctx context.Context, c *desk.Change, n id.ID, to NominationState) error {
	c.Record(map[string]string{"state": string(to)})
	_, err := c.Exec(ctx, `UPDATE study_nomination SET state = ?, settled_by = ?, settled_at = ? WHERE id = ?`, to, c.Who().ID, c.Now(), n)
	return err
}

// replace puts the people of a nomination in the place of the focal point and the alternate before them. Section editors
// stay.
func (s *Studies) replace(ctx context.Context, c *desk.Change, r Respondent, m Nomination) (links []Link, err error) {
	before, err := Seats(ctx, c.Tx, r.ID)
	if err != nil {
		return nil, err
	}
	before = slices.DeleteFunc(before, func(o Seat) bool { return o.Part != FocalPoint && o.Part != Alternate })
	for _, seat := range before {
		if err := end(ctx, c, seat); err != nil {
			return nil, err
		}
	}
	for _, p := range m.People {
		link := Link{Name: p.Name, Email: p.Email}
		if m.Way == ByNode && p.Colleague == "" { // they answer at the State's own node
			err = s.admit(ctx, c, r, "", p, nil, m.ID)
		} else {
			link, err = s.seat(ctx, c, r, p, nil, m.ID)
		}
		if err != nil {
			return nil, err
		}
		links = append(links, link)
	}
	for _, seat := range before {
		if err := s.leave(ctx, c, seat); err != nil {
			return nil, err
		}
	}
	return links, nil
}

// Renew makes a new link for a focal point or an alternate whose own has ended before they used it.
func (s *Studies) Renew(ctx context.Context, who access.Person, n, respondent, seat, entry id.ID) (Link, error) {
	var link Link
	err := s.Desk.Do(ctx, who, "study.invite", id.NewRef(Kind, n), func(c *desk.Change) error {
		if _, err := respondentIn(ctx, c.Tx, n, respondent); err != nil {
			return err
		}
		seats, err := Seats(ctx, c.Tx, respondent)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(seats, func(o Seat) bool { return o.ID == seat && o.Person != "" })
		if i < 0 {
			return fmt.Errorf("seat %s of respondent %s: %w", seat, respondent, errs.NotFound)
		}
		f, err := signin.FactorsOf(ctx, c.Tx, seats[i].Person)
		if err != nil {
			return err
		}
		link = Link{Name: seats[i].Name, Email: seats[i].Email}
		if f.Any() {
			return errs.Say(fmt.Errorf("renew the link of %s: %w", seat, errs.Conflict), "This person can sign in already. If the means were lost, ask for new ones.", nil)
		}
		link.Token, err = signin.InviteFor(ctx, c.Tx, seats[i].Person, signin.ToJoin, who.ID, LinkFor)
		return err
	}, desk.Once(entry))
	return link, err
}
