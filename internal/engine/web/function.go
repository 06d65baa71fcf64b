package web

import (
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
)

// functions are what templates can call, bound to one language. README.md lists them for whoever writes a page.
func functions(p *language.Printer, files *assets, now func() time.Time) template.FuncMap {
	return template.FuncMap{
		"t": func(msg string, kv ...any) template.HTML { return inPage(p)(p.Parts(msg, kv...)) },
		"tn": func(one, many string, n int, kv ...any) template.HTML {
			return inPage(p)(p.PartsN(one, many, n, kv...))
		},
		"text":     func(msg string, kv ...any) string { return p.T(msg, plainValues(kv)...) },
		"textn":    func(one, many string, n int, kv ...any) string { return p.N(one, many, n, plainValues(kv)...) },
		"isolate":  isolate,
		"date":     func(t time.Time) template.HTML { return clock(t, time.DateOnly, string(p.Date(t))) },
		"longdate": func(t time.Time) template.HTML { return clock(t, time.DateOnly, string(p.LongDate(t))) },
		"when":     func(t time.Time) template.HTML { return clock(t, time.RFC3339, string(p.When(t))) },
		"instant":  func(t time.Time) template.HTML { return clock(t, time.RFC3339, language.Instant(t)) },
		"number":   func(n int64) string { return p.Number(n) },
		"size":     func(n int64) string { return p.Size(n) },
		"country":  func(code string) string { return p.Country(code) },
		"langname": func(tag language.Tag) string { return tag.Name() },
		"link":     link,
		"field":    makeField,
		"choice":   func(value, label string) Choice { return Choice{Value: value, Label: label} },
		"choices":  func(c ...Choice) []Choice { return c },
		"list":     func(v ...any) []any { return v },
		"dict":     dict,
		"fieldid":  fieldID,
		"asset": func(name string) (string, error) {
			return files.attribute(name, func(a *asset) string { return a.path })
		},
		"sri": func(name string) (string, error) {
			return files.attribute(name, func(a *asset) string { return a.integrity })
		},
		"once": func() id.ID { return id.New(now()) },
		"kind": kindOf,
		"ltr":  func() bool { return p.Direction() == language.LeftToRight },
	}
}

func (s *assets) attribute(name string, of func(*asset) string) (string, error) {
	a, ok := s.byName[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return of(a), nil
}

// sentence writes a printed sentence as HTML: words escaped, values isolated by <bdi>, links among the values as they are.
func sentence(parts []language.Part) template.HTML {
	var b strings.Builder
	for _, part := range parts {
		switch v := part.Value.(type) {
		case template.HTML:
			b.WriteString(string(v))
		case language.Plain:
			b.WriteString(html.EscapeString(part.Text))
		default:
			if part.Place == "" {
				b.WriteString(html.EscapeString(part.Text))
				continue
			}
			b.WriteString(string(isolate(part.Text)))
		}
	}
	return template.HTML(b.String()) //nolint:gosec // every piece is escaped above or comes from html/template
}

// inPage is [sentence] for a page in the printer's language: a sentence in another one says so.
func inPage(p *language.Printer) func(language.Tag, []language.Part) template.HTML {
	return func(tag language.Tag, parts []language.Part) template.HTML {
		s := sentence(parts)
		if tag == p.Tag() {
			return s
		}
		return template.HTML(`<span lang="` + string(tag) + `" dir="` + string(tag.Direction()) + `">` + string(s) + `</span>`) //nolint:gosec // escaped
	}
}

// isolate sets a name, a number or an address apart, so that it reads the same in Arabic and in English.
func isolate(v any) template.HTML {
	if h, ok := v.(template.HTML); ok {
		return h
	}
	return template.HTML("<bdi>" + html.EscapeString(fmt.Sprint(v)) + "</bdi>") //nolint:gosec // escaped
}

func clock(t time.Time, layout, shown string) template.HTML {
	if t.IsZero() {
		return ""
	}
	return template.HTML(`<time datetime="` + t.Format(layout) + `"><bdi>` + html.EscapeString(shown) + `</bdi></time>`) //nolint:gosec // escaped
}

// link makes a link to a page of this node, to stand in a sentence. An address that leads elsewhere becomes "/".
func link(href string, words any) template.HTML {
	inner, ok := words.(template.HTML)
	if !ok {
		inner = isolate(words)
	}
	return template.HTML(`<a class="govuk-link" href="` + html.EscapeString(localPath(href)) + `">` + string(inner) + `</a>`) //nolint:gosec // escaped
}

var tags = regexp.MustCompile(`<[^>]*>`)

// plainText takes the tags out of a piece of HTML that a template made, for the title of a page.
func plainText(s string) string { return html.UnescapeString(tags.ReplaceAllString(s, "")) }

// plainValues takes the tags out of values that are HTML, for a sentence in an attribute.
func plainValues(kv []any) []any {
	for i, v := range kv {
		if h, ok := v.(template.HTML); ok {
			kv[i] = plainText(string(h))
		}
	}
	return kv
}

// makeField makes a field of a form: {{template "field" (field .Form "text" "name" (text "Name") "hint" (text "…"))}}.
func makeField(f *Form, kind Kind, path, label string, kv ...any) (Field, error) {
	return f.Field(kind, path, label).withOptions(kv)
}

// dict makes the argument of a component that takes named values.
func dict(kv ...any) (map[string]any, error) {
	if len(kv)%2 != 0 {
		return nil, fmt.Errorf("dict: %d values, want pairs", len(kv))
	}
	d := map[string]any{}
	for i := 0; i < len(kv); i += 2 {
		name, ok := kv[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is no name", kv[i])
		}
		d[name] = kv[i+1]
	}
	return d, nil
}

// kindOf says whether v is the struct of a component, so that a table's cell can hold one.
func kindOf(v any, name string) bool {
	switch v.(type) {
	case Tag:
		return name == "Tag"
	case Link:
		return name == "Link"
	}
	return false
}
