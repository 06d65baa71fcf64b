package answerbook

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

// marks reads the columns beside an answer over what was said of it before: what the sheet has no cell for stays.
func (t *taker) marks(l line, it *instrument.Item) Mark {
	m := t.filled.Base[l.path].Mark
	pick := func(column string, options []option, into *string) {
		said := strings.TrimSpace(l.marks[column])
		for _, o := range options {
			if said == o.value || said == t.said(o.label) {
				*into = o.value
				return
			}
		}
		*into = ""
		if said != "" {
			t.say(l, column, instrument.Error, "not-choice", "value", short60(said))
		}
	}
	if it.Allows(instrument.NotKnown) || it.Allows(instrument.NotAvailable) || l.marks["missing"] != "" {
		pick("missing", missings, &m.Missing)
	}
	if it.Allows(instrument.Confidential) || l.marks["shown"] != "" {
		pick("shown", shown, &m.Confidential)
	}
	pick("source kind", sources, &m.SourceKind)
	m.Note, m.Source, m.Period = t.text(l, "note"), t.text(l, "source"), t.text(l, "period")
	return m
}

func (t *taker) text(l line, column string) string {
	text, removed := instrument.CleanText(l.marks[column])
	if removed > 0 {
		t.say(l, column, instrument.Warning, "invisible")
	}
	return strings.TrimSpace(text)
}

// checkMark refuses what the question doesn't allow to be said, and texts that are too long. What was said before may
// stay.
func (t *taker) checkMark(l line, it *instrument.Item, m Mark) {
	before := t.filled.Base[l.path].Mark
	switch {
	case m.Missing != "" && m.Missing != before.Missing && !(it.Allows(m.Missing) && has(missings, m.Missing)):
		t.say(l, "missing", instrument.Error, "not-allowed")
	case m.Confidential != "" && m.Confidential != before.Confidential && !(it.Allows(instrument.Confidential) && has(shown, m.Confidential)):
		t.say(l, "shown", instrument.Error, "not-allowed")
	case m.SourceKind != "" && !has(sources, m.SourceKind):
		t.say(l, "source kind", instrument.Error, "not-choice", "value", short60(m.SourceKind))
	}
	for _, c := range []struct {
		column, text string
		most         int
	}{{"note", m.Note, MaxNote}, {"source", m.Source, MaxSource}, {"period", m.Period, MaxPeriod}} {
		if utf8.RuneCountInString(c.text) > c.most {
			t.say(l, c.column, instrument.Error, "too-long", "n", strconv.Itoa(c.most))
		}
	}
}

func has(options []option, value string) bool {
	for _, o := range options {
		if o.value == value {
			return true
		}
	}
	return false
}

// said is a word as the file has it, in the language in which it was given out.
func (t *taker) said(word string) string { return t.word(t.head.Lang, word) }

func (t *taker) word(tag language.Tag, english string) string {
	if t.want.Tr == nil {
		return english
	}
	return t.want.Tr(tag, english)
}
