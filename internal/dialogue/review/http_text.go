package review

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type addPage struct {
	Doc     Document
	Form    *web.Form
	In      inLang
	After   string
	Preview web.Table
	Look    web.Button
	Save    web.Button
	Back    string
}

// addPage is for who may write the document; to others it doesn't exist.
func (q *Reviews) addPage(r *web.Request, n id.ID) (addPage, error) {
	p := addPage{Form: r.Form(), After: r.Query("after"), Back: docAt(n, ""),
		Look: web.Button{Text: r.T("Look at the blocks first"), Name: "look", Value: "yes", Kind: "secondary"}, Save: web.Button{Text: r.T("Add these blocks")}}
	if p.Form.Has("after") {
		p.After = p.Form.Get("after")
	}
	d, _, err := q.written(r, n)
	p.Doc, p.In = d, langOf(d.Lang)
	return p, err
}

// written returns a document and its newest version for somebody who may write it.
func (q *Reviews) written(r *web.Request, n id.ID) (d Document, v Version, err error) {
	err = q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		ok, err := q.Desk.Could(ctx, tx, r.Person, "document.edit", id.NewRef(KindDocument, n))
		if err != nil {
			return err
		}
		if !ok {
			return errs.NotFound
		}
		d, v, err = readVersion(ctx, tx, n, "")
		return err
	})
	return d, v, err
}

func (q *Reviews) showAdd(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.addPage(r, n)
	if err != nil {
		return err
	}
	return r.Page("review/add", p)
}

// add shows what would be added, and adds it when that was seen.
func (q *Reviews) add(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	p, err := q.addPage(r, n)
	if err != nil {
		return err
	}
	blocks, err := Cut(r.Form().Get("text"))
	if err != nil {
		return r.Again("review/add", p, err)
	}
	if r.Form().Get("look") != "" {
		p.Preview = preview(r, blocks)
		return r.Page("review/add", p)
	}
	if err := q.AddBlocks(r.Ctx(), r.Person, n, id.ID(p.After), blocks, entry); err != nil {
		return r.Again("review/add", p, err)
	}
	return r.Done(docAt(n, ""), language.MN("{n} block was added.", "{n} blocks were added."), "n", fmt.Sprint(len(blocks)))
}

// mostPreview is how many blocks a preview shows; the last row says how many more there are.
const mostPreview = 60

func preview(r *web.Request, blocks []NewBlock) web.Table {
	t := web.Table{Caption: r.T("What would be added"), Columns: []web.Column{{Label: r.T("What it is")}, {Label: r.T("Text")}}}
	for i, b := range blocks {
		if i == mostPreview {
			t.Rows = append(t.Rows, []any{"…", r.N("and {n} more block", "and {n} more blocks", len(blocks)-i)})
			break
		}
		t.Rows = append(t.Rows, []any{r.T(blockWords()[b.Kind]), clip(b.Text, 200)})
	}
	return t
}

type blockPage struct {
	Doc    Document
	ID     id.ID
	Number string
	Form   *web.Form
	In     inLang
	Kinds  []web.Choice
	Levels []web.Choice
	Save   web.Button
	Moves  []web.Button
	Back   string
}

func (q *Reviews) blockPage(r *web.Request, n id.ID) (blockPage, Block, error) {
	p := blockPage{Form: r.Form(), Back: docAt(n, ""), Kinds: choicesOf(r.Printer, blockKinds(), blockWords()), Save: web.Button{Text: r.T("Save")}}
	for _, l := range []string{"1", "2", "3"} {
		p.Levels = append(p.Levels, web.Choice{Value: l, Label: l})
	}
	for _, m := range []struct{ code, text, kind string }{
		{Up, language.M("Move up"), "secondary"}, {Down, language.M("Move down"), "secondary"}, {Join, language.M("Join to the block before it"), "secondary"},
		{Remove, language.M("Remove this block"), "warning"},
	} {
		p.Moves = append(p.Moves, web.Button{Text: r.T(m.text), Name: "move", Value: m.code, Kind: m.kind})
	}
	d, v, err := q.written(r, n)
	if err != nil {
		return p, Block{}, err
	}
	var b Block
	err = q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		all, err := Blocks(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		i := find(all, id.ID(r.Value("block")))
		if i < 0 {
			return errs.NotFound
		}
		b = all[i]
		return nil
	})
	p.Doc, p.ID, p.Number, p.In = d, b.ID, b.Number, langOf(d.Lang)
	return p, b, err
}

func (q *Reviews) showBlock(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, b, err := q.blockPage(r, n)
	if err != nil {
		return err
	}
	p.Form = web.NewForm(map[string]string{"text": b.Text, "kind": b.Kind, "level": fmt.Sprint(max(b.Level, 1)), "version": fmt.Sprint(b.Version)})
	return r.Page("review/block", p)
}

func (q *Reviews) saveBlock(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	p, b, err := q.blockPage(r, n)
	if err != nil {
		return err
	}
	f := r.Form()
	err = q.EditBlock(r.Ctx(), r.Person, n, b.ID, NewBlock{Kind: f.Get("kind"), Level: int(parseVersion(f.Get("level"))), Text: f.Get("text")}, parseVersion(f.Get("version")), entry)
	if said, _ := errs.Said(err); errors.Is(err, errs.Conflict) && said == "" {
		return web.Differs(err, web.Difference{Label: r.T("Text"), Yours: f.Get("text"), Theirs: b.Text})
	}
	if err != nil {
		return r.Again("review/block", p, err)
	}
	return r.Done(docAt(n, "?from="+fmt.Sprint((b.N-1)/blocksPerPage*blocksPerPage)), language.M("The block was saved."))
}

func (q *Reviews) moveBlock(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	if err := q.MoveBlock(r.Ctx(), r.Person, n, id.ID(r.Value("block")), r.Form().Get("move"), entry); err != nil {
		return err
	}
	return r.Done(docAt(n, ""), language.M("The blocks were changed. Comments on what is gone are kept."))
}

type comparePage struct {
	Doc   Document
	In    inLang
	From  string
	To    string
	Lines []compared
	Back  string
	Same  int
}

type compared struct {
	Number string
	Op     web.Tag
	Pieces []Piece
}

func (q *Reviews) showCompare(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p := comparePage{Back: docAt(n, "")}
	err = q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		d, a, err := readVersion(ctx, tx, n, id.ID(r.Query("a")))
		if err != nil {
			return err
		}
		_, b, err := readVersion(ctx, tx, n, id.ID(r.Query("b")))
		if err != nil {
			return err
		}
		p.Doc, p.In, p.From, p.To = d, langOf(d.Lang), versionName(r, a), versionName(r, b)
		old, err := Blocks(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		now, err := Blocks(ctx, tx, b.ID)
		if err != nil {
			return err
		}
		for _, c := range Compare(old, now) {
			if c.Op == Same {
				p.Same++
				continue
			}
			p.Lines = append(p.Lines, compared{strings.TrimSuffix(c.Block.Number, "."), web.Tag{Text: r.T(opWords()[c.Op]), Colour: opColour(c.Op)}, c.Pieces})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("review/compare", p)
}

func opColour(op string) string {
	return map[string]string{Edited: "blue", Moved: "grey", Added: "green", Removed: "red"}[op]
}
