package node

import (
	"errors"
	"os"
	"testing"

	"comity/internal/base/errs"
)

// TestInitAfterACut: an init that was cut off at any step is done again, and nothing half made is taken for a node.
func TestInitAfterACut(t *testing.T) {
	who := Identity{State: "PT", Authorities: []string{"PT-CA"}, Names: map[string]string{"en": "Exercise"}, Exercise: true}
	for _, row := range []struct {
		name string
		cut  func(t *testing.T, c Config)
	}{
		{"while the keys were made", func(t *testing.T, c Config) {
			move(t, c.path("keys"), c.path("keys.new"))
			remove(t, c.path("card.asice"))
		}},
		{"before the keys were in place", func(t *testing.T, c Config) {
			move(t, c.path("keys"), c.path("keys.new"))
			move(t, c.path("card.asice"), c.path("card.asice.new"))
		}},
		{"before the card was in place", func(t *testing.T, c Config) {
			move(t, c.path("card.asice"), c.path("card.asice.new"))
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := Config{Dir: t.TempDir()}
			if err := Init(c, who); err != nil {
				t.Fatal(err)
			}
			row.cut(t, c)
			if err := Init(c, who); err != nil {
				t.Fatalf("Init after the cut: %v", err)
			}
			n, err := Open(t.Context(), c)
			if err != nil {
				t.Fatalf("Open: %v", err)
			}
			if err := n.Close(); err != nil {
				t.Error(err)
			}
			if err := Init(c, who); !errors.Is(err, errs.Conflict) {
				t.Errorf("Init of a whole node = %v, want a conflict", err)
			}
		})
	}
	t.Run("keys of somebody else are left alone", func(t *testing.T) {
		c := Config{Dir: t.TempDir()}
		if err := Init(c, who); err != nil {
			t.Fatal(err)
		}
		remove(t, c.path("card.asice"))
		if err := Init(c, who); !errors.Is(err, errs.Conflict) {
			t.Errorf("Init beside keys without a card = %v, want a conflict", err)
		}
	})
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}
