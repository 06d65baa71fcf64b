package review

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Round asks for comments on one issued version.
type Round struct {
	ID           id.ID
	Document     id.ID
	Version      id.ID
	Origin       id.ID // the node that opened it, "" when we did
	Opens        time.Time
	Closes       time.Time // the deadline; the round stays open until it is closed by hand
	Blind        bool      // no State sees another's comments before the close
	Sealed       bool      // nor does the secretariat
	AllowPublic  bool      // a comment may be for everyone
	Note         string
	Closed       time.Time
	Finalised    time.Time
	VersionOfRow int64
}

// NewRound is what a round is opened with.
type NewRound struct {
	Opens, Closes              time.Time
	Blind, Sealed, AllowPublic bool
	Note                       string
}

const maxNote = 2000

// OpenRound opens a round on the newest version of a document, which has to be issued. Its id is entry's.
func (q *Reviews) OpenRound(ctx context.Context, who access.Person, document id.ID, r NewRound, entry id.ID) (id.ID, error) {
	var wrong []errs.Field
	if !r.Closes.After(r.Opens) {
		wrong = append(wrong, errs.Field{Path: "closes", Code: "The last day has to come after the first."})
	}
	if len([]rune(r.Note)) > maxNote {
		wrong = append(wrong, errs.Field{Path: "note", Code: "Write at most 2,000 characters."})
	}
	if len(wrong) > 0 {
		return "", errs.WithFields(wrong...)
	}
	r.Blind = r.Blind || r.Sealed // what the secretariat may not see, other States may not either
	return entry, q.Desk.Do(ctx, who, "document.round.open", id.NewRef(KindDocument, document), func(c *desk.Change) error {
		v, err := newest(ctx, c.Tx, document)
		if err != nil {
			return err
		}
		if v.Working() {
			return errs.Say(fmt.Errorf("document %s: version %d is being written: %w", document, v.N, errs.Conflict),
				"The newest version is still being written. Issue it first: comments are made on a text that stays.", nil)
		}
		c.Also("document.round.open", id.NewRef(KindRound, entry), map[string]any{"version": v.N, "sha256": v.Hash})
		return insertRound(ctx, c, Round{ID: entry, Document: document, Version: v.ID, Opens: r.Opens, Closes: r.Closes,
			Blind: r.Blind, Sealed: r.Sealed, AllowPublic: r.AllowPublic, Note: r.Note})
	}, desk.Once(entry))
}

func insertRound(ctx context.Context, c *desk.Change, r Round) error {
	_, err := c.Exec(ctx, `
		INSERT INTO comment_round (id, document_id, version_id, origin, opens_at, closes_at, blind, sealed, allow_public, note, closed_at, finalised_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, 1)`,
		r.ID, r.Document, r.Version, r.Origin, r.Opens, r.Closes, r.Blind, r.Sealed, r.AllowPublic, r.Note)
	if err != nil {
		return fmt.Errorf("open round: %w", err)
	}
	return nil
}

const roundColumns = `r.id, r.document_id, r.version_id, r.origin, r.opens_at, r.closes_at, r.blind, r.sealed, r.allow_public, r.note, r.closed_at, r.finalised_at, r.version`

func scanRound(s db.Scan) (Round, error) {
	var r Round
	return r, s(&r.ID, &r.Document, &r.Version, &r.Origin, &r.Opens, &r.Closes, &r.Blind, &r.Sealed, &r.AllowPublic, &r.Note, &r.Closed, &r.Finalised, &r.VersionOfRow)
}

// concerned is the condition under which the reader may know of the round r: they write its document or have a tray in it.
func concerned(tx *db.Tx) (string, []any) {
	writes, a := tx.Scope().Where("r.document_id")
	invited, b := tx.Scope().Where("t.id")
	return `(` + writes + ` OR EXISTS (SELECT 1 FROM comment_tray t WHERE t.round_id = r.id AND ` + invited + `))`, append(append([]any{}, a...), b...)
}

