package session

import (
	"bytes"
	"context"
	"embed"
	"errors"
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

//go:embed page po
var shown embed.FS

// Pages are the pages of sessions.
func Pages() web.Pages { return web.Pages{Name: "session", FS: shown} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "session", FS: shown} }

// Routes registers the pages of sessions.
func (q *Sessions) Routes(m *web.Mux) {
	m.Get("/d/sessions", "session.read", q.showList)
	m.Get("/d/sessions/new", "session.convene", q.showNew)
	m.Post("/d/sessions/new", "session.convene", q.convene)
	m.Get("/d/sessions/{id}", "session.read", q.showSession)
	m.Get("/d/sessions/{id}/session.ics", "session.read", q.calendar)
	m.Get("/d/sessions/{id}/views", "session.read", q.showViews)
	m.Post("/d/sessions/{id}/document", "session.table", q.table)
	m.Post("/d/sessions/{id}/statement", "session.statement", q.statement)
	m.Post("/d/sessions/{id}/position", "session.position", q.position)
	m.Post("/d/sessions/{id}/recommendation", "session.recommend", q.recommend)
	m.Post("/d/sessions/{id}/outcome", "session.decide", q.decide)
	m.Get("/d/recommendations/{id}", "session.read", q.showRecommendation)
	m.Post("/d/recommendations/{id}", "session.adopt", q.move)
}

