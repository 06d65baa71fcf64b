package instrument

import (
	"fmt"
	"slices"
)

// Crosswalk says how the questions of a version follow from those of the version before.
type Crosswalk struct {
	From  string `json:"from"` // hash of the version before
	Items []Step `json:"items"`
}

// Step is one line of a crosswalk. Paths are without numbers: "/police/q31".
type Step struct {
	Was    string            `json:"was,omitempty"` // "" of a new question
	Now    string            `json:"now,omitempty"` // "" of a dropped one
	Change Change            `json:"change"`
	Codes  map[string]string `json:"codes,omitempty"` // of a recoded question: old choice to new
}

// Change is what became of a question.
type Change string

// The five things that can become of a question.
const (
	Same    Change = "same"    // answers go over as they are
	Recoded Change = "recoded" // its choices have other names: see [Step.Codes]
	Split   Change = "split"   // one question became several; a person has to say what of the answer goes where
	Dropped Change = "dropped"
	New     Change = "new"
)

// Propose compares two versions and says what it takes to have become of each question: by its path, else by its name
// where that is in both only once. What it can't see, such as a split, a person adds; [Crosswalk.Check] checks that.
func Propose(was, now *Instrument) (Crosswalk, error) {
	from, err := was.Hash()
	if err != nil {
		return Crosswalk{}, err
	}
	c := Crosswalk{From: string(from), Items: []Step{}}
	taken := map[string]bool{}
	for _, old := range was.asked() {
		it := now.successor(was, old)
		if it == nil || taken[it.Path()] || !sameKind(old, it) {
			c.Items = append(c.Items, Step{Was: old.Path(), Change: Dropped})
			continue
		}
		taken[it.Path()] = true
		step := Step{Was: old.Path(), Now: it.Path(), Change: Same}
		if codes, same := recode(was.Lists[old.List], now.Lists[it.List]); !same {
			step.Change, step.Codes = Recoded, codes
		}
		c.Items = append(c.Items, step)
	}
	for _, it := range now.asked() {
		if !taken[it.Path()] {
			c.Items = append(c.Items, Step{Now: it.Path(), Change: New})
		}
	}
	return c, nil
}

// asked lists the questions that a person answers.
func (in *Instrument) asked() []*Item {
	var out []*Item
	for _, it := range in.all {
		if it.Type.answered() {
			out = append(out, it)
		}
	}
	return out
}

// successor finds the question that an old one became. The same path and another name nowhere is the surest sign.
func (in *Instrument) successor(was *Instrument, old *Item) *Item {
	if it := in.Item(old.Path()); it != nil {
		return it
	}
	if here, there := was.byName[old.Name], in.byName[old.Name]; len(here) == 1 && len(there) == 1 {
		return there[0]
	}
	return nil
}

// sameKind reports whether answers to one can be answers to the other, and stand in as many repeats.
func sameKind(a, b *Item) bool {
	return a.repeats() == b.repeats() && (a.Type == b.Type || a.Type == IntegerType && b.Type == DecimalType)
}

func (it *Item) repeats() int {
	n := 0
	for _, above := range it.above() {
		if above.Type == RepeatType {
			n++
		}
	}
	return n
}

// recode maps the choices that are in both lists to themselves, and reports whether no old one is missing.
func recode(was, now []Choice) (codes map[string]string, same bool) {
	codes, same = map[string]string{}, true
	for _, c := range was {
		if hasChoice(now, c.Name) {
			codes[c.Name] = c.Name
		} else {
			same = false
		}
	}
	return codes, same
}

// Check returns what is wrong with a crosswalk between two versions, in words for whoever wrote it; nil when each
// question of both is named, and nothing goes where it can't.
func (c Crosswalk) Check(was, now *Instrument) []string {
	k := crosswalkCheck{was: was, now: now, from: map[string]int{}, to: map[string]int{}}
	if from, err := was.Hash(); err != nil || string(from) != c.From {
		k.say("it begins at another version: %s", c.From)
	}
	for _, s := range c.Items {
		k.step(s)
	}
	for _, it := range was.asked() {
		if k.from[it.Path()] == 0 {
			k.say("%s of the version before isn't named", it.Path())
		}
	}
	for _, it := range now.asked() {
		if k.to[it.Path()] == 0 {
			k.say("%s of the new version isn't named", it.Path())
		}
	}
	return k.said
}

type crosswalkCheck struct {
	was, now *Instrument
	from, to map[string]int
	said     []string
}

func (k *crosswalkCheck) say(format string, args ...any) {
	k.said = append(k.said, fmt.Sprintf(format, args...))
}

func (k *crosswalkCheck) step(s Step) {
	old, it := k.was.Item(s.Was), k.now.Item(s.Now)
	k.from[s.Was]++
	k.to[s.Now]++
	needsOld, needsNow := s.Change != New, s.Change != Dropped
	switch {
	case !slices.Contains([]Change{Same, Recoded, Split, Dropped, New}, s.Change):
		k.say("%q isn't something that can become of a question", s.Change)
	case needsOld != (s.Was != "") || needsNow != (s.Now != ""):
		k.say("%s → %s (%s): one of them is missing or too much", s.Was, s.Now, s.Change)
	case needsOld && (old == nil || !old.Type.answered()):
		k.say("the version before has no question %s", s.Was)
	case needsNow && (it == nil || !it.Type.answered()):
		k.say("the new version has no question %s", s.Now)
	case s.Change != Split && needsOld && k.from[s.Was] > 1, needsNow && k.to[s.Now] > 1:
		k.say("%s → %s: named twice", s.Was, s.Now)
	case (s.Change == Same || s.Change == Recoded) && !sameKind(old, it):
		k.say("%s → %s: a %s can't become a %s here", s.Was, s.Now, old.Type, it.Type)
	case s.Change == Same:
		if _, same := recode(k.was.Lists[old.List], k.now.Lists[it.List]); !same {
			k.say("%s → %s: its choices aren't the same", s.Was, s.Now)
		}
	case s.Change == Recoded:
		k.codes(s, old, it)
	}
}

func (k *crosswalkCheck) codes(s Step, old, it *Item) {
	for _, code := range sortedKeys(s.Codes) {
		if !hasChoice(k.was.Lists[old.List], code) || !hasChoice(k.now.Lists[it.List], s.Codes[code]) {
			k.say("%s → %s: %s → %s isn't from the one list to the other", s.Was, s.Now, code, s.Codes[code])
		}
	}
}
