package exchange_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
)

// large queues a message with an annex of some megabytes, and returns its sealed file.
func large(t testing.TB, from, to *nodetest.Node) []byte {
	t.Helper()
	ctx := context.Background()
	var m id.ID
	n := from.Entry()
	err := from.Desk.Do(ctx, access.HouseItself(), "envelope.deliver", id.NewRef("envelope", n), func(c *desk.Change) (err error) {
		m, err = from.Exchange.Queue(ctx, c, exchange.Outgoing{
			Kind: "information", To: to.Self.Node(), Authority: from.Self.Authority(), ToAuthority: to.Self.Authority(),
			Parts: []exchange.Part{{Path: "annex/01-exercise.bin", Media: "application/octet-stream", Data: bytes.Repeat([]byte("exercise"), 1<<20)}},
		})
		return err
	}, desk.Once(n))
	if err != nil {
		t.Fatal(err)
	}
	nodetest.Eventually(t, "the message is sealed", func() bool { return post(t, from, m).Manifest != "" })
	path, err := from.Exchange.File(ctx, m)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestForeignFileIsRefusedEarly: a peer passes on the large file of somebody whom nobody here knows. It is refused for
// its beginning; what the peer itself sends is taken to its end.
func TestForeignFileIsRefusedEarly(t *testing.T) {
	two(t, func(t *testing.T, pt, ma *nodetest.Node) {
		ctx := context.Background()
		nodetest.Meet(t, pt, ma)
		takes(ma)
		stranger := nodetest.New(t, "ES", nodetest.Options{})
		peer, err := stranger.Exchange.Import(ctx, stranger.As("clerk"), ma.Self.CardFile, stranger.Entry())
		if err != nil {
			t.Fatal(err)
		}
		f, err := ma.Self.Fingerprint()
		if err != nil {
			t.Fatal(err)
		}
		if err := stranger.Exchange.Trust(ctx, stranger.As("head"), peer, f, "read out at a meeting (exercise)", stranger.Entry()); err != nil {
			t.Fatal(err)
		}
		inbox, err := ma.Exchange.NewInbox(ctx)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(pt.Self.TLS.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		call := func(method, path string, header map[string]string, body []byte) *httptest.ResponseRecorder {
			r := httptest.NewRequest(method, path, bytes.NewReader(body))
			r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}}
			r.Header.Set("Tus-Resumable", "1.0.0")
			for k, v := range header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			inbox.Handler().ServeHTTP(w, r)
			return w
		}
		const half = 5 << 20
		upload := func(file []byte) (at string, w *httptest.ResponseRecorder) {
			made := call(http.MethodPost, "/exchange/v1/inbox", map[string]string{"Upload-Length": strconv.Itoa(len(file))}, nil)
			at = made.Header().Get("Location")
			at = at[strings.Index(at, "/exchange/"):]
			return at, call(http.MethodPatch, at, map[string]string{"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}, file[:half])
		}

		at, w := upload(large(t, stranger, ma))
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "unknown-sender") {
			t.Fatalf("the first half of a stranger's file: %d %s, want 422 unknown-sender", w.Code, w.Body)
		}
		if w := call(http.MethodGet, at+"/receipt", nil, nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "problems/unknown-sender") {
			t.Errorf("its receipt: %d %s, want the problem unknown-sender", w.Code, w.Body)
		}
		want(t, site(t, ma).As("clerk").Get("/inbox/refused"), http.StatusOK, "over the network", "after 2097152 of")

		if _, w := upload(large(t, pt, ma)); w.Code != http.StatusNoContent || w.Header().Get("Upload-Offset") != strconv.Itoa(half) {
			t.Errorf("the first half of the peer's own file: %d at %s, want 204 at %d", w.Code, w.Header().Get("Upload-Offset"), half)
		}
	})
}
