// Package errs holds the five kinds an error can be, so that a caller can act on it.
//
// Every error that a caller can do something about wraps one of the kinds. The web turns a kind into a
// status and a page, the command line into an exit code; nothing else looks inside an error.
package errs

//lint:file-ignore ST1012 errs.NotFound reads better at the call than errs.ErrNotFound.

import (
	"errors"
	"fmt"
	"strings"
)

// The kinds. A thing that a person may not know of is NotFound, never Forbidden.
var (
	NotFound    = errors.New("not found")
	Forbidden   = errors.New("not allowed")
	Invalid     = errors.New("not valid")
	Conflict    = errors.New("changed by someone else meanwhile")
	Unavailable = errors.New("not available now")
)

// Field is one thing wrong with one answer: where (a path in the form), what (a code that the message
// catalogue turns into a sentence) and the values that the sentence names.
type Field struct {
	Path string
	Code string
	Args map[string]string
}

type fieldsError struct{ fields []Field }

func (e *fieldsError) Error() string {
	var parts []string
	for _, f := range e.fields {
		parts = append(parts, f.Path+": "+f.Code)
	}
	return "not valid: " + strings.Join(parts, "; ")
}

func (e *fieldsError) Unwrap() error { return Invalid }

// WithFields returns an [Invalid] error that carries the fields. It returns nil when there is none.
func WithFields(fields ...Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &fieldsError{fields}
}

// Fields returns the wrong fields that err carries, in the order they were found, or nil.
func Fields(err error) []Field {
	var f *fieldsError
	if errors.As(err, &f) {
		return f.fields
	}
	return nil
}

type saidError struct {
	code string
	args map[string]string
	err  error
}

func (e *saidError) Error() string { return e.err.Error() }
func (e *saidError) Unwrap() error { return e.err }

// Say adds to err the message code with which a person is told of it; args are the values it names.
func Say(err error, code string, args map[string]string) error {
	if err == nil {
		return nil
	}
	return &saidError{code, args, err}
}

// Said returns the outermost message code that err carries, or "" when a page has to use the kind's own words.
func Said(err error) (code string, args map[string]string) {
	var s *saidError
	if errors.As(err, &s) {
		return s.code, s.args
	}
	return "", nil
}

// Invalidf returns an Invalid error with a sentence in it.
func Invalidf(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), Invalid)
}
