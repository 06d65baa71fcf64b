package node

import (
	"context"

	"comity/internal/capacity/exercise/counterpart"
)

// openCounterpart has a practice node answer requests by itself, where its settings say so.
func (n *Node) openCounterpart(context.Context) (err error) {
	if !n.Config.Answers {
		return nil
	}
	n.Counterpart, err = counterpart.New(counterpart.Config{
		Desk: n.Desk, Read: n.DB.Reader, Policy: n.Policy, Requests: n.Requests, Evidence: n.Evidence, Jobs: n.Jobs, Catalog: n.Catalog,
		Node: n.Self.Node(), Authority: n.Self.Authority(), Exercise: n.Self.Card.Exercise, Now: n.Config.Now,
	})
	return err
}
