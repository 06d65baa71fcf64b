package demo

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"comity/internal/base/errs"
	"comity/internal/engine/instrument"
)

//go:embed data/mirror.toml
var mirrorTOML string

// mirrored returns the answers of an example as the State from would give them: when the example asks in the other
// direction, whatever belongs to one State changes places with what belongs to the other.
func mirrored(example []byte, from string) (instrument.Answers, error) {
	a, err := instrument.ParseAnswers(example)
	if err != nil || a.Get("request/requesting/state") == from {
		return a, err
	}
	var m struct {
		Format string
		Pairs  []struct{ PT, MA string }
	}
	read, err := toml.Decode(mirrorTOML, &m)
	if err != nil {
		return a, fmt.Errorf("mirror.toml: %w: %w", err, errs.Invalid)
	}
	if u := read.Undecoded(); len(u) > 0 {
		return a, errs.Invalidf("mirror.toml: the key %s is not known", u[0])
	}
	var swaps [][2]string
	for _, p := range m.Pairs {
		swaps = append(swaps, [2]string{p.PT, p.MA}, [2]string{p.MA, p.PT})
	}
	// The longest first: "Porto Boavista" is a branch before it is a town.
	slices.SortStableFunc(swaps, func(x, y [2]string) int { return len(y[0]) - len(x[0]) })
	var flat []string
	for _, s := range swaps {
		flat = append(flat, s[0], s[1])
	}
	return instrument.ParseAnswers([]byte(strings.NewReplacer(flat...).Replace(string(example))))
}

// current moves the days that lie ahead in an example to days ahead of now.
func current(a instrument.Answers, now time.Time) error {
	for path, days := range map[string]int{
		"request/urgency/deadline": 10, "request/measure[1]/intentDate": 45, "request/sign/date": 0,
	} {
		if a.Get(path) == "" {
			continue
		}
		if err := a.Set(path, now.AddDate(0, 0, days).Format(time.DateOnly)); err != nil {
			return err
		}
	}
	return nil
}
