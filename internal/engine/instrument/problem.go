package instrument

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/engine/instrument/xpath"
)

// Severity is how bad a problem is.
type Severity string

// An Error makes a form unusable; a Warning is worth a look.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is one thing wrong with a form, and where.
type Problem struct {
	File     string
	Line     int
	Column   string // the column's name, "" for the whole row
	Cell     string // of a workbook: "F12"; File is then the book and its sheet
	Severity Severity
	Code     string
	Args     map[string]string
	Message  string // in English; [Problem.Say] has other languages

	words Words
}

// Words are what is said of a problem, and what to do about it. They are the catalogue's keys.
type Words struct{ Says, Do string }

// Found is a problem in a cell of a workbook, or of the whole file when cell is "": how readers of files tell what is
// wrong before there is a form. kv are names and values of places in the words.
func Found(file, cell string, sev Severity, code string, w Words, kv ...string) Problem {
	p := Problem{File: file, Cell: cell, Severity: sev, Code: code, words: w}
	p.speak(kv)
	return p
}

func (p *Problem) speak(kv []string) {
	p.Args = map[string]string{}
	for i := 0; i+1 < len(kv); i += 2 {
		p.Args[kv[i]] = kv[i+1]
	}
	p.Message = p.Say(func(english string) string { return english })
}

func newProblem(s source, column string, sev Severity, code string, kv []string) Problem {
	p := Problem{File: s.file, Line: s.line, Column: column, Cell: s.cell(column), Severity: sev, Code: code, words: problems[code]}
	p.speak(kv)
	return p
}

func (p Problem) String() string {
	if p.Cell != "" {
		return p.File + "!" + p.Cell + ": " + p.Message
	}
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Column != "" {
		where += " " + p.Column
	}
	return where + ": " + p.Message
}

// Say returns what is wrong as a sentence, translated by tr.
func (p Problem) Say(tr func(string) string) string { return fill(tr(p.words.Says), p.Args) }

// Words are the sentences before they are translated and filled with [Problem.Args], for a page that isolates values.
func (p Problem) Words() Words { return p.words }

// Suggest returns what to do about it, "" where the sentence says all there is.
func (p Problem) Suggest(tr func(string) string) string {
	if p.words.Do == "" {
		return ""
	}
	return fill(tr(p.words.Do), p.Args)
}

func fill(text string, args map[string]string) string {
	for name, value := range args {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// source is where a row stands. at has the letters of a sheet's columns; files have none.
type source struct {
	file string
	line int
	at   map[string]string
}

func (s source) String() string {
	if s.at != nil {
		return s.file + "!" + s.cell("name")
	}
	return fmt.Sprintf("%s:%d", s.file, s.line)
}

func (s source) cell(column string) string {
	if s.at == nil {
		return ""
	}
	letter := s.at[column]
	if letter == "" {
		letter = "A" // the whole row
	}
	return letter + strconv.Itoa(s.line)
}

// short is the place within the table: what a circle lists.
func (s source) short(column string) string {
	if s.at != nil {
		return s.cell(column)
	}
	return "line " + strconv.Itoa(s.line)
}

// nameError is a name that stands for no question, or for more than one.
type nameError struct{ code, name string }

func (e *nameError) Error() string {
	return fill(problems[e.code].Says, map[string]string{"name": e.name})
}

// Unwrap makes it [errs.Invalid].
func (e *nameError) Unwrap() error { return errs.Invalid }

// reportExpr says what is wrong with an expression. A regular expression that only other engines know leaves its
// constraint without effect; that is a warning.
func (in *Instrument) reportExpr(it *Item, column string, err error) {
	var name *nameError
	var call *xpath.CallError
	var pattern *xpath.PatternError
	var syntax *xpath.SyntaxError
	switch {
	case errors.As(err, &name):
		in.report(it.source, column, Error, name.code, "name", name.name)
	case errors.As(err, &call) && call.Known:
		in.report(it.source, column, Error, exprArguments, "name", call.Name, "n", number(call.Args))
	case errors.As(err, &call):
		in.report(it.source, column, Error, ExprFunction, "name", call.Name)
	case errors.As(err, &pattern) && column == "constraint":
		in.report(it.source, column, Warning, exprPatternOff, "pattern", pattern.Pattern)
	case errors.As(err, &pattern):
		in.report(it.source, column, Error, exprPattern, "pattern", pattern.Pattern)
	case errors.As(err, &syntax) && syntax.Got == "the end":
		in.report(it.source, column, Error, exprEnd)
	case errors.As(err, &syntax):
		in.report(it.source, column, Error, exprSyntax, "n", number(syntax.Column), "got", strings.TrimPrefix(syntax.Got, "the text "))
	default:
		in.report(it.source, column, Error, exprWrong, "why", strings.TrimSuffix(err.Error(), ": "+errs.Invalid.Error()))
	}
}
