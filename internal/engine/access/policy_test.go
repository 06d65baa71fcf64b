package access

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
)

const (
	me        id.ID = "01JME00000000000000000000A"
	someone   id.ID = "01JSOMEONE0000000000000000"
	here      id.ID = "01JHERE0000000000000000000"
	elsewhere id.ID = "01JELSEWHERE00000000000000"
)

var update = flag.Bool("update", false, "rewrite golden files")

func noon() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

func load(t testing.TB, overlays ...Overlay) *Policy {
	t.Helper()
	p, err := Load(overlays...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// parts lists every part, so that a situation tells who played each.
func parts() []Part {
	return []Part{Assessor, Author, Drafter, Importer, Proposer, Reader, Requester, Subject}
}

// situation turns the words of testdata/may.txt into who acts and the facts. The policy is given: reading it once for
// each of the matrix's thousands of situations would take most of a minute.
func situation(t testing.TB, p *Policy, roles, words string) (Person, Facts) {
	t.Helper()
	who := Person{ID: me, Kind: Human}
	for _, r := range strings.Split(roles, "+") {
		g := Grant{Role: Role(r), Office: here}
		if p.Held(g.Role) == OutsideOffices {
			g.Office = ""
		}
		who.Grants = append(who.Grants, g)
	}
	f := Facts{Now: noon(), Case: "01JCASE0000000000000000000", Standing: Member, Office: here, Did: map[Part][]id.ID{}}
	for _, part := range parts() {
		f.Did[part] = []id.ID{someone}
	}
	for _, w := range strings.Fields(words) {
		name, part, _ := strings.Cut(w, ":")
		switch name {
		case "member":
		case "stranger":
			f.Standing = Stranger
		case "excluded":
			f.Standing = Excluded
		case "unknown":
			f.Standing = Unknown
		case "nocase":
			f.Standing, f.Case = Open, ""
		case "here":
		case "elsewhere":
			f.Office = elsewhere
		case "assigned":
			f.Assignees = []id.ID{someone, me}
		case "duty":
			f.OnDuty = true
		case "ownstate":
			f.OwnState = true
		case "ownorganisation":
			f.OwnOrganisation = true
		case "recent":
			who.Confirmed = noon().Add(-4 * time.Minute)
		case "self":
			f.Did[Subject] = []id.ID{me}
		case "was":
			f.Did[Part(part)] = []id.ID{someone, me}
		case "nobodysaid":
			delete(f.Did, Part(part))
		case "for":
			f.Did[Part(part)] = []id.ID{someone}
			for i := range who.Grants {
				who.Grants[i].For = someone
			}
			who.DeputyOf = []id.ID{someone}
		case "closed":
			who.Disabled = true
		default:
			t.Fatalf("situation %q: no such word", w)
		}
	}
	return who, f
}

func answer(err error) string {
	switch {
	case err == nil:
		return "yes"
	case errors.Is(err, errs.Forbidden):
		return "no"
	case errors.Is(err, errs.NotFound):
		return "hidden"
	}
	return err.Error()
}

func TestMay(t *testing.T) {
	p := load(t)
	file, err := os.Open("testdata/may.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	allowed := map[Role]bool{}
	n := 0
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		c := strings.Split(line, "|")
		if len(c) != 4 {
			t.Fatalf("%s: want four columns", line)
		}
		roles, act, words, want := strings.TrimSpace(c[0]), Act(strings.TrimSpace(c[1])), c[2], strings.TrimSpace(c[3])
		who, f := situation(t, p, roles, words)
		err := p.May(who, act, f)
		if got := answer(err); got != want {
			t.Errorf("%s: %s (%v)", line, got, err)
		}
		if why, _ := errs.Said(err); (why != "") != (want == "no") {
			t.Errorf("%s: says %q; a refusal says why, and a hidden thing says nothing", line, why)
		}
		if want == "yes" && !strings.Contains(roles, "+") {
			allowed[Role(roles)] = true
		}
		n++
	}
	if n < 90 {
		t.Errorf("read %d lines, want the whole table", n)
	}
	for _, r := range p.Roles() {
		if !allowed[r] {
			t.Errorf("role %s: the table has nothing that it may do", r)
		}
	}
}

// TestMatrix holds the whole table, every role and every act, against a file that is read like code when it changes:
// what each role may do in the best case, and which single fault of the situation stops it.
func TestMatrix(t *testing.T) {
	p := load(t)
	faults := []struct{ name, words string }{
		{"member", "stranger"}, {"not-conflicted", "excluded"}, {"office", "elsewhere"}, {"assigned", "-assigned"}, {"recent", "-recent"}, {"self", "-self"},
		{"author", "was:author"}, {"drafter", "was:drafter"}, {"importer", "was:importer"}, {"proposer", "was:proposer"}, {"requester", "was:requester"}, {"subject", "self"},
		{"own-state", "-ownstate"}, {"own-organisation", "-ownorganisation"}, {"assessor", "was:assessor"}, {"reader", "was:reader"},
	}
	best := func(act Act) string {
		if slices.Contains(p.acts[act].when, condition{name: "self"}) {
			return "assigned duty recent ownstate ownorganisation self"
		}
		return "assigned duty recent ownstate ownorganisation"
	}
	var b strings.Builder
	for _, act := range p.Acts() {
		fmt.Fprintf(&b, "%s (%s)\n", act, p.Object(act))
		for _, role := range p.Roles() {
			who, f := situation(t, p, string(role), best(act))
			if p.May(who, act, f) != nil {
				continue
			}
			var stops []string
			for _, fault := range faults {
				words := best(act) + " " + fault.words
				if w, off := strings.CutPrefix(fault.words, "-"); off {
					words = strings.ReplaceAll(best(act), w, "")
				}
				who, f := situation(t, p, string(role), words)
				if got := answer(p.May(who, act, f)); got != "yes" {
					stops = append(stops, fault.name+"="+got)
				}
			}
			fmt.Fprintf(&b, "    %-14s %s\n", role, strings.Join(stops, " "))
		}
	}
	if *update {
		if err := os.WriteFile("testdata/matrix.txt", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/matrix.txt")
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the matrix changed: run with -update and read the difference\n%s", difference(b.String(), string(want)))
	}
}

func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("first at line %d: got %q", i+1, g[i])
		}
	}
	return fmt.Sprintf("%d lines fewer", len(w)-len(g))
}

