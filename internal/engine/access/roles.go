package access

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"comity/internal/base/errs"
)

//go:embed roles.toml
var rolesFile []byte

// RolesFormat is the format line of a roles file.
const RolesFormat = "comity/roles/1"

// actData is an act as roles.toml has it.
type actData struct {
	Say  string   `toml:"say"`
	On   string   `toml:"on"`
	When []string `toml:"when"`
	For  string   `toml:"for"`
	By   []string `toml:"by"`
}

// roleData is a role as roles.toml has it.
type roleData struct {
	Name   string              `toml:"name"`
	About  string              `toml:"about"`
	Office Held                `toml:"office"`
	Acts   []string            `toml:"acts"`
	When   map[string][]string `toml:"when"`
}

type rolesData struct {
	Format string              `toml:"format"`
	Act    map[string]actData  `toml:"act"`
	Role   map[string]roleData `toml:"role"`
}

// rule is an act after the check.
type rule struct {
	say  string
	on   string
	when []condition
	open string // "", "office" or "account": who may do it whatever their role
	by   []Kind
}

// roleRule is a role after the check.
type roleRule struct {
	name, about string
	held        Held
	acts        map[Act][]condition // the conditions under which this role may do the act
}

// Policy is the checked table of roles and acts. It does not change once it is loaded and may be used by many.
type Policy struct {
	acts  map[Act]rule
	roles map[Role]roleRule
}

