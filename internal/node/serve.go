package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// ServeExchange serves other nodes on l until ctx ends.
func (n *Node) ServeExchange(ctx context.Context, l net.Listener) error {
	inbox, err := n.Exchange.NewInbox(ctx)
	if err != nil {
		return fmt.Errorf("serve exchange: %w", err)
	}
	defer inbox.Wait()
	return serve(ctx, tls.NewListener(l, n.Exchange.ServerTLS()), &http.Server{
		Handler: inbox.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
	})
}

// serve runs s until ctx ends and lets what is under way finish.
func serve(ctx context.Context, l net.Listener, s *http.Server) error {
	s.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := s.Shutdown(last)
	if e := <-done; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}
