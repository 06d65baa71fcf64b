package letter

import (
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/instrument/xpath"
)

// Own is a text that a person wrote, as it stands in one letter.
type Own struct {
	Path  string // "/request/facts/summary"
	Text  string // as written
	State OwnState
}

// OwnState says whether a letter in another language has the text's translation.
type OwnState string

// A stale translation is of an earlier wording: it isn't used.
const (
	Original   OwnState = "original" // the letter is in the language in which it was written
	Translated OwnState = "translated"
	Missing    OwnState = "missing"
	Stale      OwnState = "stale"
)

// Wording is the digest of a text that its translation carries, so that a change of the text shows.
func Wording(text string) string { return string(canonical.Sum([]byte(strings.TrimSpace(text)))) }

// translation is one of the answers' member "translation": {"@lang":"fr", "@path":"/request/facts/summary", "@of":"…",
// "#text":"…"}. @of is the [Wording] of what was translated.
type translation struct{ of, text string }

// translations reads those into one language.
func translations(root *xpath.Node, tag language.Tag) map[string]translation {
	out := map[string]translation{}
	for _, n := range root.Children() {
		if n.Name() == "translation" && attr(n, "lang") == string(tag) {
			out[samePath(attr(n, "path"))] = translation{attr(n, "of"), strings.TrimSpace(n.Value())}
		}
	}
	return out
}

// samePath writes a path so that a first one of several is the same as an only one: adding a second offence doesn't
// lose the translation of the first.
func samePath(p string) string { return strings.ReplaceAll(p, "[1]", "") }

func attr(n *xpath.Node, name string) string {
	if a := n.Attr(name); a != nil {
		return a.Value()
	}
	return ""
}

// words returns the text at a node in the letter's language if it has been translated, else as it was written, with its
// language when that isn't the letter's.
func (w *writing) words(n *xpath.Node) (string, language.Tag) {
	text := strings.TrimSpace(n.Value())
	if text == "" {
		return "", ""
	}
	o := Own{Path: n.Path(), Text: text, State: Original}
	lang := w.foreign()
	if lang != "" {
		t, ok := w.given[samePath(o.Path)]
		switch {
		case !ok || t.text == "":
			o.State = Missing
		case t.of != Wording(text):
			o.State = Stale
		default:
			o.State = Translated
			text, lang = t.text, ""
		}
	}
	if !w.told[o.Path] {
		w.told[o.Path] = true
		w.out.Own = append(w.out.Own, o)
	}
	return text, lang
}

// ownText is what the letter says of a node's own words, on one line.
func (w *writing) ownText(e *xpath.Expr, n *xpath.Node) (document.Text, error) {
	nodes, err := e.EvalNodes(w.at(n))
	if err != nil || len(nodes) == 0 {
		return nil, err
	}
	text, lang := w.words(nodes[0])
	if text == "" {
		return nil, nil
	}
	return document.Text{{Kind: document.Quote, Text: strings.Join(strings.Fields(text), " "), Lang: lang}}, nil
}
