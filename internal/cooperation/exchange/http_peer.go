package exchange

import (
	"context"
	"errors"
	"html/template"
	"io"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
	"comity/internal/store/ledger"
)

// mostWaiting is how many waiting messages a peer's page lists.
const mostWaiting = 50

type peerPage struct {
	Peer        Peer
	Name        string
	Status      web.Tag
	Fingerprint []string // of their card, in groups
	Own         []string // of ours, to read out
	Card, Trust []web.Row
	Ledger      []web.Row // who has cosigned whose ledger
	Queue       web.Table
	Alarms      []alarmLine
	MaySettle   bool
	SettleIt    web.Button
	Form        *web.Form
	MayTrust    bool
	Importer    bool // the one who asks brought the card in, so another person confirms it
	MayRevoke   bool
	Confirm     web.Button
	Revoke      web.Button
}

func (x *Exchange) showPeer(r *web.Request) error {
	p, err := x.peerPage(r)
	if err != nil {
		return err
	}
	return r.Page("exchange/peer", p)
}

func (x *Exchange) peerPage(r *web.Request) (peerPage, error) {
	p := peerPage{Form: r.Form(), Confirm: web.Button{Text: r.T("Trust this node")}, Revoke: web.Button{Text: r.T("Stop trusting this node"), Kind: "warning"}}
	n, err := r.PathID("node")
	if err != nil {
		return p, err
	}
	own, err := x.self.Fingerprint()
	if err != nil {
		return p, err
	}
	p.Own = strings.Fields(own)
	err = x.look(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Peer, err = getPeer(ctx, tx, n); err != nil {
			return err
		}
		if p.Trust, err = trustRows(ctx, tx, r, p.Peer); err != nil {
			return err
		}
		if p.Ledger, err = x.witnessRows(ctx, tx, r, p.Peer); err != nil {
			return err
		}
		alarms, err := AlarmsOf(ctx, tx, n)
		if err != nil {
			return err
		}
		if p.Alarms, err = alarmLines(ctx, tx, r, alarms); err != nil {
			return err
		}
		waiting, err := WaitingFor(ctx, tx, p.Peer, mostWaiting)
		p.Queue = queueTable(r, waiting)
		return err
	})
	p.Importer = p.Peer.ImportedBy == r.Person.ID
	p.MayTrust = p.Peer.Status == Proposed && x.desk.Ever(r.Person, "peer.trust") && !p.Importer
	p.MaySettle, p.SettleIt = x.desk.Ever(r.Person, "peer.alarm.settle"), web.Button{Text: r.T("Note what was the matter"), Kind: "secondary"}
	p.MayRevoke = p.Peer.Status != Revoked && x.desk.Ever(r.Person, "peer.revoke")
	if err != nil {
		return p, err
	}
	p.Name, p.Status = p.Peer.Name(string(r.Lang())), statusTag(r, p.Peer.Status)
	p.Fingerprint = strings.Fields(p.Peer.Fingerprint())
	p.Card = cardRows(r, p.Peer)
	if p.Peer.Status == Proposed {
		p.Revoke.Text = r.T("Turn this card away")
	}
	return p, nil
}

// witnessRows says how far this node and the peer have cosigned each other's ledgers; nil for one that isn't trusted.
func (x *Exchange) witnessRows(ctx context.Context, tx *db.Tx, r *web.Request, p Peer) ([]web.Row, error) {
	if p.Status != Trusted {
		return nil, nil
	}
	theirs, ours := r.T("Not yet"), r.T("Not yet")
	for _, key := range p.Card.Ledger {
		origin, _, _ := strings.Cut(key, "+")
		size, at, err := ledger.LastCosigned(ctx, tx, origin)
		if err != nil {
			return nil, err
		}
		if size > 0 {
			theirs = r.T("The first {size} entries, at {time}", "size", size, "time", r.When(at))
		}
	}
	c, by, err := x.log.NewestWitnessed(ctx, p.Card.Witness...)
	if err != nil {
		return nil, err
	}
	for _, b := range by {
		ours = r.T("The first {size} entries, at {time}", "size", c.Size, "time", r.When(b.At))
	}
	return []web.Row{{Key: r.T("Of its ledger we cosigned"), Value: theirs}, {Key: r.T("Of ours it cosigned"), Value: ours}}, nil
}

