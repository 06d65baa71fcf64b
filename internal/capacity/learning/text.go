package learning

import (
	"bytes"
	"html/template"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

// classes are what the page's style wants on the elements that Markdown makes.
var classes = strings.NewReplacer(
	"<h2>", `<h2 class="govuk-heading-m">`, "<h3>", `<h3 class="govuk-heading-s">`, "<p>", `<p class="govuk-body">`,
	"<ul>", `<ul class="govuk-list govuk-list--bullet">`, "<ol>", `<ol class="govuk-list govuk-list--number">`,
	"<table>", `<table class="govuk-table">`, "<thead>", `<thead class="govuk-table__head">`, "<tbody>", `<tbody class="govuk-table__body">`,
	"<tr>", `<tr class="govuk-table__row">`, "<th>", `<th scope="col" class="govuk-table__header">`, "<td>", `<td class="govuk-table__cell">`,
	"<code>", `<code dir="ltr">`,
)

// text turns a unit's Markdown into HTML. Raw HTML in it is left out: goldmark's own rule unless told otherwise.
func text(markdown string) (template.HTML, error) {
	var b bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.Table)).Convert([]byte(markdown), &b); err != nil {
		return "", err
	}
	return template.HTML(classes.Replace(b.String())), nil //nolint:gosec // goldmark leaves raw HTML out
}
