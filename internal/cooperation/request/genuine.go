package request

import (
	"bytes"
	"errors"
	"fmt"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/engine/document/sign"
)

// answersInside is the name under which a letter carries the answers it was written from.
const answersInside = "answers.json"

// CheckLetter checks that a request's letter is one that somebody signed, that nothing was changed after any signature,
// and that it was written from these answers: people read the letter, programs the answers, and both must be of one
// request. What fails is [errs.Invalid]. Whose the certificates are is for the caller to compare.
func CheckLetter(letter, answers []byte) ([]sign.Signature, error) {
	signatures, err := sign.Verify(letter)
	if err != nil {
		return nil, err
	}
	if len(signatures) == 0 {
		return nil, errs.Invalidf("the letter is not signed")
	}
	for i, s := range signatures {
		if s.Broken != nil {
			return signatures, fmt.Errorf("signature %d of the letter: %w", i+1, s.Broken)
		}
		if s.Changed {
			return signatures, errs.Invalidf("the letter was changed after signature %d", i+1)
		}
	}
	inside, err := sign.Enclosed(letter, answersInside, canonical.MaxBytes)
	if errors.Is(err, errs.NotFound) {
		return signatures, errs.Invalidf("the letter does not carry the answers it was written from")
	}
	if err != nil {
		return signatures, err
	}
	if !bytes.Equal(inside, answers) {
		return signatures, errs.Invalidf("the letter was written from other answers than those beside it")
	}
	return signatures, nil
}
