package picture

import (
	"embed"

	"comity/internal/base/language"
)

//go:embed po
var shown embed.FS

// Words gives the translations of what every map says.
func Words() language.Source { return language.Source{Name: "picture", FS: shown} }

// Say gives the map its language, the words of its legend and its disclaimer. The other words of a [Frame] are the
// caller's.
func (spec *MapSpec) Say(p *language.Printer) {
	spec.Lang = p.Tag()
	spec.Answered = p.T("Response received")
	spec.Silent = p.T("No response known")
	spec.Unknown = p.T("No number known")
	spec.Marker = p.T("A circle stands for a State that would be too small to be seen.")
	spec.Uncoded = p.T("Not coloured: areas without a code of their own in the United Nations list M49.")
	spec.Disclaimer = p.T("The boundaries and names shown and the designations used on this map do not imply official endorsement or acceptance.")
}
