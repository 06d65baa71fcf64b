package request_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"comity/internal/cooperation/request"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
)

// alone runs f with one node. What asks the database in its own words runs on both in [each].
func alone(t *testing.T, f func(t *testing.T, n *nodetest.Node, s *nodetest.Site)) {
	t.Parallel()
	n := nodetest.New(t, "PT", nodetest.Options{})
	f(t, n, site(t, n))
}

var sectionLink = regexp.MustCompile(`href="(/requests/[^"/]+/draft/[^"]+)"`)

func TestEverySectionIsAPage(t *testing.T) {
	alone(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		k := opened(t, n)
		for _, kind := range n.Requests.Law().Types.All() {
			at := begun(t, n, s, k, kind.Code)
			whole(t, n, at, kind.Code)
			ana := s.As("drafter")
			tasks := want(t, ana.Get(at+"/draft"), http.StatusOK, "Complete")
			links := sectionLink.FindAllStringSubmatch(tasks.Body, -1)
			if len(links) < 10 {
				t.Errorf("%s: %d sections, want ten at least: %s", kind.Code, len(links), tasks.Text())
			}
			for _, l := range links {
				page := ana.Get(strings.ReplaceAll(l[1], "&#43;", "+"))
				want(t, page, http.StatusOK, "Save and go to the list")
				want(t, s.As("reviewer").Get(l[1]), http.StatusOK) // to read
			}
			for _, tag := range []string{"ar", "en", "es", "fr", "ru", "zh"} {
				want(t, ana.Get(at+"/letter?in="+tag), http.StatusOK, "What they will read")
			}
			for _, file := range []string{"letter.pdf", "letter.docx"} {
				want(t, ana.Get(at+"/letter/"+file+"?in=ar"), http.StatusOK)
			}
			want(t, ana.Get(at+"/letter/letter.exe"), http.StatusNotFound)
			want(t, ana.Get(at+"/signed.pdf"), http.StatusNotFound)
			want(t, ana.Get(at+"/draft/nowhere"), http.StatusNotFound)
		}
	})
}

func TestSectionIsSaved(t *testing.T) {
	alone(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		at := begun(t, n, s, opened(t, n), "preserve.stored")
		ana, page := s.As("drafter"), at+"/draft/facts"
		form := func(version string, pairs ...string) url.Values {
			v := url.Values{"version": {version}}
			for i := 0; i < len(pairs); i += 2 {
				v.Set(pairs[i], pairs[i+1])
			}
			return v
		}
		first := want(t, ana.Get(page), http.StatusOK)
		version := hidden(t, first, "version")
		saved := form(version, "request/facts/summary", "A bakery was blackmailed.", "add-repeat", "request/fact")
		want(t, ana.Post(page, saved), http.StatusSeeOther)
		second := want(t, ana.Get(page), http.StatusOK, "A bakery was blackmailed.")
		if !strings.Contains(second.Body, `name="request/fact[1]/text"`) {
			t.Error("the added fact is not asked for")
		}

		stale := want(t, ana.Post(page, form(version, "request/facts/summary", "Another wording.")), http.StatusConflict)
		for _, both := range []string{"Another wording.", "A bakery was blackmailed."} {
			if !strings.Contains(stale.Text(), both) {
				t.Errorf("the page of a conflict doesn't show %q: %s", both, stale.Text())
			}
		}

		long := strings.Repeat("ж", 10_001)
		version = hidden(t, second, "version")
		tooLong := ana.Post(page, form(version, "request/facts/summary", long, "request/facts/who", "Unknown"))
		if tooLong.Status != http.StatusUnprocessableEntity || !strings.Contains(tooLong.Body, long) {
			t.Errorf("an answer of 10,001 characters: status %d, kept %v", tooLong.Status, strings.Contains(tooLong.Body, long))
		}
		if !strings.Contains(tooLong.Text(), "10,000") && !strings.Contains(tooLong.Text(), "10000") {
			t.Errorf("the page doesn't say how long an answer may be: %.600s", tooLong.Text())
		}
		if after := ana.Get(page).Body; !strings.Contains(after, `value="Unknown"`) || !strings.Contains(after, "A bakery was blackmailed.") {
			t.Errorf("the other answers of the form were not saved, or the old one is lost: %s", after)
		}
		want(t, ana.Post(page, form("1", "request/facts/summary", strings.Repeat("x", 2<<20))), http.StatusRequestEntityTooLarge)
	})
}

func TestTheSameFormTwice(t *testing.T) {
	alone(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		k := opened(t, n)
		form := url.Values{"entry": {string(n.Entry())}, "case": {string(k)}, "state": {"MA"}, "types": {"preserve.stored"}}
		first, second := s.As("drafter").Post("/requests/new", form), s.As("drafter").Post("/requests/new", form)
		if first.Status != http.StatusSeeOther || second.To() != first.To() {
			t.Errorf("the second tab leads with %d to %q, want %q", second.Status, second.To(), first.To())
		}
		if list := s.As("drafter").Get("/requests?case=" + string(k)).Text(); strings.Count(list, "Draft to Morocco") != 1 {
			t.Errorf("the list doesn't hold the request once: %s", list)
		}
	})
}

