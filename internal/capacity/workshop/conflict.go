package workshop

import (
	"slices"
	"strings"
	"time"

	"comity/internal/base/language"
)

// Fault is what collides in an agenda.
type Fault string

// The faults.
const (
	TrainerTwice  Fault = "trainer-twice"
	RoomTwice     Fault = "room-twice"
	NoInterpreter Fault = "no-interpreter"
	NoCompetency  Fault = "no-competency" // a session that serves none
	NoSession     Fault = "no-session"    // a competency that none serves
	NoFiles       Fault = "no-files"
	TooLong       Fault = "too-long"
	ClockChange   Fault = "clock-change"
)

// maxTaught is how long a day can be taught at most.
const maxTaught = 8 * time.Hour

// Collision is one fault with where it is.
type Collision struct {
	Fault    Fault
	Sessions []Session
	What     string // the trainer, the room, the pair of languages, the competency or the day
}

// Sentence says the fault: a message of the catalogue with the place "what".
func (c Collision) Sentence() string {
	switch c.Fault {
	case TrainerTwice:
		return language.M("{what} teaches in two sessions at once.")
	case RoomTwice:
		return language.M("The room {what} is used twice at once.")
	case NoInterpreter:
		return language.M("Nobody interprets {what} here.")
	case NoCompetency:
		return language.M("This session serves no competency of the workshop.")
	case NoSession:
		return language.M("No session serves the competency {what}.")
	case NoFiles:
		return language.M("The exercise has no files.")
	case TooLong:
		return language.M("More than 8 hours are taught on {what}.")
	case ClockChange:
		return language.M("The clocks change on {what}: check the times.")
	}
	return string(c.Fault)
}

// Collisions lists what collides in an agenda, in the order of the faults and of time. It forbids nothing.
func Collisions(w Workshop, agenda []Session) ([]Collision, error) {
	zone, err := w.Location()
	if err != nil {
		return nil, err
	}
	agenda = slices.DeleteFunc(slices.Clone(agenda), func(s Session) bool { return s.Gone })
	all := twice(agenda)
	for _, s := range agenda {
		all = append(all, single(w, s)...)
	}
	for _, code := range w.Competencies {
		if !slices.ContainsFunc(agenda, func(s Session) bool { return slices.Contains(s.Competencies, code) }) {
			all = append(all, Collision{Fault: NoSession, What: code})
		}
	}
	all = append(all, days(agenda, zone)...)
	return all, nil
}

// twice finds trainers and rooms that are wanted by two sessions at once. A room that one break and its neighbours share
// by their very ends is free.
func twice(agenda []Session) (all []Collision) {
	for i, a := range agenda {
		for _, b := range agenda[i+1:] {
			if !a.From.Before(b.To) || !b.From.Before(a.To) {
				continue
			}
			if a.Room != "" && strings.EqualFold(a.Room, b.Room) {
				all = append(all, Collision{RoomTwice, []Session{a, b}, a.Room})
			}
			for _, t := range a.Trainers {
				if slices.ContainsFunc(b.Trainers, func(u string) bool { return strings.EqualFold(t, u) }) {
					all = append(all, Collision{TrainerTwice, []Session{a, b}, t})
				}
			}
		}
	}
	return all
}

// single finds what is wrong with one session alone. Where several languages are spoken, each pair with the first of them
// is interpreted.
func single(w Workshop, s Session) (all []Collision) {
	if s.Kind == Break {
		return nil
	}
	for _, l := range w.Languages[min(1, len(w.Languages)):] {
		a, b := string(w.Languages[0]), string(l)
		if !slices.Contains(s.Pairs, a+"-"+b) && !slices.Contains(s.Pairs, b+"-"+a) {
			all = append(all, Collision{NoInterpreter, []Session{s}, a + "-" + b})
		}
	}
	serves := slices.ContainsFunc(s.Competencies, func(c string) bool { return slices.Contains(w.Competencies, c) })
	if !serves && s.Kind != Test {
		all = append(all, Collision{Fault: NoCompetency, Sessions: []Session{s}})
	}
	if s.Kind == Exercise && len(s.Files) == 0 {
		all = append(all, Collision{Fault: NoFiles, Sessions: []Session{s}})
	}
	return all
}

// days finds days on which too much is taught, in any track, and days on which the clocks change.
func days(agenda []Session, zone *time.Location) (all []Collision) {
	of := map[string][]Session{}
	for _, s := range agenda {
		day := s.From.In(zone).Format(time.DateOnly)
		of[day] = append(of[day], s)
	}
	names := make([]string, 0, len(of))
	for day := range of {
		names = append(names, day)
	}
	slices.Sort(names)
	for _, day := range names {
		for _, track := range tracks(of[day]) {
			if taught(of[day], track) > maxTaught {
				all = append(all, Collision{TooLong, of[day], day})
				break
			}
		}
		at, _ := time.ParseInLocation(time.DateOnly, day, zone) // made from a day above
		_, before := at.Zone()
		_, after := at.AddDate(0, 0, 1).Zone()
		if before != after {
			all = append(all, Collision{ClockChange, of[day], day})
		}
	}
	return all
}

func tracks(day []Session) []string {
	var all []string
	for _, s := range day {
		if !slices.Contains(all, s.Track) {
			all = append(all, s.Track)
		}
	}
	return all
}

// taught is how long somebody in the track is taught: what everybody hears and the track's own.
func taught(day []Session, track string) (sum time.Duration) {
	for _, s := range day {
		if s.Kind != Break && (s.Track == "" || s.Track == track) {
			sum += s.To.Sub(s.From)
		}
	}
	return sum
}
