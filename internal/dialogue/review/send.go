package review

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
)

// kindComment is the kind of envelope; what is in it says its own format (docs/formats/comments.md).
const kindComment envelope.Kind = "comment"

// The formats of the two messages.
const (
	roundFormat    = "comity/comment-round/1"
	commentsFormat = "comity/comments/1"
)

// roundMessage asks another node for comments.
type roundMessage struct {
	Format   string       `json:"format"`
	Document toldDocument `json:"document"`
	Version  toldVersion  `json:"version"`
	Blocks   []toldBlock  `json:"blocks"`
	Round    toldRound    `json:"round"`
	Tray     id.ID        `json:"tray"`
	State    string       `json:"state"`
	Name     string       `json:"name"`
}

type toldDocument struct {
	ID           id.ID        `json:"id"`
	Symbol       string       `json:"symbol"`
	Kind         string       `json:"kind"`
	Distribution Distribution `json:"distribution"`
	Lang         language.Tag `json:"lang"`
	Title        string       `json:"title"`
	Synthetic    bool         `json:"synthetic"`
}

type toldVersion struct {
	ID   id.ID          `json:"id"`
	N    int            `json:"n"`
	Hash canonical.Hash `json:"sha256"`
}

type toldBlock struct {
	ID    id.ID   `json:"id"`
	Kind  string  `json:"kind"`
	Level int     `json:"level"`
	Text  string  `json:"text"`
	Was   []id.ID `json:"was"`
}

type toldRound struct {
	ID     id.ID  `json:"id"`
	Opens  string `json:"opens"`
	Closes string `json:"closes"`
	Blind  bool   `json:"blind"`
	Sealed bool   `json:"sealed"`
	Public bool   `json:"public"`
	Note   string `json:"note"`
}

// commentsMessage hands a set of comments in.
type commentsMessage struct {
	Format   string         `json:"format"`
	Round    id.ID          `json:"round"`
	Tray     id.ID          `json:"tray"`
	Version  canonical.Hash `json:"version"`
	Comments []told         `json:"comments"`
}

// told is a comment as it leaves: without who wrote it.
type told struct {
	N          int          `json:"no"`
	Behalf     string       `json:"on_behalf_of"`
	Target     Target       `json:"target"`
	Type       string       `json:"type"`
	Lang       language.Tag `json:"lang"`
	Body       string       `json:"comment"`
	Proposal   string       `json:"proposed_text"`
	Visibility string       `json:"visibility"`
}

func tell(k Comment) told {
	return told{k.N, k.Behalf, k.Target, k.Type, k.Lang, k.Body, k.Proposal, k.Visibility}
}

// maxSets is how many times a node may hand comments in for one round.
const maxSets = 100

// listen takes from the exchange the messages of the kind.
func (q *Reviews) listen() {
	if q.Exchange != nil {
		q.Exchange.Handle(kindComment, exchange.Taker{Apply: q.take})
	}
}

// settle waits until the last message about the round was sealed, where the comments will be sent.
func (q *Reviews) settle(ctx context.Context, tray id.ID) error {
	var peer, round id.ID
	err := q.Read.Read(ctx, db.House("review"), func(tx *db.Tx) error {
		t, err := FindTray(ctx, tx, tray)
		if err != nil {
			return err
		}
		r, err := FindRound(ctx, tx, t.Round)
		peer, round = r.Origin, r.ID
		return err
	})
	if err != nil || peer == "" {
		return err
	}
	return q.Exchange.Settle(ctx, peer, string(round))
}

func (q *Reviews) sendRound(ctx context.Context, c *desk.Change, r Round, t Tray) error {
	d, err := Find(ctx, c.Tx, r.Document)
	if err != nil {
		return err
	}
	v, err := findVersion(ctx, c.Tx, r.Version)
	if err != nil {
		return err
	}
	blocks, err := Blocks(ctx, c.Tx, v.ID)
	if err != nil {
		return err
	}
	m := roundMessage{
		Format:   roundFormat,
		Document: toldDocument{d.ID, d.Symbol, d.Kind, d.Distribution, d.Lang, d.Title[d.Lang], d.Synthetic},
		Version:  toldVersion{v.ID, v.N, v.Hash}, Tray: t.ID, State: t.Party.State, Name: t.Party.Name,
		Round: toldRound{r.ID, db.Stamp(r.Opens), db.Stamp(r.Closes), r.Blind, r.Sealed, r.AllowPublic, r.Note},
	}
	for _, b := range blocks {
		m.Blocks = append(m.Blocks, toldBlock{b.ID, b.Kind, b.Level, b.Text, append([]id.ID{}, b.Was...)})
	}
	return q.queue(ctx, c, t.Peer, r.ID, m)
}

