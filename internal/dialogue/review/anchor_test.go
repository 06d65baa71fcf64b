package review_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"comity/internal/base/id"
	"comity/internal/dialogue/review"
	"comity/internal/store/db"
)

func block(n byte, text string, was ...id.ID) review.Block {
	return review.Block{ID: name(n), Kind: review.Para, Text: text, Was: was}
}

func name(n byte) id.ID { return id.ID(fmt.Sprintf("01J0000000000000000000000%c", n)) }

func TestAnchor(t *testing.T) {
	const sentence = "States reported diverging approaches to the criminalization of illegal access."
	on := func(block id.ID, exact, prefix, suffix string) review.Target {
		return review.Target{Kind: review.OnBlock, Block: block, Exact: exact, Prefix: prefix, Suffix: suffix, Position: 500}
	}
	for _, c := range []struct {
		name   string
		target review.Target
		blocks []review.Block
		want   review.Anchored
	}{
		{"the block is there, with another text", on(name('A'), "old", "", ""), []review.Block{block('A', "new")}, review.Anchored{Block: name('A'), How: review.ByBlock, Score: 1000}},
		{"the block went into another", on(name('A'), "old", "", ""), []review.Block{block('B', "x"), block('C', "y", name('A'))}, review.Anchored{Block: name('C'), How: review.ByBlock, Score: 1000}},
		{"the words stand elsewhere", on(name('A'), sentence, "", ""), []review.Block{block('B', "Nothing of it."), block('C', sentence)}, review.Anchored{Block: name('C'), How: review.ByQuote, Score: 950}},
		{"the words are gone", on(name('A'), sentence, "", ""), []review.Block{block('B', "Wholly another matter.")}, review.Anchored{How: review.Orphan}},
		{"a few words, found twice, the one with the words around", on(name('A'), "illegal access", "criminalization of ", "."),
			[]review.Block{block('B', "Whether illegal access is common is unknown."), block('C', sentence), block('D', "x")}, review.Anchored{Block: name('C'), How: review.ByQuote, Score: 1000}},
		{"Arabic", on(name('A'), "النفاذ غير المشروع", "تجريم ", ""), []review.Block{block('B', "يتباين تجريم النفاذ غير المشروع.")}, review.Anchored{Block: name('B'), How: review.ByQuote, Score: 950}},
		{"the whole", review.Target{Kind: review.OnWhole}, nil, review.Anchored{How: review.AsWhole, Score: 1000}},
		{"an empty text, without a quotation", on("", "", "", ""), []review.Block{block('B', "")}, review.Anchored{How: review.Orphan}},
	} {
		if got := review.Anchor(c.target, c.blocks); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestE1_CommentsSurviveThreeRevisions: whatever happens to the blocks of a document in three revisions, every comment has
// exactly one place in each version: a block that is there, the whole, or the list of orphans.
func TestE1_CommentsSurviveThreeRevisions(t *testing.T) {
	words := []string{"State", "evidence", "offence", "service provider", "retention", "数据", "تعاون", "jurisdiction", "mutual", "access"}
	sentence := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 3, 12).Draw(t, "words"), " ") + "."
	})
	each(t, func(o office) {
		run := 0
		rapid.Check(o.T, func(t *rapid.T) {
			if run++; run > 12 { // each run is a document in a real database
				return
			}
			d := o.document(rapid.SliceOfN(sentence, 2, 6).Draw(t, "text")...)
			v, blocks := o.blocks(d)
			round, kenya, peru := o.round(d, review.NewRound{})
			draw := func(label string) (list []review.NewComment) {
				for i := range rapid.IntRange(1, 4).Draw(t, label) {
					k := comment("", "", fmt.Sprintf("Comment %d.", i))
					if at := rapid.IntRange(-1, len(blocks)-1).Draw(t, "block"); at >= 0 {
						k.Block = blocks[at].ID
						if text := strings.Fields(blocks[at].Text); rapid.Bool().Draw(t, "quoted") {
							k.Quote = strings.Join(text[:rapid.IntRange(1, len(text)).Draw(t, "length")], " ")
						}
					}
					list = append(list, k)
				}
				return list
			}
			o.handIn("kenya", kenya, draw("Kenya's")...)
			o.handIn("peru", peru, draw("Peru's")...)
			_, err := o.n.Reviews.Write(ctx, o.n.As("contributor-kenya"), kenya, comment(blocks[0].ID, "", "A draft is not lost either."), o.n.Entry())
			o.must(err)
			accounted(o, t, round, v, blocks)
			for range 3 {
				o.must(o.n.Reviews.Revise(ctx, o.n.As("editor"), d, o.n.Entry()))
				for range rapid.IntRange(1, 6).Draw(t, "changes") {
					change(o, t, d, sentence)
				}
				o.must(o.n.Reviews.AddBlocks(ctx, o.n.As("editor"), d, "", []review.NewBlock{{Kind: review.Para, Text: "There is always a last one."}}, o.n.Entry()))
				o.issue(d)
				v, blocks := o.blocks(d)
				accounted(o, t, round, v, blocks)
			}
		})
	})
}

