package review

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// blocksPerPage keeps a page of a long document small.
const blocksPerPage = 40

// blockLine is a block as a page shows it.
type blockLine struct {
	ID      id.ID
	Kind    string
	Level   int
	Number  string
	Label   string // "Finding", "Figure"; "" of a paragraph and a heading
	Lines   []string
	In      inLang
	Foreign bool
	Stale   bool
	Count   int
	Href    string // of its comments
	Edit    string // "" when it can't be changed
	Comment string // where a comment on it is written, "" when the reader has no open tray
}

type documentPage struct {
	Doc             Document
	Title           string
	In              inLang
	Summary         []web.Row
	Languages       []web.Link
	Versions        []web.Link
	Compare         string
	Blocks          []blockLine
	Pager           web.Pager
	Files           []web.Link
	Whole, Orphans  int
	WholeAt, Lost   string
	Comment         string // on the whole
	Rounds          web.Table
	May             map[string]bool
	Working         bool
	Composable      bool
	Form            *web.Form
	People          []web.Choice
	Statuses        []web.Choice
	Revise, Compose web.Button
	Issue, Admit    web.Button
	Add, NewRound   string
}

func (q *Reviews) showDocument(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.documentPage(r, n)
	if err != nil {
		return err
	}
	return r.Page("review/document", p)
}

func (q *Reviews) documentPage(r *web.Request, n id.ID) (documentPage, error) {
	p := documentPage{Form: r.Form(), Add: docAt(n, "/add"), NewRound: docAt(n, "/rounds/new")}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		d, v, err := readVersion(ctx, tx, n, id.ID(r.Query("v")))
		if err != nil {
			return err
		}
		p.Doc, p.Working = d, v.Working()
		if p.May, err = q.mays(ctx, tx, r, id.NewRef(KindDocument, n), "document.edit", "document.issue", "document.admit", "document.round.open"); err != nil {
			return err
		}
		for _, step := range []func(context.Context, *db.Tx, *web.Request, Version) error{p.versions, p.rounds, p.people, q.fillBlocks(&p)} {
			if err := step(ctx, tx, r, v); err != nil {
				return err
			}
		}
		p.Summary = q.summary(r, d, v)
		return nil
	})
	p.Composable = p.Doc.Study != ""
	p.Statuses = []web.Choice{{Value: string(ForComments), Label: r.T("For comments")}, {Value: string(Final), Label: r.T("Final")}}
	p.Revise = web.Button{Text: r.T("Begin the next version"), Kind: "secondary"}
	p.Compose = web.Button{Text: r.T("Bring in the study's findings"), Kind: "secondary"}
	p.Issue, p.Admit = web.Button{Text: r.T("Issue this version")}, web.Button{Text: r.T("Let this person in"), Kind: "secondary"}
	return p, err
}

func (q *Reviews) summary(r *web.Request, d Document, v Version) []web.Row {
	rows := []web.Row{
		{Key: r.T("What it is"), Value: r.T(kindWords()[d.Kind])},
		{Key: r.T("How it stands"), Value: r.T(q.statusOf(d, v))},
		{Key: r.T("Distribution"), Value: r.T(distributionWords()[string(d.Distribution)])},
		{Key: r.T("Version"), Value: versionName(r, v)},
		{Key: r.T("Written in"), Value: d.Lang.Name()},
	}
	if v.Hash != "" {
		rows = append(rows, web.Row{Key: r.T("SHA-256 of the text"), Value: string(v.Hash)})
	}
	return rows
}

func (p *documentPage) versions(ctx context.Context, tx *db.Tx, r *web.Request, v Version) error {
	all, err := Versions(ctx, tx, p.Doc.ID)
	for i, o := range all {
		l := web.Link{Text: versionName(r, o), Href: docAt(p.Doc.ID, "?v="+string(o.ID))}
		if o.ID == v.ID {
			l.Href = ""
			if i > 0 {
				p.Compare = docAt(p.Doc.ID, "/compare?a="+string(all[i-1].ID)+"&b="+string(v.ID))
			}
		}
		p.Versions = append(p.Versions, l)
	}
	for _, tag := range language.Official() {
		l := web.Link{Text: tag.Name(), Href: docAt(p.Doc.ID, "?v="+string(v.ID)+"&in="+string(tag))}
		if tag == in(r) {
			l.Href = ""
		}
		p.Languages = append(p.Languages, l)
	}
	for _, f := range []string{"pdf", "docx", "html"} {
		p.Files = append(p.Files, web.Link{Text: strings.ToUpper(f), Href: docAt(p.Doc.ID, "/file/document."+f+"?v="+string(v.ID)+"&in="+string(in(r)))})
	}
	return err
}

func (p *documentPage) rounds(ctx context.Context, tx *db.Tx, r *web.Request, _ Version) error {
	p.Rounds = web.Table{Caption: r.T("Rounds of comments"), Columns: []web.Column{{Label: r.T("Until")}, {Label: r.T("How it stands")}}}
	all, err := RoundsOf(ctx, tx, p.Doc.ID)
	for _, o := range all {
		p.Rounds.Rows = append(p.Rounds.Rows, []any{web.Link{Text: string(r.Date(o.Closes)), Href: roundAt(o.ID, "")}, roundState(r.Printer, o)})
	}
	return err
}

func (p *documentPage) people(ctx context.Context, tx *db.Tx, _ *web.Request, _ Version) error {
	if !p.May["admit"] {
		return nil
	}
	inside, err := access.Members(ctx, tx, p.Doc.ID)
	if err != nil {
		return err
	}
	all, err := access.People(ctx, tx)
	all = slices.DeleteFunc(all, func(a access.Account) bool {
		return a.Disabled || len(a.Offices()) == 0 || slices.ContainsFunc(inside, func(m access.Membership) bool { return m.Person == a.ID })
	})
	p.People = peopleChoices(all)
	return err
}

