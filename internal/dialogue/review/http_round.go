package review

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type newRoundPage struct {
	Doc     Document
	Form    *web.Form
	Secrecy []web.Choice
	Save    web.Button
}

func (q *Reviews) newRoundPage(r *web.Request, n id.ID) (newRoundPage, error) {
	p := newRoundPage{Form: r.Form(), Save: web.Button{Text: r.T("Open the round")}, Secrecy: []web.Choice{
		{Value: "open", Label: r.T("Everyone invited sees what is submitted at once")},
		{Value: "blind", Label: r.T("No one invited sees another’s comments before the close")},
		{Value: "sealed", Label: r.T("No one sees them before the close, the secretariat included")},
	}}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		ok, err := q.Desk.Could(ctx, tx, r.Person, "document.round.open", id.NewRef(KindDocument, n))
		if err != nil {
			return err
		}
		if !ok {
			return errs.NotFound
		}
		p.Doc, err = Find(ctx, tx, n)
		return err
	})
	return p, err
}

func (q *Reviews) showNewRound(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.newRoundPage(r, n)
	if err != nil {
		return err
	}
	p.Form = web.NewForm(map[string]string{"secrecy": "blind"})
	return r.Page("review/round_new", p)
}

func (q *Reviews) openRound(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	p, err := q.newRoundPage(r, n)
	if err != nil {
		return err
	}
	f := r.Form()
	day, ok := f.Day("closes")
	if !ok {
		return r.Again("review/round_new", p, errs.WithFields(errs.Field{Path: "closes", Code: "Enter the last day as a day of the calendar."}))
	}
	secrecy := f.Get("secrecy")
	if !slices.Contains([]string{"open", "blind", "sealed"}, secrecy) {
		return r.Again("review/round_new", p, errs.WithFields(web.NotOffered("secrecy")))
	}
	round, err := q.OpenRound(r.Ctx(), r.Person, n, NewRound{Opens: r.Now(), Closes: deadline(day), Blind: secrecy != "open", Sealed: secrecy == "sealed",
		AllowPublic: len(f.All("public")) > 0, Note: f.Get("note")}, entry)
	if err != nil {
		return r.Again("review/round_new", p, err)
	}
	return r.Done(roundAt(round, ""), language.M("The round is open. Now invite those who shall comment."))
}

type roundPage struct {
	Round                              Round
	Doc                                Document
	Title                              string
	Form                               *web.Form
	Summary                            []web.Row
	Trays                              web.Table
	Files                              []web.Link
	May                                map[string]bool
	Open                               bool
	Left                               int
	States                             []web.Choice
	Peers                              []web.Choice
	People                             []web.Choice
	Respondents                        int
	Board                              string
	Enter                              string
	Back                               string
	Invite, InviteAll, Close, Finalise web.Button
}

func (q *Reviews) showRound(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.roundPage(r, n)
	if err != nil {
		return err
	}
	return r.Page("review/round", p)
}

func (q *Reviews) roundPage(r *web.Request, n id.ID) (roundPage, error) {
	p := roundPage{Form: r.Form(), Enter: roundAt(n, "/enter"),
		Invite: web.Button{Text: r.T("Invite")}, InviteAll: web.Button{Text: r.T("Invite all respondents of the study"), Kind: "secondary"},
		Close: web.Button{Text: r.T("Close the round")}, Finalise: web.Button{Text: r.T("Declare the round final")}}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Round, err = FindRound(ctx, tx, n); err != nil {
			return err
		}
		d, v, err := readVersion(ctx, tx, p.Round.Document, p.Round.Version)
		if err != nil {
			return err
		}
		p.Doc, p.Title, p.Open = d, d.Name(r.Lang()), p.Round.Closed.IsZero() && p.Round.Origin == ""
		p.Back, p.Board = docAt(d.ID, "?v="+string(v.ID)), docAt(d.ID, "/comments?round="+string(n)+"&v="+string(v.ID))
		if p.May, err = q.mays(ctx, tx, r, id.NewRef(KindRound, n), "document.round.invite", "document.round.close", "document.round.finalise", "comment.enter"); err != nil {
			return err
		}
		if err := p.trays(ctx, tx, r); err != nil {
			return err
		}
		if p.May["finalise"] && !p.Round.Closed.IsZero() {
			if p.Left, err = undisposed(ctx, tx, n); err != nil {
				return err
			}
		}
		p.summary(r, v)
		return q.invitable(ctx, tx, r, &p)
	})
	for _, f := range []string{"xlsx", "pdf", "docx", "html"} {
		p.Files = append(p.Files, web.Link{Text: f, Href: roundAt(n, "/file/comments."+f)})
	}
	return p, err
}

