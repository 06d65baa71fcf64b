package node

import (
	"context"

	"comity/internal/cooperation/practice"
	"comity/internal/engine/picture"
)

// openPractice wires what the requests show together.
func (n *Node) openPractice(context.Context) error {
	pictures, err := picture.New(n.law.Fonts)
	if err != nil {
		return err
	}
	n.Practice = practice.New(practice.Config{Desk: n.Desk, Read: n.DB.Reader, Pictures: pictures, Exercise: n.Self.Card.Exercise})
	return nil
}
