package answerbook

import (
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/workbook"
)

// columns writes the rows of one section's sheet.
type columns struct {
	*sheets
	name  string
	line  int
	cells map[string][]string // by the place of a list: the cells that choose from it
	order []string            // of those places
	whole []string            // cells for whole numbers
}

func utf16Units(s string) []uint16 { return utf16.Encode([]rune(s)) }

func (c *columns) at(column int) string { return workbook.Letter(column) + strconv.Itoa(c.line) }

func (c *columns) row(r row) {
	c.line++
	indent := strings.Repeat("   ", r.Depth)
	label := r.Label
	if r.Hint != "" {
		label += "\n" + r.Hint
	}
	switch {
	case r.Path != "":
		c.question(r, indent+label)
	case r.Kind == instrument.NoteType:
		c.set(c.name, labelColumn, c.line, indent+label, c.text)
	default:
		c.set(c.name, labelColumn, c.line, indent+label, c.group)
	}
}

func (c *columns) question(r row, label string) {
	c.set(c.name, keyColumn, c.line, questionKey+r.Path, c.text)
	c.set(c.name, numberColumn, c.line, r.Number, c.text)
	c.set(c.name, labelColumn, c.line, label, c.text)
	c.set(c.name, howColumn, c.line, r.How, c.text)
	c.marks(r)
	switch r.Kind {
	case instrument.SelectMultipleType, instrument.RankType:
		for _, o := range r.Choices {
			c.choice(r, o)
		}
	case instrument.SelectOneType:
		var all []string
		value := r.Value // an answer that is no longer a choice is shown as it is
		for _, o := range r.Choices {
			all = append(all, o.Label)
			if o.Chosen {
				value = o.Label
			}
		}
		c.set(c.name, answerColumn, c.line, value, c.openText)
		c.from(answerColumn, all)
	case instrument.AcknowledgeType:
		c.set(c.name, answerColumn, c.line, map[bool]string{true: "x"}[r.Value == instrument.Acknowledged], c.openText)
		c.from(answerColumn, []string{"x"})
	case instrument.FileType:
		c.set(c.name, answerColumn, c.line, "", c.text)
	case instrument.IntegerType, instrument.DecimalType, instrument.RangeType:
		c.number(r)
	default:
		c.set(c.name, answerColumn, c.line, r.Value, c.openText)
	}
}

// number writes a number as one, so that whoever fills the book can reckon with it.
func (c *columns) number(r row) {
	c.set(c.name, answerColumn, c.line, r.Value, c.open)
	if f, err := strconv.ParseFloat(r.Value, 64); err == nil && strconv.FormatFloat(f, 'f', -1, 64) == r.Value && len(r.Value) < 15 {
		c.do(c.file.SetCellFloat(c.name, c.at(answerColumn), f, -1, 64))
	}
	if r.Kind == instrument.IntegerType {
		c.whole = append(c.whole, c.at(answerColumn))
	}
}

func (c *columns) choice(r row, o choice) {
	c.line++
	c.set(c.name, labelColumn, c.line, strings.Repeat("   ", r.Depth+1)+"– "+o.Label, c.text)
	if r.Kind == instrument.RankType {
		c.set(c.name, keyColumn, c.line, placeKey+r.Path+"="+o.Name, c.text)
		c.set(c.name, answerColumn, c.line, o.Place, c.open)
		c.whole = append(c.whole, c.at(answerColumn))
		return
	}
	c.set(c.name, keyColumn, c.line, tickKey+r.Path+"="+o.Name, c.text)
	c.set(c.name, answerColumn, c.line, map[bool]string{true: "x"}[o.Chosen], c.openText)
	c.from(answerColumn, []string{"x"})
}

func (c *columns) marks(r row) {
	pick := func(column int, options []option, value string) {
		if len(options) == 0 {
			return
		}
		text := value
		for _, o := range options {
			if o.value == value {
				text = c.book.Tr(o.label)
			}
		}
		c.set(c.name, column, c.line, text, c.openText)
		c.from(column, labels(options, c.book.Tr))
	}
	pick(missingColumn, r.Allow.missing(), r.Mark.Missing)
	if r.Allow.Confidential {
		pick(shownColumn, shown, r.Mark.Confidential)
	}
	pick(sourceKindColumn, sources, r.Mark.SourceKind)
	c.set(c.name, noteColumn, c.line, r.Mark.Note, c.openText)
	c.set(c.name, sourceColumn, c.line, r.Mark.Source, c.openText)
	c.set(c.name, periodColumn, c.line, r.Mark.Period, c.openText)
}

// from notes that a cell of this row chooses from a list.
func (c *columns) from(column int, labels []string) {
	if len(labels) == 0 {
		return
	}
	place := c.list(labels)
	if c.cells == nil {
		c.cells = map[string][]string{}
	}
	if c.cells[place] == nil {
		c.order = append(c.order, place)
	}
	c.cells[place] = append(c.cells[place], c.at(column))
}

// validate gives cells their lists and their kinds of numbers.
func (c *columns) validate() {
	for _, place := range c.order {
		v := excelize.NewDataValidation(true)
		v.Sqref = strings.Join(c.cells[place], " ")
		v.SetSqrefDropList(place)
		c.do(c.file.AddDataValidation(c.name, v))
	}
	if len(c.whole) > 0 {
		v := excelize.NewDataValidation(true)
		v.Sqref = strings.Join(c.whole, " ")
		c.do(v.SetRange(-1e15, 1e15, excelize.DataValidationTypeWhole, excelize.DataValidationOperatorBetween))
		c.do(c.file.AddDataValidation(c.name, v))
	}
}
