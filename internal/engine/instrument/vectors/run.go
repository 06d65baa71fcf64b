package vectors

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/engine/instrument/xpath"
)

// run evaluates the vector and compares. want is the expected value as it stands in the list.
func (v Vector) run() (got, want string, same bool, err error) {
	want = string(v.Expected)
	doc, err := parseDocument(v.XML)
	if err != nil {
		return "", want, false, err
	}
	c, err := v.context(doc)
	if err != nil {
		return "", want, false, err
	}
	o := xpath.Options{Late: true}
	if v.CustomNS {
		o.Namespaces = doc.namespaces()
	}
	e, err := o.Compile(v.Expression)
	if err != nil {
		return "", want, false, err
	}
	got, same, err = v.compare(doc, e, c)
	return got, want, same, err
}

func (v Vector) context(doc *document) (xpath.Context, error) {
	zone := time.FixedZone("", -7*60*60)
	c := xpath.Context{
		Now:       time.Date(2026, time.November, 23, 5, 0, 0, 0, zone),
		Zone:      zone,
		Instances: doc.instances(),
		Text:      doc.text,
		Lang:      v.Lang,
	}
	var err error
	if c.Node, err = doc.at(v.Context); err != nil {
		return c, err
	}
	c.Root, err = doc.at(v.Root)
	return c, err
}

func (v Vector) compare(doc *document, e *xpath.Expr, c xpath.Context) (got string, same bool, err error) {
	switch v.Kind {
	case "boolean":
		b, err := e.EvalBool(c)
		got = strconv.FormatBool(b)
		return got, got == string(v.Expected), err
	case "number", "number-rounded":
		f, err := e.EvalNumber(c)
		return xpath.FormatNumber(f), v.sameNumber(f), err
	case "string", "string-length", "string-matches":
		s, err := e.EvalString(c)
		if err != nil {
			return "", false, err
		}
		same, err = v.sameString(s)
		return s, same, err
	case "nodeset":
		nodes, err := e.EvalNodes(c)
		if err != nil {
			return "", false, err
		}
		return doc.sameNodes(nodes, v.Expected)
	}
	return "", false, errs.Invalidf("unknown kind %q", v.Kind)
}

// ulps is how far a number may be off in its last binary digits: libraries differ there in sines and logarithms.
const ulps = 4

func (v Vector) sameNumber(got float64) bool {
	var want float64
	if json.Unmarshal(v.Expected, &want) != nil {
		var word string
		if json.Unmarshal(v.Expected, &word) != nil {
			return false
		}
		return xpath.FormatNumber(got) == word
	}
	if v.Factor != 0 {
		return math.Floor(got*v.Factor+0.5) == math.Floor(want*v.Factor+0.5) // halves go up, as where the list was made
	}
	if got == want {
		return true
	}
	step := math.Nextafter(math.Abs(want), math.Inf(1)) - math.Abs(want)
	return math.Abs(got-want) <= ulps*step
}

func (v Vector) sameString(got string) (bool, error) {
	switch v.Kind {
	case "string-length":
		return strconv.Itoa(len([]rune(got))) == string(v.Expected), nil
	case "string-matches":
		var pattern string
		if err := json.Unmarshal(v.Expected, &pattern); err != nil {
			return false, err
		}
		if strings.Contains(v.Flags, "i") {
			pattern = "(?i)" + pattern
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			return false, err
		}
		return re.MatchString(got), nil
	}
	var want string
	err := json.Unmarshal(v.Expected, &want)
	return got == want, err
}

// document is a parsed vector's XML with the paths that the list names nodes by.
type document struct {
	root    *xpath.Node
	doctype int // 1 when a DOCTYPE counts as the first child, as it does in a browser
}

func parseDocument(text string) (*document, error) {
	root, err := xpath.ParseXML(strings.NewReader(strings.TrimSpace(text)))
	if err != nil {
		return nil, err
	}
	d := &document{root: root}
	if strings.Contains(text, "<!DOCTYPE") {
		d.doctype = 1
	}
	return d, nil
}

