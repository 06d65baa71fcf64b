package pdf

import (
	"slices"

	"comity/internal/engine/document/font"
)

// line is a set line. Its pieces stand in reading order; their places are counted from the left end of what is seen.
type line struct {
	pieces       []piece
	width        int // of what is seen, in thousandths of a point
	above, below int // room above and below the baseline
}

// piece is a row of glyphs in one face that stand beside each other. Right-to-left text makes a piece of each word.
type piece struct {
	x    int // thousandths of a point
	run  *run
	rtl  bool
	sets []set // from left to right
}

// set is one cluster as it is drawn.
type set struct {
	code    uint16 // in the font's subset
	x       int    // thousandths of a point, from the left end of the line
	width   int    // as the subset has it, in thousandths of an em
	advance int    // as it is set here, in thousandths of an em
	text    string
}

// fill breaks a text into lines that are not wider than width; a word that is wider by itself is broken where it
// must be. A text without characters makes one empty line.
func (s *setter) fill(t *text, width int) ([]line, error) {
	clusters, err := t.clusters(s.shaper)
	if err != nil {
		return nil, err
	}
	var lines []line
	for start := 0; start < len(clusters) || len(lines) == 0; {
		end := breakLine(t, clusters[start:], width) + start
		l, err := s.assemble(t, clusters[start:end])
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
		start = end
	}
	return lines, nil
}

// breakLine returns how many of the clusters stand on the first line.
func breakLine(t *text, clusters []cluster, width int) int {
	used := 0
	var last [good + 1]int // the last place to rest of each kind
	for i, c := range clusters {
		if c.run == nil {
			return i + 1
		}
		mark := joins(t.runes[c.start])
		if !c.space && !mark && used+c.advance > width && i > 0 {
			for _, n := range []int{last[good], last[ifNeeded]} {
				if n > 0 {
					return n
				}
			}
			return i
		}
		used += c.advance
		if r := t.breaks[c.end]; r != never {
			last[r] = i + 1
		}
	}
	return len(clusters)
}

// assemble orders the clusters of a line from left to right and places them.
func (s *setter) assemble(t *text, clusters []cluster) (line, error) {
	l := s.height(t, clusters)
	base := uint8(0)
	if t.style.rtl() {
		base = 1
	}
	level := make([]uint8, len(clusters))
	seen := len(clusters) // up to the spaces at the end
	for seen > 0 && (clusters[seen-1].space || clusters[seen-1].hidden) {
		seen--
	}
	for i, c := range clusters {
		level[i] = base // L1
		if i < seen {
			level[i] = c.run.level
			l.width += c.advance
		}
	}
	x := 0
	if base == 1 { // the spaces at the end stand to the left of all
		for _, c := range clusters[seen:] {
			x -= c.advance
		}
	}
	place := make([]int, len(clusters))
	for _, i := range visual(level) {
		place[i] = x
		x += clusters[i].advance
	}
	for start := 0; start < len(clusters); {
		end := pieceEnd(clusters, level, start)
		p, err := s.piece(t, clusters[start:end], place[start:end], level[start]%2 == 1)
		if err != nil {
			return line{}, err
		}
		if len(p.sets) > 0 {
			l.pieces = append(l.pieces, p)
		}
		start = end
	}
	return l, nil
}

// height returns a line as high as the faces on it need, and at least as the language's own.
func (s *setter) height(t *text, clusters []cluster) line {
	lead := s.fonts.Default(font.Want{Lang: t.style.lang}).Leading
	for _, c := range clusters {
		if c.run != nil && !c.space {
			lead.Above = max(lead.Above, c.run.face.Leading.Above)
			lead.Below = max(lead.Below, c.run.face.Leading.Below)
		}
	}
	return line{above: lead.Above * t.style.size / 1000, below: lead.Below * t.style.size / 1000}
}

// visual returns the indices of a line's clusters from left to right (L2).
func visual(level []uint8) []int {
	order := make([]int, len(level))
	highest := uint8(0)
	for i := range order {
		order[i] = i
		highest = max(highest, level[i])
	}
	for l := highest; l > 0; l-- {
		for start := 0; start < len(order); start++ {
			end := start
			for end < len(order) && level[order[end]] >= l {
				end++
			}
			slices.Reverse(order[start:end])
			start = max(start, end-1)
		}
	}
	return order
}

// pieceEnd returns where the piece ends that begins at start: with its run, and in right-to-left text with the word
// and the spaces behind it, so that the words of a page follow each other in reading order.
func pieceEnd(clusters []cluster, level []uint8, start int) int {
	end := start + 1
	for end < len(clusters) && clusters[end].run == clusters[start].run && level[end] == level[start] {
		if level[end]%2 == 1 && clusters[end-1].space && !clusters[end].space {
			break
		}
		end++
	}
	return end
}

func (s *setter) piece(t *text, clusters []cluster, place []int, rtl bool) (piece, error) {
	p := piece{run: clusters[0].run, rtl: rtl}
	for i, c := range clusters {
		if c.hidden || c.run == nil {
			continue
		}
		characters := string(t.runes[c.start:c.end])
		code, width, err := s.subsets.code(c.run.face.Program, c.glyphs, characters)
		if err != nil {
			return piece{}, err
		}
		advance := 0
		for _, g := range c.glyphs {
			advance += g.Advance
		}
		p.sets = append(p.sets, set{code, place[i], width, advance, characters})
	}
	if rtl {
		slices.Reverse(p.sets)
	}
	if len(p.sets) > 0 {
		p.x = p.sets[0].x
	}
	return p, nil
}