func (p *roundPage) summary(r *web.Request, v Version) {
	o := p.Round
	yes := map[bool]string{true: r.T("Yes"), false: r.T("No")}
	p.Summary = []web.Row{
		{Key: r.T("How it stands"), Value: roundState(r.Printer, o)}, {Key: r.T("Version"), Value: versionName(r, v)},
		{Key: r.T("Until"), Value: string(r.When(o.Closes))},
		{Key: r.T("No one invited sees another’s comments before the close"), Value: yes[o.Blind]},
		{Key: r.T("The secretariat sees none before the close"), Value: yes[o.Sealed]},
	}
	if o.Note != "" {
		p.Summary = append(p.Summary, web.Row{Key: r.T("Note"), Value: o.Note})
	}
}

func (p *roundPage) trays(ctx context.Context, tx *db.Tx, r *web.Request) error {
	p.Trays = web.Table{Caption: r.T("Who is invited"), Empty: r.T("Nobody is invited yet."),
		Columns: []web.Column{{Label: r.T("Who")}, {Label: r.T("By which way")}, {Label: r.T("How it stands")}}}
	all, err := Trays(ctx, tx, p.Round.ID)
	for _, t := range all {
		way := r.T("Here, or by file")
		if t.Peer != "" {
			way = r.T("At a node of its own")
		}
		var who any = t.Party.Label(r.Printer)
		if _, err := FindTray(ctx, tx, t.ID); err == nil {
			who = web.Link{Text: t.Party.Label(r.Printer), Href: trayAt(t.ID, "")}
		} else if !errors.Is(err, errs.NotFound) {
			return err
		}
		p.Trays.Rows = append(p.Trays.Rows, []any{who, way, trayState(r.Printer, t, p.Round)})
	}
	return err
}

// invitable lists whom a manager can invite.
func (q *Reviews) invitable(ctx context.Context, tx *db.Tx, r *web.Request, p *roundPage) error {
	if !p.Open || !p.May["invite"] {
		return nil
	}
	for _, c := range q.Catalog.Countries() {
		if c.Member == language.UNMember || c.Member == language.UNObserver {
			p.States = append(p.States, web.Choice{Value: c.ISO3, Label: c.Short(r.Lang())})
		}
	}
	language.Sort(r.Printer, p.States, func(c web.Choice) string { return c.Label })
	peers, err := exchange.Peers(ctx, tx)
	if err != nil {
		return err
	}
	for _, x := range peers {
		if x.Status == exchange.Trusted {
			p.Peers = append(p.Peers, web.Choice{Value: string(x.Node), Label: x.Name(string(r.Lang()))})
		}
	}
	people, err := access.People(ctx, tx)
	if err != nil {
		return err
	}
	for _, a := range people {
		if !a.Disabled && a.Holds("focal-point") {
			p.People = append(p.People, web.Choice{Value: string(a.ID), Label: a.Name})
		}
	}
	if p.Doc.Study != "" {
		asked, err := study.Respondents(ctx, tx, p.Doc.Study)
		p.Respondents = len(asked)
		return err
	}
	return nil
}

func (q *Reviews) invite(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	if r.Form().Get("all") != "" {
		return q.inviteAll(r, n)
	}
	f := r.Form()
	party := Party{Kind: ofState, State: f.Get("state")}
	if f.Get("name") != "" {
		party = Party{Kind: ofOrg, Name: f.Get("name")}
	} else if _, ok := q.Catalog.Country(party.State); !ok {
		party.State = ""
	}
	invitation := Invitation{Party: party, Peer: id.ID(f.Get("peer"))}
	for _, p := range f.All("people") {
		invitation.People = append(invitation.People, id.ID(p))
	}
	if err := q.Invite(r.Ctx(), r.Person, n, invitation, entry); err != nil {
		if len(errs.Fields(err)) == 0 {
			return err
		}
		p, e := q.roundPage(r, n)
		if e != nil {
			return e
		}
		return r.Again("review/round", p, err)
	}
	return r.Done(roundAt(n, ""), language.M("The invitation was made. Whoever has a node of its own gets the document there."))
}

