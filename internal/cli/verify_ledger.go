package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/engine/envelope"
	"comity/internal/store/ledger"
)

// maxNote is more than a checkpoint, a proof or an entry can have.
const maxNote = 1 << 20

// originIn returns the log's name in the first line of a signed checkpoint; nothing is believed yet.
func originIn(checkpoint []byte) string {
	origin, _, _ := strings.Cut(string(checkpoint), "\n")
	return origin
}

// proven tries the keys of the log that a proof names. An entry of nil means the one that the proof carries.
func (k *knowledge) proven(p ledger.Proof, proof, entry []byte) (ledger.Proven, ledger.Found, error) {
	origin := originIn(p.Checkpoint)
	err := errs.Invalidf("it is of the log %.200q, which is in no card that was given", origin)
	for _, key := range k.logKeys(origin) {
		var proven ledger.Proven
		if proven, err = ledger.VerifyProof(proof, entry, key.text); err != nil {
			continue
		}
		if !key.revoked.IsZero() {
			return proven, ledger.Found{}, errs.Invalidf("the key of the log %.200q was revoked: others may have signed this", origin)
		}
		found, err := ledger.ReadEntry(entry)
		return proven, found, err
	}
	return ledger.Proven{}, ledger.Found{}, err
}

// verifyProof checks a proof with the entry that it carries or that was given beside it.
func (k *knowledge) verifyProof(v *verdict, in input) error {
	b, err := in.whole()
	if err != nil {
		return err
	}
	if _, err := v.digest(in); err != nil {
		return err
	}
	p, err := ledger.ParseProof(b)
	if err != nil {
		v.failed("ledger-proof", "%v", err)
		return nil
	}
	entry := p.Extra
	if entry == nil && len(k.with) == 1 {
		if entry, err = readSmall(k.with[0], maxNote); err != nil {
			return fmt.Errorf("--with %w", err)
		}
		entry = bytes.TrimSuffix(entry, []byte("\n"))
	}
	switch {
	case entry == nil:
		v.skipped("ledger-proof", "it does not carry the entry that it proves: give the entry's file with --with")
		return nil
	case len(k.logKeys(originIn(p.Checkpoint))) == 0:
		v.skipped("ledger-proof", "it is of the log %.200q: give that node's card with --card", originIn(p.Checkpoint))
		return nil
	}
	proven, found, err := k.proven(p, b, entry)
	if err != nil {
		v.failed("ledger-proof", "%v", err)
		return nil
	}
	v.passed("ledger-proof", "entry %d of %d in the log %s", proven.Index, proven.Size, proven.Origin)
	v.say("The node entered: %s on %s, entry %s. That it was entered is shown; that it is true is not.", found.Act, found.On, found.ID)
	k.saySource(v, proven.Origin)
	return nil
}

// saySource names the card whose log it is.
func (k *knowledge) saySource(v *verdict, origin string) {
	for _, key := range k.logKeys(origin) {
		v.say("The log of node %s (%s)%s, card with the fingerprint %s: your comparison, not the program's.",
			key.of.Node, key.of.State, forExercises(key.of.Card), key.of.fingerprint)
		return
	}
}

// verifyLedger checks an exported ledger against its node's card and the checkpoints that others hold.
func (k *knowledge) verifyLedger(v *verdict, in input) error {
	if len(k.cards) == 0 {
		v.skipped("ledger", "give the card of the node whose log it should be with --card")
		return nil
	}
	if _, err := v.digest(in); err != nil {
		return err
	}
	held, err := k.held()
	if err != nil {
		return err
	}
	return k.compareLedger(v, in, held)
}

// compareLedger checks the ledger with each key of the cards until one fits.
func (k *knowledge) compareLedger(v *verdict, in input, held [][]byte) error {
	report, fits, err := k.readLedger(in, ledger.Against{Held: held})
	switch {
	case errors.Is(err, errs.Invalid):
		v.failed("ledger", "%v", err)
		return nil
	case err != nil:
		return err
	case report.Checkpoints == 0:
		v.failed("ledger", "no checkpoint of the log stands in its %d entries: anybody could have written them", report.Entries)
		return nil
	case !fits.revoked.IsZero():
		v.failed("ledger", "the log's key was revoked since %s: others may have signed this", stampOf(fits.revoked))
		return nil
	}
	v.passed("ledger", "%d entries under %d checkpoints of the log %s: none changed, moved or left out between them", report.Size, report.Checkpoints, report.Origin)
	if report.Unsigned > 0 {
		v.skipped("unsigned", "the last %d entries stand behind the last checkpoint: nothing speaks for them, anybody could have added them", report.Unsigned)
	}
	if len(held) > 0 {
		v.passed("held", "it has grown out of the %d checkpoints that were given", len(held))
	} else {
		v.say("That nothing was cut off at the end, and that others were shown the same, only a checkpoint from elsewhere can show (--with).")
	}
	k.saySource(v, report.Origin)
	return nil
}

// readLedger returns the report of the key that fits, or of the last one when none does.
func (k *knowledge) readLedger(in input, a ledger.Against) (report ledger.Report, fits logKey, err error) {
	for _, fits = range k.logKeysOfAll() {
		report, err = ledger.VerifyAgainst(in.all(), fits.text, a)
		if report.Checkpoints > 0 {
			break
		}
	}
	return report, fits, err
}

// logKeysOfAll returns every key of every card.
func (k *knowledge) logKeysOfAll() []logKey {
	var all []logKey
	for _, c := range k.cards {
		for _, text := range c.Ledger {
			origin, _, _ := strings.Cut(text, "+")
			for _, key := range k.logKeys(origin) {
				if key.text == text {
					all = append(all, key)
					break
				}
			}
		}
	}
	return all
}

// held reads the checkpoints that came another way: as they are, or in a proof or an envelope of the node.
func (k *knowledge) held() ([][]byte, error) {
	var all [][]byte
	for _, name := range k.with {
		b, err := readSmall(name, maxInMemory)
		if err != nil {
			return nil, fmt.Errorf("--with %w", err)
		}
		switch {
		case bytes.HasPrefix(b, []byte("c2sp.org/tlog-proof@")):
		case bytes.HasPrefix(b, []byte("PK\x03\x04")), bytes.HasPrefix(b, []byte("age-encryption.org/")):
			if err := k.beside(name, func(r *envelope.Report) error {
				b = nil
				if err := vouched(r); err != nil {
					return err
				}
				b = r.Opened.Proof
				return nil
			}); err != nil {
				return nil, err
			}
		default:
			all = append(all, b)
			continue
		}
		p, err := ledger.ParseProof(b)
		if err != nil {
			return nil, fmt.Errorf("--with %s: %w", name, err)
		}
		all = append(all, p.Checkpoint)
	}
	return all, nil
}
