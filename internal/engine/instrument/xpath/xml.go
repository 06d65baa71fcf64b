package xpath

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"comity/internal/base/errs"
)

// Limits of an XML document.
const (
	MaxXML      = 16 << 20 // bytes
	MaxXMLDepth = 200      // elements inside one another
	MaxXMLNodes = 1_000_000
)

const xmlSpace = "http://www.w3.org/XML/1998/namespace"

// ParseXML reads a document into a tree, with its comments, instructions and namespaces. Entities beyond the five of
// XML aren't expanded. What is too large, too deep or not well-formed is [errs.Invalid].
func ParseXML(r io.Reader) (*Node, error) {
	limited := &io.LimitedReader{R: r, N: MaxXML + 1}
	d := xml.NewDecoder(limited)
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("the encoding %s is not read here, only UTF-8", label)
	}
	p := xmlParser{root: NewRoot()}
	p.at = p.root
	for {
		tok, err := d.RawToken()
		if limited.N == 0 {
			return nil, errs.Invalidf("XML: more than %d bytes", MaxXML)
		}
		if errors.Is(err, io.EOF) {
			return p.end()
		}
		if err != nil {
			return nil, fmt.Errorf("XML: %w: %w", err, errs.Invalid)
		}
		if err := p.take(tok); err != nil {
			line, col := d.InputPos()
			return nil, errs.Invalidf("XML line %d column %d: %v", line, col, err)
		}
	}
}

type xmlParser struct {
	root, at     *Node
	depth, nodes int
}

func (p *xmlParser) take(tok xml.Token) error {
	if p.nodes++; p.nodes > MaxXMLNodes {
		return fmt.Errorf("more than %d nodes", MaxXMLNodes)
	}
	switch t := tok.(type) {
	case xml.StartElement:
		return p.open(t)
	case xml.EndElement:
		if p.at == p.root || p.at.local != t.Name.Local || p.at.prefix != t.Name.Space {
			return fmt.Errorf("</%s> ends what was not begun", t.Name.Local)
		}
		p.at = p.at.parent
		p.depth--
	case xml.CharData:
		if p.at != p.root && len(t) > 0 {
			p.at.add(&Node{kind: TextNode, value: string(t)})
		}
	case xml.Comment:
		p.at.add(&Node{kind: CommentNode, value: string(t)})
	case xml.ProcInst:
		if t.Target != "xml" {
			p.at.add(&Node{kind: InstructionNode, local: t.Target, value: string(t.Inst)})
		}
	}
	return nil
}

func (p *xmlParser) open(t xml.StartElement) error {
	if p.depth++; p.depth > MaxXMLDepth {
		return fmt.Errorf("elements deeper than %d", MaxXMLDepth)
	}
	if p.at == p.root && p.topElement() != nil {
		return fmt.Errorf("a second top element <%s>", t.Name.Local)
	}
	e := p.at.add(&Node{kind: ElementNode, prefix: t.Name.Space, local: t.Name.Local})
	p.at = e
	for _, a := range t.Attr {
		if p.nodes++; p.nodes > MaxXMLNodes {
			return fmt.Errorf("more than %d nodes", MaxXMLNodes)
		}
		switch {
		case a.Name.Space == "xmlns":
			e.declare(a.Name.Local, a.Value)
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			e.declare("", a.Value)
		default:
			e.attrs = append(e.attrs, &Node{kind: AttributeNode, prefix: a.Name.Space, local: a.Name.Local, value: a.Value, parent: e, index: len(e.attrs)})
		}
	}
	e.space = e.lookup(e.prefix)
	for _, a := range e.attrs {
		if a.prefix != "" {
			a.space = e.lookup(a.prefix)
		}
	}
	return nil
}

func (p *xmlParser) topElement() *Node {
	for _, c := range p.root.children {
		if c.kind == ElementNode {
			return c
		}
	}
	return nil
}

func (p *xmlParser) end() (*Node, error) {
	if p.at != p.root {
		return nil, errs.Invalidf("XML: <%s> has no end", p.at.Name())
	}
	if p.topElement() == nil {
		return nil, errs.Invalidf("XML: no element")
	}
	return p.root, nil
}

func (n *Node) declare(prefix, space string) {
	n.spaces = append(n.spaces, &Node{kind: NamespaceNode, local: prefix, value: space, parent: n, index: len(n.spaces)})
}

// lookup returns the address that a prefix stands for at n, "" when there is none.
func (n *Node) lookup(prefix string) string {
	if prefix == "xml" {
		return xmlSpace
	}
	for ; n != nil; n = n.parent {
		for _, s := range n.spaces {
			if s.local == prefix {
				return s.value
			}
		}
	}
	return ""
}
