// Package record shows the node's ledger to people: what was done, that nothing of it was changed, and how anyone can
// check that without this node. It also serves the public page on which a file shows whether it is genuine.
package record

import (
	"embed"

	"comity/internal/base/language"
)

//go:embed po
var shown embed.FS

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "record", FS: shown} }
