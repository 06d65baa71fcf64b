package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	made  = regexp.MustCompile(`CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)`)
	names = regexp.MustCompile(`\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)`)
)

// owners reads the migrations: table → package whose sql folder makes it.
func owners(t *testing.T) map[string]string {
	t.Helper()
	owner := map[string]string{}
	err := filepath.WalkDir(filepath.FromSlash("../internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".sql") || strings.Contains(path, "testdata") {
			return err
		}
		pkg, err := filepath.Rel(filepath.FromSlash("../internal"), filepath.Dir(filepath.Dir(path)))
		if err != nil {
			return err
		}
		for _, m := range made.FindAllStringSubmatch(read(t, filepath.ToSlash(path)), -1) {
			if other, twice := owner[m[1]]; twice {
				t.Errorf("%s makes the table %s, which %s has made already", path, m[1], other)
			}
			owner[m[1]] = filepath.ToSlash(pkg)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return owner
}

// texts calls f for every string of a file, with the line on which it begins.
func texts(t *testing.T, file string, f func(line int, text string)) {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			f(set.Position(lit.Pos()).Line, text)
		}
		return true
	})
}

// TestTablesHaveOneOwner: only the package that makes a table names it. Others ask that package, join its change, or keep
// a projection of their own; then a table can change without anybody else noticing.
func TestTablesHaveOneOwner(t *testing.T) {
	owner := owners(t)
	if len(owner) < 20 {
		t.Fatalf("only %d tables were found: are migrations kept elsewhere now?", len(owner))
	}
	sources(t, func(pkg, file string) {
		texts(t, file, func(line int, text string) {
			for _, m := range names.FindAllStringSubmatchIndex(text, -1) {
				table := text[m[2]:m[3]]
				if by, ok := owner[table]; ok && by != pkg {
					t.Errorf("%s:%d: %s names the table %s, which belongs to %s: ask that package for it", file, line+strings.Count(text[:m[2]], "\n"), pkg, table, by)
				}
			}
		})
	})
}
