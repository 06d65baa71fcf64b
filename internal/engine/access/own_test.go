package access

import (
	"errors"
	"testing"

	"comity/internal/base/errs"
)

// TestOwn: what a State or an organisation does for itself nobody else can do, whatever their role; a role may not shed
// the condition.
func TestOwn(t *testing.T) {
	const table = `
format = "comity/roles/1"
[act."thing.clear"]
say = "clear it"
on = "thing"
when = ["own-state"]
[act."thing.rate"]
say = "rate it"
on = "thing"
when = ["own-organisation"]
[role.anybody]
name = "Anybody"
about = "Whoever."
office = "optional"
acts = ["thing.clear", "thing.rate"]
`
	p, err := parse("test", []byte(table))
	if err != nil {
		t.Fatal(err)
	}
	who := Person{ID: me, Kind: Human, Grants: []Grant{{Role: "anybody"}}}
	for _, c := range []struct {
		act  Act
		f    Facts
		want string
	}{
		{"thing.clear", Facts{Standing: Open}, "no"},
		{"thing.clear", Facts{Standing: Open, OwnOrganisation: true}, "no"},
		{"thing.clear", Facts{Standing: Open, OwnState: true}, "yes"},
		{"thing.rate", Facts{Standing: Open, OwnState: true}, "no"},
		{"thing.rate", Facts{Standing: Open, OwnOrganisation: true}, "yes"},
	} {
		if got := answer(p.May(who, c.act, c.f)); got != c.want {
			t.Errorf("%s with %+v: %s, want %s", c.act, c.f, got, c.want)
		}
	}
	if _, err := parse("test", []byte(table+"[role.anybody.when]\n\"thing.clear\" = []\n")); err == nil {
		t.Error("a role may leave out own-state")
	} else if !errors.Is(err, errs.Invalid) {
		t.Errorf("leaving out own-state: %v", err)
	}
}
