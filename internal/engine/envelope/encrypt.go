package envelope

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

// stanzaType is the one age recipient type that is taken: ML-KEM-768 + X25519, which holds against a quantum computer
// as well. A stanza of another type beside it would be the weaker door.
const stanzaType = "mlkem768x25519"

// maxAgeHeader is above the 1,632 bytes of a header with one such stanza, and keeps a stranger's endless line out.
const maxAgeHeader = 2048

const ageIntro = "age-encryption.org/v1\n"

// Identity opens what was encrypted to its recipient. [Identity.String] is the secret.
type Identity struct{ key *age.HybridIdentity }

// NewIdentity makes one.
func NewIdentity() (Identity, error) {
	k, err := age.GenerateHybridIdentity()
	if err != nil {
		return Identity{}, fmt.Errorf("make age identity: %w", err)
	}
	return Identity{k}, nil
}

// ParseIdentity reads "AGE-SECRET-KEY-PQ-1…". The error never has the text in it.
func ParseIdentity(s string) (Identity, error) {
	k, err := age.ParseHybridIdentity(s)
	if err != nil {
		return Identity{}, errs.Invalidf("age identity: want AGE-SECRET-KEY-PQ-1…")
	}
	return Identity{k}, nil
}

// String returns the secret key as the age program reads it.
func (i Identity) String() string { return i.key.String() }

// Recipient returns the public key, "age1pq1…", as cards have it.
func (i Identity) Recipient() string { return i.key.Recipient().String() }

// RecipientSum returns the SHA-256 by which a message names the recipient it was encrypted to.
func RecipientSum(recipient string) Digest { return canonical.Sum([]byte(recipient)) }

// checkRecipient allows "age1pq1…" in small letters only.
func checkRecipient(s string) error {
	r, err := age.ParseHybridRecipient(s)
	if err != nil || r.String() != s {
		return errs.Invalidf("%.20q…: want an age recipient of the type ML-KEM-768 + X25519, age1pq1…", s)
	}
	return nil
}

// Encrypt writes what r gives as an age file for one recipient and returns the SHA-256 of the bytes written. The file
// is different each time.
func Encrypt(w io.Writer, r io.Reader, recipient string) (Digest, error) {
	to, err := age.ParseHybridRecipient(recipient)
	if err != nil {
		return "", errs.Invalidf("encrypt: recipient %.20q…: want age1pq1…", recipient)
	}
	sum := sha256.New()
	buffered := bufio.NewWriterSize(io.MultiWriter(w, sum), 256<<10)
	enc, err := age.Encrypt(buffered, to)
	if err != nil {
		return "", fmt.Errorf("encrypt: %w", err)
	}
	if _, err := io.CopyBuffer(writerOnly{enc}, readerOnly{r}, make([]byte, 256<<10)); err != nil {
		return "", fmt.Errorf("encrypt: %w", err)
	}
	if err := enc.Close(); err != nil {
		return "", fmt.Errorf("encrypt: %w", err)
	}
	if err := buffered.Flush(); err != nil {
		return "", fmt.Errorf("encrypt: %w", err)
	}
	return Digest(hex.EncodeToString(sum.Sum(nil))), nil
}

// readerOnly hides WriteTo, which would take io.Copy around the buffer.
type readerOnly struct{ io.Reader }

// Encrypted reports whether the bytes at the beginning of a file are those of an age file.
func Encrypted(r io.ReaderAt) bool {
	var head [len(ageIntro)]byte
	n, _ := r.ReadAt(head[:], 0)
	return string(head[:n]) == ageIntro
}

// checkAgeHeader looks at the header with a limit before age reads it without one: the intro, one stanza of our type
// with one argument, the MAC, in the lines that age writes.
func checkAgeHeader(r io.ReaderAt, size int64) error {
	b := make([]byte, min(maxAgeHeader, size))
	if _, err := readAt(r, b, 0, size); err != nil {
		return err
	}
	head, ok := bytes.CutPrefix(b, []byte(ageIntro))
	if !ok {
		return errs.Invalidf("not an age file of version 1")
	}
	head, _, ok = bytes.Cut(head, []byte("\n--- "))
	if !ok {
		return errs.Invalidf("the age header has no end within %d bytes: one stanza is allowed", maxAgeHeader)
	}
	lines := strings.Split(string(head), "\n")
	if n := countStanzas(lines); n != 1 {
		return errs.Invalidf("the age header has %d stanzas, exactly one is allowed", n)
	}
	kind, arg, ok := strings.Cut(strings.TrimPrefix(lines[0], "-> "), " ")
	if kind != stanzaType {
		return errs.Invalidf("the age stanza is of the type %.40q, only %s is taken", kind, stanzaType)
	}
	if enc, err := base64.RawStdEncoding.Strict().DecodeString(arg); !ok || err != nil || len(enc) != 1120 || len(lines) != 2 {
		return errs.Invalidf("the age stanza is not as %s has it", stanzaType)
	}
	return nil
}

func countStanzas(lines []string) (n int) {
	for _, l := range lines {
		if strings.HasPrefix(l, "-> ") {
			n++
		}
	}
	return n
}

// errWrongKey: none of the identities opens the file.
var errWrongKey = errors.New("none of the keys here opens it")

// decrypt gives random access to the bytes inside, with the identity that opened them. Each chunk is authenticated
// when it is read; that the file wasn't cut, now.
func decrypt(r io.ReaderAt, size int64, keys []Identity) (io.ReaderAt, int64, Identity, error) {
	for _, k := range keys {
		plain, n, err := age.DecryptReaderAt(r, size, k.key)
		var no *age.NoIdentityMatchError
		if errors.As(err, &no) {
			continue
		}
		if err != nil {
			return nil, 0, Identity{}, err
		}
		return plain, n, k, nil
	}
	return nil, 0, Identity{}, errWrongKey
}
