package instrument

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/language"
)

// CanonicalFormat is the first member of a form as one file (docs/formats/instrument.md).
const CanonicalFormat = "comity/instrument/1"

// wire is the canonical form: the tables of the form as JSON, every cell a text.
type wire struct {
	Format     string                             `json:"format"`
	ID         string                             `json:"id"`
	Version    string                             `json:"version"`
	Audience   string                             `json:"audience"`
	Title      string                             `json:"title"`
	SourceLang language.Tag                       `json:"source_lang"`
	Languages  []language.Tag                     `json:"languages"`
	Settings   map[string]string                  `json:"settings"`
	Sections   []map[string]string                `json:"sections"`
	Items      []map[string]string                `json:"items"`
	Lists      map[string][]map[string]string     `json:"lists"`
	Texts      map[language.Tag]map[string]string `json:"texts"`
	Apart      map[language.Tag]map[string]string `json:"apart,omitempty"` // by place: "items/12/label"
	Missing    map[string]int                     `json:"missing_codes"`
	Crosswalk  *Crosswalk                         `json:"crosswalk,omitempty"`
}

// Canonical returns the form as one canonical JSON document (RFC 8785), with all its languages. The same form gives
// the same bytes, whatever file it was read from. A form that was composed of others has none: [errs.Invalid].
func (in *Instrument) Canonical() ([]byte, error) {
	for _, it := range in.all {
		if len(it.Variants) > 0 {
			return nil, errs.Invalidf("form %s: it is composed of several and has no file of its own", in.Name)
		}
	}
	w := wire{
		Format: CanonicalFormat, ID: in.ID, Version: in.Version, Audience: in.Audience, Title: in.Title,
		SourceLang: in.Tongue(), Languages: in.languages(), Settings: orEmpty(in.Settings),
		Sections: []map[string]string{}, Items: []map[string]string{}, Lists: map[string][]map[string]string{},
		Texts: orEmpty(in.texts), Missing: MissingCodes(), Crosswalk: in.Crosswalk,
	}
	t := in.Tables()
	w.Apart = in.apart(t)
	for _, r := range t.Survey {
		w.Items = append(w.Items, r.Cells)
	}
	for _, r := range t.Choices {
		list := r.Cells["list_name"]
		delete(r.Cells, "list_name")
		w.Lists[list] = append(w.Lists[list], r.Cells)
	}
	for _, r := range t.Sections {
		w.Sections = append(w.Sections, r.Cells)
	}
	b, err := canonical.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("form %s: %w", in.Name, err)
	}
	return b, nil
}

// Hash returns the SHA-256 of the canonical form: what a version that is asked is known by.
func (in *Instrument) Hash() (canonical.Hash, error) {
	b, err := in.Canonical()
	if err != nil {
		return "", err
	}
	return canonical.Sum(b), nil
}

func (in *Instrument) languages() []language.Tag {
	tags := append([]language.Tag{in.Tongue()}, in.Languages...)
	slices.Sort(tags)
	return slices.Compact(tags)
}

func orEmpty[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return m
}

// apart collects the translations that differ from those of the same words elsewhere, by their place.
func (in *Instrument) apart(t Tables) map[language.Tag]map[string]string {
	out := map[language.Tag]map[string]string{}
	collect := func(place string, r Row) {
		for tag, cells := range r.In {
			for column, translation := range cells {
				if in.texts[tag][r.Cells[column]] == translation {
					continue
				}
				if out[tag] == nil {
					out[tag] = map[string]string{}
				}
				out[tag][place+"/"+column] = translation
			}
		}
	}
	for i, r := range t.Survey {
		collect("items/"+strconv.Itoa(i), r)
	}
	at := map[string]int{}
	for _, r := range t.Choices {
		list := r.Cells["list_name"]
		collect("lists/"+list+"/"+strconv.Itoa(at[list]), r)
		at[list]++
	}
	for i, r := range t.Sections {
		collect("sections/"+strconv.Itoa(i), r)
	}
	return out
}

// Parse reads a form in its canonical form, at most [canonical.MaxBytes], and compiles it. It takes exactly the bytes
// that [Instrument.Canonical] writes, so that a hash means one form; anything else is [errs.Invalid].
func Parse(b []byte) (*Instrument, error) { return Options{}.Parse(b) }

// Parse reads a form; see [Parse].
func (o Options) Parse(b []byte) (*Instrument, error) {
	if err := canonical.Check(b); err != nil {
		return nil, fmt.Errorf("form: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var w wire
	if err := d.Decode(&w); err != nil {
		return nil, fmt.Errorf("form: %w: %w", err, errs.Invalid)
	}
	if w.Format != CanonicalFormat {
		return nil, errs.Invalidf("form: the format is %q, not %q", w.Format, CanonicalFormat)
	}
	in, err := o.Build(w.tables())
	if err != nil {
		return nil, err
	}
	again, err := in.Canonical()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(b, again) {
		return nil, errs.Invalidf("form %s: it isn't as it would be written: something in it is said in another way or not used", w.ID)
	}
	return in, nil
}

func (w *wire) tables() Tables {
	name := w.ID
	if w.Version != "" {
		name += " " + w.Version
	}
	t := Tables{
		Meta: Meta{
			ID: w.ID, Version: w.Version, Audience: w.Audience, Title: w.Title, SourceLang: w.SourceLang,
			Languages: w.Languages, Settings: w.Settings, Crosswalk: w.Crosswalk,
		},
		Name: name, Texts: w.Texts,
	}
	apart := w.placed()
	for i, cells := range w.Items {
		t.Survey = append(t.Survey, Row{File: name, Line: i + 1, Cells: cells, In: apart["items/"+strconv.Itoa(i)]})
	}
	for _, list := range sortedKeys(w.Lists) {
		for i, cells := range w.Lists[list] {
			cells["list_name"] = list
			t.Choices = append(t.Choices, Row{File: name, Line: i + 1, Cells: cells, In: apart["lists/"+list+"/"+strconv.Itoa(i)]})
		}
	}
	for i, cells := range w.Sections {
		t.Sections = append(t.Sections, Row{File: name, Line: i + 1, Cells: cells, In: apart["sections/"+strconv.Itoa(i)]})
	}
	return t
}

// placed sorts the translations that stand apart by the row that they belong to.
func (w *wire) placed() map[string]map[language.Tag]map[string]string {
	out := map[string]map[language.Tag]map[string]string{}
	for tag, places := range w.Apart {
		for place, text := range places {
			i := strings.LastIndexByte(place, '/')
			if i < 0 {
				continue // of no row: the form as it would be written hasn't got it
			}
			row, column := place[:i], place[i+1:]
			if out[row] == nil {
				out[row] = map[language.Tag]map[string]string{}
			}
			if out[row][tag] == nil {
				out[row][tag] = map[string]string{}
			}
			out[row][tag][column] = text
		}
	}
	return out
}
