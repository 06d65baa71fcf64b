package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
)

// PracticeConfig is where people practise beside a node: [practice] of comity.toml.
type PracticeConfig struct {
	Dir    string `toml:"dir"`    // folder of the two practice nodes, in the node's own when it is no whole path; "" for none
	Listen string `toml:"listen"` // address of the learners' pages
	Public string `toml:"public"` // how their browsers reach them: "https://host"; http://LISTEN when ""
}

// Ground is where people practise: two whole nodes in exercise mode, the learners' authority and another State that answers by
// itself. Each has its own folder, database, keys, record and listener. Neither knows the node beside which they run.
type Ground struct {
	Learners, Other *Node
	listen          [2]net.Listener // of the exchange, for each
}

// seat is a person of a practice node, with what they do there.
type seat struct {
	login, name string
	roles       []access.Role
}

// learners are the seats of one team. Whoever practises alone takes one after the other: who drafts doesn't review.
var learners = []seat{
	{"drafter", "Drafter (exercise)", []access.Role{"drafter", "examiner"}},
	{"reviewer", "Reviewer (exercise)", []access.Role{"reviewer"}},
	{"signatory", "Signatory (exercise)", []access.Role{"signatory", "head"}},
	{"registry", "Registry (exercise)", []access.Role{"clerk"}},
}

// others are those who met the learners' authority; requests are answered by house persons of their own.
var others = []seat{
	{"registry", "Registry (exercise)", []access.Role{"clerk"}},
	{"signatory", "Head (exercise)", []access.Role{"head"}},
}

// OpenGround opens the two practice nodes that the settings name, and makes them on the first day.
func OpenGround(ctx context.Context, c Config) (g *Ground, err error) {
	g = &Ground{}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("practice: %w", err), g.Close())
		}
	}()
	c = c.complete()
	for i, p := range []struct {
		key, state, name string
		seats            []seat
		to               **Node
	}{
		{"learners", "MA", "Learners' authority (exercise)", learners, &g.Learners},
		{"other", "PT", "The other State (exercise)", others, &g.Other},
	} {
		own := c.practice(p.key)
		if i == 1 {
			own.Answers, own.Listen, own.Public = true, "", ""
		}
		if g.listen[i], err = listenAsCard(own); err != nil {
			return g, err
		}
		err = Init(own, Identity{State: p.state, Authorities: []string{p.state + "-CA"}, Names: map[string]string{"en": p.name}, Exercise: true,
			URL: "https://" + g.listen[i].Addr().String(), Hosts: []string{"127.0.0.1"}})
		if err != nil && !errors.Is(err, errs.Conflict) { // a conflict: it is there from before
			return g, err
		}
		if *p.to, err = Open(ctx, own); err != nil {
			return g, err
		}
		if err := (*p.to).seat(ctx, p.seats); err != nil {
			return g, err
		}
	}
	if err := g.Learners.meet(ctx, g.Other); err != nil {
		return g, err
	}
	return g, g.Other.meet(ctx, g.Learners)
}

// practice is the configuration of one practice node beside this one.
func (c Config) practice(key string) Config {
	dir := c.Practice.Dir
	if !strings.HasPrefix(dir, "/") {
		dir = c.path(dir)
	}
	return Config{Dir: Config{Dir: dir}.path(key), Secret: c.Secret, Listen: c.Practice.Listen, Public: c.Practice.Public, Now: c.Now, Log: c.Log}
}

// listenAsCard listens where the node's card says, or anywhere on this machine when it has none yet.
func listenAsCard(c Config) (net.Listener, error) {
	b, err := os.ReadFile(c.path("card.asice"))
	if errors.Is(err, os.ErrNotExist) {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, err
	}
	card, err := envelope.OpenCard(bytes.NewReader(b), int64(len(b)), envelope.Options{Now: c.Now()})
	if err != nil {
		return nil, err
	}
	return net.Listen("tcp", strings.TrimPrefix(card.Sender.URL, "https://"))
}

