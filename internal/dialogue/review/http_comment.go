package review

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// commentCard is a comment as a list shows it.
type commentCard struct {
	ID       id.ID
	Href     string
	Who      string
	Behalf   string
	Place    string // "12", "II.A"; "" of the whole
	Orphan   bool
	Quote    string
	Type     string
	Body     []string
	Proposal []string
	In       inLang
	State    web.Tag
}

type commentsPage struct {
	Doc    Document
	Title  string
	What   string
	Cards  []commentCard
	Pager  web.Pager
	Total  int
	Back   string
	Filter []web.Link
}

const cardsPerPage = 20

// showComments lists comments: those of a round (the disposition board), those at a block, those whose block is gone.
func (q *Reviews) showComments(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	round, block, open := id.ID(r.Query("round")), r.Query("block"), r.Query("open") != ""
	p := commentsPage{}
	err = q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		d, v, err := readVersion(ctx, tx, n, id.ID(r.Query("v")))
		if err != nil {
			return err
		}
		p.Doc, p.Title, p.Back = d, d.Name(r.Lang()), docAt(n, "?v="+string(v.ID))
		blocks, err := Blocks(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		all, err := Comments(ctx, tx, Filter{Document: n, In: v.ID, Status: []CommentStatus{Submitted}})
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(k Comment) bool {
			return round != "" && k.Round != round || !at(k, block) || open && k.Disposed.Value != ""
		})
		p.What = q.said(r, blocks, block)
		p.Total = len(all)
		from := min(max(int(parseVersion(r.Query("from"))), 0), len(all))
		base := docAt(n, fmt.Sprintf("/comments?v=%s&round=%s&block=%s", v.ID, round, block))
		p.Filter = []web.Link{{Text: r.T("All of them"), Href: base}, {Text: r.T("Only those without a disposition"), Href: base + "&open=1"}, {Text: r.T("Only those whose block is gone"), Href: docAt(n, "/comments?v="+string(v.ID)+"&round="+string(round)+"&block="+Orphan)}}
		if open {
			base += "&open=1"
		}
		for _, k := range all[from:min(from+cardsPerPage, len(all))] {
			p.Cards = append(p.Cards, card(r, k, blocks, "/d/comments/"+string(k.ID)))
		}
		if from > 0 {
			p.Pager.Previous = base + fmt.Sprint("&from=", max(0, from-cardsPerPage))
		}
		if from+cardsPerPage < len(all) {
			p.Pager.Next = base + fmt.Sprint("&from=", from+cardsPerPage)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("review/comments", p)
}

// at says whether a comment stands where the address asks.
func at(k Comment, block string) bool {
	switch block {
	case "":
		return true
	case "whole":
		return k.Place.How == AsWhole
	case Orphan:
		return k.Place.How == Orphan
	}
	return string(k.Place.Block) == block
}

// said is the heading of a list of comments.
func (q *Reviews) said(r *web.Request, blocks []Block, block string) string {
	switch block {
	case "":
		return r.T("Comments")
	case "whole":
		return r.T("Comments on the whole document")
	case Orphan:
		return r.T("Comments whose block is gone")
	}
	if i := find(blocks, id.ID(block)); i >= 0 {
		return r.T("Comments on {place}", "place", blockLabel(blocks, i))
	}
	return r.T("Comments")
}

func card(r *web.Request, k Comment, blocks []Block, href string) commentCard {
	c := commentCard{ID: k.ID, Href: href, Who: k.Party.Label(r.Printer), Behalf: k.Behalf, Type: typeWord(r.Printer, k.Type), Body: lines(clip(k.Body, 600)),
		In: langOf(k.Lang), Orphan: k.Place.How == Orphan}
	if k.Proposal != "" {
		c.Proposal = lines(clip(k.Proposal, 600))
	}
	if k.Target.Kind != OnWhole {
		c.Quote = clip(k.Target.Exact, 200)
	}
	if i := find(blocks, k.Place.Block); i >= 0 {
		c.Place = blockLabel(blocks, i)
	}
	c.State = web.Tag{Text: r.T("No disposition yet"), Colour: "yellow"}
	if k.Disposed.Value != "" {
		c.State = web.Tag{Text: dispositionWord(r.Printer, k.Disposed.Value), Colour: "green"}
	}
	return c
}

type commentPage struct {
	Card         commentCard
	Summary      []web.Row
	Doc          Document
	Reasoning    []string
	Change       []Piece
	ChangeIn     inLang
	Form         *web.Form
	May          map[string]bool
	Dispositions []web.Choice
	Blocks       []web.Choice
	Places       []web.Choice
	Version      id.ID
	Back         string
	Save, Place  web.Button
}

func (q *Reviews) commentPage(r *web.Request, n id.ID) (commentPage, Comment, error) {
	p := commentPage{Form: r.Form(), Dispositions: choicesOf(r.Printer, dispositions(), dispositionWords()),
		Save: web.Button{Text: r.T("Save the disposition")}, Place: web.Button{Text: r.T("Put it there"), Kind: "secondary"}}
	var k Comment
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if k, err = FindComment(ctx, tx, n, ""); err != nil {
			return err
		}
		round, err := FindRound(ctx, tx, k.Round)
		if err != nil {
			return err
		}
		d, last, err := lastIssued(ctx, tx, round.Document)
		if err != nil {
			return err
		}
		if k, err = FindComment(ctx, tx, n, last.ID); err != nil {
			return err
		}
		p.Doc, p.Version, p.Back = d, last.ID, docAt(d.ID, "/comments?round="+string(round.ID)+"&v="+string(last.ID))
		if p.May, err = q.mays(ctx, tx, r, id.NewRef(KindComment, n), "comment.dispose", "comment.anchor"); err != nil {
			return err
		}
		p.May["dispose"] = p.May["dispose"] && round.Finalised.IsZero() && k.Status == Submitted
		old, err := Blocks(ctx, tx, round.Version)
		if err != nil {
			return err
		}
		now, err := Blocks(ctx, tx, last.ID)
		if err != nil {
			return err
		}
		p.Card = card(r, k, now, "")
		p.Card.Body, p.Card.Proposal = lines(k.Body), nil
		if k.Proposal != "" {
			p.Card.Proposal = lines(k.Proposal)
		}
		p.Places = blockChoices(now)
		return q.changes(ctx, tx, r, &p, k, old)
	})
	p.Summary = []web.Row{
		{Key: r.T("Who"), Value: p.Card.Who}, {Key: r.T("On behalf of"), Value: p.Card.Behalf}, {Key: r.T("Type"), Value: p.Card.Type},
		{Key: r.T("Who may see it"), Value: visibilityWord(r.Printer, k.Visibility)}, {Key: r.T("Language"), Value: k.Lang.Name()},
	}
	p.Summary = slices.DeleteFunc(p.Summary, func(row web.Row) bool { return row.Value == "" })
	return p, k, err
}