// cardRows says a card in words.
func cardRows(r *web.Request, p Peer) []web.Row {
	reached := r.T("By files only: it can't be reached over the network.")
	if p.URL != "" {
		reached = p.URL
	}
	k := p.Card
	return []web.Row{
		{Key: r.T("State"), Value: r.Country(p.State)},
		{Key: r.T("Authorities that it serves"), Value: strings.Join(p.Authorities, ", ")},
		{Key: r.T("How it is reached"), Value: reached},
		{Key: r.T("Number of the card"), Value: strconv.FormatInt(k.Serial, 10)},
		{Key: r.T("Valid"), Value: r.T("from {from} to {to}", "from", r.Date(k.ValidFrom), "to", r.Date(k.ValidTo))},
		{Key: r.T("Number of the node"), Value: code(string(p.Node))},
	}
}

// trustRows says what people have decided about a peer.
func trustRows(ctx context.Context, tx *db.Tx, r *web.Request, p Peer) ([]web.Row, error) {
	by, err := name(ctx, tx, p.ImportedBy)
	if err != nil {
		return nil, err
	}
	rows := []web.Row{{Key: r.T("Card imported"), Value: r.T("on {day} by {person}", "day", r.Date(p.Imported), "person", by)}}
	if p.TrustedBy != "" {
		if by, err = name(ctx, tx, p.TrustedBy); err != nil {
			return nil, err
		}
		rows = append(rows, web.Row{Key: r.T("Fingerprint compared"), Value: r.T("on {day} by {person}", "day", r.Date(p.Trusted), "person", by)},
			web.Row{Key: r.T("How it was compared"), Value: p.How})
	}
	if p.Why != "" {
		rows = append(rows, web.Row{Key: r.T("Why it is not trusted"), Value: p.Why})
	}
	return rows, nil
}

// name returns the name of a person who acted; the house and people who were erased have none.
func name(ctx context.Context, tx *db.Tx, n id.ID) (string, error) {
	if n == "" {
		return "–", nil
	}
	a, err := access.Find(ctx, tx, n)
	if errors.Is(err, errs.NotFound) {
		return "–", nil
	}
	return a.Name, err
}

func queueTable(r *web.Request, waiting []Post) web.Table {
	t := web.Table{
		Caption: r.T("What waits for this node"), Empty: r.T("Nothing waits for this node."),
		Columns: []web.Column{{Label: r.T("Message")}, {Label: r.T("Reference")}, {Label: r.T("Where it is")}, {Label: r.T("Attempts"), Numeric: true}, {Label: r.T("Last trouble")}},
	}
	for _, p := range waiting {
		t.Rows = append(t.Rows, []any{
			web.Link{Text: r.T(kindWords(p.Kind)), Href: "/outbox/" + string(p.ID)}, p.Request, stateTag(r, p),
			r.Number(p.Attempts), troubleOf(p),
		})
	}
	return t
}

func troubleOf(p Post) template.HTML {
	if p.Trouble == "" {
		return ""
	}
	return inEnglish(p.Trouble)
}

func (x *Exchange) trust(r *web.Request) error {
	return x.decide(r, language.M("This node is trusted from now on."), func(n, entry id.ID) error {
		if err := errs.WithFields(r.Form().Need(2000, "fingerprint", "how")...); err != nil {
			return err
		}
		return x.Trust(r.Ctx(), r.Person, n, r.Form().Get("fingerprint"), r.Form().Get("how"), entry)
	})
}

func (x *Exchange) revoke(r *web.Request) error {
	return x.decide(r, language.M("This node is no longer trusted: nothing goes to it, and what comes from it is refused."), func(n, entry id.ID) error {
		if err := errs.WithFields(r.Form().Need(2000, "why")...); err != nil {
			return err
		}
		return x.Revoke(r.Ctx(), r.Person, n, r.Form().Get("why"), entry)
	})
}

// decide does what one of the forms on a peer's page asks for, and shows the page again with what was typed.
func (x *Exchange) decide(r *web.Request, done string, do func(n, entry id.ID) error) error {
	n, err := r.PathID("node")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	err = do(n, entry)
	if len(errs.Fields(err)) > 0 {
		p, e := x.peerPage(r)
		if e != nil {
			return e
		}
		return r.Again("exchange/peer", p, err)
	}
	if err != nil {
		return err
	}
	return r.Done(peerPath(n), done)
}

// readFile returns the file of a form, at most limit bytes.
func readFile(r *web.Request, field string, limit int64) ([]byte, error) {
	h := r.Form().File(field)
	if h == nil {
		return nil, errs.WithFields(web.NoFile(field))
	}
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = errs.WithFields(errs.Field{Path: field, Code: "The file is too large to be a card."})
	}
	return b, err
}
