package instrument

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

// Format is the first member of every answers document.
const Format = "comity/answers/1"

// ownText is the member that holds an element's text when the element has attributes too.
const ownText = "#text"

// Answers is what somebody answered: a JSON document whose members are the form's questions by name.
//
//	{"format":"comity/answers/1", "request":{"title":"…", "measure":[{"@type":"produce.subscriber", …}]}}
//
// A group is an object, a repeat an array, an answer a text. A member that begins with "@" is an attribute. An
// element with a text of its own and attributes is an object with "#text". A question without an answer has no
// member. Answers share what they hold when copied; [Answers.Clone] parts them. The zero value can be read, not set.
type Answers struct{ root map[string]any }

// NewAnswers returns a document without answers.
func NewAnswers() Answers { return Answers{map[string]any{"format": Format}} }

// ParseAnswers reads a document: at most [canonical.MaxBytes], [canonical.MaxDepth] deep. Numbers and truth values
// stay what they are and read as text. The error is [errs.Invalid].
func ParseAnswers(b []byte) (Answers, error) {
	if len(b) > canonical.MaxBytes {
		return Answers{}, errs.Invalidf("answers of %d bytes: at most %d are allowed", len(b), canonical.MaxBytes)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var root map[string]any
	if err := d.Decode(&root); err != nil {
		return Answers{}, fmt.Errorf("answers: line %d: %w: %w", lineOf(b, err), err, errs.Invalid)
	}
	if _, err := d.Token(); err != io.EOF {
		return Answers{}, errs.Invalidf("answers: something follows the document")
	}
	if root["format"] != Format {
		return Answers{}, errs.Invalidf("answers: the format is not %q", Format)
	}
	if err := checkObject(root, 1); err != nil {
		return Answers{}, fmt.Errorf("answers: %w", err)
	}
	return Answers{root}, nil
}

// lineOf is the line on which JSON is broken; the last one when it ends too early.
func lineOf(b []byte, err error) int {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	at := len(b)
	switch {
	case errors.As(err, &syntax):
		at = int(syntax.Offset)
	case errors.As(err, &kind):
		at = int(kind.Offset)
	}
	return 1 + bytes.Count(b[:min(at, len(b))], []byte("\n"))
}

func checkObject(o map[string]any, depth int) error {
	if depth > canonical.MaxDepth {
		return errs.Invalidf("deeper than %d levels", canonical.MaxDepth)
	}
	for name, v := range o {
		if !validMember(name) {
			return errs.Invalidf("%q can't be the name of a member", name)
		}
		if err := checkMember(v, depth); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, isText := v.(string); name[0] == '@' && !isText {
			return errs.Invalidf("%s: an attribute is a text", name)
		}
	}
	return nil
}

func checkMember(v any, depth int) error {
	switch v := v.(type) {
	case map[string]any:
		return checkObject(v, depth+1)
	case []any:
		for i, e := range v {
			if _, ok := e.([]any); ok {
				return errs.Invalidf("a list in a list")
			}
			if err := checkMember(e, depth+1); err != nil {
				return fmt.Errorf("[%d]: %w", i+1, err)
			}
		}
	}
	return nil
}

// Bytes returns the document in canonical form, the bytes that are hashed and signed.
func (a Answers) Bytes() ([]byte, error) {
	b, err := canonical.Marshal(a.root)
	if err != nil {
		return nil, fmt.Errorf("answers: %w", err)
	}
	return b, nil
}

// Clone returns a copy that shares nothing with a.
func (a Answers) Clone() Answers {
	if a.root == nil {
		return NewAnswers()
	}
	return Answers{cloneMember(a.root).(map[string]any)}
}

func cloneMember(v any) any {
	switch v := v.(type) {
	case map[string]any:
		o := maps.Clone(v)
		for name, m := range o {
			o[name] = cloneMember(m)
		}
		return o
	case []any:
		l := slices.Clone(v)
		for i, m := range l {
			l[i] = cloneMember(m)
		}
		return l
	}
	return v
}

// Get returns the answer at a path such as "request/measure[1]/selector[2]/instant/@offset", "" when there is none.
// A number left out is 1.
func (a Answers) Get(path string) string {
	steps, err := parsePath(path)
	if err != nil {
		return ""
	}
	v, ok := find(a.root, steps)
	if !ok {
		return ""
	}
	return textOf(v)
}

// Has reports whether anything stands at the path: an answer, or a group or a repeat's instance even without one.
func (a Answers) Has(path string) bool {
	steps, err := parsePath(path)
	if err != nil {
		return false
	}
	_, ok := find(a.root, steps)
	return ok
}

// Count returns how many instances of a repeat there are: Count("request/measure").
func (a Answers) Count(path string) int {
	steps, err := parsePath(path)
	if err != nil {
		return 0
	}
	last := steps[len(steps)-1]
	parent, ok := find(a.root, steps[:len(steps)-1])
	o, isObject := parent.(map[string]any)
	if !ok || !isObject {
		return 0
	}
	switch v := o[last.name].(type) {
	case nil:
		return 0
	case []any:
		return len(v)
	}
	return 1
}

func find(v any, steps []pathStep) (any, bool) {
	for _, st := range steps {
		o, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = o[st.name]; !ok {
			return nil, false
		}
		n := max(st.index, 1)
		if list, ok := v.([]any); ok {
			if n > len(list) {
				return nil, false
			}
			v = list[n-1]
		} else if n > 1 {
			return nil, false
		}
	}
	return v, true
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case map[string]any:
		return textOf(v[ownText])
	}
	return ""
}
