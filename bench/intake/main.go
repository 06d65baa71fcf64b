// Command intake measures taking in one file of 1 GiB (hash, encrypt, durable) against its three parts, each alone in
// the same run, and against sha256sum and age on the same file.
//
// On two cores the whole can't be faster than 2 / (1/sha256 + 1/age + 1/write), nor than its slowest part.
package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"filippo.io/age"

	"comity/bench/measure"
	"comity/internal/base/id"
	"comity/internal/store/blob"
)

const (
	rounds = 5
	size   = 1 << 30
	buffer = 512 << 10
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "intake:", err)
		os.Exit(1)
	}
}

// bench is a file, a store beside it and the key of an item.
type bench struct {
	ctx  context.Context
	dir  string
	blob *blob.Dir
	key  *age.HybridIdentity
	old  *age.X25519Identity // for an age command from before 1.3; the payload is the same
}

func run(ctx context.Context) (err error) {
	if len(os.Args) != 2 {
		return errors.New("usage: intake FOLDER (with 4 GB of room on the disk that is meant)")
	}
	b := &bench{ctx: ctx, dir: os.Args[1]}
	if b.key, err = age.GenerateHybridIdentity(); err != nil {
		return err
	}
	if b.old, err = age.GenerateX25519Identity(); err != nil {
		return err
	}
	if b.blob, err = blob.OpenDir(b.path("blob")); err != nil {
		return err
	}
	if err := b.makeFile(); err != nil {
		return err
	}
	measure.Head(os.Stdout, "intake of 1 GiB: hash, encrypt, durable")
	m, err := measure.Rounds(rounds, b.sides()...)
	if err != nil {
		return err
	}
	report(m)
	return nil
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

// makeFile writes 1 GiB of noise that repeats, and reads it once so that it is in memory for everybody.
func (b *bench) makeFile() error {
	noise := make([]byte, 1<<20)
	if _, err := rand.Read(noise); err != nil {
		return err
	}
	f, err := os.Create(b.path("file"))
	if err != nil {
		return err
	}
	for range size / len(noise) {
		if _, err := f.Write(noise); err != nil {
			return err
		}
	}
	return errors.Join(f.Sync(), f.Close())
}

func (b *bench) sides() []measure.Side {
	timed := func(name string, f func() error) measure.Side {
		return measure.Side{Name: name, Run: func() (time.Duration, error) { return measure.Took(f) }}
	}
	return []measure.Side{
		timed("sha256", b.hash),
		timed("age", b.encrypt),
		timed("write", b.write),
		{Name: "intake", Run: b.intake},
		timed("sha256sum", func() error { return b.command("sha256sum", "file") }),
		timed("age command", func() error { return b.command("age", "-r", b.old.Recipient().String(), "-o", "file.age", "file") }),
	}
}

// pass reads the file into w.
func (b *bench) pass(w io.Writer) error {
	f, err := os.Open(b.path("file"))
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{f}, make([]byte, buffer))
	return errors.Join(err, f.Close())
}

func (b *bench) hash() error { return b.pass(sha256.New()) }

func (b *bench) encrypt() error {
	w, err := age.Encrypt(io.Discard, b.key.Recipient())
	if err != nil {
		return err
	}
	return errors.Join(b.pass(w), w.Close())
}

func (b *bench) write() error {
	f, err := os.Create(b.path("copy"))
	if err != nil {
		return err
	}
	return errors.Join(b.pass(f), f.Sync(), f.Close(), os.Remove(f.Name()))
}

// intake takes the file in; removing it again isn't counted.
func (b *bench) intake() (time.Duration, error) {
	key := id.New(time.Now())
	took, err := measure.Took(func() error {
		f, err := os.Open(b.path("file"))
		if err != nil {
			return err
		}
		_, err = blob.Intake(b.ctx, b.blob, key, b.key.Recipient(), f)
		return errors.Join(err, f.Close())
	})
	if err != nil {
		return took, err
	}
	return took, b.blob.Delete(b.ctx, key)
}

func (b *bench) command(name string, args ...string) error {
	if err := os.Remove(b.path("file.age")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	c := exec.CommandContext(b.ctx, name, args...)
	c.Dir = b.dir
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func report(m measure.Medians) {
	w := os.Stdout
	rate := func(side string) float64 { return size / 1e6 / m[side].Seconds() }
	for _, side := range []struct{ name, what string }{
		{"sha256", "sha256 alone"}, {"age", "age alone"}, {"write", "durable write alone"}, {"intake", "intake"},
		{"sha256sum", "sha256sum FILE"}, {"age command", "age -r … -o FILE.age FILE, not durable"},
	} {
		measure.Figure(w, side.what, rate(side.name), " MB/s")
	}
	parts := 1/rate("sha256") + 1/rate("age") + 1/rate("write")
	limit := min(2/parts, rate("sha256"), rate("write"))
	measure.Figure(w, "what two cores could do: 2 / (1/sha256 + 1/age + 1/write)", 2/parts, " MB/s")
	measure.Goal(w, "intake : what two cores could do", rate("intake")/(2/parts), "", true, 0.8)
	measure.Figure(w, "intake : the limit with its slowest part", rate("intake")/limit, "")
	measure.Figure(w, "intake : sha256sum", rate("intake")/rate("sha256sum"), "")
	measure.Figure(w, "intake : age command", rate("intake")/rate("age command"), "")
}
