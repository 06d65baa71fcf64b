package arch

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// dependencies reads the table of docs/dependencies.md: module → packages that may import it.
func dependencies(t *testing.T) map[string][]string {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash("../docs/dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	table := map[string][]string{}
	for _, line := range strings.Split(string(b), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 6 || !strings.Contains(cells[1], ".") {
			continue
		}
		for _, p := range strings.Split(cells[3], ",") {
			table[strings.TrimSpace(cells[1])] = append(table[strings.TrimSpace(cells[1])], strings.TrimSpace(p))
		}
	}
	return table
}

// moduleOf returns the module of the table to which an import path belongs, "" for none.
func moduleOf(table map[string][]string, path string) string {
	found := ""
	for m := range table {
		if (path == m || strings.HasPrefix(path, m+"/")) && len(m) > len(found) {
			found = m
		}
	}
	return found
}

func TestDependencyTable(t *testing.T) {
	table := dependencies(t)
	used := map[string]map[string]bool{}
	sources(t, func(pkg, file string) {
		for _, i := range imports(t, file) {
			if first, _, _ := strings.Cut(i, "/"); !strings.Contains(first, ".") {
				continue // the standard library, or ours
			}
			m := moduleOf(table, i)
			if m == "" {
				t.Errorf("%s imports %s, which docs/dependencies.md doesn't list", file, i)
				continue
			}
			if used[m] == nil {
				used[m] = map[string]bool{}
			}
			used[m][pkg] = true
			allowed := slices.ContainsFunc(table[m], func(p string) bool { return pkg == p || strings.HasPrefix(pkg, p+"/") })
			if !allowed {
				t.Errorf("%s: %s may not import %s (see docs/dependencies.md)", file, pkg, m)
			}
		}
	})
	for m, packages := range table {
		for _, p := range packages {
			if p == "tests" {
				continue
			}
			if !slices.ContainsFunc(keys(used[m]), func(pkg string) bool { return pkg == p || strings.HasPrefix(pkg, p+"/") }) {
				t.Errorf("docs/dependencies.md: %s no longer imports %s: strike it", p, m)
			}
		}
	}
}

func keys(m map[string]bool) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	return all
}
