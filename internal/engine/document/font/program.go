package font

import (
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"sync"

	gofont "github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/harfbuzz"
)

// unitsPerEm is the grid that all our files use; PDF counts in thousandths of an em as well, so that nothing is
// rounded between the two.
const unitsPerEm = 1000

// Program is one font file. It is read when it is first needed and safe for concurrent use.
type Program struct {
	Name string // PostScript name

	data   string
	packed string // gzip of data, for the file that is too large to stand in the program as it is
	once   sync.Once
	err    error
	parsed *gofont.Font
	tables map[string]string
	glyphs glyphs
}

// Metrics are what a PDF font descriptor says of a font, in thousandths of an em.
type Metrics struct {
	Ascent, Descent, CapHeight int
	Box                        [4]int // left, bottom, right, top of all glyphs together
	Weight                     int    // 400 regular, 700 bold
}

func (p *Program) load() error {
	p.once.Do(func() {
		if err := p.read(); err != nil {
			p.err = fmt.Errorf("read font %s: %w", p.Name, err)
		}
	})
	return p.err
}

func (p *Program) read() error {
	if err := p.unpack(); err != nil {
		return err
	}
	tables, err := directory(p.data)
	if err != nil {
		return err
	}
	for _, tag := range []string{"head", "hhea", "hmtx", "maxp", "loca", "glyf", "OS/2", "cmap"} {
		if tables[tag] == "" {
			return fmt.Errorf("table %q is missing", tag)
		}
	}
	if len(tables["head"]) < 54 || len(tables["hhea"]) < 36 || len(tables["maxp"]) < 32 || len(tables["OS/2"]) < 90 {
		return fmt.Errorf("a header table is cut short")
	}
	if u := be16(tables["head"], 18); u != unitsPerEm {
		return fmt.Errorf("%d units to the em, not %d", u, unitsPerEm)
	}
	p.tables = tables
	if p.glyphs, err = newGlyphs(tables); err != nil {
		return err
	}
	loader, err := opentype.NewLoader(newShaping(p.data))
	if err != nil {
		return err
	}
	p.parsed, err = gofont.NewFont(loader)
	return err
}

// maxFile is the largest font file that is unpacked.
const maxFile = 32 << 20

func (p *Program) unpack() error {
	if p.packed == "" {
		return nil
	}
	z, err := gzip.NewReader(strings.NewReader(p.packed))
	if err != nil {
		return err
	}
	var b strings.Builder
	if _, err := io.Copy(&b, io.LimitReader(z, maxFile)); err != nil {
		return err
	}
	p.data = b.String()
	return nil
}

func (p *Program) has(grapheme []rune) (bool, error) {
	if err := p.load(); err != nil {
		return false, err
	}
	for _, r := range grapheme {
		if _, ok := p.parsed.Cmap.Lookup(r); !ok && !harfbuzz.IsDefaultIgnorable(r) {
			return false, nil
		}
	}
	return true, nil
}

// Metrics returns the font's measures.
func (p *Program) Metrics() (Metrics, error) {
	if err := p.load(); err != nil {
		return Metrics{}, err
	}
	head, hhea, os2 := p.tables["head"], p.tables["hhea"], p.tables["OS/2"]
	return Metrics{
		Ascent:    signed(hhea, 4),
		Descent:   signed(hhea, 6),
		CapHeight: signed(os2, 88),
		Box:       [4]int{signed(head, 36), signed(head, 38), signed(head, 40), signed(head, 42)},
		Weight:    be16(os2, 4),
	}, nil
}

// directory cuts a TrueType file into its tables.
func directory(data string) (map[string]string, error) {
	if len(data) < 12 || data[:4] != "\x00\x01\x00\x00" {
		return nil, fmt.Errorf("not a TrueType file")
	}
	n := be16(data, 4)
	if len(data) < 12+16*n {
		return nil, fmt.Errorf("the table directory is cut short")
	}
	tables := make(map[string]string, n)
	for i := range n {
		entry := data[12+16*i:]
		from, size := uint64(be32(entry, 8)), uint64(be32(entry, 12))
		if from+size > uint64(len(data)) {
			return nil, fmt.Errorf("table %q ends after the file", entry[:4])
		}
		tables[entry[:4]] = data[from : from+size]
	}
	return tables, nil
}

func be16(s string, at int) int    { return int(s[at])<<8 | int(s[at+1]) }
func signed(s string, at int) int  { return int(int16(be16(s, at))) }
func be32(s string, at int) uint32 { return uint32(be16(s, at))<<16 | uint32(be16(s, at+2)) }

// shaping is a font file as the shaper sees it: the same bytes with a directory in which the tables that shaping has
// no use for have other names. Read whole, the outlines of Noto Sans SC would take a tenth of a second and 100 MB.
type shaping struct {
	header string
	*strings.Reader
}

func newShaping(data string) *shaping {
	header := []byte(data[:12+16*be16(data, 4)])
	for at := 12; at < len(header); at += 16 {
		switch string(header[at : at+4]) {
		case "glyf", "loca", "vmtx", "vhea", "post", "name", "STAT":
			header[at] = '-'
		}
	}
	return &shaping{string(header), strings.NewReader(data)}
}

func (s *shaping) ReadAt(b []byte, from int64) (int, error) {
	n, err := s.Reader.ReadAt(b, from)
	if from < int64(len(s.header)) {
		copy(b[:n], s.header[from:])
	}
	return n, err
}

func (s *shaping) Read(b []byte) (int, error) {
	from, err := s.Reader.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	n, err := s.Reader.Read(b)
	if from < int64(len(s.header)) {
		copy(b[:n], s.header[from:])
	}
	return n, err
}

// put16 appends a big-endian 16-bit number, which may be negative.
func put16(b []byte, v int) []byte { return binary.BigEndian.AppendUint16(b, uint16(v)) }
