package xpath

import (
	"slices"
	"strconv"
	"strings"
)

// NodeKind says what a node of a tree is.
type NodeKind uint8

// The kinds of nodes.
const (
	RootNode NodeKind = iota
	ElementNode
	AttributeNode
	TextNode
	CommentNode
	InstructionNode
	NamespaceNode
)

// Node is a part of a tree: the root, an element, an attribute, a text. A tree is built by one goroutine; once
// nobody changes it any more, any number may read it.
type Node struct {
	kind     NodeKind
	index    int // among its parent's children or attributes
	prefix   string
	local    string
	space    string // the namespace's address
	value    string // of all but root and element
	parent   *Node
	children []*Node
	named    map[string][]*Node // elements among many children, by local name; see add
	attrs    []*Node
	spaces   []*Node // namespace declarations
}

// NewRoot returns the root of a new tree.
func NewRoot() *Node { return &Node{kind: RootNode} }

// Element appends an element to n and returns it. A name "prefix:local" is kept in its two parts.
func (n *Node) Element(name string) *Node {
	prefix, local := splitName(name)
	return n.add(&Node{kind: ElementNode, prefix: prefix, local: local})
}

// SetAttr sets an attribute of n and returns n.
func (n *Node) SetAttr(name, value string) *Node {
	if a := n.Attr(name); a != nil {
		a.value = value
		return n
	}
	prefix, local := splitName(name)
	n.attrs = append(n.attrs, &Node{kind: AttributeNode, prefix: prefix, local: local, value: value, parent: n, index: len(n.attrs)})
	return n
}

// SetText puts the text s in the place of everything inside n, and returns n. An empty text leaves n empty.
func (n *Node) SetText(s string) *Node {
	n.children, n.named = nil, nil
	if s != "" {
		n.add(&Node{kind: TextNode, value: s})
	}
	return n
}

// SetOwnText puts the text s in the place of the texts directly inside n and leaves its elements. It returns n.
func (n *Node) SetOwnText(s string) *Node {
	old := n.children
	n.children, n.named = nil, nil
	if s != "" {
		n.add(&Node{kind: TextNode, value: s})
	}
	for _, c := range old {
		if c.kind != TextNode {
			n.add(c)
		}
	}
	return n
}

// Aside returns an element that has n as its parent without being one of its children: a place to evaluate what
// would stand there.
func (n *Node) Aside(name string) *Node {
	prefix, local := splitName(name)
	return &Node{kind: ElementNode, prefix: prefix, local: local, parent: n, index: len(n.children)}
}

func (n *Node) add(c *Node) *Node {
	c.parent, c.index = n, len(n.children)
	n.children = append(n.children, c)
	switch {
	case n.named != nil:
		n.file(c)
	case len(n.children) > few:
		n.named = map[string][]*Node{}
		for _, c := range n.children {
			n.file(c)
		}
	}
	return c
}

// few is how many children are sooner looked through than looked up. A form without groups has thousands.
const few = 16

func (n *Node) file(c *Node) {
	if c.kind == ElementNode {
		n.named[c.local] = append(n.named[c.local], c)
	}
}

// called returns children among which are all elements of a local name, in document order.
func (n *Node) called(local string) []*Node {
	if n.named != nil {
		return n.named[local]
	}
	return n.children
}

