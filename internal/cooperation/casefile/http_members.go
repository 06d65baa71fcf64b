package casefile

import (
	"context"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// membersPage is for whoever decides who works on a case. The head of the office does so without reading it, so the
// page shows the number and no title.
type membersPage struct {
	ID         id.ID
	Number     string
	Back       string
	Form       *web.Form
	In         []memberRow
	Out        []memberRow
	Add        []web.Choice
	Everyone   []web.Choice // who could be kept out
	MayRemove  bool
	MayExclude bool
	May        map[string]web.Button
}

type memberRow struct {
	Person id.ID
	Name   string
	Note   string
	Button web.Button
}

func (q *Cases) membersPage(r *web.Request, n id.ID) (membersPage, error) {
	p := membersPage{ID: n, Form: r.Form(), May: map[string]web.Button{
		"add": {Text: r.T("Let this person in")}, "exclude": {Text: r.T("Keep this person out"), Kind: "warning"},
	}}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := q.desk.May(ctx, tx, r.Person, "case.member.add", id.NewRef(Kind, n)); err != nil {
			return err
		}
		if p.Number, err = number(ctx, tx, n); err != nil {
			return err
		}
		inside, err := q.desk.Could(ctx, tx, r.Person, "case.read", id.NewRef(Kind, n))
		if err != nil {
			return err
		}
		if p.Back = "/cases/office"; inside {
			p.Back = "/cases/" + string(n)
		}
		if p.MayRemove, err = q.desk.Could(ctx, tx, r.Person, "case.member.remove", id.NewRef(Kind, n)); err != nil {
			return err
		}
		if p.MayExclude, err = q.desk.Could(ctx, tx, r.Person, "case.exclude", id.NewRef(Kind, n)); err != nil {
			return err
		}
		there, err := members(ctx, tx, n)
		if err != nil {
			return err
		}
		p.list(r, there)
		free, err := candidates(ctx, tx, there)
		for _, a := range free {
			p.Add = append(p.Add, web.Choice{Value: string(a.ID), Label: a.Name})
		}
		p.Everyone = append(p.Everyone, p.Add...)
		return err
	})
	return p, err
}

func (p *membersPage) list(r *web.Request, there []member) {
	for _, m := range there {
		row := memberRow{Person: m.Person, Name: m.Name}
		if m.Excluded {
			row.Note, row.Button = m.Why, web.Button{Text: r.T("No longer keep {name} out", "name", m.Name), Kind: "secondary"}
			p.Out = append(p.Out, row)
			continue
		}
		if !m.Until.IsZero() {
			row.Note = r.T("In an emergency, until {time}", "time", r.When(m.Until))
		}
		row.Button = web.Button{Text: r.T("Take {name} out of the case", "name", m.Name), Kind: "secondary"}
		p.In = append(p.In, row)
		p.Everyone = append(p.Everyone, web.Choice{Value: string(m.Person), Label: m.Name})
	}
}

func (q *Cases) showMembers(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := q.membersPage(r, n)
	if err != nil {
		return err
	}
	return r.Page("casefile/members", p)
}

func (q *Cases) addMember(r *web.Request) error {
	return q.change(r, "person", language.M("The person was let into the case."), func(n, person, entry id.ID) error {
		return q.AddMember(r.Ctx(), r.Person, n, person, entry)
	})
}

func (q *Cases) removeMember(r *web.Request) error {
	return q.change(r, "", language.M("The person was taken out of the case."), func(n, person, entry id.ID) error {
		return q.RemoveMember(r.Ctx(), r.Person, n, person, entry)
	})
}

func (q *Cases) exclude(r *web.Request) error {
	return q.change(r, "excluded", language.M("For this person the case does not exist from now on."), func(n, person, entry id.ID) error {
		return q.Exclude(r.Ctx(), r.Person, n, person, r.Form().Get("why"), entry)
	})
}

func (q *Cases) readmit(r *web.Request) error {
	return q.change(r, "", language.M("The person is no longer kept out, and is a stranger to the case as before."), func(n, person, entry id.ID) error {
		return q.Readmit(r.Ctx(), r.Person, n, person, entry)
	})
}

// change does what one of the forms of the page asks for. field is where the person was chosen; "" when a button named
// them.
func (q *Cases) change(r *web.Request, field, done string, do func(n, person, entry id.ID) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	name := field
	if name == "" {
		name = "person"
	}
	person, err := id.Parse(r.Form().Get(name))
	if err == nil {
		err = q.known(r, person)
	} else if field != "" {
		err = errs.WithFields(web.NotOffered(field))
	}
	if err == nil {
		err = do(n, person, entry)
	}
	if err != nil && len(errs.Fields(err)) == 0 {
		return err
	}
	if err != nil {
		p, e := q.membersPage(r, n)
		if e != nil {
			return e
		}
		return r.Again("casefile/members", p, err)
	}
	if person == r.Person.ID && !q.stays(r, n) {
		return r.Done("/cases", done)
	}
	return r.Done("/cases/"+string(n)+"/members", done)
}

// known wants the person to have an account here.
func (q *Cases) known(r *web.Request, person id.ID) error {
	return q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		_, err := access.Find(ctx, tx, person)
		return err
	})
}

// stays says whether who asks may still see the page of members.
func (q *Cases) stays(r *web.Request, n id.ID) bool {
	_, err := q.membersPage(r, n)
	return err == nil
}

// officeList is one office with its cases, by number only.
type officeList struct {
	Table web.Table
	Pager web.Pager
}

// showOffice lists the cases of the offices whose head asks. The parameters office and before turn the pages of one.
func (q *Cases) showOffice(r *web.Request) error {
	var p struct{ Offices []officeList }
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		for _, n := range q.offices(r.Person, "case.exclude") {
			o, err := access.FindOffice(ctx, tx, n)
			if err != nil {
				return err
			}
			l, err := q.officeList(ctx, tx, r, o)
			if err != nil {
				return err
			}
			p.Offices = append(p.Offices, l)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("casefile/office", p)
}

func (q *Cases) officeList(ctx context.Context, tx *db.Tx, r *web.Request, o access.Office) (officeList, error) {
	l := officeList{Table: web.Table{Caption: o.Name, Empty: r.T("This office has no case."),
		Columns: []web.Column{{Label: r.T("Number of the case")}, {Label: r.T("People in it"), Numeric: true}}}}
	before := id.ID("")
	if r.Query("office") == string(o.ID) {
		before = id.ID(r.Query("before"))
	}
	list, err := ofOffice(ctx, tx, o.ID, before, perPage+1)
	if err != nil {
		return l, err
	}
	if len(list) > perPage {
		list = list[:perPage]
		l.Pager.Next = "/cases/office?office=" + string(o.ID) + "&before=" + string(list[perPage-1].ID)
	}
	for _, k := range list {
		may, err := q.desk.Could(ctx, tx, r.Person, "case.exclude", id.NewRef(Kind, k.ID))
		if err != nil {
			return l, err
		}
		if !may {
			continue // the head was kept out of this one
		}
		n, err := peopleIn(ctx, tx, k.ID)
		if err != nil {
			return l, err
		}
		l.Table.Rows = append(l.Table.Rows, []any{web.Link{Text: k.Number, Href: "/cases/" + string(k.ID) + "/members"}, r.Number(n)})
	}
	return l, nil
}

// peopleIn counts who is in a case now.
func peopleIn(ctx context.Context, tx *db.Tx, n id.ID) (in int64, err error) {
	there, err := access.Members(ctx, tx, n)
	for _, m := range there {
		if !m.Excluded {
			in++
		}
	}
	return in, err
}
