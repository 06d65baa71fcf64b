package letter

import (
	"fmt"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document"
	"comity/internal/engine/instrument/xpath"
)

// block is one [[block]] of a letter.toml, compiled. Kinds:
//
//	heading      text at a level, 1 to 3
//	paragraph    a fixed sentence, numbered
//	own          the words of a person; text is the expression that finds them
//	definitions  items: a term and what is said of it
//	table        columns, one row for each node of each
//	rule         a line across, which ends the section
//	signature    places name, function, place, date
//	measures     the letters of the measures' types
//	programme    the letter of the programme under which the request is made
//
// when keeps a block out, each repeats it for every node of a path.
type block struct {
	kind       string
	part       string // of the letter; outlines put the parts in order
	outline    string // the only outline it is for, "" for all
	level      int
	text       string
	when, each *xpath.Expr
	own        *xpath.Expr
	places     []place
	items      []item
}

// item is a line of definitions or a column of a table.
type item struct {
	term       string
	text       string
	when, each *xpath.Expr
	places     []place
}

func (w *writing) at(n *xpath.Node) xpath.Context {
	return xpath.Context{Node: n, Root: w.root, Now: w.o.At, Vars: map[string]xpath.Value{"reference": xpath.Text(w.o.Reference)}}
}

// blocks writes blocks at a node: the request for the cover, a measure for its type.
func (w *writing) blocks(in []*block, n *xpath.Node) ([]document.Block, error) {
	var out []document.Block
	for _, b := range in {
		each := b.each
		if b.kind == "table" {
			each = nil // it makes rows, not tables
		}
		nodes, err := w.nodes(b.when, each, n)
		if err != nil {
			return nil, err
		}
		for _, n := range nodes {
			made, err := w.block(b, n)
			if err != nil {
				return nil, err
			}
			out = append(out, made...)
		}
	}
	return out, nil
}

// nodes returns where a block or an item is written: nowhere, at n, or at each node of a path from there.
func (w *writing) nodes(when, each *xpath.Expr, n *xpath.Node) ([]*xpath.Node, error) {
	if when != nil {
		is, err := when.EvalBool(w.at(n))
		if err != nil || !is {
			return nil, err
		}
	}
	if each == nil {
		return []*xpath.Node{n}, nil
	}
	return each.EvalNodes(w.at(n))
}

func (w *writing) block(b *block, n *xpath.Node) ([]document.Block, error) {
	switch b.kind {
	case "own":
		return w.ownWords(b, n)
	case "definitions":
		return w.definitions(b, n)
	case "table":
		return w.table(b, n)
	case "measures":
		return w.measures(n)
	case "programme":
		return w.programme(n)
	case "rule":
		return []document.Block{document.Rule{}}, nil
	}
	values, some, err := w.values(b.places, n)
	if err != nil || len(b.places) > 0 && !some {
		return nil, err
	}
	switch b.kind {
	case "heading":
		return []document.Block{document.Heading{Level: b.level, Text: w.fill(b.text, values)}}, nil
	case "signature":
		return []document.Block{signature(values)}, nil
	}
	w.number++
	return []document.Block{document.Paragraph{Number: fmt.Sprintf("%d.", w.number), Text: w.fill(b.text, values)}}, nil
}

func signature(values []filled) (s document.Signature) {
	for _, v := range values {
		switch v.name {
		case "name":
			s.Name = v.text
		case "function":
			s.Function = v.text
		case "place":
			s.Place = v.text
		case "date":
			s.Date = v.text
		}
	}
	return s
}

// ownWords writes what a person wrote, a paragraph for each line.
func (w *writing) ownWords(b *block, n *xpath.Node) ([]document.Block, error) {
	nodes, err := b.own.EvalNodes(w.at(n))
	if err != nil || len(nodes) == 0 {
		return nil, err
	}
	text, lang := w.words(nodes[0])
	var out []document.Block
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		w.number++
		out = append(out, document.Paragraph{Number: fmt.Sprintf("%d.", w.number), Text: document.T(line), Lang: lang})
	}
	return out, nil
}

// foreign is the language in which people wrote, "" when it is the letter's.
func (w *writing) foreign() language.Tag {
	if w.own == w.p.Tag() {
		return ""
	}
	return w.own
}

func (w *writing) definitions(b *block, n *xpath.Node) ([]document.Block, error) {
	var d document.Definitions
	for _, it := range b.items {
		nodes, err := w.nodes(it.when, it.each, n)
		if err != nil {
			return nil, err
		}
		for _, n := range nodes {
			values, some, err := w.values(it.places, n)
			if err != nil {
				return nil, err
			}
			if some {
				d.Items = append(d.Items, document.Definition{Term: w.say(it.term), Text: w.fill(it.text, values)})
			}
		}
	}
	if len(d.Items) == 0 {
		return nil, nil
	}
	return []document.Block{d}, nil
}

// table writes a row for each node and leaves out columns in which no row has anything.
func (w *writing) table(b *block, n *xpath.Node) ([]document.Block, error) {
	rows, err := w.nodes(nil, b.each, n)
	if err != nil {
		return nil, err
	}
	cells := make([][]document.Text, len(rows))
	used := make([]bool, len(b.items))
	for i, row := range rows {
		for j, it := range b.items {
			values, some, err := w.values(it.places, row)
			if err != nil {
				return nil, err
			}
			cell := document.Text{}
			if some {
				cell, used[j] = w.fill(it.text, values), true
			}
			cells[i] = append(cells[i], cell)
		}
	}
	var t document.Table
	for j, it := range b.items {
		if used[j] {
			t.Head = append(t.Head, w.say(it.term))
		}
	}
	for _, row := range cells {
		var kept []document.Text
		empty := true
		for j, c := range row {
			if used[j] {
				kept = append(kept, c)
				empty = empty && len(c) == 0
			}
		}
		if !empty {
			t.Rows = append(t.Rows, kept)
		}
	}
	if len(t.Head) == 0 || len(t.Rows) == 0 {
		return nil, nil
	}
	return []document.Block{t}, nil
}

// measures writes each measure: what all say, then what its type says.
func (w *writing) measures(req *xpath.Node) ([]document.Block, error) {
	var out []document.Block
	for _, m := range req.Children() {
		if m.Name() != "measure" {
			continue
		}
		kind := ""
		if a := m.Attr("type"); a != nil {
			kind = a.Value()
		}
		own, ok := w.letters.byType[kind]
		if !ok {
			return nil, errs.Invalidf("there is no type of request called %q", kind)
		}
		for _, part := range [][]*block{w.letters.shared, own} {
			made, err := w.blocks(part, m)
			if err != nil {
				return nil, err
			}
			out = append(out, made...)
		}
	}
	return out, nil
}

// programme writes what the programme's own questions say; one that this node doesn't have stays in the data alone.
func (w *writing) programme(req *xpath.Node) ([]document.Block, error) {
	p := req.Child("programme")
	if p == nil || p.Child("name") == nil {
		return nil, nil
	}
	code := p.Child("name").Value()
	asked := p.Child(code)
	if asked == nil {
		return nil, nil
	}
	return w.blocks(w.letters.under[code], asked)
}