// seen reads with the scope of the one who asks.
func (q *Sessions) seen(r *web.Request, f func(ctx context.Context, tx *db.Tx) error) error {
	return q.read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

// Name is how a session is called: "Expert group on cybercrime, session 2".
func (q *Sessions) Name(p *language.Printer, s Session) string {
	return p.T("{body}, session {n}", "body", language.Plain(p.T(q.bodyName(s.Body))), "n", strconv.Itoa(s.Ordinal))
}

func (q *Sessions) bodyName(key string) string {
	for _, b := range q.bodies {
		if b.Key == key {
			return b.Name
		}
	}
	return key
}

// days says when it meets: "25 February 2013 to 28 February 2013".
func days(r *web.Request, s Session) string {
	if s.Begins.Equal(s.Ends) {
		return string(r.Date(s.Begins))
	}
	return r.T("{from} to {to}", "from", r.Date(s.Begins), "to", r.Date(s.Ends))
}

func (q *Sessions) showList(r *web.Request) error {
	var p struct {
		Table web.Table
		May   bool
	}
	p.May = q.desk.Ever(r.Person, "session.convene")
	p.Table = web.Table{
		Caption: r.T("Sessions"), Empty: r.T("No session is entered yet."),
		Columns: []web.Column{{Label: r.T("Session")}, {Label: r.T("Days")}, {Label: r.T("Place")}, {Label: r.T("How it stands")}},
	}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := List(ctx, tx)
		for _, s := range list {
			p.Table.Rows = append(p.Table.Rows, []any{web.Link{Text: q.Name(r.Printer, s), Href: "/d/sessions/" + string(s.ID)}, days(r, s), s.Place, stands(r, s)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("session/list", p)
}

func stands(r *web.Request, s Session) web.Tag {
	switch {
	case s.Outcome != "":
		return web.Tag{Text: r.T("Outcome recorded"), Colour: "green"}
	case r.Now().Before(s.Begins):
		return web.Tag{Text: r.T("To come"), Colour: "blue"}
	case r.Now().After(s.Ends.AddDate(0, 0, 1)):
		return web.Tag{Text: r.T("Outcome not recorded yet"), Colour: "yellow"}
	}
	return web.Tag{Text: r.T("Meets now"), Colour: "purple"}
}

type newPage struct {
	Form          *web.Form
	Bodies, Modes []web.Choice
	Studies       []web.Choice
	Convene       web.Button
}

func (q *Sessions) newPage(r *web.Request) (newPage, error) {
	p := newPage{Form: r.Form(), Convene: web.Button{Text: r.T("Enter the session")}}
	for _, b := range q.bodies {
		p.Bodies = append(p.Bodies, web.Choice{Value: b.Key, Label: r.T(b.Name)})
	}
	for _, m := range modes {
		p.Modes = append(p.Modes, web.Choice{Value: m, Label: r.T(modeSay(m))})
	}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := study.List(ctx, tx)
		for _, s := range list {
			p.Studies = append(p.Studies, web.Choice{Value: string(s.ID), Label: s.Name(r.Lang())})
		}
		return err
	})
	return p, err
}

func modeSay(m string) string {
	switch m {
	case "online":
		return language.M("Online")
	case "hybrid":
		return language.M("In a room and online")
	}
	return language.M("In a room")
}

func (q *Sessions) showNew(r *web.Request) error {
	p, err := q.newPage(r)
	if err != nil {
		return err
	}
	return r.Page("session/new", p)
}

func (q *Sessions) convene(r *web.Request) error {
	f := r.Form()
	entry, err := f.Entry()
	if err != nil {
		return err
	}
	p, err := q.newPage(r)
	if err != nil {
		return err
	}
	s := Session{Body: f.Get("body"), Place: f.Get("place"), Mode: f.Get("mode"), Study: id.ID(f.Get("study"))}
	s.Ordinal, _ = strconv.Atoi(language.Digits(f.Get("ordinal"))) // 0 is refused with its sentence
	s.Begins, _ = f.Day("begins")
	if s.Ends, _ = f.Day("ends"); s.Ends.IsZero() {
		s.Ends = s.Begins
	}
	for line := range strings.Lines(f.Get("agenda")) {
		if line = strings.TrimSpace(line); line != "" {
			s.Agenda = append(s.Agenda, Item{Title: line})
		}
	}
	s.Mandates = strings.FieldsFunc(f.Get("mandates"), func(c rune) bool { return c == ',' || c == '\n' || c == '\r' })
	for i := range s.Mandates {
		s.Mandates[i] = strings.TrimSpace(s.Mandates[i])
	}
	if s.Study != "" && !slices.ContainsFunc(p.Studies, func(c web.Choice) bool { return c.Value == string(s.Study) }) {
		return r.Again("session/new", p, errs.WithFields(web.NotOffered("study")))
	}
	if err := q.Convene(r.Ctx(), r.Person, s, entry); err != nil {
		return r.Again("session/new", p, err)
	}
	return r.Done("/d/sessions/"+string(entry), language.M("The session was entered."))
}

type sessionPage struct {
	Session         Session
	Name            string
	Summary         []web.Row
	Items           []itemPart
	Recommendations web.Table
	Form            *web.Form
	ItemChoices     []web.Choice
	Langs, Records  []web.Choice
	Stances         []web.Choice
	Targets         []web.Choice
	Public          []web.Choice
	May             map[string]bool

	TableIt, Record, TakeIt, Recommend, Decide web.Button
}

type itemPart struct {
	Item       Item
	Statements []statementPart
}

type statementPart struct {
	Statement
	Who, How string
}

func (q *Sessions) sessionPage(r *web.Request, n id.ID) (sessionPage, error) {
	p := sessionPage{
		Form: r.Form(), May: map[string]bool{},
		TableIt: web.Button{Text: r.T("Put it before the session"), Kind: "secondary"}, Record: web.Button{Text: r.T("Record the statement"), Kind: "secondary"},
		TakeIt: web.Button{Text: r.T("Record the position"), Kind: "secondary"}, Recommend: web.Button{Text: r.T("Enter the recommendation"), Kind: "secondary"},
		Decide: web.Button{Text: r.T("Record the outcome")},
	}
	for _, act := range []access.Act{"session.table", "session.statement", "session.position", "session.recommend", "session.decide"} {
		_, short, _ := strings.Cut(string(act), ".")
		p.May[short] = q.desk.Ever(r.Person, act)
	}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Session, err = Find(ctx, tx, n); err != nil {
			return err
		}
		said, err := Statements(ctx, tx, n)
		if err != nil {
			return err
		}
		for _, it := range p.Session.Agenda {
			part := itemPart{Item: it}
			for _, s := range said {
				if s.Item == it.N {
					part.Statements = append(part.Statements, statementPart{s, s.Party.Say(r.Printer), r.T(recordSay(s.Record))})
				}
			}
			p.Items = append(p.Items, part)
			p.ItemChoices = append(p.ItemChoices, web.Choice{Value: strconv.Itoa(it.N), Label: strconv.Itoa(it.N) + ". " + it.Title})
		}
		list, err := Recommendations(ctx, tx, n)
		if err != nil {
			return err
		}
		p.Recommendations = recommendationsTable(r, list)
		offered, err := q.Targets(ctx, tx, p.Session)
		for _, t := range offered {
			p.Targets = append(p.Targets, web.Choice{Value: string(t.Ref), Label: targetSay(r, t.Ref, t.Label)})
		}
		return err
	})
	p.Name = q.Name(r.Printer, p.Session)
	p.Summary = []web.Row{{Key: r.T("Days"), Value: days(r, p.Session)}, {Key: r.T("Place"), Value: p.Session.Place}, {Key: r.T("How it meets"), Value: r.T(modeSay(p.Session.Mode))}}
	if p.Session.Outcome != "" {
		p.Summary = append(p.Summary, web.Row{Key: r.T("Outcome"), Value: p.Session.Outcome})
	}
	for _, tag := range language.Official() {
		p.Langs = append(p.Langs, web.Choice{Value: string(tag), Label: tag.Name()})
	}
	for _, x := range records {
		p.Records = append(p.Records, web.Choice{Value: x, Label: r.T(recordSay(x))})
	}
	for _, x := range stances {
		p.Stances = append(p.Stances, web.Choice{Value: string(x), Label: r.T(stanceSay(x))})
	}
	p.Public = []web.Choice{{Value: "yes", Label: r.T("It may be told whose position this is")}}
	return p, err
}

// targetSay names what a position is taken on.
func targetSay(r *web.Request, ref id.Ref, label string) string {
	if ref.Kind() == KindRecommendation {
		return r.T("Recommendation {n}", "n", label)
	}
	return label
}

