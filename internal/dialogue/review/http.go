package review

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// Routes registers the pages of documents and comments.
func (q *Reviews) Routes(m *web.Mux) {
	m.Get("/d/docs", "document.read", q.showList)
	m.Get("/d/docs/new", "document.open", q.showNew)
	m.Post("/d/docs/new", "document.open", q.create)
	m.Get("/d/docs/{id}", "document.read", q.showDocument)
	m.Get("/d/docs/{id}/compare", "document.read", q.showCompare)
	m.Get("/d/docs/{id}/comments", "comment.read", q.showComments)
	m.Get("/d/docs/{id}/file/{name}", "document.read", q.documentFile)
	m.Get("/d/docs/{id}/add", "document.edit", q.showAdd)
	m.Post("/d/docs/{id}/add", "document.edit", q.add, web.MaxBody(4<<20))
	m.Get("/d/docs/{id}/blocks/{block}", "document.edit", q.showBlock)
	m.Post("/d/docs/{id}/blocks/{block}", "document.edit", q.saveBlock)
	m.Post("/d/docs/{id}/blocks/{block}/move", "document.edit", q.moveBlock)
	m.Post("/d/docs/{id}/compose", "document.edit", q.compose)
	m.Post("/d/docs/{id}/revise", "document.edit", q.revise)
	m.Post("/d/docs/{id}/issue", "document.issue", q.issue)
	m.Post("/d/docs/{id}/people", "document.admit", q.admit)
	m.Get("/d/docs/{id}/rounds/new", "document.round.open", q.showNewRound)
	m.Post("/d/docs/{id}/rounds/new", "document.round.open", q.openRound)
	m.Get("/d/rounds/{id}", "comment.read", q.showRound)
	m.Get("/d/rounds/{id}/file/{name}", "comment.read", q.roundFile)
	m.Post("/d/rounds/{id}/invite", "document.round.invite", q.invite)
	m.Post("/d/rounds/{id}/close", "document.round.close", q.closeRound)
	m.Post("/d/rounds/{id}/finalise", "document.round.finalise", q.finalise)
	m.Get("/d/rounds/{id}/enter", "comment.enter", q.showEnter)
	m.Post("/d/rounds/{id}/enter", "comment.enter", q.enter, web.MaxBody(maxOriginal+1<<20))
	m.Get("/d/comments/{id}", "comment.read", q.showComment)
	m.Post("/d/comments/{id}", "comment.dispose", q.dispose)
	m.Post("/d/comments/{id}/anchor", "comment.anchor", q.anchor)
	m.Get("/d/trays/{id}", "comment.read", q.showTray)
	m.Get("/d/trays/{id}/write", "comment.write", q.showWrite)
	m.Post("/d/trays/{id}/write", "comment.write", q.write)
	m.Get("/d/trays/{id}/comments/{comment}", "comment.write", q.showDraft)
	m.Post("/d/trays/{id}/comments/{comment}", "comment.write", q.saveDraft)
	m.Post("/d/trays/{id}/comments/{comment}/decide", "comment.decide", q.decide)
	m.Post("/d/trays/{id}/clear", "comment.clear", q.clear)
	m.Post("/d/trays/{id}/submit", "comment.submit", q.submit)
	m.Post("/d/trays/{id}/people", "comment.admit", q.admitToTray)
	m.Get("/d/trays/{id}/form.xlsx", "comment.read", q.trayForm)
	m.Post("/d/trays/{id}/form", "comment.write", q.takeForm, web.MaxBody(maxForm+1<<20))
	m.Get("/d/trays/{id}/originals/{file}", "comment.read", q.originalFile)
}

