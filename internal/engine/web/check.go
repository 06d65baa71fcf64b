package web

import (
	"strconv"
	"unicode/utf8"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

// What is often wrong with an answer, said the same way everywhere. A slice adds its own with errs.Field.

// Unanswered is for a required field without an answer.
func Unanswered(path string) errs.Field { return errs.Field{Path: path, Code: "Answer this question."} }

// NoSuchDay is for a date that isn't in the calendar.
func NoSuchDay(path string) errs.Field {
	return errs.Field{Path: path, Code: "Enter a day that exists, such as 27 3 2026."}
}

// NoSuchInstant is for a date, time and offset of which one is missing or isn't one.
func NoSuchInstant(path string) errs.Field {
	return errs.Field{Path: path, Code: "Enter a day, a time such as 14:20 and the difference from UTC such as +01:00."}
}

// NoSuchTime is for a time of day that isn't one.
func NoSuchTime(path string) errs.Field {
	return errs.Field{Path: path, Code: "Enter a time such as 14:20."}
}

// NoNumber is for letters where a number should be.
func NoNumber(path string) errs.Field { return errs.Field{Path: path, Code: "Enter a number."} }

// NotOffered is for an answer that isn't among the choices.
func NotOffered(path string) errs.Field {
	return errs.Field{Path: path, Code: "Choose one of the answers that are offered."}
}

// NoFile is for a required file that wasn't chosen.
func NoFile(path string) errs.Field { return errs.Field{Path: path, Code: "Choose a file."} }

// TooLong is for a text of more than max characters.
func TooLong(path string, max int) errs.Field {
	code := language.MN("Use at most {n} character.", "Use at most {n} characters.")
	return errs.Field{Path: path, Code: code, Args: map[string]string{"n": strconv.Itoa(max)}}
}

// Need lists what is wrong with required texts of a form: no answer, or more than max characters.
func (f *Form) Need(max int, paths ...string) []errs.Field {
	var wrong []errs.Field
	for _, path := range paths {
		switch v := f.Get(path); {
		case v == "":
			wrong = append(wrong, Unanswered(path))
		case utf8.RuneCountInString(v) > max:
			wrong = append(wrong, TooLong(path, max))
		}
	}
	return wrong
}

// CommonWords are the words that pages of all slices share: a slice that uses one finds its translation there already.
func CommonWords() []string {
	return []string{
		language.M("Back"), language.M("Cancel"), language.M("Change"), language.M("Continue"), language.M("Date"),
		language.M("Download"), language.M("No"), language.M("Print"), language.M("Remove"), language.M("Save"),
		language.M("Search"), language.M("Send"), language.M("Sign in"), language.M("Sign out"), language.M("State"),
		language.M("Yes"),
	}
}
