package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors lists the rooms from the ground up; a package stands on the floor of the longest name that begins its path.
// It may import what stands below, itself and its own sub-packages, and on its own floor only what sameFloor lists.
var floors = [][]string{
	0: {"base"},
	1: {"store/db", "store/disk", "store/ledger", "store/job", "store/keyring", "store/blob", "store/search"},
	2: {"engine/cms", "engine/access", "engine/instrument", "engine/document", "engine/envelope", "engine/web", "engine/picture"},
	3: {"desk", "engine/formpage"},
	4: {"cooperation/casefile", "cooperation/directory", "cooperation/people", "cooperation/record", "cooperation/selector", "cooperation/treaty", "cooperation/rule",
		"dialogue/translation", "capacity/organisation", "capacity/stats", "capacity/exercise", "programme/pack"},
	5: {"cooperation/request", "cooperation/exchange", "cooperation/evidence",
		"capacity/structure", "capacity/learning", "capacity/assessment", "capacity/workshop",
		"dialogue/study", "dialogue/response", "dialogue/dataset", "dialogue/review", "dialogue/session"},
	6: {"mandate", "programme", "cooperation/practice", "capacity/exercise/counterpart"},
	7: {"node", "demo"},
	8: {"cli"},
}

// sameFloor lists who may look sideways at whom.
var sameFloor = map[string][]string{
	"store/ledger":         {"store/db", "store/disk"},
	"store/job":            {"store/db"},
	"store/keyring":        {"store/disk"},
	"store/blob":           {"store/disk", "store/keyring"},
	"store/search":         {"store/db"},
	"engine/web":           {"engine/access"},
	"engine/document":      {"engine/instrument", "engine/cms"},
	"engine/picture":       {"engine/document"},
	"engine/envelope":      {"engine/cms"},
	"cooperation/rule":     {"cooperation/treaty", "cooperation/selector"},
	"cooperation/evidence": {"cooperation/exchange"},
	"cooperation/request":  {"cooperation/exchange", "cooperation/evidence"},
	"capacity/learning":    {"cooperation/exchange"},
	"dialogue/study":       {"cooperation/exchange"},
	"dialogue/response":    {"dialogue/study", "cooperation/exchange"},
	"dialogue/dataset":     {"dialogue/study", "dialogue/response"},
	"dialogue/review":      {"dialogue/study", "cooperation/exchange"},
	"dialogue/session":     {"dialogue/review", "dialogue/study"},
	"programme":            {"mandate", "cooperation/practice"},
	"programme/pack":       {"cooperation/treaty"},
	"demo":                 {"node"},
}

// room returns the floor and the room of a path below internal/.
func room(path string) (int, string) {
	floor, name := -1, ""
	for n, rooms := range floors {
		for _, r := range rooms {
			if (path == r || strings.HasPrefix(path, r+"/")) && len(r) > len(name) {
				floor, name = n, r
			}
		}
	}
	return floor, name
}

// sources calls f for every Go file below internal/ that isn't a test, with its package path below internal/.
func sources(t *testing.T, f func(pkg, file string)) {
	t.Helper()
	err := filepath.WalkDir("../internal", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f(filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), filepath.FromSlash("../internal/"))), path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func parse(t *testing.T, file string, mode parser.Mode) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, mode)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func imports(t *testing.T, file string) []string {
	t.Helper()
	var all []string
	for _, i := range parse(t, file, parser.ImportsOnly).Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func TestFloors(t *testing.T) {
	sources(t, func(pkg, file string) {
		floor, name := room(pkg)
		if floor < 0 {
			t.Errorf("%s stands on no floor: give %s a room in floors", file, pkg)
			return
		}
		for _, i := range imports(t, file) {
			other, ok := strings.CutPrefix(i, "comity/internal/")
			if !ok {
				continue
			}
			below, otherName := room(other)
			switch {
			case otherName == name, below >= 0 && below < floor, slices.Contains(sameFloor[name], otherName):
			default:
				t.Errorf("%s: %s (floor %d) imports %s (floor %d)", file, pkg, floor, other, below)
			}
		}
	})
}

func TestNoInit(t *testing.T) {
	sources(t, func(_, file string) {
		for _, d := range parse(t, file, parser.SkipObjectResolution).Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init function: what starts stands in internal/node", file)
			}
		}
	})
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	said := map[string]bool{}
	sources(t, func(pkg, file string) {
		said[pkg] = said[pkg] || parse(t, file, parser.PackageClauseOnly|parser.ParseComments).Doc != nil
	})
	for pkg, ok := range said {
		if !ok {
			t.Errorf("package %s has no doc sentence", pkg)
		}
	}
}

// TestFilesHoldOneSubject: a file past 500 lines usually holds two.
func TestFilesHoldOneSubject(t *testing.T) {
	sources(t, func(_, file string) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(b), "\n"); n > 500 {
			t.Errorf("%s has %d lines: which two subjects does it hold?", file, n)
		}
	})
}

// writers may hold what writes to the database: the stores keep their own books, signing in comes before any act, and
// everything else goes through the desk.
var writers = []string{"store", "desk", "engine/access/signin", "node"}

// TestOnlyTheDeskWrites: a slice holds a *db.Reader and the desk. A second way to write is how the ledger stops being the
// truth.
func TestOnlyTheDeskWrites(t *testing.T) {
	sources(t, func(pkg, file string) {
		if slices.ContainsFunc(writers, func(w string) bool { return pkg == w || strings.HasPrefix(pkg, w+"/") }) {
			return
		}
		ast.Inspect(parse(t, file, parser.SkipObjectResolution), func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Writer" && named(s.X, "db", "DB") {
				t.Errorf("%s: %s holds the database's writer: let the change go through desk.Do", file, pkg)
			}
			return true
		})
	})
}

// named reports whether an expression is, or ends in, one of the names.
func named(e ast.Expr, names ...string) bool {
	switch x := e.(type) {
	case *ast.Ident:
		return slices.Contains(names, x.Name)
	case *ast.SelectorExpr:
		return slices.Contains(names, x.Sel.Name)
	}
	return false
}
