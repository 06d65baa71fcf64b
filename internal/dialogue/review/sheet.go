package review

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"comity/internal/base/canonical"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/store/db"
)

// The comment form is a sheet that a State fills in without this program, and the secretariat's compilation is the same
// sheet with two more columns filled (docs/formats/comments.md).
const (
	formFormat = "comity/comment-form/1"
	formSheet  = "Comments"
	metaSheet  = "comity"
	headRow    = 3
	emptyRows  = 40 // lines with a list to choose from below the last comment
)

// The columns. Those from colTarget on are hidden.
const (
	colNo = iota + 1
	colBehalf
	colPlace
	colQuote
	colType
	colComment
	colProposed
	colObservations
	colDisposition
	colLang
	colVisibility
	colTarget
	columns = colTarget
)

// Form is what a sheet is made of.
type Form struct {
	Title    string
	Lang     language.Tag // of its words
	Round    id.ID
	Tray     id.ID // "" for a compilation of all trays
	Version  canonical.Hash
	Blocks   []Block
	Comments []Comment
}

// WriteForm writes the sheet, from right to left in Arabic. Everything in it comes back by [ReadForm].
func WriteForm(w io.Writer, f Form, p *language.Printer) (err error) {
	x := excelize.NewFile()
	defer func() {
		if e := x.Close(); err == nil {
			err = e
		}
	}()
	s := sheet{x: x, p: p, form: f}
	for _, step := range []func() error{s.frame, s.meta, s.head, s.rows, s.choices} {
		if err := step(); err != nil {
			return fmt.Errorf("write comment form: %w", err)
		}
	}
	if err := x.Write(w); err != nil {
		return fmt.Errorf("write comment form: %w", err)
	}
	return nil
}

type sheet struct {
	x    *excelize.File
	p    *language.Printer
	form Form
}

func (s sheet) set(sheet string, col, row int, text string) error {
	cell, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return err
	}
	return s.x.SetCellStr(sheet, cell, text)
}

func (s sheet) frame() error {
	if err := s.x.SetSheetName("Sheet1", formSheet); err != nil {
		return err
	}
	if s.form.Lang.Direction() == language.RightToLeft {
		right := true
		if err := s.x.SetSheetView(formSheet, 0, &excelize.ViewOptions{RightToLeft: &right}); err != nil {
			return err
		}
	}
	for col, width := range map[string]float64{"A": 6, "B": 22, "C": 14, "D": 40, "E": 16, "F": 60, "G": 50, "H": 40, "I": 24, "J": 10, "K": 22} {
		if err := s.x.SetColWidth(formSheet, col, col, width); err != nil {
			return err
		}
	}
	if err := s.x.SetColVisible(formSheet, "L", false); err != nil {
		return err
	}
	if _, err := s.x.NewSheet(metaSheet); err != nil {
		return err
	}
	return s.x.SetSheetVisible(metaSheet, false)
}

func (s sheet) meta() error {
	for i, kv := range [][2]string{
		{"format", formFormat}, {"round", string(s.form.Round)}, {"tray", string(s.form.Tray)},
		{"version", string(s.form.Version)}, {"lang", string(s.form.Lang)},
	} {
		if err := s.set(metaSheet, 1, i+1, kv[0]); err != nil {
			return err
		}
		if err := s.set(metaSheet, 2, i+1, kv[1]); err != nil {
			return err
		}
	}
	return nil
}

