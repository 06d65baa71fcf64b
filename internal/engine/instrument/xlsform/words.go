package xlsform

import (
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

// words are what is said of a workbook beyond what the engine says of any form.
var words = map[string]instrument.Words{
	"no-survey":        {Says: language.M("There is no sheet called survey."), Do: language.M("A form in XLSForm has its questions in a sheet of that name.")},
	"no-column":        {Says: language.M("The sheet has no column “{column}”."), Do: language.M("Write the names of the columns in the first row.")},
	"column-twice":     {Says: language.M("The column “{column}” stands twice."), Do: language.M("Take one of the two out.")},
	"no-heading":       {Says: language.M("The cell stands under no heading and is left out.")},
	"language-unknown": {Says: language.M("The language “{language}” isn't known by this name."), Do: language.M("Write it with its code, such as label::French (fr).")},
	"invisible":        {Says: language.M("Invisible characters were taken out of this cell.")},
	"quotes":           {Says: language.M("Typographic quotation marks or spaces in this expression were replaced by plain ones.")},
	"type-kept":        {Says: language.M("A question of type {type} can't be asked here. It is kept as it is and left out of pages.")},
	"calculation-off":  {Says: language.M("There is no function {name}(). The calculation is kept as it is, and nothing is calculated.")},
	"name-reserved":    {Says: language.M("The name “{name}” is reserved."), Do: language.M("Give the question another name.")},
	"reference":        {Says: language.M("There is no question “{name}”.")},
	"param-unknown":    {Says: language.M("A question of this type has no parameter “{name}”.")},
	"param-value":      {Says: language.M("The parameter {name} can't be “{value}”.")},
	"row-disabled":     {Says: language.M("The row is disabled and left out.")},
	"row-comment":      {Says: language.M("The row has neither type nor name and is left out.")},
}

// Words lists what is said here, for the catalogue's lint.
func Words() []instrument.Words {
	var out []instrument.Words
	for _, w := range words {
		out = append(out, w)
	}
	return out
}
