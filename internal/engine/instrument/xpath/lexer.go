package xpath

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"comity/internal/base/errs"
)

// SyntaxError says where an expression stops making sense.
type SyntaxError struct {
	Column int    // in characters, from 1
	Want   string // what could have stood there
	Got    string // what stands there
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("column %d: expected %s, found %s", e.Column, e.Want, e.Got)
}

// Unwrap makes every syntax error [errs.Invalid].
func (e *SyntaxError) Unwrap() error { return errs.Invalid }

type tokenKind uint8

const (
	endToken tokenKind = iota
	nameToken
	numberToken
	textToken
	signToken // an operator or a bracket, its text in token.text
	refToken  // ${name}
)

type token struct {
	kind tokenKind
	text string
	at   int // byte offset in the source
}

func (t token) String() string {
	switch t.kind {
	case endToken:
		return "the end"
	case textToken:
		return "the text " + quote(t.text)
	case refToken:
		return quote("${" + t.text + "}")
	}
	return quote(t.text)
}

func quote(s string) string {
	const most = 24
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return "“" + s + "”"
}

// lex splits src into tokens. After something that has a value only an operator can follow: that is how "*", "and",
// "or", "div" and "mod" are told from names, and why "1div 2" can be read.
func lex(src string) ([]token, error) {
	l := lexer{src: src}
	for {
		l.at += len(src[l.at:]) - len(strings.TrimLeft(src[l.at:], " \t\r\n"))
		if l.at == len(src) {
			return append(l.tokens, token{kind: endToken, at: l.at}), nil
		}
		if err := l.next(); err != nil {
			return nil, err
		}
	}
}

type lexer struct {
	src    string
	at     int
	tokens []token
}

func (l *lexer) emit(kind tokenKind, text string, length int) error {
	l.tokens = append(l.tokens, token{kind, text, l.at})
	l.at += length
	return nil
}

func (l *lexer) next() error {
	rest := l.src[l.at:]
	if op := wordOperator(rest); op != "" && l.afterOperand() {
		return l.emit(signToken, op, len(op))
	}
	c := rest[0]
	switch {
	case c == '"' || c == '\'':
		end := strings.IndexByte(rest[1:], c)
		if end < 0 {
			return l.wrong(fmt.Sprintf("a closing %c", c), "the end")
		}
		return l.emit(textToken, rest[1:1+end], end+2)
	case isDigit(c) || c == '.' && len(rest) > 1 && isDigit(rest[1]):
		n := numberLength(rest)
		return l.emit(numberToken, rest[:n], n)
	case strings.HasPrefix(rest, "${"):
		name, _, closed := strings.Cut(rest[2:], "}")
		if !closed {
			return l.wrong("a closing }", "the end")
		}
		return l.emit(refToken, strings.TrimSpace(name), len(name)+3)
	}
	for _, sign := range []string{"::", "//", "..", "!=", "<=", ">="} {
		if strings.HasPrefix(rest, sign) {
			return l.emit(signToken, sign, len(sign))
		}
	}
	if c == '*' && !l.afterOperand() {
		return l.emit(nameToken, "*", 1)
	}
	if strings.IndexByte("()[]@,|+-*=<>/.$", c) >= 0 {
		return l.emit(signToken, rest[:1], 1)
	}
	if n := nameLength(rest); n > 0 {
		return l.emit(nameToken, rest[:n], n)
	}
	r, _ := utf8.DecodeRuneInString(rest)
	if strings.ContainsRune("‘’“”„«»", r) {
		return l.wrong("a straight quotation mark (' or \")", string(r))
	}
	return l.wrong("a name, a number, a text or an operator", quote(string(r)))
}

func (l *lexer) wrong(want, got string) error {
	return &SyntaxError{Column: column(l.src, l.at), Want: want, Got: got}
}

func column(src string, at int) int { return utf8.RuneCountInString(src[:at]) + 1 }

// afterOperand reports whether the last token ends something that has a value.
func (l *lexer) afterOperand() bool {
	if len(l.tokens) == 0 {
		return false
	}
	switch last := l.tokens[len(l.tokens)-1]; last.kind {
	case nameToken, numberToken, textToken, refToken:
		return true
	default:
		return last.text == ")" || last.text == "]" || last.text == ".." || last.text == "."
	}
}

func wordOperator(s string) string {
	for _, op := range []string{"and", "or", "div", "mod"} {
		if !strings.HasPrefix(s, op) {
			continue
		}
		r, _ := utf8.DecodeRuneInString(s[len(op):])
		if r == '_' || unicode.IsLetter(r) && len(s) > len(op) {
			continue
		}
		return op
	}
	return ""
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func numberLength(s string) int {
	n, points := 0, 0
	for n < len(s) && (isDigit(s[n]) || s[n] == '.' && points == 0) {
		if s[n] == '.' {
			points++
		}
		n++
	}
	return n
}

// nameLength returns the length of the name that s begins with, with one prefix at most: "jr:itext", "xhtml:*". A
// name doesn't end in the colon of "child::".
func nameLength(s string) int {
	n := ncNameLength(s)
	if n == 0 || n+1 >= len(s) || s[n] != ':' {
		return n
	}
	if s[n+1] == '*' {
		return n + 2
	}
	if m := ncNameLength(s[n+1:]); m > 0 {
		return n + 1 + m
	}
	return n
}

func ncNameLength(s string) int {
	for i, r := range s {
		letter := r == '_' || unicode.IsLetter(r)
		if i == 0 && !letter {
			return 0
		}
		if !letter && r != '-' && r != '.' && r != '·' && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) {
			return i
		}
	}
	return len(s)
}
