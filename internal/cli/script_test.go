package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"comity/internal/base/id"
	"comity/internal/engine/instrument"
)

// TestMain lets the scripts call this test's own program under the name comity.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"comity": func() {
		os.Exit(Run(context.Background(), Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: time.Now}, os.Args[1:]))
	}})
}

// TestScript runs the commands as people do: each file of testdata/script is a world of its own, with the files that
// stand in it and whole.json, the answers of a whole request. Beside testscript's commands there are:
//
//	exits CODE comity ARG…   runs the command and wants exactly this exit code
//	answers FROM TO PATH…    copies answers without those at the paths; PATH=VALUE sets one instead
//	entry DIR NAME           puts the id of the first entry in a node's record into the variable
//	frozen DIR STUDY N       puts an invented dataset of N responses, with a table that is out, into a node
//	flip FILE                changes one bit in the middle of a file
//	tamper DIR ID            changes that entry in the database, behind the program's back
//	nodes DIR                makes two nodes that trust each other, DIR/pt and DIR/ma; a request waits at the first
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"answers": answers, "entry": entry, "exits": exits, "frozen": frozen, "flip": flip, "nodes": nodes, "tamper": tamper,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			whole, err := os.ReadFile("../cooperation/request/types/produce.subscriber/example.json")
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "whole.json"), whole, 0o600)
		},
	})
}

// answers copies a file of answers with some of them changed.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: answers FROM TO PATH…")
	}
	a, err := instrument.ParseAnswers([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	for _, change := range args[2:] {
		path, value, set := strings.Cut(change, "=")
		if set {
			ts.Check(a.Set(path, value))
		} else {
			ts.Check(a.Delete(path))
		}
	}
	b, err := a.Bytes()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o600))
}

// exits runs a command and compares its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// flip changes one bit in the middle of a file.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: flip FILE")
	}
	name := ts.MkAbs(args[0])
	b, err := os.ReadFile(name)
	ts.Check(err)
	b[len(b)/2] ^= 1
	ts.Check(os.WriteFile(name, b, 0o600))
}

// nodes makes two nodes in a folder; see [twoNodes].
func nodes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: nodes DIR")
	}
	ts.Check(twoNodes(context.Background(), ts.MkAbs(args[0])))
}

// entry looks up the first entry of a node's record.
func entry(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: entry DIR NAME")
	}
	first, err := firstEntry(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Setenv(args[1], string(first))
}

// tamper changes an entry of a node's record where only someone with the database could.
func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tamper DIR ID")
	}
	ts.Check(changeEntry(context.Background(), ts.MkAbs(args[0]), id.ID(args[1])))
}
