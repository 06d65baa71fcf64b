package demo

import (
	"strings"
	"testing"

	"comity/internal/cooperation/request/types"
	"comity/internal/cooperation/treaty"
)

// TestMirrored: an example told from the other side names nobody and nothing of the side that it was written for as its
// own, and telling it back gives the example again.
func TestMirrored(t *testing.T) {
	ts, err := treaty.Default()
	if err != nil {
		t.Fatal(err)
	}
	all, err := types.Load(ts)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"preserve.stored", "records.bank", "produce.subscriber"} {
		t.Run(kind, func(t *testing.T) {
			k, ok := all.Get(kind)
			if !ok {
				t.Fatalf("no type %s", kind)
			}
			own := map[string]string{"PT": "Public Prosecutor's Office, Porto (exercise)", "MA": "King's Prosecutor at the Court of First Instance, Casablanca (exercise)"}
			for state, want := range own {
				a, err := mirrored(k.Example, state)
				if err != nil {
					t.Fatal(err)
				}
				if got := a.Get("request/requesting/state"); got != state {
					t.Errorf("told from %s: %s asks", state, got)
				}
				if got := a.Get("request/conducting/authority"); got != want {
					t.Errorf("told from %s: the case is conducted by %q, want %q", state, got, want)
				}
				b, err := a.Bytes()
				if err != nil {
					t.Fatal(err)
				}
				other := map[string]string{"PT": "dacg.example", "MA": "@ca.example"}[state]
				if strings.Contains(string(b), other) {
					t.Errorf("told from %s: it still has an address of the other side (%s)", state, other)
				}
			}
		})
	}
}
