package review

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type trayPage struct {
	Tray                         Tray
	Who                          string
	Doc                          Document
	Title                        string
	Read                         string
	Form                         *web.Form
	Summary                      []web.Row
	Comments                     web.Table
	Originals                    []web.Link
	People                       web.Table
	Helpers                      []web.Choice
	May                          map[string]bool
	Open                         bool
	Next                         string // what comes next, as a sentence
	Ready                        bool   // something can be cleared
	Cleared                      bool
	Sheets                       []web.Link
	Clear, Submit, Import, Admit web.Button
}

func (q *Reviews) showTray(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.trayPage(r, n)
	if err != nil {
		return err
	}
	return r.Page("review/tray", p)
}

func (q *Reviews) trayPage(r *web.Request, n id.ID) (trayPage, error) {
	p := trayPage{Form: r.Form(), Clear: web.Button{Text: r.T("Clear these comments")}, Submit: web.Button{Text: r.T("Submit the comments")},
		Import: web.Button{Text: r.T("Bring in the form"), Kind: "secondary"}, Admit: web.Button{Text: r.T("Let this person in"), Kind: "secondary"}}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Tray, err = FindTray(ctx, tx, n); err != nil {
			return err
		}
		round, err := FindRound(ctx, tx, p.Tray.Round)
		if err != nil {
			return err
		}
		d, v, err := readVersion(ctx, tx, round.Document, round.Version)
		if err != nil {
			return err
		}
		p.Doc, p.Title, p.Read, p.Who, p.Open = d, d.Name(r.Lang()), docAt(d.ID, "?v="+string(v.ID)), p.Tray.Party.Label(r.Printer), round.open(r.Now())
		if p.May, err = q.mays(ctx, tx, r, id.NewRef(KindTray, n), "comment.write", "comment.decide", "comment.clear", "comment.submit", "comment.admit"); err != nil {
			return err
		}
		p.Summary = []web.Row{{Key: r.T("How it stands"), Value: trayState(r.Printer, p.Tray, round)}, {Key: r.T("Until"), Value: string(r.When(round.Closes))}}
		if round.Note != "" {
			p.Summary = append(p.Summary, web.Row{Key: r.T("Note"), Value: round.Note})
		}
		if err := p.comments(ctx, tx, r, v); err != nil {
			return err
		}
		return p.inside(ctx, tx, r)
	})
	for _, tag := range language.Official() {
		p.Sheets = append(p.Sheets, web.Link{Text: tag.Name(), Href: trayAt(n, "/form.xlsx?in="+string(tag))})
	}
	return p, err
}

// comments lists what is in the tray and says what comes next.
func (p *trayPage) comments(ctx context.Context, tx *db.Tx, r *web.Request, v Version) error {
	p.Comments = web.Table{Caption: r.T("Comments"), Empty: r.T("There is no comment yet. Read the document, and comment on a block of it or on the whole."),
		Columns: []web.Column{{Label: r.T("No.")}, {Label: r.T("Section or paragraph")}, {Label: r.T("Comment")}, {Label: r.T("How it stands")}}}
	blocks, err := Blocks(ctx, tx, v.ID)
	if err != nil {
		return err
	}
	all, err := Comments(ctx, tx, Filter{Tray: p.Tray.ID, In: v.ID})
	if err != nil {
		return err
	}
	drafts, accepted := 0, 0
	for _, k := range all {
		place := ""
		if i := find(blocks, k.Place.Block); i >= 0 {
			place = blockLabel(blocks, i)
		} else if k.Place.How == Orphan {
			place = r.T("gone")
		}
		var link any = web.Link{Text: fmt.Sprint(k.N), Href: trayAt(p.Tray.ID, "/comments/"+string(k.ID))}
		if !p.May["write"] {
			link = fmt.Sprint(k.N)
		}
		p.Comments.Rows = append(p.Comments.Rows, []any{link, place, clip(k.Body, 120), r.T(commentWords()[string(k.Status)])})
		switch k.Status {
		case Draft:
			drafts++
		case Accepted:
			accepted++
		}
	}
	p.Ready, p.Cleared = accepted > 0 && p.Tray.Cleared.IsZero(), !p.Tray.Cleared.IsZero() && accepted > 0
	switch {
	case !p.Open:
		p.Next = r.T("The round is closed. What was submitted stays as it is.")
	case p.Cleared:
		p.Next = r.T("The comments are cleared. The focal point submits them.")
	case p.Ready && drafts > 0:
		p.Next = r.N("{n} draft waits for the focal point; what is accepted can be cleared.", "{n} drafts wait for the focal point; what is accepted can be cleared.", drafts)
	case p.Ready:
		p.Next = r.T("The clearing officer clears the accepted comments. Any change afterwards takes the clearance away.")
	case drafts > 0:
		p.Next = r.N("{n} draft waits for the focal point.", "{n} drafts wait for the focal point.", drafts)
	}
	return nil
}

