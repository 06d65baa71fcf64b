package instrument

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

// Points are hundredths of a point, so that sums are exact.
type Points int64

// Rule says how an answer is turned into points.
type Rule string

// The rules. Answers are codes: a test in six languages has one table of keys.
const (
	OneRule    Rule = "one"    // the choice that is the key
	AllRule    Rule = "all"    // exactly the choices of the key
	EachRule   Rule = "each"   // (right − wrong) ÷ all right of the points, never below 0
	NumberRule Rule = "number" // a number within the tolerance of the key
	OrderRule  Rule = "order"  // the choices in the order of the key
	TextRule   Rule = "text"   // the same text but for case, spaces around it and the form of its letters and digits
	PersonRule Rule = "person" // a marker decides
)

// Scoring is how the answers to a form are marked. It is no part of the form: nothing that shows or sends a form has it.
type Scoring struct {
	Cut   Points // from which a test is passed
	Items []ScoredItem
}

// ScoredItem is one question's key.
type ScoredItem struct {
	Name       string // of the question
	Competency string
	Bloom      int // level of Bloom's taxonomy, 1 to 6
	Points     Points
	Rule       Rule
	Key        string // a code, codes with spaces between, a number or a text
	Tolerance  string // of a number
	Rationale  string // why the key is right; English, the key of its translations

	line int
}

// KeyHash is the digest of what decides the points of an item: a corrected key has another one.
func (s ScoredItem) KeyHash() (canonical.Hash, error) {
	b, err := canonical.Marshal(map[string]string{
		"name": s.Name, "rule": string(s.Rule), "key": s.Key, "tolerance": s.Tolerance, "points": strconv.FormatInt(int64(s.Points), 10),
	})
	return canonical.Sum(b), err
}

// scoringColumns are the columns of scoring.csv.
var scoringColumns = []string{"name", "competency", "bloom", "points", "rule", "key", "tolerance", "rationale"}

// LoadScoring reads scoring.csv of the folder dir. Points stand there in points: "2" is 200 hundredths. Errors are
// [errs.Invalid] and name file and line.
func LoadScoring(fsys fs.FS, dir string) (*Scoring, error) {
	name := path.Join(dir, "scoring.csv")
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("scoring: %w", err)
	}
	r := csv.NewReader(f)
	rows, err := r.ReadAll()
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", name, err, errs.Invalid)
	}
	if len(rows) == 0 || !slices.Equal(rows[0], scoringColumns) {
		return nil, errs.Invalidf("%s:1: the columns are %s", name, strings.Join(scoringColumns, ","))
	}
	s := &Scoring{}
	var faults []error
	for i, row := range rows[1:] {
		it, err := scored(row)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %w", name, i+2, err))
			continue
		}
		it.line = i + 2
		s.Items = append(s.Items, it)
	}
	return s, errors.Join(faults...)
}

