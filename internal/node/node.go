// Package node wires one authority's installation: it opens the database and the keys, hands each slice what it needs,
// starts what runs and stops it in order. Read it from top to bottom; start with [Open] and [Node.Run].
package node

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"time"

	"comity/internal/base/language"
	"comity/internal/capacity/assessment"
	"comity/internal/capacity/exercise/counterpart"
	"comity/internal/capacity/learning"
	"comity/internal/capacity/organisation"
	"comity/internal/capacity/structure"
	"comity/internal/capacity/workshop"
	"comity/internal/cooperation/casefile"
	"comity/internal/cooperation/directory"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/exchange"
	"comity/internal/cooperation/practice"
	"comity/internal/cooperation/request"
	"comity/internal/desk"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/review"
	"comity/internal/dialogue/session"
	"comity/internal/dialogue/study"
	"comity/internal/dialogue/translation"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/mandate"
	"comity/internal/programme"
	"comity/internal/store/blob"
	"comity/internal/store/db"
	"comity/internal/store/disk"
	"comity/internal/store/job"
	"comity/internal/store/keyring"
	"comity/internal/store/ledger"
)

// Node is an open installation. Its slices are for pages, for the command line and for tests.
type Node struct {
	Config     Config
	DB         *db.DB
	Policy     *access.Policy
	Sources    *access.Sources
	Log        *ledger.Log
	Jobs       *job.Runner
	Desk       *desk.Desk
	Blobs      blob.Store
	Self       *exchange.Self
	Directory  *directory.Directory
	Cases      *casefile.Cases
	Exchange   *exchange.Exchange
	Catalog    *language.Catalog
	Evidence   *evidence.Evidence
	Requests   *request.Requests
	Studies    *study.Studies
	Reviews    *review.Reviews
	Responses  *response.Responses
	Data       *dataset.Data
	Sessions   *session.Sessions
	Mandates   *mandate.Register
	Programmes *programme.Programmes
	Texts      *translation.Translations
	SignIn     *signin.SignIn

	Organisations *organisation.Organisations
	Structures    *structure.Structures
	Assessments   *assessment.Assessments
	Learning      *learning.Learning
	Practice      *practice.Practice
	Workshops     *workshop.Workshops
	Counterpart   *counterpart.Counterpart // nil but on a practice node that answers by itself

	ring    *keyring.Ring
	signs   *signatories
	law     *request.Law
	uploads *blob.Uploads
}

// sweepKind forgets sessions and invitations that have ended.
var sweepKind = job.Kind[struct{}]{Name: "sign-in.sweep"}

// workers is how many jobs are done at once; most of them wait for another node.
const workers = 8

// Schemas lists the tables of all slices, in the order in which they are made.
func Schemas() []db.Schema {
	return []db.Schema{
		access.Schema, signin.Schema, ledger.Schema(), job.Schema(),
		casefile.Schema(), exchange.Schema(), evidence.Schema(), request.Schema(),
		translation.Schema(),
		study.Schema(),
		review.Schema(),
		response.Schema(),
		dataset.Schema(),
		session.Schema(),
		mandate.Schema(),
		programme.Schema(),
		organisation.Schema(),
		structure.Schema(),
		assessment.Schema(),
		learning.Schema(),
		workshop.Schema(),
	}
}

// Open opens the node in the data folder, brings its tables up to date and wires its slices. Nothing runs yet.
func Open(ctx context.Context, c Config) (n *Node, err error) {
	n = &Node{Config: c.complete(), Sources: &access.Sources{}}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open node in %s: %w", c.Dir, err), n.Close())
		}
	}()
	steps := []func(context.Context) error{
		n.openStores, n.openDesk, n.openDoor, n.openLaw, n.openSlices,
		n.openTexts,
		n.openStudies,
		n.openReviews,
		n.openResponses,
		n.openData,
		n.openSessions,
		n.openMandates,
		n.openPractice,
		n.openOrganisations,
		n.openStructures,
		n.openAssessments,
		n.openLearning,
		n.openWorkshops,
		n.openProgrammes,
		n.openCounterpart,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return n, err
		}
	}
	return n, nil
}

