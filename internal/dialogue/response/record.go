package response

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/cms"
	"comity/internal/engine/instrument"
)

// The formats of what leaves the respondent's node (docs/formats/response.md).
const (
	RecordFormat  = "comity/response/1"
	SecretsFormat = "comity/response-secrets/1"
)

// Record is one revision of a response as it is signed and sent: what was answered and what was said about it, without
// who wrote it. The same content gives the same bytes, in whatever order its sections came in.
type Record struct {
	Format     string          `json:"format"`
	Study      id.ID           `json:"study"`
	Instrument Hash            `json:"instrument"`
	Respondent RespondentOf    `json:"respondent"`
	Revision   int64           `json:"revision"`
	Previous   *Hash           `json:"previous"` // record of the revision before, null for the first
	Level      Level           `json:"level"`
	Exercise   bool            `json:"exercise"`
	Answers    json.RawMessage `json:"answers"` // comity/answers/1, without what isn't asked and what is secret
	Marks      map[string]Mark `json:"marks"`
	Secrets    map[string]Hash `json:"secrets"` // commitments, by path; the answers themselves are sealed beside
}

// RespondentOf is whose answers they are.
type RespondentOf struct {
	ID       id.ID  `json:"id"`
	Audience string `json:"audience"`
	State    string `json:"state"`
	Name     string `json:"name"`
}

// Sealed are the secret answers of a revision with the salt of their commitments. They travel and rest encrypted.
type Sealed struct {
	Format  string                  `json:"format"`
	Salt    string                  `json:"salt"` // hexadecimal
	Answers map[string]SealedAnswer `json:"answers"`
}

// SealedAnswer is one secret answer.
type SealedAnswer struct {
	Value string `json:"value"`
	Mark  Mark   `json:"mark"`
}

// commitment binds a record to a secret answer without telling it: HMAC-SHA-256 of path, zero byte and canonical
// answer under the response's salt. Without the salt an answer of few possible values could be guessed.
func commitment(salt []byte, path string, a SealedAnswer) (Hash, error) {
	b, err := canonical.Marshal(a)
	if err != nil {
		return "", err
	}
	m := hmac.New(sha256.New, salt)
	m.Write([]byte(path))
	m.Write([]byte{0})
	m.Write(b)
	return Hash(hex.EncodeToString(m.Sum(nil))), nil
}

// compose fills a record from answers as they stand: only what is asked, the secret ones apart.
func compose(r Record, form *instrument.Instrument, c content, salt []byte, now time.Time) (Record, Sealed, error) {
	s := form.Eval(c.answers, now)
	r.Format, r.Marks, r.Secrets = RecordFormat, map[string]Mark{}, map[string]Hash{}
	sealed := Sealed{Format: SecretsFormat, Salt: hex.EncodeToString(salt), Answers: map[string]SealedAnswer{}}
	open, err := s.Answers()
	if err != nil {
		return r, sealed, err
	}
	s.Each(func(q instrument.ItemState) {
		m := c.at[q.Path].Mark.said()
		switch {
		case !q.Relevant:
		case m.Confidential == Secret:
			sealed.Answers[q.Path] = SealedAnswer{q.Value, m}
		case !m.empty():
			r.Marks[q.Path] = m
		}
	})
	for _, path := range slices.Sorted(maps.Keys(sealed.Answers)) {
		if r.Secrets[path], err = commitment(salt, path, sealed.Answers[path]); err != nil {
			return r, sealed, err
		}
		if err := open.Delete(path); err != nil {
			return r, sealed, err
		}
	}
	if len(sealed.Answers) > 0 {
		if err := recalculate(form.Eval(open, now), s, c.answers, open); err != nil {
			return r, sealed, err
		}
	}
	r.Answers, err = open.Bytes()
	return r, sealed, err
}

// recalculate takes out of the open answers what was calculated from secret ones: a sum tells its last part. What is
// calculated nobody has typed, so it differs from what is stored. without is how things stand without the secret ones.
func recalculate(without, s instrument.State, stored, open Answers) error {
	var wrong error
	s.Each(func(q instrument.ItemState) {
		if !q.Relevant || q.Value == "" || stored.Get(q.Path) == q.Value || wrong != nil {
			return
		}
		value := ""
		if now, ok := without.At(q.Path); ok {
			value = now.Value
		}
		wrong = open.Set(q.Path, value)
	})
	return wrong
}

