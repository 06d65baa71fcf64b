package study

import (
	"slices"
	"strings"

	"comity/internal/engine/instrument"
)

// changed is what became of one question between two versions of a questionnaire. A question that is the same but for its
// words is [instrument.Same].
type changed struct {
	path   string
	change instrument.Change
}

// compare lists the questions that differ between two versions: by the crosswalk that the newer one carries where it is
// from the older, otherwise by the one that the two suggest.
func compare(old, in *instrument.Instrument) ([]changed, error) {
	c, err := instrument.Propose(old, in)
	if err != nil {
		return nil, err
	}
	if in.Crosswalk != nil && in.Crosswalk.From == c.From {
		c = *in.Crosswalk
	}
	var out []changed
	for _, step := range c.Items {
		path := step.Now
		if path == "" {
			path = step.Was
		}
		if step.Change != instrument.Same || reworded(old.Item(step.Was), in.Item(step.Now)) {
			out = append(out, changed{path, step.Change})
		}
	}
	slices.SortStableFunc(out, func(a, b changed) int { return strings.Compare(string(a.change), string(b.change)) })
	return out, nil
}

func reworded(a, b *instrument.Item) bool {
	return a != nil && b != nil && (a.Label != b.Label || a.Hint != b.Hint)
}