// change makes one change that an editor could make.
func change(o office, t *rapid.T, d id.ID, sentence *rapid.Generator[string]) {
	_, blocks := o.blocks(d)
	if len(blocks) == 0 {
		return
	}
	b := rapid.SampledFrom(blocks).Draw(t, "which")
	editor := o.n.As("editor")
	switch what := rapid.SampledFrom([]string{"edit", "add", review.Up, review.Down, review.Remove, review.Join}).Draw(t, "what"); what {
	case "edit":
		o.must(o.n.Reviews.EditBlock(ctx, editor, d, b.ID, review.NewBlock{Kind: b.Kind, Level: b.Level, Text: sentence.Draw(t, "new")}, b.Version, o.n.Entry()))
	case "add":
		o.must(o.n.Reviews.AddBlocks(ctx, editor, d, b.ID, []review.NewBlock{{Kind: review.Para, Text: sentence.Draw(t, "added")}}, o.n.Entry()))
	case review.Join:
		if b.N > 1 {
			o.must(o.n.Reviews.MoveBlock(ctx, editor, d, b.ID, what, o.n.Entry()))
		}
	default:
		o.must(o.n.Reviews.MoveBlock(ctx, editor, d, b.ID, what, o.n.Entry()))
	}
}

// accounted holds that every comment of the round has one place in the version.
func accounted(o office, t *rapid.T, round id.ID, v review.Version, blocks []review.Block) {
	all := o.comments("", review.Filter{Round: round, In: v.ID})
	submitted := 0
	for _, k := range all {
		there := slices.ContainsFunc(blocks, func(b review.Block) bool { return b.ID == k.Place.Block })
		switch k.Place.How {
		case review.ByBlock, review.ByQuote:
			if !there {
				t.Fatalf("comment %d is at block %s, which version %d doesn't have", k.N, k.Place.Block, v.N)
			}
		case review.AsWhole, review.Orphan:
			if k.Place.Block != "" || k.Place.How == review.AsWhole != (k.Target.Kind == review.OnWhole) {
				t.Fatalf("comment %d: %+v of %+v", k.N, k.Place, k.Target)
			}
		default:
			t.Fatalf("comment %d has no place in version %d: %+v", k.N, v.N, k.Place)
		}
		if k.Status == review.Submitted {
			submitted++
		}
	}
	counted := 0
	o.read("editor", func(tx *db.Tx) error {
		counts, err := review.Counts(ctx, tx, v.ID)
		for _, n := range counts {
			counted += n
		}
		return err
	})
	if counted != submitted || submitted == 0 {
		t.Fatalf("%d comments are counted in version %d, want the %d submitted", counted, v.N, submitted)
	}
}

// TestReanchorByHand: an orphan gets its place from a person, and keeps it in the version after.
func TestReanchorByHand(t *testing.T) {
	each(t, func(o office) {
		q, editor := o.n.Reviews, o.n.As("editor")
		d := o.document("What is gone later on.", "What stays.")
		_, blocks := o.blocks(d)
		round, kenya, _ := o.round(d, review.NewRound{})
		o.handIn("kenya", kenya, comment(blocks[0].ID, "", "Keep it."))
		for i := range 2 {
			o.must(q.Revise(ctx, editor, d, o.n.Entry()))
			if i == 0 {
				o.must(q.MoveBlock(ctx, editor, d, blocks[0].ID, review.Remove, o.n.Entry()))
			}
			o.issue(d)
			v, _ := o.blocks(d)
			k := o.comments("editor", review.Filter{Round: round, In: v.ID})[0]
			if i == 1 {
				if k.Place.Block != blocks[1].ID {
					o.Errorf("in the version after the place is %+v, want the block that a person chose", k.Place)
				}
				return
			}
			if k.Place.How != review.Orphan || k.Target.Exact != "What is gone later on." {
				o.Errorf("the comment on a block that is gone: %+v with %q, want an orphan with its sentence", k.Place, k.Target.Exact)
			}
			o.must(q.Reanchor(ctx, editor, k.ID, v.ID, blocks[1].ID, o.n.Entry()))
		}
	})
}

func TestDiffGivesBothTexts(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab cd. 数据تعاون\n")), 0, 60, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "old"), text.Draw(t, "new")
		var old, new strings.Builder
		for _, p := range review.Diff(a, b) {
			if p.Op != "+" {
				old.WriteString(p.Text)
			}
			if p.Op != "-" {
				new.WriteString(p.Text)
			}
		}
		if old.String() != a || new.String() != b {
			t.Errorf("Diff(%q, %q) gives %q and %q back", a, b, old.String(), new.String())
		}
	})
}

func TestCut(t *testing.T) {
	got, err := review.Cut("# Introduction\nText with\ntwo lines.\n\n12. A numbered one\n13. Another\n\nA. Background\n\nFinding 3: Offences differ.\nOption: A model law.\n\n[^1]: A note.\n\n١٢. فقرة\n\n12）第二段")
	if err != nil {
		t.Fatal(err)
	}
	want := []review.NewBlock{
		{Kind: review.Heading, Level: 1, Text: "Introduction"}, {Kind: review.Para, Text: "Text with\ntwo lines."}, {Kind: review.Para, Text: "A numbered one"},
		{Kind: review.Para, Text: "Another"}, {Kind: review.Heading, Level: 2, Text: "Background"}, {Kind: review.Finding, Text: "Offences differ."},
		{Kind: review.Option, Text: "A model law."}, {Kind: review.Footnote, Text: "A note."}, {Kind: review.Para, Text: "فقرة"}, {Kind: review.Para, Text: "第二段"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("Cut gives\n%+v, want\n%+v", got, want)
	}
	if _, err := review.Cut(" \n "); err == nil {
		t.Error("an empty text is cut into blocks")
	}
	if _, err := review.Cut(strings.Repeat("x", 10_001)); err == nil {
		t.Error("a paragraph of 10,001 characters is taken")
	}
}
