package selector

import (
	"embed"

	"comity/internal/base/language"
)

//go:embed po
var po embed.FS

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "selector", FS: po} }
