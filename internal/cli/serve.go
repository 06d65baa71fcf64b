package cli

import (
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"comity/internal/node"
)

func serveCommand(env Env) *cobra.Command {
	where := place{}
	c := &cobra.Command{
		Use: "serve", Short: "Run the node: pages, exchange, health and metrics", Args: args(cobra.NoArgs),
		Long: `serve runs until it is interrupted. Settings stand in comity.toml of the data folder, or in the
environment: COMITY_LISTEN (pages, 127.0.0.1:8080), COMITY_EXCHANGE (other nodes,
127.0.0.1:8443), COMITY_ADMIN (health and metrics, 127.0.0.1:8081), COMITY_PUBLIC (how browsers
reach the pages), COMITY_DATABASE, COMITY_PASSPHRASE (file:PATH or env:NAME). With [practice] in comity.toml two
practice nodes run beside it: comity exercise link lets a learner in.`,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := config(env, where)
			if err != nil {
				return err
			}
			conf.Log = slog.New(slog.NewJSONHandler(env.Stderr, nil))
			n, err := node.Open(c.Context(), conf)
			if err != nil {
				return err
			}
			if why := n.Log.Recovery(); why != "" {
				fmt.Fprintf(env.Stderr, "comity: the node is in recovery and signs nothing: %s\n", why)
			}
			err = n.Serve(c.Context(), func() {
				fmt.Fprintf(env.Stdout, "pages at %s, exchange at %s\n", n.Config.Public, n.Config.Exchange)
			})
			if e := n.Close(); err == nil {
				err = e
			}
			return err
		},
	}
	where.flags(c)
	return c
}
