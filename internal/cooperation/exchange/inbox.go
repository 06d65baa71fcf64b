package exchange

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	tus "github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
	"comity/internal/store/disk"
)

const inboxPath = "/exchange/v1/inbox"

// Inbox is the receiving side of the exchange over HTTPS, for peers whose client certificate is pinned.
type Inbox struct {
	x     *Exchange
	store *inboxStore
	tus   *tus.UnroutedHandler
	work  sync.WaitGroup
	busy  chan struct{} // files being checked at once
	ctx   context.Context
}

// NewInbox returns the inbox, which keeps uploads in a folder of the spool and takes files in until ctx ends. Files
// that were whole when the node stopped are taken in now.
func (x *Exchange) NewInbox(ctx context.Context) (*Inbox, error) {
	in := &Inbox{x: x, ctx: ctx, busy: make(chan struct{}, 2)}
	in.store = &inboxStore{dir: filepath.Join(x.spool, "inbox"), now: x.now, look: in.look}
	if err := os.MkdirAll(in.store.dir, 0o700); err != nil {
		return nil, err
	}
	composer := tus.NewStoreComposer()
	composer.UseCore(in.store)
	composer.UseTerminater(in.store)
	composer.UseLocker(memorylocker.New())
	var err error
	in.tus, err = tus.NewUnroutedHandler(tus.Config{
		StoreComposer: composer, BasePath: inboxPath + "/", MaxSize: envelope.DefaultMax,
		DisableDownload: true, DisableConcatenation: true, Cors: &tus.CorsConfig{Disable: true}, Logger: quiet(),
	})
	if err != nil {
		return nil, err
	}
	return in, in.resume()
}

// resume takes in what was whole at the last stop and forgets what has been waiting too long.
func (in *Inbox) resume() error {
	all, err := in.store.all()
	if err != nil {
		return err
	}
	for _, u := range all {
		offset, err := u.offset()
		switch {
		case in.x.now().Sub(u.At) > uploadLife:
			err = u.Terminate(in.ctx)
		case err == nil && !u.decided() && offset == u.Size:
			in.takeLater(u.ID)
		}
		if err != nil && !errors.Is(err, errs.NotFound) {
			return err
		}
	}
	return nil
}

// Wait returns when no file is being taken in any more.
func (in *Inbox) Wait() { in.work.Wait() }

func (in *Inbox) takeLater(n id.ID) {
	in.work.Go(func() {
		select {
		case in.busy <- struct{}{}:
			defer func() { <-in.busy }()
		case <-in.ctx.Done():
			return // it is whole on disk and found at the next start
		}
		if err := in.take(n); err != nil {
			in.x.slog.Warn("an upload could not be taken in; the sender tries again", "upload", n, "err", err)
		}
	})
}

func (in *Inbox) take(n id.ID) error {
	u, err := in.store.get(string(n))
	if err != nil || u.decided() {
		return err
	}
	taken, err := in.x.Take(in.ctx, u.part(), HTTPS, u.Peer)
	if err != nil {
		// Nothing was decided: the upload is forgotten, so that the sender begins anew.
		return errors.Join(err, u.Terminate(in.ctx))
	}
	if taken.Message != "" && taken.Receipt != "" {
		u.Message = taken.Message
	} else {
		u.Problem, u.Detail = string(taken.Check), taken.Detail
	}
	if err := u.save(); err != nil {
		return err
	}
	return os.Remove(u.part())
}

// look has a first look at a file of which some bytes have come. One that would be refused for its leading entries is
// refused now, with a bare problem: its digests can't be known before it is whole, so no receipt could name them.
func (in *Inbox) look(ctx context.Context, u *upload, have int64) (enough bool, err error) {
	f, err := os.Open(u.part())
	if err != nil {
		return false, disk.Explain(err)
	}
	defer func() { _ = f.Close() }()
	enough, err = envelope.FirstLook(f, have, in.x.options(ctx, u.Peer))
	var no *envelope.Refusal
	if !errors.As(err, &no) {
		return enough || err != nil, nil // what else is the matter with it, the full check says
	}
	no.Message = nil
	no.Detail = fmt.Sprintf("after %d of %d bytes: %s", have, u.Size, no.Detail)
	taken, err := in.x.refuse(ctx, f, HTTPS, no)
	if err != nil {
		return false, err
	}
	u.Problem, u.Detail = string(taken.Check), taken.Detail
	if err := u.save(); err != nil {
		return false, err
	}
	if err := os.Remove(u.part()); err != nil {
		return false, disk.Explain(err)
	}
	return false, tus.NewError("ERR_REFUSED", "the file did not pass the check "+u.Problem, http.StatusUnprocessableEntity)
}

