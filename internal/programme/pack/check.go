package pack

import (
	"fmt"
	"slices"
	"strings"
)

// Known says what a node has: whether there is a thing of that name.
type Known struct {
	Type, State, Treaty, Section, Rule, Paragraph func(string) bool
	Measure                                       func(source, measure string) bool
}

// Problem is something wrong with a pack, with the file and line where it stands.
type Problem struct{ Place, Text string }

// String is "file:line: what is wrong".
func (p Problem) String() string { return p.Place + ": " + p.Text }

// Check names everything in the pack that the node doesn't have, and what is missing in itself.
func (p *Pack) Check(k Known) []Problem {
	var out []Problem
	wrong := func(value, format string, args ...any) {
		out = append(out, Problem{p.at(value), fmt.Sprintf(format, args...)})
	}
	if len(p.Types) == 0 || len(p.Crimes) == 0 || len(p.Guidance) == 0 || len(p.Indicators) == 0 || len(p.Mandates) == 0 {
		wrong("", "a programme names types of request, crimes, guidance, indicators and the mandates it serves")
	}
	each := func(what string, values []string, known func(string) bool) {
		for i, v := range values {
			if !known(v) || slices.Contains(values[:i], v) {
				wrong(v, "%s %q is not known here, or named twice", what, v)
			}
		}
	}
	each("request type", p.Types, k.Type)
	each("State", p.States, k.State)
	each("mandate paragraph", p.Mandates, k.Paragraph)
	for _, c := range p.Crimes {
		switch {
		case c.Say == "":
			wrong(c.Treaty, "a crime has a name")
		case c.Treaty != "" && !k.Treaty(c.Treaty):
			wrong(c.Treaty, "no treaty is called %q", c.Treaty)
		case (c.Treaty == "") != (c.Article == ""):
			wrong(c.Say, "a treaty is named with its article, or neither")
		}
	}
	for _, x := range p.Partners {
		if x.Say == "" {
			wrong("", "a partner has a part to play: say which")
		}
	}
	for _, g := range p.Guidance {
		kind, name, _ := strings.Cut(g.At, ":")
		known := map[string]func(string) bool{"section": k.Section, "rule": k.Rule}[kind]
		switch {
		case known == nil || !known(name):
			wrong(g.At, "guidance stands at section:NAME of the form or at rule:ID, not at %q", g.At)
		case g.Say == "":
			wrong(g.At, "guidance at %q says nothing", g.At)
		case g.Checked && g.Source == "":
			wrong(g.Say, "what was checked names the official text")
		}
	}
	p.checkIndicators(k, wrong)
	return out
}

func (p *Pack) checkIndicators(k Known, wrong func(value, format string, args ...any)) {
	for i, x := range p.Indicators {
		switch {
		case x.Code == "" || x.Say == "" || slices.ContainsFunc(p.Indicators[:i], func(o Indicator) bool { return o.Code == x.Code }):
			wrong(x.Code, "indicator %q: want a code of its own and what it shows", x.Code)
		case !k.Measure(x.Source, x.Measure):
			wrong(x.Measure, "indicator %q: nothing measures %q of %q", x.Code, x.Measure, x.Source)
		}
		for _, m := range x.Mandates {
			if !slices.Contains(p.Mandates, m) {
				wrong(m, "indicator %q: the programme itself doesn't serve %q", x.Code, m)
			}
		}
	}
}
