package request_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/cooperation/request"
	"comity/internal/cooperation/rule"
	"comity/internal/node/nodetest"
)

// TestRefusalIsCheckedWhereItArrives: the requesting side puts the rules on answers to a refusal that came, and shows
// what they find beside it.
func TestRefusalIsCheckedWhereItArrives(t *testing.T) {
	each(t, func(t *testing.T, pt, ma *nodetest.Node) {
		here, there := sent(t, pt, ma, "preserve.stored", `{}`)
		youssef, head := site(t, ma).As("executor"), site(t, ma).As("head")
		want(t, youssef.Post(there+"/propose-refusal", url.Values{
			"ground": {"political BUD 29(5)(a)"}, "consulted": {"no"}, "reason": {"The offence is a political one (exercise)."}}), http.StatusSeeOther)
		want(t, head.Post(there+"/refuse", url.Values{}), http.StatusSeeOther)
		nodetest.Eventually(t, "Portugal is refused", func() bool { return got(t, pt, "").State == request.Refused })
		want(t, site(t, pt).As("drafter").Get(here), http.StatusOK,
			"What our rules say of this answer", "Consult first whether help can be given in part or on conditions.", "27(6)")
		lacks(t, youssef.Get(there), "What our rules say of this answer")
	})
}

// TestPreservationThatWillNotDoIsTold: whoever believes that preservation won't secure the data says so at once, with
// the reason (BUD 29(6)).
func TestPreservationThatWillNotDoIsTold(t *testing.T) {
	each(t, func(t *testing.T, pt, ma *nodetest.Node) {
		here, there := sent(t, pt, ma, "preserve.stored", `{}`)
		youssef := site(t, ma).As("executor")
		want(t, youssef.Post(there+"/accept", url.Values{}), http.StatusSeeOther)
		form := url.Values{"unsafe": {"yes"}, "preserved:year": {"2026"}, "preserved:month": {"11"}, "preserved:day": {"20"}}
		want(t, youssef.Post(there+"/progress", form), http.StatusUnprocessableEntity, "Say why preservation will not do.")
		form.Set("text", "The provider tells its users (exercise).")
		want(t, youssef.Post(there+"/progress", form), http.StatusSeeOther)
		ana := site(t, pt).As("drafter")
		nodetest.Eventually(t, "Portugal is told", func() bool { return strings.Contains(ana.Get(here).Text(), "tells its users") })
		// PRS-18: the day until which the data are kept was not said.
		want(t, ana.Get(here), http.StatusOK, "Preservation may not secure the data, or may harm confidentiality", "Say until when the data are kept.")
	})
}

// TestOutcomeHasItsReason: a delivery that tells of a measure without result, and not why, stays here (BUD 27(7)).
func TestOutcomeHasItsReason(t *testing.T) {
	pt := nodetest.New(t, "PT", nodetest.Options{})
	law := pt.Requests.Law()
	body := example(t, pt, "preserve.stored", `{}`)
	for text, want := range map[string]string{"": "REF-06", "The account was closed in 2024 (exercise).": ""} {
		found, err := law.CheckResponse(body, request.Response{Kind: "delivery", Told: "yes",
			Result: []request.Result{{Measure: "1", State: "no_result", Text: text}}}, true, pt.Config.Now())
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range found {
			if f.Severity == rule.Error {
				got += f.Rule
			}
		}
		if got != want {
			t.Errorf("a result with the words %q: errors %q, want %q", text, got, want)
		}
	}
}

// TestAskedTwice: what stands in another open request to the same State is told while drafting, to those who may know
// of that request and to nobody else.
func TestAskedTwice(t *testing.T) {
	each(t, func(t *testing.T, pt, ma *nodetest.Node) {
		lisbon := site(t, pt)
		ana := lisbon.As("drafter")
		sent(t, pt, ma, "preserve.stored", `{}`)
		first := got(t, pt, "").Reference
		second := begun(t, pt, lisbon, opened(t, pt), "preserve.stored")
		whole(t, pt, second, "preserve.stored")
		want(t, ana.Get(second+"/check"), http.StatusOK, "198.51.100.23 is asked for already in "+first)
		n := id.ID(strings.TrimPrefix(second, "/requests/"))
		if strings.Contains(string(got(t, pt, n).Answers), "openIn") {
			t.Error("the mark was kept with the answers")
		}
		quoting := example(t, pt, "preserve.stored", `{"request":{"earlier":[{"kind":"request","ref":"`+first+`","date":"2026-03-01","authority":"x"}]}}`)
		if err := pt.Requests.Replace(context.Background(), pt.As("drafter"), n, quoting, got(t, pt, n).Version, pt.Entry()); err != nil {
			t.Fatal(err)
		}
		lacks(t, ana.Get(second+"/check"), "is asked for already in")

		ctx, duty := context.Background(), pt.As("duty") // who is in a case of their own and knows of no other
		k, err := pt.Cases.Open(ctx, duty, pt.Office, "Another case (exercise)", true, pt.Entry())
		if err != nil {
			t.Fatal(err)
		}
		third, err := pt.Requests.Draft(ctx, duty, request.NewDraft{Case: k, Types: []string{"preserve.stored"}, State: "MA", Lang: "en"}, pt.Entry())
		if err != nil {
			t.Fatal(err)
		}
		if err := pt.Requests.Replace(ctx, duty, third, example(t, pt, "preserve.stored", `{}`), got(t, pt, third).Version, pt.Entry()); err != nil {
			t.Fatal(err)
		}
		page := lisbon.As("duty").Get("/requests/" + string(third) + "/check")
		want(t, page, http.StatusOK)
		lacks(t, page, first, "is asked for already in")
	})
}

// TestLetterMarksOtherLanguages: words of people that have no translation stand in the letter in their own language, and
// the letter's style shows which it is.
func TestLetterMarksOtherLanguages(t *testing.T) {
	alone(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		at := begun(t, n, s, opened(t, n), "preserve.stored")
		whole(t, n, at, "preserve.stored")
		page := want(t, s.As("drafter").Get(at+"/letter?in=ar"), http.StatusOK, "What is not translated into this language")
		if inside := page.Body[strings.Index(page.Body, "comity-scroll"):]; !strings.Contains(inside, ` lang="en"`) {
			t.Error("no word inside the Arabic letter is marked as English")
		}
		css := s.As("drafter").Get("/requests/letter.css")
		if !strings.Contains(css.Body, `.comity-scroll > * [lang]::after { content: " [" attr(lang) "]"`) {
			t.Errorf("the letter's style shows no language: %s", css.Body)
		}
	})
}
