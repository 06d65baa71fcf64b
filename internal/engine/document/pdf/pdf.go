// Package pdf writes a document as PDF: the form that is signed, sent and kept.
//
// The files are PDF/A-3 with the answers embedded as data, tagged for screen readers, and the same bytes for the same
// document. Text is set here from its characters to places on the page, in all six languages; what a reader sees in
// an address, a time or an amount inside Arabic is the order that its bytes have. Start with [Write]; [Geometry] shows
// where everything stands.
//
// For those who append to a file: object 1 is the catalog, object 2 the page tree (one level, its pages numbered from
// 3 on, each an object of its own), the cross-reference table is a classic one, and there is no form and no annotation.
package pdf

import (
	"fmt"
	"io"

	"comity/internal/base/errs"
	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
)

// Write writes the document, which needs a title and a language. An error that wraps errs.Invalid says what cannot be
// set and where it stands, such as a character that no font has; nothing has been written then.
func Write(w io.Writer, d *document.Doc, fonts *font.Set) error {
	s, err := setDoc(d, fonts)
	if err != nil {
		return fmt.Errorf("write pdf: %w", err)
	}
	if err := s.write(w); err != nil {
		return fmt.Errorf("write pdf: %w", err)
	}
	return nil
}

// setter sets one document.
type setter struct {
	doc      *document.Doc
	fonts    *font.Set
	shaper   *font.Shaper
	subsets  subsets
	pages    []*page
	y        int    // where the next thing goes on the last page, in thousandths of a point from the top
	again    func() // sets on a new page what is repeated there; nil for nothing
	follow   int    // height of what has to stand on the page of a row's last line; 0 for nothing
	root     *element
	behind   []byte // what is drawn behind each page's text; nil for nothing
	headings []heading
	level    int // of the last heading, as tagged
}

// heading is what becomes a bookmark.
type heading struct {
	level, page, y int
	title          string
}

// setDoc lays out all pages.
func setDoc(d *document.Doc, fonts *font.Set) (*setter, error) {
	if d.Title == "" || d.Lang == "" {
		return nil, errs.Invalidf("a document needs a title and a language to be read aloud")
	}
	s := &setter{
		doc: d, fonts: fonts, shaper: fonts.Shaper(),
		subsets: subsets{of: map[*font.Program]*subset{}},
		root:    &element{kind: "Document", lang: d.Lang, attached: true},
	}
	defer fonts.Release(s.shaper)
	s.turn()
	if err := s.letterhead(); err != nil {
		return nil, err
	}
	for i, b := range d.Blocks {
		var next document.Block
		if i+1 < len(d.Blocks) {
			next = d.Blocks[i+1]
		}
		if err := s.block(b, next); err != nil {
			return nil, fmt.Errorf("block %d: %w", i+1, err)
		}
	}
	for i := range s.pages {
		if err := s.frame(i); err != nil {
			return nil, err
		}
	}
	var err error
	s.behind, err = s.watermark()
	return s, err
}