func scored(row []string) (ScoredItem, error) {
	it := ScoredItem{Name: row[0], Competency: row[1], Rule: Rule(row[4]), Key: strings.TrimSpace(row[5]), Tolerance: strings.TrimSpace(row[6]), Rationale: row[7]}
	var err error
	if it.Bloom, err = strconv.Atoi(row[2]); err != nil || it.Bloom < 1 || it.Bloom > 6 {
		return it, errs.Invalidf("%s: bloom is %q, want 1 to 6", it.Name, row[2])
	}
	points, ok := new(big.Rat).SetString(row[3])
	if !ok || points.Sign() <= 0 {
		return it, errs.Invalidf("%s: points are %q, want a number above 0", it.Name, row[3])
	}
	points.Mul(points, big.NewRat(100, 1))
	if !points.IsInt() || !points.Num().IsInt64() {
		return it, errs.Invalidf("%s: points %q have more than two decimals", it.Name, row[3])
	}
	it.Points = Points(points.Num().Int64())
	switch it.Rule {
	case OneRule, AllRule, EachRule, OrderRule, TextRule:
		if it.Key == "" {
			return it, errs.Invalidf("%s: a key is needed", it.Name)
		}
	case NumberRule:
		if _, ok := new(big.Rat).SetString(it.Key); !ok {
			return it, errs.Invalidf("%s: the key %q is no number", it.Name, it.Key)
		}
		if t, ok := new(big.Rat).SetString(orZero(it.Tolerance)); !ok || t.Sign() < 0 {
			return it, errs.Invalidf("%s: the tolerance %q is no number from 0", it.Name, it.Tolerance)
		}
	case PersonRule:
	default:
		return it, errs.Invalidf("%s: there is no rule %q", it.Name, it.Rule)
	}
	return it, nil
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

// Check holds the scoring against the form: every item is a question of it, and every key points to its choices.
func (s *Scoring) Check(in *Instrument) error {
	questions := map[string]*Item{}
	in.Walk(func(it *Item) { questions[it.Name] = it })
	var faults []error
	for _, it := range s.Items {
		q := questions[it.Name]
		if q == nil {
			faults = append(faults, errs.Invalidf("scoring.csv:%d: the form has no question %q", it.line, it.Name))
			continue
		}
		if it.Rule != OneRule && it.Rule != AllRule && it.Rule != EachRule && it.Rule != OrderRule {
			continue
		}
		for _, code := range strings.Fields(it.Key) {
			if !slices.ContainsFunc(in.Lists[q.List], func(c Choice) bool { return c.Name == code }) {
				faults = append(faults, errs.Invalidf("scoring.csv:%d: the key of %s points to %q, which is no choice of its list", it.line, it.Name, code))
			}
		}
	}
	return errors.Join(faults...)
}

// Of returns the scoring of the named items, in their order.
func (s *Scoring) Of(names []string) (*Scoring, error) {
	out := &Scoring{Cut: s.Cut}
	for _, n := range names {
		i := slices.IndexFunc(s.Items, func(it ScoredItem) bool { return it.Name == n })
		if i < 0 {
			return nil, errs.Invalidf("scoring.csv has no item %q", n)
		}
		out.Items = append(out.Items, s.Items[i])
	}
	return out, nil
}

// Total is what can be had.
func (s *Scoring) Total() (sum Points) {
	for _, it := range s.Items {
		sum += it.Points
	}
	return sum
}

// Scored is what an answer got. One that a person marks is not Final.
type Scored struct {
	Item     ScoredItem
	Points   Points
	Answered bool
	Final    bool
}

// Score marks answers by the rules. No answer scores 0 and is told apart.
func (s *Scoring) Score(in *Instrument, a Answers) []Scored {
	paths := map[string]string{}
	in.Walk(func(it *Item) { paths[it.Name] = it.Path() })
	var all []Scored
	for _, it := range s.Items {
		said := strings.TrimSpace(a.Get(paths[it.Name]))
		x := Scored{Item: it, Answered: said != "", Final: it.Rule != PersonRule}
		if x.Answered {
			x.Points = it.mark(said)
		}
		all = append(all, x)
	}
	return all
}

// mark gives the points of an answer.
func (s ScoredItem) mark(said string) Points {
	right, chosen := strings.Fields(s.Key), strings.Fields(said)
	full := func(ok bool) Points {
		if ok {
			return s.Points
		}
		return 0
	}
	switch s.Rule {
	case OneRule:
		return full(said == s.Key)
	case AllRule:
		slices.Sort(right)
		slices.Sort(chosen)
		return full(slices.Equal(right, slices.Compact(chosen)))
	case EachRule:
		n := 0
		slices.Sort(chosen)
		for _, c := range slices.Compact(chosen) {
			if slices.Contains(right, c) {
				n++
			} else {
				n--
			}
		}
		return Points(max(0, int64(n)*int64(s.Points)/int64(len(right))))
	case OrderRule:
		return full(slices.Equal(right, chosen))
	case NumberRule:
		v, ok := new(big.Rat).SetString(westernDigits(said))
		if !ok {
			return 0
		}
		key, _ := new(big.Rat).SetString(s.Key)
		tolerance, _ := new(big.Rat).SetString(orZero(s.Tolerance))
		return full(v.Sub(v, key).Abs(v).Cmp(tolerance) <= 0)
	case TextRule:
		return full(folded(said) == folded(s.Key))
	}
	return 0
}

// folded is a text as it is compared: letters in one form and case, one space between words, Western digits.
func folded(s string) string {
	return cases.Fold().String(norm.NFC.String(westernDigits(strings.Join(strings.Fields(s), " "))))
}

// westernDigits writes the digits of Arabic and Persian as the others do, and their decimal separator as a point.
func westernDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		case r == '٫':
			return '.'
		}
		return r
	}, s)
}
