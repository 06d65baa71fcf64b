package session_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/dialogue/session"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

func site(t testing.TB, n *nodetest.Node) *nodetest.Site {
	t.Helper()
	return n.Site(t, nodetest.Slice{Routes: n.Sessions.Routes, Pages: session.Pages(), Words: session.Words()})
}

// each runs f with a node of each database.
func each(t *testing.T, f func(t *testing.T, n *nodetest.Node, s *nodetest.Site)) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			n := nodetest.New(t, "PT", nodetest.Options{Kind: kind})
			f(t, n, site(t, n))
		})
	}
}

// want fails when the answer isn't of the status or lacks the words.
func want(t testing.TB, a nodetest.Answer, status int, words ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d: %s", a.Status, status, a.Text())
	}
	for _, w := range words {
		if !strings.Contains(a.Text(), w) {
			t.Errorf("the page doesn't say %q: %s", w, a.Text())
		}
	}
	if len(a.Body) > 50_000 {
		t.Errorf("the page has %d bytes, at most 50,000 are allowed", len(a.Body))
	}
}

// convened has the manager enter a session of the informal group by the form, and returns its address.
func convened(t testing.TB, n *nodetest.Node, s *nodetest.Site) (id.ID, string) {
	t.Helper()
	form := url.Values{
		"entry": {string(n.Entry())}, "body": {"INFORMAL"}, "ordinal": {"0"}, "begins:day": {"4"}, "begins:month": {"5"}, "begins:year": {"2026"},
		"ends:day": {"5"}, "ends:month": {"5"}, "ends:year": {"2026"}, "place": {"Room 1 (exercise)"}, "mode": {"hybrid"}, "mandates": {"A/RES/65/230#op9"},
	}
	manager := s.As("manager")
	want(t, manager.Post("/d/sessions/new", form), http.StatusUnprocessableEntity, "Enter the number of the session, from 1 to 999.", "Write the agenda, one item a line.")
	form.Set("ordinal", "1")
	form.Set("agenda", "Opening\n\nConsideration of the draft study\n")
	a := manager.Post("/d/sessions/new", form)
	want(t, a, http.StatusSeeOther)
	form.Set("entry", string(n.Entry()))
	want(t, manager.Post("/d/sessions/new", form), http.StatusUnprocessableEntity, "This session of the body is here already.")
	return id.ID(strings.TrimPrefix(a.To(), "/d/sessions/")), a.To()
}

// TestF3: a later position of a party on the same thing supersedes the earlier one, which stays readable; parties that
// don't want to be named are counted, never told.
func TestF3(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		_, at := convened(t, n, s)
		editor := s.As("editor")
		recommend := url.Values{"entry": {string(n.Entry())}, "suggested": {"Example State Group (exercise)"}, "recommendation-lang": {"en"}, "recommendation": {"Keep a directory (exercise)"}}
		want(t, editor.Post(at+"/recommendation", recommend), http.StatusSeeOther)
		target := targets(t, n, id.ID(strings.TrimPrefix(at, "/d/sessions/")))[0]
		take := func(holder, stance, text string, public bool) {
			t.Helper()
			form := url.Values{"entry": {string(n.Entry())}, "holder": {holder}, "target": {string(target.Ref)}, "stance": {stance}, "position": {text}, "position-lang": {"en"}}
			if public {
				form.Set("public", "yes")
			}
			want(t, editor.Post(at+"/position", form), http.StatusSeeOther)
		}
		take("Exampleland (exercise)", "reserve", "needs time", true)
		take("Quietland (exercise)", "oppose", "not wanted", false)
		take("Exampleland (exercise)", "support", "", true)
		refused := url.Values{"entry": {string(n.Entry())}, "holder": {"Exampleland (exercise)"}, "target": {"finding/01JC0000000000000000000000"}, "stance": {"support"}, "position-lang": {"en"}}
		want(t, editor.Post(at+"/position", refused), http.StatusUnprocessableEntity)
		views := editor.Get(at + "/views")
		want(t, views, http.StatusOK, "Exampleland (exercise) · Supports", "Opposes: 1 more, not named", "Reserves its position; superseded later")
		if strings.Contains(views.Text(), "Quietland") || strings.Contains(views.Text(), "not wanted") {
			t.Errorf("a party that doesn't want to be named is told: %s", views.Text())
		}
	})
}

func targets(t testing.TB, n *nodetest.Node, session0 id.ID) (list []session.Target) {
	t.Helper()
	ctx := context.Background()
	err := n.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
		s, err := session.Find(ctx, tx, session0)
		if err != nil {
			return err
		}
		list, err = n.Sessions.Targets(ctx, tx, s)
		return err
	})
	if err != nil || len(list) == 0 {
		t.Fatalf("targets %v, %v", list, err)
	}
	return list
}

