package dataset

import (
	"embed"

	"comity/internal/base/language"
)

//go:embed po
var shown embed.FS

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "dataset", FS: shown} }
