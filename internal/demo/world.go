// Package demo makes a small invented world on one machine: three nodes that trust each other, their people, and
// requests in different states in both directions. Everything in it is marked as an exercise.
//
// [Start] builds and runs the world for a browser; [Walk] plays one request from draft to verified delivery and leaves
// the files.
package demo

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/BurntSushi/toml"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/engine/envelope"
	"comity/internal/node"
	"comity/internal/store/db"
)

//go:embed data/world.toml
var worldTOML []byte

// cast is who lives in the world, as the file has it.
type cast struct {
	Format string
	Node   []place
	Laptop place // of a training room, in the workshop
}

type place struct {
	Key, State, Authority, Office, Host, Lang string
	Names                                     map[string]string
	Person                                    []figure
}

type figure struct {
	Login, Name string
	Lang        language.Tag
	Roles       []access.Role
}

func readCast() (cast, error) {
	var c cast
	m, err := toml.NewDecoder(bytes.NewReader(worldTOML)).Decode(&c)
	if err != nil {
		return c, fmt.Errorf("world.toml: %w: %w", err, errs.Invalid)
	}
	if u := m.Undecoded(); len(u) > 0 {
		return c, errs.Invalidf("world.toml: the key %s is not known", u[0])
	}
	return c, nil
}

// World is the running nodes.
type World struct {
	Places []*Place
	ctx    context.Context // of what runs
	o      Options
	more   []*Place // nodes that a story adds
	stop   context.CancelFunc
	work   sync.WaitGroup
	mu     sync.Mutex
	failed error
}

// Place is one node with its people.
type Place struct {
	*node.Node
	Key    string
	Office id.ID
	People map[string]access.Person // by login
	order  []string
	web    net.Listener
}

// Options of a world.
type Options struct {
	Dir  string       // its data, one folder for each node
	Port int          // of the first node's pages; the next ones follow. 0: any
	Web  bool         // serve pages
	Log  *slog.Logger // nil for slog.Default
	Now  func() time.Time
}

// Start builds the world in an empty folder, or opens the one that is there, and runs it until ctx ends or
// [World.Stop].
func Start(ctx context.Context, o Options) (*World, error) {
	c, err := readCast()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	w := &World{stop: stop, ctx: ctx, o: o}
	w.Places = make([]*Place, len(c.Node))
	var wg sync.WaitGroup
	failed := make([]error, len(c.Node))
	for i, p := range c.Node {
		wg.Go(func() { w.Places[i], failed[i] = w.settle(ctx, o, i, p) })
	}
	wg.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, errors.Join(err, w.Stop())
	}
	if err := w.meet(ctx); err != nil {
		return nil, errors.Join(err, w.Stop())
	}
	return w, nil
}

// settle makes one node, its people, and runs it.
func (w *World) settle(ctx context.Context, o Options, i int, p place) (*Place, error) {
	exchange, err := listenExchange(filepath.Join(o.Dir, p.Key))
	if err != nil {
		return nil, err
	}
	c := node.Config{Dir: filepath.Join(o.Dir, p.Key), Now: o.Now, Log: o.Log}
	port := o.Port
	if port != 0 {
		port += i
	}
	pages, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, err
	}
	c.Public = fmt.Sprintf("http://%s:%d", p.Host, pages.Addr().(*net.TCPAddr).Port)
	err = node.Init(c, node.Identity{
		State: p.State, Authorities: []string{p.Authority}, Names: p.Names, Exercise: true,
		URL: "https://" + exchange.Addr().String(), Hosts: []string{"127.0.0.1", p.Host},
	})
	if err != nil && !errors.Is(err, errs.Conflict) { // a conflict: the node is there from before
		return nil, err
	}
	n, err := node.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	here := &Place{Node: n, Key: p.Key, People: map[string]access.Person{}, web: pages}
	if err := here.populate(ctx, p); err != nil {
		return here, err
	}
	w.run(func() error { n.Work(ctx); return nil })
	w.run(func() error { return n.ServeExchange(ctx, exchange) })
	if o.Web {
		w.run(func() error { return n.ServePages(ctx, pages, nil) })
	}
	return here, nil
}