// inviteAll invites the respondents of the study one after the other. Stopped half-way and asked for again, it goes on.
func (q *Reviews) inviteAll(r *web.Request, n id.ID) error {
	var asked []study.Respondent
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		ok, err := q.Desk.Could(ctx, tx, r.Person, "document.round.invite", id.NewRef(KindRound, n))
		if err != nil {
			return err
		}
		if !ok {
			return errs.NotFound
		}
		round, err := FindRound(ctx, tx, n)
		if err != nil {
			return err
		}
		d, err := Find(ctx, tx, round.Document)
		if err != nil || d.Study == "" {
			return err
		}
		asked, err = study.Respondents(ctx, tx, d.Study)
		return err
	})
	if err != nil {
		return err
	}
	for _, a := range asked {
		if err := q.Invite(r.Ctx(), r.Person, n, Invitation{Respondent: a.ID}, id.New(time.Now())); err != nil {
			return err
		}
	}
	return r.Done(roundAt(n, ""), language.M("All respondents of the study are invited."))
}

func (q *Reviews) closeRound(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	if err := q.CloseRound(r.Ctx(), r.Person, n, entry); err != nil {
		return err
	}
	return r.Done(roundAt(n, ""), language.M("The round is closed. Now each comment gets a disposition."))
}

func (q *Reviews) finalise(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	if err := q.Finalise(r.Ctx(), r.Person, n, entry); err != nil {
		return err
	}
	return r.Done(roundAt(n, ""), language.M("The round is final. Those invited see now what was done about each comment."))
}

func (q *Reviews) roundFile(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	format, media := fileKind(r.Value("name"))
	var b []byte
	if format == "xlsx" {
		b, err = q.RoundSheet(r.Ctx(), r.Person, n, in(r))
	} else {
		b, err = q.PrintComments(r.Ctx(), r.Person, n, in(r), format)
	}
	if err != nil {
		return sayUnprintable(err)
	}
	return r.Attachment(fileName("comments", string(in(r)))+"."+format, media, bytes.NewReader(b))
}

type enterPage struct {
	Round id.ID
	Form  *web.Form
	Trays []web.Choice
	What  []web.Choice
	Save  web.Button
}

func (q *Reviews) enterPage(r *web.Request, n id.ID) (enterPage, error) {
	p := enterPage{Round: n, Form: r.Form(), Save: web.Button{Text: r.T("Enter the file")}, What: []web.Choice{
		{Value: "form", Label: r.T("The comment form, filled in")}, {Value: "letter", Label: r.T("A letter, to be kept as it came")},
	}}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		ok, err := q.Desk.Could(ctx, tx, r.Person, "comment.enter", id.NewRef(KindRound, n))
		if err != nil {
			return err
		}
		if !ok {
			return errs.NotFound
		}
		all, err := Trays(ctx, tx, n)
		for _, t := range all {
			if t.Peer == "" {
				p.Trays = append(p.Trays, web.Choice{Value: string(t.ID), Label: t.Party.Label(r.Printer)})
			}
		}
		return err
	})
	return p, err
}

func (q *Reviews) showEnter(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.enterPage(r, n)
	if err != nil {
		return err
	}
	p.Form = web.NewForm(map[string]string{"what": "form"})
	return r.Page("review/enter", p)
}

func (q *Reviews) enter(r *web.Request) error {
	n, entry, err := entryOf(r)
	if err != nil {
		return err
	}
	p, err := q.enterPage(r, n)
	if err != nil {
		return err
	}
	tray := id.ID(r.Form().Get("tray"))
	if !slices.ContainsFunc(p.Trays, func(c web.Choice) bool { return c.Value == string(tray) }) {
		return r.Again("review/enter", p, errs.WithFields(web.NotOffered("tray")))
	}
	name, file, err := upload(r, maxOriginal)
	if err == nil && r.Form().Get("what") == "letter" {
		err = q.Keep(r.Ctx(), r.Person, n, tray, Original{Name: name, Media: "application/octet-stream", Data: file}, entry)
	} else if err == nil {
		_, err = q.Enter(r.Ctx(), r.Person, n, tray, name, file, entry)
	}
	if err != nil {
		return r.Again("review/enter", p, err)
	}
	return r.Done(roundAt(n, ""), language.M("The file was entered and is kept as it came."))
}

// upload reads the file of a form, at most most bytes of it.
func upload(r *web.Request, most int64) (name string, file []byte, err error) {
	h := r.Form().File("file")
	if h == nil {
		return "", nil, errs.WithFields(errs.Field{Path: "file", Code: "Choose the file first."})
	}
	f, err := h.Open()
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = f.Close() }()
	file, err = io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(file)) > most {
		err = errs.WithFields(errs.Field{Path: "file", Code: "Choose a file of at most 10 MB."})
	}
	return h.Filename, file, err
}
