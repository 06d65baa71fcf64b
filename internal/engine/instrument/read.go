package instrument

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

// Part is a form that was read but not put in its place yet, where its expressions get their meaning: [Compose].
type Part struct {
	Name     string
	items    []*Item
	lists    map[string][]Choice
	sections []Section
	problems []Problem
	made     int  // items that matrices stand for
	doubles  bool // a list may have a choice several times, for filters to tell apart
}

// formColumns are the columns of form.csv that mean something here; others are kept in [Item.Extra].
var formColumns = []string{
	"type", "name", "label", "hint", "required", "relevant", "constraint", "constraint_message", "calculation",
	"choice_filter", "default", "appearance", "section", "parameters", "guidance_hint", "required_message", "repeat_count",
	"check", "check_message", "concept", "basis", "obligation", "allow", "confidential_default", "maps_to", "unit", "reference_period",
}

// opaqueColumns are those that are read of a question of [OpaqueType]; all others are kept in [Item.Extra].
var opaqueColumns = []string{
	"type", "name", "label", "hint", "constraint_message", "appearance", "section", "guidance_hint", "required_message",
}

// ReadPart reads form.csv, choices.csv and sections.csv of the folder dir; the last two may be missing. Wrong rows
// are no error here: they are problems of the form the part becomes.
func ReadPart(fsys fs.FS, dir string) (*Part, error) {
	p := &Part{Name: path.Base(dir), lists: map[string][]Choice{}}
	rows, err := p.readTable(fsys, path.Join(dir, "form.csv"))
	if err != nil {
		return nil, fmt.Errorf("form %s: %w", dir, err)
	}
	choices, err := p.readTable(fsys, path.Join(dir, "choices.csv"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("form %s: %w", dir, err)
	}
	sections, err := p.readTable(fsys, path.Join(dir, "sections.csv"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("form %s: %w", dir, err)
	}
	p.fill(rows, choices, sections)
	return p, nil
}

// fill makes the part of its three tables, whatever file they came from.
func (p *Part) fill(survey, choices, sections []row) {
	p.items = p.build(survey)
	p.readChoices(choices)
	for _, r := range sections {
		s := Section{Name: r.cells["name"], Label: r.cells["label"], Hint: r.cells["hint"], Owner: r.cells["owner_hint"], apart: r.in}
		if s.Label == "" && len(s.apart) == 0 {
			s.Label = s.Name
		}
		p.sections = append(p.sections, s)
	}
	p.expand()
}

// row is one line of a table: its cells by column, and those in other languages.
type row struct {
	source source
	cells  map[string]string
	in     map[language.Tag]map[string]string
}

func (p *Part) readTable(fsys fs.FS, file string) ([]row, error) {
	f, err := fsys.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close() // opened for reading only
	c := csv.NewReader(&io.LimitedReader{R: f, N: MaxFormBytes})
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", file, err, errs.Invalid)
	}
	head[0] = strings.TrimPrefix(head[0], "\uFEFF") // spreadsheets write it
	var rows []row
	for {
		cells, err := c.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", file, err, errs.Invalid)
		}
		if len(rows) == MaxRows {
			return nil, errs.Invalidf("%s: more than %d rows", file, MaxRows)
		}
		line, _ := c.FieldPos(0)
		r := row{source: source{file: file, line: line}, cells: map[string]string{}}
		for i, cell := range cells {
			if i < len(head) && strings.TrimSpace(cell) != "" {
				r.cells[strings.TrimSpace(head[i])] = norm.NFC.String(strings.TrimSpace(cell))
			} else if i >= len(head) && cell != "" {
				p.report(r.source, "", Error, cellsMany)
			}
		}
		if len(r.cells) > 0 {
			rows = append(rows, r)
		}
	}
}

func (p *Part) report(s source, column string, sev Severity, code string, kv ...string) {
	p.problems = append(p.problems, newProblem(s, column, sev, code, kv))
}

func (p *Part) readChoices(rows []row) {
	seen := map[[2]string]bool{}
	for _, r := range rows {
		list, name := r.cells["list_name"], r.cells["name"]
		switch {
		case list == "":
			p.report(r.source, "list_name", Error, choiceList)
			continue
		case name == "":
			p.report(r.source, "name", Error, choiceName)
			continue
		case seen[[2]string{list, name}] && !p.doubles:
			p.report(r.source, "name", Error, choiceTwice, "list", list, "name", name)
			continue
		}
		seen[[2]string{list, name}] = true
		c := Choice{Name: name, Label: r.cells["label"], Extra: map[string]string{}, apart: labels(r.in), source: r.source}
		for column, cell := range r.cells {
			if column != "list_name" && column != "name" && column != "label" {
				c.Extra[column] = cell
			}
		}
		p.lists[list] = append(p.lists[list], c)
	}
}

// labels are a choice's label in other languages; it has no other text.
func labels(in map[language.Tag]map[string]string) map[language.Tag]string {
	if in == nil {
		return nil
	}
	out := map[language.Tag]string{}
	for tag, cells := range in {
		out[tag] = cells["label"]
	}
	return out
}

// level is a group that is open while rows are read. A row without a section has that of the row before it in the
// same group, or the group's.
type level struct {
	item    *Item
	section string
}

