package node

import (
	"context"
	"slices"

	"comity/internal/base/id"
	"comity/internal/capacity/learning"
	"comity/internal/capacity/stats"
	"comity/internal/capacity/workshop"
	"comity/internal/store/db"
)

// openWorkshops wires workshops: seats, agendas, and what is asked months later. The keys of their materials stand apart from
// those of evidence, whose sweep removes what it doesn't know.
func (n *Node) openWorkshops(context.Context) error {
	vault, err := n.ring.OpenVault(n.Config.path("material-keys"))
	if err != nil {
		return err
	}
	n.Workshops, err = workshop.New(workshop.Config{
		Desk: n.Desk, Read: n.DB.Reader, Sources: n.Sources, Organisations: n.Organisations, Catalog: n.Catalog, Fonts: n.law.Fonts,
		Blobs: n.Blobs, Vault: vault, Tests: tests{n.Learning}, Now: n.Config.Now, Public: n.Config.Public, Exercise: n.Self.Card.Exercise,
	})
	if err != nil {
		return err
	}
	return n.Workshops.Jobs(n.Jobs)
}

// tests tells workshops what learning knows.
type tests struct{ of *learning.Learning }

func (t tests) Cohorts(ctx context.Context, tx *db.Tx) (out []workshop.Cohort, err error) {
	all, err := learning.Cohorts(ctx, tx)
	for _, k := range all {
		out = append(out, workshop.Cohort{ID: k.ID, Title: k.Title})
	}
	return out, err
}

func (t tests) Gain(ctx context.Context, tx *db.Tx, cohort id.ID) (stats.Paired, bool, error) {
	all, err := learning.Cohorts(ctx, tx)
	i := slices.IndexFunc(all, func(k learning.Cohort) bool { return k.ID == cohort })
	if err != nil || i < 0 || all[i].State != learning.Closed && all[i].State != learning.Frozen {
		return stats.Paired{}, false, err
	}
	f, err := t.of.Figures(ctx, tx, all[i])
	return f.Gain, err == nil && f.GainWhy == nil, err
}
