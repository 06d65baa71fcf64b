package review

import (
	"embed"

	"comity/internal/base/language"
	"comity/internal/engine/web"
)

//go:embed page po
var pages embed.FS

// Pages are the pages of documents and comments.
func Pages() web.Pages { return web.Pages{Name: "review", FS: pages} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "review", FS: pages} }
