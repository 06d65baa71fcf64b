package demo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/cooperation/request"
	"comity/internal/engine/document/docx"
	"comity/internal/engine/envelope"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
	"comity/internal/store/disk"
)

// leaveFiles writes what the walk promises: everything that left a node, with what anyone needs to check it.
func (k *walk) leaveFiles() error {
	for _, dir := range []string{"cards", "keys", "ledger"} {
		if err := os.MkdirAll(filepath.Join(k.dir, dir), 0o755); err != nil {
			return err
		}
	}
	for _, leave := range []func() error{k.leaveLetter, k.leaveEnvelopes, k.leaveEvidence, k.leaveKeys, k.leaveLedger, k.leaveSummary} {
		if err := leave(); err != nil {
			return err
		}
	}
	fmt.Fprintf(k.out, "Everything that left the nodes is in %s; summary.json names each file.\n", k.dir)
	return nil
}

// put writes one file.
func (k *walk) put(name string, b []byte) error {
	return disk.WriteFile(filepath.Join(k.dir, name), b, 0o644)
}

func (k *walk) leaveLetter() error {
	r, err := k.at(k.pt, k.ours)
	if err != nil {
		return err
	}
	if err := k.put("answers.json", r.Answers); err != nil {
		return err
	}
	var letter []byte
	var lang language.Tag
	err = k.pt.DB.Reader.Read(k.ctx, db.House("walk"), func(tx *db.Tx) error {
		letter, lang, err = request.Letter(k.ctx, tx, k.ours)
		return err
	})
	if err != nil {
		return err
	}
	if err := k.put("letter.pdf", letter); err != nil {
		return err
	}
	a, err := instrument.ParseAnswers(r.Answers)
	if err != nil {
		return err
	}
	l, err := k.pt.Requests.Law().Letter(a, lang, r.Reference, true, r.Created)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := docx.Write(&b, l.Doc); err != nil {
		return err
	}
	return k.put("letter.docx", b.Bytes())
}

// leaveEnvelopes writes the request as it travelled and as it was sealed, its receipt, and the delivery.
func (k *walk) leaveEnvelopes() error {
	sent, err := k.message(k.pt, k.ours, "transmit")
	if err != nil {
		return err
	}
	delivered, err := k.message(k.ma, k.theirs, "deliver")
	if err != nil {
		return err
	}
	travelled, err := k.pt.Exchange.File(k.ctx, sent)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(travelled)
	if err != nil {
		return err
	}
	if err := k.put("request.asice.age", b); err != nil {
		return err
	}
	receipt, err := k.ma.Exchange.ReceiptOf(k.ctx, sent)
	if err != nil {
		return err
	}
	for name, of := range map[string]struct {
		at *Place
		n  id.ID
	}{"request.asice": {k.pt, sent}, "receipt.asice": {k.ma, receipt}, "delivery.asice": {k.ma, delivered}} {
		if err := k.container(name, of.at.Exchange, of.n); err != nil {
			return err
		}
	}
	return nil
}

func (k *walk) container(name string, x *exchange.Exchange, n id.ID) error {
	return x.Container(k.ctx, n, func(r io.Reader) error {
		return disk.WriteStream(filepath.Join(k.dir, name), 0o644, func(w io.Writer) error {
			_, err := io.Copy(w, r)
			return err
		})
	})
}

// message returns the message with which a move was told.
func (k *walk) message(p *Place, n id.ID, move string) (id.ID, error) {
	var found id.ID
	err := p.DB.Reader.Read(k.ctx, db.House("walk"), func(tx *db.Tx) error {
		moves, err := request.Moves(k.ctx, tx, n)
		for _, m := range moves {
			if m.Move == move {
				found = m.Message
			}
		}
		return err
	})
	if err == nil && found == "" {
		err = fmt.Errorf("request %s: no message told of the move %s", n, move)
	}
	return found, err
}

func (k *walk) leaveEvidence() error {
	pdf, err := k.pt.Evidence.Certificate(k.ctx, k.pt.As("ines"), k.received, language.English)
	if err != nil {
		return err
	}
	if err := k.put("custody.pdf", pdf); err != nil {
		return err
	}
	graph, err := k.pt.Evidence.Graph(k.ctx, k.pt.As("ana"), k.received)
	if err != nil {
		return err
	}
	return k.put("case.jsonld", graph)
}

