package cli

import "github.com/spf13/cobra"

// commands lists all commands; each stands in a file of its own.
func commands(env Env) []*cobra.Command {
	return []*cobra.Command{
		instrumentCommand(),
		requestCommand(env),
		versionCommand(),
	}
}
