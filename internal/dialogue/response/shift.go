package response

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// marks returns the marks by path.
func (c content) marks() map[string]Mark {
	out := map[string]Mark{}
	for path, s := range c.at {
		out[path] = s.Mark
	}
	return out
}

// shift moves the marks of a repeat whose instance at gone ("case[2]") was taken away: those behind move up.
func shift(marks map[string]Mark, gone string) map[string]Mark {
	open := strings.LastIndex(gone, "[")
	if open < 0 {
		return marks
	}
	repeat := gone[:open+1]
	removed, err := strconv.Atoi(strings.TrimSuffix(gone[open+1:], "]"))
	if err != nil {
		return marks
	}
	out := map[string]Mark{}
	for path, m := range marks {
		rest, inside := strings.CutPrefix(path, repeat)
		end := strings.Index(rest, "]")
		n, err := strconv.Atoi(rest[:max(end, 0)])
		switch {
		case !inside || end < 0 || err != nil || n < removed:
			out[path] = m
		case n > removed:
			out[fmt.Sprintf("%s%d%s", repeat, n-1, rest[end:])] = m
		}
	}
	return out
}

// sortedBack lists instances from the last to the first, so that the numbers of those before stay true.
func sortedBack(paths []string) []string {
	paths = slices.Clone(paths)
	slices.SortFunc(paths, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(b, a)
	})
	return paths
}

// union lists the keys of all maps, each once, in order.
func union(a, b map[string]string, marks ...map[string]Mark) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	for _, m := range marks {
		all = slices.AppendSeq(all, maps.Keys(m))
	}
	slices.Sort(all)
	return slices.Compact(all)
}
