// Package vectors measures the expression language against a published list of expressions and their values.
//
// The list is one JSON object a line: an XML document, the node to start from, an expression, the kind of value that
// is asked for and the value. Some lines are out of scope; excluded.csv names each with its reason. Start with [Test].
package vectors

import (
	"bufio"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"comity/internal/base/errs"
)

const (
	maxLine  = 4 << 20
	maxLines = 100_000
)

//go:embed excluded.csv
var excludedCSV string

// Vector is one line of the list.
type Vector struct {
	File       string          `json:"file"`     // where in the list's source it comes from
	Test       string          `json:"test"`     // what it shows
	XML        string          `json:"xml"`      // the document
	Root       string          `json:"root"`     // path of the node where "/" is, as "/#0/#1": children by number
	Context    string          `json:"context"`  // path of the node to start from
	CustomNS   bool            `json:"customNS"` // names are compared by namespace
	Lang       string          `json:"lang"`     // the reader's language
	Kind       string          `json:"kind"`     // boolean, number, string, nodeset, and ways to compare
	Expression string          `json:"expression"`
	Expected   json.RawMessage `json:"expected"`
	Factor     float64         `json:"factor"` // number-rounded: both sides times this, rounded, are equal
	Flags      string          `json:"flags"`  // string-matches: "i" leaves case aside
}

// Failure is a vector that gave something else.
type Failure struct {
	Line      int
	Vector    Vector
	Got, Want string
}

// Report is what [Test] found.
type Report struct {
	Passed   int
	Failed   []Failure
	Excluded map[string]int // how many, by reason
}

// InScope returns how many vectors were run.
func (r Report) InScope() int { return r.Passed + len(r.Failed) }

// Rate returns the part of the vectors in scope that passed, 0 to 1.
func (r Report) Rate() float64 {
	if r.InScope() == 0 {
		return 0
	}
	return float64(r.Passed) / float64(r.InScope())
}

func (r Report) String() string {
	excluded := 0
	for _, n := range r.Excluded {
		excluded += n
	}
	return fmt.Sprintf("%d of %d passed (%.2f %%), %d failed, %d excluded", r.Passed, r.InScope(), 100*r.Rate(), len(r.Failed), excluded)
}

// Test runs every vector of r, one JSON object a line. Dates are taken as of 2026-11-23T05:00-07:00 in a zone seven
// hours behind UTC, for which the list's values were made. The error tells of a list that can't be read.
func Test(r io.Reader) (Report, error) {
	rules, err := exclusions(excludedCSV)
	if err != nil {
		return Report{}, err
	}
	report := Report{Excluded: map[string]int{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	for n := 1; lines.Scan(); n++ {
		if n > maxLines {
			return report, errs.Invalidf("vectors: more than %d lines", maxLines)
		}
		var v Vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return report, errs.Invalidf("vectors line %d: %v", n, err)
		}
		if reason := rules.reason(v); reason != "" {
			report.Excluded[reason]++
			continue
		}
		got, want, same, err := v.run()
		switch {
		case err != nil:
			report.Failed = append(report.Failed, Failure{n, v, err.Error(), want})
		case !same:
			report.Failed = append(report.Failed, Failure{n, v, got, want})
		default:
			report.Passed++
		}
	}
	return report, lines.Err()
}

// exclusion names vectors by their source file and, where these aren't empty, the kind of value, the node to start
// from and the expression.
type exclusion struct{ file, kind, context, expression, reason string }

type exclusionList []exclusion

func exclusions(text string) (exclusionList, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("excluded.csv: %w", err)
	}
	var list exclusionList
	for i, row := range rows[1:] {
		if len(row) != 5 || row[0] == "" || row[4] == "" {
			return nil, errs.Invalidf("excluded.csv line %d: a file and a reason are needed", i+2)
		}
		list = append(list, exclusion{row[0], row[1], row[2], row[3], row[4]})
	}
	return list, nil
}

func (l exclusionList) reason(v Vector) string {
	for _, e := range l {
		if e.file == v.File && fits(e.kind, v.Kind) && fits(e.context, v.Context) && fits(e.expression, v.Expression) {
			return e.reason
		}
	}
	return ""
}

func fits(wanted, is string) bool { return wanted == "" || wanted == is }
