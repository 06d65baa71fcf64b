// Package sav writes data as a system file of SPSS, which statisticians' programs read (PSPP among them): UTF-8, long
// names, labels of variables and values, missing values.
//
// The layout follows the description of the format in the manual of PSPP ("System File Format"): a header, one record for
// each eight bytes of a variable, value labels, information records, the data uncompressed in little-endian order. A text of
// more than 255 bytes is written as several variables, and the record of very long strings makes one of them.
package sav

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"comity/internal/base/errs"
)

// MaxText is how many bytes of a text are kept: longer ones end with "…". More isn't possible in the format.
const MaxText = 32_767

// Var is one variable.
type Var struct {
	Name    string // letters, digits, "_" and "."; at most 64 bytes
	Label   string
	Text    bool
	Width   int       // of a text in bytes, at most MaxText
	Labels  []Label   // of numbers
	Missing []float64 // at most three values that stand for a missing answer
}

// Label names a value.
type Label struct {
	Value float64
	Text  string
}

// File is what is written. Each row has one value for each variable: a float64, a string, or nil for the system's missing
// value.
type File struct {
	Label string // at most 64 bytes are kept
	At    time.Time
	Vars  []Var
	Rows  [][]any
	Notes []string // lines of the document record, such as that all is synthetic
}

// missing is the system-missing value.
const missing = -math.MaxFloat64

type writer struct {
	bytes.Buffer
}

func (w *writer) int(n int)     { _ = binary.Write(w, binary.LittleEndian, int32(n)) }
func (w *writer) num(f float64) { _ = binary.Write(w, binary.LittleEndian, f) }

// text writes s in n bytes, filled up with spaces.
func (w *writer) text(s string, n int) {
	w.WriteString(clip(s, n))
	w.spaces(n - len(clip(s, n)))
}

func (w *writer) spaces(n int) { w.WriteString(strings.Repeat(" ", n)) }

// clip cuts s to n bytes between two characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[:n]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}

// ellipsis cuts s to n bytes and says so.
func ellipsis(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return clip(s, n-len("…")) + "…"
}

// Write writes the file. The same file gives the same bytes. Names that the format doesn't take, or values of another kind
// than their variable, are [errs.Invalid].
func Write(to io.Writer, f File) error {
	w := &writer{}
	if err := f.check(); err != nil {
		return err
	}
	units := 0
	for _, v := range f.Vars {
		units += v.units()
	}
	w.header(f, units)
	short := shortNames(f.Vars)
	for i, v := range f.Vars {
		for k, part := range v.segments() {
			w.variable(part, short[i][k])
		}
	}
	w.valueLabels(f.Vars)
	if len(f.Notes) > 0 {
		w.int(6)
		w.int(len(f.Notes))
		for _, n := range f.Notes {
			w.text(n, 80)
		}
	}
	w.information(f.Vars, short)
	w.int(999)
	w.int(0)
	for _, row := range f.Rows {
		for i, v := range f.Vars {
			w.value(v, row[i])
		}
	}
	_, err := to.Write(w.Bytes())
	return err
}

// units is how many times eight bytes a value takes.
func (v Var) units() int {
	if !v.Text {
		return 1
	}
	n := 0
	for _, part := range v.segments() {
		n += (part.Width + 7) / 8
	}
	return n
}

func (f File) check() error {
	seen := map[string]bool{}
	for _, v := range f.Vars {
		low := strings.ToLower(v.Name)
		switch {
		case v.Name == "" || len(v.Name) > 64 || seen[low] || strings.Trim(low, "abcdefghijklmnopqrstuvwxyz0123456789_.") != "" || low[0] < 'a':
			return errs.Invalidf("sav: the name %q is empty, long, there twice, or has other characters than letters, digits, _ and .", v.Name)
		case v.Text && (v.Width < 1 || v.Width > MaxText):
			return errs.Invalidf("sav: %s is %d bytes wide, 1 to %d are possible", v.Name, v.Width, MaxText)
		case len(v.Missing) > 3:
			return errs.Invalidf("sav: %s has %d missing values, three are possible", v.Name, len(v.Missing))
		}
		seen[low] = true
	}
	for n, row := range f.Rows {
		if len(row) != len(f.Vars) {
			return errs.Invalidf("sav: row %d has %d values of %d", n+1, len(row), len(f.Vars))
		}
		for i, x := range row {
			_, text := x.(string)
			if _, number := x.(float64); x != nil && (text != f.Vars[i].Text || !text && !number) {
				return errs.Invalidf("sav: row %d: %s takes no %T", n+1, f.Vars[i].Name, x)
			}
		}
	}
	return nil
}