// seen reads with the scope of the one who asks.
func (q *Reviews) seen(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return q.View(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

// mays asks for several acts at once; its keys are what a page calls them.
func (q *Reviews) mays(ctx context.Context, tx *db.Tx, r *web.Request, on id.Ref, acts ...access.Act) (map[string]bool, error) {
	all := map[string]bool{}
	for _, a := range acts {
		ok, err := q.Desk.Could(ctx, tx, r.Person, a, on)
		if err != nil {
			return nil, err
		}
		all[string(a)[strings.LastIndex(string(a), ".")+1:]] = ok
	}
	return all, nil
}

// The addresses of things.
func docAt(n id.ID, rest string) string   { return "/d/docs/" + string(n) + rest }
func roundAt(n id.ID, rest string) string { return "/d/rounds/" + string(n) + rest }
func trayAt(n id.ID, rest string) string  { return "/d/trays/" + string(n) + rest }

// in is the language in which a document is read: that of the address, or of the page.
func in(r *web.Request) language.Tag {
	if tag := language.Tag(r.Query("in")); slices.Contains(language.Official(), tag) {
		return tag
	}
	return r.Lang()
}

func choicesOf(p *language.Printer, codes []string, words map[string]string) []web.Choice {
	all := make([]web.Choice, len(codes))
	for i, c := range codes {
		all[i] = web.Choice{Value: c, Label: p.T(words[c])}
	}
	return all
}

func languages() []web.Choice {
	var all []web.Choice
	for _, tag := range language.Official() {
		all = append(all, web.Choice{Value: string(tag), Label: tag.Name()})
	}
	return all
}

const perPage = 25

type listPage struct {
	Trays, Documents web.Table
	Pager            web.Pager
	May              bool
}

func (q *Reviews) showList(r *web.Request) error {
	before := id.ID(r.Query("before"))
	p := listPage{May: len(q.offices(r.Person)) > 0}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := List(ctx, tx, before, perPage+1)
		if err != nil {
			return err
		}
		if len(list) > perPage {
			list = list[:perPage]
			p.Pager.Next = "/d/docs?before=" + string(list[perPage-1].ID)
		}
		p.Documents = documentsTable(r, list)
		p.Trays, err = q.traysTable(ctx, tx, r)
		return err
	})
	if before != "" {
		p.Pager.Previous = "/d/docs"
	}
	if err != nil {
		return err
	}
	return r.Page("review/list", p)
}

func documentsTable(r *web.Request, list []Document) web.Table {
	t := web.Table{
		Caption: r.T("Documents"), Empty: r.T("There is no document that you may read yet."),
		Columns: []web.Column{{Label: r.T("Title")}, {Label: r.T("Symbol")}, {Label: r.T("What it is")}, {Label: r.T("How it stands")}},
	}
	for _, d := range list {
		kind := r.T(kindWords()[d.Kind])
		if d.Synthetic {
			kind += " · " + r.T("Synthetic")
		}
		t.Rows = append(t.Rows, []any{web.Link{Text: d.Name(r.Lang()), Href: docAt(d.ID, "")}, d.Symbol, kind, r.T(statusWords()[string(d.Status)])})
	}
	return t
}

// traysTable is what the reader is asked to comment on.
func (q *Reviews) traysTable(ctx context.Context, tx *db.Tx, r *web.Request) (web.Table, error) {
	t := web.Table{Caption: r.T("Comments asked of you"),
		Columns: []web.Column{{Label: r.T("Document")}, {Label: r.T("On behalf of")}, {Label: r.T("Until")}, {Label: r.T("How it stands")}}}
	trays, err := OwnTrays(ctx, tx)
	if err != nil {
		return t, err
	}
	for _, y := range trays {
		round, err := FindRound(ctx, tx, y.Round)
		if err != nil {
			return t, err
		}
		d, err := Find(ctx, tx, round.Document)
		if err != nil {
			return t, err
		}
		t.Rows = append(t.Rows, []any{web.Link{Text: d.Name(r.Lang()), Href: trayAt(y.ID, "")}, y.Party.Label(r.Printer), string(r.Date(round.Closes)), trayState(r.Printer, y, round)})
	}
	return t, nil
}

func trayState(p *language.Printer, t Tray, r Round) string {
	switch {
	case !t.Submitted.IsZero() && t.late(r):
		return p.T("Submitted after the deadline")
	case !t.Submitted.IsZero():
		return p.T("Submitted")
	case !r.Closed.IsZero():
		return p.T("Closed without comments")
	case !t.Cleared.IsZero():
		return p.T("Cleared, not yet submitted")
	}
	return p.T("Not yet submitted")
}

func roundState(p *language.Printer, r Round) string {
	switch {
	case !r.Finalised.IsZero():
		return p.T("Final")
	case !r.Closed.IsZero():
		return p.T("Closed: each comment gets a disposition")
	}
	return p.T("Open for comments")
}

