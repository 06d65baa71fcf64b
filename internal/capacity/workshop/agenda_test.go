package workshop_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/workshop"
)

var plain = workshop.Workshop{ID: "W", Zone: "Europe/Paris", Place: "Paris", Name: "Invented (exercise)", Languages: []language.Tag{"en", "fr"}, Competencies: []string{"E1"}}

// sess is a session without fault on 24 June 2013.
func sess(n string, from, to int, change ...func(*workshop.Session)) workshop.Session {
	zone, err := time.LoadLocation(plain.Zone)
	if err != nil {
		panic(err)
	}
	s := workshop.Session{ID: id.ID(n), Title: n, Room: "room " + n, Kind: workshop.Lecture, Competencies: []string{"E1"}, Pairs: []string{"fr-en"}, Trainers: []string{"T" + n},
		From: time.Date(2013, 6, 24, from, 0, 0, 0, zone), To: time.Date(2013, 6, 24, to, 0, 0, 0, zone)}
	for _, f := range change {
		f(&s)
	}
	return s
}

// TestW3Collisions: each conflict is found where it is, and none where there is none.
func TestW3Collisions(t *testing.T) { // W3
	room := func(r string) func(*workshop.Session) { return func(s *workshop.Session) { s.Room = r } }
	trainer := func(r string) func(*workshop.Session) { return func(s *workshop.Session) { s.Trainers = []string{r} } }
	kind := func(k workshop.Kind) func(*workshop.Session) { return func(s *workshop.Session) { s.Kind = k } }
	track := func(k string) func(*workshop.Session) { return func(s *workshop.Session) { s.Track = k } }
	none := func(s *workshop.Session) { s.Competencies = nil }
	silent := func(s *workshop.Session) { s.Pairs = nil }
	gone := func(s *workshop.Session) { s.Gone = true }
	files := func(s *workshop.Session) { s.Files = []string{strings.Repeat("ab", 32)} }
	march := func(s *workshop.Session) { s.From, s.To = s.From.AddDate(0, -2, -24), s.To.AddDate(0, -2, -24) } // 31 March 2013
	for name, c := range map[string]struct {
		agenda []workshop.Session
		want   []string
	}{
		"clean": {[]workshop.Session{sess("a", 9, 11), sess("b", 11, 13), sess("c", 14, 16, kind(workshop.Exercise), files)}, nil},
		"one after the other in one room by one trainer": {[]workshop.Session{sess("a", 9, 11, room("R"), trainer("T")), sess("b", 11, 13, room("R"), trainer("T"))}, nil},
		"room twice":                     {[]workshop.Session{sess("a", 9, 11, room("R")), sess("b", 10, 13, room("r"))}, []string{"room-twice R a b"}},
		"trainer twice":                  {[]workshop.Session{sess("a", 9, 11, trainer("T")), sess("b", 10, 13, trainer("T"))}, []string{"trainer-twice T a b"}},
		"trainer twice, but one is gone": {[]workshop.Session{sess("a", 9, 11, trainer("T")), sess("b", 10, 13, trainer("T"), gone)}, nil},
		"no room named":                  {[]workshop.Session{sess("a", 9, 11, room("")), sess("b", 10, 13, room(""))}, nil},
		"nobody interprets":              {[]workshop.Session{sess("a", 9, 11, silent)}, []string{"no-interpreter en-fr a"}},
		"a break needs nothing":          {[]workshop.Session{sess("a", 9, 11), sess("b", 11, 12, silent, none, kind(workshop.Break))}, nil},
		"no competency":                  {[]workshop.Session{sess("a", 9, 11), sess("b", 11, 12, none)}, []string{"no-competency  b"}},
		"no session":                     {[]workshop.Session{sess("a", 9, 11, none, kind(workshop.Test))}, []string{"no-session E1"}},
		"exercise without files":         {[]workshop.Session{sess("a", 9, 11, kind(workshop.Exercise))}, []string{"no-files  a"}},
		"eight hours":                    {[]workshop.Session{sess("a", 8, 12), sess("b", 13, 17)}, nil},
		"nine hours":                     {[]workshop.Session{sess("a", 8, 12), sess("b", 13, 18)}, []string{"too-long 2013-06-24 a b"}},
		"nine hours in two tracks":       {[]workshop.Session{sess("a", 8, 12), sess("b", 13, 16, track("x")), sess("c", 13, 16, track("y"))}, nil},
		"nine hours in one track":        {[]workshop.Session{sess("a", 8, 12), sess("b", 12, 17, track("x"))}, []string{"too-long 2013-06-24 a b"}},
		"the clocks change":              {[]workshop.Session{sess("a", 9, 11, march)}, []string{"clock-change 2013-03-31 a"}},
	} {
		t.Run(name, func(t *testing.T) {
			all, err := workshop.Collisions(plain, c.agenda)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range all {
				line := fmt.Sprintf("%s %s", f.Fault, f.What)
				for _, s := range f.Sessions {
					line += " " + string(s.ID)
				}
				got = append(got, line)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// event is one VEVENT as RFC 5545 says it, read without the library that wrote it.
type event map[string]string

// parse reads a calendar strictly: CRLF, lines of at most 75 octets, folding, BEGIN and END in pairs, each property once.
func parse(t *testing.T, b []byte) (all []event) {
	t.Helper()
	text := string(b)
	if strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") {
		t.Fatal("a line doesn't end with CRLF")
	}
	for _, l := range strings.Split(text, "\r\n") {
		if len(l) > 75 {
			t.Fatalf("a line of %d octets: %q", len(l), l)
		}
	}
	var open []string
	var e event
	for _, l := range strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n ", ""), "\r\n"), "\r\n") {
		name, value, ok := strings.Cut(l, ":")
		name, _, _ = strings.Cut(name, ";")
		switch {
		case !ok:
			t.Fatalf("a line without value: %q", l)
		case name == "BEGIN":
			open = append(open, value)
			if value == "VEVENT" {
				e = event{}
			}
		case name == "END":
			if len(open) == 0 || open[len(open)-1] != value {
				t.Fatalf("END:%s in %v", value, open)
			}
			open = open[:len(open)-1]
			if value == "VEVENT" {
				all = append(all, e)
			}
		case open[len(open)-1] == "VEVENT":
			if _, twice := e[name]; twice {
				t.Fatalf("%s twice", name)
			}
			e[name] = value
		}
	}
	if len(open) != 0 {
		t.Fatalf("open at the end: %v", open)
	}
	return all
}

// TestW4Calendar: a reader that is not the library which wrote it finds one event a session with its own UID, in UTC; a
// move raises SEQUENCE and keeps the UID.
func TestW4Calendar(t *testing.T) { // W4
	catalog, err := language.Load(workshop.Words())
	if err != nil {
		t.Fatal(err)
	}
	p := catalog.Get("en")
	stamp := time.Date(2013, 5, 2, 9, 0, 0, 0, time.UTC)
	long := sess("b", 11, 13, func(s *workshop.Session) {
		s.Title = "Заявление; доказательства, " + strings.Repeat("длинное ", 20)
	})
	b, err := workshop.Calendar(plain, []workshop.Session{sess("a", 9, 11), long}, p, stamp)
	if err != nil {
		t.Fatal(err)
	}
	all := parse(t, b)
	if len(all) != 2 || all[0]["UID"] != "a" || all[1]["UID"] != "b" || all[0]["SEQUENCE"] != "0" || all[0]["DTSTART"] != "20130624T070000Z" || all[0]["DTEND"] != "20130624T090000Z" {
		t.Errorf("events: %v", all)
	}
	if got := strings.NewReplacer(`\;`, ";", `\,`, ",").Replace(all[1]["SUMMARY"]); got != long.Title {
		t.Errorf("summary: %q, want %q", got, long.Title)
	}
	if strings.Contains(string(b), "Ta") {
		t.Error("the calendar names a trainer")
	}
}

// TestTeams: four teams of the 28 have one of each State and half of each profession; the same seed gives the same teams.
func TestTeams(t *testing.T) {
	var seats []workshop.Seat
	for i := range 28 {
		role := workshop.Investigator
		if i%4 > 1 {
			role = workshop.Prosecutor
		}
		seats = append(seats, workshop.Seat{ID: id.ID(fmt.Sprintf("%02d", i)), State: "X" + string(rune('A'+i/4)), Role: role, Status: workshop.Accepted})
	}
	seats = append(seats, workshop.Seat{ID: "99", State: "XA", Role: workshop.Judge, Status: workshop.Withdrawn})
	for seed := range uint64(50) {
		teams := workshop.Teams(seats, 4, seed)
		for n, team := range teams {
			states, roles := map[string]int{}, map[workshop.Role]int{}
			for _, s := range team {
				states[s.State]++
				roles[s.Role]++
			}
			if len(team) != 7 || len(states) != 7 || roles[workshop.Investigator] < 3 || roles[workshop.Prosecutor] < 3 {
				t.Errorf("seed %d team %d: %d people, %v, %v", seed, n, len(team), states, roles)
			}
		}
		if fmt.Sprint(teams) != fmt.Sprint(workshop.Teams(seats, 4, seed)) {
			t.Errorf("seed %d gives other teams the second time", seed)
		}
	}
	if workshop.Teams(nil, 4, 1) != nil {
		t.Error("teams of nobody")
	}
}
