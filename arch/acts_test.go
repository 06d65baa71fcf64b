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

	"comity/internal/engine/access"
)

// acting says which argument of a call of that name is an act.
var acting = map[string]int{"Get": 1, "Post": 1, "Do": 2, "May": -1, "Ever": -1, "Also": 0}

// later lists acts that roles.toml has for work that isn't built: an authority can give them out already, and nothing asks
// for them. Whoever builds the work strikes its line.
var later = map[string]string{
	"account.ask": "accounts are asked for by mail", "breakglass.open": "entry in an emergency", "guest.invite": "guests of a case",
	"bundle.make": "data made for practice", "bundle.read": "the same",
	"directory.read": "pages of the directory", "directory.edit": "the same",
	"rules.overlay.edit": "a State's own rules on pages", "rules.overlay.agree": "the same",
	"node.backup": "done at the command line", "node.restore": "the same", "node.update": "the same", "node.configure": "the same",
	"request.translate": "translations of people's words on pages", "request.annex": "annexes on pages",
	"request.consent.ask": "consent to another use", "request.consent.give": "the same",
	"evidence.transfer": "items between authorities of one State", "evidence.hold": "holds and terms of keeping", "evidence.retention": "the same",
	"evidence.destroy.ask": "the same", "evidence.destroy.agree": "the same",
}

var act = regexp.MustCompile(`^[a-z]+(\.[a-z-]+)+$`)

// acts lists the acts that a file asks for: act → line. Arguments that aren't written out are left to the reader.
func acts(t *testing.T, file string) map[string]int {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		at, ok := acting[sel.Sel.Name]
		if !ok {
			return true
		}
		for i, arg := range call.Args {
			lit, ok := arg.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING || at >= 0 && i != at {
				continue
			}
			if s, err := strconv.Unquote(lit.Value); err == nil && act.MatchString(s) {
				found[s] = set.Position(lit.Pos()).Line
			}
		}
		return true
	})
	return found
}

// TestActsExist: every act that code asks for stands in roles.toml, and every act there is asked for by code. One that is
// missing can never be done by anybody; one that is left over promises what the program doesn't do.
func TestActsExist(t *testing.T) {
	policy, err := access.Load()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, a := range policy.Acts() {
		known[string(a)] = true
	}
	used := map[string]bool{}
	sources(t, func(_, file string) {
		for a, line := range acts(t, file) {
			if !known[a] {
				t.Errorf("%s:%d: the act %s isn't in internal/engine/access/roles.toml: say there who may do it", file, line, a)
			}
		}
		texts(t, file, func(_ int, text string) { used[text] = true })
	})
	for _, m := range regexp.MustCompile(`(?m)^\t\{"([a-z.]+)", "[a-z-]*", `).FindAllStringSubmatch(read(t, "../internal/cooperation/request/move.go"), -1) {
		used["request."+m[1]] = true
		if !known["request."+m[1]] {
			t.Errorf("internal/cooperation/request/move.go: the move %s has no act request.%s in roles.toml", m[1], m[1])
		}
	}
	for _, a := range templates(t) {
		used[a] = true
	}
	for a := range known {
		if !used[a] && later[a] == "" {
			t.Errorf("internal/engine/access/roles.toml has the act %s, which no code asks for", a)
		}
	}
	for a := range later {
		if used[a] || !known[a] {
			t.Errorf("the act %s is in use now, or gone from roles.toml: strike it from later in arch/acts_test.go", a)
		}
	}
}

// templates lists the words in quotes of all pages: some ask whether an act may be done.
func templates(t *testing.T) []string {
	t.Helper()
	var all []string
	quoted := regexp.MustCompile(`"([a-z]+(?:\.[a-z-]+)+)"`)
	err := filepath.WalkDir(filepath.FromSlash("../internal"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".html") {
			return err
		}
		for _, m := range quoted.FindAllStringSubmatch(read(t, filepath.ToSlash(path)), -1) {
			all = append(all, m[1])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
