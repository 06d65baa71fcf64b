package envelope

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
)

// timeForm is the one form of an instant in our formats.
const timeForm = "2006-01-02T15:04:05.000Z"

// members reads the members of one JSON object by their exact names. encoding/json would take KIND for kind; here a
// name that differs only by case is refused, an unknown one is noted, an unknown one that begins with must_ is refused.
// The first fault is kept in *err; the values read after it mean nothing.
type members struct {
	at      string // where the object stands, "" or "from."
	raw     map[string]json.RawMessage
	known   []string
	unknown *[]string
	err     *error
}

// newMembers opens an object. The bytes must have passed [canonical.Check].
func newMembers(b []byte) *members {
	var fault error
	m := &members{unknown: &[]string{}, err: &fault}
	m.open(b, "the document")
	return m
}

func (m *members) open(b []byte, what string) {
	if err := json.Unmarshal(b, &m.raw); err != nil || m.raw == nil {
		m.fail("%s is not an object", what)
	}
}

func (m *members) fail(format string, args ...any) {
	if *m.err == nil {
		*m.err = errs.Invalidf(format, args...)
	}
}

// value returns a member's JSON; one that isn't there is a fault.
func (m *members) value(name string) json.RawMessage {
	m.known = append(m.known, name)
	v, ok := m.raw[name]
	if !ok {
		m.fail("member %s%s is missing", m.at, name)
	}
	return v
}

// null reports whether the member is there and null.
func (m *members) null(name string) bool { return string(m.value(name)) == "null" }

func (m *members) decode(name string, into any, want string) {
	v := m.value(name)
	if *m.err != nil {
		return
	}
	if string(v) == "null" || json.Unmarshal(v, into) != nil {
		m.fail("member %s%s: want %s", m.at, name, want)
	}
}

// text reads a string for which the rule has nothing to say.
func (m *members) text(name string, rule func(string) error) string {
	var s string
	m.decode(name, &s, "a string")
	m.rule(name, s, rule)
	return s
}

func (m *members) rule(name, s string, rule func(string) error) {
	if *m.err != nil {
		return
	}
	if err := rule(s); err != nil {
		*m.err = fmt.Errorf("member %s%s: %w", m.at, name, err)
	}
}

// textOrNull reads a string, or "" for null.
func (m *members) textOrNull(name string, rule func(string) error) string {
	if m.null(name) {
		return ""
	}
	return m.text(name, rule)
}

// whole reads a number within the bounds.
func (m *members) whole(name string, low, high int64) int64 {
	var n int64
	m.decode(name, &n, "a whole number")
	if n < low || n > high {
		m.fail("member %s%s is %d: %d to %d is allowed", m.at, name, n, low, high)
	}
	return n
}

func (m *members) boolean(name string) bool {
	var b bool
	m.decode(name, &b, "true or false")
	return b
}

// time reads an instant in the one form we have.
func (m *members) time(name string) time.Time {
	var at time.Time
	m.text(name, func(s string) (err error) {
		at, err = readTime(s)
		return err
	})
	return at
}

// texts reads a list of strings.
func (m *members) texts(name string, most int, rule func(string) error) []string {
	list := []string{}
	m.decode(name, &list, "a list of strings")
	if len(list) > most {
		m.fail("member %s%s has %d items, at most %d are allowed", m.at, name, len(list), most)
	}
	for _, s := range list {
		m.rule(name, s, rule)
	}
	return list
}

// object opens a member that is an object.
func (m *members) object(name string) *members {
	in := &members{at: m.at + name + ".", unknown: m.unknown, err: m.err}
	v := m.value(name)
	if *m.err == nil {
		in.open(v, "member "+m.at+name)
	}
	return in
}

// objects reads a list of objects, each with the function.
func (m *members) objects(name string, most int, read func(*members)) {
	var list []json.RawMessage
	m.decode(name, &list, "a list of objects")
	if len(list) > most {
		m.fail("member %s%s has %d items, at most %d are allowed", m.at, name, len(list), most)
	}
	for i, v := range list {
		if *m.err != nil {
			return
		}
		in := &members{at: fmt.Sprintf("%s%s[%d].", m.at, name, i), unknown: m.unknown, err: m.err}
		in.open(v, fmt.Sprintf("member %s%s[%d]", m.at, name, i))
		read(in)
		in.close()
	}
}

// close looks at the names nobody asked for.
func (m *members) close() {
	var names []string
	for name := range m.raw {
		if !slices.Contains(m.known, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if strings.HasPrefix(name, "must_") {
			m.fail("member %s%.60s has to be understood and isn't", m.at, name)
		}
		for _, k := range m.known {
			if strings.EqualFold(k, name) {
				m.fail("member %s%.60s differs from %s only by case", m.at, name, k)
			}
		}
		*m.unknown = append(*m.unknown, m.at+name)
	}
}

func readTime(s string) (time.Time, error) {
	t, err := time.Parse(timeForm, s)
	if err != nil || t.Format(timeForm) != s {
		return time.Time{}, errs.Invalidf("%.40q: want a time as 2026-11-23T20:09:53.000Z", s)
	}
	return t, nil
}

func isID(s string) error {
	_, err := id.Parse(s)
	return err
}

func isDigest(s string) error {
	if len(s) != 64 || strings.Trim(s, "0123456789abcdef") != "" {
		return errs.Invalidf("%.70q: want a SHA-256 as 64 small hexadecimal digits", s)
	}
	return nil
}

// isState allows a country's code, or a short code of an international organisation.
func isState(s string) error {
	if len(s) < 2 || len(s) > 8 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return errs.Invalidf("%.20q: want a State's code, 2 to 8 capital letters", s)
	}
	return nil
}

// isCode allows an authority's code and a request's number: capital letters, digits and hyphens.
func isCode(s string) error {
	if s == "" || len(s) > 64 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
		return errs.Invalidf("%.70q: want 1 to 64 capital letters, digits and hyphens", s)
	}
	return nil
}

func isSlug(s string) error {
	if s == "" || len(s) > 64 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return errs.Invalidf("%.70q: want 1 to 64 small letters, digits and hyphens", s)
	}
	return nil
}

// atMost allows any text up to so many bytes, but not the empty one.
func atMost(n int) func(string) error {
	return func(s string) error {
		if s == "" || len(s) > n {
			return errs.Invalidf("text of %d bytes: 1 to %d are allowed", len(s), n)
		}
		return nil
	}
}

// readDocument is the beginning of every JSON document of ours: canonical form, an object, the format's name.
func readDocument(b []byte, format string) (*members, error) {
	if err := canonical.Check(b); err != nil {
		return nil, refuse(BadJSON, "%v", err)
	}
	m := newMembers(b)
	got := m.text("format", atMost(64))
	if *m.err != nil {
		return nil, refuse(UnknownFormat, "%v", *m.err)
	}
	if got != format {
		return nil, refuse(UnknownFormat, "%q, read is %q", got, format)
	}
	return m, nil
}
