// Command comity is a node of one authority, and every tool for its files.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"comity/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(cli.Run(ctx, cli.Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: time.Now,
	}, os.Args[1:]))
}
