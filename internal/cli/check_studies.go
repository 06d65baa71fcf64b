package cli

import (
	"fmt"

	"comity/internal/base/language"
	"comity/internal/dialogue/study/data"
)

// checkStudies says what is wrong with the studies that come with the program: a form's own problems, and each text that
// one of the six languages lacks.
func checkStudies() (n int, problems []string, err error) {
	all, err := data.Studies()
	if err != nil {
		return 0, nil, err
	}
	for _, s := range all {
		for audience := range s.Audiences {
			in, err := s.Form(audience)
			if in == nil {
				return 0, nil, err
			}
			for _, p := range in.Check() {
				problems = append(problems, p.String())
			}
			for _, tag := range language.Official() {
				for _, text := range in.Lacks(tag) {
					problems = append(problems, fmt.Sprintf("%s/po/%s.po: no translation of %q", s.Dir(audience), tag, text.English))
				}
			}
		}
	}
	return len(all), problems, nil
}
