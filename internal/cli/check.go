package cli

import (
	"fmt"
	"slices"
	"strings"
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
	return &cobra.Command{
		Use: "check", Short: "Check the data folders: treaties, rules, request types, roles, words", Args: args(cobra.NoArgs),
		Long: "check reads every data file, puts each rule to its own examples, checks each type's example,\nrenders it in six languages, and names what is wrong with file and line, and every sentence\nwithout its translation. It exits with 3 then.",
		RunE: func(c *cobra.Command, _ []string) error {
			law, problems, err := checkData(env.Now())
			if err != nil {
				return err
			}
			for _, p := range problems {
				fmt.Fprintln(c.OutOrStdout(), p)
			}
			if len(problems) > 0 {
				return errNo
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%d treaties, %d rules, %d request types, %d languages: all sound\n",
				len(law.Treaties.All()), len(law.Rules.Rules()), len(law.Types.All()), len(language.Official()))
			return err
		},
	}
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

// untranslated names what forms, rules, letters and treaties say and a language doesn't, and translations that lost one
// of the places in braces.
func untranslated(law *request.Law) []string {
	said := slices.Concat(law.Types.Messages(), law.Letters.Messages(), law.Rules.Messages(), law.Treaties.Messages())
	slices.Sort(said)
	said = slices.Compact(said)
	var problems []string
	for _, tag := range language.Official() {
		p := law.Catalog.Get(tag)
		for _, m := range said {
			got, parts := p.Parts(m)
			if got != tag {
				problems = append(problems, fmt.Sprintf("po/%s.po: no translation of %q", tag, m))
				continue
			}
			var text strings.Builder
			for _, part := range parts {
				text.WriteString(part.Text)
			}
			want, have := language.Places(m), language.Places(text.String())
			slices.Sort(want)
			slices.Sort(have)
			if !slices.Equal(want, have) {
				problems = append(problems, fmt.Sprintf("po/%s.po: the translation of %q has the places %v, want %v", tag, m, have, want))
			}
		}
	}
	return problems
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
