package xlsform

import (
	"slices"
	"strings"

	"comity/internal/engine/instrument"
)

// opaque begins the type of a row that is kept and not asked.
const opaque = string(instrument.OpaqueType) + " "

// limitsColumn holds parameters that are ours and not XLSForm's: other programs refuse parameters that they don't know.
const limitsColumn = "comity_limits"

// ours are those parameters.
var ours = []string{"max-length", "min", "max"}

// usual is the usual spelling of types that are written in other ways too.
var usual = map[string]string{
	"string": "text", "int": "integer", "datetime": "dateTime", "date time": "dateTime", "date_time": "dateTime",
	"select one": "select_one", "select1": "select_one", "select one from": "select_one", "add select one prompt using": "select_one",
	"select all that apply": "select_multiple", "select all that apply from": "select_multiple", "select multiple": "select_multiple",
	"add select multiple prompt using": "select_multiple",
	"trigger":                          "acknowledge", "calculation": "calculate", "add note prompt": "note", "add text prompt": "text",
	"add integer prompt": "integer", "add decimal prompt": "decimal", "add date prompt": "date", "add file prompt": "file",
	"add acknowledge prompt": "acknowledge", "begin lgroup": "begin_repeat", "end lgroup": "end_repeat", "begin looped group": "begin_repeat", "end looped group": "end_repeat",
	"select one from file": "select_one_from_file", "select multiple from file": "select_multiple_from_file",
	"gps": "geopoint", "location": "geopoint", "photo": "image", "imei": "deviceid",
}

// asked are the types that can be asked here.
var asked = []string{
	"text", "integer", "decimal", "date", "time", "dateTime", "select_one", "select_multiple", "rank", "range", "note", "calculate",
	"acknowledge", "file",
}

// metadata are what a telephone notes by itself: there is none here, and nobody misses an answer.
var metadata = []string{
	"start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email", "audit", "start-geopoint",
	"background-geopoint", "background-audio", "hidden", "xml-external", "csv-external", "entity",
}

// kept are the questions of other programs that can't be asked here.
var kept = []string{
	"geopoint", "geotrace", "geoshape", "audio", "video", "image", "barcode", "osm", "select_one_from_file", "select_multiple_from_file",
	"select_one_external", "percentage",
}

// readType brings a type cell to the spelling of form.csv. asked is false for a question that is kept and not asked.
func readType(cell string) (kind string, isAsked bool) {
	words := strings.Fields(cell)
	if len(words) == 0 {
		return "", true
	}
	whole := strings.ToLower(strings.Join(words, " "))
	for _, edge := range []string{"begin", "end"} {
		if rest, ok := strings.CutPrefix(strings.Replace(whole, edge+"_", edge+" ", 1), edge+" "); ok {
			if better, ok := usual[edge+" "+rest]; ok {
				return better, true
			}
			return edge + "_" + rest, true
		}
	}
	if whole == string(instrument.OpaqueType) || strings.HasPrefix(whole, opaque) {
		return strings.Join(words, " "), true
	}
	name, args := splitType(words)
	switch {
	case slices.Contains(asked, name):
		if len(args) > 1 && strings.EqualFold(strings.Join(args[1:], "_"), "or_other") {
			args = []string{args[0], "or_other"}
		}
		return strings.Join(append([]string{name}, args...), " "), true
	case slices.Contains(metadata, name):
		return opaque + strings.Join(append([]string{name}, args...), " "), true
	case slices.Contains(kept, name):
		return opaque + strings.Join(append([]string{name}, args...), " "), false
	}
	return strings.Join(words, " "), true // unknown: the engine says so
}

// splitType finds the longest beginning that is a type, however it is written; the rest are its arguments.
func splitType(words []string) (name string, args []string) {
	for n := len(words); n > 0; n-- {
		head := strings.ToLower(strings.Join(words[:n], " "))
		if better, ok := usual[head]; ok {
			return better, words[n:]
		}
		for _, list := range [][]string{asked, metadata, kept} {
			if i := slices.IndexFunc(list, func(t string) bool { return strings.EqualFold(t, head) }); i >= 0 {
				return list[i], words[n:]
			}
		}
	}
	return "", nil
}

// writeType is the way back, for the sheet.
func writeType(cell string) string {
	kind := strings.TrimPrefix(cell, opaque)
	if strings.HasPrefix(kind, "begin_matrix ") {
		return "begin_group"
	}
	if kind == "end_matrix" {
		return "end_group"
	}
	return kind
}
