package web

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is how a question is asked.
type Kind string

// The kinds of field that the template "field" shows.
const (
	Text       Kind = "text"
	TextArea   Kind = "textarea"
	Date       Kind = "date"
	Time       Kind = "time"
	DateTime   Kind = "datetime"
	Select     Kind = "select"
	Radios     Kind = "radios"
	Checkboxes Kind = "checkboxes"
	Note       Kind = "note"   // words between questions
	File       Kind = "file"   //
	Group      Kind = "group"  // Fields under one heading
	Repeat     Kind = "repeat" // Items that can be added and removed
	Password   Kind = "password"
	Hidden     Kind = "hidden"
	Shown      Kind = "shown" // a value that can't be changed here
)

// Field is one question as a page shows it, with everything already decided. Texts are in the language of the page.
//
// What a form sends is named by Path: a date has Path:year, Path:month and Path:day, an instant Path:time and Path:offset
// beside them, boxes send Path several times and once with nothing, so that none ticked is told from not asked. Package
// instrument names its answers the same way. [Form.Read] reads them back.
type Field struct {
	Path     string
	Kind     Kind
	Label    string
	Hint     string
	Value    string
	Values   []string // what is ticked
	Choices  []Choice
	Required bool // without it the label says "optional"
	Quiet    bool // says neither: for a form that is all required or a search
	Error    string
	Missing  string // what is still needed before the form is complete: a remark, not an error
	Rows     int    // of a text area; 5 if 0
	Width    int    // of a text in characters: 2, 3, 4, 5, 10, 20 or 30; 0 is the full width
	Complete string // the browser's autocomplete token, "off" if empty
	Mode     string // of a text: the keyboard a telephone offers, "numeric" or "decimal"
	Lang     string // of the text to be written, where it differs from the page's
	Accept   string // of a file: media types

	Fields     []Field // of a group
	Items      []Item  // of a repeat
	AddName    string  // name of the button that adds an item; its value is Path
	AddLabel   string
	RemoveName string // name of the buttons that remove one; the value is the item's Path
}

// Choice is one possible answer.
type Choice struct {
	Value, Label, Hint string
}

// Item is one of the things a repeat holds.
type Item struct {
	Path        string
	Label       string // "Person 2"
	RemoveLabel string // "Remove person 2"
	Stays       bool   // it can't be removed: there have to be so many
	Fields      []Field
}

// ID is the element that the summary of errors leads to.
func (f Field) ID() string { return fieldID(f.Path) }

func fieldID(path string) string {
	return "f-" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '.':
			return r
		}
		return '-'
	}, path)
}

// Describes lists the ids of what explains the field, for aria-describedby.
func (f Field) Describes() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID()+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.ID()+"-error")
	}
	if f.Missing != "" {
		ids = append(ids, f.ID()+"-missing")
	}
	return strings.Join(ids, " ")
}

// Chosen says whether the choice is the answer, or among the answers.
func (f Field) Chosen(value string) bool {
	if f.Kind == Checkboxes {
		return slices.Contains(f.Values, value)
	}
	return f.Value == value
}

// Part returns a piece of a date or an instant as it was typed: "year", "month", "day", "time" or "offset".
func (f Field) Part(name string) string {
	date, clock, _ := strings.Cut(f.Value, "T")
	pieces := append(strings.SplitN(date, "-", 3), "", "", "")
	zone := strings.IndexAny(clock, "+-Z")
	if zone < 0 {
		zone = len(clock)
	}
	return map[string]string{
		"year": pieces[0], "month": pieces[1], "day": pieces[2], "time": clock[:zone], "offset": clock[zone:],
	}[name]
}

// FieldErrors collects the errors of fields and all below them, in their order, for the summary of a page.
func FieldErrors(fields []Field) []FieldError {
	var found []FieldError
	for _, f := range fields {
		if f.Error != "" {
			found = append(found, FieldError{f.Path, f.Label, f.Error})
		}
		found = append(found, FieldErrors(f.Fields)...)
		for _, it := range f.Items {
			found = append(found, FieldErrors(it.Fields)...)
		}
	}
	return found
}

// withOptions changes a field by pairs of name and value, as templates give them. A name that is none is an error.
func (f Field) withOptions(kv []any) (Field, error) {
	for i := 0; i+1 < len(kv); i += 2 {
		name, _ := kv[i].(string)
		if !f.set(name, kv[i+1]) {
			return f, fmt.Errorf("field %s: no option %q that takes %T", f.Path, name, kv[i+1])
		}
	}
	if len(kv)%2 != 0 {
		return f, fmt.Errorf("field %s: options come in pairs", f.Path)
	}
	return f, nil
}

func (f *Field) set(name string, value any) bool {
	switch v := value.(type) {
	case bool:
		switch name {
		case "required":
			f.Required = v
		case "quiet":
			f.Quiet = v
		default:
			return false
		}
	case int:
		switch name {
		case "rows":
			f.Rows = v
		case "width":
			f.Width = v
		default:
			return false
		}
	case []Choice:
		f.Choices = v
		return name == "choices"
	case string:
		return f.setText(name, v)
	default:
		return false
	}
	return true
}

func (f *Field) setText(name, v string) bool {
	switch name {
	case "hint":
		f.Hint = v
	case "missing":
		f.Missing = v
	case "complete":
		f.Complete = v
	case "mode":
		f.Mode = v
	case "lang":
		f.Lang = v
	case "accept":
		f.Accept = v
	case "value":
		f.Value = v
	default:
		return false
	}
	return true
}
