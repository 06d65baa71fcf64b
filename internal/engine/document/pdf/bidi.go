package pdf

import "golang.org/x/text/unicode/bidi"

// levels returns the embedding level of each character by the Unicode Bidirectional Algorithm (UAX 9). The text has
// no explicit formatting characters: [document.Span.Written] takes out those that were typed, and [text] sets isolates
// by itself, with one object replacement character in the text around them. What remains of the algorithm is one
// isolating run sequence for each line that ends in '\n'.
//
// The libraries at hand give runs of one direction, not levels: neighbours such as a number after Arabic (level 2) and
// the Latin text after it (level 0) come as one run, and are then set in the wrong order.
func levels(text []rune, rtl bool) []uint8 {
	out := make([]uint8, len(text))
	for start := 0; start < len(text); {
		end := start
		for end < len(text) && text[end] != '\n' {
			end++
		}
		resolve(text[start:end], rtl, out[start:end])
		if end < len(text) && rtl {
			out[end] = 1
		}
		start = end + 1
	}
	return out
}

// resolve sets the levels of one line.
func resolve(text []rune, rtl bool, out []uint8) {
	base, own := uint8(0), bidi.L
	if rtl {
		base, own = 1, bidi.R
	}
	q := sequence{own: own}
	for i, r := range text {
		out[i] = base
		props, _ := bidi.LookupRune(r)
		if c := props.Class(); c != bidi.BN { // X9
			q.at = append(q.at, i)
			q.class = append(q.class, c)
			q.text = append(q.text, r)
		}
	}
	q.weak()
	q.brackets()
	q.neutral()
	for k, i := range q.at {
		out[i] = base + rise(q.class[k], rtl)
	}
	// A character without a level of its own goes with the one before it.
	k := 0
	for i := range text {
		if k < len(q.at) && q.at[k] == i {
			k++
		} else if i > 0 {
			out[i] = out[i-1]
		}
	}
}

// rise is how far a class lifts a character above the base level (I1, I2).
func rise(c bidi.Class, rtl bool) uint8 {
	switch {
	case rtl && (c == bidi.L || c == bidi.EN || c == bidi.AN):
		return 1
	case !rtl && c == bidi.R:
		return 1
	case !rtl && (c == bidi.EN || c == bidi.AN):
		return 2
	}
	return 0
}

// sequence is an isolating run sequence under work.
type sequence struct {
	own   bidi.Class // direction of the base level, which is also what stands before the first and after the last
	at    []int
	class []bidi.Class
	text  []rune
}

// weak applies W1 to W7.
func (q *sequence) weak() {
	c := q.class
	marks := make([]bool, len(c))
	before, strong := q.own, q.own
	for i := range c {
		if c[i] == bidi.NSM { // W1
			marks[i] = true
			c[i] = before
		}
		before = c[i]
		switch c[i] {
		case bidi.L, bidi.R, bidi.AL:
			strong = c[i]
		case bidi.EN:
			if strong == bidi.AL { // W2
				c[i] = bidi.AN
			}
		}
	}
	for i := range c {
		if c[i] == bidi.AL { // W3
			c[i] = bidi.R
		}
	}
	for i := 1; i+1 < len(c); i++ { // W4
		number := c[i-1]
		if number != c[i+1] {
			continue
		}
		if c[i] == bidi.ES && number == bidi.EN || c[i] == bidi.CS && (number == bidi.EN || number == bidi.AN) {
			c[i] = number
		}
	}
	q.terminators()
	strong = q.own
	for i := range c {
		switch c[i] {
		case bidi.ES, bidi.ET, bidi.CS: // W6
			c[i] = bidi.ON
		case bidi.L, bidi.R:
			strong = c[i]
		case bidi.EN:
			if strong == bidi.L { // W7
				c[i] = bidi.L
			}
		}
	}
	q.marks(marks)
}

// terminators makes currency and percent signs part of the European number beside them (W5).
func (q *sequence) terminators() {
	c := q.class
	for i := 0; i < len(c); {
		if c[i] != bidi.ET {
			i++
			continue
		}
		end := i
		for end < len(c) && c[end] == bidi.ET {
			end++
		}
		if i > 0 && c[i-1] == bidi.EN || end < len(c) && c[end] == bidi.EN {
			for k := i; k < end; k++ {
				c[k] = bidi.EN
			}
		}
		i = end
	}
}

