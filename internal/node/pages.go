package node

import (
	"context"
	"net"
	"net/http"
	"time"

	"comity/internal/engine/access"
	"comity/internal/engine/web"
)

// pages builds the routes of all slices.
func (n *Node) pages() (http.Handler, error) {
	m, err := web.New(web.Options{
		Catalog: n.Catalog, Sessions: n.SignIn, Log: n.Config.Log, Name: n.Self.Card.Names["en"], Exercise: n.Self.Card.Exercise,
		May: func(p access.Person, act access.Act) bool { return n.Policy.Ever(p, act) }, Now: n.Config.Now,
	})
	if err != nil {
		return nil, err
	}
	return m.Handler()
}

// ServePages serves people's browsers on l until ctx ends.
func (n *Node) ServePages(ctx context.Context, l net.Listener) error {
	h, err := n.pages()
	if err != nil {
		return err
	}
	return serve(ctx, l, &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10})
}