func TestNewRequestSaysWhatIsMissing(t *testing.T) {
	alone(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		k := opened(t, n)
		ana := s.As("drafter")
		want(t, ana.Post("/requests/new", url.Values{}), http.StatusUnprocessableEntity)
		want(t, ana.Post("/requests/new", url.Values{"case": {string(k)}}), http.StatusUnprocessableEntity, "Choose what you ask for.", "Choose the State that you ask.")
		want(t, ana.Get("/requests/new?case="+string(k)), http.StatusOK, "Ransomware at a bakery")
		want(t, s.As("duty").Get("/requests/new?case="+string(k)), http.StatusNotFound)
	})
}

func TestStrangersSeeNothing(t *testing.T) {
	alone(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		at := begun(t, n, s, opened(t, n), "preserve.stored")
		below := []string{
			"", "/draft", "/draft/facts", "/check", "/letter", "/letter/letter.pdf", "/signed.pdf", "/submit", "/approve", "/return", "/sign",
			"/to-sign.pdf", "/send", "/override?rule=x&path=y", "/cover", "/assign", "/acknowledge", "/ask", "/answer", "/accept", "/postpone",
			"/propose-refusal", "/refuse", "/progress", "/execute", "/deliver", "/withdraw", "/feedback", "/close", "/draft/measures[1]/paste",
		}
		for _, role := range []access.Role{"duty", "executor", "head", "translator", "auditor", "administrator", "analyst"} {
			for _, b := range below {
				if got := s.As(role).Get(at + b); got.Status != http.StatusNotFound && got.Status != http.StatusForbidden && !registryOnly(n, role, b, got.Status) {
					t.Errorf("%s gets %d at %s: %s", role, got.Status, b, got.Text())
				}
			}
			for _, b := range []string{
				"/draft/facts", "/measures", "/measures/remove", "/draft/measures[1]/paste", "/override", "/submit", "/approve", "/return", "/sign", "/send",
				"/ask", "/answer", "/accept", "/postpone", "/propose-refusal", "/refuse", "/progress", "/execute", "/deliver", "/withdraw", "/feedback", "/close",
			} {
				form := url.Values{"version": {"1"}, "type": {"preserve.stored"}, "text": {"x"}, "why": {"x"}, "paste": {"x"}, "digest": {"x"}}
				if got := s.As(role).Post(at+b, form).Status; got != http.StatusNotFound && got != http.StatusForbidden {
					t.Errorf("%s posts to %s and gets %d", role, b, got)
				}
			}
			if got := s.As(role).Get(at).Status; got != http.StatusNotFound {
				t.Errorf("%s gets %d at the request itself, want 404", role, got)
			}
			if list := s.As(role).Get("/requests").Text(); strings.Contains(list, "Morocco") && strings.Contains(list, "Draft to") {
				t.Errorf("the list of %s: %s", role, list)
			}
		}
		if r := got(t, n, ""); r.State != request.Draft || r.Version != 1 {
			t.Errorf("strangers have changed it: %s, version %d", r.State, r.Version)
		}
		if got := s.As("").Get(at); got.Status != http.StatusSeeOther || !strings.HasPrefix(got.To(), "/sign-in") {
			t.Errorf("nobody gets %d, to %q", got.Status, got.To())
		}
	})
}

// registryOnly are the pages that the registry opens without being in a case. Of a request of ours they show nothing
// but that the move isn't possible.
func registryOnly(n *nodetest.Node, role access.Role, below string, status int) bool {
	return status == http.StatusOK && (below == "/assign" || below == "/acknowledge") && n.Policy.Ever(n.As(role), access.Act("request."+below[1:]))
}

func TestPasteAddsSelectors(t *testing.T) {
	alone(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		at := begun(t, n, s, opened(t, n), "produce.subscriber")
		ana, page := s.As("drafter"), at+"/draft/measures[1]/paste"
		text := "2026-02-11T22:14:05+01:00 198.51.100.7:51234 GET /\nmail from baker@example.org"
		want(t, ana.Get(page), http.StatusOK, "Paste selectors")
		want(t, ana.Post(page, url.Values{}), http.StatusUnprocessableEntity)
		look := want(t, ana.Post(page, url.Values{"paste": {text}}), http.StatusOK, "198.51.100.7", "51234", "baker@example.org", "Add these 2 selectors")
		add := url.Values{"paste": {text}, "step": {"add"}, "version": {hidden(t, look, "version")}}
		want(t, ana.Post(page, add), http.StatusSeeOther)
		want(t, ana.Get(at+"/draft/measures[1]"), http.StatusOK)
		a := string(got(t, n, "").Answers)
		for _, w := range []string{"198.51.100.7", "51234", "baker@example.org"} {
			if !strings.Contains(a, w) {
				t.Errorf("the answers lack %s: %s", w, a)
			}
		}
		add.Del("entry")
		want(t, ana.Post(page, add), http.StatusConflict) // of an old version
		want(t, ana.Get(at+"/draft/facts/paste"), http.StatusNotFound)
	})
}

