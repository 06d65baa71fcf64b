package programme

import (
	"context"
	"slices"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/learning"
	"comity/internal/capacity/structure"
	"comity/internal/capacity/workshop"
	"comity/internal/cooperation/practice"
	"comity/internal/cooperation/request"
	"comity/internal/programme/pack"
	"comity/internal/store/db"
)

// view is what of the requests belongs to a programme in one calendar year, as far as it may be shown.
type view struct {
	Year  int
	Out   practice.Figures // requests of its types to States of its area
	In    practice.Figures
	Named practice.Figures // those that we sent and that name it
}

// years is how many calendar years are offered, as on the page of practice. Only whole years are: two spans that overlap
// could be subtracted.
const years = 5

// practiceOf counts the requests of every programme together, so that no programme's figures give away what another's, or
// those of all, keep back.
func (q *Programmes) practiceOf(ctx context.Context, tx *db.Tx, code string, year int) (v view, err error) {
	v.Year = year
	from := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	all, err := request.Histories(ctx, tx, from, from.AddDate(1, 0, 0))
	if err != nil {
		return v, err
	}
	packs := q.All()
	var parts []func(request.History) bool
	for _, p := range packs {
		parts = append(parts,
			func(h request.History) bool { return p.Concerns(h.Types, h.Their) },
			func(h request.History) bool { return h.Programme == p.Code })
	}
	i := slices.IndexFunc(packs, func(p *pack.Pack) bool { return p.Code == code })
	out := practice.Narrow(all, parts, request.Out, tx.Now())
	v.Out, v.Named = out[2*i], out[2*i+1]
	v.In = practice.Narrow(all, parts, request.In, tx.Now())[2*i]
	return v, nil
}

// Figure is what an indicator shows today.
type Figure struct {
	N, Of int     // a count; with Of a share
	X     float64 // a number of days, when Days is set
	Days  bool
	Kept  bool // kept back: it could tell of one of very few
	None  bool // not known yet
}

// measured is what figures are computed from.
type measured struct {
	view
	linked []id.Ref
}

type measureFunc func(ctx context.Context, tx *db.Tx, m measured) (Figure, error)

// measures lists what an indicator can show, by "source.measure". docs/formats/programme.md says what each is.
var measures = map[string]measureFunc{
	"practice.requests":   ofPractice(func(v view) Figure { return count(v.Out.Requests, v.Out.Shown) }),
	"practice.named":      ofPractice(func(v view) Figure { return count(v.Named.Requests, v.Named.Shown) }),
	"practice.asked":      ofPractice(func(v view) Figure { return share(v.Out.AskedShare()) }),
	"practice.refused":    ofPractice(func(v view) Figure { return share(v.Out.RefusedShare()) }),
	"practice.decided":    ofPractice(func(v view) Figure { return median(v.Out, "decided") }),
	"practice.delivered":  ofPractice(func(v view) Figure { return median(v.Out, "delivered") }),
	"need.open":           openNeeds,
	"workshop.linked":     linkedOf(workshop.RefKind),
	"workshop.attended":   attended,
	"structure.linked":    linkedOf(structure.RefKind),
	"structure.operating": operating,
	"organisation.linked": linkedOf("organisation"),
}

// Figures computes what the indicators of a programme show in a calendar year, by their codes. The transaction reads all
// that the node has: whoever asks may see figures and nothing of a single request.
func (q *Programmes) Figures(ctx context.Context, tx *db.Tx, code string, year int) (map[string]Figure, error) {
	x, err := q.Get(code)
	if err != nil {
		return nil, err
	}
	now, _, err := q.figuresOf(ctx, tx, x, year)
	all := map[string]Figure{}
	for n, f := range now {
		all[x.Indicators[n].Code] = f
	}
	return all, err
}

// figuresOf computes the figures in the order of the indicators, with the view on practice from which some come.
func (q *Programmes) figuresOf(ctx context.Context, tx *db.Tx, x *pack.Pack, year int) (all []Figure, v view, err error) {
	m := measured{}
	if m.linked, err = linked(ctx, tx, x.Code); err != nil {
		return nil, v, err
	}
	if m.view, err = q.practiceOf(ctx, tx, x.Code, year); err != nil {
		return nil, v, err
	}
	for _, i := range x.Indicators {
		f, err := measures[i.Source+"."+i.Measure](ctx, tx, m)
		if err != nil {
			return nil, v, err
		}
		all = append(all, f)
	}
	return all, m.view, nil
}

// sourceSay says where an indicator's figure comes from.
func sourceSay(source string) string {
	switch source {
	case "practice":
		return language.M("What practice shows")
	case "need":
		return language.M("Needs of the authority")
	case "workshop":
		return language.M("Workshops linked here")
	case "structure":
		return language.M("Structures linked here")
	}
	return language.M("Organisations linked here")
}

func ofPractice(f func(view) Figure) measureFunc {
	return func(_ context.Context, _ *db.Tx, m measured) (Figure, error) { return f(m.view), nil }
}

func count(n int, shown bool) Figure { return Figure{N: n, Kept: !shown} }

func share(s practice.Share) Figure { return Figure{N: s.K, Of: s.N, Kept: !s.Shown} }

func median(f practice.Figures, step string) Figure {
	for _, w := range f.Waits {
		if w.Step == step && w.Shown {
			return Figure{X: w.Curve.Median.X, Days: true, None: w.Curve.Median.Why != nil}
		}
	}
	return Figure{Kept: true}
}

func linkedOf(kind string) measureFunc {
	return func(_ context.Context, _ *db.Tx, m measured) (f Figure, err error) {
		f.N = len(m.of(kind))
		return f, nil
	}
}

func (m measured) of(kind string) []id.Ref {
	return slices.DeleteFunc(slices.Clone(m.linked), func(r id.Ref) bool { return r.Kind() != kind })
}

// openNeeds counts the needs of the authority that nothing has met; policy refusals are no needs.
func openNeeds(ctx context.Context, tx *db.Tx, _ measured) (f Figure, err error) {
	all, err := learning.Needs(ctx, tx)
	for _, n := range all {
		if n.State != learning.Met && n.State != learning.Dismissed {
			f.N++
		}
	}
	return f, err
}

// attended counts the people who were at the linked workshops; whoever was at two counts once.
func attended(ctx context.Context, tx *db.Tx, m measured) (f Figure, err error) {
	people := map[id.ID]bool{}
	for _, on := range m.of(workshop.RefKind) {
		seats, err := workshop.Seats(ctx, tx, on.ID())
		if err != nil {
			return f, err
		}
		for _, s := range seats {
			if s.Status == workshop.Attended {
				people[s.Person] = true
			}
		}
	}
	f.N = len(people)
	f.Kept = f.N > 0 && f.N < practice.Least
	return f, nil
}

func operating(ctx context.Context, tx *db.Tx, m measured) (f Figure, err error) {
	for _, on := range m.of(structure.RefKind) {
		s, err := structure.Get(ctx, tx, on.ID())
		if err != nil {
			return f, err
		}
		if s.Stage == structure.Operating || s.Stage == structure.Sustained {
			f.N++
		}
	}
	return f, nil
}
