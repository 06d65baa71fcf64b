package dataset

import (
	"context"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/study"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type codingPage struct {
	Head  heading
	Table web.Table
}

// codingAt is where a question's coding stands.
func codingAt(n id.ID, q Open) string {
	return "/d/studies/" + string(n) + "/coding/question?" + url.Values{"audience": {string(q.Audience)}, "item": {q.Item}}.Encode()
}

func (d *Data) showCoding(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	var p codingPage
	p.Table = web.Table{
		Caption: r.T("Open questions"), Empty: r.T("Nobody has answered an open question."),
		Columns: []web.Column{{Label: r.T("Question")}, {Label: r.T("Who answered")}, {Label: r.T("Answers"), Numeric: true}, {Label: r.T("Codes"), Numeric: true}, {Label: r.T("How it stands")}},
	}
	err = d.look(r, func(ctx context.Context, tx *db.Tx) error {
		s, x, c, err := newest(ctx, tx, n)
		if err != nil {
			return err
		}
		p.Head = headOf(r, s)
		if c == nil {
			return nil
		}
		for _, q := range c.OpenQuestions() {
			codes, err := Codes(ctx, tx, n, q)
			if err != nil {
				return err
			}
			state, err := codingState(ctx, tx, r.Printer, n, x.ID, q, c)
			if err != nil {
				return err
			}
			p.Table.Rows = append(p.Table.Rows, []any{
				web.Link{Text: c.label(r.Printer, q.Audience, q.Item), Href: codingAt(n, q)}, audienceName(r.Printer, q.Audience),
				r.Number(int64(len(c.Open(q)))), r.Number(int64(len(codes))), state,
			})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("dataset/coding", p)
}

// codingState says how far a question is, without what anybody coded.
func codingState(ctx context.Context, tx *db.Tx, p *language.Printer, n, x id.ID, q Open, c *Content) (web.Tag, error) {
	a, err := Agree(ctx, tx, n, x, q, c)
	if err != nil {
		return web.Tag{}, err
	}
	who, err := coders(ctx, tx, x, q)
	switch {
	case a != nil && a.Decided == len(a.Differ):
		return web.Tag{Text: p.T("Coded and decided"), Colour: "green"}, err
	case a != nil:
		return web.Tag{Text: p.T("Coded by two: what differs is to be decided"), Colour: "yellow"}, err
	case len(who) > 0:
		return web.Tag{Text: p.T("Being coded"), Colour: "blue"}, err
	}
	return web.Tag{Text: p.T("Not begun"), Colour: "grey"}, err
}

// answerRow is an answer with its codes to choose.
type answerRow struct {
	Text   string
	Field  string
	Done   bool
	Form   *web.Form
	First  string
	Second string
	Ruled  string
	ID     id.ID
}

type questionPage struct {
	Head      heading
	At        string
	Audience  string
	Item      string
	Label     string
	Form      *web.Form
	Codes     []Code
	Choices   []web.Choice
	Answers   []answerRow
	Left      int
	Agreement *Agreement
	Alpha     string
	Kappa     web.Table
	Differ    []answerRow
	Count     string // where the codes are counted, once all is decided and the reader puts tables out
	MayFrame  bool
	MayCode   bool
	MaySettle bool
	Button    map[string]web.Button
}

// perCoding is how many answers stand on one page of coding.
const perCoding = 10

func (d *Data) questionPage(r *web.Request, audience, item string) (p questionPage, err error) {
	n, err := r.PathID("id")
	if err != nil {
		return p, err
	}
	q := Open{study.Audience(audience), item}
	p.At, p.Audience, p.Item, p.Form = codingAt(n, q), audience, item, r.Form()
	p.Button = map[string]web.Button{"frame": {Text: r.T("Add the code"), Kind: "secondary"}, "code": {Text: r.T("Save these codings")}, "settle": {Text: r.T("Decide"), Kind: "secondary"}}
	p.MayFrame, p.MayCode, p.MaySettle = d.Desk.Ever(r.Person, "coding.frame"), d.Desk.Ever(r.Person, "coding.code"), d.Desk.Ever(r.Person, "coding.settle")
	err = d.look(r, func(ctx context.Context, tx *db.Tx) error {
		s, x, c, err := newest(ctx, tx, n)
		if err != nil {
			return err
		}
		if c == nil {
			return notFrozen()
		}
		if !slices.Contains(c.OpenQuestions(), q) {
			return errs.NotFound
		}
		p.Head, p.Label = headOf(r, s), c.label(r.Printer, q.Audience, q.Item)
		if p.Codes, err = Codes(ctx, tx, n, q); err != nil {
			return err
		}
		for _, k := range p.Codes {
			p.Choices = append(p.Choices, web.Choice{Value: k.Name, Label: k.Label})
		}
		if p.Agreement, err = Agree(ctx, tx, n, x.ID, q, c); err != nil {
			return err
		}
		who, err := coders(ctx, tx, x.ID, q)
		if err != nil {
			return err
		}
		mine := slices.Contains(who, r.Person.ID)
		p.MayCode = p.MayCode && p.Agreement == nil && (mine || len(who) < 2) && len(p.Codes) > 0
		p.MaySettle = p.MaySettle && !mine
		if p.Agreement != nil {
			p.compare(r)
			if p.Agreement.Decided == len(p.Agreement.Differ) && d.Desk.Ever(r.Person, "dataset.publish") {
				p.Count = "/d/studies/" + string(n) + "/tables/new?" + url.Values{"audience": {audience}, "item": {item}}.Encode()
			}
			return nil
		}
		return p.own(ctx, tx, r, x.ID, q, c)
	})
	return p, err
}

// own fills in the answers that the reader has still to code, and only the reader's codings.
func (p *questionPage) own(ctx context.Context, tx *db.Tx, r *web.Request, x id.ID, q Open, c *Content) error {
	list, err := Mine(ctx, tx, x, q, r.Person.ID)
	if err != nil || !p.MayCode {
		return err
	}
	done := map[id.ID]bool{}
	for _, k := range list {
		done[k.Respondent] = true
	}
	for _, s := range c.Open(q) {
		if done[s.Respondent] {
			continue
		}
		if p.Left++; len(p.Answers) < perCoding {
			p.Answers = append(p.Answers, answerRow{ID: s.Respondent, Text: s.Text, Field: "codes-" + string(s.Respondent), Form: web.NewForm(nil)})
		}
	}
	return nil
}

// compare fills in how the two agree and what is to be decided.
func (p *questionPage) compare(r *web.Request) {
	a := p.Agreement
	p.Alpha = agreement(r.Printer, a.Alpha)
	p.Kappa = web.Table{Caption: r.T("By code"), Columns: []web.Column{{Label: r.T("Code")}, {Label: "κ", Numeric: true}}}
	for _, k := range p.Codes {
		p.Kappa.Rows = append(p.Kappa.Rows, []any{k.Label, agreement(r.Printer, a.Kappa[k.Name])})
	}
	name := func(codes []string) string {
		if len(codes) == 0 {
			return r.T("no code fits")
		}
		var labels []string
		for _, c := range codes {
			i := slices.IndexFunc(p.Codes, func(k Code) bool { return k.Name == c })
			labels = append(labels, p.Codes[i].Label)
		}
		return string(r.Printer.And(labels))
	}
	for _, k := range a.Differ {
		row := answerRow{ID: k.Respondent, Text: k.Text, First: name(k.First), Second: name(k.Second), Done: k.Settled, Field: "codes-" + string(k.Respondent), Form: web.NewForm(nil)}
		if k.Settled {
			row.Ruled = name(k.Decided)
		}
		p.Differ = append(p.Differ, row)
	}
}

// agreement says a measure of agreement, or that there is none: where all is one value, nothing can be told apart.
func agreement(p *language.Printer, x float64) string {
	if math.IsNaN(x) {
		return p.T("no figure: nothing to tell apart")
	}
	return p.Decimal(x, 3)
}

func (d *Data) showQuestion(r *web.Request) error {
	p, err := d.questionPage(r, r.Query("audience"), r.Query("item"))
	if err != nil {
		return err
	}
	return r.Page("dataset/question", p)
}

// questionPosted runs a form of a question's page.
func (d *Data) questionPosted(r *web.Request, done string, act func(n id.ID, q Open, entry id.ID) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	q := Open{study.Audience(r.Form().Get("audience")), r.Form().Get("item")}
	if err := act(n, q, entry); err != nil {
		p, failed := d.questionPage(r, string(q.Audience), q.Item)
		if failed != nil {
			return failed
		}
		return r.Again("dataset/question", p, err)
	}
	return r.Done(codingAt(n, q), done)
}

func (d *Data) frameForm(r *web.Request) error {
	return d.questionPosted(r, language.M("The code was added."), func(n id.ID, q Open, entry id.ID) error {
		return d.Frame(r.Ctx(), r.Person, n, q, Code{Name: r.Form().Get("name"), Label: r.Form().Get("label")}, entry)
	})
}

func (d *Data) codeForm(r *web.Request) error {
	return d.questionPosted(r, language.M("The codings were saved."), func(n id.ID, q Open, entry id.ID) error {
		made := map[id.ID][]string{}
		for _, who := range r.Form().All("answer") {
			respondent, err := id.Parse(who)
			if err != nil {
				return errs.Invalidf("form: answer: %v", err)
			}
			made[respondent] = r.Form().All("codes-" + who)
		}
		if len(made) == 0 || len(made) > perCoding {
			return errs.Invalidf("form: %s answers at once", strconv.Itoa(len(made)))
		}
		return d.CodeAnswers(r.Ctx(), r.Person, n, q, made, entry)
	})
}

func (d *Data) settleForm(r *web.Request) error {
	return d.questionPosted(r, language.M("It was decided."), func(n id.ID, q Open, entry id.ID) error {
		who := strings.TrimSpace(r.Form().Get("answer"))
		respondent, err := id.Parse(who)
		if err != nil {
			return errs.Invalidf("form: answer: %v", err)
		}
		return d.Settle(r.Ctx(), r.Person, n, q, respondent, r.Form().All("codes-"+who), entry)
	})
}
