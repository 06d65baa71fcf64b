package workshop_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/capacity/workshop"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// clock is the node's clock; a test sets it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Millisecond)
	return c.at
}

func (c *clock) set(day string) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t.Add(9 * time.Hour)
}

// world is a node with a police and a prosecution service of each exercise State, and a workshop in Nairobi.
type world struct {
	*nodetest.Node
	t      testing.TB
	clock  *clock
	bodies map[string]id.ID // "XA police"
	ws     id.ID
}

func build(t testing.TB, kind string) *world {
	t.Helper()
	c := &clock{}
	c.set("2013-05-02")
	w := &world{Node: nodetest.New(t, "XA", nodetest.Options{Kind: kind, Now: c.now}), t: t, clock: c, bodies: map[string]id.ID{}}
	ctx := context.Background()
	for _, s := range organisation.ExerciseStates() {
		for name, k := range map[string]organisation.Kind{"police": organisation.Police, "prosecution": organisation.Prosecution} {
			o, err := w.Organisations.Enter(ctx, w.As("manager"), organisation.Organisation{Kind: k, State: s, Name: name + " of " + s + " (exercise)"}, w.Entry())
			w.must(err)
			w.bodies[s+" "+name] = o
		}
	}
	ws, err := w.Workshops.Open(ctx, w.As("manager"), workshop.Workshop{
		Name: "Electronic evidence in East Africa (exercise)", Place: "Nairobi", Zone: "Africa/Nairobi", From: "2013-06-24", To: "2013-06-28",
		Capacity: 28, Languages: []language.Tag{"en", "fr"}, Competencies: []string{"E1", "I2"},
	}, w.Entry())
	w.must(err)
	w.ws = ws
	w.must(w.Workshops.AddTeam(ctx, w.As("manager"), ws, w.As("trainer").ID, w.Entry()))
	var plan []workshop.Plan
	for _, s := range organisation.ExerciseStates() {
		plan = append(plan, workshop.Plan{State: s, Role: workshop.Investigator, Seats: 2, Reserve: 1}, workshop.Plan{State: s, Role: workshop.Prosecutor, Seats: 2, Reserve: 1})
	}
	w.must(w.Workshops.SetPlan(ctx, w.As("manager"), ws, plan, w.Entry()))
	w.must(w.move(workshop.Announced))
	return w
}

func each(t *testing.T, f func(w *world)) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) { f(build(t, kind)) })
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// fails wants an error that says the sentence.
func (w *world) fails(err error, sentence string) {
	w.t.Helper()
	said, _ := errs.Said(err)
	for _, f := range errs.Fields(err) {
		said += f.Code
	}
	if err == nil || !strings.Contains(said, sentence) {
		w.t.Errorf("%v says %q, want %q", err, said, sentence)
	}
}

func (w *world) move(to workshop.Stage) error {
	return w.Workshops.Move(context.Background(), w.As("manager"), w.ws, to, "", w.Entry())
}

func (w *world) look(f func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	w.must(w.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error { return f(context.Background(), tx) }))
}

func (w *world) seats() (all []workshop.Seat) {
	w.t.Helper()
	w.look(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = workshop.Seats(ctx, tx, w.ws)
		return err
	})
	return all
}

func (w *world) person(n id.ID) (p access.Person) {
	w.t.Helper()
	w.look(func(ctx context.Context, tx *db.Tx) error {
		a, err := access.Find(ctx, tx, n)
		p = a.Person
		return err
	})
	p.Confirmed = w.Config.Now()
	return p
}

// focal invites a focal point of the State.
func (w *world) focal(state string) access.Person {
	w.t.Helper()
	l, err := w.Organisations.Invite(context.Background(), w.As("manager"), w.bodies[state+" police"],
		organisation.Someone{Name: "Focal point (exercise)", Email: "focal-" + strings.ToLower(state) + "@example.org", Role: "focal-point"}, w.Entry())
	w.must(err)
	return w.person(l.Person)
}

