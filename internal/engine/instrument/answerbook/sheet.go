package answerbook

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/instrument/workbook"
)

// The sheets that aren't sections.
const (
	aboutSheet = "comity"
	listSheet  = "lists"
)

// The columns of a section's sheet. The first is hidden and says which question a row is.
const (
	keyColumn = iota
	numberColumn
	labelColumn
	howColumn
	answerColumn
	missingColumn
	shownColumn
	noteColumn
	sourceColumn
	sourceKindColumn
	periodColumn
)

// The beginnings of keys: a question, one of its choices to tick, one to give a place.
const (
	questionKey = "q:"
	tickKey     = "x:"
	placeKey    = "n:"
)

// WriteXLSX writes the book as a workbook: a sheet for each section, a row for each question.
func (b Book) WriteXLSX(w io.Writer) error {
	if err := b.head(); err != nil {
		return err
	}
	parts, err := b.parts()
	if err != nil {
		return err
	}
	f := excelize.NewFile()
	defer f.Close() // in memory
	s := sheets{book: &b, file: f, lists: map[string]string{}}
	s.styles()
	s.start(parts)
	s.about(parts)
	for i, p := range parts {
		s.section(sheetName(i, p.Title), p)
	}
	if s.err != nil {
		return fmt.Errorf("answer book: %w", s.err)
	}
	if _, err := f.WriteTo(w); err != nil {
		return fmt.Errorf("answer book: %w", err)
	}
	return nil
}

// sheets is a workbook that is being written. The first error sticks.
type sheets struct {
	book  *Book
	file  *excelize.File
	lists map[string]string // by its choices, where a list stands
	err   error

	head, group, text, open, openText int // styles
}

func (s *sheets) do(err error) {
	if s.err == nil {
		s.err = err
	}
}

// style leaves the direction of a cell's text to its first letters: a sheet in Arabic has names in Latin letters too.
func (s *sheets) style(st *excelize.Style) int {
	n, err := s.file.NewStyle(st)
	s.do(err)
	return n
}

func (s *sheets) styles() {
	wrap := func() *excelize.Alignment { return &excelize.Alignment{WrapText: true, Vertical: "top"} }
	light := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFF8DC"}}
	line := []excelize.Border{{Type: "bottom", Color: "999999", Style: 1}, {Type: "top", Color: "999999", Style: 1}, {Type: "left", Color: "999999", Style: 1}, {Type: "right", Color: "999999", Style: 1}}
	s.head = s.style(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: wrap(), Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDE4EC"}}})
	s.group = s.style(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 12}, Alignment: wrap()})
	s.text = s.style(&excelize.Style{Alignment: wrap()})
	s.open = s.style(&excelize.Style{Alignment: wrap(), Fill: light, Border: line, Protection: &excelize.Protection{Locked: false}})
	s.openText = s.style(&excelize.Style{Alignment: wrap(), Fill: light, Border: line, NumFmt: 49, Protection: &excelize.Protection{Locked: false}}) // 49: text, so that nothing typed is made a date
}

// sheetName is a section's title as a sheet may be called: 31 characters, some not, each name once.
func sheetName(i int, title string) string {
	title = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) || r < ' ' {
			return ' '
		}
		return r
	}, title)
	name := strconv.Itoa(i+1) + " " + strings.TrimSpace(title)
	for utf8.RuneCountInString(name) > 31 || len(utf16Units(name)) > 31 {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	return strings.TrimSpace(name)
}

func (s *sheets) set(sheet string, column, line int, text string, style int) {
	at := workbook.Letter(column) + strconv.Itoa(line)
	if text != "" {
		s.do(s.file.SetCellStr(sheet, at, text))
	}
	s.do(s.file.SetCellStyle(sheet, at, at, style))
}

// start is the first sheet: what this is and what to do.
func (s *sheets) start(parts []part) {
	b, name := s.book, sheetName(-1, s.book.Tr(wStart))
	s.do(s.file.SetSheetName("Sheet1", name))
	lines := []string{b.Title, b.Banner, b.Tr(wAbout), b.Tr(wAboutX), b.Tr(wSection)}
	for _, p := range parts {
		lines = append(lines, p.Title)
	}
	n := 0
	for _, text := range lines {
		if text == "" {
			continue
		}
		n++
		s.set(name, 0, n, text, map[bool]int{true: s.group, false: s.text}[n == 1])
	}
	s.do(s.file.SetColWidth(name, "A", "A", 100))
	s.view(name)
	s.protect(name)
}

