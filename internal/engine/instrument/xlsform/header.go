package xlsform

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/workbook"
)

// The sheets of a form. Sections and crosswalk aren't XLSForm's: other programs leave them alone.
const (
	surveySheet    = "survey"
	choicesSheet   = "choices"
	settingsSheet  = "settings"
	sectionsSheet  = "sections"
	crosswalkSheet = "crosswalk"
)

// spoken are the columns whose cells are words for people, in as many languages as there are columns.
var spoken = []string{"label", "hint", "guidance_hint", "constraint_message", "required_message", "check_message", "form_title"}

// known are the columns that mean something, and spellings of them that other programs take.
var known = map[string]string{
	"type": "type", "command": "type", "name": "name", "tag": "name", "value": "name", "label": "label", "caption": "label", "hint": "hint",
	"required": "required", "relevant": "relevant", "relevance": "relevant", "constraint": "constraint",
	"constraint_message": "constraint_message", "constraining_message": "constraint_message",
	"calculation": "calculation", "calculate": "calculation", "choice_filter": "choice_filter", "default": "default",
	"appearance": "appearance", "parameters": "parameters", "guidance_hint": "guidance_hint",
	"check": "check", "check_message": "check_message",
	"required_message": "required_message", "requiredmsg": "required_message",
	"repeat_count": "repeat_count", "count": "repeat_count", "jr:count": "repeat_count", "bind::relevant": "relevant",
	"bind::required": "required", "bind::constraint": "constraint", "bind::calculate": "calculation", "control::appearance": "appearance",
	"bind::jr:constraintmsg": "constraint_message", "bind::jr:requiredmsg": "required_message",
	"list_name": "list_name", "form_id": "form_id", "id_string": "form_id", "set_form_id": "form_id",
	"form_title": "form_title", "title": "form_title", "set_form_title": "form_title", "version": "version",
	"default_language": "default_language", "section": "section", "owner_hint": "owner_hint", "audience": "audience",
	limitsColumn: limitsColumn, "disabled": "disabled", "concept": "concept", "basis": "basis", "obligation": "obligation",
	"allow": "allow", "confidential_default": "confidential_default", "maps_to": "maps_to", "unit": "unit",
	"reference_period": "reference_period", "matrix": "matrix",
}

// header is what a column holds.
type header struct {
	column string       // a known name, or as it is written
	tag    language.Tag // of a column in another language
}

// sheet is a table and what its columns mean.
type sheet struct {
	name    string // as the book writes it
	headers []header
	at      map[string]string // letter of each column in the form's own language
	lines   []workbook.Line
}

// sheet reads a sheet; nil when there is none.
func (in *reader) sheet(name string) (*sheet, error) {
	s := &sheet{name: in.book.Find(name), at: map[string]string{}}
	if s.name == "" {
		return nil, nil
	}
	lines, found, err := in.book.Table(s.name)
	in.found = append(in.found, found...)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return s, nil
	}
	s.lines = lines[1:]
	for i, cell := range lines[0].Cells {
		h := readHeader(cell)
		if h.column != "" && slices.Contains(s.headers, h) {
			in.say(s.name, workbook.Letter(i)+"1", instrument.Error, "column-twice", "column", strings.TrimSpace(cell))
		}
		s.headers = append(s.headers, h)
		if _, ok := s.at[h.column]; !ok || h.tag == "" {
			s.at[h.column] = workbook.Letter(i)
		}
		if h.tag != "" {
			s.at[h.column+"::"+string(h.tag)] = workbook.Letter(i)
		}
		if h.tag != "" && !slices.Contains(in.tags, h.tag) {
			in.tags = append(in.tags, h.tag)
		}
		if strings.HasPrefix(string(h.tag), unknownTag) {
			in.say(s.name, workbook.Letter(i)+"1", instrument.Warning, "language-unknown", "language", strings.TrimPrefix(string(h.tag), unknownTag))
		}
	}
	return s, nil
}

// readHeader takes “label::French (fr)”, “label:French”, “Constraint Message”.
func readHeader(cell string) header {
	cell = strings.TrimSpace(norm.NFC.String(cell))
	if column, ok := known[plain(cell)]; ok {
		return header{column: column}
	}
	if lang, ok := strings.CutPrefix(strings.ToLower(cell), titleIn); ok {
		return header{"form_title", readLanguage(lang)}
	}
	base, lang, found := strings.Cut(cell, "::")
	if !found {
		base, lang, found = strings.Cut(cell, ":")
	}
	if column := known[plain(base)]; found && slices.Contains(spoken, column) && strings.TrimSpace(lang) != "" {
		return header{column, readLanguage(lang)}
	}
	return header{column: cell}
}

// titleIn begins the column of the title in another language: others take "::" in their settings for something else.
const titleIn = "form_title in "

func plain(s string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), " ", "_")
}

// unknownTag begins the tag of a language that says its name and no code.
const unknownTag = "x-"

var coded = regexp.MustCompile(`\(\s*([A-Za-z]{1,3}(?:-[A-Za-z0-9]+)*)\s*\)\s*$`)

// readLanguage takes a language as a column says it: by name and code, by code, or by a name that is known.
func readLanguage(s string) language.Tag {
	s = strings.TrimSpace(s)
	if m := coded.FindStringSubmatch(s); m != nil {
		return language.Tag(strings.ToLower(m[1]))
	}
	lower := strings.ToLower(s)
	for tag, names := range languages {
		if lower == string(tag) || slices.Contains(names, lower) {
			return tag
		}
	}
	return language.Tag(unknownTag + strings.Join(strings.Fields(lower), "-"))
}

// languages are names under which columns go, the first in English.
var languages = map[language.Tag][]string{
	"ar": {"arabic", "العربية", "arabe"}, "bn": {"bengali", "bangla"}, "de": {"german", "deutsch"},
	"en": {"english", "anglais", "inglés"}, "es": {"spanish", "español", "espanol", "espagnol"}, "fa": {"persian", "farsi", "dari"},
	"fr": {"french", "français", "francais"}, "ha": {"hausa"}, "hi": {"hindi"}, "ht": {"haitian creole", "creole"}, "it": {"italian", "italiano"},
	"ku": {"kurdish"}, "ja": {"japanese"}, "my": {"burmese", "myanmar"}, "ne": {"nepali"}, "ps": {"pashto"}, "pl": {"polish"},
	"pt": {"portuguese", "português", "portugues"}, "ro": {"romanian"}, "ru": {"russian", "русский", "russe"}, "rw": {"kinyarwanda"},
	"so": {"somali"}, "sw": {"swahili", "kiswahili"}, "th": {"thai"}, "tr": {"turkish", "türkçe"}, "uk": {"ukrainian", "українська"},
	"ur": {"urdu"}, "vi": {"vietnamese"}, "zh": {"chinese", "中文"},
}

// languageHeader is how a column of a language is called when it is written.
func languageHeader(tag language.Tag) string {
	if name, ok := strings.CutPrefix(string(tag), unknownTag); ok {
		return strings.ReplaceAll(name, "-", " ")
	}
	if names := languages[tag]; len(names) > 0 {
		return strings.ToUpper(names[0][:1]) + names[0][1:] + " (" + string(tag) + ")"
	}
	return string(tag) + " (" + string(tag) + ")"
}
