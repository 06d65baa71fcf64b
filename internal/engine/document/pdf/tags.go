package pdf

import (
	"fmt"
	"strings"

	"comity/internal/base/language"
)

// element is a part of the document as screen readers and converters see it (ISO 32000-1, 14.7).
type element struct {
	kind     string       // P, H1, Table …
	lang     language.Tag // "" for its parent's
	attr     string       // attribute dictionary
	alt      string       // what is read instead of the content
	parent   *element
	kids     []kid
	attached bool
	object   int
}

// kid is an element, or content on a page when element is nil.
type kid struct {
	element    *element
	page, mcid int
}

func (e *element) child(kind string) *element {
	return &element{kind: kind, parent: e, lang: e.lang}
}

// attach hangs the element into the tree. It happens when the first of its content is set, so that the tree has the
// order of reading and no part that is empty.
func (e *element) attach() {
	if e.attached {
		return
	}
	e.attached = true
	e.parent.attach()
	e.parent.kids = append(e.parent.kids, kid{element: e})
}

// tree writes the structure below and including e, and returns its object's number.
func (e *element) tree(o *objects, parent int, pageObject func(int) int) int {
	e.object = o.next()
	var b strings.Builder
	fmt.Fprintf(&b, "<</Type/StructElem/S/%s/P %d 0 R", e.kind, parent)
	if e.lang != "" && (e.parent == nil || e.parent.lang != e.lang || isBlock(e.kind)) {
		fmt.Fprintf(&b, "/Lang(%s)", e.lang)
	}
	if e.alt != "" {
		b.WriteString("/Alt" + str(e.alt))
	}
	if e.attr != "" {
		b.WriteString("/A" + e.attr)
	}
	home := -1 // the page that content is on when nothing else is said
	for _, k := range e.kids {
		if k.element == nil {
			home = k.page
			fmt.Fprintf(&b, "/Pg %d 0 R", pageObject(home))
			break
		}
	}
	b.WriteString("/K[")
	for i, k := range e.kids {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch {
		case k.element != nil:
			fmt.Fprintf(&b, "%d 0 R", k.element.tree(o, e.object, pageObject))
		case k.page == home:
			fmt.Fprintf(&b, "%d", k.mcid)
		default:
			fmt.Fprintf(&b, "<</Type/MCR/Pg %d 0 R/MCID %d>>", pageObject(k.page), k.mcid)
		}
	}
	b.WriteString("]>>")
	o.set(e.object, "%s", b.String())
	return e.object
}

// isBlock reports whether an element of the kind says its language even where its parent says the same.
func isBlock(kind string) bool {
	switch kind {
	case "P", "H1", "H2", "H3", "L", "Table", "Figure":
		return true
	}
	return false
}
