package cli

import (
	"comity/internal/cooperation/request"
	"comity/internal/mandate"
	"comity/internal/programme"
)

// checkProgrammes says what the programmes of cooperation name that isn't there: types of request, States, treaties,
// sections, rules, paragraphs of mandates, measures.
func checkProgrammes(law *request.Law) ([]string, error) {
	asked, err := mandate.Load()
	if err != nil {
		return nil, err
	}
	var problems []string
	for _, p := range programme.Check(law, asked) {
		problems = append(problems, p.String())
	}
	return problems, nil
}