func (s sheet) head() error {
	p := s.p
	if err := s.set(formSheet, 1, 1, s.form.Title); err != nil {
		return err
	}
	for i, label := range []string{
		p.T("No."), p.T("On behalf of"), p.T("Section or paragraph"), p.T("Quoted text"), p.T("Type"), p.T("Comment"), p.T("Proposed text"),
		p.T("Observations of the Secretariat"), p.T("Disposition"), p.T("Language"), p.T("Who may see it"),
	} {
		if err := s.set(formSheet, i+1, headRow, label); err != nil {
			return err
		}
	}
	bold, err := s.x.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	wrap, err := s.x.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}) // 49: text, so that "=" and "007" stay words
	if err != nil {
		return err
	}
	last := headRow + len(s.form.Comments) + emptyRows
	if err := s.x.SetCellStyle(formSheet, "A3", "K3", bold); err != nil {
		return err
	}
	return s.x.SetCellStyle(formSheet, "A4", "L"+strconv.Itoa(last), wrap)
}

func (s sheet) rows() error {
	for i, k := range s.form.Comments {
		target, err := json.Marshal(k.Target)
		if err != nil {
			return err
		}
		behalf := k.Behalf
		if behalf == "" {
			behalf = k.Party.Label(s.p)
		}
		quote := k.Target.Exact
		for col, text := range map[int]string{
			colNo: strconv.Itoa(k.N), colBehalf: behalf, colPlace: label(k.Target, s.form.Blocks), colQuote: quote, colType: typeWord(s.p, k.Type),
			colComment: k.Body, colProposed: k.Proposal, colObservations: k.Disposed.Reasoning, colDisposition: dispositionWord(s.p, k.Disposed.Value),
			colLang: string(k.Lang), colVisibility: visibilityWord(s.p, k.Visibility), colTarget: string(target),
		} {
			if err := s.set(formSheet, col, headRow+1+i, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// choices puts lists to choose from under the columns that have a few values.
func (s sheet) choices() error {
	last := strconv.Itoa(headRow + len(s.form.Comments) + emptyRows)
	lists := map[string][]string{"E": nil, "K": nil, "J": nil}
	for _, t := range types() {
		lists["E"] = append(lists["E"], typeWord(s.p, t))
	}
	for _, v := range visibilities() {
		lists["K"] = append(lists["K"], visibilityWord(s.p, v))
	}
	for _, tag := range language.Official() {
		lists["J"] = append(lists["J"], string(tag))
	}
	for col, words := range lists {
		v := excelize.NewDataValidation(true)
		v.Sqref = col + strconv.Itoa(headRow+1) + ":" + col + last
		if err := v.SetDropList(words); err != nil {
			return err
		}
		if err := s.x.AddDataValidation(formSheet, v); err != nil {
			return err
		}
	}
	return nil
}

// label is how people cite what a comment is about: "12", "II.A", "fig. 3", "note 2"; "" for the whole.
func label(t Target, blocks []Block) string {
	if t.Kind == OnWhole {
		return ""
	}
	i := find(blocks, t.Block)
	if i < 0 {
		return "?"
	}
	return blockLabel(blocks, i)
}

func blockLabel(blocks []Block, i int) string {
	switch b := blocks[i]; b.Kind {
	case Heading:
		return section(blocks, i)
	case Figure:
		return "fig. " + b.Number
	case Footnote:
		return "note " + b.Number
	default:
		return strings.TrimSuffix(b.Number, ".")
	}
}

// formOf collects what the sheet of a tray, or of all trays of a round, is made of.
func formOf(ctx context.Context, tx *db.Tx, r Round, tray id.ID, tag language.Tag, status ...CommentStatus) (Form, error) {
	d, err := Find(ctx, tx, r.Document)
	if err != nil {
		return Form{}, err
	}
	v, err := findVersion(ctx, tx, r.Version)
	if err != nil {
		return Form{}, err
	}
	f := Form{Title: strings.TrimSpace(d.Symbol + " " + d.Name(tag)), Lang: tag, Round: r.ID, Tray: tray, Version: v.Hash}
	if f.Blocks, err = Blocks(ctx, tx, v.ID); err != nil {
		return Form{}, err
	}
	f.Comments, err = Comments(ctx, tx, Filter{Round: r.ID, Tray: tray, In: v.ID, Status: status})
	return f, err
}