func (w *world) nominees(state string, role workshop.Role, n int) (all []workshop.Nominee) {
	body := w.bodies[state+" police"]
	if role == workshop.Prosecutor {
		body = w.bodies[state+" prosecution"]
	}
	for i := range n {
		all = append(all, workshop.Nominee{Organisation: body, Role: role, Name: fmt.Sprintf("Person %d (exercise)", i),
			Email: fmt.Sprintf("%s-%s-%d@example.org", strings.ToLower(state), role, i)})
	}
	return all
}

// offered names n people of each State and role, and offers each a seat.
func (w *world) offered(n int) (people []access.Person) {
	w.t.Helper()
	ctx := context.Background()
	for _, s := range organisation.ExerciseStates() {
		focal := w.focal(s)
		for _, role := range []workshop.Role{workshop.Investigator, workshop.Prosecutor} {
			_, err := w.Workshops.Nominate(ctx, focal, w.ws, w.nominees(s, role, n), w.Entry())
			w.must(err)
		}
	}
	for _, s := range w.seats() {
		w.must(w.Workshops.Offer(ctx, w.As("manager"), s.ID, w.Entry()))
		people = append(people, w.person(s.Person))
	}
	return people
}

// TestW2LastSeat: 504 people accept at once; exactly 28 have a seat, each State and role its two, one waits on each
// reserve, and everyone else is told when the last seat went.
func TestW2LastSeat(t *testing.T) { // W2: 500 acceptances at once
	each(t, func(w *world) {
		people := w.offered(36)
		var wg sync.WaitGroup
		outcomes := make([]workshop.Outcome, len(people))
		failed := make([]error, len(people))
		entries := make([]id.ID, len(people))
		for i := range people {
			entries[i] = w.Entry()
		}
		start := make(chan struct{})
		for i, p := range people {
			wg.Go(func() {
				<-start
				outcomes[i], failed[i] = w.Workshops.Accept(context.Background(), p, w.ws, entries[i])
			})
		}
		close(start)
		wg.Wait()
		w.must(errors.Join(failed...))
		count := map[string]int{}
		for _, s := range w.seats() {
			count[string(s.Status)]++
			count[s.State+string(s.Role)+string(s.Status)]++
		}
		if len(people) != 504 || count["accepted"] != 28 || count["reserve"] != 14 || count["passed"] != 462 {
			w.t.Errorf("%d people: %d accepted, %d on the reserve, %d passed over; want 28, 14, 462 of 504", len(people), count["accepted"], count["reserve"], count["passed"])
		}
		for _, s := range organisation.ExerciseStates() {
			for _, r := range []workshop.Role{workshop.Investigator, workshop.Prosecutor} {
				if n := count[s+string(r)+"accepted"]; n != 2 {
					w.t.Errorf("%s %s has %d seats, want 2", s, r, n)
				}
			}
		}
		for i, o := range outcomes {
			if o.Status == workshop.Reserve && (o.Place != 1 || !strings.Contains(o.Sentence(), "You are first on the reserve.") || o.Args()["time"] == "00:00") {
				w.t.Errorf("outcome %d: %+v says %q", i, o, o.Sentence())
			}
		}
		again, err := w.Workshops.Accept(context.Background(), people[0], w.ws, entries[0])
		if err != nil || again.Status != outcomes[0].Status {
			w.t.Errorf("sent twice: %v %v, want %v", again.Status, err, outcomes[0].Status)
		}
	})
}

