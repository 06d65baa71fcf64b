package node

import (
	"context"

	"comity/internal/capacity/workshop"
)

// openWorkshops wires workshops: seats, agendas, and what is asked months later.
func (n *Node) openWorkshops(context.Context) (err error) {
	n.Workshops, err = workshop.New(workshop.Config{
		Desk: n.Desk, Read: n.DB.Reader, Sources: n.Sources, Organisations: n.Organisations, Catalog: n.Catalog, Fonts: n.law.Fonts, Public: n.Config.Public, Exercise: n.Self.Card.Exercise,
	})
	if err != nil {
		return err
	}
	return n.Workshops.Jobs(n.Jobs)
}
