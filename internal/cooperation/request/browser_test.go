//go:build browser

package request_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"comity/internal/engine/access"
	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
)

// look is one page as one person sees it.
type look struct {
	name string
	site *nodetest.Site
	role access.Role
	path string
}

// TestBrowserPages looks at every page of requests, in English and Arabic, on a telephone and on a desk.
func TestBrowserPages(t *testing.T) {
	pt, ma := nodetest.New(t, "PT", nodetest.Options{}), nodetest.New(t, "MA", nodetest.Options{})
	nodetest.Meet(t, pt, ma)
	looks := append(atExecutor(t, pt, ma), atDrafter(t, pt)...)
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for _, l := range looks {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: string(l.role)}})
					tab.Visit(l.site.URL + "/requests?lang=" + lang)
					tab.Visit(l.site.URL + l.path)
					tab.Check("request-" + l.name + "-" + view)
				}
			})
		}
	}
}

// atExecutor are the pages of the side that is asked, and of the one that asked it.
func atExecutor(t *testing.T, pt, ma *nodetest.Node) []look {
	there := arrived(t, pt, ma)
	rabat, lisbon := site(t, ma), site(t, pt)
	youssef := rabat.As("executor")
	want(t, rabat.As("clerk").Post(there+"/acknowledge", url.Values{"contact": {"registry, +212 5 00 00 00 00"}}), http.StatusSeeOther)
	looks := []look{
		{"registry", rabat, "clerk", "/requests/registry"}, {"cover", rabat, "clerk", there + "/cover"}, {"assign", rabat, "clerk", there + "/assign"}, {"forward", rabat, "clerk", there + "/forward"},
		{"today-executor", rabat, "executor", "/"}, {"show-executor", rabat, "executor", there}, {"progress", rabat, "executor", there + "/progress"},
		{"execute", rabat, "executor", there + "/execute"}, {"ask", rabat, "executor", there + "/ask"}, {"accept", rabat, "executor", there + "/accept"},
		{"postpone", rabat, "executor", there + "/postpone"}, {"propose", rabat, "executor", there + "/propose-refusal"},
	}
	page := youssef.Get(there + "/propose-refusal")
	ground := regexp.MustCompile(`value="(political [^"]*)"`).FindStringSubmatch(page.Body)
	form := url.Values{"ground": {ground[1]}, "consulted": {"yes"}, "reason": {"The offence is a political one (exercise)."}}
	want(t, youssef.Post(there+"/propose-refusal", form), http.StatusSeeOther)
	looks = append(looks, look{"refuse", rabat, "head", there + "/refuse"})
	want(t, youssef.Post(there+"/ask", url.Values{"text": {"Which clock does the log go by, 198.51.100.7?"}}), http.StatusSeeOther)
	here := "/requests/" + string(got(t, pt, "").ID)
	nodetest.Eventually(t, "the question arrives", func() bool { return got(t, pt, "").State == "needs_information" })
	return append(looks, look{"answer", lisbon, "drafter", here + "/answer"}, look{"show-drafter", lisbon, "drafter", here}, look{"withdraw", lisbon, "drafter", here + "/withdraw"})
}

// atDrafter are the pages of writing, reviewing, signing and sending.
func atDrafter(t *testing.T, pt *nodetest.Node) []look {
	lisbon := site(t, pt)
	k := opened(t, pt)
	empty := begun(t, pt, lisbon, k, "preserve.stored")
	full := begun(t, pt, lisbon, k, "produce.subscriber")
	whole(t, pt, full, "produce.subscriber")
	review := begun(t, pt, lisbon, k, "preserve.stored")
	want(t, lisbon.As("drafter").Post(review+"/submit", url.Values{}), http.StatusSeeOther)
	check := lisbon.As("reviewer").Get(review + "/check")
	override := regexp.MustCompile(`href="([^"]*/override\?[^"]*)"`).FindStringSubmatch(check.Body)
	approved := begun(t, pt, lisbon, k, "preserve.stored")
	whole(t, pt, approved, "preserve.stored")
	want(t, lisbon.As("drafter").Post(approved+"/submit", url.Values{}), http.StatusSeeOther)
	want(t, lisbon.As("reviewer").Post(approved+"/approve", url.Values{}), http.StatusSeeOther)
	return []look{
		{"today", lisbon, "drafter", "/"}, {"today-empty", lisbon, "auditor", "/"}, {"list", lisbon, "drafter", "/requests"}, {"new", lisbon, "drafter", "/requests/new"},
		{"draft-empty", lisbon, "drafter", empty + "/draft"}, {"draft", lisbon, "drafter", full + "/draft"}, {"facts-empty", lisbon, "drafter", empty + "/draft/facts"},
		{"facts", lisbon, "drafter", full + "/draft/facts"}, {"measure", lisbon, "drafter", full + "/draft/measures[1]"}, {"basis", lisbon, "drafter", full + "/draft/basis"},
		{"persons", lisbon, "drafter", full + "/draft/persons"}, {"measure-read", lisbon, "reviewer", full + "/draft/measures[1]"},
		{"paste", lisbon, "drafter", full + "/draft/measures[1]/paste"}, {"check-empty", lisbon, "drafter", empty + "/check"}, {"check", lisbon, "drafter", full + "/check"},
		{"check-reviewer", lisbon, "reviewer", review + "/check"}, {"override", lisbon, "reviewer", strings.ReplaceAll(override[1], "&amp;", "&")},
		{"return", lisbon, "reviewer", review + "/return"}, {"approve", lisbon, "reviewer", review + "/approve"}, {"show-reviewer", lisbon, "reviewer", review},
		{"letter-ar", lisbon, "drafter", full + "/letter?in=ar"}, {"letter-zh", lisbon, "drafter", full + "/letter?in=zh"}, {"letter-en", lisbon, "drafter", full + "/letter?in=en"},
		{"sign", lisbon, "signatory", approved + "/sign"}, {"send-not-yet", lisbon, "clerk", approved + "/send"},
	}
}

// TestBrowserAutosave writes in a section: what was typed is saved without a button.
func TestBrowserAutosave(t *testing.T) {
	n := nodetest.New(t, "PT", nodetest.Options{})
	s := site(t, n)
	at := begun(t, n, s, opened(t, n), "preserve.stored")
	tab := webtest.Open(t).Tab(t, webtest.View{Header: map[string]string{nodetest.WhoHeader: "drafter"}})
	tab.Visit(s.URL + at + "/draft/facts")
	for _, words := range []string{"A bakery ", "was blackmailed."} {
		tab.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('[data-autosave-status]').textContent = ''`))
		tab.Fill("request/facts/summary", words)
		tab.Await("[data-autosave-status]", "Saved at")
	}
	if answers := string(got(t, n, "").Answers); !strings.Contains(answers, "A bakery was blackmailed.") {
		t.Errorf("the answers lack what was typed: %s", answers)
	}
	tab.Press("")
	if text := tab.Text(); !strings.Contains(text, "What is still missing") {
		t.Errorf("the button doesn't lead to the list: %s", text)
	}
}
