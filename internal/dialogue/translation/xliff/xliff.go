// Package xliff writes and reads XLIFF 1.2, the file in which translators' tools take texts and give them back (OASIS
// Standard, 1 February 2008).
//
// What is written is plain text with its places ({name}) protected as placeholders. What is read comes from a stranger:
// it has limits, declares nothing and refers to nothing outside it. Start with [Write] and [Read].
package xliff

import (
	"encoding/xml"
	"fmt"
	"strings"

	"comity/internal/base/language"
)

const namespace = "urn:oasis:names:tc:xliff:document:1.2"

// File is the texts of one object in one language.
type File struct {
	Original       string // what the texts are of
	Source, Target language.Tag
	Units          []Unit
}

// Unit is one text.
type Unit struct {
	ID       string // the path of the text, which no tool changes
	Source   string
	Target   string // "" when there is none yet
	State    State
	Approved bool
	Previous *Pair  // an earlier source and what it was translated to
	Note     string // for the translator
}

// Pair is a source with its translation.
type Pair struct{ Source, Target string }

// State is XLIFF's word for how far a target is (2.3.1.4, attribute state).
type State string

// The states that are written; any is read.
const (
	New    State = "new"
	Again  State = "needs-translation"
	Review State = "needs-review-translation"
	Done   State = "translated"
	Final  State = "final"
)

// Write returns the file, UTF-8, the same bytes for the same texts.
func Write(f File) []byte {
	var w writer
	w.raw(xml.Header)
	w.raw("<xliff version=\"1.2\" xmlns=\"%s\">\n", namespace)
	w.raw("<file original=\"%s\" source-language=\"%s\" target-language=\"%s\" datatype=\"plaintext\">\n", attr(f.Original), attr(string(f.Source)), attr(string(f.Target)))
	w.raw("<header><tool tool-id=\"comity\" tool-name=\"Comity\"/></header>\n<body>\n")
	for _, u := range f.Units {
		w.unit(f, u)
	}
	w.raw("</body>\n</file>\n</xliff>\n")
	return []byte(w.b.String())
}

type writer struct{ b strings.Builder }

func (w *writer) raw(format string, args ...any) { fmt.Fprintf(&w.b, format, args...) }

func (w *writer) unit(f File, u Unit) {
	approved := "no"
	if u.Approved {
		approved = "yes"
	}
	w.raw("<trans-unit id=\"%s\" approved=\"%s\" xml:space=\"preserve\">\n", attr(u.ID), approved)
	w.raw("<source xml:lang=\"%s\">%s</source>\n", attr(string(f.Source)), content(u.Source))
	if u.Target != "" || u.State != "" {
		w.raw("<target xml:lang=\"%s\"%s>%s</target>\n", attr(string(f.Target)), state(u.State), content(u.Target))
	}
	if u.Note != "" {
		w.raw("<note>%s</note>\n", text(u.Note))
	}
	if p := u.Previous; p != nil {
		w.raw("<alt-trans alttranstype=\"previous-version\">\n<source xml:lang=\"%s\">%s</source>\n<target xml:lang=\"%s\">%s</target>\n</alt-trans>\n",
			attr(string(f.Source)), content(p.Source), attr(string(f.Target)), content(p.Target))
	}
	w.raw("</trans-unit>\n")
}

func state(s State) string {
	if s == "" {
		return ""
	}
	return " state=\"" + attr(string(s)) + "\""
}

// content writes a text with each place in an element of its own, which tools show and don't let change.
func content(s string) string {
	var b strings.Builder
	at := 0
	for i, p := range language.PlacesAt(s) {
		fmt.Fprintf(&b, "%s<ph id=\"%d\">%s</ph>", text(s[at:p[0]]), i+1, text(s[p[0]:p[1]]))
		at = p[1]
	}
	return b.String() + text(s[at:])
}

// text escapes what has a meaning in XML and nothing else: a tab or a new line within an element is kept by every reader.
func text(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;").Replace(s)
}

func attr(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "&#10;", "\t", "&#9;", "\r", "&#13;").Replace(s)
}