// changes shows the change that a disposition names: the block then and now. Whoever doesn't write the document sees it
// as far as it was issued.
func (q *Reviews) changes(ctx context.Context, tx *db.Tx, r *web.Request, p *commentPage, k Comment, old []Block) error {
	_, v, err := readVersion(ctx, tx, p.Doc.ID, "")
	if err != nil {
		return err
	}
	now, err := Blocks(ctx, tx, v.ID)
	if err != nil {
		return err
	}
	p.Blocks = append([]web.Choice{{Value: "", Label: r.T("No block was changed for it")}}, blockChoices(now)...)
	if k.Disposed.Reasoning != "" {
		p.Reasoning = lines(k.Disposed.Reasoning)
	}
	i := find(now, k.Disposed.Block)
	if k.Disposed.Block == "" || i < 0 {
		return nil
	}
	before := ""
	if j := find(old, k.Disposed.Block); j >= 0 {
		before = old[j].Text
	}
	p.Change, p.ChangeIn = Diff(before, now[i].Text), langOf(p.Doc.Lang)
	return nil
}

// blockChoices are the blocks to choose from: by how people cite them, with their first words.
func blockChoices(blocks []Block) []web.Choice {
	var all []web.Choice
	for i, b := range blocks[:min(len(blocks), 300)] {
		all = append(all, web.Choice{Value: string(b.ID), Label: blockLabel(blocks, i) + " · " + clip(strings.ReplaceAll(b.Text, "\n", " "), 40)})
	}
	return all
}

func lastIssued(ctx context.Context, tx *db.Tx, document id.ID) (Document, Version, error) {
	d, err := Find(ctx, tx, document)
	if err != nil {
		return d, Version{}, err
	}
	all, err := Versions(ctx, tx, document)
	if err != nil {
		return d, Version{}, err
	}
	for _, v := range slices.Backward(all) {
		if !v.Working() {
			return d, v, nil
		}
	}
	return d, Version{}, fmt.Errorf("document %s has no issued version: %w", document, errs.NotFound)
}

func (q *Reviews) showComment(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, k, err := q.commentPage(r, n)
	if err != nil {
		return err
	}
	p.Form = web.NewForm(map[string]string{"value": k.Disposed.Value, "reasoning": k.Disposed.Reasoning, "block": string(k.Disposed.Block), "version": fmt.Sprint(k.Disposed.Version)})
	return r.Page("review/comment", p)
}

func (q *Reviews) dispose(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	p, k, err := q.commentPage(r, n)
	if err != nil {
		return err
	}
	f := r.Form()
	err = q.Dispose(r.Ctx(), r.Person, n, Disposition{Value: f.Get("value"), Reasoning: f.Get("reasoning"), Block: id.ID(f.Get("block")), Version: parseVersion(f.Get("version"))}, entry)
	if said, _ := errs.Said(err); errors.Is(err, errs.Conflict) && said == "" {
		return web.Differs(err, web.Difference{Label: r.T("Observations of the Secretariat"), Yours: f.Get("reasoning"), Theirs: k.Disposed.Reasoning})
	}
	if err != nil {
		return r.Again("review/comment", p, err)
	}
	return r.Done(p.Back, language.M("The disposition was saved."))
}

func (q *Reviews) anchor(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	p, _, err := q.commentPage(r, n)
	if err != nil {
		return err
	}
	if err := q.Reanchor(r.Ctx(), r.Person, n, p.Version, id.ID(r.Form().Get("place")), entry); err != nil {
		return err
	}
	return r.Done("/d/comments/"+string(n), language.M("The comment has its place there now, and keeps it in later versions."))
}