func (p *trayPage) inside(ctx context.Context, tx *db.Tx, r *web.Request) error {
	files, err := Originals(ctx, tx, p.Tray.ID)
	if err != nil {
		return err
	}
	for _, o := range files {
		p.Originals = append(p.Originals, web.Link{Text: o.Name, Href: trayAt(p.Tray.ID, "/originals/"+string(o.ID))})
	}
	p.People = web.Table{Caption: r.T("Who works on these comments"), Columns: []web.Column{{Label: r.T("Name of the person")}}}
	there, err := access.Members(ctx, tx, p.Tray.ID)
	if err != nil {
		return err
	}
	for _, m := range there {
		a, err := access.Find(ctx, tx, m.Person)
		if err != nil {
			return err
		}
		if !m.Excluded {
			p.People.Rows = append(p.People.Rows, []any{a.Name})
		}
	}
	if !p.May["admit"] {
		return nil
	}
	able, err := helpers(ctx, tx, p.Tray)
	p.Helpers = peopleChoices(able)
	return err
}

type writePage struct {
	Tray      id.ID
	ID        id.ID // of a comment that is changed, "" for a new one
	Block     string
	Place     string
	Quote     []string // the block that is commented on
	In        inLang
	Gone      bool
	State     string
	Form      *web.Form
	Types     []web.Choice
	Languages []web.Choice
	Visible   []web.Choice
	Others    []web.Choice
	Decisions []web.Button
	MayDecide bool
	MayEdit   bool
	Save      web.Button
	Merge     web.Button
}

func (q *Reviews) writePage(r *web.Request, n id.ID, comment id.ID) (writePage, Comment, error) {
	p := writePage{Tray: n, ID: comment, Form: r.Form(), Block: r.Query("block"), Types: choicesOf(r.Printer, types(), typeWords()), Languages: languages(),
		Save: web.Button{Text: r.T("Save the comment")}, Merge: web.Button{Text: r.T("Merge"), Kind: "secondary", Name: "what", Value: "merge"}}
	if p.Form.Has("block") {
		p.Block = p.Form.Get("block")
	}
	var k Comment
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		t, err := FindTray(ctx, tx, n)
		if err != nil {
			return err
		}
		round, err := FindRound(ctx, tx, t.Round)
		if err != nil {
			return err
		}
		for _, v := range visibilities() {
			if v != "public" || round.AllowPublic {
				p.Visible = append(p.Visible, web.Choice{Value: v, Label: visibilityWord(r.Printer, v)})
			}
		}
		d, v, err := readVersion(ctx, tx, round.Document, round.Version)
		if err != nil {
			return err
		}
		blocks, err := Blocks(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		if comment != "" {
			if k, err = inTray(ctx, tx, n, comment); err != nil {
				return err
			}
			if k, err = FindComment(ctx, tx, comment, v.ID); err != nil {
				return err
			}
			p.Block = string(k.Place.Block)
			if err := q.deciding(ctx, tx, r, &p, k, round); err != nil {
				return err
			}
		} else {
			p.MayEdit = true
		}
		p.about(d, blocks, k)
		return nil
	})
	return p, k, err
}

// about shows what the comment is about.
func (p *writePage) about(d Document, blocks []Block, k Comment) {
	p.In = langOf(d.Lang)
	if i := find(blocks, id.ID(p.Block)); i >= 0 {
		p.Place, p.Quote = blockLabel(blocks, i), lines(blocks[i].Text)
	}
	if k.ID != "" && k.Target.Kind != OnWhole {
		p.Quote = lines(k.Target.Exact)
		p.Gone = k.Place.How == Orphan
	}
}

// deciding lists what a focal point can do with the comment now.
func (q *Reviews) deciding(ctx context.Context, tx *db.Tx, r *web.Request, p *writePage, k Comment, round Round) error {
	p.State = r.T(commentWords()[string(k.Status)])
	decides, err := q.Desk.Could(ctx, tx, r.Person, "comment.decide", id.NewRef(KindTray, k.Tray))
	if err != nil || !round.open(r.Now()) {
		return err
	}
	p.MayEdit = k.Status == Draft && (decides || k.Author == r.Person.ID) || k.Status == Accepted && decides
	if !decides {
		return nil
	}
	for _, d := range []struct{ what, say string }{
		{"accept", language.M("Accept")}, {"reject", language.M("Leave out")}, {"reopen", language.M("Make it a draft again")}, {"take-back", language.M("Take it back")},
	} {
		for _, from := range decisions()[d.what].from {
			if from == k.Status {
				p.Decisions = append(p.Decisions, web.Button{Text: r.T(d.say), Name: "what", Value: d.what, Kind: "secondary"})
			}
		}
	}
	p.MayDecide = true
	if k.Status != Draft && k.Status != Accepted {
		return nil
	}
	others, err := Comments(ctx, tx, Filter{Tray: k.Tray, Status: []CommentStatus{Draft, Accepted}})
	for _, o := range others {
		if o.ID != k.ID {
			p.Others = append(p.Others, web.Choice{Value: string(o.ID), Label: fmt.Sprint(o.N) + " · " + clip(o.Body, 40)})
		}
	}
	return err
}

func (q *Reviews) showWrite(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, _, err := q.writePage(r, n, "")
	if err != nil {
		return err
	}
	p.Form = web.NewForm(map[string]string{"type": "general", "lang": string(r.Lang()), "visibility": "states"})
	return r.Page("review/write", p)
}

