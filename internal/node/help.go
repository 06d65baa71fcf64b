package node

import (
	"embed"

	"comity/internal/engine/web"
)

//go:embed page/*.html po/*.po
var shown embed.FS

// routes registers the pages that belong to no slice.
func (n *Node) routes(m *web.Mux) {
	m.Get("/help", web.Public, func(r *web.Request) error { return r.Page("node/help", nil) })
	m.Get("/accessibility", web.Public, func(r *web.Request) error { return r.Page("node/accessibility", nil) })
}
