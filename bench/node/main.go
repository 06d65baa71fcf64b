// Command node measures one installation as it lies on the disk and runs: how soon it serves, how much memory it keeps
// while nobody asks, how large the program is and how large its pages are.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"comity/bench/measure"
)

const (
	rounds  = 7
	address = "127.0.0.1:18080"
	admin   = "127.0.0.1:18081"
	other   = "127.0.0.1:18443"
	quiet   = 10 * time.Second // how long nobody asks before the memory is looked at
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "node:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if len(os.Args) != 2 {
		return errors.New("usage: node COMITY")
	}
	dir, err := os.MkdirTemp("", "comity-node-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	comity, err := filepath.Abs(os.Args[1])
	if err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	c := exec.CommandContext(ctx, comity, "init", "--data", data, "--state", "PT", "--authority", "PT-CA",
		"--name", "Central Authority (exercise)", "--exercise", "--url", "https://"+other, "--host", "127.0.0.1")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("init: %w: %s", err, out)
	}
	measure.Head(os.Stdout, "a node as it is installed: start, memory, program, pages")
	m, err := measure.Rounds(rounds, measure.Side{Name: "start", Run: func() (time.Duration, error) {
		p, took, err := start(ctx, comity, data)
		if err != nil {
			return 0, err
		}
		return took, stop(p)
	}})
	if err != nil {
		return err
	}
	measure.Goal(os.Stdout, "from the command to the first answer of /healthz", float64(m["start"].Microseconds())/1000, " ms", false, 150)
	if err := memory(ctx, comity, data); err != nil {
		return err
	}
	info, err := os.Stat(comity)
	if err != nil {
		return err
	}
	measure.Goal(os.Stdout, "the program", float64(info.Size())/1e6, " MB", false, 45)
	return pages(ctx, comity)
}

// start runs the node and returns when it answers.
func start(ctx context.Context, comity, data string) (*exec.Cmd, time.Duration, error) {
	c := exec.CommandContext(ctx, comity, "serve", "--data", data)
	c.Env = append(os.Environ(), "COMITY_LISTEN="+address, "COMITY_ADMIN="+admin, "COMITY_EXCHANGE="+other)
	began := time.Now()
	if err := c.Start(); err != nil {
		return nil, 0, err
	}
	for time.Since(began) < 10*time.Second {
		if r, err := http.Get("http://" + admin + "/healthz"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return c, time.Since(began), nil
			}
		}
		time.Sleep(time.Millisecond)
	}
	return nil, 0, errors.Join(errors.New("no answer within ten seconds"), stop(c))
}

func stop(c *exec.Cmd) error {
	if err := c.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return c.Wait()
}

// memory looks at a node that has been asked a few times and then left alone.
func memory(ctx context.Context, comity, data string) error {
	p, _, err := start(ctx, comity, data)
	if err != nil {
		return err
	}
	for range 20 {
		r, err := http.Get("http://" + address + "/")
		if err != nil {
			return errors.Join(err, stop(p))
		}
		_ = r.Body.Close()
	}
	time.Sleep(quiet)
	all, own, err := resident(p.Process.Pid)
	if err != nil {
		return errors.Join(err, stop(p))
	}
	measure.Goal(os.Stdout, "resident memory of an idle node", all, " MB", false, 60)
	measure.Figure(os.Stdout, "  of it not part of the program's file", own, " MB")
	return stop(p)
}

// resident reads how much memory a process has, and how much of it is its own, in megabytes.
func resident(pid int) (all, own float64, err error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = f.Close() }()
	for s := bufio.NewScanner(f); s.Scan(); {
		fields := strings.Fields(s.Text())
		if len(fields) < 2 {
			continue
		}
		kb, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "VmRSS:":
			all = kb * 1024 / 1e6
		case "RssAnon:":
			own = kb * 1024 / 1e6
		}
	}
	if all == 0 {
		return 0, 0, errors.New("the system doesn't say how much memory the node has")
	}
	return all, own, nil
}
