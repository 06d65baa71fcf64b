package access

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"comity/internal/base/errs"
)

func TestRolesAreRefused(t *testing.T) {
	const act = `
[act."a.b"]
say = "do b"
on = "a"
when = ["member", "other-than drafter"]
`
	const role = `
[role.clerk]
name = "Clerk"
about = "Keeps the register."
acts = ["a.b"]
`
	head := `format = "` + RolesFormat + `"` + "\n"
	for name, c := range map[string]struct{ content, want string }{
		"another format":       {`format = "comity/roles/2"` + act + role, `format is "comity/roles/2"`},
		"unknown key":          {head + act + strings.Replace(role, "about", "abuot", 1), "unknown key role.clerk.abuot"},
		"broken line":          {head + act + role + "x = = 1", "x.toml:12"},
		"glob":                 {head + act + strings.Replace(role, `"a.b"`, `"a.*"`, 1), "named in full"},
		"act that isn't":       {head + act + strings.Replace(role, `"a.b"`, `"a.c"`, 1), `"a.c" does not exist`},
		"act twice":            {head + act + strings.Replace(role, `"a.b"`, `"a.b", "a.b"`, 1), "twice"},
		"act that nobody does": {head + act + strings.ReplaceAll(act, "a.b", "a.z") + role, "nobody may do it"},
		"condition that isn't": {head + strings.Replace(act, "member", "rich", 1) + role, `"rich" does not exist`},
		"part that isn't":      {head + strings.Replace(act, "drafter", "typist", 1) + role, "no such part"},
		"by someone":           {head + act + "by = [\"stranger\"]\n" + role, "want node or house"},
		"for someone":          {head + act + "for = \"all\"\n" + role, "want office or account"},
		"role without a name":  {head + act + strings.Replace(role, "Clerk", "", 1), "name, about and acts"},
		"two people left out":  {head + act + role + "[role.clerk.when]\n\"a.b\" = [\"office\"]\n", `leaves out "other-than drafter"`},
		"held nowhere known":   {head + act + strings.Replace(role, "about", "office = \"some\"\nabout", 1), "want none or optional"},
		"when of another act":  {head + act + role + "[role.clerk.when]\n\"a.c\" = [\"office\"]\n", "may not do"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse("x.toml", []byte(c.content))
			if !errors.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("parse: %v, want errs.Invalid with %q", err, c.want)
			}
		})
	}
	if _, err := parse("x.toml", []byte(head+act+role)); err != nil {
		t.Errorf("the file from which the cases are made: %v", err)
	}
}

func overlay(content string) Overlay {
	return Overlay{"rules/access/roles.toml", []byte(`format = "` + RolesFormat + `"` + "\n" + content)}
}

func TestOverlay(t *testing.T) {
	p := load(t, overlay(`
[role.registrar]
name = "Registrar"
about = "Registry and executing officer in a small office."
combines = ["clerk", "signatory"]
acts = ["request.accept"]
without = ["peer.import"]

[role.drafter]
override = true
name = "Examining magistrate"
without = ["guest.invite"]

[act."request.sign"]
also = ["assigned", "other-than author"]
`))
	if name, about := p.Describe("drafter"); name != "Examining magistrate" || about == "" {
		t.Errorf("Describe(drafter) = %q, %q", name, about)
	}
	for _, c := range []struct {
		roles, words string
		act          Act
		want         string
	}{
		{"registrar", "recent", "request.transmit", "yes"},
		{"registrar", "nocase", "peer.import", "no"},
		{"registrar", "assigned", "request.accept", "yes"},
		{"registrar", "recent assigned", "request.sign", "yes"},
		{"registrar", "recent", "request.sign", "no"},
		{"registrar", "recent assigned was:drafter", "request.sign", "no"},
		{"signatory", "recent assigned was:author", "request.sign", "no"},
		{"drafter", "recent", "guest.invite", "no"},
		{"drafter", "", "request.draft", "yes"},
	} {
		who, f := situation(t, p, c.roles, c.words)
		if got := answer(p.May(who, c.act, f)); got != c.want {
			t.Errorf("%s, %s, %q: %s, want %s", c.roles, c.act, c.words, got, c.want)
		}
	}
	plain := load(t)
	if who, f := situation(t, plain, "drafter", "recent"); plain.May(who, "guest.invite", f) != nil {
		t.Error("the overlay changed the rules of a node without it")
	}
}

func TestReadOverlays(t *testing.T) {
	none, err := ReadOverlays(fstest.MapFS{})
	if err != nil || len(none) != 0 {
		t.Errorf("an empty folder: %v, %v; want no overlay", none, err)
	}
	some, err := ReadOverlays(fstest.MapFS{OverlayFile: {Data: overlay("[role.drafter]\noverride = true\nname = \"Magistrate\"\n").Content}})
	if err != nil {
		t.Fatal(err)
	}
	if name, _ := load(t, some...).Describe("drafter"); name != "Magistrate" {
		t.Errorf("the drafter is called %q, want Magistrate", name)
	}
}

func TestOverlayIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"a condition taken away":  {"[act.\"request.sign\"]\nwhen = []\n", "unknown key act.\"request.sign\".when"},
		"a role's own conditions": {"[role.drafter]\noverride = true\n[role.drafter.when]\n\"request.edit\" = []\n", "unknown key"},
		"by accident":             {"[role.drafter]\nname = \"X\"\n", "override = true"},
		"override of nothing":     {"[role.ghost]\noverride = true\nname = \"X\"\n", "no such role"},
		"a new act":               {"[act.\"request.fly\"]\nalso = [\"member\"]\n", "does not exist"},
		"nothing added":           {"[act.\"request.sign\"]\nalso = []\n", "only add"},
		"a glob":                  {"[role.x]\nname = \"X\"\nabout = \"X\"\nacts = [\"request.*\"]\n", "named in full"},
		"combines nothing":        {"[role.x]\nname = \"X\"\nabout = \"X\"\ncombines = [\"ghost\"]\n", "does not exist"},
		"an empty role":           {"[role.x]\nname = \"X\"\nabout = \"X\"\n", "may do nothing"},
		"without what isn't":      {"[role.clerk]\noverride = true\nwithout = [\"request.sign\"]\n", "does not have"},
		"a nameless new role":     {"[role.x]\nacts = [\"case.edit\"]\n", "needs name"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Load(overlay(c.content)); !errors.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Load: %v, want errs.Invalid with %q", err, c.want)
			}
		})
	}
}

// TestTwoPeopleStay looks for a way round the rules of two people through any combination of two roles. All
// combinations lie in one overlay: the roles file is read once for them, not once for each.
func TestTwoPeopleStay(t *testing.T) {
	var pairs strings.Builder
	roles := load(t).Roles()
	both := func(a, b Role) Role { return a + "-with-" + b }
	for _, a := range roles {
		for _, b := range roles {
			fmt.Fprintf(&pairs, "[role.%s]\nname = \"Both\"\nabout = \"Both.\"\ncombines = [%q, %q]\n", both(a, b), a, b)
		}
	}
	p := load(t, overlay(pairs.String()))
	for _, a := range roles {
		for _, b := range roles {
			if len(p.roles[both(a, b)].acts) < len(p.roles[a].acts) {
				t.Fatalf("%s+%s may do less than %s alone: they weren't combined", a, b, a)
			}
			for act, own := range p.roles[both(a, b)].acts {
				if lost := missing(p.acts[act].when, own); lost != "" {
					t.Fatalf("%s+%s may do %s without %q", a, b, act, lost)
				}
			}
		}
	}
}
