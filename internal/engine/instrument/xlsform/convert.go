package xlsform

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/workbook"
)

// expressions are the columns whose cells are expressions.
var expressions = []string{"relevant", "required", "constraint", "check", "calculation", "choice_filter", "repeat_count"}

func (in *reader) rows(s *sheet) []instrument.Row {
	if s == nil {
		return nil
	}
	out := make([]instrument.Row, 0, len(s.lines))
	for i := range s.lines {
		if r := in.row(s, i); len(r.Cells)+len(r.In) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// row is one line by its columns, cleaned.
func (in *reader) row(s *sheet, i int) instrument.Row {
	line := s.lines[i]
	r := instrument.Row{File: in.name + "!" + s.name, Line: line.N, Cells: map[string]string{}, At: s.at}
	for n, cell := range line.Cells {
		if strings.TrimSpace(cell) == "" {
			continue
		}
		at := workbook.Letter(n) + strconv.Itoa(line.N)
		if n >= len(s.headers) || s.headers[n].column == "" {
			in.say(s.name, at, instrument.Warning, "no-heading")
			continue
		}
		text := in.clean(s.name, at, cell)
		h := s.headers[n]
		switch {
		case text == "":
		case h.tag == "" && slices.Contains(spoken, h.column) && r.Cells[h.column] != "":
			// the column of the form's own language came before this one without a language
		case h.tag == "" || h.tag == in.source:
			r.Cells[h.column] = text
		default:
			if r.In == nil {
				r.In = map[language.Tag]map[string]string{}
			}
			if r.In[h.tag] == nil {
				r.In[h.tag] = map[string]string{}
			}
			r.In[h.tag][h.column] = text
		}
	}
	return r
}

// clean brings a cell to NFC without control characters and without those that turn the order of the text around.
func (in *reader) clean(sheet, at, cell string) string {
	removed := 0
	cell = strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(cell, "\uFFFD"), "\r\n", "\n"), "\r", "\n")
	cell = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r) || r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069':
			removed++
			return -1
		}
		return r
	}, cell)
	if removed > 0 {
		in.say(sheet, at, instrument.Warning, "invisible")
	}
	return strings.TrimSpace(norm.NFC.String(cell))
}

// survey reads the questions: types in their usual spelling, expressions with plain quotation marks.
func (in *reader) survey(s *sheet) []instrument.Row {
	if s.at["type"] == "" {
		in.say(s.name, "A1", instrument.Error, "no-column", "column", "type")
		return nil
	}
	var out []instrument.Row
	var open []bool // for each group that is open whether it is a matrix
	for _, r := range in.rows(s) {
		if strings.EqualFold(r.Cells["disabled"], "yes") || strings.EqualFold(r.Cells["disabled"], "true") {
			in.say(s.name, s.at["disabled"]+strconv.Itoa(r.Line), instrument.Warning, "row-disabled")
			continue
		}
		if r.Cells["type"] == "" && r.Cells["name"] == "" {
			in.say(s.name, "A"+strconv.Itoa(r.Line), instrument.Warning, "row-comment")
			continue
		}
		in.convert(s, r)
		open = endMatrix(r, open)
		out = append(out, r)
	}
	return out
}

// endMatrix turns the end of a group into that of a matrix where one is open: the sheet has a group with a column of ours.
func endMatrix(r instrument.Row, open []bool) []bool {
	kind := r.Cells["type"]
	switch {
	case strings.HasPrefix(kind, "begin_"):
		return append(open, strings.HasPrefix(kind, "begin_matrix "))
	case strings.HasPrefix(kind, "end_") && len(open) > 0:
		if open[len(open)-1] && kind == "end_group" {
			r.Cells["type"] = "end_matrix"
		}
		return open[:len(open)-1]
	}
	return open
}

var (
	literal = regexp.MustCompile(`^('[^']*'|"[^"]*")$`)
	equals  = regexp.MustCompile(`\s*=\s*`)
	between = regexp.MustCompile(`[;,]\s*`)
	calls   = regexp.MustCompile(`\$\{|[A-Za-z0-9_-]\(`)
)