// fillBlocks shows one page of the blocks, each with the comments that the reader may know of.
func (q *Reviews) fillBlocks(p *documentPage) func(context.Context, *db.Tx, *web.Request, Version) error {
	return func(ctx context.Context, tx *db.Tx, r *web.Request, v Version) error {
		t, err := q.reading(ctx, tx, p.Doc, in(r))
		if err != nil {
			return err
		}
		var lang language.Tag
		p.Title, lang, _ = t.text("title", p.Doc.Name(t.tag))
		p.In = langOf(lang)
		all, err := q.blocksIn(ctx, t, v.ID)
		if err != nil {
			return err
		}
		counts, err := Counts(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		tray, err := openTrayOn(ctx, tx, r, v)
		if err != nil {
			return err
		}
		p.Whole, p.Orphans = counts[""], counts[Orphan]
		at := docAt(p.Doc.ID, "/comments?v="+string(v.ID))
		p.WholeAt, p.Lost = at+"&block=whole", at+"&block="+Orphan
		if tray != "" {
			p.Comment = trayAt(tray, "/write")
		}
		from := min(max(int(parseVersion(r.Query("from"))), 0), max(len(all)-1, 0))
		for _, s := range all[from:min(from+blocksPerPage, len(all))] {
			p.Blocks = append(p.Blocks, p.line(r, s, counts[s.ID], at, tray))
		}
		page := func(from int) string {
			return docAt(p.Doc.ID, fmt.Sprintf("?v=%s&in=%s&from=%d", v.ID, in(r), from))
		}
		if from > 0 {
			p.Pager.Previous = page(max(0, from-blocksPerPage))
		}
		if from+blocksPerPage < len(all) {
			p.Pager.Next = page(from + blocksPerPage)
		}
		return nil
	}
}

func (p *documentPage) line(r *web.Request, s shown, count int, at string, tray id.ID) blockLine {
	l := blockLine{ID: s.ID, Kind: s.Kind, Level: s.Level, Number: s.Number, Lines: lines(s.Text), In: langOf(s.Lang), Foreign: s.Foreign, Stale: s.Stale,
		Count: count, Href: at + "&block=" + string(s.ID)}
	switch s.Kind {
	case Finding, Option:
		l.Label = r.T(blockWords()[s.Kind])
	case Figure:
		l.Label, l.Number = r.T("Figure {number}", "number", s.Number), ""
	case Footnote:
		l.Label, l.Number = r.T("Note {number}", "number", s.Number), ""
	}
	if p.Working && p.May["edit"] {
		l.Edit = docAt(p.Doc.ID, "/blocks/"+string(s.ID))
	}
	if tray != "" {
		l.Comment = trayAt(tray, "/write?block="+string(s.ID))
	}
	return l
}

// openTrayOn returns the tray in which the reader may write about the version now, "" when there is none.
func openTrayOn(ctx context.Context, tx *db.Tx, r *web.Request, v Version) (id.ID, error) {
	rounds, err := RoundsOf(ctx, tx, v.Document)
	if err != nil {
		return "", err
	}
	for _, o := range slices.Backward(rounds) {
		if o.Version != v.ID || !o.open(r.Now()) {
			continue
		}
		own, err := OwnTrays(ctx, tx)
		if err != nil {
			return "", err
		}
		if i := slices.IndexFunc(own, func(t Tray) bool { return t.Round == o.ID }); i >= 0 {
			return own[i].ID, nil
		}
	}
	return "", nil
}

func (q *Reviews) documentFile(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	format, media := fileKind(r.Value("name"))
	b, err := q.Print(r.Ctx(), r.Person, n, id.ID(r.Query("v")), in(r), format)
	if err != nil {
		return sayUnprintable(err)
	}
	return r.Attachment(fileName("document", string(in(r)))+"."+format, media, bytes.NewReader(b))
}

func sayUnprintable(err error) error {
	return errs.Say(err, "The file can't be made: {problem}", map[string]string{"problem": err.Error()})
}

func (q *Reviews) revise(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	if err := q.Revise(r.Ctx(), r.Person, n, entry); err != nil {
		return err
	}
	return r.Done(docAt(n, ""), language.M("The next version was begun with the text of the one before it."))
}

func (q *Reviews) compose(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	if err := q.Compose(r.Ctx(), r.Person, n, entry); err != nil {
		return err
	}
	return r.Done(docAt(n, ""), language.M("The study's findings are in the text. What people wrote here was left as it is."))
}

func (q *Reviews) issue(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	if err := q.Issue(r.Ctx(), r.Person, n, Status(r.Form().Get("status")), entry); err != nil {
		return q.documentAgain(r, n, err)
	}
	return r.Done(docAt(n, ""), language.M("The version was issued. Its text stays as it is, and comments can be asked for."))
}

func (q *Reviews) admit(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	if err := q.Admit(r.Ctx(), r.Person, n, id.ID(r.Form().Get("person")), entry); err != nil {
		return q.documentAgain(r, n, err)
	}
	return r.Done(docAt(n, ""), language.M("This person writes the document too from now on."))
}

// documentAgain shows the document's page again with what is wrong in one of its forms.
func (q *Reviews) documentAgain(r *web.Request, n id.ID, err error) error {
	if len(errs.Fields(err)) == 0 {
		return err
	}
	p, e := q.documentPage(r, n)
	if e != nil {
		return e
	}
	return r.Again("review/document", p, err)
}
