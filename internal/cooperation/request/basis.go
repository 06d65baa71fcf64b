package request

import (
	"cmp"
	"time"

	"comity/internal/base/language"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument"
)

// offeredBasis is one treaty beside the question on what a request relies: what can be asked under it, and what it asks.
type offeredBasis struct {
	Name     string
	Code     string
	Articles []string // "Preserve stored data: article 29"
	Demands  []string
	Clocks   []string
	Language string
	Channel  string
	Declared []declared
	Unknown  bool // whether it binds both isn't known here
	Checked  bool
	Why      string // why it isn't offered, "" when it is
}

// declared is a reservation or declaration of the State that is asked, in the words of the source: English, whatever the
// page's language.
type declared struct{ Text, Article string }

// basesFor looks at every treaty as the ground of the request's measures between its two States on its day: those that
// can be chosen, and those that can't with the reason.
func (q *Requests) basesFor(a instrument.Answers, kinds []string, now time.Time, p *language.Printer) (offered, not []offeredBasis) {
	from, to := a.Get("request/requesting/state"), a.Get("request/requested/state")
	on := treaty.Date(cmp.Or(a.Get("request/date"), now.UTC().Format(time.DateOnly)))
	by := map[treaty.Code]*offeredBasis{}
	var order []treaty.Code
	for _, kind := range distinct(kinds) {
		for _, b := range q.law.Treaties.Bases(from, to, kind, on) {
			one, ok := by[b.Treaty.Code]
			if !ok {
				one = q.basis(b, p)
				by[b.Treaty.Code], order = one, append(order, b.Treaty.Code)
			}
			if b.Offered {
				one.Why = ""
			}
			for _, s := range b.Articles {
				one.Articles = append(one.Articles, p.T("{kind}: article {article}", "kind", language.Plain(q.typeName(kind, p)), "article", s.Article))
			}
			for _, c := range b.Clocks {
				one.Clocks = append(one.Clocks, p.T("{text} (article {article})", "text", p.T(c.Text), "article", c.Article))
			}
		}
	}
	for _, code := range order {
		one := by[code]
		one.Articles, one.Clocks = distinct(one.Articles), distinct(one.Clocks)
		if one.Why == "" {
			offered = append(offered, *one)
		} else {
			not = append(not, *one)
		}
	}
	return offered, not
}

func (q *Requests) basis(b treaty.Basis, p *language.Printer) *offeredBasis {
	one := &offeredBasis{
		Name: b.Treaty.Name(p.Tag()), Code: string(b.Treaty.Code), Checked: b.Checked, Unknown: b.Why == treaty.Unknown,
		Language: provision(b.Treaty.Language, p), Channel: provision(b.Treaty.Channel, p),
	}
	for _, d := range b.Demands {
		one.Demands = append(one.Demands, p.T("{text} (article {article})", "text", p.T(d.Text), "article", d.ID))
	}
	for _, d := range b.Declared {
		one.Declared = append(one.Declared, declared{d.Text, d.Article})
	}
	if !b.Offered {
		one.Why = whyNot(b, p)
	}
	return one
}

func provision(v treaty.Provision, p *language.Printer) string {
	if v.Text == "" {
		return ""
	}
	return p.T("{text} (article {article})", "text", p.T(v.Text), "article", v.Article)
}

// whyNot says why a treaty can't be chosen.
func whyNot(b treaty.Basis, p *language.Printer) string {
	switch b.Why {
	case treaty.NotInForce:
		return p.T("It is not in force yet.")
	case treaty.SignedOnly:
		return p.T("One of the two States has signed it and is not bound.")
	case treaty.Ended:
		return p.T("One of the two States has left it.")
	case treaty.NotParty:
		return p.T("One of the two States is not bound by it.")
	}
	return p.T("It has no article for what is asked.")
}
