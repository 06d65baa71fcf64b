package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

// objects are the numbered parts of a PDF file. The file is written in the order of the numbers, with a classic
// cross-reference table at its end, so that a signature can be appended by whoever can read that.
type objects struct {
	list [][]byte
	zip  *zlib.Writer // nil before the first stream
}

// next gives out a number; what it stands for is set later.
func (o *objects) next() int {
	o.list = append(o.list, nil)
	return len(o.list)
}

func (o *objects) set(n int, format string, args ...any) {
	o.list[n-1] = fmt.Appendf(nil, format, args...)
}

func (o *objects) add(format string, args ...any) int {
	n := o.next()
	o.set(n, format, args...)
	return n
}

// addStream adds a compressed stream; dict is what its dictionary says besides length and filter.
func (o *objects) addStream(dict string, data []byte) int {
	var b bytes.Buffer
	if o.zip == nil {
		o.zip = zlib.NewWriter(&b)
	} else {
		o.zip.Reset(&b)
	}
	// Writing to a buffer cannot fail.
	_, _ = o.zip.Write(data)
	_ = o.zip.Close()
	return o.addRaw(dict+"/Filter/FlateDecode", b.Bytes())
}

// addRaw adds a stream as it is.
func (o *objects) addRaw(dict string, data []byte) int {
	n := o.next()
	o.list[n-1] = fmt.Appendf(nil, "<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(data), data)
	return n
}

// write puts out the file. Its identifier is made from all that stands before, so that the same document has the same.
func (o *objects) write(w io.Writer, catalog, info int) error {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	offsets := make([]int, len(o.list))
	for i, body := range o.list {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	id := sha256.Sum256(b.Bytes())
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(o.list)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%X><%X>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(o.list)+1, catalog, info, id[:16], id[:16], start)
	_, err := w.Write(b.Bytes())
	return err
}

// str writes a text string, in UTF-16 when it is not plain ASCII.
func str(s string) string {
	plain := true
	for _, r := range s {
		plain = plain && r >= ' ' && r < 0x7F
	}
	if plain {
		return "(" + strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(s) + ")"
	}
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteString(">")
	return b.String()
}

// name writes a name such as a media type.
func name(s string) string {
	var b strings.Builder
	b.WriteByte('/')
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '.', c == '_', c == '+':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "#%02X", c)
		}
	}
	return b.String()
}

// pt writes thousandths of a point as points.
func pt(v int) string {
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	if v%1000 == 0 {
		return fmt.Sprintf("%s%d", sign, v/1000)
	}
	return sign + strings.TrimRight(fmt.Sprintf("%d.%03d", v/1000, v%1000), "0")
}
