package ledger

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"comity/internal/base/errs"
	"comity/internal/store/db"
)

// WitnessRequest returns the body of an add-checkpoint request for our newest checkpoint, to a witness that has
// cosigned the size old last (0 for never; a 409 answer tells), and that checkpoint's size. Nothing signed yet is
// [errs.NotFound]; an old size beyond ours is [errs.Conflict]: the witness has seen more of this log than we hold.
func (l *Log) WitnessRequest(ctx context.Context, old int64) (body []byte, size int64, err error) {
	err = l.db.Reader.Read(ctx, db.House("ledger"), func(tx *db.Tx) error {
		var msg []byte
		if size, msg, err = newest(ctx, tx, 0); err != nil {
			return err
		}
		switch {
		case size == 0:
			return fmt.Errorf("nothing has been signed: %w", errs.NotFound)
		case old > size:
			return fmt.Errorf("the witness has cosigned size %d and we hold %d: %w", old, size, errs.Conflict)
		}
		var proof tlog.TreeProof
		if old > 0 {
			if proof, err = tlog.ProveTree(size, old, hashReader(ctx, tx)); err != nil {
				return err
			}
		}
		body = formatRequest(old, proof, msg)
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("ask for a cosignature: %w", err)
	}
	return body, size, nil
}

func formatRequest(old int64, proof tlog.TreeProof, checkpoint []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "old %d\n", old)
	for _, h := range proof {
		b.WriteString(h.String() + "\n")
	}
	b.WriteByte('\n')
	b.Write(checkpoint)
	return b.Bytes()
}

// AddCosignatures puts the lines with which a witness has answered under our checkpoint of that size, those that
// verify under the given witness keys and aren't there yet, and returns how many. An answer without any is
// [errs.Invalid].
func (l *Log) AddCosignatures(ctx context.Context, size int64, answer []byte, witnesses ...string) (n int, err error) {
	keys, err := parseVerifiers(witnesses)
	if err == nil {
		err = l.db.Writer.Write(ctx, func(tx *db.Tx) error {
			n, err = addCosignatures(ctx, tx, size, answer, keys)
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("add cosignatures to checkpoint %d: %w", size, err)
	}
	return n, nil
}

func addCosignatures(ctx context.Context, tx *db.Tx, size int64, answer []byte, keys []note.Verifier) (int, error) {
	if len(answer) > maxNote {
		return 0, fmt.Errorf("an answer of %d bytes: %w", len(answer), errs.Invalid)
	}
	var msg []byte
	err := tx.Row(ctx, `SELECT note FROM ledger_checkpoint WHERE size = ?`+tx.ForUpdate(), size).Scan(&msg)
	if err != nil {
		return 0, err
	}
	text, sigs, _ := strings.Cut(string(msg), "\n\n")
	text += "\n"
	valid, added := 0, 0
	for line := range strings.Lines(string(answer)) {
		name, ok := cosigner(text, line, keys)
		if !ok {
			continue
		}
		valid++
		if strings.Contains("\n"+sigs, "\n— "+name+" ") {
			continue // the same witness again, at another time
		}
		sigs += line
		added++
	}
	if valid == 0 {
		return 0, fmt.Errorf("no signature in it is one of the witness's: %w", errs.Invalid)
	}
	if added == 0 {
		return 0, nil
	}
	_, err = tx.Exec(ctx, `UPDATE ledger_checkpoint SET note = ?, witnesses = witnesses + ? WHERE size = ?`, []byte(text+"\n"+sigs), added, size)
	return added, err
}

// cosigner returns the name of the witness whose cosignature of the text the line is.
func cosigner(text, line string, keys []note.Verifier) (string, bool) {
	_, n, err := openNote([]byte(text+"\n"+line), keys...)
	if err != nil || len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 {
		return "", false
	}
	v, err := note.VerifierList(keys...).Verifier(n.Sigs[0].Name, n.Sigs[0].Hash)
	if err != nil || !isWitness(v) {
		return "", false
	}
	return n.Sigs[0].Name, true
}