// FindRound returns a round that the reader may know of, [errs.NotFound] otherwise.
func FindRound(ctx context.Context, tx *db.Tx, n id.ID) (Round, error) {
	where, args := concerned(tx)
	r, err := scanRound(tx.Row(ctx, `SELECT `+roundColumns+` FROM comment_round r WHERE r.id = ? AND `+where, append([]any{n}, args...)...).Scan)
	if err != nil {
		return Round{}, fmt.Errorf("round %s: %w", n, err)
	}
	return r, nil
}

// RoundsOf returns the rounds on a document that the reader may know of, from the first.
func RoundsOf(ctx context.Context, tx *db.Tx, document id.ID) ([]Round, error) {
	where, args := concerned(tx)
	rows, err := tx.Query(ctx, `SELECT `+roundColumns+` FROM comment_round r WHERE r.document_id = ? AND `+where+` ORDER BY r.id`, append([]any{document}, args...)...)
	return db.Collect(rows, err, scanRound)
}

// CloseRound ends the submitting of comments. A blind round is closed after its deadline at the earliest: whoever closes it
// would otherwise see what isn't to be seen yet.
func (q *Reviews) CloseRound(ctx context.Context, who access.Person, n, entry id.ID) error {
	return q.Desk.Do(ctx, who, "document.round.close", id.NewRef(KindRound, n), func(c *desk.Change) error {
		r, err := FindRound(ctx, c.Tx, n)
		switch {
		case err != nil:
			return err
		case r.Origin != "":
			return errs.Say(fmt.Errorf("round %s is another node's: %w", n, errs.Conflict), "This round belongs to another node.", nil)
		case !r.Closed.IsZero():
			return errs.Say(fmt.Errorf("round %s is closed: %w", n, errs.Conflict), "This round is closed already.", nil)
		case r.Blind && c.Now().Before(r.Closes):
			return errs.Say(fmt.Errorf("round %s is blind: %w", n, errs.Conflict), "A blind round can be closed only after its deadline.", nil)
		}
		_, err = c.Exec(ctx, `UPDATE comment_round SET closed_at = ?, version = version + 1 WHERE id = ?`, c.Now(), n)
		return err
	}, desk.Once(entry))
}

