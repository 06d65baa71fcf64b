package review_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/review"
)

// TestE4_FormComesBack: what a State writes in its tray goes out as a sheet and comes back the same into another tray: every
// word, in every language of the form.
func TestE4_FormComesBack(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string {
		s := rapid.StringOfN(rapid.SampledFrom([]rune("aé=+-@'\"<&_x000D_ 7,;ابتث العربية数据\nЖ😀")), 1, 40, -1).Draw(t, "text")
		return "x" + s + "x" // outer space is not part of a text
	})
	each(t, func(o office) {
		d := o.document("The first block of the text.", "الفقرة الثانية من النص.", "第三段。")
		_, blocks := o.blocks(d)
		run := 0
		rapid.Check(o.T, func(t *rapid.T) {
			if run++; run > 12 {
				return
			}
			lang := rapid.SampledFrom(language.Official()).Draw(t, "lang")
			_, kenya, _ := o.round(d, review.NewRound{AllowPublic: true})
			var want []string
			for range rapid.IntRange(1, 5).Draw(t, "comments") {
				k := review.NewComment{
					Type: rapid.SampledFrom([]string{"general", "technical", "editorial", "factual", "position"}).Draw(t, "type"),
					Lang: rapid.SampledFrom(language.Official()).Draw(t, "of"), Visibility: rapid.SampledFrom([]string{"states", "secretariat", "public"}).Draw(t, "for"),
					Body: text.Draw(t, "body"), Proposal: rapid.SampledFrom([]string{"", text.Draw(t, "proposal")}).Draw(t, "proposal?"),
					Behalf: rapid.SampledFrom([]string{"", "Group of 77 and China"}).Draw(t, "behalf"),
				}
				if i := rapid.IntRange(-1, len(blocks)-1).Draw(t, "block"); i >= 0 {
					k.Block = blocks[i].ID
					k.Quote = rapid.SampledFrom([]string{"", string([]rune(blocks[i].Text)[1:4])}).Draw(t, "quote")
				}
				_, err := o.n.Reviews.Write(ctx, o.n.As("contributor-kenya"), kenya, k, o.n.Entry())
				o.must(err)
			}
			before := o.comments("contributor-kenya", review.Filter{Tray: kenya})
			for _, k := range before {
				want = append(want, fmt.Sprintf("%v|%s|%s|%s|%s|%s|%s", k.Target, k.Type, k.Lang, k.Body, k.Proposal, k.Visibility, k.Behalf))
			}
			file, err := o.n.Reviews.TrayForm(ctx, o.n.As("contributor-kenya"), kenya, lang)
			o.must(err)
			n, err := o.n.Reviews.Import(ctx, o.n.As("contributor-kenya"), kenya, "form.xlsx", file, o.n.Entry())
			o.must(err)
			after := o.comments("contributor-kenya", review.Filter{Tray: kenya})
			if n != len(before) || len(after) != 2*n {
				t.Fatalf("%d comments went out, %d came back, the tray holds %d", len(before), n, len(after))
			}
			for i, k := range after[n:] {
				if got := fmt.Sprintf("%v|%s|%s|%s|%s|%s|%s", k.Target, k.Type, k.Lang, k.Body, k.Proposal, k.Visibility, k.Behalf); got != want[i] {
					t.Fatalf("in %s came back\n%q, want\n%q", lang, got, want[i])
				}
			}
		})
	})
}

// TestE4_FilledByHand: a State fills the form in without this program. A paragraph that is gone leaves its sentence.
func TestE4_FilledByHand(t *testing.T) {
	each(t, func(o office) {
		d := o.document("Offences are defined in various ways.", "Data are few.")
		_, blocks := o.blocks(d)
		round, kenya, _ := o.round(d, review.NewRound{})
		empty, err := o.n.Reviews.TrayForm(ctx, o.n.As("focal-point-kenya"), kenya, "ar")
		o.must(err)
		file := filled(o.T, empty, map[string]string{
			"C4": "2.", "F4": "قليلة جداً", "C5": "١", "D5": "various ways", "F5": "Which?", "G5": "three ways",
			"C6": "99", "D6": "A sentence that was in an earlier draft of this text.", "F6": "It should stay.", "F7": "On the whole good.",
		})
		_, err = o.n.Reviews.Import(ctx, o.n.As("contributor-kenya"), kenya, "النموذج.xlsx", file, o.n.Entry())
		o.must(err)
		v, _ := o.blocks(d)
		got := o.comments("contributor-kenya", review.Filter{Tray: kenya, In: v.ID})
		if len(got) != 4 {
			o.Fatalf("%d comments came in, want 4", len(got))
		}
		for i, want := range []struct {
			how   string
			block id.ID
			exact string
		}{{review.ByBlock, blocks[1].ID, blocks[1].Text}, {review.ByBlock, blocks[0].ID, "various ways"}, {review.Orphan, "", "A sentence that was in an earlier draft of this text."}, {review.AsWhole, "", ""}} {
			if k := got[i]; k.Place.How != want.how || k.Place.Block != want.block || k.Target.Exact != want.exact || k.Lang != "ar" {
				o.Errorf("line %d: %+v at %+v in %s, want %+v", i+4, k.Target, k.Place, k.Lang, want)
			}
		}
		view(o.T, empty)
		_, err = o.n.Reviews.Enter(ctx, o.n.As("editor"), round, kenya, "posted.xlsx", file, o.n.Entry())
		o.must(err)
		if list := o.comments("editor", review.Filter{Round: round}); len(list) != 4 || list[0].Source == "" {
			o.Errorf("entered by the secretariat: %+v, want four with the file they came from", list)
		}
		if _, err := o.n.Reviews.Enter(ctx, o.n.As("editor"), round, kenya, "x.xlsx", filled(o.T, empty, map[string]string{"E4": "Angry", "F4": "x", "D5": "a quotation alone"}), o.n.Entry()); len(errs.Fields(err)) != 2 {
			o.Errorf("a form with two wrong lines: %v, want both told", err)
		}
	})
}

// view holds that an Arabic form runs from right to left.
func view(t *testing.T, file []byte) {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	o, err := x.GetSheetView("Comments", 0)
	if err != nil || o.RightToLeft == nil || !*o.RightToLeft {
		t.Errorf("the Arabic form's view is %+v, %v; want it from right to left", o, err)
	}
}

func filled(t *testing.T, file []byte, cells map[string]string) []byte {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	for cell, s := range cells {
		if err := x.SetCellStr("Comments", cell, s); err != nil {
			t.Fatal(err)
		}
	}
	b, err := x.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadFormRefuses(t *testing.T) {
	catalog, err := language.Load(review.Words())
	if err != nil {
		t.Fatal(err)
	}
	var other bytes.Buffer
	x := excelize.NewFile()
	if err := errors.Join(x.Write(&other), x.Close()); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":           {nil, "Choose the file first."},
		"too large":         {make([]byte, 6<<20), "larger than 5 MB"},
		"an old file":       {[]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1}, "old or an encrypted file"},
		"no sheet":          {[]byte("PK\x03\x04 nothing"), "can't be read as a sheet"},
		"not our form":      {other.Bytes(), "isn't the comment form"},
		"something unknown": {[]byte("hello"), "can't be read as a sheet"},
	} {
		_, err := review.ReadForm(c.file, catalog)
		if f := errs.Fields(err); len(f) != 1 || !strings.Contains(f[0].Code, c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func FuzzReadForm(f *testing.F) {
	catalog, err := language.Load(review.Words())
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := review.ReadForm(b, catalog); err == nil && len(r.Rows) == 0 {
			t.Error("a form without comments was taken")
		}
	})
}
