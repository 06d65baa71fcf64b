package node

import (
	"context"

	"comity/internal/capacity/assessment"
	"comity/internal/engine/picture"
)

// openAssessments wires the assessments of States' capacity.
func (n *Node) openAssessments(context.Context) error {
	pictures, err := picture.New(n.law.Fonts)
	if err != nil {
		return err
	}
	n.Assessments, err = assessment.New(assessment.Config{
		Desk: n.Desk, Read: n.DB.Reader, Sources: n.Sources, Catalog: n.Catalog, Fonts: n.law.Fonts, Pictures: pictures,
		Names: n.Self.Card.Names, Exercise: n.Self.Card.Exercise,
	})
	return err
}
