package request_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity/internal/base/id"
	"comity/internal/cooperation/request"
	"comity/internal/cooperation/request/types"
	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/selector"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// site serves the pages of requests of a node, with the words of the forms and rules that they show.
func site(t testing.TB, n *nodetest.Node) *nodetest.Site {
	t.Helper()
	slices := []nodetest.Slice{{Routes: n.Requests.Routes, Pages: request.Pages(), Words: request.Words()}}
	for _, w := range append(types.Words(), rule.Words(), selector.Words(), treaty.Words()) {
		slices = append(slices, nodetest.Slice{Routes: func(*web.Mux) {}, Pages: web.Pages{Name: "none", FS: fstest.MapFS{}}, Words: w})
	}
	return n.Site(t, slices...)
}

// maxPage is what a page may weigh.
const maxPage = 50_000

// want fails when the answer isn't of the status, lacks the words or weighs too much.
func want(t testing.TB, a nodetest.Answer, status int, words ...string) nodetest.Answer {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d (to %q): %s", a.Status, status, a.To(), a.Text())
	}
	for _, w := range words {
		if !strings.Contains(a.Text(), w) {
			t.Errorf("the page doesn't say %q: %s", w, a.Text())
		}
	}
	if strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") && len(a.Body) > maxPage {
		t.Errorf("the page has %d bytes, at most %d are allowed", len(a.Body), maxPage)
	}
	return a
}

// opened is a case with all who work on a request of ours.
func opened(t testing.TB, n *nodetest.Node) id.ID {
	t.Helper()
	ctx := context.Background()
	k, err := n.Cases.Open(ctx, n.As("drafter"), n.Office, "Ransomware at a bakery (exercise)", true, n.Entry())
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []access.Role{"reviewer", "signatory", "clerk"} {
		if err := n.Cases.AddMember(ctx, n.As("drafter"), k, n.People[role].ID, n.Entry()); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

// begun has the drafter begin a request by the form, and returns its address.
func begun(t testing.TB, n *nodetest.Node, s *nodetest.Site, k id.ID, kind string) string {
	t.Helper()
	a := s.As("drafter").Post("/requests/new", url.Values{"case": {string(k)}, "state": {"MA"}, "types": {kind}})
	want(t, a, http.StatusSeeOther)
	return strings.TrimSuffix(a.To(), "/draft")
}

// whole puts the type's example in the place of a draft's answers.
func whole(t testing.TB, n *nodetest.Node, at, kind string) {
	t.Helper()
	example, _ := n.Requests.Law().Types.Get(kind)
	r := got(t, n, id.ID(strings.TrimPrefix(at, "/requests/")))
	if err := n.Requests.Replace(context.Background(), n.As("drafter"), r.ID, example.Example, r.Version, n.Entry()); err != nil {
		t.Fatal(err)
	}
}

// got reads a request as the house sees it, the newest when no id is given.
func got(t testing.TB, n *nodetest.Node, of id.ID) (r request.Request) {
	t.Helper()
	err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) (err error) {
		if of != "" {
			r, err = request.Get(context.Background(), tx, of)
			return err
		}
		all, err := request.List(context.Background(), tx, request.Filter{})
		if len(all) > 0 {
			r = all[0]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var valueOf = regexp.MustCompile(`name="(digest|version|entry)" value="([^"]*)"`)

// hidden is a value that a page's form carries.
func hidden(t testing.TB, a nodetest.Answer, name string) string {
	t.Helper()
	for _, m := range valueOf.FindAllStringSubmatch(a.Body, -1) {
		if m[1] == name {
			return m[2]
		}
	}
	t.Fatalf("the page has no %s: %s", name, a.Text())
	return ""
}

// each runs f with two nodes that trust each other, on each database.
func each(t *testing.T, f func(t *testing.T, pt, ma *nodetest.Node)) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			pt, ma := nodetest.New(t, "PT", nodetest.Options{Kind: kind}), nodetest.New(t, "MA", nodetest.Options{Kind: kind})
			nodetest.Meet(t, pt, ma)
			f(t, pt, ma)
		})
	}
}