// Finalise ends a round. It can't be done before every submitted comment has a disposition (E3).
func (q *Reviews) Finalise(ctx context.Context, who access.Person, n, entry id.ID) error {
	return q.Desk.Do(ctx, who, "document.round.finalise", id.NewRef(KindRound, n), func(c *desk.Change) error {
		r, err := FindRound(ctx, c.Tx, n)
		switch {
		case err != nil:
			return err
		case r.Closed.IsZero():
			return errs.Say(fmt.Errorf("round %s is open: %w", n, errs.Conflict), "The round is still open. Close it first.", nil)
		case !r.Finalised.IsZero():
			return errs.Say(fmt.Errorf("round %s is final: %w", n, errs.Conflict), "This round is final already.", nil)
		}
		left, err := undisposed(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if left > 0 {
			return errs.Say(fmt.Errorf("round %s: %d comments have no disposition: %w", n, left, errs.Conflict),
				language.MN("{n} comment has no disposition yet. Decide on it first.", "{n} comments have no disposition yet. Decide on them first."),
				map[string]string{"n": fmt.Sprint(left)})
		}
		_, err = c.Exec(ctx, `UPDATE comment_round SET finalised_at = ?, version = version + 1 WHERE id = ?`, c.Now(), n)
		return err
	}, desk.Once(entry))
}

func undisposed(ctx context.Context, tx *db.Tx, round id.ID) (n int, err error) {
	err = tx.Row(ctx, `
		SELECT COUNT(*) FROM comment_item k LEFT JOIN comment_disposition d ON d.comment_id = k.id
		WHERE k.round_id = ? AND k.status = ? AND d.comment_id IS NULL`, round, Submitted).Scan(&n)
	return n, err
}

// The kinds of party.
const (
	ofState = "state"
	ofOrg   = "org"
)

// Party is who comments: a State or an organisation.
type Party struct {
	Kind  string // state, org
	State string // ISO 3166-1 alpha-3, "" for an organisation
	Name  string
}

// Label is what people call the party in a language.
func (p Party) Label(pr *language.Printer) string {
	if p.Kind == ofState && p.Name == "" {
		return countryName(pr, p.State)
	}
	return p.Name
}

// Tray is where one party's comments lie. Before they are submitted it exists for its members only.
type Tray struct {
	ID          id.ID
	Round       id.ID
	Party       Party
	Respondent  id.ID
	Peer        id.ID // the node at which it is filled; on that node itself, the node that asked
	Cleared     time.Time
	ClearedBy   id.ID
	clearedHash string
	Submitted   time.Time
	Sets        int
	Version     int64
}

// Invitation names whom to ask: a respondent of a study, or a party by itself.
type Invitation struct {
	Respondent id.ID
	Party      Party
	Peer       id.ID   // the node that answers for the party, "" for guests of this one and for files
	People     []id.ID // guests of this node who will comment for it
}

// Invite asks a party to comment. Where it has a node of its own the document is sent there, sealed; otherwise its
// people are let into its tray here. Asking again changes nothing but adds people.
func (q *Reviews) Invite(ctx context.Context, who access.Person, round id.ID, in Invitation, entry id.ID) error {
	return q.Desk.Do(ctx, who, "document.round.invite", id.NewRef(KindRound, round), func(c *desk.Change) error {
		r, err := FindRound(ctx, c.Tx, round)
		if err != nil {
			return err
		}
		if r.Origin != "" || !r.Closed.IsZero() {
			return errs.Say(fmt.Errorf("round %s: %w", round, errs.Conflict), "This round is closed already.", nil)
		}
		if in.Respondent != "" {
			if err := fromRespondent(ctx, c.Tx, &in); err != nil {
				return err
			}
		}
		if err := in.Party.check(); err != nil {
			return err
		}
		return q.ask(ctx, c, r, in)
	}, desk.Once(entry))
}

func (q *Reviews) ask(ctx context.Context, c *desk.Change, r Round, in Invitation) error {
	t, err := trayOf(ctx, c.Tx, r.ID, in.Party)
	if errors.Is(err, errs.NotFound) {
		t = Tray{ID: id.New(c.Now()), Round: r.ID, Party: in.Party, Respondent: in.Respondent, Peer: in.Peer}
		if err := insertTray(ctx, c, t); err != nil {
			return err
		}
		if t.Peer != "" {
			if err := q.sendRound(ctx, c, r, t); err != nil {
				return err
			}
		}
	} else if err != nil {
		return err
	}
	for _, p := range in.People {
		if a, err := access.Find(ctx, c.Tx, p); err != nil || a.Disabled {
			return errs.WithFields(errs.Field{Path: "people", Code: notOffered})
		}
		if err := access.AddMember(ctx, c.Tx, t.ID, p, c.Who().ID); err != nil {
			return err
		}
	}
	return nil
}

func fromRespondent(ctx context.Context, tx *db.Tx, in *Invitation) error {
	r, err := study.RespondentOf(ctx, tx, in.Respondent)
	if err != nil {
		return err
	}
	in.Party, in.Peer = Party{Kind: ofOrg, Name: r.Name}, r.Peer
	if r.State != "" && r.Audience == study.States {
		in.Party = Party{Kind: ofState, State: r.State}
	}
	there, err := access.Members(ctx, tx, in.Respondent)
	for _, m := range there {
		if !m.Excluded {
			in.People = append(in.People, m.Person)
		}
	}
	return err
}

const maxParty = 200

func (p *Party) check() error {
	p.Name = strings.TrimSpace(p.Name)
	switch {
	case p.Kind == ofState && knownState(p.State) && p.Name == "":
		return nil
	case p.Kind == ofState:
		return errs.WithFields(errs.Field{Path: "state", Code: notOffered})
	case p.Kind != ofOrg:
		return errs.WithFields(errs.Field{Path: "party", Code: notOffered})
	case p.Name == "" || len([]rune(p.Name)) > maxParty || strings.Contains(p.Name, "\n"):
		return errs.WithFields(errs.Field{Path: "name", Code: "Write the name, in at most 200 characters."})
	}
	p.State = ""
	return nil
}

func insertTray(ctx context.Context, c *desk.Change, t Tray) error {
	_, err := c.Exec(ctx, `
		INSERT INTO comment_tray (id, round_id, party_kind, state, name, respondent_id, peer, cleared_at, cleared_by, cleared_hash, submitted_at, sets, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, NULL, '', '', NULL, 0, 1)`, t.ID, t.Round, t.Party.Kind, t.Party.State, t.Party.Name, t.Respondent, t.Peer)
	if err != nil {
		return fmt.Errorf("tray: %w", err)
	}
	return nil
}

const trayColumns = `t.id, t.round_id, t.party_kind, t.state, t.name, t.respondent_id, t.peer, t.cleared_at, t.cleared_by, t.cleared_hash, t.submitted_at, t.sets, t.version`

func scanTray(s db.Scan) (Tray, error) {
	var t Tray
	return t, s(&t.ID, &t.Round, &t.Party.Kind, &t.Party.State, &t.Party.Name, &t.Respondent, &t.Peer, &t.Cleared, &t.ClearedBy, &t.clearedHash, &t.Submitted, &t.Sets, &t.Version)
}

// FindTray returns a tray that the reader is in, [errs.NotFound] otherwise.
func FindTray(ctx context.Context, tx *db.Tx, n id.ID) (Tray, error) {
	where, args := tx.Scope().Where("t.id")
	t, err := scanTray(tx.Row(ctx, `SELECT `+trayColumns+` FROM comment_tray t WHERE t.id = ? AND `+where, append([]any{n}, args...)...).Scan)
	if err != nil {
		return Tray{}, fmt.Errorf("tray %s: %w", n, err)
	}
	return t, nil
}

func trayOf(ctx context.Context, tx *db.Tx, round id.ID, p Party) (Tray, error) {
	return scanTray(tx.Row(ctx, `SELECT `+trayColumns+` FROM comment_tray t WHERE t.round_id = ? AND t.party_kind = ? AND t.state = ? AND t.name = ?`,
		round, p.Kind, p.State, p.Name).Scan)
}

// Trays lists the trays of a round that the reader may know of: all for those who write the document, and their own for
// the parties. What lies in them is another matter: [Comments].
func Trays(ctx context.Context, tx *db.Tx, round id.ID) ([]Tray, error) {
	mine, a := tx.Scope().Where("t.id")
	writes, b := tx.Scope().Where("r.document_id")
	rows, err := tx.Query(ctx, `SELECT `+trayColumns+` FROM comment_round r JOIN comment_tray t ON t.round_id = r.id
		WHERE r.id = ? AND (`+mine+` OR `+writes+`) ORDER BY t.state, t.name`, append(append([]any{round}, a...), b...)...)
	return db.Collect(rows, err, scanTray)
}

// mostOwn is how many of a person's trays are listed.
const mostOwn = 100

// OwnTrays lists the trays that the reader is in, the newest first.
func OwnTrays(ctx context.Context, tx *db.Tx) ([]Tray, error) {
	where, args := tx.Scope().Where("t.id")
	rows, err := tx.Query(ctx, `SELECT `+trayColumns+` FROM comment_tray t WHERE t.id < '~' AND `+where+` ORDER BY t.id DESC LIMIT ?`, append(args, mostOwn)...)
	return db.Collect(rows, err, scanTray)
}
