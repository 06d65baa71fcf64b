package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
)

// Witness cosigns the checkpoints of other nodes' logs (C2SP tlog-witness): it keeps the newest checkpoint of each
// log and signs another only when it is shown that the tree has merely grown. It signs one history of a log, never two.
type Witness struct {
	db     *db.DB
	signer note.Signer
	keys   func(ctx context.Context, origin string) (vkeys []string, err error)
}

// NewWitness returns a witness that signs with the key (see [ParseCosigner]). keys gives the verifier keys of the log
// of that origin, none when the log is unknown: those in the pinned card of the peer.
func NewWitness(d *db.DB, signer note.Signer, keys func(ctx context.Context, origin string) ([]string, error)) (*Witness, error) {
	k, ok := signer.(*key)
	if !ok || k.alg != algCosignature {
		return nil, fmt.Errorf("witness: the signer is no key of a witness: %w", errs.Invalid)
	}
	return &Witness{d, signer, keys}, nil
}

// Refusal is why a checkpoint wasn't cosigned, with the HTTP status that tlog-witness gives to it.
type Refusal struct {
	Status int
	Size   int64 // with 409: the size that the witness has cosigned last
	Split  bool  // the log has shown two histories; both notes are kept
	kind   error
	reason string
}

// Error says why.
func (r *Refusal) Error() string { return "checkpoint not cosigned: " + r.reason }

// Unwrap returns the kind among errs.
func (r *Refusal) Unwrap() error { return r.kind }

func refuse(status int, kind error, format string, args ...any) *Refusal {
	return &Refusal{Status: status, kind: kind, reason: fmt.Sprintf(format, args...)}
}

// AddCheckpoint answers an add-checkpoint request with the line of our cosignature. What isn't cosigned comes as a
// [*Refusal]. The new checkpoint is durable before its cosignature is returned; two requests for one log take turns.
func (w *Witness) AddCheckpoint(ctx context.Context, body []byte) ([]byte, error) {
	r, err := parseRequest(body)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, errs.Invalid, "%v", err)
	}
	c, err := w.authenticate(ctx, r.checkpoint)
	if err != nil {
		return nil, err
	}
	if r.old > c.Size {
		return nil, refuse(http.StatusBadRequest, errs.Invalid, "old size %d is beyond the checkpoint's %d", r.old, c.Size)
	}
	var refused *Refusal
	err = w.db.Writer.Write(ctx, func(tx *db.Tx) error {
		refused, err = w.accept(ctx, tx, r, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("cosign checkpoint of %s: %w", c.Origin, err)
	}
	if refused != nil {
		return nil, refused
	}
	return cosign(c.text(), w.signer)
}

// authenticate opens the checkpoint with the keys of the log that it names.
func (w *Witness) authenticate(ctx context.Context, msg []byte) (Checkpoint, error) {
	claimed, err := originOf(msg)
	if err != nil {
		return Checkpoint{}, refuse(http.StatusBadRequest, errs.Invalid, "%v", err)
	}
	vkeys, err := w.keys(ctx, claimed.Origin)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("keys of log %s: %w", claimed.Origin, err)
	}
	if len(vkeys) == 0 {
		return Checkpoint{}, refuse(http.StatusNotFound, errs.NotFound, "log %s is unknown here", claimed.Origin)
	}
	keys, err := parseVerifiers(vkeys)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("keys of log %s: %w", claimed.Origin, err)
	}
	c, _, err := OpenCheckpoint(msg, keys...)
	if err != nil {
		return Checkpoint{}, refuse(http.StatusForbidden, errs.Forbidden, "%v", err)
	}
	return c, nil
}

