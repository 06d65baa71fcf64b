package node

import (
	"context"

	"comity/internal/programme"
)

// openProgrammes wires the programmes of cooperation, and has what is done under them stand under their mandates.
func (n *Node) openProgrammes(context.Context) (err error) {
	n.Programmes, err = programme.New(programme.Config{Desk: n.Desk, Read: n.DB.Reader, Sources: n.Sources, Law: n.law})
	if err == nil {
		n.Mandates.Feed(n.Programmes.Serve)
	}
	return err
}
