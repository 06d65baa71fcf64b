// Package language holds the tongues Comity speaks: tags and directions, the message catalogue, and how names, dates,
// amounts and identifiers are shown.
package language

// Tag is a BCP 47 language tag, as short as it can be: "ar", "zh", "pt".
type Tag string

// The six official languages of the United Nations, in which everything of Comity is at par.
const (
	Arabic  Tag = "ar"
	Chinese Tag = "zh"
	English Tag = "en"
	French  Tag = "fr"
	Russian Tag = "ru"
	Spanish Tag = "es"
)

// Official lists the six in the English alphabetical order that the United Nations uses.
func Official() []Tag {
	return []Tag{Arabic, Chinese, English, French, Russian, Spanish}
}

// Direction is the way a script runs, as HTML's dir attribute has it.
type Direction string

// The two directions of the scripts we set.
const (
	LeftToRight Direction = "ltr"
	RightToLeft Direction = "rtl"
)

// Direction returns how text in the language runs.
func (t Tag) Direction() Direction {
	switch t {
	case "ar", "fa", "he", "ps", "ur", "ug", "dv", "yi":
		return RightToLeft
	}
	return LeftToRight
}