func TestReviewerLetsAFindingStand(t *testing.T) {
	alone(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		at := begun(t, n, s, opened(t, n), "preserve.stored")
		ana, rui := s.As("drafter"), s.As("reviewer")
		want(t, ana.Post(at+"/submit", url.Values{}), http.StatusSeeOther)
		want(t, rui.Post(at+"/approve", url.Values{}), http.StatusUnprocessableEntity)
		if body := ana.Get(at + "/check").Body; strings.Contains(body, "/override?") {
			t.Error("the drafter is offered to let a finding stand")
		}
		check := want(t, rui.Get(at+"/check"), http.StatusOK, "Has to be mended")
		link := regexp.MustCompile(`href="([^"]*/override\?[^"]*)"`).FindStringSubmatch(check.Body)
		if link == nil {
			t.Fatalf("the reviewer isn't offered to let a finding stand: %s", check.Text())
		}
		u, err := url.Parse(strings.ReplaceAll(link[1], "&amp;", "&"))
		if err != nil {
			t.Fatal(err)
		}
		form := u.Query()
		want(t, rui.Get(u.String()), http.StatusOK, "Let a finding stand")
		form.Set("reason", "short")
		want(t, rui.Post(at+"/override", form), http.StatusUnprocessableEntity)
		form.Set("reason", "The authorities have agreed on it by telephone (exercise).")
		want(t, rui.Post(at+"/override", form), http.StatusSeeOther)
		want(t, rui.Get(at+"/check"), http.StatusOK, "Let stand by reviewer of PT")
		want(t, ana.Post(at+"/draft/facts", url.Values{"version": {"3"}}), http.StatusConflict)
	})
}

func TestListKeepsItsFilters(t *testing.T) {
	alone(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		k := opened(t, n)
		for range 27 {
			begun(t, n, s, k, "preserve.stored")
		}
		ana := s.As("drafter")
		first := want(t, ana.Get("/requests?state=draft&their=MA"), http.StatusOK, "Next page")
		next := regexp.MustCompile(`href="(/requests\?[^"]*before=[^"]*)"`).FindStringSubmatch(first.Body)
		if next == nil || !strings.Contains(next[1], "state=draft") {
			t.Fatalf("the next page's address has lost the filters: %v", next)
		}
		rest := want(t, ana.Get(strings.ReplaceAll(next[1], "&amp;", "&")), http.StatusOK, "Previous page")
		if n := strings.Count(rest.Text(), "Draft to Morocco"); n != 2 {
			t.Errorf("%d requests on the second page, want 2", n)
		}
		want(t, ana.Get("/requests?state=closed"), http.StatusOK, "There are no requests here.")
		for _, odd := range []string{"before=~", "state=%27%3B--", "their=" + strings.Repeat("x", 3000), "direction=sideways"} {
			want(t, ana.Get("/requests?"+odd), http.StatusOK)
		}
	})
}

func TestRefusalTakesTwo(t *testing.T) {
	each(t, func(t *testing.T, pt, ma *nodetest.Node) {
		there := arrived(t, pt, ma)
		rabat := site(t, ma)
		youssef, head := rabat.As("executor"), rabat.As("head")
		page := want(t, youssef.Get(there+"/propose-refusal"), http.StatusOK, "Political offence")
		ground := regexp.MustCompile(`value="(political [^"]*)"`).FindStringSubmatch(page.Body)
		if ground == nil {
			t.Fatalf("no ground is offered: %s", page.Text())
		}
		form := func(kv ...string) url.Values {
			v := url.Values{"ground": {ground[1]}, "consulted": {"yes"}, "reason": {"The offence is a political one (exercise)."}}
			for i := 0; i < len(kv); i += 2 {
				v.Set(kv[i], kv[i+1])
			}
			return v
		}
		want(t, youssef.Post(there+"/propose-refusal", form("ground", "")), http.StatusUnprocessableEntity)
		want(t, youssef.Post(there+"/propose-refusal", form("reason", "")), http.StatusUnprocessableEntity)
		want(t, youssef.Post(there+"/propose-refusal", form("ground", "made-up BUD 1")), http.StatusUnprocessableEntity, "Choose one of the answers")
		want(t, youssef.Post(there+"/propose-refusal", form("reason", strings.Repeat("x", 10_001))), http.StatusUnprocessableEntity)
		want(t, youssef.Post(there+"/propose-refusal", form()), http.StatusSeeOther)
		want(t, youssef.Post(there+"/refuse", url.Values{}), http.StatusForbidden)
		want(t, youssef.Get(there), http.StatusOK, "Refusal proposed")
		want(t, head.Get(there+"/refuse"), http.StatusOK, "executor of MA", "Political offence")
		want(t, head.Post(there+"/refuse", url.Values{}), http.StatusSeeOther)
		nodetest.Eventually(t, "Portugal sees the refusal", func() bool { return got(t, pt, "").State == request.Refused })
	})
}

