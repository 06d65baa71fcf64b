package study

import (
	"slices"
	"strings"

	"comity/internal/engine/instrument"
)

// changed is what became of one question between two versions of a questionnaire.
type changed struct {
	path   string
	change instrument.Change
}

// compare lists the questions that differ between two versions: by the crosswalk that the newer one carries where it is
// from the older, and otherwise by their paths, types, lists and words.
func compare(old, in *instrument.Instrument) []changed {
	var out []changed
	if hash, err := old.Hash(); err == nil && in.Crosswalk != nil && in.Crosswalk.From == string(hash) {
		for _, step := range in.Crosswalk.Items {
			path := step.Now
			if path == "" {
				path = step.Was
			}
			if step.Change != instrument.Same || reworded(old.Item(step.Was), in.Item(step.Now)) {
				out = append(out, changed{path, step.Change})
			}
		}
		return out
	}
	in.Walk(func(it *instrument.Item) {
		switch was := old.Item(it.Path()); {
		case was == nil:
			out = append(out, changed{it.Path(), instrument.New})
		case was.Type != it.Type || choices(old, was) != choices(in, it):
			out = append(out, changed{it.Path(), instrument.Recoded})
		case reworded(was, it):
			out = append(out, changed{it.Path(), instrument.Same})
		}
	})
	old.Walk(func(it *instrument.Item) {
		if in.Item(it.Path()) == nil {
			out = append(out, changed{it.Path(), instrument.Dropped})
		}
	})
	slices.SortStableFunc(out, func(a, b changed) int { return strings.Compare(string(a.change), string(b.change)) })
	return out
}

func reworded(a, b *instrument.Item) bool {
	return a != nil && b != nil && (a.Label != b.Label || a.Hint != b.Hint)
}

// choices is the list of a question as one text: its codes in their order.
func choices(in *instrument.Instrument, it *instrument.Item) string {
	var codes []string
	for _, c := range in.Lists[it.List] {
		codes = append(codes, c.Name)
	}
	return strings.Join(codes, " ")
}
