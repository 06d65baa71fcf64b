package xpath

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"comity/internal/base/errs"
)

// request is a small tree of the kind that rules work on.
func request() *Node {
	root := NewRoot()
	r := root.Element("request")
	r.Element("title").SetText("Exercise")
	for i, kinds := range [][]string{{"ipv4", "email"}, {"ipv4"}} {
		m := r.Element("measure").SetAttr("type", "produce.subscriber")
		m.Element("text").SetText(fmt.Sprintf("measure %d", i+1))
		for j, kind := range kinds {
			s := m.Element("selector").SetAttr("kind", kind)
			s.Element("value").SetText(fmt.Sprintf("v%d%d", i+1, j+1))
			if kind == "ipv4" {
				s.Element("instant").SetText("2026-02-12T03:14:00").SetAttr("offset", []string{"+09:00", ""}[i])
			}
		}
	}
	return root
}

func TestEval(t *testing.T) {
	root := request()
	measure := root.Child("request").Children()[1]
	for _, c := range []struct {
		node      *Node
		src, want string
	}{
		{root, "count(/request/measure)", "2"},
		{root, "count(/request/measure/selector[@kind='ipv4' or @kind='ipv6'])", "2"},
		{root, "/request/measure[2]/selector/value", "v21"},
		{root, "/request/measure/selector[last()]/value", "v12"},
		{root, "count(//selector[last()])", "2"},
		{root, "(//selector)[last()]/value", "v21"},
		{root, "//selector[2]/value", "v12"},
		{root, "//selector/..//value[. = 'v12']", "v12"},
		{root, "string(//instant[@offset='']/../value)", "v21"},
		{measure, "string(selector/instant/@offset) != ''", "true"},
		{measure, "position(.)", "1"},
		{measure, "count(../measure)", "2"},
		{measure, "selector[value = current()/selector[2]/value]/@kind", "email"},
		{measure, "count(.. | . | ../measure)", "3"},
		{measure, "following-sibling::measure/text", "measure 2"},
		{measure, "sum(../measure/@none)", "0"},
		{measure, "10 - 2 - 3", "5"},
		{measure, "--3", "3"},
		{measure, "2 + 3 * 4 = 14 and not(false())", "true"},
		{measure, "abs(-3) + int(7.9)", "10"},
		{measure, "round(1.005, 2)", "1.01"},
		{measure, "round(-0.2)", "0"},
		{measure, "format-date('2026-03-01', '%e %B %Y, %A')", "1 March 2026, Sunday"},
		{measure, "decimal-time('18:00')", "NaN"},
		{measure, "decimal-time('18:00:00')", "0.75"},
		{measure, "date('2026-03-01') - date('2026-02-01')", "28"},
		{measure, "string(date('2026-13-01'))", "Invalid Date"},
		{measure, "regex('abc-12', '^[a-z]+-[0-9]{2}$')", "true"},
		{measure, "substring-after('a=b', '=')", "b"},
		{measure, "$who", "Ms Amara"},
	} {
		e, err := Compile(c.src, nil)
		if err != nil {
			t.Errorf("Compile(%s): %v", c.src, err)
			continue
		}
		got, err := e.EvalString(Context{Node: c.node, Vars: map[string]Value{"who": Text("Ms Amara")}})
		if err != nil || got != c.want {
			t.Errorf("%s = %q, %v, want %q", c.src, got, err, c.want)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for src, want := range map[string]string{
		"":                         "column 1: expected a value or a path, found the end",
		"1 +":                      "column 4: expected a value or a path, found the end",
		"a b":                      "column 3: expected an operator or the end, found “b”",
		"concat('a', )":            "column 13: expected a value or a path, found “)”",
		"selected(.; 'a')":         "column 11: expected a name, a number, a text or an operator, found “;”",
		"selected(., ‘yes’)":       "column 13: expected a straight quotation mark (' or \"), found ‘",
		"'open":                    "column 1: expected a closing ', found the end",
		"a[1":                      "column 4: expected an operator or “]”, found the end",
		"up::a":                    "column 1: expected an axis, found “up”",
		"/a/":                      "column 4: expected a name, found the end",
		"@":                        "column 2: expected a name, found the end",
		"selectd(., 'a')":          "column 1: there is no function selectd()",
		"é + Selected(., 'a')":     "column 5: there is no function Selected(); did you mean selected()?",
		"selected(.)":              "column 1: selected() takes 2 arguments, not 1",
		"if(true(), 1)":            "column 1: if() takes 3 arguments, not 2",
		"join()":                   "column 1: join() takes at least 1 argument, not 0",
		"substring('a')":           "column 1: substring() takes 2 to 3 arguments, not 1",
		strings.Repeat("(", 1000):  "at most 128 levels of nesting",
		strings.Repeat("a[", 1000): "at most 128 levels of nesting",
		strings.Repeat("1", 1<<17): "at most 65536 are allowed",
	} {
		_, err := Compile(src, nil)
		if err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, errs.Invalid) {
			t.Errorf("Compile(%.30q) = %v, want errs.Invalid with %q", src, err, want)
		}
	}
}

func TestHouseFunctions(t *testing.T) {
	f := Functions{"in-force": {Min: 2, Max: 2, Call: func(c *Context, args []Value) (Value, error) {
		if c.Ext == nil {
			return Value{}, fmt.Errorf("no treaties: %w", errs.Unavailable)
		}
		return Bool(args[0].String() == c.Ext && len(args[1].Nodes()) > 0), nil
	}}}
	e, err := Compile("in-force('budapest', /request/title)", f)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := e.EvalBool(Context{Node: request(), Ext: "budapest"}); err != nil || !got {
		t.Errorf("in-force = %v, %v, want true", got, err)
	}
	if _, err := e.EvalBool(Context{Node: request()}); !errors.Is(err, errs.Unavailable) {
		t.Errorf("a failing function gives %v, want errs.Unavailable", err)
	}
	if _, err := Compile("in-force('budapest')", f); !errors.Is(err, errs.Invalid) {
		t.Errorf("a missing argument gives %v, want errs.Invalid", err)
	}
}

func TestLimitOfVisits(t *testing.T) {
	root := NewRoot()
	list := root.Element("list")
	for range 2000 {
		list.Element("item").SetText("x")
	}
	for _, src := range []string{"count(//item[//item = 'y'])", "//item[../item[. = 'y']]", "//item != //item/@none or //item = //item[. = 'y']"} {
		e, err := Compile(src, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Eval(Context{Node: root, Limit: 1000}); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s within 1,000 nodes: %v, want errs.Invalid", src, err)
		}
	}
}

func TestPaths(t *testing.T) {
	base := Path{"request", "measure", "selector"}
	for src, want := range map[string]string{
		"string(instant/@offset) != ''": "/request/measure/selector/instant/@offset",
		". != ''":                       "/request/measure/selector",
		"../type = 'a' and count(/request/measure) > 1": "/request/measure /request/measure/type",
		"../../measure[type = current()/value]/text":    "/request/measure/selector/value /request/measure/text /request/measure/type",
		"//value": "/**/value",
		"instance('states')/root/item[name = /request/a]": "/instance(states)/root/item /instance(states)/root/item/name /request/a",
		"if(a, b, c/d)":                     "/request/measure/selector/a /request/measure/selector/b /request/measure/selector/c/d",
		"position(..) > 1":                  "",
		"string-length() > 3":               "/request/measure/selector",
		"coalesce(a, ../b) | ../*/@kind":    "/request/measure/*/@kind /request/measure/b /request/measure/selector/a",
		"following-sibling::selector/value": "/request/measure/selector/value",
		"ancestor::request/title":           "/**/title",
	} {
		e, err := Compile(src, nil)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		var got []string
		for _, p := range e.Paths(base) {
			got = append(got, p.String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("Paths(%s) = %s, want %s", src, got, want)
		}
	}
}

func TestPathCovers(t *testing.T) {
	q := Path{"request", "measure", "type"}
	for _, p := range []Path{q, {"request", "*", "type"}, {AnyDepth, "type"}, {AnyDepth}, {"request", AnyDepth, "measure", "type"}} {
		if !p.Covers(q) {
			t.Errorf("%v doesn't cover %v", p, q)
		}
	}
	for _, p := range []Path{{}, {"request"}, {"request", "measure", "*", "type"}, {AnyDepth, "measure"}, {"request", "measure", "@type"}} {
		if p.Covers(q) {
			t.Errorf("%v covers %v", p, q)
		}
	}
}

func TestNodePath(t *testing.T) {
	root := request()
	e := MustCompile("//@* | //*[not(*)]", nil)
	nodes, err := e.EvalNodes(Context{Node: root})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes {
		found, err := MustCompile(n.Path(), nil).EvalNodes(Context{Node: root})
		if err != nil || !slices.Equal(found, []*Node{n}) {
			t.Errorf("the path %s leads to %d nodes, %v; want the one it was made from", n.Path(), len(found), err)
		}
	}
	if got := nodes[len(nodes)-1].Path(); got != "/request/measure[2]/selector/instant/@offset" {
		t.Errorf("last path = %s", got)
	}
}

func TestParseXMLRefuses(t *testing.T) {
	for name, doc := range map[string]string{
		"nothing":         "",
		"an open element": "<a><b></a>",
		"no end":          "<a>",
		"two tops":        "<a/><b/>",
		"an entity bomb":  `<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`,
		"too deep":        strings.Repeat("<a>", 300) + strings.Repeat("</a>", 300),
		"an end too many": "<a/></a>",
	} {
		if _, err := ParseXML(strings.NewReader(doc)); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v, want errs.Invalid", name, err)
		}
	}
}

// One expression and one tree serve many goroutines at once.
func TestConcurrentEval(t *testing.T) {
	root := request()
	e := MustCompile("count(//selector[@kind='ipv4'][string(instant/@offset) = '']) = 1", nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if got, err := e.EvalBool(Context{Node: root, Now: time.Unix(0, 0)}); err != nil || !got {
					t.Errorf("%s = %v, %v", e.Source(), got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func FuzzCompile(f *testing.F) {
	for _, src := range []string{
		"count(/request/measure/selector[@kind='ipv4' or @kind='ipv6'])", "//a[1]/..//@*", "1div1 and-2mod .5",
		"if(selected(., 'a'), 'x', coalesce(../b, today() + 1))", "id('a')/ancestor::*[2] | $v", "'é' != \"\"",
		"indexed-repeat(/a/b, /a, position(..))", "regex(., '[')", "substr('a', -1 div 0)", "* * * div div",
		"../request/measure/..//selector[@kind = 'ipv4'][2]", "measure/selector/value = 'v12'", "measure/@type != measure",
	} {
		f.Add(src)
	}
	root := request()
	f.Fuzz(func(t *testing.T, src string) {
		e, err := Compile(src, nil)
		if err != nil {
			if !errors.Is(err, errs.Invalid) {
				t.Errorf("Compile(%q) = %v, not errs.Invalid", src, err)
			}
			return
		}
		e.Paths(Path{"request"})
		v, err := e.Eval(Context{Node: root.Child("request"), Limit: 100_000})
		if err == nil && v.Kind() == NodeSet && !strings.Contains(src, "randomize") && !slices.IsSortedFunc(v.Nodes(), compare) {
			t.Errorf("%q gives nodes out of order", src)
		}
		if err == nil && !strings.Contains(src, "uuid") {
			c := Context{Node: root.Child("request"), Limit: 100_000}
			if text, err := e.EvalString(c); err == nil && text != v.String() {
				t.Errorf("%q as text is %q, its value's text %q", src, text, v.String())
			}
			if truth, err := e.EvalBool(c); err == nil && truth != v.Bool() {
				t.Errorf("%q as a truth is %v, its value's truth %v", src, truth, v.Bool())
			}
		}
	})
}

func FuzzParseXML(f *testing.F) {
	f.Add("<a x='1'><!-- c --><b xmlns:p='u'><p:c>t</p:c></b><?pi x?></a>")
	f.Fuzz(func(t *testing.T, doc string) {
		if root, err := ParseXML(strings.NewReader(doc)); err == nil {
			_ = root.Value()
		} else if !errors.Is(err, errs.Invalid) {
			t.Errorf("ParseXML(%q) = %v, not errs.Invalid", doc, err)
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile("string(instant/@offset) != '' or not(selected(../../type, 'produce.subscriber'))", nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEval(b *testing.B) {
	root := request()
	selector := root.Child("request").Child("measure").Child("selector")
	for name, src := range map[string]string{
		"assert":  "string(instant/@offset) != ''",
		"context": "/request/measure/selector[@kind='ipv4' or @kind='ipv6']",
		"count":   "count(/request/measure) > 1 and ../@type = 'produce.subscriber'",
		"date":    "instant > '2026-01-01'",
		"choice":  "selected('a b c', 'c')",
	} {
		e := MustCompile(src, nil)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Eval(Context{Node: selector}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
