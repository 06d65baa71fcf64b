// Package cli is the command line: one file for each subcommand, results on stdout, everything else on stderr.
//
// Commands are functions of an [Env] and their arguments, so that tests run them without a process. Start with [Run].
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"comity/internal/base/errs"
)

// Env is the world that a command sees.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Now            func() time.Time
}

// The exit codes. Nothing else leaves the program.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitNo     = 3 // looked, and the answer is no
)

// errNo ends a command that looked and found that something doesn't hold; what it found has been printed.
var errNo = errors.New("something does not hold")

// usageError is a mistake in how the command was called.
type usageError struct{ error }

// Run runs the command that args name and returns the exit code.
func Run(ctx context.Context, env Env, args []string) int {
	root := newRoot(env)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errNo):
		return exitNo
	case errors.As(err, &usage):
		fmt.Fprintf(env.Stderr, "comity: %v\n", err)
		return exitUsage
	default:
		fmt.Fprintf(env.Stderr, "comity: %v%s\n", err, hint(err))
		return exitFailed
	}
}

// hint is what may help, in brackets after the error.
func hint(err error) string {
	switch {
	case errors.Is(err, errs.Unavailable):
		return " (try again later; nothing was changed)"
	case errors.Is(err, errs.Conflict):
		return " (look at what is there now, and decide again)"
	}
	return ""
}

func newRoot(env Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "comity",
		Short: "Requests for evidence between States: right first time, sealed, answered, checkable",
		Long: `Comity is one authority's node for international cooperation against cybercrime.
It drafts requests with the treaty's own rules, seals them for another State's node,
takes evidence back with its custody, and lets anyone check what left it.

  comity demo     starts an invented world on this machine, with a link for each person`,
		SilenceUsage: true, SilenceErrors: true,
		Args: args(cobra.NoArgs),
		RunE: help,
	}
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(commands(env)...)
	return root
}

// help is what a command says that only holds others.
func help(c *cobra.Command, _ []string) error { return c.Help() }

// args makes a wrong number of arguments a wrong use.
func args(want cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, got []string) error {
		if err := want(c, got); err != nil {
			return usageError{fmt.Errorf("%w (see: %s -h)", err, c.CommandPath())}
		}
		return nil
	}
}
