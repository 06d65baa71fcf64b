//go:build browser

package people

import (
	"context"
	"net/http"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"comity/internal/base/id"
	"comity/internal/engine/access/signin"
	"comity/internal/engine/web/webtest"
	"comity/internal/store/db"
)

// link makes an invitation for a person.
func (h *house) link(person id.ID, purpose signin.Purpose) string {
	h.Helper()
	var token string
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		token, err = signin.Invite(ctx, tx, person, purpose, h.people["ada"])
		return err
	})
	return h.server.URL + "/invitation/" + token
}

func TestPagesInABrowser(t *testing.T) {
	h := open(t, "sqlite")
	h.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := signin.AskReissue(ctx, tx, h.people["cid"], h.people["bia"], "telephone lost")
		return err
	})
	webtest.Open(t).Each(t, func(t *testing.T, tab *webtest.Tab, lang, view string) {
		tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, network.ClearBrowserCookies, cdp.Empty{}) // the views share a browser
			return err
		}))
		tab.Visit(h.server.URL + "/sign-in")
		tab.Check("sign-in-" + view)
		tab.Visit(h.server.URL + "/sign-in/recovery")
		tab.Fill("login", "nobody")
		tab.Press("")
		tab.Check("recovery-"+view, http.StatusUnprocessableEntity)
		tab.Visit(h.link(h.people["cid"], signin.ToJoin))
		tab.Check("invitation-" + view)
		tab.Visit(h.link(h.people["ada"], signin.ToFollow))
		tab.Check("follow-" + view)
		tab.Press("")
		for _, page := range []string{"/me", "/me/password", "/me/passkey", "/confirm", "/people", "/people/invite", address(h.people["cid"]), "/offices"} {
			tab.Visit(h.server.URL + page + "?lang=" + lang)
			tab.Check(regexp.MustCompile(`[^a-z]+`).ReplaceAllString(page, "-")[1:] + "-" + view)
		}
	})
}

// TestPasskeyInABrowser takes up an invitation with a passkey, signs out, signs in and confirms with it: Chromium's own
// authenticator, our script, our pages.
func TestPasskeyInABrowser(t *testing.T) {
	h := open(t, "sqlite")
	tab := webtest.Open(t).Tab(t, webtest.View{Header: map[string]string{"Accept-Language": "en"}})
	tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		return err
	}))
	tab.Visit(h.link(h.people["cid"], signin.ToJoin))
	tab.Fill("label", "This computer")
	tab.Press("")
	tab.Await("h1", "Your recovery codes")
	tab.Visit(h.server.URL + "/me")
	tab.Await("main", "Passkey This computer")
	tab.Do(chromedp.Click(chromedp.CSS(`form[action="/sign-out"] button`)))
	tab.Await("main", "You are signed out.")
	tab.Press("")
	tab.Await("h1", "My account")
	tab.Visit(h.server.URL + "/confirm?next=/offices")
	tab.Press("")
	tab.Await("h1", "Offices")
}
