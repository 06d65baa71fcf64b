package answerbook

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/workbook"
)

// saved is what a page saves: the answers of the file and what it was given out with.
type saved struct {
	Format   string            `json:"format"`
	Form     canonical.Hash    `json:"form"`
	Response string            `json:"response"`
	Sections []string          `json:"sections"`
	Lang     language.Tag      `json:"lang"`
	Stamp    string            `json:"stamp"`
	Base     map[string]Answer `json:"base"`
	Answers  map[string]Answer `json:"answers"`
}

func openSaved(r io.ReaderAt, size int64, name string) (*opened, error) {
	refuse := func(code string, kv ...string) error {
		return &workbook.Refusal{Problem: instrument.Found(name, "", instrument.Error, code, words[code], kv...)}
	}
	if size > MaxSaved {
		return nil, refuse("file-large", "n", strconv.Itoa(MaxSaved>>20))
	}
	b, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, err
	}
	var s saved
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&s); err != nil || s.Format != Format || s.Form == "" {
		return nil, refuse("not-book")
	}
	if s.Base == nil {
		s.Base = map[string]Answer{}
	}
	f := &opened{
		head: Head{Form: s.Form, Response: s.Response, Sections: s.Sections, Lang: s.Lang, Stamp: s.Stamp},
		base: s.Base, close: func() {},
	}
	f.lines = func() ([]line, []Diagnostic, error) { return s.lines(name), nil, nil }
	return f, nil
}

func (s *saved) lines(name string) []line {
	var paths []string
	for path := range s.Answers {
		paths = append(paths, path)
	}
	slices.SortFunc(paths, instrument.ByPlace)
	var out []line
	for _, path := range paths {
		a := s.Answers[path]
		where := map[string]string{}
		for column := range columnNames {
			where[column] = path
		}
		out = append(out, line{file: name, cells: where, path: path, kind: questionKey, value: strings.TrimSpace(a.Value), mark: a.Mark})
	}
	return out
}
