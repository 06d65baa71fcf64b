package structure

import (
	"slices"

	"comity/internal/base/language"
)

// Kind is what a structure is.
type Kind string

// The kinds of structures.
const (
	Mechanism   Kind = "coordinating_mechanism"
	Unit        Kind = "specialised_unit"
	Contact     Kind = "contact_point_24_7"
	Partnership Kind = "ppp"
	Network     Kind = "network"
	Training    Kind = "training_institution"
	Laboratory  Kind = "laboratory"
	Reform      Kind = "legal_reform"
)

// Kinds lists all kinds in the order of pages.
func Kinds() []Kind {
	return []Kind{Mechanism, Unit, Contact, Partnership, Network, Training, Laboratory, Reform}
}

func (k Kind) known() bool { return slices.Contains(Kinds(), k) }

// Name returns the kind in words: a message of the catalogue.
func (k Kind) Name() string {
	switch k {
	case Mechanism:
		return language.M("Coordinating mechanism")
	case Unit:
		return language.M("Specialised unit")
	case Contact:
		return language.M("24/7 contact point")
	case Partnership:
		return language.M("Public–private partnership")
	case Network:
		return language.M("Network of practitioners")
	case Training:
		return language.M("Training institution")
	case Laboratory:
		return language.M("Forensic laboratory")
	case Reform:
		return language.M("Reform of the law")
	}
	return string(k)
}

// SignKind is what shows that a structure lives.
type SignKind string

// The signs of life.
const (
	Minutes SignKind = "minutes"
	Case    SignKind = "case"
	Session SignKind = "session"
	Money   SignKind = "budget"
)

// SignKinds lists the signs in the order of pages.
func SignKinds() []SignKind { return []SignKind{Minutes, Case, Session, Money} }

// Name returns the sign in words: a message of the catalogue.
func (k SignKind) Name() string {
	switch k {
	case Minutes:
		return language.M("Minutes of a meeting")
	case Case:
		return language.M("A case that it carried")
	case Session:
		return language.M("A training or session that it held")
	case Money:
		return language.M("A budget that was voted or spent")
	}
	return string(k)
}