// TestTheWholeWay is a request's way from draft to its end, by the pages alone.
func TestTheWholeWay(t *testing.T) {
	each(t, func(t *testing.T, pt, ma *nodetest.Node) {
		lisbon, rabat := site(t, pt), site(t, ma)
		ana, rui, teresa, luis := lisbon.As("drafter"), lisbon.As("reviewer"), lisbon.As("signatory"), lisbon.As("clerk")
		omar, youssef, head := rabat.As("clerk"), rabat.As("executor"), rabat.As("head")
		ok, done := http.StatusOK, http.StatusSeeOther
		is := func(n *nodetest.Node, want request.State) {
			t.Helper()
			nodetest.Eventually(t, string(want), func() bool { return got(t, n, "").State == want })
		}

		want(t, ana.Get("/"), ok, "Nothing waits for you now")
		want(t, ana.Get("/requests/new"), ok, "Preserve stored data")
		here := begun(t, pt, lisbon, opened(t, pt), "preserve.stored")
		want(t, ana.Get(here+"/draft"), ok, "missing", "Facts of the case")
		want(t, ana.Get(here+"/check"), ok, "Has to be mended")
		whole(t, pt, here, "preserve.stored")
		want(t, ana.Get("/"), ok, "Drafts to finish")
		want(t, ana.Get(here+"/submit"), ok)
		want(t, ana.Post(here+"/submit", url.Values{}), done)
		want(t, ana.Get(here+"/approve"), http.StatusForbidden)

		want(t, rui.Get("/"), ok, "To review")
		want(t, rui.Get(here), ok, "What you can do now", "Approve it for signature", "In review")
		want(t, rui.Post(here+"/return", url.Values{}), http.StatusUnprocessableEntity, "Say what the drafter has to change.")
		want(t, rui.Post(here+"/approve", url.Values{}), done)
		is(pt, request.Approved)

		want(t, teresa.Get("/"), ok, "To sign")
		sign := want(t, teresa.Get(here+"/sign"), ok, "Digest of exactly this document")
		want(t, teresa.Get(here+"/to-sign.pdf"), ok)
		want(t, teresa.Post(here+"/sign", url.Values{"digest": {strings.Repeat("0", 64)}}), http.StatusConflict, "not the one that you were shown")
		want(t, teresa.Post(here+"/sign", url.Values{"digest": {hidden(t, sign, "digest")}}), done)
		want(t, ana.Get(here+"/signed.pdf"), ok)

		want(t, luis.Get("/"), ok, "To send")
		send := want(t, luis.Get(here+"/send"), ok, "Central Authority of MA")
		twice := url.Values{"entry": {hidden(t, send, "entry")}}
		want(t, luis.Post(here+"/send", twice), done)
		want(t, luis.Post(here+"/send", twice), done) // the second tab
		is(pt, request.Received)
		want(t, ana.Get(here), ok, "Received by the other node", "Who is next")

		is(ma, request.Received)
		there := "/requests/" + string(got(t, ma, "").ID)
		want(t, omar.Get("/"), ok, "Came in and is given to nobody yet")
		want(t, omar.Get("/requests/registry"), ok, "Portugal")
		want(t, omar.Get(there), http.StatusNotFound)
		want(t, omar.Get(there+"/cover"), ok, "Give it to somebody")
		want(t, omar.Post(there+"/assign", url.Values{"executor": {string(ma.People["drafter"].ID)}}), http.StatusUnprocessableEntity)
		want(t, omar.Post(there+"/assign", url.Values{"executor": {string(ma.People["executor"].ID)}}), done)
		want(t, omar.Post(there+"/assign", url.Values{"executor": {string(ma.People["head"].ID)}}), done)
		want(t, omar.Post(there+"/acknowledge", url.Values{"contact": {"registry, +212 5 00 00 00 00 (exercise)"}}), done)
		is(pt, request.Acknowledged)

		want(t, youssef.Get("/"), ok, "To decide")
		want(t, youssef.Get(there), ok, "Accept it", "Ask the other State")
		want(t, youssef.Get(there+"/ask"), ok)
		want(t, youssef.Post(there+"/ask", url.Values{}), http.StatusUnprocessableEntity)
		want(t, youssef.Post(there+"/ask", url.Values{"text": {"Which clock does the log go by?"}}), done)
		is(pt, request.NeedsInformation)
		want(t, ana.Get("/"), ok, "Questions to answer")
		want(t, youssef.Get("/"), ok, "Waits for the other State")
		want(t, ana.Get(here+"/answer"), ok, "Which clock does the log go by?")
		want(t, ana.Post(here+"/answer", url.Values{"text": {"Our firewall, set by NTP."}}), done)
		is(ma, request.Acknowledged)

		want(t, head.Get(there+"/refuse"), ok, "Nobody has proposed it yet.")
		want(t, youssef.Get(there+"/propose-refusal"), ok, "Political offence", "Convention on Cybercrime")
		want(t, youssef.Get(there+"/postpone"), ok)
		want(t, youssef.Post(there+"/accept", url.Values{"condition": {"Use only in this proceeding.\n\nDestroy afterwards."}}), done)
		is(pt, request.Accepted)
		want(t, ana.Get(here), ok, "Destroy afterwards.")
		want(t, youssef.Get(there), ok, "Preserve stored data Accepted for execution")
		want(t, youssef.Post(there+"/progress", url.Values{
			"preserved:year": {"2026"}, "preserved:month": {"11"}, "preserved:day": {"31"}}), http.StatusUnprocessableEntity, "day that exists")
		want(t, youssef.Post(there+"/progress", url.Values{
			"preserved:year": {"2026"}, "preserved:month": {"11"}, "preserved:day": {"20"},
			"until:year": {"2027"}, "until:month": {"2"}, "until:day": {"18"}}), done)
		is(pt, request.Executing)
		for _, page := range []nodetest.Answer{ana.Get("/"), ana.Get(here), youssef.Get(there)} {
			want(t, page, ok, "Preserved data are kept for at least sixty days", "29(7)")
		}
		want(t, youssef.Get(there+"/execute"), ok, "Measure 1")
		want(t, youssef.Post(there+"/execute", url.Values{}), http.StatusUnprocessableEntity)
		want(t, youssef.Post(there+"/execute", url.Values{"result-1": {"executed"}, "text-1": {"kept"}}), done)
		is(ma, request.Executed)
		want(t, youssef.Get(there+"/deliver"), ok, "There is no evidence to hand over yet")
		want(t, ana.Post(here+"/withdraw", url.Values{"reason": {"The matter is settled."}}), done)
		is(ma, request.Withdrawn)
		want(t, ana.Post(here+"/close", url.Values{}), done)
		want(t, ana.Get(here), ok, "Request closed")
	})
}

