package language

import (
	"encoding/csv"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"
)

// M marks a sentence that a table or a constant holds until a printer says it: the extractor finds it here.
func M(msg string) string { return msg }

// MN is [M] for a sentence that counts: it returns one, which identifies the message; [Printer.Say] finds the rest.
func MN(one, many string) string { return one }

// Extract finds the sentences that Go files (but tests) and HTML templates under fsys (but testdata) say. In Go these are the literals
// given to the methods T, N, Parts and PartsN, to [M], [MN] and errs.Say, and the Code of an errs.Field; in templates what t,
// text and their counting sisters tn and textn are given. name is what the positions begin with.
func Extract(name string, fsys fs.FS) ([]Use, error) {
	var used []Use
	err := fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "testdata" {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() {
			return err
		}
		ext := path.Ext(file)
		if ext != ".html" && (ext != ".go" || strings.HasSuffix(file, "_test.go")) {
			return nil
		}
		b, err := fs.ReadFile(fsys, file)
		if err != nil {
			return err
		}
		var found []Use
		if ext == ".go" {
			found, err = extractGo(name+"/"+file, b)
		} else {
			found, err = extractTemplate(name+"/"+file, string(b))
		}
		used = append(used, found...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sentences of %s: %w", name, err)
	}
	return used, nil
}

func extractGo(name string, src []byte) ([]Use, error) {
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, name, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	packages := imported(f)
	var used []Use
	ast.Inspect(f, func(n ast.Node) bool {
		var u Use
		ok := false
		switch n := n.(type) {
		case *ast.CallExpr:
			u, ok = useInCall(n, packages)
		case *ast.KeyValueExpr:
			u, ok = useInField(n)
		}
		if ok {
			at := files.Position(n.Pos())
			u.Where = fmt.Sprintf("%s:%d", at.Filename, at.Line)
			used = append(used, u)
		}
		return true
	})
	return used, nil
}

// imported returns the names under which a file knows other packages.
func imported(f *ast.File) []string {
	var found []string
	for _, i := range f.Imports {
		name := path.Base(strings.Trim(i.Path.Value, `"`))
		if i.Name != nil {
			name = i.Name.Name
		}
		found = append(found, name)
	}
	return found
}

// useInCall reads a call. T and N count as methods of a printer only: a package may have a function of that name.
func useInCall(call *ast.CallExpr, packages []string) (Use, bool) {
	var called, from string
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		called = f.Sel.Name
		if x, ok := f.X.(*ast.Ident); ok {
			from = x.Name
		}
	case *ast.Ident:
		called = f.Name
	}
	method := from == "" || !slices.Contains(packages, from)
	arg := func(i int) (string, bool) {
		if i >= len(call.Args) {
			return "", false
		}
		return literal(call.Args[i])
	}
	switch {
	case method && (called == "T" || called == "Parts"):
		msg, ok := arg(0)
		places, open := names(call.Args, 1, call.Ellipsis.IsValid())
		return Use{Msg: msg, Places: places, Open: open}, ok
	case method && (called == "N" || called == "PartsN"):
		one, ok := arg(0)
		many, ok2 := arg(1)
		places, open := names(call.Args, 3, call.Ellipsis.IsValid())
		return Use{Msg: one, Plural: many, Places: places, Open: open}, ok && ok2
	case called == "M" && (from == "" || from == "language"):
		msg, ok := arg(0)
		return Use{Msg: msg, Open: true}, ok
	case called == "MN" && (from == "" || from == "language"):
		one, ok := arg(0)
		many, ok2 := arg(1)
		return Use{Msg: one, Plural: many, Open: true}, ok && ok2
	case called == "Say" && from == "errs":
		msg, ok := arg(1)
		return Use{Msg: msg, Open: true}, ok
	}
	return Use{}, false
}

// useInField reads Code: "…" — the field of an errs.Field literal, wherever it stands.
func useInField(kv *ast.KeyValueExpr) (Use, bool) {
	if key, ok := kv.Key.(*ast.Ident); !ok || key.Name != "Code" {
		return Use{}, false
	}
	msg, ok := literal(kv.Value)
	return Use{Msg: msg, Open: true}, ok && (isCode(msg) || strings.Contains(msg, " "))
}

// literal returns the value of a string literal, or of several joined by +.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		a, ok := literal(e.X)
		b, ok2 := literal(e.Y)
		return a + b, ok && ok2 && e.Op == token.ADD
	}
	return "", false
}

