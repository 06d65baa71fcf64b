package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

// verifyOptions are what a person has to compare a file with. Nothing in the file itself is believed.
type verifyOptions struct {
	keys, cards, with []string
	signers, stamps   []string
	me, fingerprint   string
	existed           string
}

func verifyCommand(env Env) *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use: "verify FILE…", Short: "Check any file that left a node, and say what anyone can run to see the same",
		Long: `verify reads envelopes and receipts (.asice, .asice.age), cards, signed PDFs, ledgers (.jsonl),
proofs (.tlog-proof), responses to a study (response.json with --with response.p7s) and folders of
evidence (with custody.json); - is the standard input. A check without what it needs is "skipped",
and that is no yes. The last line says which it is:
  VERIFIED   0  every check was made and holds, for the cards that you compared yourself
  NOT SHOWN  3  nothing is wrong, and something that matters could not be checked
  FALSE      3  something doesn't hold`,
		Args: args(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, files []string) error { return o.verify(env, c.OutOrStdout(), files) },
	}
	f := c.Flags()
	f.StringArrayVarP(&o.keys, "identity", "i", nil, "file with an age key that may open the envelope")
	f.StringArrayVar(&o.cards, "card", nil, "card.asice of a node whose fingerprint you have compared yourself")
	f.StringVar(&o.me, "to", "", "card.asice of the node for which the envelope should be")
	f.StringArrayVar(&o.with, "with", nil, "what belongs to FILE: the envelope it was in or is about, a proof's entry, a checkpoint of a ledger")
	f.StringArrayVar(&o.signers, "signer", nil, "SHA-256 of the certificate of a person who may sign a PDF")
	f.StringVar(&o.fingerprint, "fingerprint", "", "fingerprint that a card has to have")
	f.StringArrayVar(&o.stamps, "tsa", nil, "certificate (PEM) of a time-stamp authority that you trust")
	f.StringVar(&o.existed, "existed", "", "moment (2026-11-23T20:09:53Z) at which the file existed, as you know from elsewhere")
	return c
}

func (o verifyOptions) verify(env Env, w io.Writer, files []string) error {
	known, err := o.read(env)
	if err != nil {
		return said{fmt.Errorf("verify %s: %w", files[0], err)}
	}
	good := true
	for _, name := range files {
		v := &verdict{w: w}
		if err := known.verifyPath(v, name); err != nil {
			return said{fmt.Errorf("verify %s: %w", name, err)}
		}
		good = v.conclude() && good
	}
	if !good {
		return errNo
	}
	return nil
}

// maxInMemory is the largest file that verify reads at once: a letter, a proof, what comes by standard input.
const maxInMemory = 64 << 20

// input is a file under examination: one that can be read again and again.
type input struct {
	io.ReaderAt
	name string // as the person wrote it
	size int64
}

func (in input) all() *io.SectionReader { return io.NewSectionReader(in, 0, in.size) }

// whole returns all bytes of a file that has to be small.
func (in input) whole() ([]byte, error) {
	if in.size > maxInMemory {
		return nil, errs.Invalidf("%d bytes: at most %d are read of such a file", in.size, maxInMemory)
	}
	return io.ReadAll(in.all())
}

// verifyPath checks a file, a folder of evidence, or the standard input.
func (k *knowledge) verifyPath(v *verdict, name string) error {
	v.title(name)
	if name == "-" {
		b, err := io.ReadAll(io.LimitReader(k.env.Stdin, maxInMemory+1))
		if err != nil {
			return err
		}
		if len(b) > maxInMemory {
			return errs.Invalidf("more than %d bytes by standard input: give the file's name", maxInMemory)
		}
		return k.verifyInput(v, input{bytes.NewReader(b), name, int64(len(b))})
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return k.verifyFolder(v, name)
	}
	return withFile(name, func(f *os.File, size int64) error {
		return k.verifyInput(v, input{f, name, size})
	})
}

// withFile opens a regular file for a function and wants it to be the same file afterwards. A pipe or a device would
// wait or flow for ever, and gives other bytes at each reading.
func withFile(name string, use func(f *os.File, size int64) error) error {
	before, err := os.Stat(name)
	if err != nil {
		return err
	}
	if !before.Mode().IsRegular() {
		return errs.Invalidf("it is no file but a %s", sortOf(before.Mode()))
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	opened, err := f.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(before, opened) {
		return fmt.Errorf("it was exchanged while it was opened: %w", errs.Conflict)
	}
	if err := use(f, opened.Size()); err != nil {
		return err
	}
	after, err := os.Stat(name)
	if err != nil {
		return err
	}
	if !os.SameFile(opened, after) || after.Size() != opened.Size() || !after.ModTime().Equal(opened.ModTime()) {
		return fmt.Errorf("it was changed while it was read: nothing said of it counts: %w", errs.Conflict)
	}
	return nil
}

func sortOf(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "folder"
	case m&fs.ModeNamedPipe != 0:
		return "pipe"
	case m&fs.ModeSocket != 0:
		return "socket"
	}
	return "device"
}

// verifyInput tells by the first bytes what a file is: its name proves nothing.
func (k *knowledge) verifyInput(v *verdict, in input) error {
	head := make([]byte, 32)
	n, err := in.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return k.verifyPDF(v, in)
	case bytes.HasPrefix(head, []byte("c2sp.org/tlog-proof@")):
		return k.verifyProof(v, in)
	case bytes.HasPrefix(head, []byte(`{"act":`)), bytes.HasPrefix(head, []byte(`"`)):
		return k.verifyLedger(v, in)
	case bytes.HasPrefix(head, []byte(responseHead)):
		return k.verifyResponse(v, in)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("age-encryption.org/")):
		return k.verifyEnvelope(v, in)
	}
	if len(k.with) > 0 {
		return k.verifyEnclosed(v, in)
	}
	v.failed("form", "none of the files that a node makes; a file that was taken out of an envelope is checked with --with ENVELOPE")
	return nil
}

// digest says which bytes a verdict is about, and returns their SHA-256.
func (v *verdict) digest(in input) (canonical.Hash, error) {
	sum, err := sumOf(in.all())
	if err == nil {
		v.note("file", "%d bytes, SHA-256 %s", in.size, sum)
	}
	return sum, err
}

func sumOf(r io.Reader) (canonical.Hash, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return canonical.Hash(hex.EncodeToString(h.Sum(nil))), nil
}
