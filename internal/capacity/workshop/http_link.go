package workshop

import (
	"context"
	"strconv"

	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type askedPage struct {
	head
	Table web.Table
	Any   bool // a link can be made
	Make  web.Button
}

// showAsked lists who is asked when, and whether they have answered; never what.
func (q *Workshops) showAsked(r *web.Request) error {
	p := askedPage{Make: web.Button{Text: r.T("Make new links for all who have not answered")}}
	var err error
	p.Table = web.Table{Caption: r.T("Who is asked months later"), Empty: r.T("Questions are asked 3, 6 and 12 months after the end."), Columns: []web.Column{
		{Label: r.T("Name")}, {Label: r.T("Months after the end"), Numeric: true}, {Label: r.T("As what")}, {Label: r.T("Due")}, {Label: r.T("How it stands")}}}
	p.head, err = q.on(r, "followup.link", func(ctx context.Context, tx *db.Tx, w Workshop) error {
		all, err := FollowUps(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		for _, f := range all {
			a, err := access.Find(ctx, tx, f.Person)
			if err != nil {
				return err
			}
			p.Any = p.Any || f.Status == IsSent
			p.Table.Rows = append(p.Table.Rows, []any{a.Name, strconv.Itoa(f.Month), r.T(ofName(f.Of)), day(r, f.Due), web.Tag{Text: r.T(f.Status.Name()), Colour: askedColour(f.Status)}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("workshop/asked", p)
}

func ofName(of string) string {
	if of == "supervisor" {
		return language.M("Supervisor")
	}
	return language.M("Participant")
}

func askedColour(a Asked) string {
	return map[Asked]string{IsDue: "grey", IsSent: "blue", IsAnswered: "green", HasLapsed: "red"}[a]
}

func (q *Workshops) makeLinks(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	links, err := q.MakeLinks(r.Ctx(), r.Person, n, entry)
	if err != nil {
		return err
	}
	back := address(n) + "/followups"
	if len(links) == 0 {
		return r.Done(back, language.M("No link was made: nobody waits, or they were made just before."))
	}
	p := struct {
		Back  string
		Links []linkRow
	}{Back: back}
	for _, l := range links {
		p.Links = append(p.Links, linkRow{l.Name, l.Email, q.public + byLink + "/" + l.Token + "?lang=" + string(l.Lang)})
	}
	return r.Page("workshop/asklinks", p)
}

type byLinkPage struct {
	Workshop  Workshop
	Name      string // of who is asked
	About     string // of whose work, for a supervisor
	Form      *web.Form
	Questions []question
	Send      web.Button
}

func (q *Workshops) byLinkPage(r *web.Request) (p byLinkPage, err error) {
	f, a, w, err := q.Follow(r.Ctx(), r.Value("token"))
	if err != nil {
		return p, err
	}
	p = byLinkPage{Workshop: w, Name: a.Name, Form: r.Form(), Questions: questions(r, q.followUp), Send: web.Button{Text: r.T("Send")}}
	if f.Of == "supervisor" {
		p.About, err = q.about(r.Ctx(), f)
	}
	return p, err
}

// about is the name of the participant whose work a supervisor is asked about.
func (q *Workshops) about(ctx context.Context, f FollowUp) (name string, err error) {
	err = q.read.Read(ctx, db.House("followup"), func(tx *db.Tx) error {
		s, err := GetSeat(ctx, tx, f.Seat)
		if err != nil {
			return err
		}
		a, err := access.Find(ctx, tx, s.Person)
		name = a.Name
		return err
	})
	return name, err
}

func (q *Workshops) showByLink(r *web.Request) error {
	p, err := q.byLinkPage(r)
	if err != nil {
		return err
	}
	return r.Page("workshop/bylink", p)
}

func (q *Workshops) answerByLink(r *web.Request) error {
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	p, err := q.byLinkPage(r) // before the link ends
	if err != nil {
		return err
	}
	if err := q.AnswerByLink(r.Ctx(), r.Value("token"), answersIn(r), entry); err != nil {
		return r.Again("workshop/bylink", p, err)
	}
	return r.Page("workshop/thanks", p)
}