// Load returns the policy of the roles file that is part of the program, with the node's own rules laid over it.
// Each overlay is the content of a roles.toml with the name under which its errors speak of it.
func Load(overlays ...Overlay) (*Policy, error) {
	p, err := parse("roles.toml", rolesFile)
	if err != nil {
		return nil, err
	}
	for _, o := range overlays {
		if err := p.lay(o); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// parse reads and checks a whole roles file. It reports every fault it finds, not only the first.
func parse(name string, content []byte) (*Policy, error) {
	var d rolesData
	if err := decode(name, content, &d); err != nil {
		return nil, err
	}
	if d.Format != RolesFormat {
		return nil, errs.Invalidf("%s: format is %q, want %q", name, d.Format, RolesFormat)
	}
	p := &Policy{acts: map[Act]rule{}, roles: map[Role]roleRule{}}
	var faults []error
	for _, code := range sorted(d.Act) {
		r, err := checkAct(code, d.Act[code])
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: act %s: %w", name, code, err))
		}
		p.acts[Act(code)] = r
	}
	for _, code := range sorted(d.Role) {
		r, err := p.checkRole(code, d.Role[code])
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: role %s: %w", name, code, err))
		}
		p.roles[Role(code)] = r
	}
	for _, act := range p.Acts() {
		if !p.reachable(act) {
			faults = append(faults, errs.Invalidf("%s: act %s: nobody may do it: give it to a role, or say for or by", name, act))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return p, nil
}

// decode reads TOML and refuses keys that d does not have.
func decode(name string, content []byte, d any) error {
	meta, err := toml.Decode(string(content), d)
	var at toml.ParseError
	if errors.As(err, &at) {
		return errs.Invalidf("%s:%d: %s", name, at.Position.Line, at.Message)
	}
	if err != nil {
		return errs.Invalidf("%s: %v", name, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return errs.Invalidf("%s: unknown key %s", name, unknown[0])
	}
	return nil
}

var (
	actCode  = regexp.MustCompile(`^[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)+$`)
	roleCode = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
)

func checkAct(code string, d actData) (rule, error) {
	switch {
	case !actCode.MatchString(code):
		return rule{}, errs.Invalidf("an act is words joined by dots, like case.read")
	case d.Say == "" || d.On == "":
		return rule{}, errs.Invalidf("say and on are needed")
	case d.For != "" && d.For != forOffice && d.For != forAccount:
		return rule{}, errs.Invalidf("for is %q, want office or account", d.For)
	}
	r := rule{say: d.Say, on: d.On, open: d.For}
	for _, by := range d.By {
		k := Kind(by)
		if k != Node && k != House {
			return rule{}, errs.Invalidf("by is %q, want node or house", by)
		}
		r.by = append(r.by, k)
	}
	var err error
	r.when, err = conditions(d.When)
	return r, err
}

const (
	forOffice  = "office"
	forAccount = "account"
)

func (p *Policy) checkRole(code string, d roleData) (roleRule, error) {
	if !roleCode.MatchString(code) {
		return roleRule{}, errs.Invalidf("a role is words joined by hyphens, like focal-point")
	}
	if d.Name == "" || d.About == "" || len(d.Acts) == 0 {
		return roleRule{}, errs.Invalidf("name, about and acts are needed")
	}
	if d.Office != InAnOffice && d.Office != OutsideOffices && d.Office != InOrOutside {
		return roleRule{}, errs.Invalidf("office is %q, want none or optional", d.Office)
	}
	r := roleRule{name: d.Name, about: d.About, held: d.Office, acts: map[Act][]condition{}}
	for _, a := range d.Acts {
		act, err := p.known(a)
		if err != nil {
			return roleRule{}, err
		}
		if _, twice := r.acts[act]; twice {
			return roleRule{}, errs.Invalidf("act %s stands there twice", act)
		}
		r.acts[act] = p.acts[act].when
	}
	for _, a := range sorted(d.When) {
		act := Act(a)
		if _, ok := r.acts[act]; !ok {
			return roleRule{}, errs.Invalidf("when speaks of %s, which the role may not do", a)
		}
		own, err := conditions(d.When[a])
		if err != nil {
			return roleRule{}, err
		}
		if lost := missing(p.acts[act].when, own); lost != "" {
			return roleRule{}, errs.Invalidf("when of %s leaves out %q: this condition holds for every role", a, lost)
		}
		r.acts[act] = own
	}
	return r, nil
}

// known returns the act that a file names. A glob is refused: what a role may do has to be read, not computed.
func (p *Policy) known(a string) (Act, error) {
	if strings.ContainsAny(a, "*?[]{}") {
		return "", errs.Invalidf("act %q: each act is named in full", a)
	}
	if _, ok := p.acts[Act(a)]; !ok {
		return "", errs.Invalidf("act %q does not exist", a)
	}
	return Act(a), nil
}

// missing returns the first condition of all that own lacks although no role may be without it.
func missing(all, own []condition) string {
	for _, c := range all {
		if c.lasting() && !slices.Contains(own, c) {
			return c.String()
		}
	}
	return ""
}

func (p *Policy) reachable(act Act) bool {
	r := p.acts[act]
	if r.open != "" || len(r.by) > 0 {
		return true
	}
	for _, role := range p.roles {
		if _, ok := role.acts[act]; ok {
			return true
		}
	}
	return false
}

// Acts lists all acts in alphabetical order.
func (p *Policy) Acts() []Act { return sorted(p.acts) }

// Roles lists all roles in alphabetical order of their codes.
func (p *Policy) Roles() []Role { return sorted(p.roles) }

// Exists reports whether the act stands in the table.
func (p *Policy) Exists(act Act) bool {
	_, ok := p.acts[act]
	return ok
}

// IsRole reports whether the role stands in the table.
func (p *Policy) IsRole(role Role) bool {
	_, ok := p.roles[role]
	return ok
}

// Held returns where the role is held.
func (p *Policy) Held(role Role) Held { return p.roles[role].held }

// Object returns the kind of thing on which the act is done, "" for an act that does not exist.
func (p *Policy) Object(act Act) string { return p.acts[act].on }

// Say returns the act in words: a message of the catalogue, in English.
func (p *Policy) Say(act Act) string { return p.acts[act].say }

// Describe returns the role's name and what it is there for: messages of the catalogue, in English.
func (p *Policy) Describe(role Role) (name, about string) {
	r := p.roles[role]
	return r.name, r.about
}

// Words lists every message that the table holds, for the check of the catalogues.
func (p *Policy) Words() []string {
	var words []string
	for _, a := range p.acts {
		words = append(words, a.say)
	}
	for _, r := range p.roles {
		words = append(words, r.name, r.about)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func sorted[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
