package letter

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/cooperation/request/types"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument/xpath"
)

type blockRow struct {
	Kind, Part, Outline string
	Text, When, Each    string
	Level               int
	Place               map[string]string
	Item                []itemRow
	Column              []itemRow
}

type itemRow struct {
	Term, Head, Text, When, Each string
	Place                        map[string]string
}

func (l *Letters) read(ty *types.Types, dir string) ([]*block, error) {
	name := dir + "/letter.toml"
	b, err := ty.File(dir, "letter.toml")
	if err != nil {
		return nil, fmt.Errorf("letter: %w", err)
	}
	var in struct{ Block []blockRow }
	if err := treaty.Decode(name, string(b), &in); err != nil {
		return nil, fmt.Errorf("letter: %w", err)
	}
	from := "/request/measure"
	if _, programme := l.under[dir]; programme {
		from = "/request/programme/" + dir
	} else if dir == "_cover" {
		from = "/request"
	}
	var out []*block
	for i, row := range in.Block {
		if row.Part == "" && i > 0 {
			row.Part = in.Block[i-1].Part
			in.Block[i].Part = row.Part
		}
		b, err := l.block(row, &compiler{letters: l, types: ty, from: from})
		if err != nil {
			return nil, fmt.Errorf("letter: %s: block %d (%s): %w", name, i+1, row.Kind, err)
		}
		out = append(out, b)
	}
	return out, nil
}

func (l *Letters) block(row blockRow, c *compiler) (*block, error) {
	b := &block{kind: row.Kind, part: row.Part, outline: row.Outline, level: row.Level, text: row.Text}
	b.when, b.each = c.expr(row.When), c.each(row.Each)
	b.places = c.places(row.Text, row.Place, row.Kind == "signature")
	switch row.Kind {
	case "heading":
		if row.Level < 1 || row.Level > 3 {
			return nil, errs.Invalidf("level %d: want 1 to 3", row.Level)
		}
		c.message(row.Text)
	case "paragraph":
		c.message(row.Text)
	case "own":
		b.own = c.answer(row.Text)
	case "definitions", "table":
		for _, it := range append(row.Item, row.Column...) {
			b.items = append(b.items, c.item(it))
		}
	case "signature", "measures", "programme", "rule":
	default:
		return nil, errs.Invalidf("there is no such kind of block")
	}
	return b, c.err
}

// compiler collects the first error, so that reading a block stays straight.
type compiler struct {
	letters *Letters
	types   *types.Types
	from    string // the place in the form at which expressions begin, "" when it isn't known
	err     error
}

// answer compiles an expression that is to have something of the form in it.
func (c *compiler) answer(src string) *xpath.Expr {
	c.asked(src)
	return c.expr(src)
}

// each compiles the path whose nodes are gone through; what follows begins there.
func (c *compiler) each(src string) *xpath.Expr {
	if src != "" {
		c.from = c.asked(src)
	}
	return c.expr(src)
}

// asked follows a path and returns where it leads. A slip of the pen would leave the sentence out in silence.
func (c *compiler) asked(src string) string {
	if c.from == "" && !strings.HasPrefix(src, "/") {
		return ""
	}
	to, ok := c.types.Asks(c.from, src)
	if !ok && c.err == nil {
		c.err = errs.Invalidf("no form has %s", to)
	}
	return to
}

func (c *compiler) expr(src string) *xpath.Expr {
	if src == "" {
		return nil
	}
	e, err := xpath.Compile(src, nil)
	if err != nil && c.err == nil {
		c.err = err
	}
	return e
}

// message notes a sentence to be translated. A text that is nothing but one place needs no translation.
func (c *compiler) message(text string) {
	if !onlyPlace(text) {
		c.letters.message = append(c.letters.message, text)
	}
}

func onlyPlace(text string) bool {
	return strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") && strings.Count(text, "{") == 1
}

func (c *compiler) item(row itemRow) item {
	from := c.from
	it := item{term: row.Term + row.Head, text: row.Text, when: c.expr(row.When), each: c.each(row.Each)}
	it.places = c.places(row.Text, row.Place, false)
	c.from = from
	c.message(it.term)
	c.message(it.text)
	return it
}

func (c *compiler) places(text string, rows map[string]string, free bool) []place {
	var out []place
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		p, err := c.place(name, rows[name])
		if err != nil && c.err == nil {
			c.err = err
		}
		if !free && !strings.Contains(text, "{"+name+"}") && c.err == nil {
			c.err = errs.Invalidf("place %s is not in the text", name)
		}
		out = append(out, p)
	}
	for _, name := range language.Places(text) {
		if _, ok := rows[name]; !ok && c.err == nil {
			c.err = errs.Invalidf("nothing fills {%s}", name)
		}
	}
	return out
}
