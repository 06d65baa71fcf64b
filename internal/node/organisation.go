package node

import (
	"context"

	"comity/internal/capacity/organisation"
)

// openOrganisations wires who takes part in building capacity beside this node's own people.
func (n *Node) openOrganisations(context.Context) (err error) {
	n.Organisations, err = organisation.New(organisation.Config{
		Desk: n.Desk, Read: n.DB.Reader, Policy: n.Policy, Sources: n.Sources, Catalog: n.Catalog,
		Public: n.Config.Public, Exercise: n.Self.Card.Exercise,
	})
	return err
}
