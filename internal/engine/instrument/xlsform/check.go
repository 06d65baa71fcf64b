package xlsform

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"comity/internal/engine/instrument"
)

// parameters are those that XLSForm has for a type; others would be refused by every other program.
var parameters = map[string][]string{
	"select_one": {"randomize", "seed"}, "select_multiple": {"randomize", "seed"}, "rank": {"randomize", "seed"},
	"range": {"start", "end", "step", "tick_interval", "tick_labelset", "placeholder"},
}

var (
	reference = regexp.MustCompile(`^\$\{[^}]+\}$`)
	anyName   = regexp.MustCompile(`\$\{\s*([^}]*?)\s*\}`)
)

// checkRow finds what other programs would refuse in a row.
func (in *reader) checkRow(s *sheet, r instrument.Row) {
	at := func(column string) string { return s.at[column] + strconv.Itoa(r.Line) }
	if r.Cells["name"] == "meta" {
		in.say(s.name, at("name"), instrument.Error, "name-reserved", "name", "meta")
	}
	kind, _, _ := strings.Cut(r.Cells["type"], " ")
	known, limited := parameters[kind]
	if !limited {
		return
	}
	random := false
	for word := range strings.FieldsSeq(r.Cells["parameters"]) {
		name, value, _ := strings.Cut(word, "=")
		random = random || name == "randomize" && value == "true"
		switch {
		case !slices.Contains(known, name) && !slices.Contains(ours, name):
			in.say(s.name, at("parameters"), instrument.Error, "param-unknown", "name", name)
		case name == "randomize" && value != "true" && value != "false",
			name == "seed" && !reference.MatchString(value) && !isNumber(value), name == "seed" && !random:
			in.say(s.name, at("parameters"), instrument.Error, "param-value", "name", name, "value", value)
		}
	}
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// checkNames finds ${name} of nobody in cells that are another program's: what a change triggers, how a set of answers is
// called.
func (in *reader) checkNames(t instrument.Tables, settings *sheet) {
	names := map[string]bool{}
	for _, r := range t.Survey {
		names[r.Cells["name"]] = true
	}
	check := func(file, cell, text string) {
		for _, m := range anyName.FindAllStringSubmatch(text, -1) {
			if !names[m[1]] && m[1] != "instanceID" {
				in.found = append(in.found, instrument.Found(file, cell, instrument.Error, "reference", words["reference"], "name", m[1]))
			}
		}
	}
	in.checkTriggers(t.Survey)
	in.checkRepeats(t.Survey)
	if settings != nil {
		check(in.name+"!"+settings.name, settings.at["instance_name"]+"2", t.Settings["instance_name"])
	}
	lists := map[string]bool{}
	for _, r := range t.Choices {
		lists[r.Cells["list_name"]] = true
	}
	for _, r := range t.Survey {
		for word := range strings.FieldsSeq(r.Cells["parameters"]) {
			if list, ok := strings.CutPrefix(word, "tick_labelset="); ok && !lists[list] {
				in.found = append(in.found, instrument.Found(r.File, r.At["parameters"]+strconv.Itoa(r.Line), instrument.Error, "param-value", words["param-value"], "name", "tick_labelset", "value", list))
			}
		}
	}
}

// checkTriggers: what a trigger names has to be a question that a person sees.
func (in *reader) checkTriggers(rows []instrument.Row) {
	seen := map[string]bool{}
	for _, r := range rows {
		seen[r.Cells["name"]] = seen[r.Cells["name"]] || r.Cells["label"] != "" || r.Cells["hint"] != "" || len(r.In) > 0
	}
	for _, r := range rows {
		for trigger := range strings.SplitSeq(r.Cells["trigger"], ",") {
			trigger = strings.TrimSpace(trigger)
			name := strings.TrimSuffix(strings.TrimPrefix(trigger, "${"), "}")
			if trigger != "" && (!reference.MatchString(trigger) || !seen[name]) {
				in.found = append(in.found, instrument.Found(r.File, r.At["trigger"]+strconv.Itoa(r.Line), instrument.Error, "reference", words["reference"], "name", name))
			}
		}
	}
}

// checkRepeats: other programs know a repeat by its name alone, and call its number NAME_count.
func (in *reader) checkRepeats(rows []instrument.Row) {
	repeats, names := map[string]bool{"data": true}, map[string]bool{}
	for _, r := range rows {
		names[r.Cells["name"]] = true
	}
	for _, r := range rows {
		name := r.Cells["name"]
		if r.Cells["type"] != "begin_repeat" {
			continue
		}
		counted := r.Cells["repeat_count"] != "" && !reference.MatchString(r.Cells["repeat_count"]) && names[name+"_count"]
		if repeats[name] || counted {
			in.found = append(in.found, instrument.Found(r.File, r.At["name"]+strconv.Itoa(r.Line), instrument.Error, "name-reserved", words["name-reserved"], "name", name))
		}
		repeats[name] = true
	}
}
