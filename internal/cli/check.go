package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"comity/internal/base/language"
	"comity/internal/cooperation/request"
	"comity/internal/cooperation/rule"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/node"
)

func checkCommand(env Env) *cobra.Command {
	lacks := ""
	c := &cobra.Command{
		Use: "check", Short: "Check the data folders: treaties, rules, request types, programmes, studies, models, roles, words", Args: args(cobra.NoArgs),
		Long: "check reads every data file, puts each rule to its own examples, checks each type's example,\nrenders it in six languages, and names what is wrong with file and line, and every sentence\nwithout its translation. It exits with 3 then.\nWith --lacks it writes the sentences that a language doesn't have as a PO file to fill in.",
		RunE: func(c *cobra.Command, _ []string) error {
			if lacks != "" {
				return writeLacking(c.OutOrStdout(), lacks)
			}
			law, problems, err := checkData(env.Now())
			if err != nil {
				return err
			}
			studies, more, err := checkStudies()
			if err != nil {
				return err
			}
			problems = append(problems, more...)
			if more, err = checkExercises(law); err != nil {
				return err
			}
			problems = append(problems, more...)
			models, more, err := checkModels()
			if err != nil {
				return err
			}
			problems = append(problems, more...)
			if more, err = checkProgrammes(law); err != nil {
				return err
			}
			problems = append(problems, more...)
			for _, p := range problems {
				fmt.Fprintln(c.OutOrStdout(), p)
			}
			if len(problems) > 0 {
				return errNo
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%d treaties, %d rules, %d request types, %d programmes, %d studies, %d models, %d languages: all sound\n",
				len(law.Treaties.All()), len(law.Rules.Rules()), len(law.Types.All()), len(law.Types.Programmes()), studies, models, len(language.Official()))
			return err
		},
	}
	c.Flags().StringVar(&lacks, "lacks", "", "language whose missing sentences are written: ar, es, fr, ru or zh")
	return c
}

// checkData reads everything and returns what is wrong; an error when a file can't be understood at all.
func checkData(now time.Time) (*request.Law, []string, error) {
	catalog, err := language.Load(node.Words()...)
	if err != nil {
		return nil, nil, err
	}
	if _, err := access.Load(); err != nil {
		return nil, nil, err
	}
	law, err := request.LoadLaw(catalog, true)
	if err != nil {
		return nil, nil, err
	}
	var problems []string
	for _, p := range law.Types.Form().Check() {
		problems = append(problems, p.String())
	}
	broken, err := law.Rules.Verify(rule.Env{Treaties: law.Treaties, Exercise: true, Now: now}, law.Types.Sources()...)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range append(law.Types.Unasked(law.Rules), broken...) {
		problems = append(problems, p.String())
	}
	problems = append(problems, untranslated(law)...)
	for _, t := range law.Types.All() {
		found, err := checkExample(law, t.Example, now)
		if err != nil {
			return nil, nil, fmt.Errorf("%s/example.json: %w", t.Code, err)
		}
		for _, p := range found {
			problems = append(problems, t.Code+"/example.json: "+p)
		}
	}
	return law, problems, nil
}

// checkExample says what is wrong with a type's example: what no form asks, what rules find, what no letter prints.
func checkExample(law *request.Law, example []byte, now time.Time) ([]string, error) {
	a, err := instrument.ParseAnswers(example)
	if err != nil {
		return nil, err
	}
	var problems []string
	for _, path := range law.Types.Form().Unknown(a) {
		problems = append(problems, path+": no form asks this")
	}
	for _, f := range law.Types.Form().Eval(a, now).Problems() {
		problems = append(problems, f.Path+": the form says "+f.Code)
	}
	if len(problems) > 0 {
		return problems, nil // rules and letters would only repeat it
	}
	found, err := law.Check(a, true, now)
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		if f.Severity != "advice" {
			problems = append(problems, f.Rule+" at "+f.Path+": "+f.Message)
		}
	}
	for _, tag := range language.Official() {
		l, err := law.Letter(a, tag, "XX-CA-2026-000001", true, now)
		if err != nil {
			return nil, fmt.Errorf("letter in %s: %w", tag, err)
		}
		if _, err := law.PDF(l.Doc); err != nil {
			problems = append(problems, fmt.Sprintf("letter in %s: %v", tag, err))
		}
		for _, s := range l.Untranslated {
			problems = append(problems, fmt.Sprintf("letter in %s: no translation of %q", tag, s))
		}
	}
	return problems, nil
}
