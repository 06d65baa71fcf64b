package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"
	"unicode/utf8"

	"comity/internal/base/id"
	"comity/internal/store/db"
)

// The waits between two tries grow from the first to the longest, each drawn between half and the whole.
const (
	firstWait   = 5 * time.Second
	longestWait = time.Hour
	giveUp      = 30 * 24 * time.Hour
)

// lease is how long a silent worker keeps a job; a living one renews it.
const lease = time.Minute

// Runner takes jobs that are due and does them. Several may run on one database, in one process or in many.
type Runner struct {
	db      *db.DB
	log     *slog.Logger
	workers int
	lease   time.Duration
	kinds   map[string]handler
	periods []period
	wake    chan struct{}
}

type handler struct {
	do    func(ctx context.Context, args []byte) error
	tries int
}

// NewRunner returns a runner that does up to workers jobs at a time; log may be nil.
func NewRunner(d *db.DB, workers int, log *slog.Logger) *Runner {
	if log == nil {
		log = slog.Default()
	}
	return &Runner{db: d, log: log, workers: max(1, workers), lease: lease, kinds: map[string]handler{}, wake: make(chan struct{}, 1)}
}

// Handle has the runner do jobs of the kind with do; call it before [Runner.Run]. An error puts the job off for the
// next try, [Stop] says that another try is useless. ctx ends when the lease is lost or the runner stops.
func Handle[T any](r *Runner, k Kind[T], do func(ctx context.Context, args T) error) {
	r.kinds[k.Name] = handler{tries: k.Tries, do: func(ctx context.Context, b []byte) error {
		var args T
		if err := json.Unmarshal(b, &args); err != nil {
			return Stop(fmt.Errorf("arguments: %w", err))
		}
		return do(ctx, args)
	}}
}

type stopError struct{ error }

func (e stopError) Unwrap() error { return e.error }

// Stop marks err as one that no further try can cure: the job is dead at once.
func Stop(err error) error { return stopError{err} }

type putOffError struct{ wait time.Duration }

func (e putOffError) Error() string { return fmt.Sprintf("put off for %v", e.wait) }

// PutOff has the job done again after wait; it counts as no failure. The other side was busy, or it isn't time yet.
func PutOff(wait time.Duration) error { return putOffError{wait} }

// Wake tells the runner that a job may be due. It fits [db.Tx.OnCommit].
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run does jobs until ctx ends, and then waits for those under way. It looks when woken and once a second.
func (r *Runner) Run(ctx context.Context) {
	var under sync.WaitGroup
	defer under.Wait()
	free := make(chan struct{}, r.workers)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := r.startPeriods(ctx); err != nil && ctx.Err() == nil {
			r.log.ErrorContext(ctx, "periodic jobs", "error", err)
		}
		for r.startOne(ctx, free, &under) {
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-r.wake:
		}
	}
}

// startOne waits for a free worker, takes a job and reports whether there was one.
func (r *Runner) startOne(ctx context.Context, free chan struct{}, under *sync.WaitGroup) bool {
	select {
	case <-ctx.Done():
		return false
	case free <- struct{}{}:
	}
	t, err := r.take(ctx)
	if err != nil || t == nil {
		<-free
		if err != nil && ctx.Err() == nil {
			r.log.ErrorContext(ctx, "take job", "error", err)
		}
		return false
	}
	under.Go(func() {
		defer func() { <-free }()
		r.work(ctx, *t)
	})
	return true
}

// work does one job and notes how it ended. The note is written even when ctx has ended meanwhile.
func (r *Runner) work(ctx context.Context, t taken) {
	h := r.kinds[t.kind]
	running, stop := context.WithCancel(ctx)
	renewed := make(chan struct{})
	go func() { defer close(renewed); r.renew(running, stop, t) }()
	start := time.Now()
	err := safely(running, h, t.args)
	stop()
	<-renewed
	if err != nil && ctx.Err() != nil {
		// The node is stopping: that is no failure of the job.
		err = PutOff(0)
	}
	if nerr := r.note(context.WithoutCancel(ctx), t, h, err); nerr != nil {
		r.log.ErrorContext(ctx, "note end of job", "job", t.id, "kind", t.kind, "error", nerr)
	}
	level, args := slog.LevelInfo, []any{"job", t.id, "kind", t.kind, "try", t.tries, "ms", time.Since(start).Milliseconds()}
	if err != nil {
		level, args = slog.LevelWarn, append(args, "error", err)
	}
	if off := (putOffError{}); errors.As(err, &off) {
		level = slog.LevelInfo // waiting is no trouble
	}
	r.log.Log(ctx, level, "job", args...)
}

// safely turns a handler's panic into an error: one bad job must not end the node.
func safely(ctx context.Context, h handler, args []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("handler panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return h.do(ctx, args)
}

// renew keeps the lease alive while the job runs; when it is lost, it stops the job.
func (r *Runner) renew(ctx context.Context, stop func(), t taken) {
	tick := time.NewTicker(r.lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var held int64
		err := r.db.Writer.Write(ctx, func(tx *db.Tx) (err error) {
			held, err = tx.Exec(ctx, `UPDATE job SET due = ? WHERE id = ? AND lease = ?`, tx.Now().Add(r.lease+t.pause), t.id, t.lease)
			return err
		})
		if err == nil && held == 0 {
			stop()
			return
		}
		if err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "renew lease", "job", t.id, "error", err)
		}
	}
}

// wait is how long the job rests after so many failures.
func wait(failures int) time.Duration {
	w := longestWait
	if failures < 11 {
		w = min(longestWait, firstWait<<(failures-1))
	}
	return w/2 + rand.N(w/2+1)
}

// outcome decides what becomes of a job after a try.
func (h handler) outcome(t taken, err error, now time.Time) (o outcome) {
	var off putOffError
	var stop stopError
	switch {
	case err == nil:
		return outcome{done: true}
	case errors.As(err, &off):
		return outcome{tries: t.tries - 1, due: now.Add(off.wait), message: err.Error()}
	}
	o = outcome{tries: t.tries, message: shorten(err.Error())}
	o.due = now.Add(wait(o.tries))
	tired := now.Sub(t.addedAt) > giveUp
	if h.tries > 0 {
		tired = o.tries >= h.tries
	}
	o.dead = tired || errors.As(err, &stop)
	return o
}

type outcome struct {
	done, dead bool
	tries      int
	due        time.Time
	message    string
}

func shorten(s string) string {
	const most = 2000
	if len(s) <= most {
		return s
	}
	end := most - len("…")
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

type taken struct {
	id      id.ID
	kind    string
	args    []byte
	lease   int64
	tries   int // with the one under way
	pause   time.Duration
	addedAt time.Time
}