// TestSeats: one live seat a person, a State names its own people only, a letter takes two people, and who gives a seat
// back is followed by the first on the reserve.
func TestSeats(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		b := w.focal("XB")
		three := w.nominees("XB", workshop.Investigator, 3)
		_, err := w.Workshops.Nominate(ctx, b, w.ws, w.nominees("XC", workshop.Investigator, 1), w.Entry())
		if !errors.Is(err, errs.NotFound) {
			w.t.Errorf("XB names people of XC: %v", err)
		}
		_, err = w.Workshops.Nominate(ctx, b, w.ws, three, w.Entry())
		w.must(err)
		_, err = w.Workshops.Nominate(ctx, b, w.ws, three[:1], w.Entry())
		w.fails(err, "has a seat in this workshop already")
		_, err = w.Workshops.Type(ctx, w.As("manager"), w.ws, strings.Repeat("ab", 32), w.nominees("XC", workshop.Prosecutor, 1), w.Entry())
		w.must(err)
		var typed id.ID
		var mine []workshop.Seat
		for _, s := range w.seats() {
			if s.Status == workshop.Typed {
				typed = s.ID
			} else {
				mine = append(mine, s)
			}
		}
		if err := w.Workshops.Approve(ctx, w.As("manager"), typed, w.Entry()); !errors.Is(err, errs.Forbidden) {
			w.t.Errorf("who typed the letter approves it: %v", err)
		}
		w.must(w.Workshops.Approve(ctx, w.As("trainer"), typed, w.Entry()))
		w.must(w.Workshops.PassOver(ctx, w.As("manager"), typed, "Named after the last day.", w.Entry()))
		for _, s := range mine {
			w.must(w.Workshops.Offer(ctx, w.As("manager"), s.ID, w.Entry()))
			_, err := w.Workshops.Accept(ctx, w.person(s.Person), w.ws, w.Entry())
			w.must(err)
		}
		if _, err := w.Workshops.Accept(ctx, w.As(nodetest.AsGuest("learner")), w.ws, w.Entry()); !errors.Is(err, errs.NotFound) {
			w.t.Errorf("somebody without a seat: %v", err)
		}
		w.fails(w.Workshops.Replace(ctx, w.As("manager"), w.ws, mine[0].ID, w.Entry()), "stands otherwise")
		w.must(w.Workshops.Withdraw(ctx, w.person(mine[0].Person), w.ws, w.Entry()))
		w.must(w.Workshops.Replace(ctx, w.As("manager"), w.ws, mine[0].ID, w.Entry()))
		want := map[workshop.Status]int{workshop.Replaced: 1, workshop.Accepted: 2, workshop.Passed: 1}
		for _, s := range w.seats() {
			want[s.Status]--
		}
		for s, n := range want {
			if n != 0 {
				w.t.Errorf("status %s differs by %d", s, n)
			}
		}
		w.fails(w.Workshops.SetPlan(ctx, w.As("manager"), w.ws, []workshop.Plan{{State: "XB", Role: workshop.Investigator, Seats: 1}}, w.Entry()), "More seats are taken")
		w.fails(w.Workshops.SetPlan(ctx, w.As("manager"), w.ws, []workshop.Plan{{State: "XB", Role: workshop.Investigator, Seats: 29}}, w.Entry()), "the room")
	})
}

// held runs the workshop to its end with 28 people, of whom all were at one session.
func (w *world) held() {
	w.t.Helper()
	ctx := context.Background()
	for _, p := range w.offered(2) {
		_, err := w.Workshops.Accept(ctx, p, w.ws, w.Entry())
		w.must(err)
	}
	w.must(w.move(workshop.Selecting))
	w.fails(w.move(workshop.Ready), "The test is not frozen yet.")
	w.must(w.Workshops.Prepare(ctx, w.As("manager"), w.ws, workshop.Preparation{Tested: true}, w.Entry()))
	w.fails(w.move(workshop.Ready), "Materials are missing")
	for _, l := range []language.Tag{"en", "fr"} {
		w.must(w.Workshops.AddMaterial(ctx, w.As("trainer"), w.ws, workshop.Material{Language: l, Title: "Handbook (exercise)", Name: "handbook.txt"}, strings.NewReader("Invented."), w.Entry()))
	}
	w.must(w.move(workshop.Ready))
	zone, err := time.LoadLocation("Africa/Nairobi")
	w.must(err)
	s, err := w.Workshops.AddSession(ctx, w.As("trainer"), w.ws, workshop.Session{
		Title: "Baseline (exercise)", Kind: workshop.Test, From: time.Date(2013, 6, 24, 9, 0, 0, 0, zone), To: time.Date(2013, 6, 24, 10, 0, 0, 0, zone), Room: "A", Pairs: []string{"en-fr"},
	}, w.Entry())
	w.must(err)
	w.must(w.move(workshop.Running))
	marks := map[id.ID]workshop.Mark{}
	for _, s := range w.seats() {
		marks[s.ID] = workshop.Present
		w.must(w.Workshops.NeedsTravel(ctx, w.person(s.Person), w.ws, workshop.Travel{Travel: "Aisle seat (exercise)", Health: "Insulin (exercise)"}, w.Entry()))
	}
	w.must(w.Workshops.MarkAttendance(ctx, w.As("trainer"), w.ws, s, strings.Repeat("ef", 32), marks, w.Entry()))
	w.clock.set("2013-06-28")
	w.must(w.move(workshop.Closed))
}

