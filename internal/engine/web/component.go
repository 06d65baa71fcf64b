package web

import "html/template"

// What the components in ui/component.html take. Texts are in the language of the page; a value of type string is
// isolated when shown, one of type template.HTML (from link, t, when …) is shown as it is.

// Link leads to another page of the node.
type Link struct {
	Text   string
	Href   string
	Hidden string // what a screen reader adds: "Change" + " the facts"
}

// Row is one line of a "summary-list": a question and its answer.
type Row struct {
	Key     string
	Value   any
	Actions []Link
}

// Table is for "table". A page with a wide table stays as wide as the screen: the table scrolls, and on a telephone each
// row stands as a block, its cells below each other with the label of their column.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]any // string, template.HTML, [Tag] or [Link]
	Empty   string  // what is said instead of a table without rows
}

// Numeric says whether column i holds numbers, which stand at the end of their cells.
func (t Table) Numeric(i int) bool { return i < len(t.Columns) && t.Columns[i].Numeric }

// Label is the head of column i, "" where there is none.
func (t Table) Label(i int) string {
	if i >= len(t.Columns) {
		return ""
	}
	return t.Columns[i].Label
}

// Column is the head of a table's column.
type Column struct {
	Label   string
	Numeric bool
}

// Tag is a word with a colour for a state. The colour never says what the word doesn't.
type Tag struct {
	Text   string
	Colour string // grey, green, teal, blue, purple, magenta, red, orange, yellow; "" is blue
}

// Task is one entry of a "task-list".
type Task struct {
	Title string
	Hint  string
	Href  string // "" when it can't be started yet
	State Tag    // without a colour it is shown as plain words: what is done needs no attention
}

// Banner is for "banner": something happened, or must be known.
type Banner struct {
	Title   string // "Success", "Important"
	Text    any
	Success bool
}

// Details is for "details": words that not everybody needs.
type Details struct {
	Summary string
	Text    any
}

// Pager is for "pagination" by keys: there are no page numbers, a list may grow meanwhile.
type Pager struct {
	Previous string // address, "" at the beginning
	Next     string // address, "" at the end
}

// Button is for "button". Name and Value tell the handler which of several was pressed.
type Button struct {
	Text  string
	Name  string
	Value string
	Kind  string // "", "secondary" or "warning"
}

// Panel is for "panel": the page after something important was done.
type Panel struct {
	Title string
	Text  template.HTML
}