// accept compares the checkpoint with the newest one of its log and keeps it. A refusal is no error: what shows a
// second history is kept too, and has to be committed.
func (w *Witness) accept(ctx context.Context, tx *db.Tx, r request, c Checkpoint) (*Refusal, error) {
	if err := tx.Lock(ctx, "witness/"+c.Origin); err != nil {
		return nil, err
	}
	ours, msg, err := w.newest(ctx, tx, c.Origin)
	if err != nil {
		return nil, err
	}
	if r.old != ours.Size {
		no := refuse(http.StatusConflict, errs.Conflict, "the last size cosigned here is %d, not %d", ours.Size, r.old)
		no.Size = ours.Size
		return no, nil
	}
	if ours.Size > 0 && c.Size == ours.Size && c.Root != ours.Root {
		return split(c, ours), keepSplit(ctx, tx, c.Origin, msg, r.checkpoint)
	}
	if no := consistent(r, ours, c); no != nil {
		return no, nil
	}
	if other, err := remember(ctx, tx, c, r.checkpoint); other != nil || err != nil {
		return split(c, ours), errors.Join(err, keepSplit(ctx, tx, c.Origin, other, r.checkpoint))
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO witness_origin (origin, size, note, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (origin) DO UPDATE SET size = excluded.size, note = excluded.note, at = excluded.at`,
		c.Origin, c.Size, r.checkpoint, tx.Now())
	return nil, err
}

func split(c, ours Checkpoint) *Refusal {
	no := refuse(http.StatusConflict, errs.Conflict, "log %s has two histories of size %d", c.Origin, c.Size)
	no.Size, no.Split = ours.Size, true
	return no
}

// remember keeps a checkpoint of another log. It returns the one of the same size with another root that came before,
// nil when there is none.
func remember(ctx context.Context, tx *db.Tx, c Checkpoint, msg []byte) (other []byte, err error) {
	_, err = tx.Exec(ctx, `
		INSERT INTO witness_seen (origin, size, root, note, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin, size) DO NOTHING`,
		c.Origin, c.Size, c.Root.String(), msg, tx.Now())
	if err != nil {
		return nil, fmt.Errorf("remember checkpoint of %s: %w", c.Origin, err)
	}
	err = tx.Row(ctx, `SELECT note FROM witness_seen WHERE origin = ? AND size = ? AND root <> ?`, c.Origin, c.Size, c.Root.String()).Scan(&other)
	if errors.Is(err, errs.NotFound) {
		return nil, nil
	}
	return other, err
}

// consistent demands the proof that the new tree begins with the old one.
func consistent(r request, ours, c Checkpoint) *Refusal {
	switch {
	case ours.Size == 0 && len(r.proof) > 0:
		return refuse(http.StatusUnprocessableEntity, errs.Invalid, "a proof from nothing has no hashes, this one has %d", len(r.proof))
	case ours.Size == 0:
		return nil
	}
	if err := tlog.CheckTree(r.proof, c.Size, c.Root, ours.Size, ours.Root); err != nil {
		return refuse(http.StatusUnprocessableEntity, errs.Invalid, "the proof doesn't show that the tree of size %d has grown from %d", c.Size, ours.Size)
	}
	return nil
}

// newest returns the checkpoint of the log that was cosigned last; size 0 when there is none.
func (w *Witness) newest(ctx context.Context, tx *db.Tx, origin string) (Checkpoint, []byte, error) {
	var msg []byte
	err := tx.Row(ctx, `SELECT note FROM witness_origin WHERE origin = ?`, origin).Scan(&msg)
	if errors.Is(err, errs.NotFound) {
		return Checkpoint{Origin: origin}, nil, nil
	}
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("newest checkpoint of %s: %w", origin, err)
	}
	c, err := originOf(msg)
	return c, msg, err
}

func keepSplit(ctx context.Context, tx *db.Tx, origin string, ours, theirs []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO witness_split (id, origin, ours, theirs, at) SELECT ?, ?, ?, ?, ?
		WHERE NOT EXISTS (SELECT 1 FROM witness_split s WHERE s.origin = ? AND s.theirs = ?)`,
		id.New(tx.Now()), origin, ours, theirs, tx.Now(), origin, theirs)
	if err != nil {
		return fmt.Errorf("keep two histories of %s: %w", origin, err)
	}
	return nil
}

// Compare looks at a checkpoint of another log that came inside a proof or from a third side, and remembers it. When it
// contradicts one of the same size that was cosigned here or came before, both are kept as evidence and it is
// [errs.Conflict]; what is shown of different sizes is compared when its log asks to be cosigned (consistency proof). A
// checkpoint of an unknown log or with a wrong signature is a [*Refusal].
func (w *Witness) Compare(ctx context.Context, msg []byte) error {
	c, err := w.authenticate(ctx, msg)
	if err != nil {
		return err
	}
	twice := false
	err = w.db.Writer.Write(ctx, func(tx *db.Tx) error {
		ours, own, err := w.newest(ctx, tx, c.Origin)
		if err != nil {
			return err
		}
		if own == nil || ours.Size != c.Size || ours.Root == c.Root {
			if own, err = remember(ctx, tx, c, msg); err != nil {
				return err
			}
			twice = own != nil
		} else {
			twice = true
		}
		if twice {
			return keepSplit(ctx, tx, c.Origin, own, msg)
		}
		return nil
	})
	if err == nil && twice {
		err = fmt.Errorf("it has two histories of size %d: %w", c.Size, errs.Conflict)
	}
	if err != nil {
		return fmt.Errorf("compare checkpoint of %s: %w", c.Origin, err)
	}
	return nil
}

// Split is the evidence that a log has shown two histories: two checkpoints of one size that it has signed.
type Split struct {
	Origin       string
	Ours, Theirs []byte
}

// Splits lists what was found about logs with two histories, the newest first, at most 100.
func (w *Witness) Splits(ctx context.Context) (all []Split, err error) {
	err = w.db.Reader.Read(ctx, db.House("witness"), func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT origin, ours, theirs FROM witness_split ORDER BY id DESC LIMIT 100`)
		all, err = db.Collect(rows, err, func(scan db.Scan) (Split, error) {
			var s Split
			return s, scan(&s.Origin, &s.Ours, &s.Theirs)
		})
		return err
	})
	return all, err
}

// cosign returns the signature line alone.
func cosign(text string, signer note.Signer) ([]byte, error) {
	msg, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return nil, fmt.Errorf("cosign: %w", err)
	}
	return msg[len(text)+1:], nil
}

// request is the body of add-checkpoint.
type request struct {
	old        int64
	proof      tlog.TreeProof
	checkpoint []byte
}

func parseRequest(b []byte) (request, error) {
	var r request
	if len(b) > 2*maxNote {
		return r, fmt.Errorf("%d bytes, at most %d are allowed", len(b), 2*maxNote)
	}
	head, checkpoint, ok := bytes.Cut(b, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	size, isOld := strings.CutPrefix(lines[0], "old ")
	if !ok || !isOld || len(lines) > 64 {
		return r, fmt.Errorf("body isn't an old size, at most 63 hashes, an empty line and a checkpoint")
	}
	var err error
	if r.old, err = parseDecimal(size); err != nil {
		return r, fmt.Errorf("old size: %w", err)
	}
	for _, line := range lines[1:] {
		h, err := parseHash(line)
		if err != nil {
			return r, err
		}
		r.proof = append(r.proof, h)
	}
	r.checkpoint = checkpoint
	return r, nil
}
