package review

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/store/db"
)

// What a comment is about.
const (
	OnWhole   = "whole"   // the whole document
	OnSection = "section" // everything under a heading
	OnBlock   = "block"
)

// Target is what a comment is about: a block and the words in it, as they stood when it was made.
type Target struct {
	Kind     string `json:"kind"`
	Block    id.ID  `json:"block"`    // of the heading when it is about a section, "" for the whole
	Exact    string `json:"exact"`    // the words quoted; all of the block's when nobody marked some
	Prefix   string `json:"prefix"`   // what stood before them in the block
	Suffix   string `json:"suffix"`   // and behind them
	Position int    `json:"position"` // of the block in its version, in thousandths
}

// around is how much of a block is kept before and behind a quotation, in characters.
const around = 60

// quoteIn makes the target of words in block i. Words that aren't in it, or none, quote the whole block.
func quoteIn(all []Block, i int, exact string) Target {
	b := all[i]
	t := Target{Kind: OnBlock, Block: b.ID, Exact: b.Text, Position: place(i, len(all))}
	if b.Kind == Heading {
		t.Kind = OnSection
	}
	if exact = strings.TrimSpace(exact); exact == "" {
		return t
	}
	before, after, ok := strings.Cut(b.Text, exact)
	if !ok {
		return t
	}
	t.Exact, t.Prefix, t.Suffix = exact, tail(before, around), head(after, around)
	return t
}

func place(i, n int) int {
	if n < 2 {
		return 0
	}
	return i * 1000 / (n - 1)
}

func head(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

func tail(s string, n int) string {
	r := []rune(s)
	return string(r[max(0, len(r)-n):])
}

// The ways in which a comment has its place in a version.
const (
	ByBlock = "block"  // the block is still there, or one that took it in
	ByQuote = "quote"  // the words are in another block
	ByHand  = "hand"   // a person said so
	AsWhole = "whole"  // it is about the whole document
	Orphan  = "orphan" // what it was about is gone
)

// Anchored is the place of a comment in a version.
type Anchored struct {
	Block id.ID // "" of an orphan and of a comment on the whole
	How   string
	Score int // of the quotation, in thousandths
}

// The weights of a quotation's score and what it has to reach, in thousandths (Web Annotation's TextQuoteSelector says what
// is compared; the weights are ours).
const (
	ofQuote    = 500
	ofPrefix   = 200
	ofSuffix   = 200
	ofPosition = 100
	enough     = 600
)

// Anchor finds the place of a comment in a later version: by the id of its block or of a later one known to be its place,
// by a block that took one of them in, by the quoted words, and otherwise it is an orphan. It always says one of these.
func Anchor(t Target, all []Block, later ...id.ID) Anchored {
	if t.Kind == OnWhole {
		return Anchored{How: AsWhole, Score: 1000}
	}
	for _, n := range append([]id.ID{t.Block}, later...) {
		if n == "" {
			continue
		}
		if i := slices.IndexFunc(all, func(b Block) bool { return b.ID == n || slices.Contains(b.Was, n) }); i >= 0 {
			return Anchored{all[i].ID, ByBlock, 1000}
		}
	}
	best := Anchored{How: Orphan}
	if strings.TrimSpace(t.Exact) == "" {
		return best
	}
	for i, b := range all {
		if s := score(t, b.Text, place(i, len(all))); s >= enough && s > best.Score {
			best = Anchored{b.ID, ByQuote, s}
		}
	}
	return best
}

// score says how well a block holds a quotation, in thousandths. Where nothing was kept before or behind the words,
// the words count for it: an empty prefix fits everywhere and says nothing.
func score(t Target, text string, position int) int {
	before, after, found := strings.Cut(text, t.Exact)
	quote := 1000
	if !found {
		quote = similar(t.Exact, text)
	}
	prefix, suffix := quote, quote
	switch {
	case t.Prefix != "" && found:
		prefix = 1000 * common2(reverse(t.Prefix), reverse(before)) / len([]rune(t.Prefix))
	case t.Prefix != "":
		prefix = similar(t.Prefix, text)
	}
	switch {
	case t.Suffix != "" && found:
		suffix = 1000 * common2([]rune(t.Suffix), []rune(after)) / len([]rune(t.Suffix))
	case t.Suffix != "":
		suffix = similar(t.Suffix, text)
	}
	away := t.Position - position
	if away < 0 {
		away = -away
	}
	return (ofQuote*quote + ofPrefix*prefix + ofSuffix*suffix + ofPosition*(1000-away)) / 1000
}

// common2 is how many characters two texts have in common from their beginning.
func common2(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func reverse(s string) []rune {
	r := []rune(s)
	slices.Reverse(r)
	return r
}

// similar says which part of the words' groups of three characters the text has, in thousandths.
func similar(words, text string) int {
	want := trigrams(words)
	if len(want) == 0 {
		return 0
	}
	have := trigrams(text)
	n := 0
	for g := range want {
		if have[g] {
			n++
		}
	}
	return 1000 * n / len(want)
}

func trigrams(s string) map[string]bool {
	r := []rune(strings.ToLower(strings.Join(strings.Fields(s), " ")))
	all := map[string]bool{}
	for i := 0; i+3 <= len(r); i++ {
		all[string(r[i:i+3])] = true
	}
	if len(r) > 0 && len(r) < 3 {
		all[string(r)] = true
	}
	return all
}

// anchorAll gives every comment on the document its place in a version that is issued now. Where a person had given one a
// place in the version before, that place counts first.
func anchorAll(ctx context.Context, c *desk.Change, v Version, blocks []Block) error {
	rows, err := c.Query(ctx, `
		SELECT k.id, k.target, k.block_id, k.exact, k.prefix, k.suffix, k.position, COALESCE(a.block_id, ''), COALESCE(a.how, '')
		FROM comment_round r JOIN comment_item k ON k.round_id = r.id
		LEFT JOIN document_version v ON v.document_id = r.document_id AND v.n = ?
		LEFT JOIN comment_anchor a ON a.comment_id = k.id AND a.version_id = v.id
		WHERE r.document_id = ?`, v.N-1, v.Document)
	type aimed struct {
		id, last id.ID
		how      string
		Target
	}
	all, err := db.Collect(rows, err, func(s db.Scan) (aimed, error) {
		var a aimed
		return a, s(&a.id, &a.Kind, &a.Block, &a.Exact, &a.Prefix, &a.Suffix, &a.Position, &a.last, &a.how)
	})
	if err != nil {
		return fmt.Errorf("anchor comments in version %s: %w", v.ID, err)
	}
	for _, a := range all {
		place := Anchor(a.Target, blocks, a.last)
		if a.how == ByHand {
			byHand := a.Target
			byHand.Block = a.last
			place = Anchor(byHand, blocks, a.Target.Block)
		}
		if err := insertAnchor(ctx, c, a.id, v.ID, place); err != nil {
			return err
		}
	}
	return nil
}

func insertAnchor(ctx context.Context, c *desk.Change, comment, version id.ID, a Anchored) error {
	_, err := c.Exec(ctx, `
		INSERT INTO comment_anchor (comment_id, version_id, block_id, how, score) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (comment_id, version_id) DO UPDATE SET block_id = excluded.block_id, how = excluded.how, score = excluded.score`,
		comment, version, a.Block, a.How, a.Score)
	if err != nil {
		return fmt.Errorf("anchor comment %s in version %s: %w", comment, version, err)
	}
	return nil
}
