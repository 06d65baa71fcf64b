package organisation

import (
	"slices"

	"comity/internal/base/language"
)

// Kind is what an organisation is; it is the group of stakeholders that it speaks for in an assessment.
type Kind string

// The kinds. The first six are public bodies: their people can act for their State.
const (
	Ministry     Kind = "ministry"
	Police       Kind = "police"
	Prosecution  Kind = "prosecution"
	Judiciary    Kind = "judiciary"
	Authority    Kind = "authority" // central authority for cooperation
	Regulator    Kind = "regulator"
	Provider     Kind = "provider"
	Bank         Kind = "bank"
	Academia     Kind = "academia"
	CivilSociety Kind = "civil_society"
	IGO          Kind = "igo"
)

// Kinds lists all kinds in the order of pages.
func Kinds() []Kind {
	return []Kind{Ministry, Police, Prosecution, Judiciary, Authority, Regulator, Provider, Bank, Academia, CivilSociety, IGO}
}

func (k Kind) known() bool { return slices.Contains(Kinds(), k) }

// Public reports whether it is a body of a State.
func (k Kind) Public() bool {
	return slices.Contains([]Kind{Ministry, Police, Prosecution, Judiciary, Authority, Regulator}, k)
}

// Private reports whether it is a company or another body whose answers are protected like a company's.
func (k Kind) Private() bool {
	return slices.Contains([]Kind{Provider, Bank, Academia, CivilSociety}, k)
}

// Name returns the kind in words: a message of the catalogue.
func (k Kind) Name() string {
	switch k {
	case Ministry:
		return language.M("Ministry")
	case Police:
		return language.M("Police")
	case Prosecution:
		return language.M("Prosecution service")
	case Judiciary:
		return language.M("Courts")
	case Authority:
		return language.M("Central authority")
	case Regulator:
		return language.M("Regulator")
	case Provider:
		return language.M("Service provider")
	case Bank:
		return language.M("Bank")
	case Academia:
		return language.M("University or research")
	case CivilSociety:
		return language.M("Civil society")
	case IGO:
		return language.M("Intergovernmental organisation")
	}
	return string(k)
}