// at finds the node of a path: "/", "/#1/#3", "/#1/@id".
func (d *document) at(path string) (*xpath.Node, error) {
	n := d.root
	for _, part := range strings.Split(strings.Trim(path, "/"), "/") {
		if part == "" {
			continue
		}
		if name, ok := strings.CutPrefix(part, "@"); ok {
			if n = n.Attr(name); n == nil {
				return nil, errs.Invalidf("path %s: no such attribute", path)
			}
			continue
		}
		i, err := strconv.Atoi(strings.TrimPrefix(part, "#"))
		if err != nil {
			return nil, errs.Invalidf("path %s: %v", path, err)
		}
		if n == d.root {
			i -= d.doctype
		}
		if i < 0 || i >= len(n.Children()) {
			return nil, errs.Invalidf("path %s: no such child", path)
		}
		n = n.Children()[i]
	}
	return n, nil
}

// path is the way back.
func (d *document) path(n *xpath.Node) string {
	if n.Parent() == nil {
		return "/"
	}
	var parts []string
	for ; n.Parent() != nil; n = n.Parent() {
		switch n.Kind() {
		case xpath.AttributeNode:
			parts = append(parts, "@"+n.Name())
			continue
		case xpath.NamespaceNode:
			parts = append(parts, "@xmlns:"+n.Name())
			continue
		}
		i := slices.Index(n.Parent().Children(), n)
		if n.Parent() == d.root {
			i += d.doctype
		}
		parts = append(parts, fmt.Sprintf("#%d", i))
	}
	slices.Reverse(parts)
	return "/" + strings.Join(parts, "/")
}

func (d *document) sameNodes(nodes []*xpath.Node, expected json.RawMessage) (string, bool, error) {
	var want []string
	if err := json.Unmarshal(expected, &want); err != nil {
		return "", false, err
	}
	got := make([]string, len(nodes))
	for i, n := range nodes {
		got[i] = d.path(n)
	}
	return strings.Join(got, " "), slices.Equal(got, want), nil
}

// namespaces gives the prefixes of the list's own resolver: those declared in the document, and xhtml.
func (d *document) namespaces() map[string]string {
	out := map[string]string{"xhtml": "http://www.w3.org/1999/xhtml"}
	all := xpath.MustCompile("//namespace::*", nil)
	nodes, err := all.EvalNodes(xpath.Context{Node: d.root})
	if err != nil {
		return out
	}
	for _, n := range nodes {
		if n.Name() != "" {
			out[n.Name()] = n.Value()
		}
	}
	return out
}

// instances finds the form's secondary instances by their id.
func (d *document) instances() map[string]*xpath.Node {
	out := map[string]*xpath.Node{}
	for _, n := range d.elements("instance") {
		if id := n.Attr("id"); id != nil {
			out[id.Value()] = n
		}
	}
	return out
}

// elements finds the elements of a local name.
func (d *document) elements(name string) []*xpath.Node {
	nodes, err := xpath.MustCompile("//"+name, nil).EvalNodes(xpath.Context{Node: d.root})
	if err != nil {
		return nil
	}
	return nodes
}

// text finds a form's text in a language; without one, in the form's default or first language.
func (d *document) text(lang, id string) string {
	translations := d.elements("translation")
	at := slices.IndexFunc(translations, func(n *xpath.Node) bool {
		if lang == "" {
			return n.Attr("default") != nil
		}
		return n.Attr("lang") != nil && n.Attr("lang").Value() == lang
	})
	if at < 0 && len(translations) > 0 {
		at = 0
	}
	if at < 0 {
		return ""
	}
	for _, text := range translations[at].Children() {
		if text.Attr("id") != nil && text.Attr("id").Value() == id {
			return plainForm(text)
		}
	}
	return ""
}

// plainForm is the value that isn't for a special purpose, such as a short form.
func plainForm(text *xpath.Node) string {
	for _, value := range text.Children() {
		if value.Kind() == xpath.ElementNode && value.Attr("form") == nil {
			return value.Value()
		}
	}
	return ""
}
