package node

import (
	"context"
	"sync"

	"comity/internal/capacity/learning"
	"comity/internal/capacity/learning/data"
)

// library is what comes with the program, read once for all nodes of a process.
var library = sync.OnceValues(data.Load)

// openLearning wires courses, cohorts and tests.
func (n *Node) openLearning(context.Context) error {
	l, err := library()
	if err != nil {
		return err
	}
	n.Learning, err = learning.New(learning.Config{
		Desk: n.Desk, Read: n.DB.Reader, Policy: n.Policy, Sources: n.Sources, Organisations: n.Organisations, Exchange: n.Exchange, Library: l,
		Fonts: n.law.Fonts, Sign: n.signs.sign,
		Catalog: n.Catalog, Public: n.Config.Public, Exercise: n.Self.Card.Exercise, Now: n.Config.Now, Rates: n.Practice.Rate,
	})
	if err != nil {
		return err
	}
	return n.Learning.Jobs(n.Jobs)
}
