package workshop_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/capacity/organisation"
	"comity/internal/capacity/workshop"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

func (w *world) followUps() (all []workshop.FollowUp) {
	w.t.Helper()
	w.look(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = workshop.FollowUps(ctx, tx, w.ws)
		return err
	})
	return all
}

var linkIn = regexp.MustCompile(`/followup/([A-Z2-7]{26})`)

// TestFollowUpLinks: each of 28 has a link that is shown once, opens without signing in, works once, ends when a new one is made
// and when the question lapses; the team never sees an answer.
func TestFollowUpLinks(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.held()
		s := w.site()
		at := "/capacity/workshops/" + string(w.ws) + "/followups"
		make := func() (tokens []string) {
			a := s.As("manager").Post(at, w.form())
			for _, m := range linkIn.FindAllStringSubmatch(a.Text(), -1) {
				tokens = append(tokens, m[1])
			}
			return tokens
		}
		if n := len(make()); n != 0 {
			w.t.Errorf("%d links before anybody is asked", n)
		}
		w.clock.set("2013-09-28")
		w.must(w.Workshops.Send(ctx))
		first := make()
		if len(first) != 28 {
			w.t.Fatalf("%d links, want 28", len(first))
		}
		if a := s.As("manager").Get(at); a.Status != http.StatusOK || linkIn.MatchString(a.Body) || strings.Count(a.Text(), "Not asked yet") != 56 {
			w.t.Errorf("who is asked: %d %s", a.Status, a.Text())
		}
		nobody := s.As("")
		open := func(token string) nodetest.Answer { return nobody.Get("/followup/" + token) }
		if a := open(first[0]); a.Status != http.StatusOK || !strings.Contains(a.Text(), "Is each hand-over of a device or copy written down at once?") {
			w.t.Errorf("a link: %d %s", a.Status, a.Text())
		}
		second := make()
		if a := open(first[0]); a.Status != http.StatusNotFound || !strings.Contains(a.Text(), "This link was used already or has ended.") {
			w.t.Errorf("an earlier link: %d %s", a.Status, a.Text())
		}
		half := w.form("custody", "always")
		if a := nobody.Post("/followup/"+second[0], half); a.Status != http.StatusUnprocessableEntity || strings.Count(a.Body, "govuk-error-message\"") != 4 {
			w.t.Errorf("half an answer: %d %s", a.Status, a.Text())
		}
		said := everywhere(w.t, workshop.FollowUpForm, map[string]string{"often": "seldom"})
		answer := func(token string) nodetest.Answer {
			form := url.Values{"entry": {string(w.Entry())}}
			for k, v := range said {
				form[k] = v
			}
			return nobody.Post("/followup/"+token, form)
		}
		if a := answer(second[0]); a.Status != http.StatusOK || !strings.Contains(a.Text(), "Thank you: your answers are kept.") {
			w.t.Errorf("an answer: %d %s", a.Status, a.Text())
		}
		for _, token := range []string{second[0], first[1], strings.Repeat("A", 26), "x"} {
			if a := answer(token); a.Status != http.StatusNotFound {
				w.t.Errorf("a link that was used, ended or never was: %d", a.Status)
			}
		}
		answered := 0
		for _, f := range w.followUps() {
			if f.Status == workshop.IsAnswered {
				answered++
			}
		}
		if third := make(); answered != 1 || len(third) != 27 {
			w.t.Errorf("%d answered and %d links after one answer, want 1 and 27", answered, len(third))
		}
		last := make()
		w.clock.set("2013-11-28")
		w.must(w.Workshops.Lapse(ctx))
		if a := open(last[3]); a.Status != http.StatusNotFound {
			w.t.Errorf("a link after the question lapsed: %d", a.Status)
		}
		for who, want := range map[access.Role]int{"analyst": http.StatusForbidden, "asked": http.StatusForbidden} {
			w.as(s, "asked", w.person(w.seats()[0].Person))
			if a := s.As(who).Post(at, w.form()); a.Status != want && a.Status != http.StatusNotFound {
				w.t.Errorf("%s makes links: %d", who, a.Status)
			}
		}
	})
}

// TestSupervisorOnlyIfAgreed: without the person's word no supervisor is asked; with it, before the end or after, they are asked at
// the times to come, by a link that says of whom; taken back, they are not.
func TestSupervisorOnlyIfAgreed(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.held()
		seat := w.seats()[0]
		l, err := w.Organisations.Invite(ctx, w.As("manager"), seat.Organisation, organisation.Someone{Name: "Supervisor (exercise)", Email: "boss@example.org", Role: "supervisor"}, w.Entry())
		w.must(err)
		asked := func() (months []int) {
			for _, f := range w.followUps() {
				if f.Of == "supervisor" {
					months = append(months, f.Month)
				}
			}
			return months
		}
		if n := asked(); len(n) != 0 {
			w.t.Errorf("supervisors are asked though nobody agreed: %v", n)
		}
		w.clock.set("2013-10-10") // after the first time
		person := w.person(seat.Person)
		w.fails(w.Workshops.AgreeSupervisor(ctx, person, w.ws, w.person(w.seats()[1].Person).ID, w.Entry()), "Choose a supervisor of your own organisation.")
		w.must(w.Workshops.AgreeSupervisor(ctx, person, w.ws, l.Person, w.Entry()))
		if n := asked(); len(n) != 2 || n[0] != 6 || n[1] != 12 {
			w.t.Errorf("a supervisor is asked after %v months, want 6 and 12", n)
		}
		w.clock.set("2013-12-28")
		w.must(w.Workshops.Send(ctx))
		links, err := w.Workshops.MakeLinks(ctx, w.As("manager"), w.ws, w.Entry())
		w.must(err)
		token := ""
		var of id.ID
		for _, k := range links {
			if k.Of == "supervisor" {
				token, of = k.Token, k.Person
			}
		}
		if a := w.site().As("").Get("/followup/" + token); of != l.Person || a.Status != http.StatusOK || !strings.Contains(plainText(a.Text()), "You are asked about the work of "+person.Name) {
			w.t.Errorf("a supervisor's link: %d %s", a.Status, a.Text())
		}
		w.must(w.Workshops.AgreeSupervisor(ctx, person, w.ws, "", w.Entry()))
		if n := asked(); len(n) != 0 {
			w.t.Errorf("supervisors are asked though it was taken back: %v", n)
		}
		if a := w.site().As("").Get("/followup/" + token); a.Status != http.StatusNotFound {
			w.t.Errorf("the link works though it was taken back: %d", a.Status)
		}
	})
}