func newCommentOf(f *web.Form) NewComment {
	return NewComment{Behalf: f.Get("behalf"), Block: id.ID(f.Get("block")), Quote: f.Get("quote"), Type: f.Get("type"), Lang: language.Tag(f.Get("lang")),
		Body: f.Get("body"), Proposal: f.Get("proposal"), Visibility: f.Get("visibility")}
}

func (q *Reviews) write(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	p, _, err := q.writePage(r, n, "")
	if err != nil {
		return err
	}
	if _, err := q.Write(r.Ctx(), r.Person, n, newCommentOf(r.Form()), entry); err != nil {
		return r.Again("review/write", p, err)
	}
	return r.Done(trayAt(n, ""), language.M("The comment was saved as a draft. The focal point decides on it; nothing leaves before it is cleared and submitted."))
}

func (q *Reviews) draft(r *web.Request) (n, comment id.ID, err error) {
	if n, err = r.PathID("id"); err != nil {
		return "", "", err
	}
	comment, err = r.PathID("comment")
	return n, comment, err
}

func (q *Reviews) showDraft(r *web.Request) error {
	n, comment, err := q.draft(r)
	if err != nil {
		return err
	}
	p, k, err := q.writePage(r, n, comment)
	if err != nil {
		return err
	}
	p.Form = web.NewForm(map[string]string{"behalf": k.Behalf, "type": k.Type, "lang": string(k.Lang), "body": k.Body, "proposal": k.Proposal, "visibility": k.Visibility,
		"version": fmt.Sprint(k.Version)})
	return r.Page("review/write", p)
}

func (q *Reviews) saveDraft(r *web.Request) error {
	n, comment, err := q.draft(r)
	if err != nil {
		return err
	}
	p, k, err := q.writePage(r, n, comment)
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	err = q.Edit(r.Ctx(), r.Person, n, comment, newCommentOf(r.Form()), parseVersion(r.Form().Get("version")), entry)
	if said, _ := errs.Said(err); errors.Is(err, errs.Conflict) && said == "" {
		return web.Differs(err, web.Difference{Label: r.T("Comment"), Yours: r.Form().Get("body"), Theirs: k.Body})
	}
	if err != nil {
		return r.Again("review/write", p, err)
	}
	return r.Done(trayAt(n, ""), language.M("The comment was saved."))
}

func (q *Reviews) decide(r *web.Request) error {
	n, comment, err := q.draft(r)
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	if err := q.Decide(r.Ctx(), r.Person, n, comment, r.Form().Get("what"), id.ID(r.Form().Get("into")), entry); err != nil {
		if len(errs.Fields(err)) == 0 {
			return err
		}
		p, k, e := q.writePage(r, n, comment)
		if e != nil {
			return e
		}
		p.Form.Values.Set("body", k.Body)
		return r.Again("review/write", p, err)
	}
	return r.Done(trayAt(n, ""), language.M("The decision was saved."))
}

func (q *Reviews) clear(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	if err := q.Clear(r.Ctx(), r.Person, n, entry); err != nil {
		return err
	}
	return r.Done(trayAt(n, ""), language.M("The comments are cleared. Now the focal point can submit them."))
}

func (q *Reviews) submit(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	if err := q.Submit(r.Ctx(), r.Person, n, entry); err != nil {
		return err
	}
	return r.Done(trayAt(n, ""), language.M("The comments were submitted. Drafts and what was left out stayed here."))
}

func (q *Reviews) admitToTray(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	if err := q.AdmitToTray(r.Ctx(), r.Person, n, id.ID(r.Form().Get("person")), entry); err != nil {
		return q.trayAgain(r, n, err)
	}
	return r.Done(trayAt(n, ""), language.M("This person works on the comments too from now on."))
}

func (q *Reviews) trayAgain(r *web.Request, n id.ID, err error) error {
	if len(errs.Fields(err)) == 0 {
		return err
	}
	p, e := q.trayPage(r, n)
	if e != nil {
		return e
	}
	return r.Again("review/tray", p, err)
}

func (q *Reviews) trayForm(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	b, err := q.TrayForm(r.Ctx(), r.Person, n, in(r))
	if err != nil {
		return err
	}
	return r.Attachment(fileName("comments", string(in(r)))+".xlsx", xlsx, bytes.NewReader(b))
}

func (q *Reviews) takeForm(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	name, file, err := upload(r, maxForm)
	count := 0
	if err == nil {
		count, err = q.Import(r.Ctx(), r.Person, n, name, file, entry)
	}
	if err != nil {
		return q.trayAgain(r, n, err)
	}
	return r.Done(trayAt(n, ""), language.MN("{n} comment came in as a draft.", "{n} comments came in as drafts."), "n", fmt.Sprint(count))
}

func (q *Reviews) originalFile(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	var o Original
	err = q.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		o, err = original(ctx, tx, n, id.ID(r.Value("file")))
		return err
	})
	if err != nil {
		return err
	}
	return r.Attachment(o.Name, o.Media, bytes.NewReader(o.Data))
}