// offices are those in which the person may open a document.
func (q *Reviews) offices(p access.Person) []id.ID {
	var found []id.ID
	for _, g := range p.Grants {
		one := p
		one.Grants = []access.Grant{g}
		if g.Office != "" && !slices.Contains(found, g.Office) && q.Desk.Ever(one, "document.open") {
			found = append(found, g.Office)
		}
	}
	return found
}

type newPage struct {
	Form                                     *web.Form
	Kinds, Distributions, Languages, Studies []web.Choice
	Save                                     web.Button
}

func (q *Reviews) newPage(r *web.Request) (newPage, error) {
	p := newPage{Form: r.Form(), Kinds: choicesOf(r.Printer, kinds(), kindWords()), Languages: languages(), Save: web.Button{Text: r.T("Open the document")}}
	for _, d := range distributions() {
		p.Distributions = append(p.Distributions, web.Choice{Value: string(d), Label: r.T(distributionWords()[string(d)])})
	}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := study.List(ctx, tx)
		for _, s := range list {
			if s.Origin == "" {
				p.Studies = append(p.Studies, web.Choice{Value: string(s.ID), Label: s.Name(r.Lang())})
			}
		}
		return err
	})
	return p, err
}

func (q *Reviews) showNew(r *web.Request) error {
	p, err := q.newPage(r)
	if err != nil {
		return err
	}
	p.Form = web.NewForm(map[string]string{"lang": string(r.Lang()), "kind": "report", "distribution": string(Limited), "study": r.Query("study")})
	return r.Page("review/new", p)
}

func (q *Reviews) create(r *web.Request) error {
	p, err := q.newPage(r)
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	f := r.Form()
	d := NewDocument{Symbol: f.Get("symbol"), Kind: f.Get("kind"), Distribution: Distribution(f.Get("distribution")), Lang: language.Tag(f.Get("lang")),
		Title: f.Get("title"), Study: id.ID(f.Get("study")), Synthetic: len(f.All("synthetic")) > 0}
	offices := q.offices(r.Person)
	if d.Study != "" && !slices.ContainsFunc(p.Studies, func(c web.Choice) bool { return c.Value == string(d.Study) }) {
		return r.Again("review/new", p, errs.WithFields(web.NotOffered("study")))
	}
	if len(offices) == 0 {
		return errs.Forbidden
	}
	n, err := q.Open(r.Ctx(), r.Person, offices[0], d, entry)
	if err != nil {
		return r.Again("review/new", p, err)
	}
	return r.Done(docAt(n, ""), language.M("The document was opened. Now write or paste its text."))
}

// lines divides a text where its writer did.
func lines(s string) []string { return strings.Split(s, "\n") }

// lang is the attribute pair of a text in a language.
type inLang struct {
	Lang language.Tag
	Dir  language.Direction
}

func langOf(tag language.Tag) inLang { return inLang{tag, tag.Direction()} }

func parseVersion(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// entryOf reads the id of a form's entry and of the thing in its address.
func entryOf(r *web.Request) (n, entry id.ID, err error) {
	if n, err = r.PathID("id"); err != nil {
		return "", "", err
	}
	entry, err = r.Form().Entry()
	return n, entry, err
}

// people makes the choices of who could be let in.
func peopleChoices(list []access.Account) []web.Choice {
	var all []web.Choice
	for _, a := range list {
		all = append(all, web.Choice{Value: string(a.ID), Label: a.Name})
	}
	return all
}

func fileKind(name string) (format, media string) {
	format = name[strings.LastIndex(name, ".")+1:]
	return format, map[string]string{
		"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"html": "text/html; charset=utf-8", "xlsx": xlsx,
	}[format]
}

func fileName(parts ...string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>| `, r) {
			return '-'
		}
		return r
	}, strings.Join(parts, "-"))
}

func versionName(r *web.Request, v Version) string {
	if v.Working() {
		return r.T("Version {number}, being written", "number", fmt.Sprint(v.N))
	}
	return r.T("Version {number} of {day}", "number", fmt.Sprint(v.N), "day", r.Date(v.Issued))
}
