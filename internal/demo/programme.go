package demo

import (
	"comity/internal/base/id"
	"comity/internal/capacity/structure"
	"comity/internal/capacity/workshop"
)

// programme links the workshop and the network to a programme of cooperation, so that its page has something to show.
func (k *east) programme() error {
	for _, on := range []id.Ref{id.NewRef(workshop.RefKind, k.workshop), id.NewRef(structure.RefKind, k.network)} {
		if err := k.org.Programmes.Link(k.ctx, k.org.As("amina"), "trafficking-online", on, k.org.Entry()); err != nil {
			return err
		}
	}
	k.say("links the workshop and the network to a programme")
	return nil
}
