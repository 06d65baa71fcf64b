package ledger

import (
	"encoding/json"
	"fmt"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
)

// parseLeaf reads an entry that comes from outside. Members that this version doesn't know are allowed, except those
// whose name begins with "must_": their author says that without them the entry is misunderstood.
func parseLeaf(b []byte) (leaf, error) {
	var l leaf
	if len(b) > MaxEntry {
		return l, fmt.Errorf("entry of %d bytes, at most %d are allowed: %w", len(b), MaxEntry, errs.Invalid)
	}
	if err := canonical.Check(b); err != nil {
		return l, err
	}
	// Names are compared exactly before decoding: encoding/json would take "WHO" for "who".
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return l, fmt.Errorf("entry is no JSON object: %w: %w", err, errs.Invalid)
	}
	for _, name := range []string{"id", "at", "act", "on", "who", "role", "node", "message", "facts"} {
		if _, ok := members[name]; !ok {
			return l, fmt.Errorf("entry has no member %q: %w", name, errs.Invalid)
		}
	}
	for name := range members {
		if strings.HasPrefix(name, "must_") {
			return l, fmt.Errorf("entry has the member %q, which this version must understand and doesn't: %w", name, errs.Invalid)
		}
		if !known(name) {
			delete(members, name)
		}
	}
	exact, err := json.Marshal(members)
	if err != nil {
		return l, fmt.Errorf("entry: %w: %w", err, errs.Invalid)
	}
	if err := json.Unmarshal(exact, &l); err != nil {
		return l, fmt.Errorf("entry: %w: %w", err, errs.Invalid)
	}
	return l, nil
}

func known(name string) bool {
	switch name {
	case "id", "at", "act", "on", "who", "role", "node", "message", "facts":
		return true
	}
	return false
}