func (in *reader) convert(s *sheet, r instrument.Row) {
	at := func(column string) string { return s.at[column] + strconv.Itoa(r.Line) }
	kind, asked := readType(r.Cells["type"])
	if list := r.Cells["matrix"]; list != "" && kind == "begin_group" {
		kind = "begin_matrix " + list
	}
	delete(r.Cells, "matrix")
	if !asked {
		in.say(s.name, at("type"), instrument.Warning, "type-kept", "type", strings.TrimPrefix(kind, opaque))
	}
	if kind != "" {
		r.Cells["type"] = kind
	}
	if name, ok := strings.CutPrefix(kind, opaque); ok && r.Cells["name"] == "" && slices.Contains(metadata, name) {
		r.Cells["name"] = name // what a telephone notes may go without one
	}
	columns := expressions
	if d := r.Cells["default"]; calls.MatchString(d) {
		columns = append(slices.Clip(columns), "default")
	} else if strings.Contains(d, "(") && !literal.MatchString(d) && !strings.HasPrefix(kind, opaque) {
		r.Cells["default"] = quoted(d) // a text, which the engine would take for an expression
	}
	for _, column := range columns {
		if text := r.Cells[column]; text != "" {
			r.Cells[column] = plainQuotes(text)
			if r.Cells[column] != text {
				in.say(s.name, at(column), instrument.Warning, "quotes")
			}
		}
	}
	if p := r.Cells["parameters"]; p != "" && !strings.HasPrefix(kind, opaque) {
		r.Cells["parameters"] = usualParameters(between.ReplaceAllString(equals.ReplaceAllString(p, "="), " "))
	}
	in.checkRow(s, r)
	if limits := r.Cells[limitsColumn]; limits != "" {
		r.Cells["parameters"] = strings.TrimSpace(r.Cells["parameters"] + " " + limits)
		delete(r.Cells, limitsColumn)
	}
}

// usualParameters writes names, and true and false, in small letters.
func usualParameters(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		name, value, _ := strings.Cut(word, "=")
		if v := strings.ToLower(value); v == "true" || v == "false" {
			value = v
		}
		words[i] = strings.ToLower(name)
		if strings.Contains(word, "=") {
			words[i] += "=" + value
		}
	}
	return strings.Join(words, " ")
}

// quoted writes a text as an expression; one with both kinds of marks loses the plain ones, which no literal can hold.
func quoted(text string) string {
	if !strings.Contains(text, "'") {
		return "'" + text + "'"
	}
	return `"` + strings.ReplaceAll(text, `"`, "”") + `"`
}

var quoteMarks = strings.NewReplacer("‘", "'", "’", "'", "‚", "'", "‛", "'", "“", `"`, "”", `"`, "„", `"`, "‟", `"`, "«", `"`, "»", `"`, "\u00A0", " ", "\u202F", " ")

func plainQuotes(text string) string { return quoteMarks.Replace(text) }

// placeSections gives a form that has no sections one for each group at its top: sections are what people fill and hand
// on. What stands before the first group is a section of its own.
func (in *reader) placeSections(t *instrument.Tables) {
	if slices.ContainsFunc(t.Survey, func(r instrument.Row) bool { return r.Cells["section"] != "" }) || len(t.Sections) > 0 {
		return
	}
	depth, now := 0, ""
	section := func(r instrument.Row, name, label string, in map[language.Tag]map[string]string) {
		now = name
		r.Cells["section"] = name
		cells := map[string]string{"name": name}
		if label != "" {
			cells["label"] = label
		}
		t.Sections = append(t.Sections, instrument.Row{File: r.File, Line: r.Line, Cells: cells, In: in})
	}
	for _, r := range t.Survey {
		begins, ends := strings.HasPrefix(r.Cells["type"], "begin_"), strings.HasPrefix(r.Cells["type"], "end_")
		switch {
		case depth == 0 && begins:
			section(r, r.Cells["name"], r.Cells["label"], labelOnly(r.In))
		case depth == 0 && now == "":
			section(r, "form", t.Title, nil)
		}
		if begins {
			depth++
		} else if ends && depth > 0 {
			depth--
		}
	}
}

func labelOnly(in map[language.Tag]map[string]string) map[language.Tag]map[string]string {
	out := map[language.Tag]map[string]string{}
	for tag, cells := range in {
		if cells["label"] != "" {
			out[tag] = map[string]string{"label": cells["label"]}
		}
	}
	return out
}
