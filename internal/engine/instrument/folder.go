package instrument

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

// LoadWhole reads the form in the folder dir with what it says of itself (settings.csv) and its translations
// (po/*.po). Errors are as for [Load]; a translation of a text that the form doesn't have is left out.
func (o Options) LoadWhole(fsys fs.FS, dir string) (*Instrument, error) {
	in, err := o.Load(fsys, dir)
	if in == nil {
		return nil, err
	}
	if e := in.readSettings(fsys, dir); e != nil {
		return nil, e
	}
	texts, e := readTexts(fsys, dir)
	if e != nil {
		return nil, e
	}
	in.translate(texts)
	return in, err
}

// LoadWhole reads a form with its translations; see [Options.LoadWhole].
func LoadWhole(fsys fs.FS, dir string) (*Instrument, error) { return Options{}.LoadWhole(fsys, dir) }

// The columns of settings.csv and of a workbook's settings sheet that mean something here.
const (
	idColumn       = "form_id"
	versionColumn  = "version"
	titleColumn    = "form_title"
	audienceColumn = "audience"
	sourceColumn   = "default_language"
	languageColumn = "languages"

	// doublesColumn is XLSForm's leave to have a choice several times in a list, under filters that tell which is meant.
	doublesColumn = "allow_choice_duplicates"
)

// readSettings reads the one row of settings.csv; a form without it is called like its folder.
func (in *Instrument) readSettings(fsys fs.FS, dir string) error {
	p := &Part{}
	rows, err := p.readTable(fsys, path.Join(dir, "settings.csv"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("form %s: %w", dir, err)
	}
	if len(rows) > 1 {
		return errs.Invalidf("form %s: settings.csv has %d rows, want one", dir, len(rows))
	}
	in.ID = path.Base(dir)
	if len(rows) == 1 {
		in.Meta = Settings(rows[0].cells)
	}
	return nil
}

// Settings makes of one row of settings what a form says of itself. Columns that mean nothing here are kept.
func Settings(cells map[string]string) Meta {
	m := Meta{
		ID: cells[idColumn], Version: cells[versionColumn], Title: cells[titleColumn], Audience: cells[audienceColumn],
		SourceLang: language.Tag(cells[sourceColumn]),
	}
	for tag := range strings.FieldsSeq(cells[languageColumn]) {
		m.Languages = append(m.Languages, language.Tag(tag))
	}
	for column, cell := range cells {
		switch column {
		case idColumn, versionColumn, titleColumn, audienceColumn, sourceColumn, languageColumn:
		default:
			if m.Settings == nil {
				m.Settings = map[string]string{}
			}
			m.Settings[column] = cell
		}
	}
	return m
}

// Cells is the way back from [Settings].
func (m Meta) Cells() map[string]string {
	r := Row{Cells: map[string]string{}}
	for column, cell := range m.Settings {
		r.put(column, cell)
	}
	var tags []string
	for _, tag := range m.Languages {
		tags = append(tags, string(tag))
	}
	r.put(idColumn, m.ID)
	r.put(versionColumn, m.Version)
	r.put(titleColumn, m.Title)
	r.put(audienceColumn, m.Audience)
	r.put(sourceColumn, string(m.SourceLang))
	r.put(languageColumn, strings.Join(tags, " "))
	return r.Cells
}

func readTexts(fsys fs.FS, dir string) (map[language.Tag]map[string]string, error) {
	names, err := fs.Glob(fsys, path.Join(dir, "po", "*.po"))
	if err != nil {
		return nil, fmt.Errorf("form %s: %w", dir, err)
	}
	out := map[language.Tag]map[string]string{}
	for _, name := range names {
		file, err := readPO(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("form %s: %w", dir, err)
		}
		texts := map[string]string{}
		for _, m := range file.Messages {
			if !m.Fuzzy && m.Plural == "" && len(m.Text) > 0 {
				texts[norm.NFC.String(m.ID)] = norm.NFC.String(m.Text[0])
			}
		}
		out[language.Tag(strings.TrimSuffix(path.Base(name), ".po"))] = texts
	}
	return out, nil
}

func readPO(fsys fs.FS, name string) (*language.File, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // opened for reading only
	return language.ParsePO(name, f)
}