func (q *Reviews) sendComments(ctx context.Context, c *desk.Change, o opened, set []Comment) error {
	v, err := findVersion(ctx, c.Tx, o.round.Version)
	if err != nil {
		return err
	}
	m := commentsMessage{Format: commentsFormat, Round: o.round.ID, Tray: o.tray.ID, Version: v.Hash, Comments: []told{}}
	for _, k := range set {
		m.Comments = append(m.Comments, tell(k))
	}
	return q.queue(ctx, c, o.round.Origin, o.round.ID, m)
}

func (q *Reviews) queue(ctx context.Context, c *desk.Change, to, round id.ID, message any) error {
	part, err := exchange.JSON(envelope.AnswersPath, message)
	if err != nil {
		return err
	}
	peers, err := exchange.Peers(ctx, c.Tx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(peers, func(p exchange.Peer) bool { return p.Node == to })
	if i < 0 {
		return fmt.Errorf("node %s: %w", to, errs.NotFound)
	}
	_, err = q.Exchange.Queue(ctx, c, exchange.Outgoing{
		Kind: kindComment, To: to, Authority: q.Exchange.Self().Authority(), ToAuthority: peers[i].Authorities[0], Request: string(round),
		Parts: []exchange.Part{part},
	})
	return err
}

// take takes in either message; which one it is, it says itself.
func (q *Reviews) take(ctx context.Context, c *desk.Change, in *exchange.Incoming, _ any) error {
	body, err := in.Small(envelope.AnswersPath, canonical.MaxBytes)
	if err != nil {
		return err
	}
	if err := canonical.Check(body); err != nil {
		return exchange.Refuse(envelope.BadSchema, "%v", err)
	}
	var head struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(body, &head); err != nil {
		return exchange.Refuse(envelope.BadSchema, "%v", err)
	}
	switch head.Format {
	case roundFormat:
		return q.takeRound(ctx, c, in, body)
	case commentsFormat:
		return q.takeComments(ctx, c, in, body)
	}
	return exchange.Refuse(envelope.BadSchema, "a comment envelope has the format %s or %s", roundFormat, commentsFormat)
}

func (q *Reviews) takeRound(ctx context.Context, c *desk.Change, in *exchange.Incoming, body []byte) error {
	var m roundMessage
	if err := json.Unmarshal(body, &m); err != nil {
		return exchange.Refuse(envelope.BadSchema, "%v", err)
	}
	r, blocks, err := m.check(in.Peer.Node)
	if err != nil {
		return exchange.Refuse(envelope.BadSchema, "%v", err)
	}
	if err := c.Lock(ctx, string(id.NewRef(KindDocument, m.Document.ID))); err != nil {
		return err
	}
	if err := q.takeDocument(ctx, c, in.Peer.Node, m, blocks); err != nil {
		return err
	}
	if _, err := FindRound(ctx, c.Tx, r.ID); !errors.Is(err, errs.NotFound) {
		if err != nil {
			return err
		}
		return exchange.Refuse(envelope.NotAllowed, "this round has come before")
	}
	if err := insertRound(ctx, c, r); err != nil {
		return err
	}
	t := Tray{ID: m.Tray, Round: r.ID, Party: m.party(), Peer: in.Peer.Node}
	if err := insertTray(ctx, c, t); err != nil {
		return err
	}
	c.Also("document.round.receive", id.NewRef(KindRound, r.ID), map[string]any{"message": in.Opened.Manifest})
	people, err := access.People(ctx, c.Tx)
	for _, a := range people {
		if !a.Disabled && a.Holds("focal-point") && len(a.Offices()) > 0 {
			if err := access.AddMember(ctx, c.Tx, t.ID, a.ID, a.ID); err != nil {
				return err
			}
		}
	}
	return err
}

func (m roundMessage) party() Party {
	if m.State != "" {
		return Party{Kind: ofState, State: m.State}
	}
	return Party{Kind: ofOrg, Name: m.Name}
}

// check reads what a stranger sent; every id of it is used only together with the node that it came from.
func (m roundMessage) check(peer id.ID) (Round, []Block, error) {
	ids := []id.ID{m.Document.ID, m.Version.ID, m.Round.ID, m.Tray}
	for _, b := range m.Blocks {
		ids = append(append(ids, b.ID), b.Was...)
	}
	for _, n := range ids {
		if _, err := id.Parse(string(n)); err != nil {
			return Round{}, nil, err
		}
	}
	d := NewDocument{Symbol: m.Document.Symbol, Kind: m.Document.Kind, Distribution: m.Document.Distribution, Lang: m.Document.Lang, Title: m.Document.Title}
	if err := d.check(); err != nil {
		return Round{}, nil, err
	}
	p := m.party()
	if err := p.check(); err != nil {
		return Round{}, nil, err
	}
	if len(m.Blocks) == 0 || len(m.Blocks) > maxBlocks || len([]rune(m.Round.Note)) > maxNote || m.Version.N < 1 || m.Version.N > 10_000 {
		return Round{}, nil, errs.Invalidf("a round has 1 to %d blocks, a note of at most %d characters and a version from 1", maxBlocks, maxNote)
	}
	var blocks []Block
	for i, b := range m.Blocks {
		w := NewBlock{Kind: b.Kind, Level: b.Level, Text: b.Text}
		if err := w.check(); err != nil {
			return Round{}, nil, fmt.Errorf("block %d: %w", i+1, err)
		}
		if w.Text != b.Text || w.Level != b.Level || len(b.Was) > 100 || find(blocks, b.ID) >= 0 {
			return Round{}, nil, errs.Invalidf("block %d is not in the form in which a node keeps it", i+1)
		}
		blocks = append(blocks, Block{ID: b.ID, N: i + 1, Kind: b.Kind, Level: b.Level, Text: b.Text, Hash: blockHash(b.Kind, b.Level, b.Text), Was: b.Was})
	}
	if hash, err := hashOf(blocks); err != nil || hash != m.Version.Hash {
		return Round{}, nil, errs.Invalidf("the version's digest is not that of its blocks")
	}
	opens, err := db.ParseStamp(m.Round.Opens)
	if err != nil {
		return Round{}, nil, err
	}
	closes, err := db.ParseStamp(m.Round.Closes)
	return Round{ID: m.Round.ID, Document: m.Document.ID, Version: m.Version.ID, Origin: peer, Opens: opens, Closes: closes,
		Blind: m.Round.Blind, Sealed: m.Round.Sealed, AllowPublic: m.Round.Public, Note: m.Round.Note}, blocks, err
}

// takeDocument keeps the document and its version, if they aren't here yet. Comments made on an earlier version get their
// place in this one.
func (q *Reviews) takeDocument(ctx context.Context, c *desk.Change, peer id.ID, m roundMessage, blocks []Block) error {
	d, err := Find(ctx, c.Tx, m.Document.ID)
	switch {
	case errors.Is(err, errs.NotFound):
		if err := insertDocument(ctx, c, m.Document.ID, peer, NewDocument{Symbol: m.Document.Symbol, Kind: m.Document.Kind,
			Distribution: m.Document.Distribution, Lang: m.Document.Lang, Title: m.Document.Title, Synthetic: m.Document.Synthetic}); err != nil {
			return err
		}
	case err != nil:
		return err
	case d.Origin != peer:
		return exchange.Refuse(envelope.NotAllowed, "the document is not the sender's")
	}
	v, err := findVersion(ctx, c.Tx, m.Version.ID)
	if err == nil {
		if v.Document != m.Document.ID || v.Hash != m.Version.Hash {
			return exchange.Refuse(envelope.NotAllowed, "this version has come before with another text")
		}
		return nil
	}
	if !errors.Is(err, errs.NotFound) {
		return err
	}
	all, err := Versions(ctx, c.Tx, m.Document.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(v Version) bool { return v.N == m.Version.N }) {
		return exchange.Refuse(envelope.NotAllowed, "this version has come before with another text")
	}
	v = Version{ID: m.Version.ID, Document: m.Document.ID, N: m.Version.N, Issued: c.Now(), Hash: m.Version.Hash}
	if err := insertVersion(ctx, c, v); err != nil {
		return err
	}
	for _, b := range blocks {
		if err := insertBlock(ctx, c, v.ID, b); err != nil {
			return err
		}
	}
	if _, err := c.Exec(ctx, `UPDATE document SET status = ?, version = version + 1 WHERE id = ?`, ForComments, m.Document.ID); err != nil {
		return err
	}
	return anchorAll(ctx, c, v, blocks)
}

// takeComments puts a set into the tray of the node that sent it; a set that came before is superseded, not lost.
func (q *Reviews) takeComments(ctx context.Context, c *desk.Change, in *exchange.Incoming, body []byte) error {
	var m commentsMessage
	if err := json.Unmarshal(body, &m); err != nil {
		return exchange.Refuse(envelope.BadSchema, "%v", err)
	}
	t, err := FindTray(ctx, c.Tx, m.Tray)
	if errors.Is(err, errs.NotFound) || err == nil && (t.Peer != in.Peer.Node || t.Round != m.Round) {
		return exchange.Refuse(envelope.NotAllowed, "this node has no such round with the sender")
	}
	if err != nil {
		return err
	}
	if err := c.Lock(ctx, string(id.NewRef(KindTray, t.ID))); err != nil {
		return err
	}
	o, err := openTray(ctx, c, t.ID)
	if errors.Is(err, errs.Conflict) {
		return exchange.Refuse(envelope.NotAllowed, "the round was closed")
	}
	if err != nil {
		return err
	}
	if t.Sets >= maxSets {
		return exchange.Refuse(envelope.NotAllowed, "%d sets have come already", maxSets)
	}
	if len(m.Comments) == 0 || len(m.Comments) > maxComments {
		return exchange.Refuse(envelope.BadSchema, "a set has 1 to %d comments, this one has %d", maxComments, len(m.Comments))
	}
	if _, err := c.Exec(ctx, `UPDATE comment_item SET status = ?, version = version + 1 WHERE tray_id = ? AND status = ?`, Replaced, t.ID, Submitted); err != nil {
		return err
	}
	for i, k := range m.Comments {
		n, err := k.toNew()
		if err == nil {
			err = n.check(o.round)
		}
		if err != nil {
			return exchange.Refuse(envelope.BadSchema, "comment %d: %v", i+1, err)
		}
		if err := insertComment(ctx, c, o, id.New(c.Now()), n, Submitted, ""); err != nil {
			return err
		}
	}
	c.Also("comment.receive", id.NewRef(KindTray, t.ID), map[string]any{"message": in.Opened.Manifest, "comments": len(m.Comments)})
	_, err = c.Exec(ctx, `UPDATE comment_tray SET submitted_at = ?, sets = sets + 1, version = version + 1 WHERE id = ?`, c.Now(), t.ID)
	return err
}

func (k told) toNew() (NewComment, error) {
	t := k.Target
	if !slices.Contains([]string{OnWhole, OnSection, OnBlock}, t.Kind) || t.Position < 0 || t.Position > 1000 ||
		len([]rune(t.Exact)) > maxText || len([]rune(t.Prefix)) > around || len([]rune(t.Suffix)) > around || k.N < 1 || k.N > maxComments {
		return NewComment{}, errs.Invalidf("its target or its number is not one")
	}
	if t.Block != "" {
		if _, err := id.Parse(string(t.Block)); err != nil {
			return NewComment{}, err
		}
	}
	return NewComment{n: k.N, Behalf: k.Behalf, Target: &t, Type: k.Type, Lang: k.Lang, Body: k.Body, Proposal: k.Proposal, Visibility: k.Visibility}, nil
}

var stateCode = regexp.MustCompile(`^[A-Z]{3}$`)

func knownState(code string) bool { return stateCode.MatchString(code) }

func countryName(p *language.Printer, code string) string { return p.Country(code) }

// deadline is the end of a day in UTC: who is asked for comments by a day has all of it.
func deadline(day time.Time) time.Time { return day.Add(24*time.Hour - time.Millisecond) }
