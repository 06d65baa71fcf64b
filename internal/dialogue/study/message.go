package study

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/envelope"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// What travels (docs/formats/study.md).
const (
	InvitationFormat = "comity/invitation/1"
	NominationFormat = "comity/nomination/1"

	kindInvitation envelope.Kind = "invitation"
	kindNomination envelope.Kind = "nomination"

	invitationPath = "invitation.json"
	instrumentPath = "instrument.json"
	nominationPath = "nomination.json"
)

// invitation is invitation.json: who is asked what by when.
type invitation struct {
	Format     string                  `json:"format"`
	Study      id.ID                   `json:"study"`
	Code       string                  `json:"code"`
	Title      map[language.Tag]string `json:"title"`
	Mandates   []string                `json:"mandates"`
	Synthetic  bool                    `json:"synthetic"`
	Opens      string                  `json:"opens"`
	Deadline   string                  `json:"deadline"`
	Respondent id.ID                   `json:"respondent"`
	Audience   Audience                `json:"audience"`
	State      string                  `json:"state"`
	Name       string                  `json:"name"`
	Region     string                  `json:"region"`
	Membership language.Membership     `json:"membership"`
	Lang       language.Tag            `json:"lang"`
	Version    string                  `json:"version"`
	Instrument canonical.Hash          `json:"instrument"`
}

// nomination is nomination.json: who answers for a respondent, signed by the State's node with the envelope.
type nomination struct {
	Format     string    `json:"format"`
	Study      id.ID     `json:"study"`
	Respondent id.ID     `json:"respondent"`
	ValidFrom  string    `json:"valid_from"`
	NoteRef    string    `json:"note_ref"`
	People     []Someone `json:"persons"`
}

// takeMessages has invitations and nominations that come in given to this slice.
func (s *Studies) takeMessages(x *exchange.Exchange) {
	x.Handle(kindInvitation, exchange.Taker{Apply: s.takeInvitation})
	x.Handle(kindNomination, exchange.Taker{Apply: s.takeNomination})
}