// TestW5W6FollowUp: asked on 28 September, 28 December and 28 June; 22 of 28 answer, which is 79 % [60, 90]; what nobody
// answers lapses after 60 days; nobody else finds the question.
func TestW5W6FollowUp(t *testing.T) { // W5, W6
	each(t, func(w *world) {
		ctx := context.Background()
		w.held()
		var all []workshop.FollowUp
		read := func() {
			w.look(func(ctx context.Context, tx *db.Tx) (err error) {
				all, err = workshop.FollowUps(ctx, tx, w.ws)
				return err
			})
		}
		read()
		due := map[string]int{}
		for _, f := range all {
			due[f.Due]++
		}
		if len(all) != 84 || due["2013-09-28"] != 28 || due["2013-12-28"] != 28 || due["2014-06-28"] != 28 {
			w.t.Fatalf("%d follow-ups, due %v", len(all), due)
		}
		w.clock.set("2013-09-27")
		w.must(w.Workshops.Send(ctx))
		read()
		if _, any, err := workshop.RateOf(all, 3); any || err != nil {
			w.t.Errorf("asked before the day has come: %v %v", any, err)
		}
		w.clock.set("2013-09-28")
		w.must(w.Workshops.Send(ctx))
		w.must(w.Workshops.Send(ctx))
		read()
		answers := everywhere(w.t, workshop.FollowUpForm, map[string]string{"often": "mostly"})
		n := 0
		for _, f := range all {
			if f.Month != 3 || n == 22 {
				continue
			}
			n++
			if err := w.Workshops.AnswerFollowUp(ctx, w.As("trainer"), f.ID, answers, w.Entry()); !errors.Is(err, errs.NotFound) {
				w.t.Fatalf("a trainer answers for a participant: %v", err)
			}
			w.must(w.Workshops.AnswerFollowUp(ctx, w.person(f.Person), f.ID, answers, w.Entry()))
			w.fails(w.Workshops.AnswerFollowUp(ctx, w.person(f.Person), f.ID, answers, w.Entry()), "answered already")
		}
		read()
		r, any, err := workshop.RateOf(all, 3)
		w.must(err)
		got := fmt.Sprintf("%d of %d %.0f %% [%.0f, %.0f]", r.Answered, r.Asked, 100*float64(r.Answered)/float64(r.Asked), 100*r.Interval.Low, 100*r.Interval.High)
		if want := "22 of 28 79 % [60, 90]"; !any || got != want {
			w.t.Errorf("rate: %s, want %s", got, want)
		}
		w.clock.set("2013-11-27")
		w.must(w.Workshops.Lapse(ctx))
		read()
		if n := lapsed(all); n != 0 {
			w.t.Errorf("%d lapsed on the 60th day", n)
		}
		w.clock.set("2013-11-28")
		w.must(w.Workshops.Lapse(ctx))
		read()
		if n := lapsed(all); n != 6 {
			w.t.Errorf("%d lapsed, want the 6 that nobody answered", n)
		}
		w.look(func(ctx context.Context, tx *db.Tx) error {
			said, err := w.Workshops.SaidAfter(ctx, tx, w.ws, 3)
			if len(said) != len(answers) || said[0].Often != "22" {
				w.t.Errorf("said after three months: %v", said)
			}
			if later, err := w.Workshops.SaidAfter(ctx, tx, w.ws, 6); len(later) != 0 || err != nil {
				w.t.Errorf("said before anyone was asked: %v %v", later, err)
			}
			return err
		})
		if a := w.site().As("manager").Get("/capacity/workshops/" + string(w.ws) + "/results"); !strings.Contains(plainText(a.Text()), "22 of 28: 79 % [60, 90]") || !strings.Contains(a.Text(), "Always or mostly") {
			w.t.Errorf("the page of results: %s", a.Text())
		}
	})
}

