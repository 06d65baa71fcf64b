package exchange

import (
	"testing"

	"comity/internal/base/id"
	"comity/internal/engine/envelope"
)

// Where a message stands among those that came: its turn, too early, or nowhere.
func TestStands(t *testing.T) {
	came := func(n id.ID, number int64, manifest string) link {
		return link{n, number, envelope.Digest(manifest), string(envelope.Accepted)}
	}
	early := func(n id.ID, number int64, manifest string) link {
		return link{n, number, envelope.Digest(manifest), string(envelope.Held)}
	}
	for name, c := range map[string]struct {
		number   int64
		previous envelope.Digest
		near     []link
		gap      bool
		fork     bool
	}{
		"the first":                           {1, "", nil, false, false},
		"its turn":                            {3, "b", []link{came("m2", 2, "b")}, false, false},
		"its turn after one that was refused": {3, "b", []link{{"m2", 2, "b", string(envelope.Refused)}}, false, false},
		"its own row, held till now":          {3, "b", []link{came("m2", 2, "b"), early("me", 3, "c")}, false, false},
		"too early":                           {3, "b", nil, true, false},
		"behind one that waits":               {3, "b", []link{early("m2", 2, "b")}, true, false},
		"too early, and another waits in that place": {3, "b", []link{early("m2", 2, "x")}, true, false},
		"previous names another":                     {3, "b", []link{came("m2", 2, "x")}, true, true},
		"the number is taken":                        {3, "b", []link{came("m2", 2, "b"), came("m3", 3, "c")}, true, true},
		"the first number is taken":                  {1, "", []link{came("m1", 1, "a")}, true, true},
		"another waits under the number":             {3, "b", []link{came("m2", 2, "b"), early("m3", 3, "c")}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			gap, fork := stands("me", c.number, c.previous, c.near)
			if (gap != nil) != c.gap || fork != c.fork {
				t.Errorf("stands = %v, fork %v; want a gap %v, a fork %v", gap, fork, c.gap, c.fork)
			}
		})
	}
}
