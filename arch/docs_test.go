package arch

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)

// TestLinksLead: a page of the documentation names only files that are there.
func TestLinksLead(t *testing.T) {
	pages := []string{"../README.md", "../CONTRIBUTING.md", "../SECURITY.md", "../CHANGELOG.md"}
	err := filepath.WalkDir(filepath.FromSlash("../docs"), func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".md") {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		for i, line := range strings.Split(read(t, page), "\n") {
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				if strings.Contains(m[1], "://") {
					continue
				}
				if _, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(m[1]))); err != nil {
					t.Errorf("%s:%d links to %s, which isn't there", page, i+1, m[1])
				}
			}
		}
	}
}

// TestFormatsAreListed: docs/formats/README.md names every page beside it.
func TestFormatsAreListed(t *testing.T) {
	list := read(t, "../docs/formats/README.md")
	pages, err := filepath.Glob(filepath.FromSlash("../docs/formats/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if name := filepath.Base(p); name != "README.md" && !strings.Contains(list, "]("+name+")") {
			t.Errorf("docs/formats/README.md doesn't name %s", name)
		}
	}
}

// TestMovesAreDocumented: docs/formats/move.md names every kind of message that tells of a move, the states, and every
// member of a response; docs/formats/exchange.md every problem.
func TestMovesAreDocumented(t *testing.T) {
	for _, c := range []struct{ page, file, pattern string }{
		{"move.md", "request/response.go", "json:\"([@a-z0-9]+)"},
		{"move.md", "request/move.go", `(?m)^\t\{"[a-z.]+", "([a-z-]+)"`},
		{"move.md", "request/move.go", `State += "((?:received|acknowledged|needs|accepted|postponed|executing|partly|executed|evidence|refused|withdrawn|misdirected|closed)[a-z_]*)"`},
		{"exchange.md", "exchange/problem.go", `slug\w+ += "([a-z-]+)"`},
	} {
		page := read(t, "../docs/formats/"+c.page)
		found := regexp.MustCompile(c.pattern).FindAllStringSubmatch(read(t, "../internal/cooperation/"+c.file), -1)
		if len(found) < 3 {
			t.Errorf("%s: only %d places look like %s: the code has another form now", c.file, len(found), c.pattern)
		}
		for _, m := range found {
			if name := m[1]; name != "format" && name != "response" && !strings.Contains(page, "`"+name+"`") && !strings.Contains(page, `"`+name+`"`) {
				t.Errorf("docs/formats/%s doesn't name %s (internal/cooperation/%s)", c.page, name, c.file)
			}
		}
	}
}
