package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/cooperation/selector"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument/xpath"
)

// MaxFindings is how many findings one check gives; a draft with more has other troubles.
const MaxFindings = 2000

// Env is what a check may look at besides the answers.
type Env struct {
	Treaties *treaty.Treaties
	Date     treaty.Date // "" takes /request/date
	Exercise bool        // documentation address ranges count as public
	Now      time.Time   // for expressions that ask for the day

	Authorities Authorities // what is known of those to whom requests go; nil for nothing
}

// Authorities is the directory, as far as rules look at it.
type Authorities interface {
	// Authority says one thing ("code", "name", "channels", "languages") of the State's authority that has the name in
	// some language, or of its central authority when the name is empty; "" when there is none.
	Authority(state, name, topic string) string
}

// evaluation is one check under way.
type evaluation struct {
	set      *Set
	env      Env
	root     *xpath.Node
	date     treaty.Date
	bases    bases
	measures []measure
	response map[*xpath.Node][]int // the measures a response is about, from 1; none when it is about all
	checked  map[string]selector.Result
	stale    bool // the rule being asked has looked at an old overlay
	weaker   bool // and it was a provider's
}

type measure struct {
	node *xpath.Node
	kind string
}

// Check asks every rule and returns what it finds: errors first, then by rule and by place. The tree is that of the
// answers; it is read, not changed. The error is of a broken expression, never of the draft.
func (s *Set) Check(answers *xpath.Node, env Env) ([]Finding, error) {
	return s.check(answers, env, "")
}

