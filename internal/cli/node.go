package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"comity/internal/base/errs"
	"comity/internal/node"
	"comity/internal/store/keyring"
)

// place says which node a command works with.
type place struct{ dir, database string }

// flags adds the flags that name it.
func (p *place) flags(c *cobra.Command) {
	c.Flags().StringVar(&p.dir, "data", "comity-data", "the node's data folder")
	c.Flags().StringVar(&p.database, "database", "", "postgres://… or sqlite:PATH, when it isn't comity.db in the data folder")
}

// config reads the node's settings: the file comity.toml in the data folder, then COMITY_… from the environment, then
// flags.
func config(env Env, p place) (node.Config, error) {
	c, err := node.ReadConfig(p.dir, env.Getenv)
	if err != nil {
		return c, err
	}
	if p.database != "" {
		c.Database = p.database
	}
	c.Now = env.Now
	c.Log = slog.New(slog.NewTextHandler(env.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return c, nil
}

// withNode opens the node, lets f work with it and closes it.
func withNode(ctx context.Context, env Env, p place, f func(*node.Node) error) error {
	c, err := config(env, p)
	if err != nil {
		return err
	}
	return withOpen(ctx, c, f)
}

// withOpen is withNode for settings that were read before.
func withOpen(ctx context.Context, c node.Config, f func(*node.Node) error) error {
	n, err := node.Open(ctx, c)
	if err != nil {
		return err
	}
	err = f(n)
	if e := n.Close(); err == nil {
		err = e
	}
	return err
}

func initCommand(env Env) *cobra.Command {
	where, who, name, secret := place{}, node.Identity{}, "", ""
	c := &cobra.Command{
		Use: "init", Short: "Make a new node: keys, card, and an invitation for its first administrator", Args: args(cobra.NoArgs),
		Long: `init makes the data folder with the node's keys and its card. Keep a copy of the keys folder
apart from everything else; without it nothing that was sealed for this node can be opened.
The key "card" signs cards only: take keys/card.age off this machine afterwards.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if who.State == "" || len(who.Authorities) == 0 || name == "" {
				return usageError{fmt.Errorf("init: --state, --authority and --name are needed")}
			}
			who.Names = map[string]string{"en": name}
			pass, err := keyring.Secret(secret, env.Getenv)
			if err != nil {
				return err
			}
			if err := node.Init(node.Config{Dir: where.dir, Secret: pass, Now: env.Now}, who); err != nil {
				return err
			}
			conf, err := config(env, where)
			if err != nil {
				return err
			}
			conf.Secret = pass
			return withOpen(c.Context(), conf, func(n *node.Node) error {
				link, err := n.FirstAdministrator(c.Context())
				if err != nil {
					return err
				}
				f, err := n.Self.Fingerprint()
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "node %s is ready in %s\nfingerprint of its card: %s\nfirst administrator, once, within seven days: %s\n",
					n.Self.Node(), where.dir, f, link)
				return err
			})
		},
	}
	where.flags(c)
	c.Flags().StringVar(&who.State, "state", "", "the State, by its ISO 3166-1 alpha-2 code")
	c.Flags().StringSliceVar(&who.Authorities, "authority", nil, "code of an authority that this node serves; may be repeated")
	c.Flags().StringVar(&name, "name", "", "name of the node in English")
	c.Flags().StringVar(&who.URL, "url", "", "https address under which other nodes reach the exchange")
	c.Flags().StringSliceVar(&who.Hosts, "host", nil, "host names and addresses for the TLS certificate")
	c.Flags().BoolVar(&who.Exercise, "exercise", false, "an exercise node: it never meets a real one")
	c.Flags().StringVar(&secret, "passphrase", "", "file:PATH or env:NAME of a passphrase for the keys")
	return c
}

func exchangeCommand(env Env) *cobra.Command {
	c := &cobra.Command{Use: "exchange", Short: "Send and take in envelopes as files", Args: args(cobra.NoArgs), RunE: help}
	c.AddCommand(exchangeExport(env), exchangeImport(env))
	return c
}

func exchangeExport(env Env) *cobra.Command {
	where, to := place{}, ""
	c := &cobra.Command{
		Use: "export --to NODE DIR", Short: "Write what waits for a node into a folder", Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, a []string) error {
			return withNode(c.Context(), env, where, func(n *node.Node) error {
				if err := os.MkdirAll(a[0], 0o700); err != nil {
					return err
				}
				names, err := n.ExportTo(c.Context(), to, a[0])
				for _, name := range names {
					fmt.Fprintln(c.OutOrStdout(), name)
				}
				return err
			})
		},
	}
	where.flags(c)
	c.Flags().StringVar(&to, "to", "", "id of the other node, or its State's code")
	return c
}

func exchangeImport(env Env) *cobra.Command {
	where := place{}
	c := &cobra.Command{
		Use: "import DIR|FILE", Short: "Take in envelopes that came as files", Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, a []string) error {
			return withNode(c.Context(), env, where, func(n *node.Node) error {
				taken, err := n.ImportFrom(c.Context(), a[0])
				bad := false
				for _, t := range taken {
					fmt.Fprintf(c.OutOrStdout(), "%s  %s %s %s\n", t.Name, t.Result, t.Kind, strings.TrimSpace(string(t.Check)+" "+t.Detail))
					bad = bad || t.Check != ""
				}
				if err == nil && bad {
					err = errNo
				}
				return err
			})
		},
	}
	where.flags(c)
	return c
}

func ledgerCommand(env Env) *cobra.Command {
	c := &cobra.Command{Use: "ledger", Short: "Verify the node's record, prove an entry", Args: args(cobra.NoArgs), RunE: help}
	where, out := place{}, ""
	verify := &cobra.Command{
		Use: "verify", Short: "Compute the tree again and compare every checkpoint", Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return withNode(c.Context(), env, where, func(n *node.Node) error {
				r, err := n.Log.Check(c.Context())
				if errors.Is(err, errs.Invalid) {
					fmt.Fprintln(c.OutOrStdout(), err)
					return errNo
				}
				if err != nil {
					return err
				}
				waiting, err := n.Log.Waiting(c.Context())
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %d entries, %d checkpoints, all hold; waiting: %d\n", n.Log.Origin(), r.Entries, r.Checkpoints, waiting)
				return err
			})
		},
	}
	prove := &cobra.Command{
		Use: "prove ID", Short: "Write the proof that an entry stands in the record, and the entry", Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, a []string) error {
			return withNode(c.Context(), env, where, func(n *node.Node) error { return n.WriteProof(c.Context(), a[0], out) })
		},
	}
	where.flags(verify)
	where.flags(prove)
	prove.Flags().StringVarP(&out, "output", "o", ".", "folder for ID.tlog-proof and ID.json")
	c.AddCommand(verify, prove)
	return c
}