// takeInvitation keeps what this State is asked: the study, the respondent and the questionnaire, as the same rows that
// the study's own node has. The same study again changes dates and adds a version of the questionnaire.
func (s *Studies) takeInvitation(ctx context.Context, c *desk.Change, in *exchange.Incoming, _ any) error {
	var v invitation
	if err := in.JSON(invitationPath, InvitationFormat, &v); err != nil {
		return err
	}
	form, err := v.form(in)
	if err != nil {
		return err
	}
	st, r, err := s.rows(v, in.Peer.Node)
	if err != nil {
		return err
	}
	if err := s.upsertStudy(ctx, c, st); err != nil {
		return err
	}
	if err := upsertRespondent(ctx, c, r); err != nil {
		return err
	}
	f, b, err := newForm(st.ID, r.Audience, form)
	if err != nil {
		return exchange.Refuse(envelope.BadSchema, "%s: %v", instrumentPath, err)
	}
	f.ID, f.State = id.New(c.Now()), FormFielded
	if _, err := c.Exec(ctx, `UPDATE study_form SET state = 'replaced' WHERE study_id = ? AND audience = ? AND hash <> ?`, st.ID, r.Audience, f.Hash); err != nil {
		return err
	}
	if err := insertForm(ctx, c, f, b); err != nil {
		return err
	}
	c.Also("study.receive", id.NewRef(Kind, st.ID), map[string]string{"kind": string(kindInvitation), "form": string(f.Hash)})
	_, err = c.Exec(ctx, `INSERT INTO study_invitation (id, study_id, respondent_id, way, form_hash, message_id, sent_by, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		id.New(c.Now()), st.ID, r.ID, ByNode, f.Hash, in.ID, in.Peer.Node, c.Now())
	return err
}

func (v invitation) form(in *exchange.Incoming) (*instrument.Instrument, error) {
	b, err := in.Small(instrumentPath, canonical.MaxBytes)
	if err != nil {
		return nil, err
	}
	if canonical.Sum(b) != v.Instrument {
		return nil, exchange.Refuse(envelope.BadDigest, "%s is not the questionnaire that %s names", instrumentPath, invitationPath)
	}
	form, err := instrument.Parse(b)
	if err != nil {
		return nil, exchange.Refuse(envelope.BadSchema, "%s: %v", instrumentPath, err)
	}
	return form, nil
}

// rows makes the rows of what came, having checked each member.
func (s *Studies) rows(v invitation, from id.ID) (Study, Respondent, error) {
	refuse := func(what string, err error) (Study, Respondent, error) {
		return Study{}, Respondent{}, exchange.Refuse(envelope.BadSchema, "%s: %s: %v", invitationPath, what, err)
	}
	for _, n := range []id.ID{v.Study, v.Respondent} {
		if _, err := id.Parse(string(n)); err != nil {
			return refuse("ids", err)
		}
	}
	if err := (Proposal{Code: v.Code, Title: v.Title, Mandates: v.Mandates}).check(); err != nil {
		return refuse("study", err)
	}
	if !slices.Contains(Audiences(), v.Audience) || !slices.Contains(language.Official(), v.Lang) || v.Name == "" || len(v.Name) > 4*maxName {
		return refuse("respondent", errs.Invalid)
	}
	if country, ok := s.Catalog.Country(v.State); v.State != "" && (!ok || country.ISO3 != v.State || country.Region != v.Region) {
		return refuse("state", errs.Invalid)
	}
	st := Study{ID: v.Study, Origin: from, Code: v.Code, Title: v.Title, Stage: Fielding, Synthetic: v.Synthetic, Mandates: v.Mandates}
	var err error
	if st.Opens, err = stampOrNothing(v.Opens); err != nil {
		return refuse("opens", err)
	}
	if st.Deadline, err = stampOrNothing(v.Deadline); err != nil {
		return refuse("deadline", err)
	}
	return st, Respondent{
		ID: v.Respondent, Study: v.Study, Audience: v.Audience, State: v.State, Name: v.Name, Region: v.Region, Membership: v.Membership,
		Status: Invited, Lang: v.Lang, FactPublic: true,
	}, nil
}

func stampOrNothing(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return db.ParseStamp(s)
}

func orNothing(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return db.Stamp(t)
}

// upsertStudy writes the study of another node. An id that is this node's own or another's is refused: nobody changes
// somebody else's study by an invitation.
func (s *Studies) upsertStudy(ctx context.Context, c *desk.Change, st Study) error {
	if err := c.Lock(ctx, string(id.NewRef(Kind, st.ID))); err != nil {
		return err
	}
	before, err := Find(ctx, c.Tx, st.ID)
	switch {
	case errors.Is(err, errs.NotFound):
		if err := insertStudy(ctx, c, st); err != nil {
			if errors.Is(err, errs.Conflict) {
				return exchange.Refuse(envelope.BadSchema, "%s: the code %s is that of another study of the same node", invitationPath, st.Code)
			}
			return err
		}
		return insertPlan(ctx, c, st.ID)
	case err != nil:
		return err
	case before.Origin != st.Origin:
		return exchange.Refuse(envelope.BadSchema, "%s: the study %s is another node's", invitationPath, st.ID)
	}
	title, err := text(st.Title)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, `UPDATE study SET title = ?, opens = ?, deadline = ?, version = version + 1 WHERE id = ?`, title, st.Opens, st.Deadline, st.ID)
	return err
}

func upsertRespondent(ctx context.Context, c *desk.Change, r Respondent) error {
	before, err := RespondentOf(ctx, c.Tx, r.ID)
	switch {
	case errors.Is(err, errs.NotFound):
		added, err := insertRespondent(ctx, c, r)
		if err == nil && added == 0 {
			return exchange.Refuse(envelope.BadSchema, "%s: %s is asked already under another id", invitationPath, r.Name)
		}
		return err
	case err != nil:
		return err
	case before.Study != r.Study:
		return exchange.Refuse(envelope.BadSchema, "%s: the respondent %s belongs to another study", invitationPath, r.ID)
	}
	return nil
}

// takeNomination puts into force whom a State's own node has named. Its envelope is the signature of the State's node.
func (s *Studies) takeNomination(ctx context.Context, c *desk.Change, in *exchange.Incoming, _ any) error {
	var v nomination
	if err := in.JSON(nominationPath, NominationFormat, &v); err != nil {
		return err
	}
	r, err := RespondentOf(ctx, c.Tx, v.Respondent)
	if err != nil || r.Study != v.Study || r.Peer != in.Peer.Node {
		return exchange.Refuse(envelope.BadSchema, "%s: the sender was not asked as %s", nominationPath, v.Respondent)
	}
	if wrong := checkPeople(v.People); len(wrong) > 0 {
		return exchange.Refuse(envelope.BadSchema, "%s: %v", nominationPath, errs.WithFields(wrong...))
	}
	m := Nomination{
		ID: id.New(c.Now()), Study: v.Study, Respondent: v.Respondent, Way: ByNode, NoteRef: v.NoteRef, People: v.People,
		State: Holds, Message: in.ID, SettledBy: in.Peer.Node, Settled: c.Now(),
	}
	if err := insertNomination(ctx, c, m); err != nil {
		return err
	}
	if _, err := s.replace(ctx, c, r, m); err != nil {
		return err
	}
	c.Also("study.receive", id.NewRef(Kind, v.Study), map[string]string{"kind": string(kindNomination)})
	return Mark(ctx, c, r.ID, Nominated)
}

// part is a JSON part of a message.
func part(path string, v any) (exchange.Part, error) {
	p, err := exchange.JSON(path, v)
	if err != nil {
		err = fmt.Errorf("write %s: %w", path, err)
	}
	return p, err
}
