package web

import (
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
)

// Form is what a person sent, cleaned, and what is wrong with it. Templates make their fields from it, so that a page
// shown again has the person's own words in it.
type Form struct {
	Values  url.Values
	Removed int // invisible direction characters that were taken out of the values
	files   map[string][]*multipart.FileHeader
	errors  []FieldError
	labels  map[string]string // what the page calls each field, for the summary of errors
}

// FieldError is a sentence about one field. Where the label of the field is known, the summary of a page begins with it.
type FieldError struct {
	Path  string
	Label string
	Text  string
}

// NewForm returns a form filled from values, for a page that edits what is already there.
func NewForm(values map[string]string) *Form {
	f := &Form{Values: url.Values{}}
	for k, v := range values {
		f.Values.Set(k, v)
	}
	return f
}

// take cleans the values of a request: line ends are "\n", outer space and direction controls go.
func (f *Form) take(r *http.Request) error {
	n := 0
	for name, values := range r.PostForm {
		for _, v := range values {
			if n++; n > maxFields {
				return errs.Say(fmt.Errorf("form: more than %d values: %w", maxFields, errs.Invalid), "The form could not be read. Nothing was saved.", nil)
			}
			clean, removed := language.StripBidi(strings.ToValidUTF8(v, "\ufffd"))
			f.Removed += removed
			f.Values.Add(name, strings.TrimSpace(strings.ReplaceAll(clean, "\r\n", "\n")))
		}
	}
	if r.MultipartForm != nil {
		f.files = r.MultipartForm.File
	}
	return nil
}

// Get returns the last value of a name, "" when there is none: radios send nothing first and the choice after it.
func (f *Form) Get(name string) string {
	if all := f.Values[name]; len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

// All returns every value of a name that isn't empty: the ticked boxes.
func (f *Form) All(name string) []string {
	return slices.DeleteFunc(slices.Clone(f.Values[name]), func(v string) bool { return v == "" })
}

// Has says whether the form had the name: which button was pressed.
func (f *Form) Has(name string) bool { return f.Values.Has(name) }

// File returns the file of a name, nil when none was chosen. Its name is the sender's: not to be used as a path.
func (f *Form) File(name string) *multipart.FileHeader {
	if files := f.files[name]; len(files) > 0 && files[0].Filename != "" {
		return files[0]
	}
	return nil
}

// Entry returns the id that the page gave the entry this form makes, so that sending it twice does it once. A form
// without one is [errs.Invalid].
func (f *Form) Entry() (id.ID, error) {
	n, err := id.Parse(f.Get(entryName))
	if err != nil {
		return "", fmt.Errorf("form: no entry id: %w", errs.Invalid)
	}
	return n, nil
}

const entryName = "entry"

// Read returns the value of a field of the given kind as one text, in the form that [Field] shows again: a date is
// "2026-03-02", a time "14:20", an instant "2026-03-02T14:20+01:00". What was typed wrongly stays as it was typed and
// isn't valid in that form; nothing typed at all is "".
func (f *Form) Read(path string, kind Kind) string {
	return f.read(path, kind, 2)
}

// read pads days and months to width digits: two for a value, none to show again what was typed.
func (f *Form) read(path string, kind Kind, width int) string {
	switch kind {
	case Date:
		return f.date(path, width)
	case DateTime:
		date, clock, zone := f.date(path, width), f.Get(path+":time"), f.Get(path+":offset")
		if date == "" && clock == "" {
			return ""
		}
		return date + "T" + clock + zone
	}
	return f.Get(path)
}

func (f *Form) date(path string, pad int) string {
	part := func(name string, width int) string {
		s := strings.ReplaceAll(language.Digits(f.Get(path+name)), "-", "")
		if s == "" {
			return ""
		}
		return strings.Repeat("0", max(0, width-len(s))) + s
	}
	if f.Get(path+":year")+f.Get(path+":month")+f.Get(path+":day") == "" {
		return ""
	}
	return part(":year", 0) + "-" + part(":month", pad) + "-" + part(":day", pad)
}

// Day reads a date field as a day. What isn't a day of the calendar is false.
func (f *Form) Day(path string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, f.Read(path, Date))
	return t, err == nil
}

// Instant reads a date, time and offset as an instant. What isn't one is false.
func (f *Form) Instant(path string) (time.Time, bool) {
	s := f.Read(path, DateTime)
	for _, layout := range []string{"2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// fail keeps what is wrong, said in the language of the page.
func (f *Form) fail(p *language.Printer, fields []errs.Field) {
	for _, e := range fields {
		f.errors = append(f.errors, FieldError{Path: e.Path, Text: p.Say(e.Code, e.Args)})
	}
}

// Error returns what is wrong with a field, "" when nothing is.
func (f *Form) Error(path string) string {
	for _, e := range f.errors {
		if e.Path == path {
			return e.Text
		}
	}
	return ""
}

// Field makes a field of a page from the form: its value, and what is wrong with it.
func (f *Form) Field(kind Kind, path, label string) Field {
	if f.labels == nil {
		f.labels = map[string]string{}
	}
	f.labels[path] = label
	return Field{Kind: kind, Path: path, Label: label, Value: f.read(path, kind, 0), Values: f.All(path), Error: f.Error(path)}
}