// arrived is the address at which a signed request of pt stands at ma, given to the executor and the head.
func arrived(t testing.TB, pt, ma *nodetest.Node) string {
	t.Helper()
	lisbon, rabat := site(t, pt), site(t, ma)
	at := begun(t, pt, lisbon, opened(t, pt), "preserve.stored")
	whole(t, pt, at, "preserve.stored")
	want(t, lisbon.As("drafter").Post(at+"/submit", url.Values{}), http.StatusSeeOther)
	want(t, lisbon.As("reviewer").Post(at+"/approve", url.Values{}), http.StatusSeeOther)
	digest := hidden(t, lisbon.As("signatory").Get(at+"/sign"), "digest")
	want(t, lisbon.As("signatory").Post(at+"/sign", url.Values{"digest": {digest}}), http.StatusSeeOther)
	want(t, lisbon.As("clerk").Post(at+"/send", url.Values{}), http.StatusSeeOther)
	nodetest.Eventually(t, "the request arrives", func() bool { return got(t, ma, "").State == request.Received })
	there := fmt.Sprintf("/requests/%s", got(t, ma, "").ID)
	for _, role := range []access.Role{"executor", "head"} {
		want(t, rabat.As("clerk").Post(there+"/assign", url.Values{"executor": {string(ma.People[role].ID)}}), http.StatusSeeOther)
	}
	return there
}

func TestMeasuresComeAndGo(t *testing.T) {
	alone(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		at := begun(t, n, s, opened(t, n), "preserve.stored")
		ana := s.As("drafter")
		version := func() string { return hidden(t, ana.Get(at+"/draft"), "version") }
		want(t, ana.Post(at+"/measures", url.Values{"version": {version()}, "type": {"made.up"}}), http.StatusUnprocessableEntity)
		want(t, ana.Post(at+"/measures/remove", url.Values{"version": {version()}, "remove": {"1"}}), http.StatusUnprocessableEntity)
		old := version()
		want(t, ana.Post(at+"/measures", url.Values{"version": {old}, "type": {"produce.subscriber"}}), http.StatusSeeOther)
		want(t, ana.Post(at+"/measures", url.Values{"version": {old}, "type": {"produce.subscriber"}}), http.StatusConflict)
		want(t, ana.Get(at+"/draft"), http.StatusOK, "What we ask, 2: Give subscriber information")
		want(t, ana.Get(at+"/draft/measures[2]"), http.StatusOK)
		want(t, ana.Post(at+"/measures/remove", url.Values{"version": {version()}, "remove": {"1"}}), http.StatusSeeOther)
		if types := got(t, n, "").Types; types != "produce.subscriber" {
			t.Errorf("types after taking the first out: %q", types)
		}
		want(t, s.As("reviewer").Post(at+"/measures", url.Values{"version": {version()}, "type": {"preserve.stored"}}), http.StatusForbidden)
	})
}

func TestBasisShowsTheTreaties(t *testing.T) {
	alone(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		at := begun(t, n, s, opened(t, n), "preserve.stored")
		want(t, s.As("drafter").Get(at+"/draft/basis"), http.StatusOK,
			"Treaties that can carry it", "Preserve stored data: article 29", "Preserved data are kept for at least sixty days", "(article 29(7))")
	})
}

func TestForwardEndsItHere(t *testing.T) {
	each(t, func(t *testing.T, pt, ma *nodetest.Node) {
		there := arrived(t, pt, ma)
		omar := site(t, ma).As("clerk")
		want(t, omar.Get(there+"/forward"), http.StatusOK)
		want(t, omar.Post(there+"/forward", url.Values{}), http.StatusUnprocessableEntity)
		want(t, omar.Post(there+"/forward", url.Values{"contact": {"Police of Rabat, +212 5 00 00 00 01 (exercise)"}}), http.StatusSeeOther)
		nodetest.Eventually(t, "Portugal learns of it", func() bool { return got(t, pt, "").State == request.Misdirected })
		want(t, site(t, pt).As("drafter").Get("/requests/"+string(got(t, pt, "").ID)), http.StatusOK, "Forwarded elsewhere", "Police of Rabat")
	})
}
