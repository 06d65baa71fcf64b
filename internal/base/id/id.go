// Package id holds identifiers that sort by time and mean the same in every node: ULIDs.
package id

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"comity/internal/base/errs"
)

// ID is a ULID in its 26-character upper-case form. The zero value is no thing.
type ID string

// New returns a fresh id for the instant t: 48 bits of milliseconds, 80 bits of chance.
func New(t time.Time) ID {
	return ID(ulid.MustNew(ulid.Timestamp(t), rand.Reader).String())
}

// Parse returns s as an ID. Anything but the canonical upper-case form is [errs.Invalid].
func Parse(s string) (ID, error) {
	u, err := ulid.ParseStrict(s)
	if err != nil || u.String() != s {
		return "", fmt.Errorf("id %q: want 26 characters of Crockford's base 32 in upper case: %w", s, errs.Invalid)
	}
	return ID(s), nil
}

// Ref names a thing of some kind in one string: "request/01J…". The ledger and the desk speak of things this way.
type Ref string

// NewRef returns the reference of the thing n of the given kind.
func NewRef(kind string, n ID) Ref { return Ref(kind + "/" + string(n)) }

// Kind returns what comes before the slash.
func (r Ref) Kind() string {
	kind, _, _ := strings.Cut(string(r), "/")
	return kind
}

// ID returns what comes after the slash.
func (r Ref) ID() ID {
	_, n, _ := strings.Cut(string(r), "/")
	return ID(n)
}
