package rule

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/engine/instrument"
)

// Problem is something wrong with a rule: where, and what.
type Problem struct{ Place, Text string }

func (p Problem) String() string { return p.Place + ": " + p.Text }

// examples are what stands in tests/ID.json beside a rule: two changes (JSON Merge Patch, RFC 7396) to a complete
// request. With pass the rule is silent, with fail it speaks. A rule about an "if" should meet its condition in both.
type examples struct {
	Pass, Fail json.RawMessage
}

// Verify tries each rule of the sources on its own examples. A rule without an example that makes it speak isn't known
// to work, and is a problem. The complete request is tests/base.json, or example.json of a type's folder.
func (s *Set) Verify(env Env, sources ...Source) ([]Problem, error) {
	var out []Problem
	for _, src := range sources {
		base, err := baseOf(src)
		if err != nil {
			return nil, fmt.Errorf("examples of rules: %w", err)
		}
		for _, r := range s.rules {
			if !src.holds(r) {
				continue
			}
			p, err := s.try(r, src, base, env)
			if err != nil {
				return nil, fmt.Errorf("examples of rules: %s: %w", r.ID, err)
			}
			out = append(out, p...)
		}
	}
	return out, nil
}

// holds reports whether a rule came from the source.
func (src Source) holds(r *Rule) bool {
	dir := path.Dir(r.Place) // the place is file:line
	return dir == src.Dir || dir == path.Join(src.Dir, "overlay")
}

func baseOf(src Source) (map[string]any, error) {
	for _, name := range []string{"tests/base.json", "example.json"} {
		b, err := fs.ReadFile(src.FS, path.Join(src.Dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var doc map[string]any
		if err := json.Unmarshal(b, &doc); err != nil {
			return nil, fmt.Errorf("%s/%s: %w: %w", src.Dir, name, err, errs.Invalid)
		}
		return doc, nil
	}
	return nil, errs.Invalidf("%s: neither tests/base.json nor example.json", src.Dir)
}

func (s *Set) try(r *Rule, src Source, base map[string]any, env Env) ([]Problem, error) {
	name := path.Join(src.Dir, "tests", r.ID+".json")
	b, err := fs.ReadFile(src.FS, name)
	if errors.Is(err, fs.ErrNotExist) {
		return []Problem{{r.Place, "rule " + r.ID + " has no examples: write " + name}}, nil
	}
	if err != nil {
		return nil, err
	}
	var ex examples
	if err := json.Unmarshal(b, &ex); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", name, err, errs.Invalid)
	}
	var out []Problem
	for _, c := range []struct {
		patch  json.RawMessage
		speaks bool
		text   string
	}{{ex.Pass, false, "speaks on the example that it should pass"}, {ex.Fail, true, "is silent on the example that it should find"}} {
		if c.patch == nil {
			out = append(out, Problem{name, "an example is missing: pass and fail are both needed"})
			continue
		}
		found, err := s.found(r, base, c.patch, env)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if found != c.speaks {
			out = append(out, Problem{name, "rule " + r.ID + " " + c.text})
		}
	}
	return out, nil
}

func (s *Set) found(r *Rule, base map[string]any, patch json.RawMessage, env Env) (bool, error) {
	a, err := Patch(base, patch)
	if err != nil {
		return false, err
	}
	found, err := s.check(a.Tree(), env, r.ID)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(found, func(f Finding) bool { return f.Rule == r.ID }), nil
}

// Patch applies a JSON Merge Patch to an answers document.
func Patch(base map[string]any, patch []byte) (instrument.Answers, error) {
	var p any
	if err := json.Unmarshal(patch, &p); err != nil {
		return instrument.Answers{}, fmt.Errorf("patch: %w: %w", err, errs.Invalid)
	}
	b, err := json.Marshal(merge(base, p))
	if err != nil {
		return instrument.Answers{}, fmt.Errorf("patch: %w", err)
	}
	return instrument.ParseAnswers(b)
}

// merge is RFC 7396, with one convenience for answers: an object laid on a list is laid on its first element, because
// most examples change one measure, one selector, one offence. The target isn't changed.
func merge(target, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	if list, ok := target.([]any); ok && len(list) > 0 {
		out := slices.Clone(list)
		out[0] = merge(list[0], patch)
		return out
	}
	out := map[string]any{}
	if t, ok := target.(map[string]any); ok {
		for k, v := range t {
			out[k] = v
		}
	}
	for k, v := range p {
		if v == nil {
			delete(out, k)
			continue
		}
		out[k] = merge(out[k], v)
	}
	return out
}
