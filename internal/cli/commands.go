package cli

import "github.com/spf13/cobra"

// commands lists all commands; each stands in a file of its own.
func commands(env Env) []*cobra.Command {
	return []*cobra.Command{
		demoCommand(env),
		initCommand(env),
		serveCommand(env),
		verifyCommand(env),
		requestCommand(env),
		evidenceCommand(env),
		exchangeCommand(env),
		ledgerCommand(env),
		studyCommand(env),
		capacityCommand(env),
		exerciseCommand(env),
		instrumentCommand(),
		checkCommand(env),
		backupCommand(env),
		restoreCommand(env),
		versionCommand(),
	}
}
