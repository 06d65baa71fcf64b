package rule

import (
	"slices"

	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument/xpath"
)

// bases are the treaties that a request stands on. There are two questions, and often two treaties: why the other State
// must help, and by which procedure.
type bases struct {
	requesting, requested string
	obligation            []treaty.Code
	procedure             treaty.Code
	standing              map[treaty.Code]treaty.Standing
	treaties              *treaty.Treaties
}

// liveCite is a citation that holds for a request, with the weight it gives the rule.
type liveCite struct {
	cite Cite
	sev  Severity
	info bool // the treaty doesn't bind these States on this day
}

func readBases(req *xpath.Node, ts *treaty.Treaties, on treaty.Date) bases {
	b := bases{treaties: ts, standing: map[treaty.Code]treaty.Standing{}}
	if req == nil {
		return b
	}
	b.requesting, b.requested = text(req.Child("requesting"), "state"), text(req.Child("requested"), "state")
	basis := req.Child("basis")
	if basis == nil {
		return b
	}
	for _, c := range basis.Children() {
		code := treaty.Code(attr(c, "treaty"))
		switch {
		case code == "":
			continue
		case c.Name() == "obligation":
			b.obligation = append(b.obligation, code)
		case c.Name() == "procedure":
			b.procedure = code
		}
		b.standing[code] = ts.Standing(code, b.requesting, b.requested, on)
	}
	return b
}

// any reports whether the request stands on one of these treaties.
func (b bases) any(codes []treaty.Code) bool {
	return slices.ContainsFunc(codes, func(c treaty.Code) bool { _, ok := b.standing[c]; return ok })
}

// live returns the citations of a rule that hold for the request. A subsidiary paragraph holds only where its treaty is
// also the one of procedure: expressly, or because no other was chosen (TOC 18(7), COR 46(7), N88 7(7), BUD 27(1)).
func (b bases) live(r *Rule) []liveCite {
	var out []liveCite
	for _, c := range r.Cites {
		standing, ok := b.standing[c.Treaty]
		if c.Treaty == "" || !ok {
			continue
		}
		t, ok := b.treaties.Get(c.Treaty)
		if !ok {
			continue
		}
		a, _ := t.Article(c.Article)
		if a.Subsidiary && b.procedure != "" && b.procedure != c.Treaty {
			continue
		}
		sev := r.Sev
		if s, ok := r.SevBy[c.Treaty]; ok {
			sev = s
		}
		if !c.Checked && sev == Error {
			sev = Warning // what wasn't read in the official text is never told as its "shall"
		}
		out = append(out, liveCite{c, sev, standing != treaty.Binding && standing != treaty.Unknown})
	}
	return out
}

// weigh decides how heavy a finding is and in whose name it is told. With a binding text it is the text's word. Where the
// text doesn't bind on that day it is told for information. Without any text an error of origin treaty is a warning of
// the house: a letter of request everywhere needs these things, but no treaty here says so.
func weigh(r *Rule, live []liveCite) (Severity, Origin, []Cite, bool) {
	var cites []Cite
	sev, info := Severity(""), true
	for _, l := range live {
		if !l.info {
			info = false
			if l.sev.weight() > sev.weight() {
				sev = l.sev
			}
		}
		cites = append(cites, l.cite)
	}
	switch {
	case r.Origin == FromHouse || r.Origin == FromOverlay:
		return r.Sev, r.Origin, orAll(append(cites, r.sources()...), r), false
	case len(live) == 0 && r.Sev == Error:
		return Warning, FromHouse, orAll(r.sources(), r), false
	case len(live) == 0:
		return r.Sev, FromHouse, orAll(r.sources(), r), false
	case info && len(r.Basis) > 0:
		return Advice, FromTreaty, cites, true
	case info:
		if r.Sev == Error {
			return Warning, FromHouse, cites, true
		}
		return r.Sev, FromHouse, cites, true
	}
	return sev, FromTreaty, cites, false
}

// sources are the citations that are no article of a treaty.
func (r *Rule) sources() []Cite {
	var out []Cite
	for _, c := range r.Cites {
		if c.Treaty == "" {
			out = append(out, c)
		}
	}
	return out
}

// orAll shows everything a rule cites where nothing of it applies: a finding is never without its reason.
func orAll(cites []Cite, r *Rule) []Cite {
	if len(cites) == 0 {
		return r.Cites
	}
	return cites
}
