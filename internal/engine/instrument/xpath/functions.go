package xpath

import (
	"fmt"
	"slices"
	"strings"

	"comity/internal/base/errs"
)

// builtinSpec is a function of the language: how many arguments it takes (max below 0: any number), what it does.
type builtinSpec struct {
	min, max int
	run      builtin
}

const many = -1

// builtins are the functions of the language.
var builtins = map[string]builtinSpec{
	// XPath 1.0 §4.1, nodes
	"last":          {0, 0, fnLast},
	"position":      {0, 1, fnPosition},
	"count":         {1, 1, fnCount},
	"id":            {1, 1, fnID},
	"local-name":    {0, 1, fnLocalName},
	"namespace-uri": {0, 1, fnNamespaceURI},
	"name":          {0, 1, fnName},

	// XPath 1.0 §4.2, text
	"string":           {0, 1, fnString},
	"concat":           {0, many, fnConcat},
	"starts-with":      {2, 2, fnStartsWith},
	"contains":         {2, 2, fnContains},
	"substring-before": {2, 2, fnSubstringBefore},
	"substring-after":  {2, 2, fnSubstringAfter},
	"substring":        {2, 3, fnSubstring},
	"string-length":    {0, 1, fnStringLength},
	"normalize-space":  {0, 1, fnNormalizeSpace},
	"translate":        {3, 3, fnTranslate},

	// XPath 1.0 §4.3, truth
	"boolean": {1, 1, fnBoolean},
	"not":     {1, 1, fnNot},
	"true":    {0, 0, fnTrue},
	"false":   {0, 0, fnFalse},
	"lang":    {1, 1, fnLang},

	// XPath 1.0 §4.4, numbers
	"number":  {0, 1, fnNumber},
	"sum":     {1, 1, fnSum},
	"floor":   {1, 1, fnFloor},
	"ceiling": {1, 1, fnCeiling},
	"round":   {1, 2, fnRound},

	// XForms 1.1 §7 and ODK: choosing
	"if":                  {3, 3, fnIf},
	"coalesce":            {2, 2, fnCoalesce},
	"once":                {1, 1, fnOnce},
	"boolean-from-string": {1, 1, fnBooleanFromString},
	"checklist":           {2, many, fnChecklist},
	"weighted-checklist":  {2, many, fnWeightedChecklist},
	"selected":            {2, 2, fnSelected},
	"selected-at":         {2, 2, fnSelectedAt},
	"count-selected":      {1, 1, fnCountSelected},

	// nodes
	"current":         {0, 0, fnCurrent},
	"instance":        {1, 1, fnInstance},
	"indexed-repeat":  {3, 7, fnIndexedRepeat},
	"count-non-empty": {1, 1, fnCountNonEmpty},
	"randomize":       {1, 2, fnRandomize},
	"jr:itext":        {1, 1, fnItext},

	// text
	"join":          {1, many, fnJoin},
	"ends-with":     {2, 2, fnEndsWith},
	"substr":        {2, 3, fnSubstr},
	"regex":         {2, 2, fnRegex},
	"digest":        {2, 3, fnDigest},
	"base64-decode": {1, 1, fnBase64Decode},
	"uuid":          {0, 1, fnUUID},

	// numbers
	"min":   {1, many, fnMin},
	"max":   {1, many, fnMax},
	"int":   {1, 1, fnInt},
	"abs":   {1, 1, fnAbs},
	"pow":   {2, 2, fnPow},
	"sqrt":  {1, 1, fnSqrt},
	"exp":   {1, 1, fnExp},
	"exp10": {1, 1, fnExp10},
	"log":   {1, 1, fnLog},
	"log10": {1, 1, fnLog10},
	"pi":    {0, 0, fnPi},
	"sin":   {1, 1, fnSin},
	"cos":   {1, 1, fnCos},
	"tan":   {1, 1, fnTan},
	"asin":  {1, 1, fnAsin},
	"acos":  {1, 1, fnAcos},
	"atan":  {1, 1, fnAtan},
	"atan2": {2, 2, fnAtan2},

	// dates
	"today":             {0, 0, fnToday},
	"now":               {0, 0, fnNow},
	"date":              {1, 1, fnDate},
	"date-time":         {1, 1, fnDate},
	"decimal-date-time": {1, 1, fnDecimalDateTime},
	"decimal-time":      {1, 1, fnDecimalTime},
	"format-date":       {2, 2, fnFormatDate},
	"format-date-time":  {2, 2, fnFormatDate},
}

// FunctionNames returns the names of the language's own functions, in order.
func FunctionNames() []string {
	var names []string
	for name := range builtins {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// link finds the function that a call means and checks the number of arguments.
func link(name string, args []expr, house Functions) (expr, error) {
	if f, ok := house[name]; ok {
		if err := arity(name, len(args), f.Min, f.Max); err != nil {
			return nil, &CallError{name, len(args), true, err}
		}
		return &houseCall{name, args, f}, nil
	}
	b, ok := builtins[name]
	if !ok {
		return nil, &CallError{name, len(args), false, unknown(name, house)}
	}
	if err := arity(name, len(args), b.min, b.max); err != nil {
		return nil, &CallError{name, len(args), true, err}
	}
	if name == "regex" {
		return linkRegex(args)
	}
	return &call{name, args, b.run}, nil
}

func arity(name string, got, least, most int) error {
	switch {
	case got >= least && (most < 0 || got <= most):
		return nil
	case most < 0:
		return errs.Invalidf("%s() takes at least %s, not %d", name, arguments(least), got)
	case least == most:
		return errs.Invalidf("%s() takes %s, not %d", name, arguments(least), got)
	}
	return errs.Invalidf("%s() takes %d to %s, not %d", name, least, arguments(most), got)
}

func arguments(n int) string {
	if n == 1 {
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

func unknown(name string, house Functions) error {
	for known := range house {
		if strings.EqualFold(known, name) {
			return errs.Invalidf("there is no function %s(); did you mean %s()?", name, known)
		}
	}
	for _, known := range FunctionNames() {
		if strings.EqualFold(known, name) {
			return errs.Invalidf("there is no function %s(); did you mean %s()?", name, known)
		}
	}
	return errs.Invalidf("there is no function %s()", name)
}
