//go:build browser

package exchange_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"comity/internal/engine/access"
	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
)

// TestBrowserExchange looks at each page of nodes and of the post in English and Arabic, on a telephone and on a desk.
func TestBrowserExchange(t *testing.T) {
	pt, ma, br := nodetest.New(t, "PT", nodetest.Options{}), nodetest.New(t, "MA", nodetest.Options{}), nodetest.New(t, "BR", nodetest.Options{})
	nodetest.Meet(t, pt, ma)
	takes(ma)
	m := send(t, pt, ma, "PT-CA-2026-000001")
	nodetest.Eventually(t, "the receipt is home", func() bool { return post(t, pt, m).State == "receipted" })
	out, in := site(t, pt), site(t, ma)
	proposed := out.As("clerk").Upload("/peers/import", url.Values{}, "card", "br.card.asice", br.Self.CardFile).To()
	want(t, in.As("clerk").Upload("/inbox/import", url.Values{}, "file", "x.asice.age", []byte("no envelope")), http.StatusOK)
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for _, l := range []struct {
					name string
					site *nodetest.Site
					role access.Role
					path string
				}{
					{"peers", out, "clerk", "/peers"}, {"import-card", out, "clerk", "/peers/import"}, {"proposed", out, "head", proposed},
					{"peer", out, "head", "/peers/" + string(ma.Self.Node())}, {"outbox", out, "clerk", "/outbox"},
					{"sent", out, "clerk", "/outbox/" + string(m)}, {"inbox", in, "clerk", "/inbox"}, {"came-in", in, "clerk", "/inbox/" + string(m)},
					{"refused", in, "clerk", "/inbox/refused"}, {"import", in, "clerk", "/inbox/import"},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: string(l.role), "Accept-Language": lang}})
					tab.Visit(l.site.URL + l.path + "?lang=" + lang)
					tab.Check("exchange-" + l.name + "-" + view)
				}
			})
		}
	}
}