func (w *writer) header(f File, units int) {
	w.WriteString("$FL2")
	w.text("@(#) SPSS DATA FILE Comity", 60)
	w.int(2) // layout
	w.int(units)
	w.int(0) // not compressed
	w.int(0) // no weights
	w.int(len(f.Rows))
	w.num(100) // bias of compression, unused
	w.WriteString(f.At.UTC().Format("02 Jan 06"))
	w.WriteString(f.At.UTC().Format("15:04:05"))
	w.text(f.Label, 64)
	w.WriteString("\x00\x00\x00")
}

func (w *writer) variable(v Var, short string) {
	format := 5<<16 | 8<<8 | 2 // F8.2
	kind := 0
	if v.Text {
		format, kind = 1<<16|v.Width<<8, v.Width // A
	}
	w.int(2)
	w.int(kind)
	w.int(bit(v.Label != ""))
	w.int(len(v.Missing))
	w.int(format)
	w.int(format)
	w.text(short, 8)
	if v.Label != "" {
		label := clip(v.Label, 252)
		w.int(len(label))
		w.text(label, (len(label)+3)/4*4)
	}
	for _, m := range v.Missing {
		w.num(m)
	}
	for range v.units() - 1 { // the rest of the segment
		w.int(2)
		w.int(-1)
		w.int(0)
		w.int(0)
		w.int(0)
		w.int(0)
		w.text("", 8)
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (w *writer) valueLabels(vars []Var) {
	at := 1
	for _, v := range vars {
		if len(v.Labels) > 0 && !v.Text {
			w.int(3)
			w.int(len(v.Labels))
			for _, l := range v.Labels {
				w.num(l.Value)
				text := clip(l.Text, 120)
				w.WriteByte(byte(len(text)))
				w.text(text, (len(text)+8)/8*8-1)
			}
			w.int(4)
			w.int(1)
			w.int(at)
		}
		at += v.units()
	}
}

func (w *writer) information(vars []Var, short [][]string) {
	w.record(3, 4, 8) // machine integers
	for _, n := range []int{11, 0, 0, -1, 1, 1, 2, 65001} {
		w.int(n)
	}
	w.record(4, 8, 3) // machine floats
	w.num(missing)
	w.num(math.MaxFloat64)
	w.num(math.Nextafter(missing, 0))
	var names []string
	wide := ""
	for i, v := range vars {
		names = append(names, short[i][0]+"="+v.Name)
		if v.Text && v.Width > maxSegment {
			wide += fmt.Sprintf("%s=%05d\x00\t", short[i][0], v.Width)
		}
	}
	long := strings.Join(names, "\t")
	w.record(13, 1, len(long))
	w.WriteString(long)
	if wide != "" {
		w.record(14, 1, len(wide))
		w.WriteString(wide)
	}
	w.record(20, 1, len("UTF-8"))
	w.WriteString("UTF-8")
}

func (w *writer) record(kind, size, count int) {
	w.int(7)
	w.int(kind)
	w.int(size)
	w.int(count)
}

func (w *writer) value(v Var, x any) {
	switch x := x.(type) {
	case nil:
		if v.Text {
			w.words(v, "")
			return
		}
		w.num(missing)
	case string:
		w.words(v, ellipsis(x, v.Width))
	case float64:
		w.num(x)
	}
}

// shortNames gives each segment of each variable a name of at most eight characters, as old programs know it: V1, V2, ….
func shortNames(vars []Var) [][]string {
	var out [][]string
	n := 0
	for _, v := range vars {
		var names []string
		for range v.segments() {
			n++
			names = append(names, fmt.Sprintf("V%d", n))
		}
		out = append(out, names)
	}
	return out
}