// Bytes returns the record in its canonical form; their SHA-256 is the response's hash.
func (r Record) Bytes() ([]byte, error) {
	b, err := canonical.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("record of a response: %w", err)
	}
	return b, nil
}

// ReadRecord reads a record that came from elsewhere. The error is [errs.Invalid].
func ReadRecord(b []byte) (r Record, err error) {
	if err := strict(b, &r); err != nil {
		return r, fmt.Errorf("record of a response: %w", err)
	}
	_, idErr := id.Parse(string(r.Study))
	_, respondentErr := id.Parse(string(r.Respondent.ID))
	switch {
	case r.Format != RecordFormat:
		return r, errs.Invalidf("record of a response: the format is not %s", RecordFormat)
	case idErr != nil, respondentErr != nil, !isHash(r.Instrument), r.Previous != nil && !isHash(*r.Previous):
		return r, errs.Invalidf("record of a response: it names no study, respondent or instrument")
	case r.Marks == nil, r.Secrets == nil:
		return r, errs.Invalidf("record of a response: marks or secrets are missing")
	case r.Revision < 1, !r.Level.Known(), r.Revision == 1 != (r.Previous == nil):
		return r, errs.Invalidf("record of a response: revision or level is none")
	}
	if _, err := instrument.ParseAnswers(r.Answers); err != nil {
		return r, fmt.Errorf("record of a response: %w", err)
	}
	for path, m := range r.Marks {
		if m.empty() || m.Confidential == Secret {
			return r, errs.Invalidf("record of a response: mark of %.60q", path)
		}
		if err := m.check(path); err != nil {
			return r, fmt.Errorf("record of a response: %w", err)
		}
	}
	for path, sum := range r.Secrets {
		if !isHash(sum) {
			return r, errs.Invalidf("record of a response: secret %.60q", path)
		}
	}
	return r, nil
}

// CheckSecrets reads sealed answers that were opened and holds them against a record's commitments.
func CheckSecrets(r Record, b []byte) (s Sealed, err error) {
	if err := strict(b, &s); err != nil {
		return s, fmt.Errorf("secret answers: %w", err)
	}
	salt, err := hex.DecodeString(s.Salt)
	if err != nil || len(salt) != saltSize || s.Format != SecretsFormat || len(s.Answers) != len(r.Secrets) {
		return s, errs.Invalidf("secret answers: not those of the record")
	}
	for path, a := range s.Answers {
		if err := a.Mark.check(path); err != nil {
			return s, err
		}
		if got, err := commitment(salt, path, a); err != nil || got != r.Secrets[path] {
			return s, errs.Invalidf("secret answers: %s is not what the record was signed with", path)
		}
	}
	return s, nil
}

const saltSize = 32

// strict reads a canonical document without members that it doesn't know.
func strict(b []byte, into any) error {
	if err := canonical.Check(b); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w: %w", err, errs.Invalid)
	}
	again, err := canonical.Marshal(into)
	if err == nil && !bytes.Equal(again, b) { // a name in other letters, a member left out
		err = errs.Invalidf("not in its one form")
	}
	return err
}

func isHash(h Hash) bool {
	b, err := hex.DecodeString(string(h))
	return err == nil && len(b) == sha256.Size && string(h) == hex.EncodeToString(b)
}

// Checked is what a signed record says.
type Checked struct {
	Record Record
	Hash   Hash
	Signer *cms.Result
}

// CheckSigned checks a record with its detached signature, wherever it came from: nothing but the two files is needed.
// Whose the certificate is is for the caller to compare.
func CheckSigned(record, signature []byte) (Checked, error) {
	result, err := cms.Verify(signature, record)
	if err != nil {
		return Checked{}, err
	}
	r, err := ReadRecord(record)
	return Checked{r, canonical.Sum(record), result}, err
}
