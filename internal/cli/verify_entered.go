package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/store/ledger"
)

// isRecord reports whether a file is a ledger or a proof out of one, by its first bytes.
func isRecord(name string) (is bool, err error) {
	err = withFile(name, func(f *os.File, _ int64) error {
		head := make([]byte, 20)
		n, err := f.ReadAt(head, 0)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		is = bytes.HasPrefix(head[:n], []byte(`{"act":`)) || bytes.HasPrefix(head[:n], []byte("c2sp.org/tlog-proof@"))
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("--with %s: %w", name, err)
	}
	return is, nil
}

// enteredIn looks in a node's ledger, or in a proof with its entry, for the act by which one of its people signed the
// PDF with the digest.
func (k *knowledge) enteredIn(v *verdict, name string, sum canonical.Hash) (found bool, err error) {
	err = withFile(name, func(f *os.File, size int64) error {
		in := input{f, name, size}
		var act, origin string
		var err error
		if head := make([]byte, 1); readFull(in, head) == nil && head[0] == '{' {
			act, origin, err = k.signedInLedger(in, sum)
		} else {
			act, origin, err = k.signedInProof(in, sum)
		}
		switch {
		case errors.Is(err, errs.Invalid):
			v.failed("entered", "%s: %v", name, err)
		case err != nil:
			return err
		default:
			found = true
			v.passed("entered", "%s: the node has entered the file's SHA-256 as %s", name, act)
			k.saySource(v, origin)
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("--with %s: %w", name, err)
	}
	return found, nil
}

func readFull(r io.ReaderAt, b []byte) error {
	_, err := io.ReadFull(io.NewSectionReader(r, 0, int64(len(b))), b)
	return err
}

func (k *knowledge) signedInLedger(in input, sum canonical.Hash) (act, origin string, err error) {
	at := int64(-1)
	report, key, err := k.readLedger(in, ledger.Against{Entry: func(place int64, entry []byte) {
		if a, ok := signedBy(entry, sum); ok {
			act, at = a, place
		}
	}})
	switch {
	case err != nil:
		return "", "", err
	case report.Checkpoints == 0:
		return "", "", errs.Invalidf("no card that was given is of this ledger, or nothing in it is signed")
	case !key.revoked.IsZero():
		return "", "", errs.Invalidf("the log's key was revoked")
	case at < 0 || at >= report.Size:
		return "", "", errs.Invalidf("no signed entry of it says that somebody of the node signed these bytes")
	}
	return act, report.Origin, nil
}

func (k *knowledge) signedInProof(in input, sum canonical.Hash) (act, origin string, err error) {
	b, err := in.whole()
	if err != nil {
		return "", "", err
	}
	p, err := ledger.ParseProof(b)
	if err != nil {
		return "", "", err
	}
	if p.Extra == nil {
		return "", "", errs.Invalidf("the proof doesn't carry its entry: give the ledger")
	}
	proven, _, err := k.proven(p, b, p.Extra)
	if err != nil {
		return "", "", err
	}
	act, ok := signedBy(p.Extra, sum)
	if !ok {
		return "", "", errs.Invalidf("the entry doesn't say that somebody of the node signed these bytes")
	}
	return act, proven.Origin, nil
}

// signedBy returns the act of an entry by which a person signed a file with the digest. A digest elsewhere in an entry
// says nothing: a node also enters what it refused.
func signedBy(entry []byte, sum canonical.Hash) (act string, ok bool) {
	if !bytes.Contains(entry, []byte(sum)) {
		return "", false
	}
	var e struct {
		Act   string `json:"act"`
		Facts struct {
			Letter      canonical.Hash `json:"letter"`
			Certificate canonical.Hash `json:"certificate"`
		} `json:"facts"`
	}
	if json.Unmarshal(entry, &e) != nil {
		return "", false
	}
	return e.Act, e.Act == "request.sign" && e.Facts.Letter == sum || e.Act == "evidence.certify" && e.Facts.Certificate == sum
}