func TestTheHouseAndOtherNodes(t *testing.T) {
	p := load(t)
	signer, f := situation(t, p, "signatory", "")
	stranger, g := situation(t, p, "signatory", "stranger")
	closed, _ := situation(t, p, "signatory", "closed")
	for _, c := range []struct {
		name string
		who  Person
		act  Act
		f    Facts
		want string
	}{
		{"the house delivers", HouseItself(), "envelope.deliver", Facts{}, "yes"},
		{"the house does not sign", HouseItself(), "request.sign", f, "no"},
		{"a node brings an envelope", OtherNode(someone), "envelope.receive", Facts{}, "yes"},
		{"a node reads nothing", OtherNode(someone), "request.read", f, "no"},
		{"the house signs for one who may, without a factor", HouseFor(signer), "request.sign", f, "yes"},
		{"not for a stranger", HouseFor(stranger), "request.sign", g, "hidden"},
		{"not for a closed account", HouseFor(closed), "request.sign", f, "no"},
		{"nobody does nothing", Person{}, "me.read", Facts{Standing: Open}, "no"},
		{"nobody is told of no case", Person{}, "case.read", Facts{Standing: Member}, "no"},
	} {
		if got := answer(p.May(c.who, c.act, c.f)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if err := p.May(signer, "request.fly", f); !errors.Is(err, errs.Invalid) {
		t.Errorf("an act that does not exist: %v, want errs.Invalid", err)
	}
}

func TestRecentEnds(t *testing.T) {
	p := load(t)
	who, f := situation(t, p, "signatory", "")
	for _, c := range []struct {
		ago  time.Duration
		want string
	}{{0, "yes"}, {RecentFor, "yes"}, {RecentFor + time.Millisecond, "no"}, {-time.Second, "no"}} {
		who.Confirmed = f.Now.Add(-c.ago)
		err := p.May(who, "request.sign", f)
		if got := answer(err); got != c.want {
			t.Errorf("confirmed %v ago: %s, want %s", c.ago, got, c.want)
		}
		if why, _ := errs.Said(err); c.want == "no" && why != SignInAgain {
			t.Errorf("confirmed %v ago: says %q, want the sentence that leads to the factor", c.ago, why)
		}
	}
}

func TestActingAs(t *testing.T) {
	p := load(t)
	who, f := situation(t, p, "drafter+signatory", "recent")
	who.Grants[1].For = someone
	f.Did[Drafter] = []id.ID{elsewhere}
	if g, ok := p.ActingAs(who, "request.sign", f); !ok || g.Role != "signatory" || g.For != someone {
		t.Errorf("ActingAs(request.sign) = %+v, %v; want signatory for %s", g, ok, someone)
	}
	if g, ok := p.ActingAs(who, "me.read", f); ok {
		t.Errorf("ActingAs(me.read) = %+v; want none: it is open to every account", g)
	}
	if !p.Ever(who, "request.sign") || p.Ever(who, "node.restore") || p.Ever(Person{}, "me.read") {
		t.Error("Ever: want request.sign, not node.restore, and nothing for nobody")
	}
}

func BenchmarkMay(b *testing.B) {
	p, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	who, f := situation(b, p, "drafter+reviewer+signatory", "recent")
	for b.Loop() {
		if err := p.May(who, "request.sign", f); err != nil {
			b.Fatal(err)
		}
	}
}