// openStores opens what keeps things: keys, database, blobs.
func (n *Node) openStores(ctx context.Context) (err error) {
	c := n.Config
	if n.ring, err = keyring.Open(c.path("keys"), c.Secret); err != nil {
		return err
	}
	if n.Self, err = self(n.ring, c.path("card.asice"), c.Now); err != nil {
		return err
	}
	if n.DB, err = db.Open(ctx, c.Database, db.Options{Now: c.Now}); err != nil {
		return err
	}
	if err := n.DB.Migrate(ctx, Schemas()...); err != nil {
		return err
	}
	blobs, err := blob.OpenDir(c.path("blob"))
	if err != nil {
		return err
	}
	n.Blobs = blobs
	n.uploads, err = blob.OpenUploads(c.path("upload"), blobs)
	return err
}

// openDesk opens the one write path: the policy, the ledger, the jobs, the desk over them.
func (n *Node) openDesk(ctx context.Context) (err error) {
	own, err := access.ReadOverlays(os.DirFS(n.Config.path("rules")))
	if err != nil {
		return err
	}
	if n.Policy, err = access.Load(own...); err != nil {
		return err
	}
	for kind, facts := range map[string]access.FactsFunc{
		"person": signin.AboutPerson, "office": access.AboutOffice, "node": access.AboutHouse, "ledger": access.AboutHouse,
		"directory": access.AboutHouse, "rules": access.AboutHouse, "practice": access.AboutHouse,
	} {
		if err := n.Sources.Register(kind, facts); err != nil {
			return err
		}
	}
	secret, err := n.ring.Get(keyLog)
	if err != nil {
		return err
	}
	signer, err := ledger.ParseSigner(string(secret))
	if err != nil {
		return err
	}
	n.Jobs = job.NewRunner(n.DB, workers, n.Config.Log)
	n.Log, err = ledger.Open(ctx, n.DB, ledger.Config{
		Signer: signer, HighWater: n.Config.path("highwater"), Log: n.Config.Log,
		Placed: func(ctx context.Context, tx *db.Tx, work []ledger.Work) error {
			tx.OnCommit(n.Jobs.Wake)
			return desk.Placed(ctx, tx, work)
		},
	})
	if err != nil {
		return err
	}
	n.Desk = desk.New(n.DB.Writer, n.Policy, n.Sources, func(urgent bool) {
		if n.Log.Wake(); urgent {
			n.Log.Hurry()
		}
	})
	return nil
}

// openDoor opens the way in for people.
func (n *Node) openDoor(context.Context) error {
	key, err := n.ring.Get(keySignIn)
	if err != nil {
		return err
	}
	public, err := url.Parse(n.Config.Public)
	if err != nil {
		return err
	}
	n.SignIn, err = signin.New(signin.Config{
		Reader: n.DB.Reader, Writer: n.DB.Writer, Node: n.Self.Node(), Name: n.Self.Card.Names["en"],
		Host: public.Hostname(), Origin: []string{n.Config.Public}, Key: key, Plain: public.Scheme == "http",
	})
	return err
}

// openLaw reads what differs from State to State: data, checked here.
func (n *Node) openLaw(context.Context) (err error) {
	if n.Directory, err = directory.Load(); err != nil {
		return err
	}
	law := realLaw
	if n.Self.Card.Exercise {
		law = exerciseLaw
	}
	if n.law, err = law(); err != nil {
		return err
	}
	n.Catalog = n.law.Catalog
	return nil
}

// What is part of the program and never changes is read once, however many nodes a process has: sentences, treaties,
// rules, letters and fonts.
var (
	catalog     = sync.OnceValues(func() (*language.Catalog, error) { return language.Load(Words()...) })
	realLaw     = sync.OnceValues(func() (*request.Law, error) { return loadLaw(false) })
	exerciseLaw = sync.OnceValues(func() (*request.Law, error) { return loadLaw(true) })
)

