package instrument

import (
	"slices"
	"strings"

	"comity/internal/engine/instrument/xpath"
)

// Tree returns the answers as a tree that expressions read: members are elements in the order of their names, lists
// the element again and again, "@" members attributes. The root's children are the document's members.
func (a Answers) Tree() *xpath.Node {
	root := xpath.NewRoot()
	grow(root, a.root)
	return root
}

func grow(n *xpath.Node, o map[string]any) {
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	if text := textOf(o[ownText]); text != "" {
		n.SetText(text)
	}
	for _, name := range names {
		switch v := o[name].(type) {
		case []any:
			for _, e := range v {
				growMember(n.Element(name), e)
			}
		default:
			if attr, ok := strings.CutPrefix(name, "@"); ok {
				n.SetAttr(attr, textOf(v))
			} else if name != ownText {
				growMember(n.Element(name), v)
			}
		}
	}
}

func growMember(n *xpath.Node, v any) {
	if o, ok := v.(map[string]any); ok {
		grow(n, o)
		return
	}
	n.SetText(textOf(v))
}
