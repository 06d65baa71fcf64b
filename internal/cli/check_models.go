package cli

import (
	"comity/internal/base/language"
	"comity/internal/capacity/assessment"
)

// checkModels says what is wrong with the models of assessments that come with the program: what an indicator is without,
// and each text that one of the six languages lacks.
func checkModels() (n int, problems []string, err error) {
	all, err := assessment.Models()
	if err != nil {
		return 0, nil, err
	}
	catalog, err := language.Load(assessment.Words()...)
	if err != nil {
		return 0, nil, err
	}
	for _, m := range all {
		problems = append(problems, m.Lacks()...)
		for _, text := range m.Messages() {
			for _, tag := range language.Official() {
				if tag != language.English && !catalog.Get(tag).Knows(text.Msg) {
					problems = append(problems, m.Name+"/po/"+string(tag)+".po: no translation of \""+text.Msg+"\"")
				}
			}
		}
	}
	return len(all), problems, nil
}