func recommendationsTable(r *web.Request, list []Recommendation) web.Table {
	t := web.Table{
		Caption: r.T("Recommendations"), Empty: r.T("Nothing is recommended yet."),
		Columns: []web.Column{{Label: r.T("Recommendation")}, {Label: r.T("Text")}, {Label: r.T("Suggested by")}, {Label: r.T("How it stands")}},
	}
	for _, x := range list {
		t.Rows = append(t.Rows, []any{
			web.Link{Text: strconv.Itoa(x.Number), Href: "/d/recommendations/" + string(x.ID)}, x.Text, parties(r, x.Suggested),
			web.Tag{Text: r.T(statusSay(x.Status)), Colour: statusColour(x.Status)},
		})
	}
	return t
}

func parties(r *web.Request, list []Party) string {
	var names []string
	for _, p := range list {
		names = append(names, p.Say(r.Printer))
	}
	return string(r.And(names))
}

func (q *Sessions) showSession(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.sessionPage(r, n)
	if err != nil {
		return err
	}
	return r.Page("session/session", p)
}

func (q *Sessions) calendar(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	var s Session
	err = q.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		s, err = Find(ctx, tx, n)
		return err
	})
	if err != nil {
		return err
	}
	b, err := s.Calendar(r.Printer, q.Name(r.Printer, s), s.Begins)
	if err != nil {
		return err
	}
	return r.Attachment("session.ics", "text/calendar; charset=utf-8", bytes.NewReader(b))
}

// posted runs one of the forms of a session's page, and shows the page again with what was typed when it is refused.
func (q *Sessions) posted(r *web.Request, done string, do func(n, entry id.ID) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	if err := do(n, entry); err != nil {
		if errors.Is(err, errs.NotFound) {
			return err
		}
		p, e := q.sessionPage(r, n)
		if e != nil {
			return e
		}
		if errors.Is(err, errs.Conflict) {
			return web.Differs(err, web.Difference{Label: r.T("Outcome"), Yours: r.Form().Get("outcome"), Theirs: p.Session.Outcome})
		}
		return r.Again("session/session", p, err)
	}
	return r.Done("/d/sessions/"+string(n), done)
}

func (q *Sessions) table(r *web.Request) error {
	return q.posted(r, language.M("The document is before the session now."), func(n, entry id.ID) error {
		item, _ := strconv.Atoi(r.Form().Get("item"))
		return q.Table(r.Ctx(), r.Person, n, item, Paper{r.Form().Get("symbol"), r.Form().Get("paper")}, entry)
	})
}

func (q *Sessions) statement(r *web.Request) error {
	return q.posted(r, language.M("The statement was recorded."), func(n, entry id.ID) error {
		f := r.Form()
		party, lang, err := q.said(r, "party", "text-lang")
		if err != nil {
			return err
		}
		item, _ := strconv.Atoi(f.Get("item-of"))
		return q.State(r.Ctx(), r.Person, Statement{Session: n, Item: item, Party: party, Lang: lang, Text: f.Get("text"), Record: f.Get("record")}, entry)
	})
}

func (q *Sessions) position(r *web.Request) error {
	return q.posted(r, language.M("The position was recorded. An earlier one of the same party stays readable."), func(n, entry id.ID) error {
		f := r.Form()
		party, lang, err := q.said(r, "holder", "position-lang")
		if err != nil {
			return err
		}
		return q.Take(r.Ctx(), r.Person, Position{
			Session: n, Party: party, Lang: lang, Target: id.Ref(f.Get("target")), Stance: Stance(f.Get("stance")), Text: f.Get("position"),
			Public: slices.Contains(f.All("public"), "yes"),
		}, entry)
	})
}

func (q *Sessions) recommend(r *web.Request) error {
	return q.posted(r, language.M("The recommendation was entered as preliminary."), func(n, entry id.ID) error {
		party, lang, err := q.said(r, "suggested", "recommendation-lang")
		if err != nil {
			return err
		}
		return q.Recommend(r.Ctx(), r.Person, Recommendation{Session: n, Lang: lang, Text: r.Form().Get("recommendation"), Suggested: []Party{party}}, entry)
	})
}

func (q *Sessions) decide(r *web.Request) error {
	return q.posted(r, language.M("The outcome was recorded."), func(n, entry id.ID) error {
		version, err := strconv.ParseInt(r.Version(), 10, 64)
		if err != nil {
			return errs.Invalidf("form: version: %v", err)
		}
		return q.Decide(r.Ctx(), r.Person, n, r.Form().Get("outcome"), version, entry)
	})
}

// said reads on whose behalf and in which language something is said.
func (q *Sessions) said(r *web.Request, path, langPath string) (Party, string, error) {
	party, err := ParseParty(r.Form().Get(path), q.catalog)
	if err != nil {
		return "", "", errs.WithFields(errs.Field{Path: path, Code: errs.Fields(err)[0].Code})
	}
	lang := r.Form().Get(langPath)
	if !slices.Contains(language.Official(), language.Tag(lang)) {
		return "", "", errs.WithFields(web.NotOffered(langPath))
	}
	return party, lang, nil
}
