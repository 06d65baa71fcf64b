// Package nodetest gives tests whole nodes that trust each other and talk over loopback.
package nodetest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/node"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// Node is a node with one person for each role.
type Node struct {
	*node.Node
	Office id.ID
	People map[access.Role]access.Person
}

// Options of a test's node.
type Options struct {
	Kind string // of database; "sqlite" when ""
	Now  func() time.Time
	Log  io.Writer // nil for none

	Answers bool // by itself, as the other State of an exercise
	Real    bool // no exercise node
}

// New makes and opens an exercise node, unless the options say otherwise, of the State's central authority, with its exchange on loopback. It runs until
// the test ends.
func New(t testing.TB, state string, o Options) *Node {
	t.Helper()
	if o.Kind == "" {
		o.Kind = "sqlite"
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := node.Config{Dir: t.TempDir(), Database: dbtest.URL(t, o.Kind, state, node.Schemas()), Now: o.Now, Answers: o.Answers, Log: slog.New(slog.NewTextHandler(o.Log, nil))}
	err = node.Init(c, node.Identity{
		State: state, Authorities: []string{state + "-CA"}, Names: map[string]string{"en": "Central Authority of " + state + " (exercise)"},
		Exercise: !o.Real, URL: "https://" + l.Addr().String(), Hosts: []string{"127.0.0.1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	opened, err := node.Open(ctx, c)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	done := make(chan error, 2)
	go func() { opened.Work(ctx); done <- nil }()
	go func() { done <- opened.ServeExchange(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	n := &Node{Node: opened, People: map[access.Role]access.Person{}}
	n.staff(t, state)
	return n
}

// AsGuest names, in [Node.People], the person who holds a role without an office: a guest of the node.
func AsGuest(role access.Role) access.Role { return "guest-" + role }

// staff makes an office and one person for each role in it, each signed in a moment ago, and a guest for each role that
// guests may hold.
func (n *Node) staff(t testing.TB, state string) {
	t.Helper()
	ctx := context.Background()
	err := n.DB.Writer.Write(ctx, func(tx *db.Tx) (err error) {
		if n.Office, err = access.CreateOffice(ctx, tx, state+"-CA", "Cooperation"); err != nil {
			return err
		}
		for _, role := range n.Policy.Roles() {
			held := n.Policy.Held(role)
			if held != access.OutsideOffices {
				if err := n.person(ctx, tx, state, role, access.Grant{Role: role, Office: n.Office}); err != nil {
					return err
				}
			}
			if held == access.InOrOutside {
				if err := n.person(ctx, tx, state, AsGuest(role), access.Grant{Role: role}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (n *Node) person(ctx context.Context, tx *db.Tx, state string, name access.Role, g access.Grant) error {
	p, err := access.CreatePerson(ctx, tx, access.NewPerson{
		Login: string(name), Name: fmt.Sprintf("%s of %s (exercise)", name, state), Lang: language.English, Authority: state + "-CA"})
	if err != nil {
		return err
	}
	if err := n.Policy.Give(ctx, tx, p, g, p); err != nil {
		return err
	}
	a, err := access.Find(ctx, tx, p)
	if err != nil {
		return err
	}
	a.Person.Confirmed = tx.Now()
	n.People[name] = a.Person
	return nil
}

// As returns the person with the role, who has shown a factor just now.
func (n *Node) As(role access.Role) access.Person {
	p := n.People[role]
	p.Confirmed = n.Config.Now().Add(-time.Second)
	return p
}

// Entry returns a fresh id for an act's entry.
func (n *Node) Entry() id.ID { return id.New(n.Config.Now()) }

// Meet has the nodes import each other's cards, and second persons trust them.
func Meet(t testing.TB, a, b *Node) {
	t.Helper()
	for _, p := range [][2]*Node{{a, b}, {b, a}} {
		n, other := p[0], p[1]
		ctx := context.Background()
		peer, err := n.Exchange.Import(ctx, n.As("clerk"), other.Self.CardFile, n.Entry())
		if err != nil {
			t.Fatal(err)
		}
		f, err := other.Self.Fingerprint()
		if err != nil {
			t.Fatal(err)
		}
		if err := n.Exchange.Trust(ctx, n.As("head"), peer, f, "read out at a meeting (exercise)", n.Entry()); err != nil {
			t.Fatal(err)
		}
	}
}

// Eventually waits until f is true, and fails the test when it isn't within ten seconds.
func Eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if f() {
			return
		}
	}
	t.Fatalf("not within ten seconds: %s", what)
}
