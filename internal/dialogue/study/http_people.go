package study

import (
	"context"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// peoplePage is where a focal point says who helps.
type peoplePage struct {
	Head       head
	Form       *web.Form
	ID         id.ID
	Name       string
	Seats      []seatRow
	Sections   []web.Choice
	Colleagues []web.Choice
	Parts      []web.Choice
}

func (s *Studies) peoplePage(r *web.Request) (peoplePage, error) {
	p := peoplePage{Form: r.Form()}
	n, err := r.PathID("respondent")
	if err != nil {
		return p, err
	}
	err = s.look(r, func(ctx context.Context, tx *db.Tx) error {
		if err := s.Desk.See(ctx, tx, r.Person, "study.seat.give", id.NewRef(KindRespondent, n)); err != nil {
			return err
		}
		o, err := RespondentOf(ctx, tx, n)
		if err != nil {
			return err
		}
		at, err := Find(ctx, tx, o.Study)
		if err != nil {
			return err
		}
		p.Head, p.ID, p.Name = s.head(r, at), o.ID, respondentName(r.Printer, o)
		if p.Seats, err = seatRows(ctx, tx, r, n); err != nil {
			return err
		}
		if f, err := s.Fielded(ctx, tx, o.Study, o.Audience); err == nil {
			for _, sec := range f.Form.Sections {
				label := f.Form.In(r.Lang(), sec.Label)
				if label == "" {
					label = sec.Label
				}
				p.Sections = append(p.Sections, web.Choice{Value: sec.Name, Label: label})
			}
		}
		for _, part := range []Part{Contributor, Clearing} {
			p.Parts = append(p.Parts, web.Choice{Value: string(part), Label: partWords(r.Printer, part)})
		}
		if r.Person.Guest() {
			return nil
		}
		p.Colleagues, err = colleagues(ctx, tx, Contributor, Clearing)
		return err
	})
	return p, err
}

// colleagues are the people of this house who hold the role of one of the parts in an office.
func colleagues(ctx context.Context, tx *db.Tx, parts ...Part) ([]web.Choice, error) {
	people, err := access.People(ctx, tx)
	var out []web.Choice
	for _, a := range people {
		if !a.Disabled && len(a.Offices()) > 0 && slices.ContainsFunc(parts, func(p Part) bool { return a.Holds(p.role()) }) {
			out = append(out, web.Choice{Value: string(a.ID), Label: a.Name})
		}
	}
	return out, err
}

func (s *Studies) showPeople(r *web.Request) error {
	p, err := s.peoplePage(r)
	if err != nil {
		return err
	}
	return r.Page("study/people", p)
}

func (s *Studies) givePart(r *web.Request) error {
	o, err := r.PathID("respondent")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	p := Someone{Name: r.Form().Get("name"), Email: r.Form().Get("email"), Part: Part(r.Form().Get("part"))}
	if n, err := id.Parse(r.Form().Get("colleague")); err == nil {
		p.Colleague = n
	}
	link, err := s.GiveSeat(r.Ctx(), r.Person, o, p, r.Form().All("sections"), entry)
	page, failed := s.peoplePage(r)
	if failed != nil {
		return failed
	}
	if err != nil {
		return r.Again("study/people", page, err)
	}
	return s.showLinks(r, page.Head, []Link{link}, peopleAddress(o), language.M("The person can help from now on."))
}

func (s *Studies) endPart(r *web.Request) error {
	o, err := r.PathID("respondent")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	seat, err := id.Parse(r.Form().Get("seat"))
	if err != nil {
		return err
	}
	if err := s.EndSeat(r.Ctx(), r.Person, o, seat, entry); err != nil {
		return err
	}
	return r.Done(peopleAddress(o), language.M("The person has no part in answering any more."))
}

func peopleAddress(respondent id.ID) string {
	return "/d/respondents/" + string(respondent) + "/people"
}

// namePage is where a State's own node says who answers.
type namePage struct {
	Head       head
	Form       *web.Form
	Of         []web.Choice
	Only       id.ID
	Colleagues []web.Choice
	Seats      []seatRow
}

func (s *Studies) namePage(r *web.Request) (namePage, error) {
	p := namePage{Form: r.Form()}
	err := s.see(r, "study.nominate.send", func(ctx context.Context, tx *db.Tx, at Study) error {
		p.Head = s.head(r, at)
		all, err := Respondents(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		for _, o := range all {
			p.Of = append(p.Of, web.Choice{Value: string(o.ID), Label: respondentName(r.Printer, o)})
			rows, err := seatRows(ctx, tx, r, o.ID)
			if err != nil {
				return err
			}
			p.Seats = append(p.Seats, rows...)
		}
		if len(all) == 1 {
			p.Only = all[0].ID
		}
		p.Colleagues, err = colleagues(ctx, tx, FocalPoint)
		return err
	})
	return p, err
}

func (s *Studies) showName(r *web.Request) error {
	p, err := s.namePage(r)
	if err != nil {
		return err
	}
	return r.Page("study/name", p)
}

func (s *Studies) name(r *web.Request) error {
	n, entry, err := pathAndEntry(r)
	if err != nil {
		return err
	}
	people := formPeople(r)
	for i := range people {
		if c, err := id.Parse(r.Form().Get(string(people[i].Part) + ".colleague")); err == nil {
			people[i].Colleague = c
		}
	}
	o, err := id.Parse(r.Form().Get("respondent"))
	if err != nil {
		err = errs.WithFields(errs.Field{Path: "respondent", Code: "Choose one of the answers."})
	} else {
		err = s.Name(r.Ctx(), r.Person, n, o, people, r.Form().Get("note"), entry)
	}
	if err != nil {
		if len(errs.Fields(err)) == 0 {
			return err
		}
		p, failed := s.namePage(r)
		if failed != nil {
			return failed
		}
		return r.Again("study/name", p, err)
	}
	return r.Done(address(n, ""), language.M("The nomination is signed and on its way to the node that leads the study."))
}
