package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"comity/internal/base/errs"
)

// maxNote bounds a signed checkpoint that comes from outside: three short lines and some hundred signatures.
const maxNote = 64 << 10

// Checkpoint is what a log says of itself: that its tree of Size entries has the root Root. Signed it is a note
// (C2SP tlog-checkpoint).
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// text is the note's body.
func (c Checkpoint) text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
}

// Cosigned is one witness's signature under a checkpoint.
type Cosigned struct {
	Witness string    // the key's name
	At      time.Time // when the witness signed, by its clock
}

// OpenCheckpoint reads a signed checkpoint and the cosignatures of those witnesses among the keys. The log's own
// signature must verify under one of the keys; a signature of a known key that is wrong, a body that is no checkpoint
// and an origin that isn't the log key's name are [errs.Invalid].
func OpenCheckpoint(msg []byte, keys ...note.Verifier) (Checkpoint, []Cosigned, error) {
	c, n, err := openNote(msg, keys...)
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("checkpoint: %w", err)
	}
	var (
		signed bool
		by     []Cosigned
	)
	for _, s := range n.Sigs {
		v, err := note.VerifierList(keys...).Verifier(s.Name, s.Hash)
		if err != nil {
			return Checkpoint{}, nil, fmt.Errorf("checkpoint: %w: %w", err, errs.Invalid)
		}
		switch {
		case isWitness(v):
			by = append(by, Cosigned{s.Name, signedAt(s)})
		case s.Name == c.Origin:
			signed = true
		}
	}
	if !signed {
		return Checkpoint{}, nil, fmt.Errorf("checkpoint of %s isn't signed by a known key of that log: %w", c.Origin, errs.Invalid)
	}
	return c, by, nil
}

func openNote(msg []byte, keys ...note.Verifier) (Checkpoint, *note.Note, error) {
	if len(msg) > maxNote {
		return Checkpoint{}, nil, fmt.Errorf("%d bytes, at most %d are allowed: %w", len(msg), maxNote, errs.Invalid)
	}
	n, err := note.Open(msg, note.VerifierList(keys...))
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("%w: %w", err, errs.Invalid)
	}
	// A signature has one form only: base64 lets the last bits differ, and then two notes would say the same.
	for _, s := range append(n.Sigs, n.UnverifiedSigs...) {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return Checkpoint{}, nil, fmt.Errorf("signature of %s: %w: %w", s.Name, err, errs.Invalid)
		}
	}
	c, err := parseCheckpoint(n.Text)
	return c, n, err
}

// Claimed reads what a checkpoint says, without looking at its signatures.
func Claimed(msg []byte) (Checkpoint, error) { return originOf(msg) }

// originOf reads the body of a note whose signatures nobody has checked yet: to find the keys to check them with.
func originOf(msg []byte) (Checkpoint, error) {
	if len(msg) > maxNote {
		return Checkpoint{}, fmt.Errorf("%d bytes, at most %d are allowed: %w", len(msg), maxNote, errs.Invalid)
	}
	_, err := note.Open(msg, note.VerifierList())
	var unverified *note.UnverifiedNoteError
	if !errors.As(err, &unverified) {
		return Checkpoint{}, fmt.Errorf("no signed note: %w", errs.Invalid)
	}
	return parseCheckpoint(unverified.Note.Text)
}

// parseCheckpoint takes exactly three lines. Extension lines are allowed by the standard and by no log of ours, and
// nobody could audit them: they are refused.
func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] == "" {
		return Checkpoint{}, fmt.Errorf("body is not an origin, a size and a root, one a line: %w", errs.Invalid)
	}
	size, err := parseDecimal(lines[1])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("size: %w", err)
	}
	root, err := parseHash(lines[2])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("root: %w", err)
	}
	return Checkpoint{lines[0], size, root}, nil
}

// parseDecimal reads a number without sign and without leading zeroes.
func parseDecimal(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != s {
		return 0, fmt.Errorf("%q is no whole number: %w", s, errs.Invalid)
	}
	return n, nil
}

// parseHash reads the one base64 form of 32 bytes.
func parseHash(s string) (tlog.Hash, error) {
	h, err := tlog.ParseHash(s)
	if err != nil || h.String() != s {
		return tlog.Hash{}, fmt.Errorf("%q is no base64 of 32 bytes: %w", s, errs.Invalid)
	}
	return h, nil
}

// signedAt reads the time in a cosignature: 4 bytes of key id, 8 of seconds since 1970.
func signedAt(s note.Signature) time.Time {
	b, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(b) < 12 {
		return time.Time{}
	}
	var at uint64
	for _, x := range b[4:12] {
		at = at<<8 | uint64(x)
	}
	return time.Unix(int64(at), 0).UTC()
}