func (s *Set) check(answers *xpath.Node, env Env, only string) ([]Finding, error) {
	if env.Treaties == nil {
		return nil, errs.Invalidf("check: no treaties are given")
	}
	e := newEvaluation(s, answers, env)
	var out []Finding
	for _, r := range s.rules {
		if only != "" && r.ID != only {
			continue
		}
		found, err := e.ask(r)
		if err != nil {
			return nil, fmt.Errorf("%s: rule %s: %w", r.Place, r.ID, err)
		}
		if out = append(out, found...); len(out) > MaxFindings {
			out = out[:MaxFindings]
			break
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int { return b.Severity.weight() - a.Severity.weight() })
	return out, nil
}

func newEvaluation(s *Set, root *xpath.Node, env Env) *evaluation {
	e := &evaluation{set: s, env: env, root: root, date: env.Date, checked: map[string]selector.Result{}, response: map[*xpath.Node][]int{}}
	req := root.Child("request")
	if e.date == "" && req != nil {
		e.date = treaty.Date(text(req, "date"))
	}
	if req != nil {
		for _, c := range req.Children() {
			if c.Name() == "measure" {
				e.measures = append(e.measures, measure{c, attr(c, "type")})
			}
		}
	}
	for _, c := range root.Children() {
		if c.Name() == "response" {
			e.response[c] = measuresOf(c)
		}
	}
	e.bases = readBases(req, env.Treaties, e.date)
	return e
}

// measuresOf reads the numbers of the measures that a response names; what is no number names none.
func measuresOf(response *xpath.Node) []int {
	numbers := []int{}
	for _, c := range response.Children() {
		if c.Name() != "measure" {
			continue
		}
		if n, err := strconv.Atoi(strings.TrimSpace(c.Value())); err == nil {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

func text(n *xpath.Node, child string) string {
	if n == nil {
		return ""
	}
	if c := n.Child(child); c != nil {
		return strings.TrimSpace(c.Value())
	}
	return ""
}

func attr(n *xpath.Node, name string) string {
	if a := n.Attr(name); a != nil {
		return a.Value()
	}
	return ""
}

// ask puts one rule to every place it is about.
func (e *evaluation) ask(r *Rule) ([]Finding, error) {
	live := e.bases.live(r)
	if !e.about(r, live) {
		return nil, nil
	}
	nodes, err := r.context.EvalNodes(e.at(e.root))
	if err != nil {
		return nil, err
	}
	var out []Finding
	for _, n := range nodes {
		if !e.concerns(r, n) {
			continue
		}
		e.stale, e.weaker = false, false
		broken, err := e.broken(r, n)
		if err != nil {
			return nil, err
		}
		if !broken {
			continue
		}
		f, err := e.tell(r, n, live)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// about reports whether a rule is to be asked at all: of these States, treaties and measures.
func (e *evaluation) about(r *Rule, live []liveCite) bool {
	requested := e.bases.requested
	if r.State != "" && r.State != requested {
		return false
	}
	if o := e.set.states[requested]; o.relaxes(r.ID) && (o.Status == "own" || !bindsWithShall(live)) {
		return false
	}
	if len(r.Basis) > 0 && !slices.ContainsFunc(live, func(l liveCite) bool { return slices.Contains(r.Basis, l.cite.Treaty) }) {
		return false
	}
	if len(e.measures) == 0 {
		return len(r.Types) == 0
	}
	return slices.ContainsFunc(e.measures, func(m measure) bool { return e.meant(r, m.kind) })
}

// bindsWithShall reports whether a treaty says with "shall" what the rule asks: then only the requested State's own
// signed word can relax it, not what others report of its practice.
func bindsWithShall(live []liveCite) bool {
	return slices.ContainsFunc(live, func(l liveCite) bool { return l.sev == Error && !l.info })
}

// meant reports whether a rule speaks of a type of measure under these treaties.
func (e *evaluation) meant(r *Rule, kind string) bool {
	match := func(p string) bool { return treaty.Match(p, kind) }
	if len(r.Types) > 0 && !slices.ContainsFunc(r.Types, match) || slices.ContainsFunc(r.Except, match) {
		return false
	}
	return !slices.ContainsFunc(r.Replaced.Types, match) || !e.bases.any(r.Replaced.Basis)
}

// concerns reports whether a node belongs to a measure that the rule means, or to none.
func (e *evaluation) concerns(r *Rule, n *xpath.Node) bool {
	for p := n; p != nil; p = p.Parent() {
		if numbers, ok := e.response[p]; ok {
			return len(numbers) == 0 || slices.ContainsFunc(numbers, func(i int) bool {
				return i >= 1 && i <= len(e.measures) && e.meant(r, e.measures[i-1].kind)
			})
		}
		if p.Name() != "measure" {
			continue
		}
		for _, m := range e.measures {
			if m.node == p {
				return e.meant(r, m.kind)
			}
		}
	}
	return true
}

func (e *evaluation) at(n *xpath.Node) xpath.Context {
	return xpath.Context{Node: n, Root: e.root, Now: e.env.Now, Ext: e}
}

func (e *evaluation) broken(r *Rule, n *xpath.Node) (bool, error) {
	if r.when != nil {
		asked, err := r.when.EvalBool(e.at(n))
		if err != nil || !asked {
			return false, err
		}
	}
	holds, err := r.assert.EvalBool(e.at(n))
	return !holds && err == nil, err
}

// tell makes the finding: how heavy, in whose name, with which values.
func (e *evaluation) tell(r *Rule, n *xpath.Node, live []liveCite) (Finding, error) {
	f := Finding{Rule: r.ID, Rev: r.Rev, Message: r.Message, Path: n.Path()}
	if r.Fix != "" {
		f.Path = strings.TrimSuffix(f.Path, "/") + "/" + r.Fix
	}
	f.Severity, f.Origin, f.Cites, f.Info = weigh(r, live)
	if r.soften != nil {
		soft, err := r.soften.EvalBool(e.at(n))
		if err != nil {
			return f, err
		}
		if soft {
			f.Severity = f.Severity.lower()
		}
	}
	for _, a := range r.Args {
		v, err := a.expr.EvalString(e.at(n))
		if err != nil {
			return f, err
		}
		f.Args = append(f.Args, Arg{Name: a.Name, Kind: a.Kind, Value: v})
	}
	for _, w := range r.Missing {
		has, err := w.expr.EvalBool(e.at(n))
		if err != nil {
			return f, err
		}
		if !has {
			f.Missing = append(f.Missing, w.Word)
		}
	}
	if f.Stale = e.stale; e.weaker {
		f.Severity = f.Severity.lower()
	}
	f.Checked = !r.Unchecked && !slices.ContainsFunc(f.Cites, func(c Cite) bool { return !c.Checked })
	return f, nil
}