// longAgo are sessions of people whose last factor is too old for what asks for a fresh one.
type longAgo struct{ n *nodetest.Node }

// Person returns the person with the role in the header, an hour after they signed in.
func (l longAgo) Person(r *http.Request) (access.Person, error) {
	p := l.n.As(access.Role(r.Header.Get(nodetest.WhoHeader)))
	p.Confirmed = p.Confirmed.Add(-time.Hour)
	return p, nil
}

// TestSigningAsksForTheFactorAgain leads to where it is shown, and keeps what was sent too late.
func TestSigningAsksForTheFactorAgain(t *testing.T) {
	pt := nodetest.New(t, "PT", nodetest.Options{})
	s := site(t, pt)
	at := begun(t, pt, s, opened(t, pt), "preserve.stored")
	whole(t, pt, at, "preserve.stored")
	want(t, s.As("drafter").Post(at+"/submit", url.Values{}), http.StatusSeeOther)
	want(t, s.As("reviewer").Post(at+"/approve", url.Values{}), http.StatusSeeOther)

	m, err := web.New(web.Options{Catalog: pt.Catalog, Sessions: longAgo{pt}, Log: slog.New(slog.DiscardHandler), Pages: []web.Pages{request.Pages()},
		Name: "Test (exercise)", May: pt.Policy.Ever, Now: pt.Config.Now, Confirm: "/confirm"})
	if err != nil {
		t.Fatal(err)
	}
	pt.Requests.Routes(m)
	h, err := m.Handler()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set(nodetest.WhoHeader, "signatory")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if w := ask("GET", at+"/sign", ""); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/confirm?next="+url.QueryEscape(at+"/sign") {
		t.Errorf("GET with an old factor: %d to %q", w.Code, w.Header().Get("Location"))
	}
	if w := ask("GET", at, ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), at+"/sign") {
		t.Errorf("the request's page with an old factor: %d, offers to sign: %v", w.Code, strings.Contains(w.Body.String(), at+"/sign"))
	}
	late := url.Values{"entry": {string(pt.Entry())}, "digest": {strings.Repeat("0", 64)}}
	shown, err := pt.Requests.ForSignature(context.Background(), got(t, pt, ""))
	if err != nil {
		t.Fatal(err)
	}
	late.Set("digest", string(shown.Digest))
	if w := ask("POST", at+"/sign", late.Encode()); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), string(shown.Digest)) || got(t, pt, "").State != request.Approved {
		t.Errorf("POST with an old factor: %d, state %s", w.Code, got(t, pt, "").State)
	}
}
