package access

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"comity/internal/base/errs"
)

// Overlay is a node's own roles.toml. It may rename a role, add acts to it or take acts from it, make new roles, also
// out of others, and add conditions to acts. It has no way of writing that a condition falls away, so the rules of
// two people can only become stricter.
type Overlay struct {
	Name    string // of the file, for errors
	Content []byte
}

// OverlayFile is where a node's own rules on roles stand in the folder of its rules.
const OverlayFile = "access/roles.toml"

// ReadOverlays returns the node's own rules on roles from the folder of its rules, none when there is no such file.
func ReadOverlays(rules fs.FS) ([]Overlay, error) {
	b, err := fs.ReadFile(rules, OverlayFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the node's own roles: %w", err)
	}
	return []Overlay{{Name: "rules/" + OverlayFile, Content: b}}, nil
}

type overlayData struct {
	Format string                 `toml:"format"`
	Act    map[string]overlayAct  `toml:"act"`
	Role   map[string]overlayRole `toml:"role"`
}

type overlayAct struct {
	Also []string `toml:"also"` // further conditions, for every role
}

type overlayRole struct {
	Override bool     `toml:"override"` // must be true to change a role that exists
	Name     string   `toml:"name"`
	About    string   `toml:"about"`
	Combines []string `toml:"combines"` // roles whose acts, with their conditions, it takes over
	Acts     []string `toml:"acts"`     // further acts
	Without  []string `toml:"without"`  // acts that it does not have
}

// lay puts one overlay on the policy: first the roles, then the conditions, so that these hold for new roles too.
func (p *Policy) lay(o Overlay) error {
	var d overlayData
	if err := decode(o.Name, o.Content, &d); err != nil {
		return err
	}
	if d.Format != RolesFormat {
		return errs.Invalidf("%s: format is %q, want %q", o.Name, d.Format, RolesFormat)
	}
	changed := map[Role]roleRule{}
	for _, code := range sorted(d.Role) {
		r, err := p.layRole(code, d.Role[code])
		if err != nil {
			return fmt.Errorf("%s: role %s: %w", o.Name, code, err)
		}
		changed[Role(code)] = r
	}
	for code, r := range changed {
		p.roles[code] = r
	}
	for _, code := range sorted(d.Act) {
		if err := p.layAct(code, d.Act[code].Also); err != nil {
			return fmt.Errorf("%s: act %s: %w", o.Name, code, err)
		}
	}
	return nil
}

func (p *Policy) layRole(code string, d overlayRole) (roleRule, error) {
	old, exists := p.roles[Role(code)]
	switch {
	case !roleCode.MatchString(code):
		return roleRule{}, errs.Invalidf("a role is words joined by hyphens, like focal-point")
	case exists && !d.Override:
		return roleRule{}, errs.Invalidf("the role exists: write override = true to change it")
	case !exists && d.Override:
		return roleRule{}, errs.Invalidf("override = true, but there is no such role")
	case !exists && (d.Name == "" || d.About == ""):
		return roleRule{}, errs.Invalidf("a new role needs name and about")
	}
	r := roleRule{name: first(d.Name, old.name), about: first(d.About, old.about), held: old.held, acts: map[Act][]condition{}}
	for act, when := range old.acts {
		r.acts[act] = when
	}
	for _, c := range d.Combines {
		other, ok := p.roles[Role(c)]
		if !ok {
			return roleRule{}, errs.Invalidf("combines %q, which does not exist", c)
		}
		for act, when := range other.acts {
			if _, has := r.acts[act]; !has {
				r.acts[act] = when
			}
		}
	}
	for _, a := range d.Acts {
		act, err := p.known(a)
		if err != nil {
			return roleRule{}, err
		}
		r.acts[act] = p.acts[act].when
	}
	for _, a := range d.Without {
		if _, has := r.acts[Act(a)]; !has {
			return roleRule{}, errs.Invalidf("without %s, which the role does not have", a)
		}
		delete(r.acts, Act(a))
	}
	if len(r.acts) == 0 {
		return roleRule{}, errs.Invalidf("the role may do nothing: give it acts, or roles that it combines")
	}
	return r, nil
}

// layAct adds conditions to an act, for whoever may do it by whatever role.
func (p *Policy) layAct(code string, also []string) error {
	act, err := p.known(code)
	if err != nil {
		return err
	}
	more, err := conditions(also)
	if err != nil {
		return err
	}
	if len(more) == 0 {
		return errs.Invalidf("also is empty: an overlay can only add conditions")
	}
	r := p.acts[act]
	r.when = union(r.when, more)
	p.acts[act] = r
	for _, role := range p.roles {
		if when, ok := role.acts[act]; ok {
			role.acts[act] = union(when, more)
		}
	}
	return nil
}

func union(a, b []condition) []condition {
	all := slices.Clone(a)
	for _, c := range b {
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