// build turns rows into the tree of items that begin_ and end_ rows make.
func (p *Part) build(rows []row) []*Item {
	top := &Item{}
	open := []level{{item: top}}
	for _, r := range rows {
		kind := strings.Replace(r.cells["type"], "begin ", "begin_", 1)
		if strings.HasPrefix(kind, "end_") || strings.HasPrefix(kind, "end ") {
			open = p.close(r, kind[len("end_"):], open)
			continue
		}
		it := p.item(r, kind)
		if it == nil {
			continue
		}
		it.apart = r.in
		in := &open[len(open)-1]
		if it.Section == "" {
			it.Section = in.section
		}
		in.section = it.Section
		in.item.Items = append(in.item.Items, it)
		if it.Type == GroupType || it.Type == RepeatType {
			open = append(open, level{it, it.Section})
		}
	}
	for _, l := range open[1:] {
		p.report(l.item.source, "type", Error, noEnd, "begun", l.item.kind()+" "+l.item.Name)
	}
	return top.Items
}

func (p *Part) close(r row, kind string, open []level) []level {
	last := open[len(open)-1].item
	if len(open) == 1 {
		p.report(r.source, "type", Error, noBegin)
		return open
	}
	if last.kind() != kind {
		p.report(r.source, "type", Error, wrongEnd, "end", "end_"+kind, "begun", last.kind()+" "+last.Name, "row", number(last.source.line))
	}
	return open[:len(open)-1]
}

// item reads one row; nil when it can't be used.
func (p *Part) item(r row, kind string) *Item {
	words := strings.Fields(kind)
	if len(words) == 0 {
		p.report(r.source, "type", Error, typeMissing)
		return nil
	}
	it := &Item{
		Type: Type(strings.TrimPrefix(words[0], "begin_")), Name: r.cells["name"],
		Label: r.cells["label"], Hint: r.cells["hint"], Section: r.cells["section"],
		Message: r.cells["constraint_message"], Look: r.cells["appearance"], source: r.source,
		Guidance: r.cells["guidance_hint"], WhyRequired: r.cells["required_message"], WhyDoubted: r.cells["check_message"],
	}
	switch it.Type {
	case SelectOneType, SelectMultipleType, RankType:
		it.OrOther = len(words) == 3 && words[2] == orOther && it.Type != RankType
		if len(words) != 2 && !it.OrOther {
			p.report(r.source, "type", Error, listMissing, "type", string(it.Type))
			return nil
		}
		it.List = words[1]
	case TextType, IntegerType, DecimalType, DateType, TimeType, DateTimeType, NoteType, CalculateType, AcknowledgeType, FileType, RangeType:
	case OpaqueType:
		it.Was = strings.Join(words[1:], " ")
	case matrixType:
		if len(words) != 2 || words[0] != beginMatrix {
			p.report(r.source, "type", Error, listMissing, "type", beginMatrix)
			return nil
		}
		it.Type, it.Matrix = GroupType, words[1]
	case GroupType, RepeatType:
		if words[0] == string(it.Type) {
			p.report(r.source, "type", Error, typeBegin, "type", string(it.Type))
			return nil
		}
	default:
		p.report(r.source, "type", Error, typeUnknown, "type", words[0])
		return nil
	}
	if !validItemName(it.Name) {
		code := nameWrong
		if it.Name == "" {
			code = nameMissing
		}
		p.report(r.source, "name", Error, code, "name", it.Name)
		return nil
	}
	kept := formColumns
	if it.Type == OpaqueType {
		kept = opaqueColumns // what it means to another program isn't read here
	} else {
		p.rules(it, r)
		p.params(it, r)
		p.about(it, r)
		p.checkRange(it, r)
	}
	for column, cell := range r.cells {
		if !slices.Contains(kept, column) {
			if it.Extra == nil {
				it.Extra = map[string]string{}
			}
			it.Extra[column] = cell
		}
	}
	return it
}

// rules keeps the expressions' texts; they are compiled when the whole form is known.
func (p *Part) rules(it *Item, r row) {
	for column, to := range map[string]**rule{
		"relevant": &it.relevant, "required": &it.required, "constraint": &it.constraint, "check": &it.check,
		"calculation": &it.calculation, "choice_filter": &it.filter, "repeat_count": &it.count,
	} {
		if text := r.cells[column]; text != "" {
			*to = &rule{column: column, text: yesNo(column, text)}
		}
	}
	if text := r.cells["default"]; strings.Contains(text, "(") || strings.Contains(text, "${") {
		it.initial = &rule{column: "default", text: text}
	} else {
		it.initialText = text
	}
}

// yesNo lets required and relevant be "yes" and "no".
func yesNo(column, text string) string {
	if column != "required" && column != "relevant" {
		return text
	}
	switch strings.ToLower(text) {
	case "yes", "true":
		return "true()"
	case "no", "false":
		return "false()"
	}
	return text
}

func (p *Part) params(it *Item, r row) {
	it.MaxLength, it.Most = MaxText, MaxInstances
	for _, word := range strings.Fields(r.cells["parameters"]) {
		key, value, ok := strings.Cut(word, "=")
		if !ok {
			p.report(r.source, "parameters", Error, paramForm, "word", word)
			continue
		}
		if it.Params == nil {
			it.Params = map[string]string{}
		}
		it.Params[key] = value
		to := map[string]*int{"max-length": &it.MaxLength, "min": &it.Least, "max": &it.Most}[key]
		if to == nil {
			continue
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			p.report(r.source, "parameters", Error, paramNumber, "name", key, "value", value)
			continue
		}
		*to = n
	}
}

// validItemName takes a name, an attribute "@name", and either of them below others: "instant/@offset".
func validItemName(name string) bool {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		if i == len(parts)-1 {
			part = strings.TrimPrefix(part, "@")
		}
		if !validName(part) {
			return false
		}
	}
	return true
}
