package nodetest

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"
)

// KillAgainAndAgain runs the test's own binary as a child with env, ends it by SIGKILL at random instants between least and
// most after its start, and starts it again; after so many kills it lets one child end by itself, which has to succeed.
func KillAgainAndAgain(t *testing.T, kills int, least, most time.Duration, env ...string) {
	t.Helper()
	for killed := 0; ; killed++ {
		out, err := os.CreateTemp(t.TempDir(), "out")
		if err != nil {
			t.Fatal(err)
		}
		c := exec.Command(os.Args[0])
		c.Env, c.Stderr = append(os.Environ(), env...), out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		life := least + rand.N(most-least)
		if killed >= kills {
			life = 10 * time.Minute
		}
		select {
		case err := <-ended:
			if err != nil {
				b, _ := os.ReadFile(out.Name())
				t.Fatalf("after %d kills: %v\n%s", killed, err, b)
			}
			t.Logf("killed %d times", killed)
			return
		case <-time.After(life):
			if err := c.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			<-ended
		}
	}
}
