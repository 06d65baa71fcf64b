package study

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

// ParsePlan reads a plan as people type it: a topic a line as "code: Title", a subtopic behind a hyphen; paragraphs of the
// method with an empty line between them, a heading behind "# "; a day of the calendar a line as "2026-03-02 Text".
// What is wrong is named by its line.
func ParsePlan(topics, method, calendar string) (Plan, []errs.Field) {
	var p Plan
	var wrong []errs.Field
	at := func(path, code string, line int) {
		wrong = append(wrong, errs.Field{Path: path, Code: code, Args: map[string]string{"line": strconv.Itoa(line)}})
	}
	if len(topics)+len(method)+len(calendar) > maxPlanText {
		return p, []errs.Field{{Path: "method", Code: language.M("Topics, method and calendar have together at most 200,000 characters.")}}
	}
	eachLine(topics, func(n int, line string) {
		rest, sub := strings.CutPrefix(line, "-")
		id, title, ok := strings.Cut(rest, ":")
		t := Topic{Code: strings.TrimSpace(id), Title: strings.TrimSpace(title)}
		switch {
		case n > maxLines:
			at("topics", language.M("Line {line}: at most 200 lines are taken."), n)
		case !ok || !topicCode.MatchString(t.Code) || t.Title == "" || len(t.Title) > maxTitle:
			at("topics", language.M("Line {line}: write the topic as a short name, a colon and its title."), n)
		case sub && len(p.Topics) == 0:
			at("topics", language.M("Line {line}: a subtopic follows its topic."), n)
		case sub:
			last := &p.Topics[len(p.Topics)-1]
			last.Sub = append(last.Sub, t)
		default:
			p.Topics = append(p.Topics, t)
		}
	})
	for block := range strings.SplitSeq(strings.ReplaceAll(method, "\r\n", "\n"), "\n\n") {
		if block = strings.TrimSpace(block); block != "" {
			t, heading := strings.CutPrefix(block, "# ")
			p.Method = append(p.Method, Block{heading, t})
		}
	}
	if len(p.Method) > maxLines {
		at("method", language.M("The method has at most 200 paragraphs."), 0)
	}
	eachLine(calendar, func(n int, line string) {
		day, what, _ := strings.Cut(line, " ")
		_, err := time.Parse(time.DateOnly, day)
		if err != nil || strings.TrimSpace(what) == "" || len(what) > maxTitle || n > maxLines {
			at("calendar", language.M("Line {line}: write the day as 2026-03-02, a space and what happens."), n)
			return
		}
		p.Calendar = append(p.Calendar, Date{day, strings.TrimSpace(what)})
	})
	slices.SortStableFunc(p.Calendar, func(a, b Date) int { return strings.Compare(a.Day, b.Day) })
	return p, wrong
}

var topicCode = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,59}$`)

// eachLine calls f for each line that isn't empty, with its number from 1.
func eachLine(s string, f func(n int, line string)) {
	n := 0
	for line := range strings.SplitSeq(s, "\n") {
		n++
		if line = strings.TrimSpace(line); line != "" {
			f(n, line)
		}
	}
}

// Lines is the plan as [ParsePlan] reads it.
func (p Plan) Lines() (topics, method, calendar string) {
	var a, b, c []string
	for _, t := range p.Topics {
		a = append(a, t.Code+": "+t.Title)
		for _, sub := range t.Sub {
			a = append(a, "- "+sub.Code+": "+sub.Title)
		}
	}
	for _, k := range p.Method {
		if k.Heading {
			k.Text = "# " + k.Text
		}
		b = append(b, k.Text)
	}
	for _, d := range p.Calendar {
		c = append(c, d.Day+" "+d.Text)
	}
	return strings.Join(a, "\n"), strings.Join(b, "\n\n"), strings.Join(c, "\n")
}