// Handler serves the exchange to pinned peers. Whoever isn't one gets nothing.
func (in *Inbox) Handler() http.Handler {
	m := http.NewServeMux()
	m.Handle("POST "+inboxPath, in.peer(in.create))
	m.Handle("HEAD "+inboxPath+"/{upload}", in.owned(in.upload(in.tus.HeadFile)))
	m.Handle("PATCH "+inboxPath+"/{upload}", in.owned(in.patch))
	m.Handle("DELETE "+inboxPath+"/{upload}", in.owned(in.upload(in.tus.DelFile)))
	m.Handle("GET "+inboxPath+"/{upload}/receipt", in.owned(in.receipt))
	all := http.NewServeMux()
	all.Handle("POST "+witnessPath, in.peer(in.addCheckpoint)) // another protocol, without the headers of uploads
	all.Handle("/", in.tus.Middleware(m))
	return all
}

type peerKey struct{}

// peer lets pinned peers through; who they are, the TLS handshake has shown.
func (in *Inbox) peer(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
			writeProblem(w, http.StatusUnauthorized, string(envelope.UnknownSender), "a pinned client certificate is needed", "")
			return
		}
		p, err := in.x.peerByTLS(r.Context(), keySum(r.TLS.PeerCertificates[0]))
		if err != nil {
			writeProblem(w, http.StatusForbidden, string(envelope.UnknownSender), "this client certificate is not pinned here", "")
			return
		}
		next(w, r.WithContext(context.WithValue(r.Context(), peerKey{}, p)))
	})
}

func peerOf(r *http.Request) Peer { return r.Context().Value(peerKey{}).(Peer) }

// owned lets a peer reach its own uploads; those of others don't exist for it.
func (in *Inbox) owned(next http.HandlerFunc) http.Handler {
	return in.peer(func(w http.ResponseWriter, r *http.Request) {
		u, err := in.store.get(r.PathValue("upload"))
		if err != nil || u.Peer != peerOf(r).Node {
			writeProblem(w, http.StatusNotFound, slugNoUpload, "there is no such upload", "")
			return
		}
		next(w, r)
	})
}

// create makes an upload that belongs to the peer, whatever metadata it sent.
func (in *Inbox) create(w http.ResponseWriter, r *http.Request) {
	r.Header.Set("Upload-Metadata", "peer "+base64.StdEncoding.EncodeToString([]byte(peerOf(r).Node)))
	in.tus.PostFile(w, r)
	in.whole(path.Base(w.Header().Get("Location")))
}

func (in *Inbox) patch(w http.ResponseWriter, r *http.Request) {
	in.upload(in.tus.PatchFile)(w, r)
	in.whole(r.PathValue("upload"))
}

// upload calls a handler of the upload library, which looks for the upload's id in the path behind its own base.
func (in *Inbox) upload(next http.HandlerFunc) http.HandlerFunc {
	return http.StripPrefix(inboxPath, next).ServeHTTP
}

// whole takes an upload in when all its bytes are there.
func (in *Inbox) whole(n string) {
	u, err := in.store.get(n)
	if err != nil || u.decided() {
		return // it was refused, or is gone
	}
	if offset, err := u.offset(); err == nil && offset == u.Size {
		in.takeLater(u.ID)
	}
}

// receipt answers 202 while the file is being checked, then the sealed receipt or the problem that stopped it.
func (in *Inbox) receipt(w http.ResponseWriter, r *http.Request) {
	u, err := in.store.get(r.PathValue("upload"))
	if err != nil {
		writeProblem(w, http.StatusNotFound, slugNoUpload, "there is no such upload", "")
		return
	}
	if u.Problem != "" {
		writeProblem(w, http.StatusUnprocessableEntity, u.Problem, "the file did not pass this check", u.Detail)
		return
	}
	if u.Message == "" {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	path, err := in.x.ReceiptFile(r.Context(), u.Message, u.Peer)
	if errors.Is(err, errs.Unavailable) {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if err != nil {
		status, slug := slugOf(err)
		writeProblem(w, status, slug, "the receipt can't be given now", "")
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeFile(w, r, path)
}

// peerByTLS finds the trusted peer that has the TLS key.
func (x *Exchange) peerByTLS(ctx context.Context, sum envelope.Digest) (Peer, error) {
	var found Peer
	err := x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		peers, err := peersWithKey(ctx, tx, "tls", sum)
		if err != nil {
			return err
		}
		if len(peers) != 1 || peers[0].Status == Revoked || peers[0].Status == Proposed {
			return errs.NotFound
		}
		found = peers[0]
		return nil
	})
	return found, err
}

// CardHandler serves the node's current card on the public listener.
func (x *Exchange) CardHandler(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/vnd.etsi.asic-e+zip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+strings.ToLower(string(x.self.Node()))+`.card.asice"`)
	_, _ = w.Write(x.self.CardFile)
}
