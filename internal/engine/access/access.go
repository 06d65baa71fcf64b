// Package access says who a person is and what they may do.
//
// Roles are data (roles.toml): a role may do acts, an act has conditions on the thing it is done to. A case is a
// compartment: what lies in it exists for its members only, so a stranger is told "not found" and never "not allowed".
// Start with [Policy.May], which decides one act on facts that the thing's own package has read, and with [ScopeOf],
// which narrows every list to what a person may know of. How a person proves who they are is package signin's matter.
package access

import (
	"slices"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
)

// Act names something that is done to a thing: "request.sign". Every act stands in roles.toml.
type Act string

// Role names a bundle of acts: "drafter".
type Role string

// Kind tells what sort of actor does an act.
type Kind string

// The three kinds of actor.
const (
	Human Kind = "person" // someone with an account here
	Node  Kind = "node"   // another node, by an envelope that came in and passed its checks
	House Kind = "house"  // this installation, alone or in the name of the person whose work it carries out later
)

// Person is who acts. The zero value is nobody and may do nothing.
type Person struct {
	ID        id.ID // of the account, or of the other node; "" when the house acts for itself
	Kind      Kind
	Name      string // for pages, never for logs
	Lang      language.Tag
	Authority string // code of the authority they belong to, as the directory has it
	Grants    []Grant
	Disabled  bool
	Confirmed time.Time // when they last showed a factor in this session; zero when never
	DeputyOf  []id.ID   // for whom they stand in now
}

// Grant is a role held in an office. For is set when it is held as the deputy of someone.
type Grant struct {
	Role   Role
	Office id.ID // "" for a guest of the node, who belongs to no office
	For    id.ID
}

// HouseItself is the installation acting for nobody: it may do only the acts that roles.toml opens to the house.
func HouseItself() Person { return Person{Kind: House} }

// HouseFor is the installation carrying out later what p asked for. It may do what p may, without a fresh factor.
func HouseFor(p Person) Person {
	p.Kind = House
	return p
}

// OtherNode is the node n whose envelope is being taken in.
func OtherNode(n id.ID) Person { return Person{ID: n, Kind: Node} }

// onItsOwn reports whether p acts in nobody's name: another node, or the house for itself. The house that acts for a
// person may do what the person may, and nothing more.
func (p Person) onItsOwn() bool { return p.Kind == Node || p.Kind == House && p.ID == "" }

// Nobody reports whether p is no actor at all, as on pages without sign-in.
func (p Person) Nobody() bool { return p.Kind == "" }

// Offices returns the offices in which p holds a role, each once, in the order of the grants.
func (p Person) Offices() []id.ID {
	var found []id.ID
	for _, g := range p.Grants {
		if g.Office != "" && !slices.Contains(found, g.Office) {
			found = append(found, g.Office)
		}
	}
	return found
}

// Guest reports whether p has roles here but belongs to no office: people of a respondent, a court, a defence.
func (p Person) Guest() bool {
	return p.ID != "" && p.Kind != Node && len(p.Grants) > 0 && len(p.Offices()) == 0
}

// Holds reports whether p has the role in some office, be it as a deputy.
func (p Person) Holds(role Role) bool {
	return slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.Role == role })
}

// Fresh reports whether p showed a factor within [RecentFor] before now. A page that ends in an act which asks for that
// leads to /confirm first.
func (p Person) Fresh(now time.Time) bool { return fresh(p, now) }

// acting returns those whose membership counts for p: p, and everyone p stands in for.
func (p Person) acting() []id.ID { return append([]id.ID{p.ID}, p.DeputyOf...) }