func (s *sheets) view(name string) {
	rtl := s.book.Lang.Direction() == language.RightToLeft
	s.do(s.file.SetSheetView(name, 0, &excelize.ViewOptions{RightToLeft: &rtl}))
}

func (s *sheets) protect(name string) { // without a password: it keeps from mistakes, and from nothing else
	s.do(s.file.ProtectSheet(name, &excelize.SheetProtectionOptions{
		SelectLockedCells: true, SelectUnlockedCells: true, FormatRows: true, FormatColumns: true,
	}))
}

// about is the hidden sheet: what the file is, and how things stood when it was given out.
func (s *sheets) about(parts []part) {
	_, err := s.file.NewSheet(aboutSheet)
	s.do(err)
	b := s.book
	for i, line := range [][2]string{
		{"format", Format}, {"form", string(b.Form)}, {"response", b.Response}, {"lang", string(b.Lang)}, {"stamp", b.Stamp},
		{"sections", strings.Join(b.Sections, " ")},
	} {
		s.set(aboutSheet, 0, i+1, line[0], s.text)
		s.set(aboutSheet, 1, i+1, line[1], s.text)
	}
	n := 6
	for _, p := range parts {
		for _, r := range p.Rows {
			if base := (Answer{r.Value, r.Mark}); r.Path != "" && base != (Answer{}) {
				n++
				mark, err := json.Marshal(r.Mark)
				s.do(err)
				s.set(aboutSheet, 0, n, "base:"+r.Path, s.text)
				s.set(aboutSheet, 1, n, r.Value, s.text)
				s.set(aboutSheet, 2, n, string(mark), s.text)
			}
		}
	}
	_, err = s.file.NewSheet(listSheet)
	s.do(err)
	s.do(s.file.SetSheetVisible(aboutSheet, false, true))
	s.do(s.file.SetSheetVisible(listSheet, false, true))
}

func (s *sheets) section(name string, p part) {
	_, err := s.file.NewSheet(name)
	s.do(err)
	c := &columns{sheets: s, name: name}
	s.set(name, labelColumn, 1, p.Title, s.group)
	s.set(name, labelColumn, 2, p.Hint, s.text)
	for i, word := range []string{wNumber, wQuestion, wHow, wAnswer, wMissing, wShown, wNote, wSource, wSourceKind, wPeriod} {
		s.set(name, numberColumn+i, 3, s.book.Tr(word), s.head)
	}
	c.line = 3
	for _, r := range p.Rows {
		c.row(r)
	}
	if c.line > workbook.MaxRows {
		s.do(errs.Invalidf("section %s has more than %d rows in a workbook: hand it out as a page", p.Name, workbook.MaxRows))
	}
	c.validate()
	for i, width := range map[int]float64{
		numberColumn: 6, labelColumn: 48, howColumn: 26, answerColumn: 40, missingColumn: 16, shownColumn: 18, noteColumn: 24,
		sourceColumn: 20, sourceKindColumn: 14, periodColumn: 10,
	} {
		s.do(s.file.SetColWidth(name, workbook.Letter(i), workbook.Letter(i), width))
	}
	s.do(s.file.SetColVisible(name, "A", false))
	s.do(s.file.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 3, TopLeftCell: "A4", ActivePane: "bottomLeft"}))
	s.view(name)
	s.protect(name)
}

// list puts choices into the hidden sheet, once for all questions that have them, and returns where they stand.
func (s *sheets) list(labels []string) string {
	key := strings.Join(labels, "\n")
	if at, ok := s.lists[key]; ok {
		return at
	}
	column := len(s.lists)
	for i, label := range labels {
		s.set(listSheet, column, i+1, label, s.text)
	}
	letter := workbook.Letter(column)
	s.lists[key] = fmt.Sprintf("%s!$%s$1:$%s$%d", listSheet, letter, letter, len(labels))
	return s.lists[key]
}

func labels(options []option, tr func(string) string) []string {
	out := make([]string, len(options))
	for i, o := range options {
		out[i] = tr(o.label)
	}
	return out
}

// allowedMissing are the reasons for a missing answer that the question allows.
func (a allowed) missing() []option {
	var out []option
	for _, o := range missings {
		if o.value == instrument.NotKnown && a.NotKnown || o.value == instrument.NotAvailable && a.NotAvailable {
			out = append(out, o)
		}
	}
	return out
}