func loadLaw(exercise bool) (*request.Law, error) {
	c, err := catalog()
	if err != nil {
		return nil, err
	}
	return request.LoadLaw(c, exercise)
}

// openSlices hands each slice what it needs.
func (n *Node) openSlices(context.Context) (err error) {
	c := n.Config
	if n.Cases, err = casefile.New(n.Desk, n.DB.Reader, n.Sources); err != nil {
		return err
	}
	n.Exchange, err = exchange.New(exchange.Config{
		Desk: n.Desk, Read: n.DB.Reader, Log: n.Log, Blobs: n.Blobs, Self: n.Self, Spool: c.path("spool"), Now: c.Now,
		Sources: n.Sources, Logger: c.Log,
	})
	if err != nil {
		return err
	}
	witness, err := ledger.NewWitness(n.DB, n.Self.Witness, n.Exchange.LogKeys)
	if err != nil {
		return err
	}
	n.Exchange.Cosign(witness)
	n.Exchange.Jobs(n.Jobs)
	n.signs = &signatories{ring: n.ring, read: n.DB.Reader, who: n.Self.Card, now: c.Now}
	vault, err := n.ring.OpenVault(c.path("item-keys"))
	if err != nil {
		return err
	}
	n.Evidence, err = evidence.New(evidence.Config{
		Desk: n.Desk, Read: n.DB.Reader, Policy: n.Policy, Sources: n.Sources, Blobs: n.Blobs, Uploads: n.uploads, Vault: vault,
		Exchange: n.Exchange, Directory: n.Directory, Catalog: n.Catalog, Fonts: n.law.Fonts, Sign: n.signs.sign, Now: c.Now, Log: c.Log,
	})
	if err != nil {
		return err
	}
	if err := n.Evidence.Jobs(n.Jobs); err != nil {
		return err
	}
	n.Requests, err = request.New(request.Config{
		Desk: n.Desk, Read: n.DB.Reader, Sources: n.Sources, Law: n.law, Directory: n.Directory, Exchange: n.Exchange,
		Evidence: n.Evidence, Signatory: n.signs.sign, Now: c.Now,
	})
	if err != nil {
		return err
	}
	n.Requests.Jobs(n.Jobs)
	n.Requests.OnToday(n.todayLines)
	n.fillCases()
	job.Handle(n.Jobs, sweepKind, func(ctx context.Context, _ struct{}) error { return n.SignIn.Sweep(ctx) })
	return job.Every(n.Jobs, sweepKind, time.Hour, struct{}{})
}

// Work runs the sequencer and the jobs until ctx ends.
func (n *Node) Work(ctx context.Context) {
	if done := n.alone(ctx); done != nil {
		defer done()
	}
	var wg sync.WaitGroup
	wg.Go(func() { n.Log.Run(ctx) })
	wg.Go(func() { n.Jobs.Run(ctx) })
	wg.Wait()
}

// alone takes the data folder for this process, and gives back the jobs of an earlier one that was ended in the middle
// of them. A database on a server may have other nodes' workers, whose jobs are theirs.
func (n *Node) alone(ctx context.Context) (done func()) {
	lock, err := disk.Lock(n.Config.path("lock"))
	if err != nil {
		n.Config.Log.WarnContext(ctx, "another process works on this data folder too", "error", err)
		return nil
	}
	if !n.DB.Reader.Postgres() {
		if err := n.Jobs.Free(ctx); err != nil && ctx.Err() == nil {
			n.Config.Log.WarnContext(ctx, "jobs of an ended process wait for their lease", "error", err)
		}
	}
	return func() { _ = lock.Close() } // the system frees it in any case
}

// Close closes the database. Call it when nothing runs any more.
func (n *Node) Close() error {
	if n.DB == nil {
		return nil
	}
	return n.DB.Close()
}
