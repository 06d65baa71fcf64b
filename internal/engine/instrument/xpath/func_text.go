package xpath

import (
	"crypto/md5"  // a checksum that forms ask for, not a protection
	"crypto/rand" // uuid() must not be guessed
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"comity/internal/base/errs"
)

const (
	maxPattern = 1000 // bytes of a regular expression
	maxUUID    = 1000 // characters of uuid(n)
)

func fnJoin(s *scope, a []expr) Value {
	var parts []string
	for _, e := range a[1:] {
		parts = append(parts, s.texts(e)...)
	}
	return Text(strings.Join(parts, s.str(a[0])))
}

func fnEndsWith(s *scope, a []expr) Value { return Bool(strings.HasSuffix(s.str(a[0]), s.str(a[1]))) }

// substr(text, from, to) counts from 0; below 0 from the end.
func fnSubstr(s *scope, a []expr) Value {
	text := []rune(s.str(a[0]))
	from, to := place(s.num(a[1]), len(text)), len(text)
	if len(a) > 2 {
		to = place(s.num(a[2]), len(text))
	}
	if from >= to {
		return Text("")
	}
	return Text(string(text[from:to]))
}

func place(at float64, length int) int {
	n := float64(length)
	if at < 0 {
		at += n
	}
	if !(at > 0) { // also when it is NaN
		return 0
	}
	return int(min(at, n))
}

// regex reports whether the pattern fits somewhere in the text. Patterns are RE2: in linear time, without looking
// around or back.
func fnRegex(s *scope, a []expr) Value {
	text := s.str(a[0])
	re, err := compilePattern(s.str(a[1]))
	if err != nil {
		s.fail(err)
		return Value{}
	}
	return Bool(re.MatchString(text))
}

// linkRegex compiles a pattern that stands in the expression itself, so that a wrong one is found with the form.
func linkRegex(args []expr) (expr, error) {
	c, ok := args[1].(*constant)
	if !ok {
		return &call{"regex", args, fnRegex}, nil
	}
	re, err := compilePattern(c.value.String())
	if err != nil {
		return nil, &PatternError{c.value.String(), err}
	}
	return &call{"regex", args, func(s *scope, a []expr) Value { return Bool(re.MatchString(s.str(a[0]))) }}, nil
}

func compilePattern(pattern string) (*regexp.Regexp, error) {
	if len(pattern) > maxPattern {
		return nil, errs.Invalidf("a regular expression of more than %d bytes", maxPattern)
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("regex(): %w: %w", err, errs.Invalid)
	}
	return re, nil
}

func fnDigest(s *scope, a []expr) Value {
	text, form := []byte(s.str(a[0])), "base64"
	if len(a) > 2 {
		form = s.str(a[2])
	}
	sum, ok := digest(s.str(a[1]), text)
	if !ok {
		s.fail(errs.Invalidf("digest(): unknown algorithm %q", s.str(a[1])))
		return Value{}
	}
	if form == "hex" {
		return Text(hex.EncodeToString(sum))
	}
	return Text(base64.StdEncoding.EncodeToString(sum))
}

func digest(algorithm string, text []byte) ([]byte, bool) {
	switch algorithm {
	case "MD5":
		sum := md5.Sum(text)
		return sum[:], true
	case "SHA-1":
		sum := sha1.Sum(text)
		return sum[:], true
	case "SHA-256":
		sum := sha256.Sum256(text)
		return sum[:], true
	case "SHA-384":
		sum := sha512.Sum384(text)
		return sum[:], true
	case "SHA-512":
		sum := sha512.Sum512(text)
		return sum[:], true
	}
	return nil, false
}

// base64-decode gives "" for what isn't base 64.
func fnBase64Decode(s *scope, a []expr) Value {
	out, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s.str(a[0])))
	if err != nil {
		return Text("")
	}
	return Text(strings.ToValidUTF8(string(out), "\uFFFD"))
}

// uuid() is the one function that isn't the same twice: a version 4 identifier, or so many random letters and digits.
func fnUUID(s *scope, a []expr) Value {
	if len(a) == 0 {
		var b [16]byte
		rand.Read(b[:]) // never returns an error
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		return Text(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
	}
	n := s.num(a[0])
	if !(n >= 0 && n <= maxUUID) {
		s.fail(errs.Invalidf("uuid(): a length of 0 to %d, not %s", maxUUID, FormatNumber(n)))
		return Value{}
	}
	const letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-" // 64: no remainder
	out := make([]byte, int(n))
	rand.Read(out)
	for i, b := range out {
		out[i] = letters[b%64]
	}
	return Text(string(out))
}
