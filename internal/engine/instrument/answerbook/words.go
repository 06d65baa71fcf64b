package answerbook

import (
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
)

// The words of a book.
var (
	wNumber     = language.M("No.")
	wQuestion   = language.M("Question")
	wHow        = language.M("How to answer")
	wAnswer     = language.M("Answer")
	wMissing    = language.M("If there is no answer")
	wShown      = language.M("Who may see it")
	wNote       = language.M("Note")
	wSource     = language.M("Source")
	wSourceKind = language.M("Kind of source")
	wPeriod     = language.M("Period")

	wNotKnown     = language.M("Not known")
	wNotAvailable = language.M("Not available")
	wAggregate    = language.M("Only in totals")
	wSecret       = language.M("Nobody outside the analysis")
	wLaw          = language.M("Law")
	wRegister     = language.M("Register")
	wEstimate     = language.M("Estimate")
	wOpinion      = language.M("Opinion")

	wStart   = language.M("Start here")
	wAbout   = language.M("Fill in the light cells. What isn't ready stays empty. Nothing is sent from this file: give it back to whoever gave it to you.")
	wAboutX  = language.M("Where something can be marked, write x. Rows that don't apply stay empty.")
	wAboutP  = language.M("Fill in what you can; what isn't ready stays empty. Nothing is sent from this page: save the answers as a file, and give it back to whoever gave you the page.")
	wKept    = language.M("Answers are kept in this page until it is closed. A saved file can be opened here again.")
	wSave    = language.M("Save the answers as a file")
	wOpen    = language.M("Open answers that were saved")
	wWrong   = language.M("The file doesn't belong to this page.")
	wOpened  = language.M("The answers of the file are in the page.")
	wMore    = language.M("More about this answer")
	wSection = language.M("Sections in this file")
)

// option is a value of a mark and how it is called.
type option struct{ value, label string }

var (
	missings = []option{{instrument.NotKnown, wNotKnown}, {instrument.NotAvailable, wNotAvailable}}
	shown    = []option{{"aggregate_only", wAggregate}, {"secret", wSecret}}
	sources  = []option{{"law", wLaw}, {"register", wRegister}, {"estimate", wEstimate}, {"opinion", wOpinion}}
)

// words are what is said of a file that came back.
var words = map[string]instrument.Words{
	"not-book":       {Says: language.M("This is not an answer book."), Do: language.M("Give back the file that was given out, or the file that its page saved.")},
	"file-large":     {Says: language.M("The file is larger than {n} MB."), Do: language.M("Give back the file that was given out, or the file that its page saved.")},
	"other-form":     {Says: language.M("The file belongs to another version of the questionnaire."), Do: language.M("Take a new file and copy the answers over. Nothing was taken from this one.")},
	"other-response": {Says: language.M("The file belongs to another response."), Do: language.M("Nothing was taken from it. Look for the file that belongs here.")},
	"other-section":  {Says: language.M("This question is not of a section that the file may fill."), Do: language.M("Nothing was taken from the file. Take the row out, or ask for a file with this section.")},
	"other-question": {Says: language.M("The questionnaire has no such question."), Do: language.M("Nothing was taken from the file. Take the row out.")},
	"twice":          {Says: language.M("The question stands twice in the file."), Do: language.M("Nothing was taken from the file. Leave one of the two.")},
	"not-choice":     {Says: language.M("“{value}” is not one of the choices."), Do: language.M("Choose from the list of the cell.")},
	"not-tick":       {Says: language.M("“{value}” is neither x nor empty.")},
	"not-place":      {Says: language.M("“{value}” is not a place from 1 to {n}, or it is given twice.")},
	"not-allowed":    {Says: language.M("This can't be said of this question.")},
	"too-long":       {Says: language.M("At most {n} characters can be kept here.")},
	"invisible":      {Says: language.M("Invisible characters were taken out of this cell.")},
}

// Words lists what is said here, for the catalogue's lint.
func Words() []instrument.Words {
	var out []instrument.Words
	for _, w := range words {
		out = append(out, w)
	}
	for _, says := range []string{
		wNumber, wQuestion, wHow, wAnswer, wMissing, wShown, wNote, wSource, wSourceKind, wPeriod, wNotKnown, wNotAvailable, wAggregate,
		wSecret, wLaw, wRegister, wEstimate, wOpinion, wStart, wAbout, wAboutX, wAboutP, wKept, wSave, wOpen, wWrong, wOpened, wMore, wSection, dependsOn,
	} {
		out = append(out, instrument.Words{Says: says})
	}
	for _, says := range how {
		out = append(out, instrument.Words{Says: says})
	}
	return out
}
