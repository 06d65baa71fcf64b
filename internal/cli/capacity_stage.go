package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"comity/internal/base/errs"
	"comity/internal/capacity/assessment"
)

func capacityStage(env Env) *cobra.Command {
	dir, asJSON := "", false
	c := &cobra.Command{
		Use: "stage --model DIR RATINGS.json", Short: "The stage of each factor, from ratings of its indicators", Args: args(cobra.ExactArgs(1)),
		Long: `stage reads a model (DIR/model.toml) and ratings, an object of indicators with value (met, partly, not_met,
not_applicable, not_known) and basis (document, two_groups, observed, asserted); - is standard input. It
prints the stage of each factor with what it would be at least and at most: what is not known, or only
asserted, counts for nothing, or for everything.`,
		RunE: func(c *cobra.Command, a []string) error {
			if dir == "" {
				return usageError{fmt.Errorf("capacity stage: --model is needed")}
			}
			m, ratings, err := readStage(env, dir, a[0])
			if err != nil {
				return err
			}
			all, err := m.Assess(ratings)
			if err != nil {
				return fmt.Errorf("%s: %w", a[0], err)
			}
			return printStage(c.OutOrStdout(), m, all, asJSON)
		},
	}
	c.Flags().StringVar(&dir, "model", "", "folder of the model")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func readStage(env Env, dir, name string) (assessment.Model, map[string]assessment.Rating, error) {
	file := filepath.Join(dir, "model.toml")
	b, err := os.ReadFile(file)
	if err != nil {
		return assessment.Model{}, nil, err
	}
	m, err := assessment.ReadModel(file, string(b))
	if err != nil {
		return m, nil, err
	}
	if name == "-" {
		b, err = io.ReadAll(io.LimitReader(env.Stdin, maxTable))
	} else {
		b, err = os.ReadFile(name)
	}
	if err != nil {
		return m, nil, err
	}
	var ratings map[string]assessment.Rating
	if err := json.Unmarshal(b, &ratings); err != nil {
		return m, nil, errs.Invalidf("%s: %v", name, err)
	}
	return m, ratings, nil
}

func printStage(w io.Writer, m assessment.Model, all []assessment.Standing, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			Factors    []assessment.Standing  `json:"factors"`
			Dimensions []assessment.Dimension `json:"dimensions"`
		}{all, m.Dimensions(all)})
	}
	for _, s := range all {
		line := s.String()
		if m.Rule == assessment.Points {
			line = fmt.Sprintf("no score: %.0f %% known", s.Points.Known)
			if s.Points.Shown {
				line = fmt.Sprintf("%.1f [%.1f, %.1f], %.0f %% known", s.Points.Value, s.Points.Lower, s.Points.Upper, s.Points.Known)
			}
		}
		if len(s.Vacuous) > 0 {
			line += fmt.Sprintf(", nothing applies in stage %v", s.Vacuous)
		}
		if _, err := fmt.Fprintf(w, "%s: %s\n", s.Factor, line); err != nil {
			return err
		}
	}
	return nil
}