func lapsed(all []workshop.FollowUp) (n int) {
	for _, f := range all {
		if f.Status == workshop.HasLapsed {
			n++
		}
	}
	return n
}

// TestW5Due: the day is clamped to the end of a shorter month.
func TestW5Due(t *testing.T) { // W5
	for _, c := range []struct {
		day    string
		months int
		want   string
	}{
		{"2013-06-28", 3, "2013-09-28"}, {"2013-06-28", 6, "2013-12-28"}, {"2013-06-28", 12, "2014-06-28"},
		{"2026-08-31", 6, "2027-02-28"}, {"2027-08-31", 6, "2028-02-29"}, {"2026-08-31", 3, "2026-11-30"},
	} {
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := workshop.Due(day, c.months).Format(time.DateOnly); got != c.want {
			t.Errorf("Due(%s, %d) = %s, want %s", c.day, c.months, got, c.want)
		}
	}
}

// TestW7Travel: travel and health data are there on day 89 and gone on day 90; nothing in the ledger says what they said,
// and the ledger verifies.
func TestW7Travel(t *testing.T) { // W7
	each(t, func(w *world) {
		ctx := context.Background()
		w.held()
		have := func() (n int) {
			w.look(func(ctx context.Context, tx *db.Tx) error {
				all, err := workshop.TravelOf(ctx, tx, w.ws)
				n = len(all)
				return err
			})
			return n
		}
		w.clock.set("2013-09-25")
		w.must(w.Workshops.Erase(ctx))
		if n := have(); n != 28 {
			w.t.Errorf("day 89: %d, want all 28", n)
		}
		w.clock.set("2013-09-26")
		w.must(w.Workshops.Erase(ctx))
		if n := have(); n != 0 {
			w.t.Errorf("day 90: %d are left", n)
		}
		w.fails(w.Workshops.NeedsTravel(ctx, w.person(w.seats()[0].Person), w.ws, workshop.Travel{Health: "x"}, w.Entry()), "nothing more is kept")
		verify(w)
	})
}

// TestW7Cancelled: data for a workshop that never took place go too, and nobody takes a seat in it any more.
func TestW7Cancelled(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		people := w.offered(1)
		w.must(w.Workshops.NeedsTravel(ctx, people[0], w.ws, workshop.Travel{Health: "Insulin (exercise)"}, w.Entry()))
		w.clock.set("2013-06-01")
		w.must(w.move(workshop.Cancelled))
		_, err := w.Workshops.Accept(ctx, people[0], w.ws, w.Entry())
		w.fails(err, "at another stage by now")
		w.clock.set("2013-08-30")
		w.must(w.Workshops.Erase(ctx))
		w.look(func(ctx context.Context, tx *db.Tx) error {
			all, err := workshop.TravelOf(ctx, tx, w.ws)
			if len(all) != 0 {
				w.t.Errorf("%d are left 90 days after it was cancelled", len(all))
			}
			return err
		})
	})
}

// verify checks the ledger from its first entry, and that it doesn't hold what people said of themselves.
func verify(w *world) {
	w.t.Helper()
	ctx := context.Background()
	w.must(w.Log.Place(ctx))
	w.must(w.Log.Sign(ctx))
	if _, err := w.Log.Check(ctx); err != nil {
		w.t.Errorf("ledger: %v", err)
	}
	var b strings.Builder
	w.must(w.Log.Dump(ctx, &b))
	for _, said := range []string{"Insulin", "Aisle", "mostly", "Person 0"} {
		if strings.Contains(b.String(), said) {
			w.t.Errorf("the ledger says %q", said)
		}
	}
	if !strings.Contains(b.String(), "travel.erase") {
		w.t.Error("the ledger doesn't say that travel data were erased")
	}
}
