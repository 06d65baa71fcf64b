package workshop_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/capacity/workshop"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

func (w *world) site() *nodetest.Site {
	return w.Site(w.t, nodetest.Slice{Routes: w.Workshops.Routes, Pages: workshop.Pages(), Words: workshop.Words()})
}

func (w *world) as(s *nodetest.Site, name string, p access.Person) *nodetest.Visitor {
	w.People[access.Role(name)] = p
	return s.As(access.Role(name))
}

func (w *world) form(kv ...string) url.Values {
	f := url.Values{"entry": {string(w.Entry())}}
	for i := 0; i < len(kv); i += 2 {
		f.Set(kv[i], kv[i+1])
	}
	return f
}

// pages are the addresses of every page of the workshop, with who looks at it; five days are on the agenda.
func (w *world) pages(s *nodetest.Site) (all [][2]string) {
	w.t.Helper()
	at := "/capacity/workshops/" + string(w.ws)
	for d := 24; d <= 28; d++ {
		a := s.As("trainer").Post(at+"/agenda", w.form("title", fmt.Sprintf("Day %d (exercise)", d), "day:day", fmt.Sprint(d), "day:month", "6", "day:year", "2013",
			"begins", "09:00", "ends", "17:00", "kind", "exercise", "room", "Great hall", "trainers", "T. Rainer (exercise)", "competencies", "E1"))
		if a.Status != http.StatusSeeOther {
			w.t.Fatalf("day %d: %d %s", d, a.Status, a.Text())
		}
	}
	var session, followup id.ID
	var of, seat access.Person
	w.look(func(ctx context.Context, tx *db.Tx) error {
		agenda, err := workshop.Agenda(ctx, tx, w.ws)
		session = agenda[len(agenda)-1].ID
		asked, err2 := workshop.FollowUps(ctx, tx, w.ws)
		followup = asked[0].ID
		of.ID = asked[0].Person
		if err == nil {
			err = err2
		}
		return err
	})
	w.as(s, "asked", w.person(of.ID))
	w.must(w.Workshops.Prepare(context.Background(), w.As("manager"), w.ws, workshop.Preparation{Tested: true, Series: "East Africa"}, w.Entry()))
	links, err := w.Workshops.MakeLinks(context.Background(), w.As("manager"), w.ws, w.Entry())
	w.must(err)
	seat = w.person(w.seats()[0].Person)
	w.as(s, "seated", seat)
	w.as(s, "state-b", w.focal("XB"))
	return [][2]string{
		{"manager", "/capacity/workshops"}, {"asked", "/capacity/workshops"}, {"manager", "/capacity/workshops/new"}, {"manager", at}, {"seated", at}, {"state-b", at},
		{"manager", at + "/plan"}, {"manager", at + "/seats"}, {"state-b", at + "/names"}, {"manager", at + "/letter"}, {"state-b", at + "/names/list"}, {"manager", at + "/letter/list"}, {"manager", at + "/papers"}, {"trainer", at + "/materials"}, {"seated", at + "/materials"}, {"asked", at + "/evaluation"},
		{"manager", "/capacity/workshop-series/East%20Africa"}, {"manager", at + "/followups"}, {"", "/followup/" + links[0].Token}, {"trainer", at + "/agenda"}, {"seated", at + "/agenda"},
		{"trainer", at + "/agenda/" + string(session)}, {"trainer", at + "/attendance/" + string(session)}, {"manager", at + "/results"}, {"asked", "/capacity/followups/" + string(followup)},
	}
}

// TestW1EveryPage: seven States, 28 seats, five days, on every page, each small; nobody else finds one.
func TestW1EveryPage(t *testing.T) { // W1
	each(t, func(w *world) {
		w.held()
		s := w.site()
		if a := s.As("manager").Get("/capacity/workshops/" + string(w.ws) + "/seats"); !strings.Contains(a.Text(), "Insulin (exercise)") {
			w.t.Errorf("the team isn't told what people need: %s", a.Text())
		}
		w.clock.set("2013-09-28")
		w.must(w.Workshops.Send(context.Background()))
		for _, p := range w.pages(s) {
			a := s.As(access.Role(p[0])).Get(p[1])
			if a.Status != http.StatusOK {
				w.t.Errorf("%s as %s: %d %s", p[1], p[0], a.Status, a.Text())
			}
			if strings.Contains(p[1], string(w.ws)) {
				for _, other := range []access.Role{nodetest.AsGuest("learner"), nodetest.AsGuest("partner"), "analyst"} {
					if a := s.As(other).Get(p[1]); a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
						w.t.Errorf("%s as %s: %d", p[1], other, a.Status)
					}
				}
				if a := s.As(nodetest.AsGuest("learner")).Get("/capacity/workshops/" + string(w.ws)); a.Status != http.StatusNotFound {
					w.t.Errorf("a learner without a seat finds the workshop: %d", a.Status)
				}
			}
		}
		if missed := unseen(s.Routes, w.pages(s)); len(missed) > 0 {
			w.t.Errorf("pages that nobody looked at: %v", missed)
		}
		at := "/capacity/workshops/" + string(w.ws)
		says := func(who access.Role, path string, want ...string) {
			w.t.Helper()
			a := s.As(who).Get(path)
			for _, x := range want {
				if !strings.Contains(a.Text(), x) {
					w.t.Errorf("%s as %s doesn't say %q: %s", path, who, x, a.Text())
				}
			}
		}
		says("manager", at, "Exercise State A", "Exercise State G", "prosecutors", "Over")
		says("trainer", at+"/agenda", "Day 24 (exercise)", "Day 28 (exercise)", "The exercise has no files.", "No session serves the competency", "Nobody interprets")
		if a := s.As("seated").Get(at + "/agenda"); strings.Contains(a.Text(), "no files") {
			w.t.Error("a participant is shown what collides")
		}
		says("manager", at+"/results", "0 of 28", "0 %")
		says("manager", at+"/seats", "Teams")
		if a := s.As("state-b").Get(at + "/names"); strings.Contains(a.Text(), "Insulin") || a.Status != http.StatusOK {
			w.t.Errorf("a State's page of names: %d %s", a.Status, a.Text())
		}
	})
}

