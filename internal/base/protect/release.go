package protect

import (
	"slices"
	"strconv"
	"strings"
)

// Survey is who answered what, as an attacker would wish to know it. Respondents are numbered from 0.
type Survey struct {
	Values map[string][]string // question → each respondent's answer, "" without one that is counted
	Hidden map[string][]bool   // question → may this respondent's answer be shown in sums only
	Domain map[string][]string // question → its possible answers; nil for a number
	// Options are those of a question with several answers. Its values are names of options with spaces between, and
	// what is kept is each option on its own: nobody is to learn of any whether it was chosen. Its Domain can be left
	// out, or hold answers that are possible for everybody.
	Options map[string][]string
}

// hides reports whether someone's answer to a question is one that only sums may show.
func (s *Survey) hides(question string, who int) bool {
	h := s.Hidden[question]
	return who < len(h) && h[who] && s.Values[question][who] != ""
}

func (s *Survey) answer(who int) func(string) string {
	return func(q string) string {
		if v := s.Values[q]; who < len(v) {
			return v[who]
		}
		return ""
	}
}

func (s *Survey) with(who int, question, value string) func(string) string {
	as := s.answer(who)
	return func(q string) string {
		if q == question {
			return value
		}
		return as(q)
	}
}

// Release is a table that is out, or is about to be, with how respondents come into it.
type Release struct {
	Table *Table
	Item  string   // what it counts: two tables with the same Item and as many columns have the same columns
	On    []string // every question whose answer decides where someone stands: that which is counted first, what it is broken down by, what filters
	Sums  bool     // its one column holds sums or averages of numbers, and the rows' sums are the numbers of answers
	Place func(who int, answer func(question string) string) (row, col int, ok bool)
}

func (r *Release) on(question string) bool {
	for _, q := range r.On {
		if q == question {
			return true
		}
	}
	return false
}

func (r *Release) apply(p Policy) {
	if !r.Sums {
		p.Apply(r.Table)
		return
	}
	p.applySums(r.Table)
}

func (r *Release) complement() {
	if r.Sums {
		r.Table.complementSums()
		r.Table.alike()
		return
	}
	r.Table.complement()
}

// applySums is P1 and P3 for sums of numbers: what one hidden answer adds to known ones is that answer.
func (p Policy) applySums(t *Table) {
	for i := range t.Cells {
		if c := &t.Cells[i][0]; c.Hidden > 0 && (c.N < p.k() || c.Hidden < 2) {
			c.hide(Small)
		}
	}
	t.complementSums()
	t.alike()
}

// alike keeps the number of answers back where the sum is, and the sum where the number is, unless who belongs to the groups
// is known anyway: the size of a group that protected answers make is such an answer, and a sum beside a mean gives it.
func (t *Table) alike() {
	for i := range t.Cells {
		sum, n := &t.Cells[i][0], &t.Cells[i][1]
		if t.fixed(i, 1) {
			continue
		}
		if sum.Flag != Shown {
			n.hide(sum.Flag)
		}
		if n.Flag != Shown {
			sum.hide(n.Flag)
		}
	}
}

// complementSums hides further groups until what is hidden together, which anybody can subtract, has cover of its own.
func (t *Table) complementSums() {
	last := t.rows()
	for {
		hidden, answers := 0, 0
		var shown []*Cell
		for i := range last {
			c := &t.Cells[i][0]
			if c.Flag == Shown {
				shown = append(shown, c)
				continue
			}
			hidden, answers = hidden+1, answers+c.Hidden
		}
		if hidden == 0 || t.Cells[last][0].Flag != Shown || hidden > 1 && answers > 1 {
			return
		}
		c := smallest(shown)
		if c == nil {
			t.Cells[last][0].hide(Complementary)
			return
		}
		c.hide(Complementary)
	}
}

// Release hides in r what must be hidden, given what is out already, which doesn't change any more.
//
// Beside P1 to P3 on the table itself it compares r with every table on the same question whose groups lie within each
// other, and at last asks for each hidden answer whether another answer would fit all that is out as well: one that
// two respondents exchange, or one that changes only what isn't shown. Where none does, more is hidden.
func (p Policy) Release(s *Survey, out []*Release, r *Release) {
	r.apply(p)
	for p.difference(s, out, r) || expose(s, out, r) {
		r.complement()
	}
}

// expose finds a hidden answer that the tables give away together and hides the smallest count of r that helps.
func expose(s *Survey, out []*Release, r *Release) bool {
	all := append(out[:len(out):len(out)], r)
	for _, q := range r.On {
		for who := range s.Values[q] {
			if !s.hides(q, who) || s.open(all, q, who) {
				continue
			}
			if c := r.toHide(s, who); c != nil {
				return c.hide(Differencing)
			}
		}
	}
	return false
}

