package instrument

import "strings"

// Left is an answer that couldn't go over to a new version as it is.
type Left struct {
	Path  string // in the old answers
	Value string
	Why   Change // Dropped, Recoded (its choice is gone) or Split
	Now   string // of Recoded and Split: where it has to be answered anew, without numbers
}

// Carry brings the draft answers of one version to the next: what the crosswalk lets through goes to its new place, instance
// by instance; the rest is listed, so that nothing is lost unseen. Answers aren't changed.
func Carry(a Answers, was, now *Instrument, c Crosswalk) (Answers, []Left, error) {
	steps := map[string][]Step{}
	for _, s := range c.Items {
		steps[s.Was] = append(steps[s.Was], s)
	}
	k := carrier{now: now, out: NewAnswers()}
	was.layout(a).top.each(func(cell *cell) {
		if cell.value != "" && cell.item.Type.answered() {
			k.take(cell, steps[cell.item.Path()])
		}
	})
	return k.out, k.left, k.err
}

type carrier struct {
	now  *Instrument
	out  Answers
	left []Left
	err  error
}

func (k *carrier) take(c *cell, steps []Step) {
	if len(steps) == 0 {
		k.left = append(k.left, Left{c.path, c.value, Dropped, ""})
		return
	}
	for _, s := range steps {
		switch s.Change {
		case Same:
			k.put(c, s, c.value)
		case Recoded:
			value, gone := recoded(c.item.Chosen(c.value), s.Codes)
			if len(gone) > 0 {
				k.left = append(k.left, Left{c.path, strings.Join(gone, " "), Recoded, s.Now})
			}
			k.put(c, s, value)
		default:
			k.left = append(k.left, Left{c.path, c.value, s.Change, s.Now})
		}
	}
}

// recoded gives the new names of what was chosen, and the old ones that have none.
func recoded(chosen []string, codes map[string]string) (value string, gone []string) {
	var kept []string
	for _, name := range chosen {
		if to, ok := codes[name]; ok {
			kept = append(kept, to)
		} else {
			gone = append(gone, name)
		}
	}
	return strings.Join(kept, " "), gone
}

// put sets an answer at its new place: the numbers of the repeats it stands in stay, outermost first.
func (k *carrier) put(c *cell, s Step, value string) {
	it := k.now.Item(s.Now)
	if value == "" || it == nil || k.err != nil {
		return
	}
	numbers := c.numbers()
	path := ""
	for _, above := range it.above() {
		path = strings.TrimPrefix(path+"/"+above.Name, "/")
		if above.Type != RepeatType {
			continue
		}
		if len(numbers) == 0 {
			k.left = append(k.left, Left{c.path, c.value, Dropped, s.Now})
			return
		}
		path += "[" + number(numbers[0]) + "]"
		numbers = numbers[1:]
	}
	// Instances before it that hold nothing are instances all the same.
	if k.err = k.out.Ensure(path); k.err == nil {
		k.err = k.out.Set(path, value)
	}
}

// numbers are those of the instances that a cell stands in, outermost first.
func (c *cell) numbers() []int {
	steps, err := parsePath(c.path)
	if err != nil {
		return nil // a cell's path is one
	}
	var out []int
	for _, st := range steps {
		if st.index > 0 {
			out = append(out, st.index)
		}
	}
	return out
}
