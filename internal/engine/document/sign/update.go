package sign

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
)

// values are what varies in a signature's update of a file; everything else follows from the file before it.
type values struct {
	name, reason, location string
	at                     time.Time
	room                   int    // bytes kept for the CMS
	cms                    []byte // may be empty while it is being made
}

// update is what is appended to a file for one signature (ISO 32000-1, 7.5.6 and 12.8.1).
type update struct {
	bytes    []byte
	from, to int // of the entry Contents with its brackets, counted from the beginning of the whole file
	length   int // of the whole file
}

// byteRangeWidth leaves room for the numbers of the largest file, so that they can be set at the end.
const byteRangeWidth = 40

// write makes the update that puts a signature of these values on the file. The same file and values give the same
// bytes: that is how [Verify] knows that an update is a signature and nothing more.
func (f *file) write(v values) (update, error) {
	form, changed, err := f.addField()
	if err != nil {
		return update{}, err
	}
	sig := f.size + form.added + 1
	changed = append(changed, change{sig - 1, form.field(sig)})

	var u update
	var b bytes.Buffer
	offsets := map[int]int{}
	for _, c := range changed {
		offsets[c.object] = len(f.data) + b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", c.object, c.body)
	}
	offsets[sig] = len(f.data) + b.Len()
	fmt.Fprintf(&b, "%d 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange", sig)
	rangeAt := b.Len()
	b.WriteString(strings.Repeat(" ", byteRangeWidth) + "/Contents")
	u.from = len(f.data) + b.Len()
	fmt.Fprintf(&b, "<%0*d>", 2*v.room, 0)
	u.to = len(f.data) + b.Len()
	fmt.Fprintf(&b, "/M%s%s%s%s>>\nendobj\n", pdfTime(v.at), entry("Name", v.name), entry("Reason", v.reason), entry("Location", v.location))
	f.writeTable(&b, offsets, sig+1, pdfTime(v.at))

	u.bytes, u.length = b.Bytes(), len(f.data)+b.Len()
	copy(u.bytes[rangeAt:], u.byteRange())
	if len(v.cms) > v.room {
		return update{}, errs.Invalidf("signature of %d bytes, there is room for %d", len(v.cms), v.room)
	}
	u.fill(len(f.data), v.cms)
	return u, nil
}

func (u update) byteRange() string {
	return fmt.Sprintf("[0 %d %d %d]", u.from, u.to, u.length-u.to)
}

// fill puts the CMS between the brackets; what is left of the room stays zero.
func (u update) fill(before int, cms []byte) {
	hex.Encode(u.bytes[u.from-before+1:], cms)
}

// digest is over everything but the entry Contents.
func (u update) digest(before []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(before)
	h.Write(u.bytes[:u.from-len(before)])
	h.Write(u.bytes[u.to-len(before):])
	return [sha256.Size]byte(h.Sum(nil))
}

// writeTable ends the update with its cross-reference table and trailer. The second half of the identifier changes with
// each update (14.4). It is made from the old one and the time, not from the file's bytes: a byte changed in there shall
// be found by the signature, which can say so.
func (f *file) writeTable(b *bytes.Buffer, offsets map[int]int, size int, at string) {
	start := len(f.data) + b.Len()
	b.WriteString("xref\n")
	objects := make([]int, 0, len(offsets))
	for object := range offsets {
		objects = append(objects, object)
	}
	slices.Sort(objects)
	for i := 0; i < len(objects); {
		n := 1
		for i+n < len(objects) && objects[i+n] == objects[i]+n {
			n++
		}
		fmt.Fprintf(b, "%d %d\n", objects[i], n)
		for _, object := range objects[i : i+n] {
			fmt.Fprintf(b, "%010d 00000 n \n", offsets[object])
		}
		i += n
	}
	fmt.Fprintf(b, "trailer\n<</Size %d/Root %d 0 R", size, f.root)
	if info := f.trailer.get("Info"); info != nil {
		fmt.Fprintf(b, "/Info %s", info)
	}
	id := f.trailer.get("ID")
	if first, ok := firstID(id); ok {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s%s%d", id, at, start))
		fmt.Fprintf(b, "/ID[%s<%X>]", first, sum[:16])
	}
	fmt.Fprintf(b, "/Prev %d>>\nstartxref\n%d\n%%%%EOF\n", f.at, start)
}

func firstID(id []byte) ([]byte, bool) {
	if len(id) < 4 || id[0] != '[' || id[1] != '<' {
		return nil, false
	}
	end := bytes.IndexByte(id, '>')
	return id[1 : end+1], end > 0
}

// change is a new body for an object.
type change struct {
	object int
	body   string
}

// form is where a new signature field goes.
type form struct {
	page   int
	number int // of the signature in the file, from 1
	added  int // how many new objects come before the field's
}

// field is the form field and its place on the page in one (12.7.4.5). The place has no area and lies outside the page:
// the letter itself shows who signs. Flags 132 are Print, which PDF/A asks for, and Locked.
func (m form) field(sig int) string {
	return fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature%d)/TU(Signature %d)/V %d 0 R/P %d 0 R/Rect[-1 -1 -1 -1]/F 132>>",
		m.number, m.number, sig, m.page)
}

// addField returns catalog, page and form as they are after a field has been added. The field's number is the next free
// one after the form's.
func (f *file) addField() (form, []change, error) {
	m := form{number: 1}
	var changed []change
	catalog, err := f.dictionary(f.root)
	if err != nil {
		return m, nil, err
	}
	object, page, err := f.firstPage()
	if err != nil {
		return m, nil, err
	}
	m.page = object
	var fields []int
	acroForm := f.size
	if value := catalog.get("AcroForm"); value != nil {
		if acroForm, fields, err = f.fields(value); err != nil {
			return m, nil, err
		}
		m.number = len(fields) + 1
	} else {
		m.added = 1
		changed = append(changed, change{f.root, catalog.with("AcroForm", fmt.Sprintf("%d 0 R", acroForm))})
	}
	field := f.size + m.added
	changed = append(changed, change{acroForm, fmt.Sprintf("<</Fields[%s]/SigFlags 3>>", join(append(fields, field)))})

	var annots []int
	if value := page.get("Annots"); value != nil {
		if annots, err = references(value); err != nil {
			return m, nil, err
		}
	}
	changed = append(changed, change{m.page, page.with("Annots", "["+join(append(annots, field))+"]")})
	return m, changed, nil
}

// fields reads a form that holds our signatures and nothing else.
func (f *file) fields(value []byte) (object int, fields []int, err error) {
	if object, err = reference(value); err != nil {
		return 0, nil, err
	}
	d, err := f.dictionary(object)
	if err != nil {
		return 0, nil, err
	}
	if fields, err = references(d.get("Fields")); err != nil {
		return 0, nil, err
	}
	if want := fmt.Sprintf("<</Fields[%s]/SigFlags 3>>", join(fields)); string(d.raw) != want {
		return 0, nil, errs.Invalidf("PDF has a form that is not of signatures alone")
	}
	return object, fields, nil
}

func join(objects []int) string {
	var parts []string
	for _, object := range objects {
		parts = append(parts, fmt.Sprintf("%d 0 R", object))
	}
	return strings.Join(parts, " ")
}