// toHide chooses a count of the respondent's own row, else of the sums, else any.
func (r *Release) toHide(s *Survey, who int) *Cell {
	t := r.Table
	row, _, ok := r.Place(who, s.answer(who))
	order := []int{t.rows()}
	if ok {
		order = []int{row, t.rows()}
	}
	for i := range t.Cells {
		order = append(order, i)
	}
	for _, i := range order {
		var shown []*Cell
		for j := range t.Cells[i] {
			if t.Cells[i][j].Flag == Shown && !t.fixed(i, j) {
				shown = append(shown, &t.Cells[i][j])
			}
		}
		if c := smallest(shown); c != nil {
			return c
		}
	}
	return nil
}

// Exposed lists the respondents of whose hidden answer to a question the tables leave one possibility only, as far as
// exchanging two answers or changing one can tell. It never leaves out one that is given away.
func Exposed(s *Survey, out []*Release, question string) []int {
	var found []int
	for who := range s.Values[question] {
		if s.hides(question, who) && !s.open(out, question, who) {
			found = append(found, who)
		}
	}
	return found
}

// open reports that another answer of this respondent would fit all that is shown. Of a question with several answers that
// has to be so for each option: what is exchanged or changed is the answer as a whole, since a number of its options alone
// might be no answer that anybody could give.
func (s *Survey) open(out []*Release, question string, who int) bool {
	mine := s.Values[question][who]
	left := s.aspects(question)
	other := func(value string, moves ...move) bool {
		if slices.ContainsFunc(left, func(a aspect) bool { return a(value) != a(mine) }) && fits(out, question, moves...) {
			left = slices.DeleteFunc(left, func(a aspect) bool { return a(value) != a(mine) })
		}
		return len(left) == 0
	}
	for _, value := range s.Domain[question] {
		if other(value, move{who, s.answer(who), s.with(who, question, value)}) {
			return true
		}
	}
	for partner, theirs := range s.Values[question] {
		if partner == who || !s.hides(question, partner) {
			continue
		}
		exchange := []move{{who, s.answer(who), s.with(who, question, theirs)}, {partner, s.answer(partner), s.with(partner, question, mine)}}
		if theirs != mine {
			if other(theirs, exchange...) {
				return true
			}
			continue
		}
		// Two equal numbers could be one more and one less, where only sums are shown; two noughts can't.
		if !nothing(mine) && onlySummed(out, question) && fits(out, question, exchange...) && together(s, out, question, who, partner) {
			return true
		}
	}
	return false
}

// aspect is what is to be learnt of nobody's answer.
type aspect func(value string) string

// aspects are the answer itself, or of one with several whether each option was chosen.
func (s *Survey) aspects(question string) []aspect {
	options := s.Options[question]
	if options == nil {
		return []aspect{func(value string) string { return value }}
	}
	var all []aspect
	for _, o := range options {
		all = append(all, func(value string) string { return strconv.FormatBool(slices.Contains(strings.Fields(value), o)) })
	}
	return all
}

// nothing reports a number below which there is none.
func nothing(value string) bool {
	v, err := strconv.ParseFloat(value, 64)
	return err == nil && v == 0
}

// onlySummed reports that a question is nowhere counted: then two equal numbers could be two others of the same sum.
func onlySummed(out []*Release, question string) bool {
	for _, r := range out {
		if r.on(question) && (!r.Sums || r.Item != question) {
			return false
		}
	}
	return true
}

// together reports that two stand in the same groups of all tables on a question.
func together(s *Survey, out []*Release, question string, a, b int) bool {
	for _, r := range out {
		if !r.on(question) {
			continue
		}
		rowA, _, okA := r.Place(a, s.answer(a))
		rowB, _, okB := r.Place(b, s.answer(b))
		if okA != okB || rowA != rowB {
			return false
		}
	}
	return true
}

// move is one respondent's answers before and after.
type move struct {
	who           int
	before, after func(string) string
}

type spot struct {
	row, col int
	value    string
}

// fits reports that moves leave every shown count of every table on the question as it is.
func fits(out []*Release, question string, moves ...move) bool {
	for _, r := range out {
		if !r.on(question) {
			continue
		}
		balance := map[spot]int{}
		for _, m := range moves {
			r.count(balance, m.who, m.before, -1)
			r.count(balance, m.who, m.after, +1)
		}
		for at, n := range balance {
			if n != 0 && (r.Table.fixed(at.row, at.col) || r.Table.Cells[at.row][at.col].Flag == Shown) {
				return false
			}
		}
	}
	return true
}

// count adds n to the cell in which someone stands, and to the sums over it.
func (r *Release) count(balance map[spot]int, who int, answer func(string) string, n int) {
	row, col, ok := r.Place(who, answer)
	if !ok {
		return
	}
	value := ""
	if r.Sums {
		value = answer(r.Item)
	}
	rows, cols := r.Table.rows(), r.Table.cols()
	balance[spot{row, col, value}] += n
	balance[spot{rows, col, value}] += n
	balance[spot{row, cols, ""}] += n
	balance[spot{rows, cols, ""}] += n
}
