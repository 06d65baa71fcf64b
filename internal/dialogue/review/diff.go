package review

import (
	"slices"
	"strings"
	"unicode"

	"comity/internal/base/id"
)

// Piece is a run of words of a comparison.
type Piece struct {
	Op   string // "" in both, "+" only in the new text, "-" only in the old one
	Text string
}

// mostCells bounds the work of one comparison: longer texts are shown whole beside each other.
const mostCells = 4_000_000

// Diff compares two texts word by word; in scripts without spaces between words, character by character.
// The pieces without "+" are the old text, those without "-" the new one.
func Diff(old, new string) []Piece {
	if old == new {
		return pieceOf(nil, "", old)
	}
	a, b := tokens(old), tokens(new)
	if len(a)*len(b) > mostCells {
		return pieceOf(pieceOf(nil, "-", old), "+", new)
	}
	var all []Piece
	i, j := 0, 0
	for _, m := range common(a, b) {
		all = pieceOf(all, "-", strings.Join(a[i:m[0]], ""))
		all = pieceOf(all, "+", strings.Join(b[j:m[1]], ""))
		all = pieceOf(all, "", a[m[0]])
		i, j = m[0]+1, m[1]+1
	}
	all = pieceOf(all, "-", strings.Join(a[i:], ""))
	return pieceOf(all, "+", strings.Join(b[j:], ""))
}

func pieceOf(all []Piece, op, text string) []Piece {
	switch last := len(all) - 1; {
	case text == "":
	case last >= 0 && all[last].Op == op:
		all[last].Text += text
	default:
		all = append(all, Piece{op, text})
	}
	return all
}

// common returns the pairs of places of a longest common subsequence.
func common(a, b []string) [][2]int {
	lengths := make([][]int32, len(a)+1)
	for i := range lengths {
		lengths[i] = make([]int32, len(b)+1)
	}
	for i, x := range slices.Backward(a) {
		for j, y := range slices.Backward(b) {
			if x == y {
				lengths[i][j] = lengths[i+1][j+1] + 1
			} else {
				lengths[i][j] = max(lengths[i+1][j], lengths[i][j+1])
			}
		}
	}
	var found [][2]int
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			found = append(found, [2]int{i, j})
			i, j = i+1, j+1
		case lengths[i+1][j] >= lengths[i][j+1]:
			i++
		default:
			j++
		}
	}
	return found
}

// tokens cuts a text into words, spaces and signs; an ideograph stands alone.
func tokens(s string) []string {
	var all []string
	begin := 0
	class := func(r rune) int {
		switch {
		case unicode.Is(unicode.Han, r):
			return 0
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			return 1
		case unicode.IsSpace(r):
			return 2
		}
		return 0
	}
	last := -1
	for i, r := range s {
		now := class(r)
		if last >= 0 && (now != last || now == 0) {
			all = append(all, s[begin:i])
			begin = i
		}
		last = now
	}
	if begin < len(s) {
		all = append(all, s[begin:])
	}
	return all
}

// Changed is one block in the comparison of two versions.
type Changed struct {
	Block    Block // in the newer version, in the older one when it was removed
	Old      Block // in the older version
	Op       string
	Pieces   []Piece
	OldPlace int // its place in the older version, 0 when it is new
}

// What a comparison says of a block.
const (
	Same    = "same"
	Edited  = "edited"
	Moved   = "moved" // its place among the blocks that both versions have
	Added   = "added"
	Removed = "removed"
)

// Compare compares two versions block by block, in the order of the newer one; what was removed stands behind the
// block that it followed.
func Compare(old, new []Block) []Changed {
	order := shared(old, new)
	var all []Changed
	for _, b := range new {
		i := find(old, b.ID)
		switch {
		case i < 0:
			all = append(all, Changed{Block: b, Op: Added, Pieces: pieceOf(nil, "+", b.Text)})
		case old[i].Hash != b.Hash:
			all = append(all, Changed{Block: b, Old: old[i], Op: Edited, Pieces: Diff(old[i].Text, b.Text), OldPlace: old[i].N})
		case !slices.Contains(order, b.ID):
			all = append(all, Changed{Block: b, Old: old[i], Op: Moved, Pieces: pieceOf(nil, "", b.Text), OldPlace: old[i].N})
		default:
			all = append(all, Changed{Block: b, Old: old[i], Op: Same, Pieces: pieceOf(nil, "", b.Text), OldPlace: old[i].N})
		}
	}
	for i, b := range old {
		if find(new, b.ID) < 0 {
			at := 0
			if i > 0 {
				before := old[i-1].ID
				at = slices.IndexFunc(all, func(c Changed) bool { return c.Block.ID == before }) + 1
			}
			all = slices.Insert(all, at, Changed{Block: b, Old: b, Op: Removed, Pieces: pieceOf(nil, "-", b.Text), OldPlace: b.N})
		}
	}
	return all
}

// shared returns the ids of the blocks whose order among each other is the same in both versions.
func shared(old, new []Block) []id.ID {
	ids := func(all []Block) []string {
		s := make([]string, len(all))
		for i, b := range all {
			s[i] = string(b.ID)
		}
		return s
	}
	a := ids(old)
	var found []id.ID
	for _, m := range common(a, ids(new)) {
		found = append(found, id.ID(a[m[0]]))
	}
	return found
}
