package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"comity/internal/engine/instrument/vectors"
)

func instrumentCommand() *cobra.Command {
	c := &cobra.Command{Use: "instrument", Short: "Forms and their expressions", Args: args(cobra.NoArgs), RunE: help}
	failures := false
	test := &cobra.Command{
		Use: "test VECTORS.jsonl", Short: "Evaluate test vectors of the expression language", Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, a []string) error {
			f, err := os.Open(a[0])
			if err != nil {
				return err
			}
			defer func() { _ = f.Close() }()
			r, err := vectors.Test(f)
			if err != nil {
				return fmt.Errorf("instrument test %s: %w", a[0], err)
			}
			return printVectors(c, r, failures)
		},
	}
	test.Flags().BoolVar(&failures, "failures", false, "list each failed vector with what was wanted")
	c.AddCommand(test)
	return c
}

// printVectors prints the one line that the command promises, and the failures when asked for.
func printVectors(c *cobra.Command, r vectors.Report, failures bool) error {
	excluded := 0
	for _, n := range r.Excluded {
		excluded += n
	}
	if _, err := fmt.Fprintf(c.OutOrStdout(), "passed %d failed %d excluded %d\n", r.Passed, len(r.Failed), excluded); err != nil {
		return err
	}
	if failures {
		for _, f := range r.Failed {
			fmt.Fprintf(c.OutOrStdout(), "line %d: %s\n  got  %s\n  want %s\n", f.Line, f.Vector.Expression, f.Got, f.Want)
		}
	}
	if len(r.Failed) > 0 {
		return errNo
	}
	return nil
}