// unseen are the pages of the slice that aren't in the list; what is fetched as a file has tests of its own.
func unseen(routes []web.Route, pages [][2]string) (missed []string) {
	for _, r := range routes {
		if r.Method != http.MethodGet || strings.HasSuffix(r.Pattern, ".ics") || strings.HasSuffix(r.Pattern, "/{lang}") || strings.HasSuffix(r.Pattern, "/{file}") {
			continue
		}
		m := http.NewServeMux()
		m.HandleFunc(r.Pattern, http.NotFound)
		if !slices.ContainsFunc(pages, func(p [2]string) bool {
			_, found := m.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: p[1]}})
			return found == r.Pattern
		}) {
			missed = append(missed, r.Pattern)
		}
	}
	return missed
}

// TestForms walks the forms: what is wrong comes back with its sentence and what was typed; a late acceptance is told when
// the last seat went; the calendar's SEQUENCE rises when a session moves.
func TestForms(t *testing.T) {
	each(t, func(w *world) {
		s := w.site()
		at := "/capacity/workshops/" + string(w.ws)
		a := s.As("manager").Post("/capacity/workshops/new", w.form("name", "Kept words", "zone", "Nairobi"))
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Text(), "Africa/Nairobi") || !strings.Contains(a.Body, "Kept words") {
			w.t.Errorf("a workshop without a zone: %d %s", a.Status, a.Text())
		}
		a = s.As("manager").Post(at+"/plan", w.form("plan", "XA investigator two 1"))
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Text(), "XA investigator two 1") {
			w.t.Errorf("a plan with a word for a number: %d %s", a.Status, a.Text())
		}
		if a = s.As("manager").Post(at+"/plan", w.form("plan", "XC prosecutor 1 1\nXC investigator 1 1")); a.Status != http.StatusSeeOther {
			w.t.Fatalf("plan: %d %s", a.Status, a.Text())
		}
		state := w.as(s, "state-c", w.focal("XC"))
		for i := range 2 {
			a = state.Post(at+"/names", w.form("organisation", string(w.bodies["XC prosecution"]), "role", "prosecutor", "name", "Person (exercise)", "email", fmt.Sprintf("p%d@example.org", i)))
			if a.Status != http.StatusOK || !strings.Contains(a.Text(), "/invitation/") {
				w.t.Fatalf("naming: %d %s", a.Status, a.Text())
			}
		}
		var last nodetest.Answer
		for _, seat := range w.seats() {
			if a = s.As("manager").Post("/capacity/workshop-seats/"+string(seat.ID)+"/offer", w.form("do", "offer")); a.Status != http.StatusSeeOther {
				w.t.Fatalf("offer: %d %s", a.Status, a.Text())
			}
			v := w.as(s, "p-"+string(seat.ID), w.person(seat.Person))
			if a = v.Post(at+"/accept", w.form()); a.Status != http.StatusSeeOther {
				w.t.Fatalf("accept: %d %s", a.Status, a.Text())
			}
			last = v.Get(at)
		}
		for _, want := range []string{"The last seat for Exercise State C prosecutors went at 12:00. You are first on the reserve.", "Place 1"} {
			if !strings.Contains(plainText(last.Text()), want) {
				w.t.Errorf("the last to accept isn't told %q: %s", want, last.Text())
			}
		}
		session := w.form("title", "Custody (exercise)", "day:day", "24", "day:month", "6", "day:year", "2013", "begins", "9.00", "ends", "10:00", "kind", "lecture")
		if a = s.As("trainer").Post(at+"/agenda", session); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Custody (exercise)") {
			w.t.Errorf("a time that isn't one: %d %s", a.Status, a.Text())
		}
		session.Set("begins", "09:00")
		if a = s.As("trainer").Post(at+"/agenda", session); a.Status != http.StatusSeeOther {
			w.t.Fatalf("session: %d %s", a.Status, a.Text())
		}
		before := parse(t, []byte(s.As("trainer").Get(at+"/agenda.ics").Body))
		session.Set("entry", string(w.Entry()))
		session.Set("session", before[0]["UID"])
		session.Set("sequence", "0")
		session.Set("begins", "09:30")
		if a = s.As("trainer").Post(at+"/agenda", session); a.Status != http.StatusSeeOther {
			w.t.Fatalf("move: %d %s", a.Status, a.Text())
		}
		after := parse(t, []byte(s.As("trainer").Get(at+"/agenda.ics").Body))
		if len(before) != 1 || len(after) != 1 || before[0]["SEQUENCE"] != "0" || after[0]["SEQUENCE"] != "1" || before[0]["UID"] != after[0]["UID"] || after[0]["DTSTART"] != "20130624T063000Z" {
			w.t.Errorf("W4, a move raises SEQUENCE: %v then %v", before, after) // W4
		}
		session.Set("entry", string(w.Entry()))
		if a = s.As("trainer").Post(at+"/agenda", session); a.Status != http.StatusConflict {
			w.t.Errorf("a change that began from an older version: %d", a.Status)
		}
	})
}

// plainText leaves out the marks that set values apart, and puts one space for several.
func plainText(s string) string {
	s = strings.NewReplacer("\u2068", "", "\u2069", "", "\u00a0", " ").Replace(s)
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), " .", ".") // a value in <bdi> is followed by a space
}
