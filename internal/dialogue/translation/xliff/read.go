package xliff

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

// Limits of a file that is read.
const (
	MaxBytes = 16 << 20
	maxUnits = 5000
	maxDepth = 24
)

// Read reads a file. What is wrong is an [errs.Invalid] that says where. Only what is translated is read: notes, earlier
// versions and a tool's own elements are passed over; elements within a text are taken for their words.
func Read(in io.Reader) (File, error) {
	all, err := io.ReadAll(io.LimitReader(in, MaxBytes+1))
	if err != nil {
		return File{}, fmt.Errorf("read XLIFF: %w", err)
	}
	if len(all) > MaxBytes {
		return File{}, errs.Invalidf("read XLIFF: the file has more than %d MiB", MaxBytes>>20)
	}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(all, []byte("\ufeff"))))
	d.CharsetReader = func(charset string, r io.Reader) (io.Reader, error) {
		if strings.EqualFold(charset, "us-ascii") {
			return r, nil
		}
		return nil, errs.Invalidf("it is written in %s, want UTF-8", charset)
	}
	r := &reader{d: d}
	if err := r.file(); err != nil {
		line, _ := d.InputPos()
		if !errors.Is(err, errs.Invalid) {
			err = fmt.Errorf("%w: %w", err, errs.Invalid)
		}
		return File{}, fmt.Errorf("read XLIFF, line %d: %w", line, err)
	}
	return r.f, nil
}

type reader struct {
	d     *xml.Decoder
	f     File
	path  []string // the open elements
	files int
	seen  map[string]bool
}

// next returns the next element's begin or end, or words; what a file may not have is an error.
func (r *reader) next() (xml.Token, error) {
	for {
		t, err := r.d.Token()
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, errs.Invalidf("it declares a document type, which is not taken from outside")
		case xml.StartElement:
			if r.path = append(r.path, t.Name.Local); len(r.path) > maxDepth {
				return nil, errs.Invalidf("elements stand in each other more than %d deep", maxDepth)
			}
			return t, nil
		case xml.EndElement:
			r.path = r.path[:len(r.path)-1]
			return t, nil
		case xml.CharData:
			return t, nil
		}
	}
}

func (r *reader) file() error {
	r.seen = map[string]bool{}
	for {
		t, err := r.next()
		if errors.Is(err, io.EOF) {
			if r.files == 0 {
				return errs.Invalidf("there is no file element: this is not XLIFF 1.2")
			}
			return nil
		}
		if err != nil {
			return err
		}
		start, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if err := r.element(start); err != nil {
			return err
		}
	}
}

func (r *reader) element(e xml.StartElement) error {
	switch {
	case len(r.path) == 1:
		if e.Name.Local != "xliff" || e.Name.Space != namespace || get(e, "version") != "1.2" {
			return errs.Invalidf("the root element is %s in %q, version %q; want xliff in %q, version 1.2",
				e.Name.Local, e.Name.Space, get(e, "version"), namespace)
		}
	case e.Name.Local == "file":
		if r.files++; r.files > 1 {
			return errs.Invalidf("there is more than one file element; send each by itself")
		}
		r.f.Original, r.f.Source, r.f.Target = get(e, "original"), language.Tag(get(e, "source-language")), language.Tag(get(e, "target-language"))
	case e.Name.Local == "trans-unit":
		return r.unit(e)
	case e.Name.Local == "body", e.Name.Local == "group":
	default:
		return r.skip()
	}
	return nil
}

func get(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// skip passes over the rest of the element that was begun last.
func (r *reader) skip() error {
	for depth := len(r.path); len(r.path) >= depth; {
		if _, err := r.next(); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) unit(e xml.StartElement) error {
	u := Unit{ID: get(e, "id"), Approved: get(e, "approved") == "yes"}
	if r.files == 0 {
		return errs.Invalidf("the text %q stands outside of a file element", u.ID)
	}
	if r.seen[u.ID] {
		return errs.Invalidf("the text %q comes twice", u.ID)
	}
	if r.seen[u.ID] = true; len(r.seen) > maxUnits {
		return errs.Invalidf("it has more than %d texts", maxUnits)
	}
	source := false
	for depth := len(r.path); len(r.path) >= depth; {
		t, err := r.next()
		if err != nil {
			return err
		}
		start, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "source":
			source = true
			u.Source, err = r.words()
		case "target":
			u.State = State(get(start, "state"))
			u.Target, err = r.words()
		default:
			err = r.skip()
		}
		if err != nil {
			return fmt.Errorf("text %q: %w", u.ID, err)
		}
	}
	if !source {
		return errs.Invalidf("the text %q has no source", u.ID)
	}
	r.f.Units = append(r.f.Units, u)
	return nil
}

// words returns the characters of the element that was begun last, with those of the elements within it.
func (r *reader) words() (string, error) {
	var b strings.Builder
	for depth := len(r.path); len(r.path) >= depth; {
		t, err := r.next()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.StartElement:
			switch t.Name.Local {
			case "ph", "mrk", "g":
			default:
				return "", errs.Invalidf("the element %s stands in it, which is not written by this program", t.Name.Local)
			}
		}
	}
	return b.String(), nil
}
