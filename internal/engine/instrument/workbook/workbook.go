// Package workbook reads the tables of XLSX files that strangers send, and keeps within limits while it does.
//
// What isn't a workbook is told from the first bytes, in a sentence that says what to do; sizes are looked at before
// anything is unpacked. Start with [Open] and [Book.Table].
package workbook

import (
	"archive/zip"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

// Limits of a workbook.
const (
	MaxBytes    = 16 << 20
	MaxUnpacked = 128 << 20
	MaxEntries  = 1_000
	MaxRatio    = 300 // unpacked to packed, of an entry of more than a mebibyte
	MaxSheets   = 100
	MaxRows     = 20_000
	MaxColumns  = 500
	MaxCell     = 32_767 // characters, as spreadsheets have it
	MaxTime     = 10 * time.Second
)

// Refusal says why a file can't be read at all. It is [errs.Invalid].
type Refusal struct{ instrument.Problem }

func (r *Refusal) Error() string { return r.String() }

// Unwrap makes it [errs.Invalid].
func (r *Refusal) Unwrap() error { return errs.Invalid }

var (
	saveAgain = language.M("Open it in a spreadsheet program and save it as .xlsx, without a password.")
	split     = language.M("Take out what isn't part of the form, or send it in parts.")

	old        = instrument.Words{Says: language.M("This is an old .xls file or an encrypted one."), Do: saveAgain}
	notABook   = instrument.Words{Says: language.M("This is not a workbook."), Do: saveAgain}
	broken     = instrument.Words{Says: language.M("The workbook is damaged."), Do: saveAgain}
	large      = instrument.Words{Says: language.M("The workbook is larger than {n} MB."), Do: split}
	packed     = instrument.Words{Says: language.M("The workbook unpacks to far more than a form can be."), Do: saveAgain}
	sheetsMany = instrument.Words{Says: language.M("The workbook has more than {n} sheets or parts."), Do: split}
	rowsMany   = instrument.Words{Says: language.M("The sheet has more than {n} rows."), Do: split}
	wide       = instrument.Words{Says: language.M("The sheet has more than {n} columns."), Do: split}
	cellLong   = instrument.Words{Says: language.M("The cell has more than {n} characters."), Do: split}
	slow       = instrument.Words{Says: language.M("Reading the workbook takes too long."), Do: saveAgain}
	cellError  = instrument.Words{Says: language.M("The cell holds an error of the spreadsheet: {value}"), Do: language.M("Correct the formula, or write the value in its place.")}
)

// Words lists what is said here, for the catalogue's lint.
func Words() []instrument.Words {
	return []instrument.Words{old, notABook, broken, large, packed, sheetsMany, rowsMany, wide, cellLong, slow, cellError, notText, badQuotes}
}

// Book is an open workbook. Close it.
type Book struct {
	name  string
	file  *excelize.File
	until time.Time
}

// Open looks at a file and opens it. name is what problems call it. The error is a [Refusal] or one of reading.
func Open(r io.ReaderAt, size int64, name string) (*Book, error) {
	refuse := func(code string, w instrument.Words, kv ...string) error {
		return &Refusal{instrument.Found(name, "", instrument.Error, code, w, kv...)}
	}
	if size > MaxBytes {
		return nil, refuse("file-large", large, "n", strconv.Itoa(MaxBytes>>20))
	}
	head := make([]byte, 8)
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, fmt.Errorf("workbook %s: %w", name, err)
	}
	switch {
	case strings.HasPrefix(string(head), "\xD0\xCF\x11\xE0"):
		return nil, refuse("file-old", old)
	case !strings.HasPrefix(string(head), "PK\x03\x04"):
		return nil, refuse("file-not", notABook)
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, refuse("file-broken", broken)
	}
	if len(z.File) > MaxEntries {
		return nil, refuse("file-parts", sheetsMany, "n", strconv.Itoa(MaxEntries))
	}
	if swollen(z) {
		return nil, refuse("file-packed", packed)
	}
	b := &Book{name: name, until: time.Now().Add(MaxTime)}
	if err := b.open(io.NewSectionReader(r, 0, size)); err != nil {
		return nil, refuse("file-broken", broken)
	}
	if len(b.file.GetSheetList()) > MaxSheets {
		return nil, refuse("file-parts", sheetsMany, "n", strconv.Itoa(MaxSheets))
	}
	return b, nil
}

// swollen looks at the sizes that the entries say; the reader of the archive holds them to it.
func swollen(z *zip.Reader) bool {
	total := uint64(0)
	for _, f := range z.File {
		total += f.UncompressedSize64
		if total > MaxUnpacked || f.UncompressedSize64 > MaxUnpacked {
			return true
		}
		if f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/max(f.CompressedSize64, 1) > MaxRatio {
			return true
		}
	}
	return false
}

// open lets nothing that a damaged file does to the library end the program.
func (b *Book) open(r io.Reader) (err error) {
	defer recovered(&err)
	b.file, err = excelize.OpenReader(r, excelize.Options{RawCellValue: true, UnzipSizeLimit: MaxUnpacked, UnzipXMLSizeLimit: MaxUnpacked})
	return err
}

func recovered(err *error) {
	if p := recover(); p != nil {
		*err = errs.Invalidf("the reader of workbooks gave up: %v", p)
	}
}

// Close ends the reading.
func (b *Book) Close() error { return b.file.Close() }

// Sheets lists the sheets in the book's order.
func (b *Book) Sheets() []string { return b.file.GetSheetList() }

// Find returns the sheet of a name as the book writes it, whatever its letters' case; "" when there is none.
func (b *Book) Find(name string) string {
	for _, s := range b.file.GetSheetList() {
		if strings.EqualFold(strings.TrimSpace(s), name) {
			return s
		}
	}
	return ""
}
