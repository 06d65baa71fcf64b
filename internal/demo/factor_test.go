package demo

import (
	"bytes"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"comity/internal/engine/access/signin"
)

// TestPeopleSignInAgain uses what the demonstration prints beside its links.
func TestPeopleSignInAgain(t *testing.T) {
	ctx := t.Context()
	now := time.Now
	w, err := Start(ctx, Options{Dir: t.TempDir(), Now: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Stop(); err != nil {
			t.Error(err)
		}
	})
	var out bytes.Buffer
	if err := w.Links(ctx, &out); err != nil {
		t.Fatal(err)
	}
	if err := w.Equip(ctx); err != nil {
		t.Fatal(err)
	}
	for _, p := range w.Places {
		for i, login := range p.Logins() {
			if !strings.Contains(out.String(), " "+login+" ") {
				t.Errorf("the name %s is not printed", login)
			}
			if i > 0 {
				continue // one of each place: the others got theirs in the same way
			}
			code, err := Code(now())
			if err != nil {
				t.Fatal(err)
			}
			at := signin.Client{Address: netip.MustParseAddr("127.0.0.1"), Agent: "test"}
			if _, err := p.SignIn.Password(ctx, login, Password, code, at); err != nil {
				t.Errorf("%s at %s: %v", login, p.Key, err)
			}
		}
	}
	for _, want := range []string{Password, Secret, "/invitation/"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not printed", want)
		}
	}
}