// listenExchange listens where the node's card says, or anywhere when it has none yet.
func listenExchange(dir string) (net.Listener, error) {
	b, err := os.ReadFile(filepath.Join(dir, "card.asice"))
	if errors.Is(err, os.ErrNotExist) {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, err
	}
	card, err := envelope.OpenCard(bytes.NewReader(b), int64(len(b)), envelope.Options{Now: time.Now()})
	if err != nil {
		return nil, err
	}
	return net.Listen("tcp", strings.TrimPrefix(card.Sender.URL, "https://"))
}

func (w *World) run(f func() error) {
	w.work.Go(func() {
		if err := f(); err != nil {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.failed = errors.Join(w.failed, err)
			w.stop()
		}
	})
}

// populate makes the node's people.
func (p *Place) populate(ctx context.Context, from place) (err error) {
	var people []node.NewPerson
	for _, f := range from.Person {
		people = append(people, node.NewPerson{Login: f.Login, Name: f.Name, Lang: f.Lang, Roles: f.Roles})
		p.order = append(p.order, f.Login)
	}
	if p.Office, _, err = p.Found(ctx, from.Office, people); err != nil && !errors.Is(err, errs.Conflict) {
		return err
	}
	return p.DB.Reader.Read(ctx, db.House("demo"), func(tx *db.Tx) error {
		offices, err := access.Offices(ctx, tx)
		if err != nil {
			return err
		}
		p.Office = offices[0].ID
		for _, f := range people {
			a, err := access.FindLogin(ctx, tx, f.Login)
			if err != nil {
				return err
			}
			p.People[f.Login] = a.Person
		}
		return nil
	})
}

// As returns the person with the login, who has shown a factor just now: the story's people are at their desks.
func (p *Place) As(login string) access.Person {
	who := p.People[login]
	who.Confirmed = p.Config.Now().Add(-time.Second)
	return who
}

// Entry returns a fresh id for an act's entry.
func (p *Place) Entry() id.ID { return id.New(p.Config.Now()) }

// Link makes a sign-in link for a person, which works once.
func (p *Place) Link(ctx context.Context, login string) (string, error) {
	return p.Invite(ctx, p.People[login].ID, signin.ToFollow)
}

// Logins lists the people in the order of the file.
func (p *Place) Logins() []string { return p.order }

// Place returns the node with the key.
func (w *World) Place(key string) *Place {
	for _, p := range w.Places {
		if p.Key == key {
			return p
		}
	}
	return nil
}

// meet has every node trust every other: a clerk imports the card, the head of office compares and trusts.
func (w *World) meet(ctx context.Context) error {
	for _, p := range w.Places {
		for _, other := range w.Places {
			if p == other {
				continue
			}
			if err := p.trust(ctx, other); err != nil {
				return err
			}
		}
	}
	return nil
}

// trust has a clerk of the place import another's card, and the head of office compare and trust it.
func (p *Place) trust(ctx context.Context, other *Place) error {
	clerk := map[string]string{"ma": "omar", "pt": "luis", "org": "ivan", "laptop": "lindiwe"}[p.Key]
	head := map[string]string{"ma": "salma", "pt": "teresa", "org": "lucia", "laptop": "hassan"}[p.Key]
	_, err := p.Exchange.Import(ctx, p.As(clerk), other.Self.CardFile, p.Entry())
	if err != nil && !errors.Is(err, errs.Conflict) {
		return err
	}
	f, err := other.Self.Fingerprint()
	if err != nil {
		return err
	}
	err = p.Exchange.Trust(ctx, p.As(head), other.Self.Node(), f, "read out at the opening of the exercise", p.Entry())
	if errors.Is(err, errs.Conflict) {
		return nil
	}
	return err
}

// Wait returns when the world has stopped, with what made it stop.
func (w *World) Wait() error {
	w.work.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed
}

// Stop ends the world and closes its databases.
func (w *World) Stop() error {
	w.stop()
	err := w.Wait()
	for _, p := range slices.Concat(w.Places, w.more) {
		if p != nil && p.Node != nil {
			err = errors.Join(err, p.Close())
		}
	}
	return err
}