// seat makes the people of a new practice node.
func (n *Node) seat(ctx context.Context, seats []seat) error {
	var people []NewPerson
	for _, s := range seats {
		people = append(people, NewPerson{Login: s.login, Name: s.name, Lang: language.English, Roles: s.roles})
	}
	_, _, err := n.Found(ctx, "Practice (exercise)", people)
	if errors.Is(err, errs.Conflict) {
		return nil // they sit there already
	}
	return err
}

// meet has a practice node trust the other: one person brings its card, a second compares it. Both cards come from this
// machine's own disk.
func (n *Node) meet(ctx context.Context, other *Node) error {
	registry, err := n.sitting(ctx, "registry")
	if err != nil {
		return err
	}
	head, err := n.sitting(ctx, "signatory")
	if err != nil {
		return err
	}
	peer, err := n.Exchange.Import(ctx, registry, other.Self.CardFile, id.New(n.Config.Now()))
	if errors.Is(err, errs.Conflict) {
		peer, err = other.Self.Node(), nil
	}
	if err != nil {
		return err
	}
	f, err := other.Self.Fingerprint()
	if err != nil {
		return err
	}
	err = n.Exchange.Trust(ctx, head, peer, f, "both nodes stand on this machine (exercise)", id.New(n.Config.Now()))
	if errors.Is(err, errs.Conflict) {
		return nil // trusted from before
	}
	return err
}

// sitting finds a person of a practice node, who has shown a factor just now.
func (n *Node) sitting(ctx context.Context, login string) (p access.Person, err error) {
	err = n.DB.Reader.Read(ctx, db.House("practice"), func(tx *db.Tx) error {
		a, err := access.FindLogin(ctx, tx, login)
		p = a.Person
		return err
	})
	p.Confirmed = n.Config.Now().Add(-time.Second)
	return p, err
}

// Run runs both nodes until ctx ends: their exchanges, their work, the learners' pages.
func (g *Ground) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	run := func(f func() error) {
		wg.Go(func() {
			if err := f(); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, fmt.Errorf("practice: %w", err))
				stop()
			}
		})
	}
	for i, n := range []*Node{g.Learners, g.Other} {
		run(func() error { n.Work(ctx); return nil })
		run(func() error { return n.ServeExchange(ctx, g.listen[i]) })
	}
	if addr := g.Learners.Config.Listen; addr != "" {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			stop()
			wg.Wait()
			return fmt.Errorf("practice: listen on %s: %w: %w", addr, err, errs.Unavailable)
		}
		run(func() error { return g.Learners.ServePages(ctx, l, nil) })
	}
	wg.Wait()
	return failed
}

// Close closes both nodes. Call it when nothing runs any more.
func (g *Ground) Close() (err error) {
	for _, l := range g.listen {
		if l != nil {
			if e := l.Close(); !errors.Is(e, net.ErrClosed) {
				err = errors.Join(err, e)
			}
		}
	}
	for _, n := range []*Node{g.Learners, g.Other} {
		if n != nil {
			err = errors.Join(err, n.Close())
		}
	}
	return err
}

// Seats lists the logins of the learners' authority.
func Seats() (logins []string) {
	for _, s := range learners {
		logins = append(logins, s.login)
	}
	return logins
}

// PracticeLink makes a link with which a learner takes a seat, once. The practice nodes are there once the node beside them
// has run; before that it is [errs.NotFound].
func PracticeLink(ctx context.Context, c Config, login string) (link string, err error) {
	own := c.complete().practice("learners")
	if _, err := os.Stat(own.path("card.asice")); err != nil {
		return "", fmt.Errorf("practice: no nodes in %s yet: start comity serve: %w", own.Dir, errs.NotFound)
	}
	n, err := Open(ctx, own)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	p, err := n.sitting(ctx, login)
	if err != nil {
		return "", err
	}
	return n.Invite(ctx, p.ID, signin.ToFollow)
}
