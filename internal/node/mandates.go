package node

import (
	"context"
	"strconv"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/request"
	"comity/internal/dialogue/session"
	"comity/internal/mandate"
	"comity/internal/store/db"
)

// feedMandates tells the register of mandates what each slice has done that can serve one.
func (n *Node) feedMandates() {
	n.Mandates.Feed(requestsServe)
	n.Mandates.Feed(n.sessionsServe)
}

// sessionsServe is the sessions that have met, with what they decided.
func (n *Node) sessionsServe(ctx context.Context, tx *db.Tx) ([]mandate.Live, error) {
	list, err := session.List(ctx, tx)
	var all []mandate.Live
	for _, s := range list {
		l := mandate.Live{
			Ref: id.NewRef(session.Kind, s.ID), Kind: "session", Pillar: mandate.Dialogue, Title: n.Sessions.Name(n.Catalog.Get(language.English), s),
			Day: s.Begins, Href: "/d/sessions/" + string(s.ID), Mandates: s.Mandates,
		}
		if s.Outcome != "" {
			l.Facts = []mandate.Fact{{Say: language.M("Its outcome is recorded.")}}
		}
		all = append(all, l)
	}
	return all, err
}

// requestsServe is how much was asked and answered here by calendar year, of what the reader may know of.
func requestsServe(ctx context.Context, tx *db.Tx) ([]mandate.Live, error) {
	years, err := request.Counts(ctx, tx)
	if err != nil {
		return nil, err
	}
	var all []mandate.Live
	for _, y := range years {
		year := strconv.Itoa(y.Year)
		all = append(all, mandate.Live{
			Ref: id.Ref("requests/" + year), Kind: "request", Pillar: mandate.Cooperation, Title: year, Day: y.Last, Href: "/requests",
			Facts: []mandate.Fact{{
				Say:  language.M("{out} requests were drafted and {in} came in, of those that you may see."),
				Args: map[string]string{"out": strconv.Itoa(y.Out), "in": strconv.Itoa(y.In)},
			}},
		})
	}
	return all, nil
}