// names reads the names of name-value pairs from the argument from on; open is true when one of them is no literal.
func names(args []ast.Expr, from int, open bool) ([]string, bool) {
	var found []string
	for i := from; i < len(args); i += 2 {
		n, ok := literal(args[i])
		open = open || !ok
		if ok {
			found = append(found, n)
		}
	}
	return found, open
}

func extractTemplate(name, src string) ([]Use, error) {
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	set := map[string]*parse.Tree{}
	if _, err := tree.Parse(src, "", "", set); err != nil {
		return nil, err
	}
	var used []Use
	for _, t := range set {
		walkTemplate(t.Root, func(c *parse.CommandNode) {
			if u, ok := useInCommand(c); ok {
				u.Where = fmt.Sprintf("%s:%d", name, 1+strings.Count(src[:min(int(c.Position()), len(src))], "\n"))
				used = append(used, u)
			}
		})
	}
	slices.SortFunc(used, func(a, b Use) int { return strings.Compare(a.Where+a.Msg, b.Where+b.Msg) })
	return used, nil
}

func useInCommand(c *parse.CommandNode) (Use, bool) {
	if len(c.Args) < 2 {
		return Use{}, false
	}
	f, ok := c.Args[0].(*parse.IdentifierNode)
	if !ok {
		return Use{}, false
	}
	text := func(i int) (string, bool) {
		if i >= len(c.Args) {
			return "", false
		}
		s, ok := c.Args[i].(*parse.StringNode)
		if !ok {
			return "", false
		}
		return s.Text, true
	}
	u, from := Use{}, 2
	switch f.Ident {
	case "t", "text":
		u.Msg, ok = text(1)
	case "tn", "textn":
		u.Msg, ok = text(1)
		u.Plural, _ = text(2)
		from = 4
	default:
		return Use{}, false
	}
	for i := from; i < len(c.Args); i += 2 {
		n, isText := text(i)
		u.Open = u.Open || !isText
		if isText {
			u.Places = append(u.Places, n)
		}
	}
	return u, ok
}

// walkTemplate calls visit for every command in the tree below n.
func walkTemplate(n parse.Node, visit func(*parse.CommandNode)) {
	branch := func(b *parse.BranchNode) {
		walkTemplate(b.Pipe, visit)
		walkTemplate(b.List, visit)
		if b.ElseList != nil {
			walkTemplate(b.ElseList, visit)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, c := range n.Nodes {
			walkTemplate(c, visit)
		}
	case *parse.ActionNode:
		walkTemplate(n.Pipe, visit)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			walkTemplate(n.Pipe, visit)
		}
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			walkTemplate(c, visit)
		}
	case *parse.CommandNode:
		visit(n)
		for _, a := range n.Args {
			walkTemplate(a, visit)
		}
	}
}

// ExtractCSV reads the sentences in the named columns of a data file; empty cells say nothing.
func ExtractCSV(name string, r io.Reader, columns ...string) ([]Use, error) {
	rows := csv.NewReader(r)
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("sentences of %s: %w", name, err)
	}
	var used []Use
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return used, nil
		}
		if err != nil {
			return nil, fmt.Errorf("sentences of %s: %w", name, err)
		}
		for i, cell := range row {
			if cell != "" && slices.Contains(columns, strings.TrimPrefix(head[i], "\ufeff")) {
				line, _ := rows.FieldPos(i)
				used = append(used, Use{Msg: cell, Open: true, Where: fmt.Sprintf("%s:%d", name, line)})
			}
		}
	}
}

// tomlText is a key with a basic or literal string on the same line.
var tomlText = regexp.MustCompile(`(?m)^\s*([A-Za-z0-9_-]+)\s*=\s*("(?:[^"\\\n]|\\.)*"|'[^'\n]*')`)

// ExtractTOML reads the sentences that the named keys of a data file have, in whatever table they stand. Strings of
// several lines aren't sentences.
func ExtractTOML(name string, r io.Reader, keys ...string) ([]Use, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxPOBytes))
	if err != nil {
		return nil, fmt.Errorf("sentences of %s: %w", name, err)
	}
	var used []Use
	for _, at := range tomlText.FindAllSubmatchIndex(b, -1) {
		key, value := string(b[at[2]:at[3]]), string(b[at[4]:at[5]])
		if !slices.Contains(keys, key) {
			continue
		}
		line := 1 + strings.Count(string(b[:at[2]]), "\n")
		text := strings.Trim(value, "'")
		if value[0] == '"' {
			if text, err = strconv.Unquote(value); err != nil {
				return nil, fmt.Errorf("sentences of %s:%d: %w", name, line, err)
			}
		}
		used = append(used, Use{Msg: text, Open: true, Where: fmt.Sprintf("%s:%d", name, line)})
	}
	return used, nil
}