func splitName(name string) (prefix, local string) {
	if i := strings.IndexByte(name, ':'); i > 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

// Kind returns what n is.
func (n *Node) Kind() NodeKind { return n.kind }

// Name returns the name as it is written, with its prefix; "" for the root, texts and comments.
func (n *Node) Name() string {
	if n.prefix == "" {
		return n.local
	}
	return n.prefix + ":" + n.local
}

// Local returns the name without its prefix.
func (n *Node) Local() string { return n.local }

// Space returns the address of the name's namespace, "" for none.
func (n *Node) Space() string { return n.space }

// Parent returns the node that n stands in, nil for a root.
func (n *Node) Parent() *Node { return n.parent }

// Children returns elements, texts, comments and instructions inside n. The caller doesn't change the slice.
func (n *Node) Children() []*Node { return n.children }

// Attrs returns the attributes of n. The caller doesn't change the slice.
func (n *Node) Attrs() []*Node { return n.attrs }

// Attr returns the attribute of this name, or nil.
func (n *Node) Attr(name string) *Node {
	prefix, local := splitName(name)
	for _, a := range n.attrs {
		if a.local == local && a.prefix == prefix {
			return a
		}
	}
	return nil
}

// Child returns the first child element of this name, or nil.
func (n *Node) Child(name string) *Node {
	prefix, local := splitName(name)
	for _, c := range n.called(local) {
		if c.kind == ElementNode && c.local == local && c.prefix == prefix {
			return c
		}
	}
	return nil
}

// Value returns the node's string-value: for the root and elements all text inside, for others their own.
func (n *Node) Value() string {
	if n.kind != RootNode && n.kind != ElementNode {
		return n.value
	}
	if len(n.children) == 0 {
		return ""
	}
	if len(n.children) == 1 && n.children[0].kind == TextNode {
		return n.children[0].value
	}
	var b strings.Builder
	n.text(&b)
	return b.String()
}

func (n *Node) text(b *strings.Builder) {
	for _, c := range n.children {
		switch c.kind {
		case TextNode:
			b.WriteString(c.value)
		case ElementNode:
			c.text(b)
		}
	}
}

// Each calls f for n, its attributes and everything inside it, in document order.
func (n *Node) Each(f func(*Node)) {
	f(n)
	for _, a := range n.attrs {
		f(a)
	}
	for _, c := range n.children {
		c.Each(f)
	}
}

// top returns the root of the tree that n is in.
func (n *Node) top() *Node {
	for n.parent != nil {
		n = n.parent
	}
	return n
}

// Path returns where n is, as "/request/measure[2]/selector[1]/@kind": an element has a number only where siblings
// share its name. The root is "/".
func (n *Node) Path() string {
	if n.parent == nil {
		return "/"
	}
	var parts []string
	for ; n.parent != nil; n = n.parent {
		parts = append(parts, n.stepName())
	}
	slices.Reverse(parts)
	return "/" + strings.Join(parts, "/")
}

func (n *Node) stepName() string {
	switch n.kind {
	case AttributeNode:
		return "@" + n.Name()
	case TextNode:
		return "text()"
	case CommentNode:
		return "comment()"
	case InstructionNode:
		return "processing-instruction()"
	case NamespaceNode:
		return "namespace::" + n.local
	}
	same, before := 0, 0
	for _, s := range n.parent.children {
		if s.kind != ElementNode || s.local != n.local || s.prefix != n.prefix {
			continue
		}
		same++
		if s.index <= n.index {
			before++
		}
	}
	if same < 2 {
		return n.Name()
	}
	return n.Name() + "[" + strconv.Itoa(before) + "]"
}

// depth returns how many nodes stand above n.
func (n *Node) depth() int {
	d := 0
	for p := n.parent; p != nil; p = p.parent {
		d++
	}
	return d
}

// compare orders two nodes of the same tree as they stand in the document: an element, its namespaces, its
// attributes, its children. For nodes of different trees it returns 0.
func compare(a, b *Node) int {
	if a == b {
		return 0
	}
	da, db := a.depth(), b.depth()
	x, y := a, b
	for ; da > db; da-- {
		x = x.parent
	}
	for ; db > da; db-- {
		y = y.parent
	}
	if x == y { // one stands inside the other
		if x == a {
			return -1
		}
		return 1
	}
	for x.parent != y.parent {
		x, y = x.parent, y.parent
	}
	if x.parent == nil {
		return 0
	}
	if rx, ry := x.rank(), y.rank(); rx != ry {
		return rx - ry
	}
	return x.index - y.index
}

func (n *Node) rank() int {
	switch n.kind {
	case NamespaceNode:
		return 0
	case AttributeNode:
		return 1
	}
	return 2
}

// inOrder sorts nodes into document order and drops doubles. Trees keep the order in which they come first.
func inOrder(nodes []*Node) []*Node {
	if len(nodes) < 2 {
		return nodes
	}
	top := nodes[0].top()
	if slices.ContainsFunc(nodes, func(n *Node) bool { return n.top() != top }) {
		return inOrderOfTrees(nodes)
	}
	slices.SortFunc(nodes, compare)
	return slices.Compact(nodes)
}

func inOrderOfTrees(nodes []*Node) []*Node {
	tree := map[*Node]int{}
	for _, n := range nodes {
		if _, ok := tree[n.top()]; !ok {
			tree[n.top()] = len(tree)
		}
	}
	slices.SortFunc(nodes, func(a, b *Node) int {
		if ta, tb := tree[a.top()], tree[b.top()]; ta != tb {
			return ta - tb
		}
		return compare(a, b)
	})
	return slices.Compact(nodes)
}