// TestRecommendations: preliminary → revised → adopted, each step kept; what has ended goes nowhere; a stale form is told.
func TestRecommendations(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		_, at := convened(t, n, s)
		manager, editor := s.As("manager"), s.As("editor")
		entry := n.Entry()
		want(t, editor.Post(at+"/recommendation", url.Values{"entry": {string(entry)}, "suggested": {"Exampleland (exercise)"}, "recommendation-lang": {"ar"}, "recommendation": {"توصية (تمرين)"}}), http.StatusSeeOther)
		page := "/d/recommendations/" + string(entry)
		want(t, manager.Get(page), http.StatusOK, "Preliminary", "توصية (تمرين)")
		step := func(to, text, version string) url.Values {
			return url.Values{"entry": {string(n.Entry())}, "to": {to}, "recommendation": {text}, "version": {version}}
		}
		want(t, editor.Post(page, step("adopted", "x", "1")), http.StatusForbidden)
		want(t, manager.Post(page, step("revised", "توصية أخرى (تمرين)", "1")), http.StatusSeeOther)
		want(t, manager.Post(page, step("revised", "ثالثة", "1")), http.StatusConflict, "توصية أخرى (تمرين)")
		want(t, manager.Post(page, step("adopted", "words that an adoption can't change", "2")), http.StatusSeeOther)
		want(t, manager.Get(page), http.StatusOK, "Adopted by the session", "توصية أخرى (تمرين)", "Preliminary")
		if err := n.Sessions.Move(context.Background(), n.As("manager"), entry, session.NotAdopted, "x", "", 3, n.Entry()); !errors.Is(err, errs.Conflict) {
			t.Errorf("an adopted recommendation goes on: %v", err)
		}
		want(t, manager.Post(page, step("merged", "x", "3")), http.StatusConflict)
	})
}

func TestSessionIsKept(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node, s *nodetest.Site) {
		n0, at := convened(t, n, s)
		manager := s.As("manager")
		paper := url.Values{"entry": {string(n.Entry())}, "item": {"2"}, "symbol": {"UNODC-CCPCJ"}, "paper": {"Draft study (exercise)"}}
		want(t, manager.Post(at+"/document", paper), http.StatusUnprocessableEntity, "This is no symbol of a document.")
		paper.Set("symbol", "UNODC/CCPCJ/EG.4/2013/2")
		want(t, manager.Post(at+"/document", paper), http.StatusSeeOther)
		paper.Set("entry", string(n.Entry()))
		want(t, manager.Post(at+"/document", paper), http.StatusUnprocessableEntity, "before the session already")
		state := url.Values{"entry": {string(n.Entry())}, "item-of": {"7"}, "party": {"FRA"}, "record": {"written"}, "text-lang": {"fr"}, "text": {"Texte (exercice)"}}
		want(t, manager.Post(at+"/statement", state), http.StatusUnprocessableEntity)
		state.Set("item-of", "2")
		state.Set("party", "Exampleland (exercise)")
		want(t, manager.Post(at+"/statement", state), http.StatusSeeOther)
		want(t, manager.Post(at+"/outcome", url.Values{"entry": {string(n.Entry())}, "outcome": {"Took note of the draft study (exercise)"}, "version": {"1"}}), http.StatusSeeOther)
		want(t, manager.Post(at+"/outcome", url.Values{"entry": {string(n.Entry())}, "outcome": {"Another"}, "version": {"1"}}), http.StatusConflict, "Took note")
		want(t, manager.Get(at), http.StatusOK, "Informal expert group, session 1", "UNODC/CCPCJ/EG.4/2013/2", "Texte (exercice)", "Took note of the draft study (exercise)")
		want(t, s.As("drafter").Post(at+"/statement", state), http.StatusForbidden)
		want(t, manager.Get("/d/sessions/"+string(n.Entry())), http.StatusNotFound)
		ics := manager.Get(at + "/session.ics").Body
		for _, line := range []string{"BEGIN:VCALENDAR\r\n", "UID:" + string(n0) + "\r\n", "DTSTART;VALUE=DATE:20260504\r\n", "DTEND;VALUE=DATE:20260506\r\n", "Exercise: this meeting is invented."} {
			if !strings.Contains(ics, line) {
				t.Errorf("the calendar lacks %q:\n%s", line, ics)
			}
		}
		for line := range strings.SplitSeq(ics, "\r\n") {
			if len(line) > 75 {
				t.Errorf("RFC 5545 allows 75 octets a line: %q", line)
			}
		}
	})
}

func TestDiverseViewsAreNeverSummed(t *testing.T) {
	day := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	views := session.DiverseViews([]session.Position{
		{Party: "state/AAA", Target: "recommendation/1", Label: "1", Stance: session.Support, Public: true, At: day, Standing: true},
		{Party: "state/BBB", Target: "recommendation/1", Label: "1", Stance: session.Oppose, At: day, Standing: true},
		{Party: "state/CCC", Target: "recommendation/1", Label: "1", Stance: session.Oppose, At: day},
		{Party: "state/BBB", Target: "recommendation/2", Label: "2", Stance: session.Reserve, At: day, Standing: true},
	})
	if len(views) != 2 || len(views[0].Public) != 1 || views[0].Others[session.Oppose] != 1 || views[1].Others[session.Reserve] != 1 {
		t.Errorf("DiverseViews = %+v", views)
	}
}
