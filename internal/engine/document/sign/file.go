package sign

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"

	"comity/internal/base/errs"
)

// Limits of what is read. A letter of a hundred pages has about a thousand objects.
const (
	maxFile      = 64 << 20
	maxObjects   = 100_000 // in all tables together
	maxRevisions = 32
)

// file is a PDF with what a further update needs to know. Only the narrow form that our writer makes is understood: a
// classic cross-reference table, generation 0 throughout, no encryption, and the file ends in %%EOF and a new line.
type file struct {
	data    []byte
	at      int         // of the newest cross-reference table
	offsets map[int]int // of each object
	newest  map[int]int // the same for those in the newest table
	trailer dict
	size    int // the next free object number
	root    int
}

var tail = regexp.MustCompile(`startxref\n(\d{1,10})\n%%EOF\n$`)

func open(data []byte) (*file, error) {
	if len(data) > maxFile {
		return nil, errs.Invalidf("PDF of %d bytes, %d are allowed", len(data), maxFile)
	}
	m := tail.FindSubmatch(data[max(0, len(data)-64):])
	if !bytes.HasPrefix(data, []byte("%PDF-")) || m == nil {
		return nil, errs.Invalidf("not a PDF in the form that can be signed here")
	}
	at, err := number(m[1])
	if err != nil {
		return nil, err
	}
	f := &file{data: data, at: at, offsets: map[int]int{}}
	if err := f.readTables(); err != nil {
		return nil, err
	}
	return f, nil
}

// readTables reads the newest table and those before it. A number in a newer table hides the older one.
func (f *file) readTables() error {
	next, total := f.at, 0
	for range maxRevisions {
		entries, trailer, err := f.readTable(next)
		if err != nil {
			return err
		}
		if f.newest == nil {
			if err := f.readTrailer(entries, trailer); err != nil {
				return err
			}
		}
		if total += len(entries); total > maxObjects {
			return errs.Invalidf("PDF of more than %d objects", maxObjects)
		}
		for object, at := range entries {
			if _, newer := f.offsets[object]; !newer {
				f.offsets[object] = at
			}
		}
		prev := trailer.get("Prev")
		if prev == nil {
			return nil
		}
		before, err := number(prev)
		if err != nil {
			return err
		}
		if before >= next {
			return errs.Invalidf("PDF: cross-reference table at byte %d does not come before %d", before, next)
		}
		next = before
	}
	return errs.Invalidf("PDF of more than %d revisions", maxRevisions)
}

func (f *file) readTrailer(entries map[int]int, trailer dict) (err error) {
	f.newest, f.trailer = entries, trailer
	for _, key := range []string{"Encrypt", "XRefStm"} {
		if trailer.get(key) != nil {
			return errs.Invalidf("PDF: %s is not understood", key)
		}
	}
	if f.size, err = number(trailer.get("Size")); err != nil {
		return err
	}
	f.root, err = reference(trailer.get("Root"))
	return err
}

// readTable reads the cross-reference table at a byte, and its trailer (ISO 32000-1, 7.5.4 and 7.5.5).
func (f *file) readTable(at int) (map[int]int, dict, error) {
	if at >= len(f.data) || !bytes.HasPrefix(f.data[at:], []byte("xref\n")) {
		return nil, dict{}, errs.Invalidf("PDF: no cross-reference table at byte %d", at)
	}
	entries := map[int]int{}
	i := at + len("xref\n")
	for !bytes.HasPrefix(f.data[i:], []byte("trailer\n")) {
		next, err := f.readSection(i, entries)
		if err != nil {
			return nil, dict{}, err
		}
		i = next
	}
	trailer, _, err := readDict(f.data, i+len("trailer\n"))
	return entries, trailer, err
}

var (
	sectionHead = regexp.MustCompile(`^(\d{1,7}) (\d{1,7})\n`)
	inUse       = regexp.MustCompile(`^(\d{10}) 00000 n \n$`)
	free        = regexp.MustCompile(`^\d{10} \d{5} f \n$`)
)

const entrySize = 20

func (f *file) readSection(i int, entries map[int]int) (next int, err error) {
	m := sectionHead.FindSubmatch(f.data[i:min(len(f.data), i+entrySize)])
	if m == nil {
		return 0, errs.Invalidf("PDF: cross-reference table is not well formed at byte %d", i)
	}
	first, err := number(m[1])
	if err != nil {
		return 0, err
	}
	count, err := number(m[2])
	if err != nil {
		return 0, err
	}
	i += len(m[0])
	if first+count > maxObjects || i+count*entrySize > len(f.data) {
		return 0, errs.Invalidf("PDF: cross-reference table at byte %d is too large", i)
	}
	for object := first; object < first+count; object++ {
		entry := f.data[i : i+entrySize]
		i += entrySize
		if free.Match(entry) {
			continue
		}
		m := inUse.FindSubmatch(entry)
		if m == nil {
			return 0, errs.Invalidf("PDF: entry of object %d is not well formed", object)
		}
		if _, twice := entries[object]; twice {
			return 0, errs.Invalidf("PDF: object %d twice in one table", object)
		}
		if entries[object], err = number(m[1]); err != nil {
			return 0, err
		}
	}
	return i, nil
}

// dictionary reads an object that is a dictionary.
func (f *file) dictionary(object int) (dict, error) {
	at, ok := f.offsets[object]
	if !ok {
		return dict{}, errs.Invalidf("PDF: object %d is missing", object)
	}
	head := fmt.Sprintf("%d 0 obj\n", object)
	if at >= len(f.data) || !bytes.HasPrefix(f.data[at:], []byte(head)) {
		return dict{}, errs.Invalidf("PDF: object %d is not at byte %d", object, at)
	}
	d, _, err := readDict(f.data, at+len(head))
	return d, err
}

// firstPage follows the page tree to its first leaf.
func (f *file) firstPage() (object int, page dict, err error) {
	catalog, err := f.dictionary(f.root)
	if err != nil {
		return 0, dict{}, err
	}
	next := catalog.get("Pages")
	for range maxDepth {
		if object, err = reference(next); err != nil {
			return 0, dict{}, err
		}
		if page, err = f.dictionary(object); err != nil {
			return 0, dict{}, err
		}
		if string(page.get("Type")) == "/Page" {
			return object, page, nil
		}
		kids, err := references(page.get("Kids"))
		if err != nil {
			return 0, dict{}, err
		}
		if len(kids) == 0 {
			return 0, dict{}, errs.Invalidf("PDF without a page")
		}
		next = fmt.Appendf(nil, "%d 0 R", kids[0])
	}
	return 0, dict{}, errs.Invalidf("PDF: page tree deeper than %d", maxDepth)
}

func number(b []byte) (int, error) {
	n, err := strconv.Atoi(string(b))
	if err != nil || n < 0 {
		return 0, errs.Invalidf("PDF: %.20q is not a number", b)
	}
	return n, nil
}
