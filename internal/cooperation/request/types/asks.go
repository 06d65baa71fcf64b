package types

import (
	"regexp"
	"slices"
	"strings"

	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument"
)

// plain is a path of names; predicates are taken off before.
var (
	plain     = regexp.MustCompile(`^/?@?[\w-]+(/@?[\w-]+)*$`)
	predicate = regexp.MustCompile(`\[[^\[\]]*\]`)
)

// Asks follows a path from a place in the form, and reports whether the form has what it leads to. What is no plain path
// but an expression leads nowhere that can be told beforehand: then the path is "" and the report true.
//
// Letters and rules are held against it: a path with a slip of the pen would be empty for ever, and nobody would know.
func (ts *Types) Asks(from, path string) (string, bool) {
	for bare := predicate.ReplaceAllString(path, ""); bare != path; bare = predicate.ReplaceAllString(path, "") {
		path = bare
	}
	if !plain.MatchString(path) {
		return "", true
	}
	if !strings.HasPrefix(path, "/") {
		path = strings.TrimSuffix(from, "/") + "/" + path
	}
	return path, ts.asked[path]
}

// Unasked lists the rules about requests whose place or field no form has. Rules that speak only of types without a
// form wait for it.
func (ts *Types) Unasked(rules *rule.Set) []rule.Problem {
	var out []rule.Problem
	for _, r := range rules.Rules() {
		if r.Side != rule.OfRequest || !ts.drafted(r.Types) {
			continue
		}
		from, ok := ts.Asks("", r.Context)
		if !ok {
			out = append(out, rule.Problem{Place: r.Place, Text: "rule " + r.ID + ": context: no form has " + from})
			continue
		}
		if from == "" || r.Fix == "" {
			continue
		}
		if field, ok := ts.Asks(from, r.Fix); !ok {
			out = append(out, rule.Problem{Place: r.Place, Text: "rule " + r.ID + ": fix: no form has " + field})
		}
	}
	return out
}

// drafted reports whether patterns mean one of the types; none means all.
func (ts *Types) drafted(patterns []string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(ts.list, func(t *Type) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return treaty.Match(p, t.Code) })
	})
}

// paths lists every group, repeat and question of the form, with the groups that a name such as instant/local makes.
func paths(form *instrument.Instrument) map[string]bool {
	out := map[string]bool{}
	var walk func(items []*instrument.Item)
	walk = func(items []*instrument.Item) {
		for _, it := range items {
			for p := it.Path(); p != ""; p = p[:strings.LastIndex(p, "/")] {
				out[p] = true
			}
			walk(it.Items)
			for _, v := range it.Variants {
				walk(v)
			}
		}
	}
	walk(form.Items)
	return out
}
