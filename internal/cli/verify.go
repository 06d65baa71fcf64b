package cli

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"comity/internal/base/errs"
	"comity/internal/engine/document/sign"
	"comity/internal/engine/envelope"
	"comity/internal/store/ledger"
)

// verifyOptions are what a person has to compare a file with. Nothing in the file itself is believed.
type verifyOptions struct {
	keys, cards []string
	me          string
}

func verifyCommand(env Env) *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use: "verify FILE…", Short: "Check any file that left a node, and say what anyone can run to see the same",
		Long: `verify makes every check on envelopes (.asice, .asice.age), cards, signed letters (.pdf) and
exported ledgers (.jsonl) that the files, keys and cards at hand allow. A check without what it
needs is "skipped". It exits with 3 when something doesn't hold.`,
		Args: args(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, files []string) error {
			bad := false
			for _, f := range files {
				ok, err := verifyFile(env, c.OutOrStdout(), f, o)
				if err != nil {
					return fmt.Errorf("verify %s: %w", f, err)
				}
				bad = bad || !ok
			}
			if bad {
				return errNo
			}
			return nil
		},
	}
	c.Flags().StringArrayVarP(&o.keys, "identity", "i", nil, "file with an age key that may open the envelope")
	c.Flags().StringArrayVar(&o.cards, "card", nil, "card.asice of a node whose fingerprint you have compared yourself")
	c.Flags().StringVar(&o.me, "to", "", "card.asice of the node for which the envelope should be")
	return c
}

// maxInMemory is the largest letter or ledger that verify reads at once.
const maxInMemory = 256 << 20

func verifyFile(env Env, w io.Writer, name string, o verifyOptions) (bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	fmt.Fprintf(w, "%s\n", name)
	head := make([]byte, 5)
	if _, err := f.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	if string(head) == "%PDF-" {
		if info.Size() > maxInMemory {
			return false, errs.Invalidf("a letter of %d bytes: at most %d are read", info.Size(), maxInMemory)
		}
		b, err := io.ReadAll(f)
		if err != nil {
			return false, err
		}
		return verifyPDF(w, b)
	}
	if strings.HasSuffix(name, ".jsonl") {
		return verifyLedger(env, w, f, o)
	}
	return verifyEnvelope(env, w, name, f, info.Size(), o)
}

func verifyPDF(w io.Writer, b []byte) (bool, error) {
	signatures, err := sign.Verify(b)
	if errors.Is(err, errs.Invalid) {
		line(w, "signatures", "failed", err.Error())
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if len(signatures) == 0 {
		line(w, "signatures", "failed", "the letter is not signed")
		return false, nil
	}
	good := true
	for i, s := range signatures {
		good = good && s.Intact()
		line(w, fmt.Sprintf("signature %d", i+1), passed(s.Intact()), signatureFound(s))
	}
	fmt.Fprintln(w, "  see the same with: pdfsig FILE")
	return good, nil
}

func signatureFound(s sign.Signature) string {
	switch {
	case s.Broken != nil:
		return s.Broken.Error()
	case s.Changed:
		return "the file was changed after this signature"
	}
	return fmt.Sprintf("by %q at %s (as the signer says), certificate %s, covers the first %d bytes",
		s.Name, s.Time.UTC().Format(time.RFC3339), envelope.CertSum(s.Cert), s.Covers)
}

func verifyLedger(env Env, w io.Writer, r io.Reader, o verifyOptions) (bool, error) {
	cards, err := readCards(env, o.cards)
	if err != nil {
		return false, err
	}
	if len(cards) != 1 {
		return false, usageError{fmt.Errorf("a ledger is checked against one --card, whose log it should be")}
	}
	report, err := ledger.Verify(r, cards[0].Ledger[0])
	if errors.Is(err, errs.Invalid) {
		line(w, "ledger", "failed", err.Error())
		return false, nil
	}
	if err != nil {
		return false, err
	}
	line(w, "ledger", "passed", fmt.Sprintf("%d entries, %d checkpoints, %d entries waiting for one", report.Entries, report.Checkpoints, report.Unsigned))
	return true, nil
}

func verifyEnvelope(env Env, w io.Writer, name string, f *os.File, size int64, o verifyOptions) (bool, error) {
	options, err := o.envelope(env)
	if err != nil {
		return false, err
	}
	report, err := envelope.Verify(name, f, size, options)
	if err != nil {
		return false, err
	}
	for _, r := range report.Results {
		line(w, string(r.Check), string(r.State), r.Found)
	}
	good := report.Good()
	if report.Opened != nil && report.Opened.Proof != nil && report.Opened.Sender != nil {
		ok := verifyProof(w, report.Opened)
		good = good && ok
	}
	fmt.Fprintln(w, "  see the same with:")
	for _, c := range report.Commands {
		fmt.Fprintf(w, "    %s\n      # %s\n", c.Line, c.Shows)
	}
	return good, nil
}

// verifyProof checks that the message stands in the log of its sender's card.
func verifyProof(w io.Writer, o *envelope.Opened) bool {
	proven, entry, err := ledger.VerifyWithEntry(o.Proof, o.Sender.Ledger[0])
	switch {
	case err != nil:
		line(w, "ledger-proof", "failed", err.Error())
		return false
	case !entry.Tells(o.MessageJSON):
		line(w, "ledger-proof", "failed", "the entry that is proven is of another message")
		return false
	}
	line(w, "ledger-proof", "passed", fmt.Sprintf("entry %d of %d in the log %s", proven.Index, proven.Size, proven.Origin))
	return true
}

func (o verifyOptions) envelope(env Env) (envelope.Options, error) {
	out := envelope.Options{Now: env.Now()}
	for _, name := range o.keys {
		k, err := readIdentity(name)
		if err != nil {
			return out, err
		}
		out.Keys = append(out.Keys, k)
	}
	cards, err := readCards(env, o.cards)
	if err != nil {
		return out, err
	}
	if len(cards) > 0 {
		out.Cards = func(seal envelope.Digest) (found []*envelope.Card, err error) {
			for _, c := range cards {
				if c.HasSeal(seal) {
					found = append(found, c)
				}
			}
			return found, nil
		}
	}
	if o.me != "" {
		me, err := readCards(env, []string{o.me})
		if err != nil {
			return out, err
		}
		out.Me = me[0]
	}
	return out, nil
}

// readCards reads cards whose fingerprints the person has compared.
func readCards(env Env, names []string) ([]*envelope.Card, error) {
	var cards []*envelope.Card
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		c, err := envelope.OpenCard(bytes.NewReader(b), int64(len(b)), envelope.Options{Now: env.Now()})
		if err != nil {
			return nil, fmt.Errorf("card %s: %w", name, err)
		}
		cards = append(cards, c.Sender)
	}
	return cards, nil
}

func readIdentity(name string) (envelope.Identity, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return envelope.Identity{}, err
	}
	for _, l := range strings.Split(string(b), "\n") {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") {
			return envelope.ParseIdentity(l)
		}
	}
	if block, _ := pem.Decode(b); block != nil {
		return envelope.Identity{}, errs.Invalidf("%s is a PEM file, not an age key", name)
	}
	return envelope.Identity{}, errs.Invalidf("%s holds no age key", name)
}

func passed(ok bool) string {
	if ok {
		return "passed"
	}
	return "failed"
}

func line(w io.Writer, check, state, found string) {
	fmt.Fprintf(w, "  %-8s %-16s %s\n", state, check, found)
}
