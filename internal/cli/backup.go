package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"comity/internal/node"
)

func backupCommand(env Env) *cobra.Command {
	where := place{}
	c := &cobra.Command{
		Use: "backup FILE.tar", Short: "Copy the node's database and objects; never its keys", Args: args(cobra.ExactArgs(1)),
		Long: "backup may run beside a running node. Keys are not in it: keep a copy of the keys folder elsewhere.\nOn PostgreSQL, back the database up with its own tools as well.",
		RunE: func(c *cobra.Command, a []string) error {
			return withNode(c.Context(), env, where, func(n *node.Node) error {
				return writeOut(env, a[0], func(w io.Writer) error { return n.Backup(c.Context(), w) })
			})
		},
	}
	where.flags(c)
	return c
}

func restoreCommand(env Env) *cobra.Command {
	where := place{}
	c := &cobra.Command{
		Use: "restore FILE.tar", Short: "Put a backup in place, beside the keys that were kept apart", Args: args(cobra.ExactArgs(1)),
		Long: "restore keeps the high-water file that is there. When the node has shown others more than the backup\nholds, it opens in recovery: it reads and receives, and signs nothing until people have decided.",
		RunE: func(c *cobra.Command, a []string) error {
			f, err := os.Open(a[0])
			if err != nil {
				return err
			}
			defer func() { _ = f.Close() }()
			if err := node.Restore(where.dir, f); err != nil {
				return err
			}
			return withNode(c.Context(), env, where, func(n *node.Node) error {
				if why := n.Log.Recovery(); why != "" {
					_, err := fmt.Fprintf(c.OutOrStdout(), "restored; the node is in recovery: %s\n", why)
					return err
				}
				_, err := fmt.Fprintln(c.OutOrStdout(), "restored")
				return err
			})
		},
	}
	where.flags(c)
	return c
}
