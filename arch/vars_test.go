package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"
)

// shared lists the package variables that change or hold what changes, each with its reason. There should be next to none:
// what a node needs is handed to it in internal/node.
var shared = map[string]string{
	"store/db/dbtest.templatesMu": "tests of a package share the migrated databases, which take long to make",
	"store/db/dbtest.templates":   "the same",
	"store/db/dbtest.migratedMu":  "the same",
	"store/db/dbtest.migrated":    "the same",
}

// changing are types that only make sense where something changes.
var changing = []string{"sync.Mutex", "sync.RWMutex", "sync.Map", "sync.Once", "sync.WaitGroup", "sync.Pool", "atomic."}

// variables lists the package variables of a file: name → its place.
func variables(f *ast.File) map[string]*ast.ValueSpec {
	found := map[string]*ast.ValueSpec{}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			v, ok := s.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for _, n := range v.Names {
				if n.Name != "_" {
					found[n.Name] = v
				}
			}
		}
	}
	return found
}

// TestNothingChangesInPackages: no package variable is assigned to, changed in place or pointed at after it was made, and
// none has a type that is there to change. A regular expression, an error, a table that is only read are constants in
// all but the language's name.
func TestNothingChangesInPackages(t *testing.T) {
	set := token.NewFileSet()
	files := map[string][]*ast.File{}
	sources(t, func(pkg, file string) {
		f, err := parser.ParseFile(set, file, nil, 0) //nolint:staticcheck // the parser's own resolution is enough here
		if err != nil {
			t.Fatal(err)
		}
		files[pkg] = append(files[pkg], f)
	})
	for pkg, all := range files {
		vars := map[string]*ast.ValueSpec{}
		for _, f := range all {
			for name, spec := range variables(f) {
				vars[name] = spec
			}
		}
		tell := func(at token.Pos, name, what string) {
			if _, ok := shared[pkg+"."+name]; !ok {
				t.Errorf("%s: the package variable %s %s: hand it to who needs it, or list it in shared with its reason", set.Position(at), name, what)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(vars)) {
			spec := vars[name]
			for _, c := range changing {
				if strings.HasPrefix(typeName(spec.Type), c) {
					tell(spec.Pos(), name, "is a "+c)
				}
			}
		}
		for _, f := range all {
			changes(f, vars, tell)
		}
	}
}

// changes finds what writes to one of the variables.
func changes(f *ast.File, vars map[string]*ast.ValueSpec, tell func(token.Pos, string, string)) {
	check := func(e ast.Expr, what string) {
		id := base(e)
		if id == nil || vars[id.Name] == nil {
			return
		}
		if id.Obj != nil && id.Obj.Decl != vars[id.Name] {
			return // a local of the same name
		}
		tell(id.Pos(), id.Name, what)
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					if n.Tok != token.DEFINE {
						check(left, "is assigned to")
					}
				}
			case *ast.IncDecStmt:
				check(n.X, "is counted up or down")
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					check(n.X, "is pointed at")
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "delete" || f.Name == "clear") && len(n.Args) > 0 {
					check(n.Args[0], "is emptied")
				}
			}
			return true
		})
	}
}

// base is the variable that an expression such as a.b[c] begins with.
func base(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

func typeName(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		if p, ok := s.X.(*ast.Ident); ok {
			return p.Name + "." + s.Sel.Name
		}
	}
	if i, ok := e.(*ast.IndexExpr); ok {
		return typeName(i.X)
	}
	return ""
}
