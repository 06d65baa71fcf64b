package pdf

import (
	"fmt"
	"io"
	"strings"
	"time"

	"comity/internal/engine/document"
)

// Numbers of the objects that have a place of their own.
const (
	catalogObject = 1
	pagesObject   = 2
	firstPage     = 3
)

// write puts the set pages into a file.
func (s *setter) write(w io.Writer) error {
	var o objects
	o.next() // catalog
	o.next() // page tree
	for range s.pages {
		o.next()
	}
	fonts, err := s.writeFonts(&o)
	if err != nil {
		return err
	}
	s.writePages(&o, "/Font<<"+fonts+">>"+s.writeWatermark(&o))
	structure := s.writeStructure(&o)
	outlines := s.writeOutlines(&o)
	names, associated := s.writeFiles(&o)
	profile := o.addStream("/N 3", sRGB())
	meta := o.addRaw("/Type/Metadata/Subtype/XML", xmp(s.doc)) // not compressed, so that anything finds it (ISO 19005-3, 6.6.2.1)
	o.set(catalogObject, "<</Type/Catalog/Version/1.7/Pages %d 0 R/Lang%s/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R"+
		"/ViewerPreferences<</DisplayDocTitle true%s>>/Metadata %d 0 R"+
		"/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB IEC61966-2.1)/DestOutputProfile %d 0 R>>]%s%s%s>>",
		pagesObject, str(string(s.doc.Lang)), structure, s.direction(), meta, profile, outlines, names, associated)
	return o.write(w, catalogObject, o.add("%s", info(s.doc)))
}

func (s *setter) direction() string {
	if s.rtl() {
		return "/Direction/R2L"
	}
	return ""
}

func (s *setter) writeFonts(o *objects) (resources string, err error) {
	var b strings.Builder
	for _, f := range s.subsets.list {
		f.object = o.next()
		if err := f.write(o); err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "/%s %d 0 R", f.name, f.object)
	}
	return b.String(), nil
}

// writeWatermark writes the watermark once for all pages, and returns the entry that names it in their resources.
func (s *setter) writeWatermark(o *objects) string {
	if s.behind == nil {
		return ""
	}
	dict := fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 %s %s]/Resources<<>>", pt(pageWidth), pt(pageHeight))
	return fmt.Sprintf("/XObject<</%s %d 0 R>>", watermarkName, o.addStream(dict, s.behind))
}

func (s *setter) writePages(o *objects, resources string) {
	var kids strings.Builder
	for i, p := range s.pages {
		fmt.Fprintf(&kids, " %d 0 R", firstPage+i)
		content := o.addStream("", p.content(&s.subsets, s.behind != nil))
		o.set(firstPage+i, "<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources<<%s>>/Contents %d 0 R/StructParents %d/Tabs/S>>",
			pagesObject, pt(pageWidth), pt(pageHeight), resources, content, i)
	}
	o.set(pagesObject, "<</Type/Pages/Count %d/Kids[%s]>>", len(s.pages), strings.TrimSpace(kids.String()))
}

// writeStructure writes the tree of elements and the table that leads from marked content back to them.
func (s *setter) writeStructure(o *objects) int {
	root := o.next()
	top := s.root.tree(o, root, func(page int) int { return firstPage + page })
	var nums strings.Builder
	for i, p := range s.pages {
		fmt.Fprintf(&nums, "%d[", i)
		for _, e := range p.tagged {
			fmt.Fprintf(&nums, "%d 0 R ", e.object)
		}
		nums.WriteString("]")
	}
	o.set(root, "<</Type/StructTreeRoot/K %d 0 R/ParentTree<</Nums[%s]>>/ParentTreeNextKey %d>>", top, nums.String(), len(s.pages))
	return root
}

// bookmark is a heading in the outline.
type bookmark struct {
	heading
	object, parent int
	kids           []*bookmark
}

// writeOutlines writes the headings as bookmarks, each below the nearest one before it of a higher level.
func (s *setter) writeOutlines(o *objects) string {
	if len(s.headings) == 0 {
		return ""
	}
	top := &bookmark{object: o.next()}
	path := []*bookmark{top}
	for _, h := range s.headings {
		for len(path) > 1 && path[len(path)-1].level >= h.level {
			path = path[:len(path)-1]
		}
		parent := path[len(path)-1]
		b := &bookmark{heading: h, object: o.next(), parent: parent.object}
		parent.kids = append(parent.kids, b)
		path = append(path, b)
	}
	o.set(top.object, "<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>",
		top.kids[0].object, top.kids[len(top.kids)-1].object, len(s.headings))
	top.write(o)
	return fmt.Sprintf("/Outlines %d 0 R/PageMode/UseOutlines", top.object)
}

// write writes the bookmarks below b and returns how many there are.
func (b *bookmark) write(o *objects) int {
	n := 0
	for i, k := range b.kids {
		below := k.write(o)
		n += 1 + below
		var links strings.Builder
		if i > 0 {
			fmt.Fprintf(&links, "/Prev %d 0 R", b.kids[i-1].object)
		}
		if i < len(b.kids)-1 {
			fmt.Fprintf(&links, "/Next %d 0 R", b.kids[i+1].object)
		}
		if below > 0 {
			fmt.Fprintf(&links, "/First %d 0 R/Last %d 0 R/Count %d", k.kids[0].object, k.kids[len(k.kids)-1].object, below)
		}
		o.set(k.object, "<</Title%s/Parent %d 0 R/Dest[%d 0 R/XYZ null %s null]%s>>",
			str(k.title), b.object, firstPage+k.page, pt(pageHeight-k.y), links.String())
	}
	return n
}

// writeFiles embeds the document's files as data that the text was made from (ISO 19005-3, 6.8).
func (s *setter) writeFiles(o *objects) (names, associated string) {
	if len(s.doc.Files) == 0 {
		return "", ""
	}
	files := sortedFiles(s.doc.Files)
	var list, refs strings.Builder
	for _, f := range files {
		params := fmt.Sprintf("/Params<</Size %d%s>>", len(f.Data), optional("/ModDate", s.doc.Created))
		data := o.addStream("/Type/EmbeddedFile/Subtype"+name(f.Media)+params, f.Data)
		spec := o.add("<</Type/Filespec/F%s/UF%s/Desc%s/AFRelationship/Data/EF<</F %d 0 R/UF %d 0 R>>>>",
			str(f.Name), str(f.Name), str(f.Description), data, data)
		fmt.Fprintf(&list, "%s %d 0 R ", str(f.Name), spec)
		fmt.Fprintf(&refs, "%d 0 R ", spec)
	}
	return "/Names<</EmbeddedFiles<</Names[" + strings.TrimSpace(list.String()) + "]>>>>", "/AF[" + strings.TrimSpace(refs.String()) + "]"
}

func optional(key string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return key + str(t.UTC().Format("D:20060102150405Z"))
}

// info writes the document information, which says the same as the metadata.
func info(d *document.Doc) string {
	var b strings.Builder
	b.WriteString("<<")
	for _, f := range []struct{ key, text string }{
		{"/Title", d.Title}, {"/Author", d.Author}, {"/Subject", d.Subject}, {"/Producer", producer},
	} {
		if f.text != "" {
			b.WriteString(f.key + str(f.text))
		}
	}
	b.WriteString(optional("/CreationDate", d.Created) + optional("/ModDate", d.Created) + ">>")
	return b.String()
}
