package instrument

import "comity/internal/base/language"

// Codes of what can be wrong with a form.
const (
	typeMissing    = "type-missing"
	typeUnknown    = "type-unknown"
	typeBegin      = "type-begin"
	listMissing    = "list-missing"
	listUnknown    = "list-unknown"
	listColumn     = "list-column"
	listDiffers    = "list-differs"
	matrixLarge    = "matrix-large"
	noBegin        = "no-begin"
	noEnd          = "no-end"
	wrongEnd       = "wrong-end"
	nameMissing    = "name-missing"
	nameWrong      = "name-wrong"
	nameTwice      = "name-twice"
	nameAttribute  = "name-attribute"
	labelMissing   = "label-missing"
	labelNone      = "label-none"
	calcMissing    = "calculation-missing"
	otherFilter    = "other-filter"
	sectionUnknown = "section-unknown"
	exprSyntax     = "expr-syntax"
	exprEnd        = "expr-end"
	exprArguments  = "expr-arguments"
	exprPattern    = "expr-pattern"
	exprPatternOff = "expr-pattern-off"
	exprWrong      = "expr-wrong"
	refUnknown     = "ref-unknown"
	refTwice       = "ref-twice"
	pathUnknown    = "path-unknown"
	pathNone       = "path-none"
	circle         = "circle"
	tooMuch        = "too-much"
	circleSelf     = "circle-self"
	rangeWrong     = "range-wrong"
	cellsMany      = "cells-many"
	choiceList     = "choice-list"
	choiceName     = "choice-name"
	choiceTwice    = "choice-twice"
	paramForm      = "param-form"
	paramNumber    = "param-number"
	wordUnknown    = "word-unknown"
	notYesNo       = "not-yes-no"

	// ExprFunction is a call of a function that there isn't: an importer may keep such a row without asking it.
	ExprFunction = "expr-function"
)

var (
	correctName = language.M("Correct the name here or where the question stands.")
	useLetters  = language.M("Use letters, digits, “_”, “-” and “.”, beginning with a letter or “_”.")
	useRE2      = language.M("Write it without looking ahead or behind and without back-references.")
)

var problems = map[string]Words{
	typeMissing:    {Says: language.M("The row has no type.")},
	typeUnknown:    {language.M("There is no type “{type}”."), language.M("Use one of the types of XLSForm, such as text, integer or select_one and the name of a list.")},
	typeBegin:      {Says: language.M("Write begin_{type}.")},
	listMissing:    {Says: language.M("{type} is followed by the name of its list.")},
	listUnknown:    {language.M("There is no list “{list}”."), language.M("Add it to the choices, or correct its name.")},
	listColumn:     {Says: language.M("The list “{list}” has no column “{column}”.")},
	listDiffers:    {Says: language.M("The list “{list}” differs from another of the same name.")},
	matrixLarge:    {Says: language.M("The matrices of a form have at most {n} answers.")},
	noBegin:        {language.M("This row ends a group, but none was begun."), language.M("Take the row out, or add the row that begins the group.")},
	noEnd:          {language.M("“{begun}” has no end."), language.M("Add a row that ends it, such as end_group or end_repeat.")},
	wrongEnd:       {Says: language.M("“{end}” stands where “{begun}” of row {row} ends.")},
	nameMissing:    {language.M("The row has no name."), useLetters},
	nameWrong:      {language.M("“{name}” can't be a name."), useLetters},
	nameTwice:      {language.M("The name “{name}” stands already at {place}."), language.M("Give one of the two another name.")},
	nameAttribute:  {Says: language.M("An attribute can't be a group.")},
	labelMissing:   {Says: language.M("The question has no text.")},
	labelNone:      {language.M("The question has no text in any language."), language.M("Write it in the column label.")},
	calcMissing:    {Says: language.M("The calculation is missing.")},
	otherFilter:    {Says: language.M("A list that is filtered can't have “other” added to it."), Do: language.M("Add “other” to the choices, and a question that asks which.")},
	sectionUnknown: {Says: language.M("The table of sections doesn't name “{section}”.")},
	exprSyntax:     {Says: language.M("The expression can't be read: at character {n} stands {got}, where something else is expected.")},
	exprEnd:        {language.M("The expression ends too early."), language.M("Look for a parenthesis or a quotation mark that isn't closed, or an operator with nothing behind it.")},
	exprArguments:  {Says: language.M("{name}() can't be given {n} values.")},
	ExprFunction:   {Says: language.M("There is no function {name}().")},
	exprPattern:    {language.M("This regular expression can't be used here: {pattern}"), useRE2},
	exprPatternOff: {language.M("This regular expression can't be used here, and the constraint isn't applied: {pattern}"), useRE2},
	exprWrong:      {Says: language.M("The expression can't be used: {why}.")},
	refUnknown:     {language.M("There is no question “{name}”."), correctName},
	refTwice:       {language.M("There is more than one question “{name}”."), language.M("Write its path in place of its name.")},
	pathUnknown:    {language.M("There is no question at {path}: nothing is found there."), correctName},
	pathNone:       {Says: language.M("No question fits {path}.")},
	circle:         {language.M("These depend on each other in a circle: {names}."), language.M("Take one of them out of the expression of another.")},
	tooMuch:        {language.M("The expressions of the form depend on too many questions."), language.M("Name questions in place of “//” and “*”.")},
	circleSelf:     {Says: language.M("{names} depends on itself.")},
	rangeWrong:     {Says: language.M("Start, end and step of a range are numbers, and the step leads from start to end.")},
	cellsMany:      {Says: language.M("The row has more cells than the first row has columns.")},
	choiceList:     {Says: language.M("The choice belongs to no list.")},
	choiceName:     {Says: language.M("A choice has a name, without spaces where several can be chosen.")},
	choiceTwice:    {language.M("The list “{list}” has “{name}” twice."), language.M("Give one of the two another name.")},
	paramForm:      {Says: language.M("“{word}” isn't a parameter: write its name, “=” and its value.")},
	paramNumber:    {Says: language.M("{name} is a whole number, not “{value}”.")},
	wordUnknown:    {Says: language.M("“{word}” is none of {words}.")},
	notYesNo:       {Says: language.M("“{word}” is neither yes nor no.")},
}
