package workshop

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type planPage struct {
	head
	Tested  []web.Choice
	Cohorts []web.Choice
}

func (q *Workshops) planPage(r *web.Request) (p planPage, err error) {
	p.head, err = q.on(r, "workshop.plan", func(ctx context.Context, tx *db.Tx, w Workshop) error {
		plan, err := Plans(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		var lines []string
		for _, row := range plan {
			lines = append(lines, fmt.Sprintf("%s %s %d %d", orDash(row.State), row.Role, row.Seats, row.Reserve))
		}
		f := r.Form()
		if !f.Has("plan") {
			f.Values.Set("plan", strings.Join(lines, "\n"))
		}
		if !f.Has("waiver") {
			f.Values.Set("waiver", w.Waiver)
		}
		if w.Tested && !f.Has("tested") {
			f.Values.Set("tested", "yes")
		}
		if !f.Has("series") {
			f.Values.Set("series", w.Series)
		}
		if !f.Has("cohort") {
			f.Values.Set("cohort", string(w.Cohort))
		}
		p.Cohorts, err = q.cohorts(ctx, tx, r, w)
		return err
	})
	p.Tested = []web.Choice{{Value: "yes", Label: r.T("The test is frozen.")}}
	return p, err
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (q *Workshops) showPlan(r *web.Request) error {
	p, err := q.planPage(r)
	if err != nil {
		return err
	}
	return r.Page("workshop/plan", p)
}

func (q *Workshops) againPlan(r *web.Request) func(err error) error {
	return func(err error) error {
		p, failed := q.planPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("workshop/plan", p, err)
	}
}

// parsePlan reads lines such as "XA investigator 2 1"; "-" stands for partners.
func parsePlan(text string) (all []Plan, err error) {
	for _, line := range strings.Split(text, "\n") {
		f := strings.Fields(language.Digits(line))
		if len(f) == 0 {
			continue
		}
		f = append(f, "", "", "", "")
		seats, err1 := strconv.Atoi(f[2])
		reserve, err2 := strconv.Atoi(f[3])
		if err1 != nil || err2 != nil || f[4] != "" {
			return nil, errs.WithFields(errs.Field{Path: "plan", Code: language.M("Line {line}: write a State, a role, the seats and the reserve, such as XA investigator 2 1; each State and role once."),
				Args: map[string]string{"line": strings.TrimSpace(line)}})
		}
		if f[0] == "-" {
			f[0] = ""
		}
		all = append(all, Plan{State: f[0], Role: Role(f[1]), Seats: seats, Reserve: reserve})
	}
	return all, nil
}

func toPlan(n id.ID) string { return address(n) + "/plan" }

func (q *Workshops) plan(r *web.Request) error {
	return q.sent(r, toPlan, language.M("The plan is saved."), func(n, entry id.ID) error {
		plan, err := parsePlan(r.Form().Get("plan"))
		if err != nil {
			return err
		}
		return q.SetPlan(r.Ctx(), r.Person, n, plan, entry)
	}, q.againPlan(r))
}

func (q *Workshops) prepare(r *web.Request) error {
	return q.sent(r, toPlan, language.M("The preparation is saved."), func(n, entry id.ID) error {
		f := r.Form()
		if err := q.checkCohort(r, id.ID(f.Get("cohort")), n); err != nil {
			return err
		}
		return q.Prepare(r.Ctx(), r.Person, n, Preparation{Tested: f.Get("tested") == "yes", Waiver: f.Get("waiver"), Series: f.Get("series"), Cohort: id.ID(f.Get("cohort"))}, entry)
	}, q.againPlan(r))
}

type seatRow struct {
	Seat        Seat
	State, Role string
	Status      web.Tag
	Travel      Travel
	MayApprove  bool
	MayOffer    bool
	MayReplace  bool
	Approve     web.Button
	Offer       web.Button
	PassOver    web.Button
	Replace     web.Button
}

type seatsPage struct {
	head
	Rows  []seatRow
	Teams [][]Seat
}

func (q *Workshops) seatsPage(r *web.Request) (p seatsPage, err error) {
	p.head, err = q.on(r, "workshop.follow", func(ctx context.Context, tx *db.Tx, w Workshop) error {
		seats, err := Seats(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		if err := Named(ctx, tx, seats); err != nil {
			return err
		}
		travel, err := TravelOf(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		reads, err := q.desk.Could(ctx, tx, r.Person, "travel.read", id.NewRef(RefKind, w.ID))
		if err != nil {
			return err
		}
		for _, s := range seats {
			row := seatRow{Seat: s, State: stateName(r, s.State), Role: r.T(s.Role.Name()), Status: statusTag(r, s.Status),
				Approve: web.Button{Text: r.T("Agree with the name")}, Offer: web.Button{Text: r.T("Offer a seat"), Name: "do", Value: "offer"},
				PassOver: web.Button{Text: r.T("Pass over"), Kind: "secondary", Name: "do", Value: "pass"}, Replace: web.Button{Text: r.T("Give it to the first on the reserve"), Name: "seat", Value: string(s.ID)}}
			if reads {
				row.Travel = travel[s.ID]
			}
			for may, act := range map[*bool]access.Act{&row.MayApprove: "seat.approve", &row.MayOffer: "seat.offer"} {
				if *may, err = q.desk.Could(ctx, tx, r.Person, act, id.NewRef(RefSeat, s.ID)); err != nil {
					return err
				}
			}
			row.MayReplace = row.MayOffer && s.Status == Withdrawn
			row.MayApprove, row.MayOffer = row.MayApprove && s.Status == Typed, row.MayOffer && s.Status == Nominated
			p.Rows = append(p.Rows, row)
		}
		p.Teams = Teams(seats, (len(seats)+6)/7, 1)
		return nil
	})
	return p, err
}

func (q *Workshops) showSeats(r *web.Request) error {
	p, err := q.seatsPage(r)
	if err != nil {
		return err
	}
	return r.Page("workshop/seats", p)
}

// seatSent runs an act on a seat and goes back to the seats of its workshop.
func (q *Workshops) seatSent(r *web.Request, done string, act func(seat, entry id.ID) error) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	if err := act(n, entry); err != nil {
		if f := errs.Fields(err); len(f) > 0 { // the page has a form for each seat: the sentence stands on a page of its own
			return errs.Say(err, f[0].Code, f[0].Args)
		}
		return err
	}
	var s Seat
	err = q.look(r, func(ctx context.Context, tx *db.Tx) (err error) {
		s, err = GetSeat(ctx, tx, n)
		return err
	})
	if err != nil {
		return err
	}
	return r.Done(address(s.Workshop)+"/seats", done)
}

func (q *Workshops) offer(r *web.Request) error {
	if r.Form().Get("do") == "pass" {
		return q.seatSent(r, language.M("The person is passed over; the reason stands there."), func(seat, entry id.ID) error {
			return q.PassOver(r.Ctx(), r.Person, seat, r.Form().Get("why"), entry)
		})
	}
	return q.seatSent(r, language.M("The seat is offered."), func(seat, entry id.ID) error { return q.Offer(r.Ctx(), r.Person, seat, entry) })
}

func (q *Workshops) approve(r *web.Request) error {
	return q.seatSent(r, language.M("The name stands."), func(seat, entry id.ID) error { return q.Approve(r.Ctx(), r.Person, seat, entry) })
}

func (q *Workshops) replace(r *web.Request) error {
	return q.sent(r, func(n id.ID) string { return address(n) + "/seats" }, language.M("The first on the reserve has the seat."), func(n, entry id.ID) error {
		return q.Replace(r.Ctx(), r.Person, n, id.ID(r.Form().Get("seat")), entry)
	}, q.again(r))
}

type namesPage struct {
	head
	Letter        bool // typed from a letter
	List          string
	Organisations []web.Choice
	Roles         []web.Choice
	Named         web.Table // the State's own, or what was typed
}

func (q *Workshops) namesPage(r *web.Request, act access.Act) (p namesPage, err error) {
	p.Letter = act == "seat.type"
	p.head, err = q.on(r, act, func(ctx context.Context, tx *db.Tx, w Workshop) error {
		plan, err := Plans(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		own := map[string]bool{}
		for _, row := range plan {
			if p.Letter {
				own[row.State] = true
			} else if own[row.State], err = organisation.ForState(ctx, tx, r.Person, row.State); err != nil {
				return err
			}
		}
		list, err := organisation.List(ctx, tx, "")
		if err != nil {
			return err
		}
		for _, o := range list {
			if own[o.State] && o.Kind.Public() || p.Letter && own[""] && !o.Kind.Public() {
				p.Organisations = append(p.Organisations, web.Choice{Value: string(o.ID), Label: o.Name})
			}
		}
		for _, role := range Roles() {
			p.Roles = append(p.Roles, web.Choice{Value: string(role), Label: r.T(role.Name())})
		}
		seats, err := Seats(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		if err := Named(ctx, tx, seats); err != nil {
			return err
		}
		p.Named = web.Table{Caption: r.T("Who was named"), Empty: r.T("Nobody was named yet."), Columns: []web.Column{{Label: r.T("Name")}, {Label: r.T("Role")}, {Label: r.T("How it stands")}, {Label: r.T("Reason")}}}
		for _, s := range seats {
			if own[s.State] && (!p.Letter || s.Letter != "") {
				why := s.Why
				if s.Status == Passed && len(why) == len("15:04") && why[2] == ':' {
					why = r.T("The last seat went at {time}, and the reserve was full.", "time", why)
				}
				p.Named.Rows = append(p.Named.Rows, []any{s.Name, r.T(s.Role.Name()), statusTag(r, s.Status), why})
			}
		}
		return nil
	})
	p.List = r.HTTP.URL.Path + "/list"
	return p, err
}

func (q *Workshops) showNames(r *web.Request) error  { return q.showNaming(r, "seat.nominate") }
func (q *Workshops) showLetter(r *web.Request) error { return q.showNaming(r, "seat.type") }

func (q *Workshops) showNaming(r *web.Request, act access.Act) error {
	p, err := q.namesPage(r, act)
	if err != nil {
		return err
	}
	return r.Page("workshop/names", p)
}

func nominee(f *web.Form) (Nominee, error) {
	org, err := id.Parse(f.Get("organisation"))
	if err != nil {
		return Nominee{}, errs.WithFields(web.NotOffered("organisation"))
	}
	return Nominee{Organisation: org, Name: f.Get("name"), Email: f.Get("email"), Role: Role(f.Get("role")), Task: f.Get("task")}, nil
}

func (q *Workshops) nominate(r *web.Request) error {
	return q.name(r, "seat.nominate", func(n, entry id.ID, p Nominee) ([]organisation.Link, error) {
		return q.Nominate(r.Ctx(), r.Person, n, []Nominee{p}, entry)
	})
}

func (q *Workshops) typeLetter(r *web.Request) error {
	return q.name(r, "seat.type", func(n, entry id.ID, p Nominee) ([]organisation.Link, error) {
		return q.Type(r.Ctx(), r.Person, n, r.Form().Get("letter"), []Nominee{p}, entry)
	})
}

// name enters one person; whoever has no account yet is sent the link that the page shows once.
func (q *Workshops) name(r *web.Request, act access.Act, do func(n, entry id.ID, p Nominee) ([]organisation.Link, error)) error {
	var links []organisation.Link
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	p, err := nominee(r.Form())
	if err == nil {
		links, err = do(n, entry, p)
	}
	if err != nil {
		page, failed := q.namesPage(r, act)
		if failed != nil {
			return failed
		}
		return r.Again("workshop/names", page, err)
	}
	if len(links) == 1 && links[0].Token != "" {
		return r.Page("workshop/link", struct{ Back, Name, Address string }{r.HTTP.URL.Path, links[0].Name, q.public + "/invitation/" + links[0].Token})
	}
	return r.Done(r.HTTP.URL.Path, language.M("The person is named."))
}
