package practice_test

import (
	"context"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"comity/internal/base/id"
	"comity/internal/cooperation/practice"
	"comity/internal/cooperation/request"
	"comity/internal/engine/instrument"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func after(days float64) time.Time { return start.Add(time.Duration(days * 24 * float64(time.Hour))) }

// history is a request sent on the first day, with moves after so many days.
func history(moves ...any) request.History {
	h := request.History{Direction: request.Out, Track: "formal", Steps: []request.Step{{Move: "transmit", At: start}}}
	for i := 0; i < len(moves); i += 2 {
		s := request.Step{Move: moves[i].(string), At: after(moves[i+1].(float64))}
		switch s.Move {
		case "ask":
			s.Rules = []string{"SEL-03"}
		case "refuse":
			s.Grounds = []string{"form"}
		}
		h.Steps = append(h.Steps, s)
	}
	return h
}

// TestOpenRequestsCount: the median counts those that still wait; the closed ones alone would have another.
func TestOpenRequestsCount(t *testing.T) {
	all := []request.History{
		history("acknowledge", 1.0, "accept", 10.0), history("acknowledge", 1.0, "accept", 20.0), history("acknowledge", 2.0, "ask", 3.0, "refuse", 30.0),
		history("acknowledge", 2.0), history("acknowledge", 5.0), history(), history("withdraw", 4.0), {Direction: request.Out, Steps: []request.Step{{Move: "edit", At: start}}},
		{Direction: request.In, Steps: []request.Step{{Move: "receive", At: start}}},
	}
	f := practice.Compute(all, request.Out, after(100))
	if f.Requests != 7 || !f.Shown || f.Asked != 1 || f.Refused != 1 {
		t.Errorf("%d requests, asked %d, refused %d", f.Requests, f.Asked, f.Refused)
	}
	decided := f.Waits[1]
	if decided.N != 7 || decided.Came != 3 {
		t.Errorf("decided: %d of %d", decided.Came, decided.N)
	}
	if decided.Curve.Median.X != 30 { // of the closed ones alone it would be 20
		t.Errorf("decided: median %v, want 30", decided.Curve.Median)
	}
	ack := f.Waits[0]
	if ack.Curve.Median.X != 2 || ack.Came != 5 {
		t.Errorf("acknowledged: median %v, %d came", ack.Curve.Median, ack.Came)
	}
	// By the product limit: 7 at risk, one withdrawn on day 4 unanswered. After 30 days three of six are decided.
	for i, want := range map[int]float64{0: 0, 1: 0, 2: 50, 3: 50} {
		if got := decided.Days[i]; got.Why != nil || math.Abs(got.X-want) > 1e-9 {
			t.Errorf("within %d days: %v, want %v", practice.Marks()[i], got, want)
		}
	}
	if last := decided.Days[len(decided.Days)-1]; last.Why == nil {
		t.Errorf("within 365 days: %v, though nobody has waited so long", last)
	}
}

// TestSmallNumbers: fewer than five requests show nothing; a small count takes with it the one that would give it away.
func TestSmallNumbers(t *testing.T) {
	few := practice.Compute([]request.History{history("accept", 1.0), history("accept", 1.0)}, request.Out, after(9))
	if few.Shown || few.Waits[1].Shown {
		t.Errorf("two requests are shown: %+v", few)
	}
	var all []request.History
	for i := range 14 {
		h := history("refuse", 1.0)
		h.Steps[1].Grounds = []string{[]string{"form", "dual-criminality"}[min(i/10, 1)]}
		all = append(all, h)
	}
	f := practice.Compute(all, request.Out, after(9))
	if len(f.Grounds) != 2 || f.Grounds[0].Shown || f.Grounds[1].Shown {
		t.Errorf("10 and 4 refusals, whose sum is known: %+v", f.Grounds)
	}
	b, err := practice.CSV(f)
	if err != nil || strings.Contains(string(b), "dual-criminality,4") || strings.Contains(string(b), "form,10") || !strings.Contains(string(b), "refused,form,:") {
		t.Errorf("the file: %s (%v)", b, err)
	}
}

// TestPage: the page and its files on a node, for who may see them and nobody else.
func TestPage(t *testing.T) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			n := nodetest.New(t, "PT", nodetest.Options{Kind: kind})
			now := n.Config.Now()
			said := instrument.NewAnswers()
			if err := said.Set("request/track", "formal"); err != nil {
				t.Fatal(err)
			}
			answers, err := said.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			err = n.DB.Writer.Write(context.Background(), func(tx *db.Tx) error {
				for i := range 6 {
					r := id.New(now)
					if _, err := tx.Exec(context.Background(), `
						INSERT INTO request (id, case_id, direction, reference, own_reference, peer, their_state, their_authority, types, state, since, exercise, answers, rules, created_at, version)
						VALUES (?, '', 'in', '', '', '', 'MA', '', 'preserve.stored', 'accepted', ?, TRUE, ?, '', ?, 1)`, r, now, string(answers), now); err != nil {
						return err
					}
					for j, m := range []string{"receive", "accept"} {
						at := now.Add(time.Duration(j*(i+1)*10) * time.Hour)
						if _, err := tx.Exec(context.Background(), `
							INSERT INTO request_move (id, request_id, at, move, ours, person_id, message_id, state, body) VALUES (?, ?, ?, ?, TRUE, '', '', '', '{}')`, id.New(at), r, at, m); err != nil {
							return err
						}
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
				k, of, err := n.Practice.Within(context.Background(), tx, "preservation-24h", now.Add(-time.Hour), now.Add(time.Hour))
				if k != 2 || of != 6 {
					t.Errorf("S5: %d of %d preserved within 24 hours, want 2 of 6", k, of)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			s := n.Site(t, nodetest.Slice{Routes: n.Practice.Routes, Pages: practice.Pages(), Words: practice.Words()})
			a := s.As("analyst").Get("/practice?direction=in")
			if a.Status != http.StatusOK || !strings.Contains(a.Text(), "Until accepted or refused") || !strings.Contains(a.Text(), "Formal requests") || strings.Contains(a.Text(), "Fewer than five requests") {
				t.Errorf("the page: %d %s", a.Status, a.Text())
			}
			if a := s.As("analyst").Get("/practice?direction=out"); !strings.Contains(a.Text(), "Fewer than five requests") {
				t.Errorf("no requests: %s", a.Text())
			}
			year := now.Format("2006")
			for path, want := range map[string]string{"/practice/in/" + year + "/waits.svg": "<svg", "/practice/in/" + year + "/practice.csv": "median_days,decided,6,"} {
				if a := s.As("analyst").Get(path); a.Status != http.StatusOK || !strings.Contains(a.Body, want) {
					t.Errorf("%s: %d %.200s", path, a.Status, a.Body)
				}
			}
			if a := s.As("drafter").Get("/practice"); a.Status != http.StatusForbidden {
				t.Errorf("a drafter: %d", a.Status)
			}
			if a := s.As("analyst").Get("/practice?year=1999"); a.Status != http.StatusNotFound {
				t.Errorf("a year that isn't offered: %d", a.Status)
			}
		})
	}
}