// marks remembers in the class of a bracket's marks that they follow it: N0 changes both together.
func (q *sequence) marks(is []bool) {
	for i, mark := range is {
		if mark && neutral(q.class[i]) {
			q.class[i] = bidi.NSM
		}
	}
}

// brackets applies N0: a pair of brackets takes the direction of what it holds, or of what stands before it.
func (q *sequence) brackets() {
	for _, pair := range q.pairs() {
		same, other := false, false
		for i := pair[0] + 1; i < pair[1]; i++ {
			switch direction(q.class[i]) {
			case q.own:
				same = true
			case bidi.L, bidi.R:
				other = true
			}
		}
		switch {
		case same:
			q.set(pair, q.own)
		case other:
			q.set(pair, q.before(pair[0]))
		}
	}
}

// before returns the direction of the nearest strong character before i.
func (q *sequence) before(i int) bidi.Class {
	for i--; i >= 0; i-- {
		if d := direction(q.class[i]); d != bidi.ON {
			return d
		}
	}
	return q.own
}

func (q *sequence) set(pair [2]int, d bidi.Class) {
	for _, i := range pair {
		q.class[i] = d
		for k := i + 1; k < len(q.class) && q.class[k] == bidi.NSM; k++ {
			q.class[k] = d
		}
	}
}

// maxOpen is how many brackets may be open at a time (BD16).
const maxOpen = 63

// pairs returns the brackets that belong together, in the order of the opening ones (BD16).
func (q *sequence) pairs() [][2]int {
	partner := make(map[int]int)
	var open []int
	for i, r := range q.text {
		if q.class[i] != bidi.ON {
			continue
		}
		props, _ := bidi.LookupRune(r)
		if !props.IsBracket() {
			continue
		}
		if props.IsOpeningBracket() {
			if len(open) == maxOpen {
				return nil
			}
			open = append(open, i)
			continue
		}
		for k := len(open) - 1; k >= 0; k-- {
			if canonical(mirrored(q.text[open[k]])) == canonical(r) {
				partner[open[k]] = i
				open = open[:k]
				break
			}
		}
	}
	var out [][2]int
	for i := range q.text {
		if end, ok := partner[i]; ok {
			out = append(out, [2]int{i, end})
		}
	}
	return out
}

func mirrored(bracket rune) rune {
	for _, r := range bidi.ReverseString(string(bracket)) {
		return r
	}
	return bracket
}

// canonical maps the two angle brackets that Unicode has twice.
func canonical(bracket rune) rune {
	switch bracket {
	case 0x2329:
		return 0x3008
	case 0x232A:
		return 0x3009
	}
	return bracket
}

// neutral applies N1 and N2: neutral characters between two of one direction take it, others take the base's.
func (q *sequence) neutral() {
	c := q.class
	for i := 0; i < len(c); {
		if !neutral(c[i]) {
			i++
			continue
		}
		end := i
		for end < len(c) && neutral(c[end]) {
			end++
		}
		left, right := q.own, q.own
		if i > 0 {
			left = direction(c[i-1])
		}
		if end < len(c) {
			right = direction(c[end])
		}
		d := q.own
		if left == right {
			d = left
		}
		for ; i < end; i++ {
			c[i] = d
		}
	}
}

func neutral(c bidi.Class) bool { return direction(c) == bidi.ON }

// direction is what a class counts as among neutrals: numbers are right to left (N0, N1).
func direction(c bidi.Class) bidi.Class {
	switch c {
	case bidi.L:
		return bidi.L
	case bidi.R, bidi.AL, bidi.EN, bidi.AN:
		return bidi.R
	}
	return bidi.ON
}

// firstStrong returns whether the first character with a direction runs right to left, as FSI decides (P2, P3).
func firstStrong(text []rune) (rtl bool) {
	for _, r := range text {
		props, _ := bidi.LookupRune(r)
		switch props.Class() {
		case bidi.L:
			return false
		case bidi.R, bidi.AL:
			return true
		}
	}
	return false
}
