package review

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/store/db"
)

// The kinds of block.
const (
	Heading  = "heading"
	Para     = "para"
	Finding  = "finding"
	Option   = "option"
	Figure   = "figure"
	Footnote = "footnote"
)

func blockKinds() []string { return []string{Para, Heading, Finding, Option, Figure, Footnote} }

// Limits of a version: its blocks, and the characters of one.
const (
	maxBlocks = 2000
	maxText   = 10_000
)

// Block is a numbered piece of a version. Its id stays the same from version to version.
type Block struct {
	ID      id.ID
	N       int    // its place in the version, from 1
	Kind    string // heading, para, finding, option, figure, footnote
	Level   int    // of a heading, 1 to 3
	Number  string // as printed: "12." of a paragraph, "II." of a heading, "Figure" has "3"
	Text    string
	Hash    canonical.Hash // of kind, level and text
	Was     []id.ID        // blocks of the version before that this one took in
	Origin  string         // what it was composed from, "" when it was written here
	Version int64          // for stale forms
}

// NewBlock is what a block is made from.
type NewBlock struct {
	Kind   string
	Level  int
	Text   string
	Origin string // "finding/01J…": composing again changes the block that has it
}

func blockHash(kind string, level int, text string) canonical.Hash {
	return canonical.Sum([]byte(kind + "\x00" + strconv.Itoa(level) + "\x00" + text))
}

// Blocks returns the blocks of a version in order, with their numbers. The caller has found its document.
func Blocks(ctx context.Context, tx *db.Tx, version id.ID) ([]Block, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, n, kind, level, text, hash, was, origin, version FROM block WHERE version_id = ? ORDER BY n`, version)
	all, err := db.Collect(rows, err, func(s db.Scan) (Block, error) {
		var b Block
		var was string
		err := s(&b.ID, &b.N, &b.Kind, &b.Level, &b.Text, &b.Hash, &was, &b.Origin, &b.Version)
		for _, w := range strings.Fields(was) {
			b.Was = append(b.Was, id.ID(w))
		}
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("blocks of version %s: %w", version, err)
	}
	number(all)
	return all, nil
}

// number gives the blocks the numbers under which people cite them, as United Nations documents do: paragraphs,
// findings and options in one row of numbers, headings by their level (I. A. 1.), figures and footnotes each in their own.
func number(all []Block) {
	var paras, figures, notes int
	var heads [3]int
	for i := range all {
		b := &all[i]
		b.N = i + 1
		switch b.Kind {
		case Heading:
			l := min(max(b.Level, 1), 3)
			heads[l-1]++
			clear(heads[l:])
			b.Number = headNumber(l, heads[l-1])
		case Figure:
			figures++
			b.Number = strconv.Itoa(figures)
		case Footnote:
			notes++
			b.Number = strconv.Itoa(notes)
		default:
			paras++
			b.Number = strconv.Itoa(paras) + "."
		}
	}
}

func headNumber(level, n int) string {
	switch {
	case level == 1:
		return roman(n) + "."
	case level == 2 && n <= 26:
		return string(rune('A'+n-1)) + "."
	}
	return strconv.Itoa(n) + "."
}

func roman(n int) string {
	var s strings.Builder
	for _, d := range []struct {
		v int
		s string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= d.v; n -= d.v {
			s.WriteString(d.s)
		}
	}
	return s.String()
}

// hashOf is the digest of a whole version: what was commented on, whatever it is called.
func hashOf(all []Block) (canonical.Hash, error) {
	type block struct {
		ID   id.ID          `json:"id"`
		Hash canonical.Hash `json:"hash"`
	}
	list := make([]block, len(all))
	for i, b := range all {
		list[i] = block{b.ID, b.Hash}
	}
	b, err := canonical.Marshal(list)
	return canonical.Sum(b), err
}

func insertBlock(ctx context.Context, c *desk.Change, version id.ID, b Block) error {
	was := make([]string, len(b.Was))
	for i, w := range b.Was {
		was[i] = string(w)
	}
	_, err := c.Exec(ctx, `
		INSERT INTO block (version_id, id, n, kind, level, text, hash, was, origin, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
		version, b.ID, b.N, b.Kind, b.Level, b.Text, blockHash(b.Kind, b.Level, b.Text), strings.Join(was, " "), b.Origin)
	if err != nil {
		return fmt.Errorf("block %s: %w", b.ID, err)
	}
	return nil
}

// section returns the headings above block i, from the outermost, as one path of numbers: "II.A".
func section(all []Block, i int) string {
	var path [3]string
	for _, b := range all[:i+1] {
		if b.Kind == Heading {
			l := min(max(b.Level, 1), 3)
			path[l-1] = b.Number
			for j := l; j < 3; j++ {
				path[j] = ""
			}
		}
	}
	return strings.TrimSuffix(strings.Join(path[:], ""), ".")
}

func find(all []Block, n id.ID) int {
	for i, b := range all {
		if b.ID == n {
			return i
		}
	}
	return -1
}
