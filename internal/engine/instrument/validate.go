package instrument

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"comity/internal/engine/instrument/xpath"
)

// Codes of what can be wrong with an answer; [Sentence] has their words.
const (
	CodeMissing        = "missing"
	CodeTooFew         = "too-few"
	CodeTooMany        = "too-many"
	CodeTooLong        = "too-long"
	CodeNotInteger     = "not-integer"
	CodeNotDecimal     = "not-decimal"
	CodeNotDate        = "not-date"
	CodeNotTime        = "not-time"
	CodeNotDateTime    = "not-date-time"
	CodeNoOffset       = "no-offset"
	CodeNotChoice      = "not-choice"
	CodeNotTicked      = "not-ticked"
	CodeConstraint     = "constraint"
	CodeRemovedControl = "removed-control"
	CodeNotHere        = "not-here"
	CodeOutOfRange     = "out-of-range"
	CodeNotRanked      = "not-ranked"
	CodeDoubted        = "doubted" // it can be, and is unlikely: see [State.Doubts]
)

// sentences are the English words of each code; they are the catalogue's keys. {n} and {value} are places.
var sentences = map[string]string{
	CodeMissing:        "This answer is needed.",
	CodeTooFew:         "At least {n} are needed.",
	CodeTooMany:        "At most {n} can be given.",
	CodeTooLong:        "At most {n} characters can be kept here.",
	CodeNotInteger:     "Write a whole number, such as 12.",
	CodeNotDecimal:     "Write a number, such as 12.5.",
	CodeNotDate:        "Write a date that exists: day, month and year.",
	CodeNotTime:        "Write a time such as 14:30.",
	CodeNotDateTime:    "Write a date and a time, such as 2026-02-12T03:14:00+09:00.",
	CodeNoOffset:       "Add the difference from UTC to the time, such as +09:00.",
	CodeNotChoice:      "“{value}” is not one of the choices.",
	CodeNotTicked:      "Tick the box or leave it empty.",
	CodeConstraint:     "This answer doesn't fit what is asked.",
	CodeRemovedControl: "{n} invisible control characters were taken out of this text; check that it still reads as you want.",
	CodeNotHere:        "This question is not part of the page that was sent.",
	CodeOutOfRange:     "Write a number from {least} to {most}, in steps of {step}.",
	CodeNotRanked:      "Give each of the {n} choices one place.",
	CodeDoubted:        "This answer is unusual beside the others.",
}

// Sentence returns what a person is told for a code: translated by tr, then with its values.
func Sentence(tr func(string) string, code string, args map[string]string) string {
	text, ok := sentences[code]
	if !ok {
		return code
	}
	return fill(tr(text), args)
}

// Sentences lists the English sentences, for the catalogue's lint.
func Sentences() []string {
	var all []string
	for _, code := range sortedKeys(sentences) {
		all = append(all, sentences[code])
	}
	for _, code := range sortedKeys(problems) {
		all = append(all, problems[code].Says)
		if do := problems[code].Do; do != "" {
			all = append(all, do)
		}
	}
	return append(all, whyHidden, otherLabel, otherQuestion)
}

// wrongForm says what is wrong with the form of an answer, "" when nothing is. Choices are looked at elsewhere.
func (it *Item) wrongForm(value string) (code string, args map[string]string) {
	if it.MaxLength > 0 && utf8.RuneCountInString(value) > it.MaxLength {
		return CodeTooLong, map[string]string{"n": strconv.Itoa(it.MaxLength)}
	}
	switch it.Type {
	case IntegerType:
		if _, err := strconv.ParseInt(value, 10, 64); err != nil || value[0] == '+' {
			return CodeNotInteger, nil
		}
	case DecimalType:
		if f := xpath.ParseNumber(value); f != f {
			return CodeNotDecimal, nil
		}
	case DateType:
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return CodeNotDate, nil
		}
	case TimeType:
		if !validTime(value) {
			return CodeNotTime, nil
		}
	case DateTimeType:
		return wrongInstant(value), nil
	case RangeType:
		return it.outOfRange(value)
	case AcknowledgeType:
		if value != Acknowledged {
			return CodeNotTicked, nil
		}
	}
	return "", nil
}

func validTime(value string) bool {
	for _, form := range []string{"15:04", "15:04:05", "15:04:05.999"} {
		if _, err := time.Parse(form, value); err == nil {
			return true
		}
	}
	return false
}

// wrongInstant wants a numeric offset or Z: a zone's short name, such as IST, means several zones.
func wrongInstant(value string) string {
	for _, form := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04Z07:00"} {
		if _, err := time.Parse(form, value); err == nil {
			return ""
		}
	}
	for _, form := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if _, err := time.Parse(form, value); err == nil {
			return CodeNoOffset
		}
	}
	return CodeNotDateTime
}

// normal brings a typed answer to the form its kind is kept in: texts as they are typed, others without spaces
// around them, numbers and dates in the digits 0 to 9 whatever script they were typed in.
func (it *Item) normal(value string) string {
	switch it.Type {
	case TextType, NoteType:
		return value
	case IntegerType, DecimalType, RangeType, DateType, TimeType, DateTimeType:
		return strings.Map(westernDigit, strings.TrimSpace(value))
	case SelectMultipleType, RankType:
		return strings.Join(strings.Fields(value), " ")
	}
	return strings.TrimSpace(value)
}

// westernDigit turns a decimal digit of any script into 0 to 9. Unicode keeps each script's ten digits together and
// in order.
func westernDigit(r rune) rune {
	if r < 128 || !unicode.IsDigit(r) {
		if r == '٫' { // the Arabic decimal separator
			return '.'
		}
		return r
	}
	n := rune(0)
	for unicode.IsDigit(r-n-1) && n < 9 {
		n++
	}
	return '0' + n
}

// Chosen returns the names a select's answer holds.
func (it *Item) Chosen(value string) []string {
	if it.Type == SelectMultipleType || it.Type == RankType {
		return strings.Fields(value)
	}
	if value == "" {
		return nil
	}
	return []string{value}
}
