package node

import "comity/internal/base/language"

// Words lists the slices' folders of translations; those of the engines' own sentences stand in package language.
func Words() []language.Source { return nil }
