package request

import (
	"context"
	"errors"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// moveForm is the page of one move: what it asks and what it does. The table of them is [moveForms].
type moveForm struct {
	move     string
	path     string // below the request's address
	title    string // English sentences of the catalogue
	lead     string
	button   string
	done     string
	danger   bool
	registry bool // it is made from the cover, without reading the request
	recent   bool // it asks for a fresh factor
	after    string
	load     func(ctx context.Context, tx *db.Tx, p *movePage) error
	fields   func(p *movePage) []web.Field
	do       func(ctx context.Context, p *movePage, entry id.ID) error
}

func (f moveForm) act() access.Act { return access.Act("request." + f.move) }

// now says whether the state of the request allows the move.
func (f moveForm) now(r Request) bool {
	m, ok := MoveNamed(f.move)
	return ok && m.allowed(r.Direction.Side(), r.State)
}

// movePage is what a move's page shows, and what its form and act work with.
type movePage struct {
	r       *web.Request
	q       *Requests
	f       moveForm
	Request Request
	moves   []Moved

	Name    string
	Title   string
	Lead    string
	Danger  string // what must be known before
	Shown   []web.Row
	Links   []web.Link
	Choices []web.Choice
	Hidden  map[string]string
	items   []Item
	done    []measured // what has become of each measure so far
	Button  web.Button
	Back    string
	None    string // why there is no form; "" when there is one
}

// Fields makes the form's questions when the page is written: only then is it known what was wrong with the answers.
func (p *movePage) Fields() []web.Field {
	if p.f.fields == nil {
		return nil
	}
	return p.f.fields(p)
}

// field makes one question of the form; change may be nil.
func (p *movePage) field(kind web.Kind, path, label string, change func(*web.Field)) web.Field {
	f := p.r.Form().Field(kind, path, label)
	if change != nil {
		change(&f)
	}
	return f
}

func required(f *web.Field) { f.Required = true }

// hint sets the words below a question's label.
func hint(text string) func(*web.Field) { return func(f *web.Field) { f.Hint = text } }

// maxSaid is the longest text that a person says to the other side, in characters.
const maxSaid = 10_000

func (q *Requests) movePage(r *web.Request, f moveForm) (*movePage, error) {
	p := &movePage{r: r, q: q, f: f, Title: r.T(f.title), Button: web.Button{Text: r.T(f.button)}}
	if f.lead != "" {
		p.Lead = r.T(f.lead)
	}
	if f.danger {
		p.Button.Kind = "warning"
	}
	err := q.about(r, f.act(), func(ctx context.Context, tx *db.Tx, n Request) (err error) {
		p.Request, p.Name = n, n.name(r.Printer)
		p.Back = at(n.ID)
		if f.registry {
			p.Back = at(n.ID, "cover")
		}
		if p.moves, err = Moves(ctx, tx, n.ID); err != nil || f.load == nil {
			return err
		}
		return f.load(ctx, tx, p)
	})
	return p, err
}

func (q *Requests) showMove(f moveForm) web.Handler {
	return func(r *web.Request) error {
		if f.recent {
			if done, err := confirmFirst(r); done || err != nil {
				return err
			}
		}
		p, err := q.movePage(r, f)
		if err != nil {
			return err
		}
		if !f.now(p.Request) {
			p.None = r.T("This can't be done now: the request has moved on. Look at where it stands and decide again.")
		}
		return r.Page("request/move", p)
	}
}

func (q *Requests) makeMove(f moveForm) web.Handler {
	return func(r *web.Request) error {
		entry, err := r.Form().Entry()
		if err != nil {
			return err
		}
		p, err := q.movePage(r, f)
		if err != nil {
			return err
		}
		for _, name := range []string{"text", "why", "reason", "contact"} {
			if wrong := tooLong(r.Form(), name); wrong != nil {
				return r.Again("request/move", p, errs.WithFields(*wrong))
			}
		}
		if err := f.do(r.Ctx(), p, entry); err != nil {
			return r.Again("request/move", p, q.sayFindings(r, err))
		}
		to, err := q.back(r, p.Request.ID)
		if err != nil {
			return err
		}
		return r.Done(to+f.after, f.done)
	}
}

// tooLong is what is wrong with a text that is longer than one may say.
func tooLong(f *web.Form, name string) *errs.Field {
	if len([]rune(f.Get(name))) <= maxSaid {
		return nil
	}
	e := web.TooLong(name, maxSaid)
	return &e
}

// day reads a day that has to be there, or may be left out.
func (p *movePage) day(path string, must bool) (string, error) {
	if p.r.Form().Read(path, web.Date) == "" && !must {
		return "", nil
	}
	t, ok := p.r.Form().Day(path)
	if !ok {
		return "", errs.WithFields(web.NoSuchDay(path))
	}
	return t.Format("2006-01-02"), nil
}

// both joins what is wrong at several places, so that all of it is shown at once.
func both(all ...error) error {
	var wrong []errs.Field
	for _, err := range all {
		if err == nil {
			continue
		}
		fields := errs.Fields(err)
		if len(fields) == 0 {
			return errors.Join(all...)
		}
		wrong = append(wrong, fields...)
	}
	return errs.WithFields(wrong...)
}

// offered picks the choices that were ticked, and refuses one that the page never offered.
func (p *movePage) offered(path string) ([]string, error) {
	all := p.r.Form().All(path)
	for _, v := range all {
		found := false
		for _, c := range p.Choices {
			found = found || c.Value == v
		}
		if !found {
			return nil, errs.WithFields(web.NotOffered(path))
		}
	}
	return all, nil
}

// unanswered is what is wrong when a question has no answer.
func unanswered(p *movePage, path string) error {
	return errs.WithFields(p.r.Form().Need(maxSaid, path)...)
}
