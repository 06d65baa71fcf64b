package ledger

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
)

// Config is what a [Log] needs beside the database.
type Config struct {
	Signer    note.Signer // see [ParseSigner]; its name is the log's origin
	HighWater string      // path of the high-water file, outside the database and its backups

	// Placed is called in the transaction that gives entries their places, with the work for later that they carry. An
	// error undoes the whole turn, which is tried again: return one only for what trying again can cure.
	Placed func(ctx context.Context, tx *db.Tx, work []Work) error

	Log *slog.Logger // failures of the sequencer, which goes on; nil for slog.Default
}

// Work is the work for later that an entry carries.
type Work struct {
	Entry id.ID
	Later []byte // as [Append] was given it
}

// Log is the node's own ledger: it gives entries their places, signs checkpoints and proves entries.
type Log struct {
	db        *db.DB
	signer    note.Signer
	verifiers []note.Verifier // our own key and those of witnesses we know
	high      highWater
	placed    func(ctx context.Context, tx *db.Tx, work []Work) error
	log       *slog.Logger
	wake      chan struct{}
	hurry     chan struct{}

	mu       sync.Mutex
	recovery string        // why the log signs nothing; "" when all is well
	signed   chan struct{} // closed and replaced when a checkpoint has been signed
}

// Open opens the log and compares it with its high-water file. A log that lacks what it has once shown is open, but in
// recovery: see [Log.Recovery].
func Open(ctx context.Context, d *db.DB, c Config) (*Log, error) {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Placed == nil {
		c.Placed = func(context.Context, *db.Tx, []Work) error { return nil }
	}
	own, err := verifierOf(c.Signer)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	l := &Log{
		db: d, signer: c.Signer, verifiers: []note.Verifier{own}, placed: c.Placed, log: c.Log,
		high: highWater{path: c.HighWater, key: own},
		wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1), signed: make(chan struct{}),
	}
	err = d.Writer.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO ledger_head (one, size) VALUES (1, 0) ON CONFLICT (one) DO NOTHING`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	if l.recovery, err = l.compareHighWater(ctx); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	return l, nil
}

// verifierOf returns the public side of a signer made by [ParseSigner].
func verifierOf(s note.Signer) (note.Verifier, error) {
	k, ok := s.(*key)
	if !ok || k.alg != algEd25519 {
		return nil, fmt.Errorf("the signer is no key of a log: %w", errs.Invalid)
	}
	return &key{name: k.name, hash: k.hash, alg: k.alg, pub: k.pub}, nil
}

// Origin returns the log's name.
func (l *Log) Origin() string { return l.signer.Name() }

// Recovery says why the log signs nothing, or "" when all is well. In recovery entries are still taken and wait; the
// node reads, receives into quarantine, and says so on every page, until people have decided.
func (l *Log) Recovery() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.recovery
}

// Wake tells the sequencer that an entry waits. Call it after each commit that entered something.
func (l *Log) Wake() { nudge(l.wake) }

// Hurry tells the sequencer that an envelope or a receipt waits for a checkpoint, which is then signed at once.
func (l *Log) Hurry() { nudge(l.hurry) }

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // one is waiting already, and it finds what we have
	}
}

// rest is how long entries may gather after a turn of the sequencer, unless somebody hurries. Under load a turn after
// each commit would be one more durable commit for a handful of acts; the first entry after a quiet while never waits.
const rest = 20 * time.Millisecond

// Run gives waiting entries their places until ctx ends: at once when woken (within [rest] of the turn before), and once
// a second for entries of other processes. Checkpoints are signed once a second while there is something new, and at
// once after [Log.Hurry].
func (l *Log) Run(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var turned time.Time
	for {
		sign := true
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-l.hurry:
		case <-l.wake:
			sign = l.gather(ctx, rest-time.Since(turned))
		}
		if l.Recovery() != "" {
			continue
		}
		if err := l.step(ctx, sign); err != nil && ctx.Err() == nil {
			l.log.ErrorContext(ctx, "ledger sequencer", "error", err)
		}
		turned = time.Now()
	}
}

// gather lets entries gather for so long, and reports whether somebody has begun to hurry meanwhile.
func (l *Log) gather(ctx context.Context, d time.Duration) (hurried bool) {
	if d <= 0 {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-l.hurry:
		return true
	}
	return false
}

func (l *Log) step(ctx context.Context, sign bool) error {
	if err := l.Place(ctx); err != nil {
		return err
	}
	if !sign {
		return nil
	}
	return l.Sign(ctx)
}

// Size returns how many entries have a place and how many the newest checkpoint covers.
func (l *Log) Size(ctx context.Context) (placed, signed int64, err error) {
	err = l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		placed, signed, err = sizes(ctx, tx)
		return err
	})
	return placed, signed, err
}

// Waiting returns how many entries have no place yet.
func (l *Log) Waiting(ctx context.Context) (n int64, err error) {
	err = l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT COUNT(*) FROM ledger_entry WHERE pos IS NULL`).Scan(&n)
	})
	return n, err
}

func sizes(ctx context.Context, tx *db.Tx) (placed, signed int64, err error) {
	err = tx.Row(ctx, `
		SELECT size, (SELECT COALESCE(MAX(size), 0) FROM ledger_checkpoint) FROM ledger_head WHERE one = 1`).Scan(&placed, &signed)
	if err != nil {
		return 0, 0, fmt.Errorf("size of the ledger: %w", err)
	}
	return placed, signed, nil
}
