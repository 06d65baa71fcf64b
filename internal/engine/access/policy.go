package access

import (
	"fmt"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

// May returns nil when who may do the act on the thing that the facts speak of.
//
// It returns [errs.NotFound] when the thing lies in a case that who may not know of, and [errs.Forbidden] otherwise;
// [errs.Said] gives the sentence for the person. An act that is not in the table is [errs.Invalid]: a mistake of ours.
func (p *Policy) May(who Person, act Act, f Facts) error {
	r, ok := p.acts[act]
	if !ok {
		return errs.Invalidf("may %s: there is no such act", act)
	}
	why := p.refusal(who, act, r, f)
	if why == "" {
		return nil
	}
	if hidden(f, who) {
		return fmt.Errorf("may %s: %w", act, errs.NotFound)
	}
	return errs.Say(fmt.Errorf("may %s: %w", act, errs.Forbidden), why, nil)
}

// hidden reports whether the thing does not exist for who. Another node and the house alone know no compartments;
// what they may do is little and named.
func hidden(f Facts, who Person) bool {
	if who.ID == "" || who.Kind == Node {
		return false
	}
	return f.Standing != Open && f.Standing != Member
}

// refusal returns "" or the sentence that says why not. Among several roles the most telling reason wins: the one of
// the role that came furthest, and the later-granted role on a tie.
func (p *Policy) refusal(who Person, act Act, r rule, f Facts) string {
	switch {
	case who.Nobody():
		return language.M("Sign in to do this.")
	case who.Disabled:
		return language.M("Your account is closed.")
	case who.onItsOwn() && slices.Contains(r.by, who.Kind):
		return ""
	case who.Kind == Node || who.ID == "":
		return language.M("None of your roles may do this.")
	case f.Standing == Excluded:
		return language.M("You were kept out of this case.")
	}
	best, why := -1, language.M("None of your roles may do this.")
	for _, try := range p.ways(who, act, r) {
		held, fault := holds(try.when, who, try.grant, f)
		if fault == "" {
			return ""
		}
		if held >= best {
			best, why = held, fault
		}
	}
	return why
}

// way is one ground on which a person may do an act: a grant and the conditions that come with it.
type way struct {
	grant Grant
	when  []condition
}

// ways lists the grounds that who has for the act, before any condition is looked at.
func (p *Policy) ways(who Person, act Act, r rule) []way {
	var all []way
	if r.open == forAccount {
		all = append(all, way{when: r.when})
	}
	for _, g := range who.Grants {
		role, ok := p.roles[g.Role]
		if !ok {
			continue // a role that the table no longer has gives nothing
		}
		if when, ok := role.acts[act]; ok {
			all = append(all, way{g, when})
		} else if r.open == forOffice && g.Office != "" {
			all = append(all, way{g, r.when})
		}
	}
	return all
}

// holds returns how many conditions held, and the first that did not.
func holds(when []condition, who Person, g Grant, f Facts) (held int, fault string) {
	for i, c := range when {
		if fault := c.failed(who, g, f); fault != "" {
			return i, fault
		}
	}
	return len(when), ""
}

// Ever reports whether who may do the act at all, on some thing: for menus and buttons, never as the decision.
func (p *Policy) Ever(who Person, act Act) bool {
	r, ok := p.acts[act]
	return ok && !who.Nobody() && !who.Disabled && len(p.ways(who, act, r)) > 0
}

// ActingAs returns the grant by which who does the act, for the ledger's "role" and for showing deputies. It is the
// grant that [Policy.May] accepts first; ok is false when the act is open to every account.
func (p *Policy) ActingAs(who Person, act Act, f Facts) (g Grant, ok bool) {
	for _, try := range p.ways(who, act, p.acts[act]) {
		if _, fault := holds(try.when, who, try.grant, f); fault == "" {
			return try.grant, try.grant.Role != ""
		}
	}
	return Grant{}, false
}
