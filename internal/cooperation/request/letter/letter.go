// Package letter writes the letter of a request: fixed sentences of the request's types, in the language chosen, with
// the answers in their places.
//
// The sentences stand in the types' letter.toml, the translations in their po files; nothing is glued together from
// pieces. Words that people wrote stay in the language they were written in and are marked with it. Start with [Load]
// and [Letters.Render].
package letter

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/cooperation/request/types"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/document"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/xpath"
)

// Printer is what a letter needs of a language; *language.Printer is one.
type Printer interface {
	Tag() language.Tag
	Parts(msg string, kv ...any) (language.Tag, []language.Part)
	Country(code string) string
	Date(t time.Time) language.Plain
	And(items []string) language.Plain
}

// Letters are the letters of all types, ready for any number of requests at once.
type Letters struct {
	cover   []*block
	shared  []*block
	byType  map[string][]*block
	under   map[string][]*block // by programme
	names   map[string]string   // of types
	lists   map[string][]instrument.Choice
	treaty  *treaty.Treaties
	message []string

	outlines []Outline
}

// Options say what the answers don't.
type Options struct {
	Reference string // the request's own, as it will be registered
	Outline   string // of [Letters.Outlines]; "" is the first
	Exercise  bool
	At        time.Time // the only time in the file
}

// Letter is a rendered letter.
type Letter struct {
	Doc          *document.Doc
	Untranslated []string // sentences that stand in English because the language has none, each once
	Own          []Own    // what people wrote, in the order of the letter, each path once
}

// Load reads and compiles the letters of the types. What is wrong is [errs.Invalid] and names the file.
func Load(ty *types.Types, ts *treaty.Treaties) (*Letters, error) {
	l := &Letters{byType: map[string][]*block{}, under: map[string][]*block{}, names: map[string]string{}, lists: ty.Form().Lists, treaty: ts}
	var err error
	if l.cover, err = l.read(ty, "_cover"); err != nil {
		return nil, err
	}
	if err = l.readOutlines(ty); err != nil {
		return nil, err
	}
	if l.shared, err = l.read(ty, "_measure"); err != nil {
		return nil, err
	}
	for _, t := range ty.All() {
		l.names[t.Code] = t.Name
		if l.byType[t.Code], err = l.read(ty, t.Code); err != nil {
			return nil, err
		}
	}
	for _, p := range ty.Programmes() {
		l.under[p.Code] = nil // told apart from a type when it is read
		if l.under[p.Code], err = l.read(ty, p.Code); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// Messages lists the fixed sentences, for the check that all are translated.
func (l *Letters) Messages() []string {
	out := slices.Concat(l.message, []string{exercise, footer})
	slices.Sort(out)
	return slices.Compact(out)
}

const (
	dataFile = "answers.json"
	exercise = "EXERCISE"
	footer   = "{reference} · The same request as data is attached to this file: {file}, {digest}"
)

// writing is one letter under way.
type writing struct {
	letters *Letters
	p       Printer
	o       Options
	root    *xpath.Node
	own     language.Tag // in which people wrote
	number  int          // of the last numbered paragraph
	given   map[string]translation
	told    map[string]bool // paths of own words that are listed
	out     Letter
}

// Render writes the letter of a request in the printer's language. The answers are embedded as data. Text that isn't
// translated stands in English and is listed.
func (l *Letters) Render(a instrument.Answers, p Printer, o Options) (*Letter, error) {
	root := a.Tree()
	req := root.Child("request")
	if req == nil {
		return nil, errs.Invalidf("letter: the answers hold no request")
	}
	data, err := a.Bytes()
	if err != nil {
		return nil, fmt.Errorf("letter: %w", err)
	}
	w := &writing{letters: l, p: p, o: o, root: root, own: language.Tag(a.Get("lang")), told: map[string]bool{}}
	w.given = translations(root, p.Tag())
	cover, err := l.ordered(o.Outline)
	if err != nil {
		return nil, err
	}
	blocks, err := w.blocks(cover, req)
	if err != nil {
		return nil, fmt.Errorf("letter: %w", err)
	}
	doc := &document.Doc{Lang: p.Tag(), Author: a.Get("request/requesting/authority"), Created: o.At, Blocks: withoutEmptyHeadings(blocks)}
	if len(doc.Blocks) > 0 {
		if h, ok := doc.Blocks[0].(document.Heading); ok {
			doc.Title = h.Text.String()
		}
	}
	doc.Subject = o.Reference
	if o.Exercise {
		doc.Exercise = w.say(exercise).String()
	}
	doc.Header = letterhead(a)
	digest := string(canonical.Sum(data))
	doc.Footer = w.fill(footer, []filled{
		{"reference", document.Text{{Kind: document.Identifier, Text: o.Reference}}},
		{"file", document.Text{{Kind: document.Identifier, Text: dataFile}}},
		{"digest", document.Text{{Kind: document.Identifier, Text: "SHA-256 " + digest}}}})
	doc.Files = []document.File{{Name: dataFile, Media: "application/json", Description: digest, Data: data}}
	w.out.Doc = doc
	slices.Sort(w.out.Untranslated)
	w.out.Untranslated = slices.Compact(w.out.Untranslated)
	return &w.out, nil
}

// letterhead is the requesting authority with its address, one line each.
func letterhead(a instrument.Answers) []document.Text {
	var out []document.Text
	for _, s := range append([]string{a.Get("request/requesting/authority")}, strings.Split(a.Get("request/requesting/address"), "\n")...) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, document.Text{{Kind: document.Name, Text: s}})
		}
	}
	return out
}

// withoutEmptyHeadings drops each heading under which nothing stands: it is followed by one of the same or a higher
// level, by the line that ends the sections, or by the end.
func withoutEmptyHeadings(in []document.Block) []document.Block {
	var out []document.Block // backwards
	for _, b := range slices.Backward(in) {
		if h, ok := b.(document.Heading); ok && h.Level > 1 && endsSection(out, h.Level) {
			continue
		}
		out = append(out, b)
	}
	slices.Reverse(out)
	return out
}

func endsSection(after []document.Block, level int) bool {
	if len(after) == 0 {
		return true
	}
	switch next := after[len(after)-1].(type) {
	case document.Heading:
		return next.Level <= level
	case document.Rule:
		return true
	}
	return false
}
