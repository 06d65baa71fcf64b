package review

import (
	"strings"

	"comity/internal/base/language"
)

// The words of this slice's lists, as sentences of the catalogue. In a sheet they are read back in all six languages.

func typeWords() map[string]string {
	return map[string]string{
		"general": language.M("General"), "technical": language.M("Technical"), "editorial": language.M("Editorial"),
		"factual": language.M("Factual"), "position": language.M("Position"),
	}
}

func visibilityWords() map[string]string {
	return map[string]string{
		"states": language.M("Those invited to comment"), "secretariat": language.M("Only the secretariat"), "public": language.M("Everyone"),
	}
}

func dispositionWords() map[string]string {
	return map[string]string{
		"accepted": language.M("Accepted"), "accepted-with-modification": language.M("Accepted with modification"), "noted": language.M("Noted"),
		"rejected": language.M("Not accepted"), "out-of-scope": language.M("Outside the scope"), "deferred-to-group": language.M("Deferred to the group"),
	}
}

func kindWords() map[string]string {
	return map[string]string{
		"report": language.M("Report"), "working-paper": language.M("Working paper"), "methodology": language.M("Methodology"),
		"questionnaire": language.M("Questionnaire"), "recommendations": language.M("Recommendations"), "note": language.M("Note"),
	}
}

func distributionWords() map[string]string {
	return map[string]string{
		string(General): language.M("General distribution"), string(Limited): language.M("Limited distribution"), string(Restricted): language.M("Restricted distribution"),
	}
}

func statusWords() map[string]string {
	return map[string]string{
		string(Working): language.M("Being written"), string(ForComments): language.M("For comments"), string(Final): language.M("Final"),
		string(Superseded): language.M("Superseded"),
	}
}

func blockWords() map[string]string {
	return map[string]string{
		Para: language.M("Paragraph"), Heading: language.M("Heading"), Finding: language.M("Finding"), Option: language.M("Option"),
		Figure: language.M("Figure"), Footnote: language.M("Footnote"),
	}
}

func commentWords() map[string]string {
	return map[string]string{
		string(Draft): language.M("Draft"), string(Accepted): language.M("Accepted for your State"), string(Rejected): language.M("Left out"),
		string(Merged): language.M("Merged into another"), string(Submitted): language.M("Submitted"), string(Replaced): language.M("Replaced by a later set"),
	}
}

func opWords() map[string]string {
	return map[string]string{
		Same: language.M("Unchanged"), Edited: language.M("Changed"), Moved: language.M("Moved"), Added: language.M("Added"), Removed: language.M("Removed"),
	}
}

func word(p *language.Printer, words map[string]string, code string) string {
	if w, ok := words[code]; ok {
		return p.T(w)
	}
	return code
}

func typeWord(p *language.Printer, code string) string       { return word(p, typeWords(), code) }
func visibilityWord(p *language.Printer, code string) string { return word(p, visibilityWords(), code) }
func dispositionWord(p *language.Printer, code string) string {
	return word(p, dispositionWords(), code)
}

// wordsIn maps each word of a sheet's lists, in all languages and as its code, to the code.
func wordsIn(c *language.Catalog) map[string]string {
	found := map[string]string{}
	for _, words := range []map[string]string{typeWords(), visibilityWords(), dispositionWords()} {
		for code, msg := range words {
			found[fold(code)] = code
			for _, tag := range language.Official() {
				found[fold(c.Get(tag).T(msg))] = code
			}
		}
	}
	return found
}

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
