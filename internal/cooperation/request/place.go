package request

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/rule"
	"comity/internal/engine/instrument"
)

var numbers = regexp.MustCompile(`\[\d+\]`)

// item finds the question at a path of the answers, with or without numbers: "/request/measure[2]/selector/value".
func (q *Requests) item(path string) *instrument.Item {
	return q.law.Types.Form().Item("/" + strings.TrimPrefix(numbers.ReplaceAllString(path, ""), "/"))
}

var measureNumber = regexp.MustCompile(`^/?request/measure(?:\[(\d+)\])?(?:/|$)`)

// section is the part of the form in which the question at a path is asked: "facts", "measures[2]"; "" for what no
// section asks, such as the response.
func (q *Requests) section(path string) string {
	if m := measureNumber.FindStringSubmatch(path); m != nil {
		n := m[1]
		if n == "" {
			n = "1"
		}
		return "measures[" + n + "]"
	}
	for p := path; p != "" && p != "/"; p = p[:max(strings.LastIndex(p, "/"), 0)] {
		if it := q.item(p); it != nil && it.Section != "" {
			return it.Section
		}
	}
	return ""
}

// place says in words where a path of the answers is: the question's label. "" for a path that the form doesn't have.
func (q *Requests) place(path string, p *language.Printer) string {
	for at := path; at != "" && at != "/"; at = at[:max(strings.LastIndex(at, "/"), 0)] {
		if it := q.item(at); it != nil && it.Label != "" && !strings.Contains(it.Label, "${") {
			return p.T(it.Label)
		}
	}
	return ""
}

// field is the address at which the question at a path is answered, "" when no section asks it.
func (q *Requests) field(n id.ID, path string) string {
	s := q.section(path)
	if s == "" {
		return ""
	}
	return at(n, "draft", s) + "#" + anchor(path)
}

// anchor is the id of a field's element, as package web makes it.
func anchor(path string) string {
	return fieldID(strings.TrimPrefix(path, "/"))
}

// sectionOf finds a section by the name in an address; one there isn't is [errs.NotFound].
func sectionOf(s instrument.State, name string) (instrument.SectionState, error) {
	sec, ok := s.Section(name)
	if !ok {
		return sec, errs.NotFound
	}
	return sec, nil
}

// why says what a finding rests on: whose word it is, the articles, and whether they were read in the official text.
func (q *Requests) why(f rule.Finding, p *language.Printer) string {
	var cited []string
	for _, c := range f.Cites {
		if c.Treaty == "" {
			cited = append(cited, c.Source)
			continue
		}
		cited = append(cited, p.T("{treaty}, article {article}", "treaty", q.treatyName(string(c.Treaty), p), "article", c.Article))
	}
	s := whose(f.Origin, language.Plain(strings.Join(cited, "; ")), p)
	if !f.Checked {
		s += " " + p.T("Not yet read in the official text.")
	}
	if f.Stale {
		s += " " + p.T("It rests on an old entry: check whether it is still so.")
	}
	return s
}

// whose says who asks for what a rule asks. A rule of the house is never told as the treaty's.
func whose(o rule.Origin, sources language.Plain, p *language.Printer) string {
	switch o {
	case rule.FromTreaty:
		return p.T("The treaty asks for it: {sources}.", "sources", sources)
	case rule.FromOverlay:
		return p.T("The State or the provider asks for it: {sources}.", "sources", sources)
	}
	return p.T("No treaty between these States asks for it: it is a practice of this house, drawn from {sources}.", "sources", sources)
}

// measureSection is the name of the section of a measure, from 1.
func measureSection(n int) string { return "measures[" + strconv.Itoa(n) + "]" }

// overrideQuery names a finding in an address.
func overrideQuery(f rule.Finding) string {
	return url.Values{"rule": {f.Rule}, "path": {f.Path}}.Encode()
}
