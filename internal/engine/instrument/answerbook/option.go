package answerbook

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"comity/internal/engine/instrument"
)

func ticked(s string) bool {
	return slices.Contains([]string{"x", "х", "✓", "✔", "1", "true", "yes"}, strings.ToLower(strings.TrimSpace(s))) // the second x is Cyrillic
}

func (t *taker) option(l line, n int) {
	if t.options[l.path] == nil {
		t.options[l.path] = map[string]int{}
	}
	t.options[l.path][l.code] = n
}

func (t *taker) tick(l line) {
	value, _ := instrument.CleanText(l.value)
	value = strings.TrimSpace(value)
	switch {
	case value == "":
		t.option(l, 0)
	case !ticked(value):
		t.say(l, "answer", instrument.Error, "not-tick", "value", short60(value))
	default:
		t.option(l, 1)
	}
}

func (t *taker) place(l line, it *instrument.Item) {
	value := strings.TrimSpace(l.value)
	if value == "" {
		t.option(l, 0)
		return
	}
	most, n := len(t.want.In.Lists[it.List]), placeNumber(value)
	twice := slices.Contains(slices.Collect(maps.Values(t.options[l.path])), n)
	if n < 1 || n > most || twice {
		t.say(l, "answer", instrument.Error, "not-place", "value", short60(value), "n", fmt.Sprint(most))
		return
	}
	t.option(l, n)
}

// finish makes answers of what was ticked and placed. A choice whose row isn't there any more stays as it was.
func (t *taker) finish() {
	for _, path := range slices.Sorted(maps.Keys(t.options)) {
		a, ok := t.filled.Answers[path]
		it := t.want.In.Question(path)
		if !ok || it == nil {
			t.say(line{file: t.name}, "", instrument.Error, "other-question") // its own row is gone
			continue
		}
		before := strings.Fields(t.filled.Base[path].Value)
		places := map[string]int{}
		var codes []string
		for _, c := range t.want.In.Lists[it.List] {
			n, said := t.options[path][c.Name]
			if !said {
				n = slices.Index(before, c.Name) + 1
			}
			if n > 0 && places[c.Name] == 0 {
				places[c.Name] = n
				codes = append(codes, c.Name)
			}
		}
		if it.Type == instrument.RankType {
			slices.SortStableFunc(codes, func(a, b string) int { return places[a] - places[b] })
		} else if alike(codes, before) {
			codes = before // the same choices are the same answer, in whatever order they were kept
		}
		a.Value = strings.Join(codes, " ")
		t.filled.Answers[path] = a
	}
}

func alike(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
