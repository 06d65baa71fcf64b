package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"comity/internal/demo"
)

func demoCommand(env Env) *cobra.Command {
	walk, code, out, only, port := false, false, "", "", 0
	c := &cobra.Command{
		Use: "demo", Short: "Start an invented world on this machine, with a link for each person", Args: args(cobra.NoArgs),
		Long: `demo starts three nodes on loopback: the central authorities of Morocco and of Portugal, and a
secretariat. People, cases and data are invented and marked as exercise everywhere. It stays up
until Ctrl-C. With --walk it plays, with no browser, a study from its topics to recommendations, a
workshop of seven invented States with its tests before and after, and one request from draft to
verified delivery, and leaves every file in DIR; --only study, capacity or request plays one. With --code it prints the code that a person of the demonstration
types beside the password.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if code {
				return printCode(env)
			}
			dir, err := os.MkdirTemp("", "comity-demo-*")
			if err != nil {
				return err
			}
			defer func() { _ = os.RemoveAll(dir) }()
			o := demo.Options{Dir: dir, Port: port, Web: !walk, Now: env.Now,
				Log: slog.New(slog.NewTextHandler(env.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}
			if walk {
				if out == "" {
					return usageError{fmt.Errorf("demo: --walk needs --out DIR")}
				}
				if only != "" && only != "study" && only != "request" && only != "capacity" {
					return usageError{fmt.Errorf("demo: --only takes study, capacity or request, not %q", only)}
				}
				return runWalk(c.Context(), env, o, out, only)
			}
			return runDemo(c.Context(), env, o)
		},
	}
	c.Flags().BoolVar(&walk, "walk", false, "play one request to its end and leave the files")
	c.Flags().BoolVar(&code, "code", false, "print the code for signing in as one of the people, and end")
	c.Flags().StringVar(&out, "out", "", "folder for the files of --walk")
	c.Flags().StringVar(&only, "only", "", "what --walk plays: study, capacity or request; all when left out")
	c.Flags().IntVar(&port, "port", 8080, "port of the first node's pages; the next ones follow; 0 for any")
	return c
}

func printCode(env Env) error {
	code, err := demo.Code(env.Now())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.Stdout, code)
	return err
}

func runWalk(ctx context.Context, env Env, o demo.Options, out, only string) error {
	o.Port = 0
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	w, err := demo.Start(ctx, o)
	if err != nil {
		return err
	}
	if only == "" || only == "study" {
		err = w.WalkStudy(ctx, out, env.Stdout)
	}
	if err == nil && (only == "" || only == "capacity") {
		err = w.WalkCapacity(ctx, out, env.Stdout)
	}
	if err == nil && (only == "" || only == "request") {
		err = w.Walk(ctx, out, env.Stdout)
	}
	if e := w.Stop(); err == nil {
		err = e
	}
	return err
}

func runDemo(ctx context.Context, env Env, o demo.Options) error {
	w, err := demo.Start(ctx, o)
	if err != nil {
		return err
	}
	// The links come first: whoever opens one finds the requests arriving, as in a real office.
	err = w.Links(ctx, env.Stdout)
	if err == nil {
		err = w.Equip(ctx)
	}
	if err == nil {
		err = w.Story(ctx)
	}
	if err == nil {
		_, err = w.Inquire(ctx, io.Discard)
	}
	if err == nil {
		_, err = w.East(ctx, io.Discard)
	}
	if err != nil && ctx.Err() == nil {
		return errors.Join(err, w.Stop())
	}
	if err == nil {
		fmt.Fprintln(env.Stdout, "\nEvery request of the story, the study and the workshop are in their places.")
	}
	<-ctx.Done()
	return w.Stop()
}
