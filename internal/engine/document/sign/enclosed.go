package sign

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"

	"comity/internal/base/errs"
)

// Enclosed returns the file that a PDF of ours carries under the name, at most so many bytes of it (ISO 32000-1, 7.11.4).
// A PDF with other files beside it, or two of the name, is refused: one reader would show one and another the other.
// A PDF that carries nothing is [errs.NotFound].
func Enclosed(pdf []byte, name string, most int64) ([]byte, error) {
	b, err := enclosed(pdf, name, most)
	if err != nil {
		return nil, fmt.Errorf("file %s inside the PDF: %w", name, err)
	}
	return b, nil
}

func enclosed(pdf []byte, name string, most int64) ([]byte, error) {
	f, err := open(pdf)
	if err != nil {
		return nil, err
	}
	spec, err := f.onlyFile(name)
	if err != nil {
		return nil, err
	}
	files, _, err := readDict(spec.get("EF"), 0)
	if err != nil {
		return nil, err
	}
	object, err := reference(files.get("F"))
	if err != nil {
		return nil, err
	}
	if other := files.get("UF"); !bytes.Equal(other, files.get("F")) {
		return nil, errs.Invalidf("it has two contents")
	}
	return f.unpack(object, most)
}

// onlyFile follows the catalog to the file specification of the name, and wants no second file anywhere it looks.
func (f *file) onlyFile(name string) (dict, error) {
	catalog, err := f.dictionary(f.root)
	if err != nil {
		return dict{}, err
	}
	value := catalog.get("Names")
	if value == nil {
		return dict{}, fmt.Errorf("no file at all: %w", errs.NotFound)
	}
	names, _, err := readDict(value, 0)
	if err != nil {
		return dict{}, err
	}
	tree, _, err := readDict(names.get("EmbeddedFiles"), 0)
	if err != nil {
		return dict{}, err
	}
	list := tree.get("Names")
	key := pdfText(name)
	rest, ok := bytes.CutPrefix(list, []byte("["+key+" "))
	if !ok || len(tree.values) != 1 {
		return dict{}, errs.Invalidf("the PDF's list of files does not begin with it")
	}
	object, err := reference(bytes.TrimSuffix(rest, []byte("]")))
	if err != nil {
		return dict{}, errs.Invalidf("the PDF carries other files beside it")
	}
	spec, err := f.dictionary(object)
	if err != nil {
		return dict{}, err
	}
	if string(spec.get("F")) != key || string(spec.get("UF")) != key {
		return dict{}, errs.Invalidf("the PDF gives it another name")
	}
	return spec, nil
}

// unpack reads a stream with the one filter that our writer uses, no further than the limit.
func (f *file) unpack(object int, most int64) ([]byte, error) {
	d, err := f.dictionary(object)
	if err != nil {
		return nil, err
	}
	size, err := number(d.get("Length"))
	if err != nil {
		return nil, err
	}
	begin := f.offsets[object] + len(fmt.Sprintf("%d 0 obj\n", object)) + len(d.raw)
	packed, ok := bytes.CutPrefix(f.data[begin:], []byte("\nstream\n"))
	if !ok || size > len(packed) || !bytes.HasPrefix(packed[size:], []byte("\nendstream")) || string(d.get("Filter")) != "/FlateDecode" {
		return nil, errs.Invalidf("its stream is not in the form that is read here")
	}
	r, err := zlib.NewReader(bytes.NewReader(packed[:size]))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, errs.Invalid)
	}
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, errs.Invalid)
	}
	if int64(len(b)) > most {
		return nil, errs.Invalidf("it has more than %d bytes unpacked", most)
	}
	return b, nil
}
