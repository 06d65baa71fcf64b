package study

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Invitation is one asking of a respondent, as the log shows it.
type Invitation struct {
	Respondent id.ID
	Way        Way
	Form       canonical.Hash
	Message    id.ID // of the envelope, "" when it went on paper
	By         id.ID
	At         time.Time
}

// InvitationsOf lists when and how a respondent was asked.
func InvitationsOf(ctx context.Context, tx *db.Tx, respondent id.ID) ([]Invitation, error) {
	rows, err := tx.Query(ctx, `
		SELECT respondent_id, way, form_hash, message_id, sent_by, at FROM study_invitation WHERE respondent_id = ? ORDER BY id`, respondent)
	return db.Collect(rows, err, func(scan db.Scan) (v Invitation, err error) {
		err = scan(&v.Respondent, &v.Way, &v.Form, &v.Message, &v.By, &v.At)
		return v, err
	})
}

// Invite asks a respondent: through its own node when way is [ByNode], otherwise by a note or a file that people send. A
// respondent that has been asked is asked again with the newest questionnaire.
func (s *Studies) Invite(ctx context.Context, who access.Person, n, respondent id.ID, way Way, entry id.ID) error {
	if way == ByNode {
		if err := s.settled(ctx, respondent); err != nil {
			return err
		}
	}
	return s.Desk.Do(ctx, who, "study.invite", id.NewRef(Kind, n), func(c *desk.Change) error {
		at, err := own(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		r, err := respondentIn(ctx, c.Tx, n, respondent)
		if err != nil {
			return err
		}
		if at.Stage != Fielding && !MayAnswer(at, r, c.Now()) { // whoever was let answer late is told so by another invitation
			return errs.Say(fmt.Errorf("invite to study %s, which is %s: %w", n, at.Stage, errs.Conflict), language.M("People are invited while the study is being asked."), nil)
		}
		c.Record(map[string]string{"way": string(way)})
		if err := s.ask(ctx, c, at, r, way); err != nil {
			return err
		}
		return Mark(ctx, c, r.ID, Invited)
	}, desk.Once(entry))
}

// ask sends a respondent the newest questionnaire, or notes that people do, and enters it in the log.
func (s *Studies) ask(ctx context.Context, c *desk.Change, at Study, r Respondent, way Way) error {
	f, err := s.Fielded(ctx, c.Tx, at.ID, r.Audience)
	if errors.Is(err, errs.NotFound) {
		return errs.Say(err, language.M("There is no questionnaire for this respondent."), nil)
	}
	if err != nil {
		return err
	}
	var message id.ID
	if way == ByNode {
		if message, err = s.send(ctx, c, at, r, f); err != nil {
			return err
		}
	}
	_, err = c.Exec(ctx, `INSERT INTO study_invitation (id, study_id, respondent_id, way, form_hash, message_id, sent_by, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		id.New(c.Now()), at.ID, r.ID, way, f.Hash, message, c.Who().ID, c.Now())
	return err
}

// send queues the invitation for the node of the respondent's State, which answers for it from now on.
func (s *Studies) send(ctx context.Context, c *desk.Change, at Study, r Respondent, f Fielded) (id.ID, error) {
	peer, err := s.peerOf(ctx, c.Tx, r)
	if errors.Is(err, errs.NotFound) {
		return "", errs.Say(err, language.M("No trusted node answers for this State. Invite it by a note, or by a file."), nil)
	}
	if err != nil {
		return "", err
	}
	v := invitation{
		Format: InvitationFormat, Study: at.ID, Code: at.Code, Title: at.Title, Mandates: append([]string{}, at.Mandates...), Synthetic: at.Synthetic,
		Opens: orNothing(at.Opens), Deadline: orNothing(AnswersUntil(at, r)),
		Respondent: r.ID, Audience: r.Audience, State: r.State, Name: r.Name, Region: r.Region, Membership: r.Membership, Lang: r.Lang,
		Version: f.Version, Instrument: f.Hash,
	}
	first, err := part(invitationPath, v)
	if err != nil {
		return "", err
	}
	form := exchange.Part{Path: instrumentPath, Media: "application/json", Data: f.Canonical}
	message, err := s.Exchange.Queue(ctx, c, exchange.Outgoing{
		Kind: kindInvitation, To: peer.Node, Authority: s.Exchange.Self().Authority(), ToAuthority: peer.Authorities[0], Parts: []exchange.Part{first, form},
	})
	if err != nil {
		return "", err
	}
	_, err = c.Exec(ctx, `UPDATE respondent SET peer = ?, version = version + 1 WHERE id = ?`, peer.Node, r.ID)
	return message, err
}

// peerOf finds the trusted node of the respondent's State. Only a State answers through a node of its own.
func (s *Studies) peerOf(ctx context.Context, tx *db.Tx, r Respondent) (exchange.Peer, error) {
	country, ok := s.Catalog.Country(r.State)
	if !ok || r.Audience != States || s.Exchange == nil {
		return exchange.Peer{}, fmt.Errorf("node of respondent %s: %w", r.ID, errs.NotFound)
	}
	return exchange.PeerFor(ctx, tx, country.ISO2, "")
}

// settled waits until the message before this one has been sealed, outside of any act.
func (s *Studies) settled(ctx context.Context, respondent id.ID) error {
	var peer exchange.Peer
	err := s.Read.Read(ctx, db.House("study"), func(tx *db.Tx) error {
		r, err := RespondentOf(ctx, tx, respondent)
		if err != nil {
			return err
		}
		peer, err = s.peerOf(ctx, tx, r)
		return err
	})
	if errors.Is(err, errs.NotFound) {
		return nil // the act says so in its own words
	}
	if err != nil {
		return err
	}
	return s.Exchange.Settle(ctx, peer.Node, "")
}

// Name has a State's own node say who answers: the people get their parts here, and the node that leads the study is told
// by an envelope.
func (s *Studies) Name(ctx context.Context, who access.Person, n, respondent id.ID, people []Someone, note string, entry id.ID) error {
	st, err := s.origin(ctx, n)
	if err != nil {
		return err
	}
	if err := s.Exchange.Settle(ctx, st.Origin, ""); err != nil {
		return err
	}
	people = cleanPeople(people)
	if err := errs.WithFields(checkPeople(people)...); err != nil {
		return err
	}
	if len([]rune(note)) > maxName {
		return errs.WithFields(errs.Field{Path: "note", Code: language.M("Use at most 200 characters.")})
	}
	return s.Desk.Do(ctx, who, "study.nominate.send", id.NewRef(Kind, n), func(c *desk.Change) error {
		r, err := respondentIn(ctx, c.Tx, n, respondent)
		if err != nil {
			return err
		}
		m := Nomination{ID: entry, Study: n, Respondent: respondent, Way: ByNode, NoteRef: note, People: people, State: Holds, SettledBy: who.ID, Settled: c.Now()}
		if _, err := s.replace(ctx, c, r, m); err != nil {
			return err
		}
		p, err := part(nominationPath, nomination{
			Format: NominationFormat, Study: n, Respondent: respondent, ValidFrom: c.Now().Format(time.DateOnly), NoteRef: note, People: people,
		})
		if err != nil {
			return err
		}
		peers, err := exchange.Peers(ctx, c.Tx)
		if err != nil {
			return err
		}
		to := exchange.Outgoing{Kind: kindNomination, To: st.Origin, Authority: s.Exchange.Self().Authority(), Parts: []exchange.Part{p}}
		for _, peer := range peers {
			if peer.Node == st.Origin {
				to.ToAuthority = peer.Authorities[0]
			}
		}
		if m.Message, err = s.Exchange.Queue(ctx, c, to); err != nil {
			return err
		}
		if err := insertNomination(ctx, c, m); err != nil {
			return err
		}
		return Mark(ctx, c, respondent, Nominated)
	}, desk.Once(entry))
}

// origin returns a study that another node leads.
func (s *Studies) origin(ctx context.Context, n id.ID) (st Study, err error) {
	err = s.Read.Read(ctx, db.House("study"), func(tx *db.Tx) error {
		st, err = Find(ctx, tx, n)
		return err
	})
	if err == nil && st.Origin == "" {
		err = errs.Say(fmt.Errorf("study %s is led here: %w", n, errs.Conflict), language.M("This node leads the study. Nominations come in here."), nil)
	}
	return st, err
}