// leaveKeys writes the exercise keys, with which age opens the envelopes, and the certificates for openssl. They are
// worth nothing outside this exercise.
func (k *walk) leaveKeys() error {
	for _, p := range []*Place{k.pt, k.ma} {
		if err := k.put(filepath.Join("cards", p.Key+".card.asice"), p.Self.CardFile); err != nil {
			return err
		}
		key := "# exercise key of node " + p.Key + "; it opens what was sealed for it in this exercise\n" + p.Self.Open[0].String() + "\n"
		if err := k.put(filepath.Join("keys", p.Key+".open.txt"), []byte(key)); err != nil {
			return err
		}
		for name, pem := range map[string]string{
			"seal": envelope.CertPEM(p.Self.Card.Seals[0]), "root": envelope.CertPEM(p.Self.Card.Root), "tls": envelope.CertPEM(p.Self.Card.TLS[0]),
		} {
			if err := k.put(filepath.Join("keys", p.Key+"."+name+".pem"), []byte(pem)); err != nil {
				return err
			}
		}
	}
	return nil
}

// leaveLedger writes the requesting node's ledger for outsiders, and the proof of one entry: that of the sending.
func (k *walk) leaveLedger() error {
	sent, err := k.message(k.pt, k.ours, "transmit")
	if err != nil {
		return err
	}
	entry, err := k.pt.Exchange.EntryOf(k.ctx, sent)
	if err != nil {
		return err
	}
	if _, err := k.pt.Log.Wait(k.ctx, entry); err != nil {
		return err
	}
	dir := filepath.Join(k.dir, "ledger")
	if err := k.pt.Log.Export(k.ctx, dir); err != nil {
		return err
	}
	return k.pt.WriteProof(k.ctx, string(entry), dir)
}

// summary names everything.
type summary struct {
	Format    string        `json:"format"`
	Exercise  bool          `json:"exercise"`
	Reference string        `json:"reference"`
	Nodes     []summaryNode `json:"nodes"`
	Steps     []Step        `json:"steps"`
	Moves     []summaryMove `json:"moves"`
	Files     []summaryFile `json:"files"`
}

type summaryNode struct {
	Key, Node, State, Fingerprint string
}

type summaryMove struct {
	At    string        `json:"at"`
	Node  string        `json:"node"`
	Move  string        `json:"move"`
	State request.State `json:"state"`
}

type summaryFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

func (k *walk) leaveSummary() error {
	r, err := k.at(k.pt, k.ours)
	if err != nil {
		return err
	}
	s := summary{Format: "comity/walk/1", Exercise: true, Reference: r.Reference, Steps: k.moved}
	for _, p := range []*Place{k.pt, k.ma} {
		f, err := p.Self.Fingerprint()
		if err != nil {
			return err
		}
		s.Nodes = append(s.Nodes, summaryNode{p.Key, string(p.Self.Node()), p.Self.State(), f})
		n := k.ours
		if p == k.ma {
			n = k.theirs
		}
		if err := p.DB.Reader.Read(k.ctx, db.House("walk"), func(tx *db.Tx) error {
			moves, err := request.Moves(k.ctx, tx, n)
			for _, m := range moves {
				s.Moves = append(s.Moves, summaryMove{db.Stamp(m.At), p.Key, m.Move, m.State})
			}
			return err
		}); err != nil {
			return err
		}
	}
	sort.SliceStable(s.Moves, func(a, b int) bool { return s.Moves[a].At < s.Moves[b].At })
	if s.Files, err = digests(k.dir); err != nil {
		return err
	}
	b, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	return k.put("summary.json", append(b, '\n'))
}

// digests lists all files of a folder but the summary, with their SHA-256.
func digests(dir string) ([]summaryFile, error) {
	var all []summaryFile
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil || name == "summary.json" {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		h := sha256.New()
		n, err := io.Copy(h, f)
		all = append(all, summaryFile{filepath.ToSlash(name), hex.EncodeToString(h.Sum(nil)), n})
		return errors.Join(err, f.Close())
	})
	return all, err
}
