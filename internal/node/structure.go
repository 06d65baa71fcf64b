package node

import (
	"context"
	"slices"

	"comity/internal/base/id"
	"comity/internal/capacity/structure"
	"comity/internal/cooperation/exchange"
	"comity/internal/cooperation/treaty"
	"comity/internal/store/db"
)

// openStructures wires what is to last when a programme has ended, and the reviews of law.
func (n *Node) openStructures(context.Context) error {
	treaties, err := treaty.Default()
	if err != nil {
		return err
	}
	law, err := structure.LoadLaw(treaties)
	if err != nil {
		return err
	}
	n.Structures, err = structure.New(structure.Config{
		Desk: n.Desk, Read: n.DB.Reader, Sources: n.Sources, Law: law, Measures: n.Practice.Within, Cards: n.vouches, Catalog: n.Catalog,
		Exercise: n.Self.Card.Exercise,
	})
	return err
}

// vouches finds the trusted card by which a State's node vouches for an authority; the node's own counts for its own.
func (n *Node) vouches(ctx context.Context, tx *db.Tx, state, authority string) (id.ID, error) {
	if c := n.Self.Card; c.State == state && slices.Contains(c.Authorities, authority) {
		return n.Self.Node(), nil
	}
	peers, err := exchange.Peers(ctx, tx)
	for _, p := range peers {
		if p.Status == exchange.Trusted && p.State == state && slices.Contains(p.Authorities, authority) {
			return p.Node, nil
		}
	}
	return "", err
}
