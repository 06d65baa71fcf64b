package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/request"
	"comity/internal/engine/access"
	"comity/internal/node"
	"comity/internal/store/db"
)

func evidenceCommand(env Env) *cobra.Command {
	c := &cobra.Command{Use: "evidence", Short: "Take files in as evidence", Args: args(cobra.NoArgs), RunE: help}
	c.AddCommand(evidenceAdd(env))
	return c
}

func evidenceAdd(env Env) *cobra.Command {
	where, as, of := place{}, "", ""
	given := evidence.Given{Sort: "provider-return"}
	c := &cobra.Command{
		Use: "add --as LOGIN --request REFERENCE FILE…", Short: "Take files in, hashed and encrypted while they are read", Args: args(cobra.MinimumNArgs(1)),
		Long: `add takes each file in as one item of the request's case, in the name of the person with the login,
who must be allowed to. It may run beside a running node. Stopped and called again for the same
file, it goes on where it stopped.`,
		RunE: func(c *cobra.Command, files []string) error {
			if as == "" || of == "" {
				return usageError{fmt.Errorf("evidence add: --as and --request are needed")}
			}
			return withNode(c.Context(), env, where, func(n *node.Node) error {
				who, r, err := findAdder(c, n, as, of)
				if err != nil {
					return err
				}
				given.Case, given.Request = r.Case, r.Reference
				for i, f := range files {
					g := given
					g.Name = filepath.Base(f)
					if len(files) > 1 || g.Label == "" {
						g.Label = fmt.Sprintf("%s%d", given.Label, i+1)
					}
					item, err := n.Evidence.AddFile(c.Context(), who, f, g, nil)
					if err != nil {
						return fmt.Errorf("%s: %w", f, err)
					}
					fmt.Fprintf(c.OutOrStdout(), "%s  %s  %s\n", item, g.Label, f)
				}
				return nil
			})
		},
	}
	where.flags(c)
	c.Flags().StringVar(&as, "as", "", "login of the person who takes the files in")
	c.Flags().StringVar(&of, "request", "", "reference of the request")
	c.Flags().StringVar(&given.Measure, "measure", "1", "number of the measure")
	c.Flags().StringVar(&given.Label, "label", "E", "exhibit label; a number is added when there are several files")
	c.Flags().StringVar((*string)(&given.Sort), "kind", "provider-return", "what the files are: provider-return, disk-image, mobile-extraction, …")
	return c
}

// findAdder returns the person, for whom the house acts, and the request.
func findAdder(c *cobra.Command, n *node.Node, login, reference string) (who access.Person, found request.Request, err error) {
	err = n.DB.Reader.Read(c.Context(), db.House("command line"), func(tx *db.Tx) error {
		a, err := access.FindLogin(c.Context(), tx, login)
		if err != nil {
			return fmt.Errorf("person %q: %w", login, err)
		}
		who = access.HouseFor(a.Person)
		for before := id.ID(""); ; {
			page, err := request.List(c.Context(), tx, request.Filter{Before: before, Limit: 100})
			if err != nil {
				return err
			}
			for _, r := range page {
				if r.Reference == reference || r.OwnReference == reference {
					found = r
					return nil
				}
				before = r.ID
			}
			if len(page) < 100 {
				return fmt.Errorf("request %q: %w", reference, errs.NotFound)
			}
		}
	})
	return who, found, err
}
