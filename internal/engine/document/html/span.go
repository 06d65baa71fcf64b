package html

import (
	"strings"

	"comity/internal/engine/document"
)

func (w *writer) text(t document.Text) {
	for _, s := range t {
		w.span(s)
	}
}

func (w *writer) span(s document.Span) {
	chars := w.characters(s)
	switch s.Kind {
	case document.Emphasis:
		w.raw("<em%s>%s</em>", w.spanLang(s), chars)
	case document.Strong:
		w.raw("<strong%s>%s</strong>", w.spanLang(s), chars)
	case document.Identifier:
		// Always left to right, and never to be put into other words by a browser that translates.
		w.raw("<bdi class=\"identifier\" dir=\"ltr\" translate=\"no\">%s</bdi>", w.identifier(s))
	case document.Plain:
		if attrs := w.spanLang(s); attrs != "" {
			w.raw("<span%s>%s</span>", attrs, chars)
			return
		}
		w.b.WriteString(chars)
	default:
		w.raw("<bdi class=\"%s\"%s>%s</bdi>", className(s.Kind), w.spanLang(s), chars)
	}
}

// spanLang says a span's language. No dir goes with it: on a plain span it would set it apart from its sentence, and
// bdi finds the direction from the characters.
func (w *writer) spanLang(s document.Span) string {
	if s.Lang == "" || s.Lang == w.lang {
		return ""
	}
	return " lang=\"" + escape(string(s.Lang)) + "\""
}

func className(k document.Kind) string {
	switch k {
	case document.Name:
		return "name"
	case document.Amount:
		return "amount"
	case document.Date:
		return "date"
	}
	return "quote"
}

// characters escapes a span's text; a new line in it is a line break.
func (w *writer) characters(s document.Span) string {
	return lines(w.written(s))
}

func lines(s string) string { return strings.ReplaceAll(escape(s), "\n", "<br>") }

// identifier sets each right-to-left word inside an identifier apart, see [document.Stretches].
func (w *writer) identifier(s document.Span) string {
	var b strings.Builder
	for _, part := range document.Stretches(w.written(s)) {
		if part.RightToLeft {
			b.WriteString("<bdi>" + lines(part.Text) + "</bdi>")
			continue
		}
		b.WriteString(lines(part.Text))
	}
	return b.String()
}

func (w *writer) written(s document.Span) string {
	text, err := s.Written()
	if err != nil {
		w.fail(err)
	}
	return text
}
