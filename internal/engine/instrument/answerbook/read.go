package answerbook

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

// Limits of what is said beside an answer, in characters, and of a saved file.
const (
	MaxNote   = 2_000
	MaxSource = 1_000
	MaxPeriod = 40
	MaxSaved  = 4 << 20
)

// Peek reads what a file says of itself, to find the response that it belongs to. Nothing of it has been checked.
func Peek(r io.ReaderAt, size int64, name string) (Head, []Diagnostic, error) {
	f, found, err := open(r, size, name)
	if f == nil {
		return Head{}, found, err
	}
	defer f.close()
	return f.head, found, nil
}

// Read reads a file that came back, a workbook or what a page saved. Anything of another form, response or section
// refuses the whole file: then the error is [errs.Invalid] and the diagnostics say which cells. Answers are as they were
// typed, cleaned; whether they are right the form tells ([instrument.Instrument.Eval]).
func Read(r io.ReaderAt, size int64, name string, want Want) (Filled, []Diagnostic, error) {
	f, found, err := open(r, size, name)
	if f == nil {
		return Filled{}, found, err
	}
	defer f.close()
	t := taker{name: name, want: want, head: f.head, found: found, seen: map[string]bool{}, options: map[string]map[string]int{}}
	t.filled = Filled{Head: f.head, Answers: map[string]Answer{}, Base: f.base}
	if err := t.belongs(); err != nil {
		return Filled{}, t.found, err
	}
	lines, found, err := f.lines()
	t.found = append(t.found, found...)
	if err == nil {
		for _, l := range lines {
			t.take(l)
		}
		t.finish()
	}
	if t.found, err = refused(t.found, err); err != nil {
		return Filled{}, t.found, err
	}
	return t.filled, t.found, nil
}

// opened is a file of either kind whose head was read.
type opened struct {
	head  Head
	base  map[string]Answer
	lines func() ([]line, []Diagnostic, error)
	close func()
}

// line is what a file says of one question, of one choice to tick, or of one to give a place.
type line struct {
	file  string
	cells map[string]string // by column, where a column stands: "F12"
	path  string
	code  string // of a choice
	kind  string // questionKey, tickKey or placeKey
	value string
	// marks by column, as they are shown to people in a workbook; nil of a file that a page saved, whose mark is as it is.
	marks map[string]string
	mark  Mark
}

func open(r io.ReaderAt, size int64, name string) (*opened, []Diagnostic, error) {
	head := make([]byte, 1)
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, nil, fmt.Errorf("answer book %s: %w", name, err)
	}
	var f *opened
	var err error
	if head[0] == '{' {
		f, err = openSaved(r, size, name)
	} else {
		f, err = openBook(r, size, name)
	}
	if err != nil {
		found, err := refused(nil, err)
		return nil, found, err
	}
	return f, nil, nil
}

// taker takes the lines of a file into answers.
type taker struct {
	name   string
	want   Want
	head   Head
	found  []Diagnostic
	filled Filled
	seen   map[string]bool
	// options are what rows of choices say, by path and choice: the place of a ranked one, 1 of one that is ticked, else 0.
	options map[string]map[string]int
}

func (t *taker) say(l line, column string, sev instrument.Severity, code string, kv ...string) {
	t.found = append(t.found, instrument.Found(l.file, l.cells[column], sev, code, words[code], kv...))
}

// belongs refuses files of another form or response, and sections that this reader doesn't take.
func (t *taker) belongs() error {
	hash, err := t.want.In.Hash()
	if err != nil {
		return err
	}
	code := ""
	switch {
	case t.head.Form != hash:
		code = "other-form"
	case t.head.Response != t.want.Response:
		code = "other-response"
	case slices.ContainsFunc(t.head.Sections, func(s string) bool { return !slices.Contains(t.want.Sections, s) }):
		code = "other-section"
	default:
		return nil
	}
	t.say(line{file: t.name}, "", instrument.Error, code)
	t.found, err = refused(t.found, nil)
	return err
}

func (t *taker) take(l line) {
	it := t.want.In.Question(l.path)
	switch {
	case it == nil || !it.Answered():
		t.say(l, "key", instrument.Error, "other-question")
	case !slices.Contains(t.head.Sections, it.Section):
		t.say(l, "key", instrument.Error, "other-section")
	case t.seen[l.kind+l.path+"="+l.code]:
		t.say(l, "key", instrument.Error, "twice")
	case l.kind == questionKey:
		t.question(l, it)
	case !slices.ContainsFunc(t.want.In.Lists[it.List], func(c instrument.Choice) bool { return c.Name == l.code }):
		t.say(l, "key", instrument.Error, "other-question")
	case l.kind == tickKey:
		t.tick(l)
	default:
		t.place(l, it)
	}
	t.seen[l.kind+l.path+"="+l.code] = true
}

func (t *taker) question(l line, it *instrument.Item) {
	a := Answer{Value: t.filled.Base[l.path].Value, Mark: l.mark} // of several choices, rows of their own tell more
	several := it.Type == instrument.SelectMultipleType || it.Type == instrument.RankType
	if l.marks == nil || !several {
		a.Value = t.value(l, it)
	}
	if l.marks != nil {
		a.Mark = t.marks(l, it)
	}
	t.checkMark(l, it, a.Mark)
	t.filled.Answers[l.path] = a
}

// value is an answer as it is kept: of a select its choice's name, whatever it was called.
func (t *taker) value(l line, it *instrument.Item) string {
	value, code, args := it.Clean(dated(it.Type, l.value))
	switch code {
	case instrument.CodeTooLong:
		t.say(l, "answer", instrument.Error, "too-long", "n", args["n"])
	case instrument.CodeRemovedControl:
		t.say(l, "answer", instrument.Warning, "invisible")
	}
	switch {
	case it.Type == instrument.FileType:
		return t.filled.Base[l.path].Value // files don't come this way
	case value == "":
	case it.Type == instrument.AcknowledgeType && value != instrument.Acknowledged:
		if !ticked(value) {
			t.say(l, "answer", instrument.Error, "not-tick", "value", short60(value))
		}
		return instrument.Acknowledged
	case value == t.filled.Base[l.path].Value: // it stood there before, even when it is no choice any more
	case it.Type == instrument.SelectOneType:
		name, ok := t.choice(it, value)
		if !ok {
			t.say(l, "answer", instrument.Error, "not-choice", "value", short60(value))
		}
		return name
	}
	return value
}

func short60(s string) string {
	if utf8.RuneCountInString(s) > 60 {
		return string([]rune(s)[:60]) + "…"
	}
	return s
}

// choice finds a choice by its name or by its label in any language of the form.
func (t *taker) choice(it *instrument.Item, said string) (string, bool) {
	list := t.want.In.Lists[it.List]
	if slices.ContainsFunc(list, func(c instrument.Choice) bool { return c.Name == said }) {
		return said, true
	}
	for _, tag := range append([]language.Tag{t.head.Lang}, t.want.In.Spoken()...) {
		tr := func(text string) string {
			if own := t.want.In.In(tag, text); own != "" && tag != t.want.In.Tongue() {
				return own
			}
			return t.word(tag, text)
		}
		if i := slices.Index(labelsOf(list, tr), strings.Join(strings.Fields(said), " ")); i >= 0 {
			return list[i].Name, true
		}
	}
	return said, false
}
