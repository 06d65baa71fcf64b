package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

type parcel struct{ Number int }

func each(t *testing.T, f func(*testing.T, *db.DB)) {
	t.Helper()
	dbtest.Each(t, []db.Schema{Schema()}, f)
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func write(t testing.TB, d *db.DB, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := d.Writer.Write(ctx, func(tx *db.Tx) error { return f(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

func add(t testing.TB, d *db.DB, k Kind[parcel], n int, options ...Option) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) error { return Add(ctx, tx, k, parcel{n}, options...) })
}

// start runs r until the test ends.
func start(t testing.TB, r *Runner) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); r.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
}

func counts(t testing.TB, d *db.DB) (waiting, dead int64) {
	t.Helper()
	err := d.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) (err error) {
		waiting, dead, err = Counts(context.Background(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return waiting, dead
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within 5 s: %s", what)
}

// Two runners with several workers do each of many jobs once.
func TestEachJobIsDoneOnce(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		k := Kind[parcel]{Name: "exercise.push"}
		var mu sync.Mutex
		done := map[int]int{}
		for range 2 {
			r := NewRunner(d, 4, quiet())
			Handle(r, k, func(_ context.Context, p parcel) error {
				mu.Lock()
				defer mu.Unlock()
				done[p.Number]++
				return nil
			})
			start(t, r)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			for n := range 60 {
				if err := Add(ctx, tx, k, parcel{n}); err != nil {
					return err
				}
			}
			return nil
		})
		eventually(t, "no job waits", func() bool { w, _ := counts(t, d); return w == 0 })
		mu.Lock()
		defer mu.Unlock()
		for n := range 60 {
			if done[n] != 1 {
				t.Errorf("job %d was done %d times", n, done[n])
			}
		}
	})
}

func TestAddJoinsTheTransaction(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		undone := errors.New("undone")
		err := d.Writer.Write(ctx, func(tx *db.Tx) error {
			if err := Add(ctx, tx, Kind[parcel]{Name: "exercise.push"}, parcel{}); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		if w, _ := counts(t, d); w != 0 {
			t.Errorf("%d jobs wait after the transaction was undone, want 0", w)
		}
	})
}

func TestUnique(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		k := Kind[parcel]{Name: "exercise.push"}
		add(t, d, k, 1, Unique("PT"))
		add(t, d, k, 2, Unique("PT"))
		// The others are due later: which of two of one millisecond is taken first isn't said.
		add(t, d, k, 3, Unique("KE"), After(time.Hour))
		add(t, d, Kind[parcel]{Name: "exercise.pull"}, 4, Unique("PT"))
		add(t, d, k, 5, After(time.Hour))
		add(t, d, k, 6, After(time.Hour))
		if w, _ := counts(t, d); w != 5 {
			t.Errorf("%d jobs wait, want 5: one of each kind and key, and those without", w)
		}
		r := NewRunner(d, 1, quiet())
		Handle(r, k, func(context.Context, parcel) error { return nil })
		if j, err := r.take(context.Background()); err != nil || j == nil {
			t.Fatalf("take = %v, %v", j, err)
		}
		// What has begun may have read the old state: the next one is added.
		add(t, d, k, 7, Unique("PT"))
		if w, _ := counts(t, d); w != 6 {
			t.Errorf("%d jobs wait or run, want 6", w)
		}
	})
}

// What a turn of the sequencer brings is added whole, in statements of several rows, and what is asked for twice once.
func TestManyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		k := Kind[parcel]{Name: "exercise.push"}
		for _, n := range []int{0, 1, 7, 300} {
			var all []Request
			for i := range n {
				r, err := Ask(k, parcel{i})
				if err != nil {
					t.Fatal(err)
				}
				twice, err := Ask(k, parcel{i}, Unique(fmt.Sprint(n, "/", i/2)))
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, r, twice)
			}
			before, _ := counts(t, d)
			write(t, d, func(ctx context.Context, tx *db.Tx) error { return AddRequests(ctx, tx, all...) })
			if now, _ := counts(t, d); int(now-before) != n+(n+1)/2 {
				t.Errorf("%d jobs asked for, half of them in pairs: %d were added, want %d", len(all), now-before, n+(n+1)/2)
			}
		}
	})
}

func TestFailures(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		k := Kind[parcel]{Name: "exercise.push", Tries: 2}
		fail := errors.New("line is down")
		var result atomic.Pointer[error]
		result.Store(&fail)
		r := NewRunner(d, 1, quiet())
		Handle(r, k, func(context.Context, parcel) error { return *result.Load() })
		ctx := context.Background()
		try := func() {
			t.Helper()
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE job SET due = ? WHERE dead_at IS NULL`, tx.Now())
				return err
			})
			j, err := r.take(ctx)
			if err != nil || j == nil {
				t.Fatalf("take = %v, %v", j, err)
			}
			r.work(ctx, *j)
		}
		add(t, d, k, 1)
		off := PutOff(time.Hour)
		result.Store(&off)
		try()
		result.Store(&fail)
		try()
		if w, dead := counts(t, d); w != 1 || dead != 0 {
			t.Fatalf("after one failure %d wait and %d are dead, want 1 and 0", w, dead)
		}
		if j, err := r.take(ctx); j != nil || err != nil {
			t.Fatalf("take right after a failure = %v, %v, want nothing yet", j, err)
		}
		try()
		dead := listDead(t, d)
		if len(dead) != 1 || dead[0].Tries != 2 || dead[0].Error != "line is down" {
			t.Fatalf("Dead = %+v, want one job after two tries", dead)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return Retry(ctx, tx, dead[0].ID) })
		stop := Stop(errors.New("the request is gone"))
		result.Store(&stop)
		try()
		if dead = listDead(t, d); len(dead) != 1 || dead[0].Tries != 1 {
			t.Fatalf("Dead after Stop = %+v, want the job after one try", dead)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return Drop(ctx, tx, dead[0].ID) })
		err := d.Writer.Write(ctx, func(tx *db.Tx) error { return Drop(ctx, tx, dead[0].ID) })
		if !errors.Is(err, errs.NotFound) {
			t.Errorf("Drop again = %v, want errs.NotFound", err)
		}
	})
}

func listDead(t testing.TB, d *db.DB) (jobs []Job) {
	t.Helper()
	err := d.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) (err error) {
		jobs, err = Dead(context.Background(), tx, 10)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

func TestPanicIsAFailure(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		k := Kind[parcel]{Name: "exercise.push", Tries: 1}
		r := NewRunner(d, 1, quiet())
		Handle(r, k, func(context.Context, parcel) error { panic("wrong") })
		add(t, d, k, 1)
		start(t, r)
		eventually(t, "the job is dead", func() bool { _, dead := counts(t, d); return dead == 1 })
	})
}

// A worker that went silent loses the job; when it comes back it can neither end it nor keep it.
func TestLateWorkerIsFenced(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		k := Kind[parcel]{Name: "exercise.push"}
		r := NewRunner(d, 1, quiet())
		r.lease = 400 * time.Millisecond
		Handle(r, k, func(context.Context, parcel) error { return nil })
		add(t, d, k, 1)
		first, err := r.take(ctx)
		if err != nil || first == nil {
			t.Fatalf("take = %v, %v", first, err)
		}
		if again, err := r.take(ctx); again != nil || err != nil {
			t.Fatalf("take during the lease = %v, %v, want nothing", again, err)
		}
		var second *taken
		eventually(t, "the lease ends", func() bool { second, err = r.take(ctx); return second != nil || err != nil })
		if err != nil {
			t.Fatal(err)
		}
		if err := r.note(ctx, *first, r.kinds[k.Name], nil); err != nil {
			t.Fatal(err)
		}
		if w, _ := counts(t, d); w != 1 {
			t.Error("the late worker ended a job that another holds")
		}
		if err := r.note(ctx, *second, r.kinds[k.Name], nil); err != nil {
			t.Fatal(err)
		}
		if w, _ := counts(t, d); w != 0 {
			t.Error("the job stands after the one who holds it has ended it")
		}
	})
}

// A job that ends its process again and again rests longer each time, like one that fails.
func TestPauseAfterAJobThatEndedItsProcess(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		k := Kind[parcel]{Name: "exercise.push"}
		r := NewRunner(d, 1, quiet())
		Handle(r, k, func(context.Context, parcel) error { return nil })
		add(t, d, k, 1)
		for try := 1; try <= 4; try++ {
			j, err := r.take(ctx)
			if err != nil || j == nil || j.tries != try {
				t.Fatalf("take %d = %+v, %v", try, j, err)
			}
			if shortest := firstWait << try >> 3; try > 1 && j.pause < shortest {
				t.Errorf("after %d silent ends it rests %v beside the lease, want at least %v", try, j.pause, shortest)
			}
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE job SET due = ?`, tx.Now())
				return err
			})
		}
	})
}

// A job that a worker had when its process ended is due at once; one that has ended its process again and
// again keeps waiting, and so does one that failed.
func TestFree(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		k := Kind[parcel]{Name: "free"}
		r := NewRunner(d, 1, quiet())
		Handle(r, k, func(context.Context, parcel) error { return nil })
		add(t, d, k, 1)
		for try, want := range []bool{true, true, false} {
			got, err := r.take(ctx)
			if err != nil || got == nil {
				t.Fatalf("try %d: took %v, %v", try, got, err)
			}
			if err := r.Free(ctx); err != nil {
				t.Fatal(err)
			}
			if due, err := r.anyDue(ctx, r.handled()); err != nil || due != want {
				t.Fatalf("after %d takings the job is due: %v, %v, want %v", try+1, due, err, want)
			}
			if !want {
				return
			}
		}
	})
}

// A job longer than its lease keeps it by renewing.
func TestLeaseIsRenewed(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		k := Kind[parcel]{Name: "exercise.push"}
		r := NewRunner(d, 2, quiet())
		r.lease = 600 * time.Millisecond // renewed three times in that: room for a busy machine
		var begun atomic.Int64
		Handle(r, k, func(ctx context.Context, _ parcel) error {
			begun.Add(1)
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(1200 * time.Millisecond):
				return nil
			}
		})
		add(t, d, k, 1)
		start(t, r)
		for range 20 {
			time.Sleep(50 * time.Millisecond)
			r.Wake()
		}
		eventually(t, "the job is done", func() bool { w, _ := counts(t, d); return w == 0 })
		if n := begun.Load(); n != 1 {
			t.Errorf("the job was begun %d times, want once", n)
		}
	})
}

func TestStoppingReturnsTheJob(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		k := Kind[parcel]{Name: "exercise.push", Tries: 1}
		r := NewRunner(d, 1, quiet())
		begun := make(chan struct{})
		Handle(r, k, func(ctx context.Context, _ parcel) error { close(begun); <-ctx.Done(); return ctx.Err() })
		add(t, d, k, 1)
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); r.Run(ctx) }()
		<-begun
		stop()
		<-done
		if w, dead := counts(t, d); w != 1 || dead != 0 {
			t.Errorf("after the stop %d wait and %d are dead, want 1 and 0", w, dead)
		}
		if j, err := r.take(context.Background()); err != nil || j == nil || j.tries != 1 {
			t.Errorf("take after the stop = %+v, %v, want the job without a failure", j, err)
		}
	})
}

func TestEvery(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		k := Kind[parcel]{Name: "exercise.scrub"}
		var runners []*Runner
		for range 2 {
			r := NewRunner(d, 1, quiet())
			if err := Every(r, k, time.Hour, parcel{1}); err != nil {
				t.Fatal(err)
			}
			runners = append(runners, r)
		}
		for range 3 {
			for _, r := range runners {
				if err := r.startPeriods(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
		if w, _ := counts(t, d); w != 1 {
			t.Errorf("%d jobs were added in one interval, want 1", w)
		}
		if err := Every(runners[0], k, time.Millisecond, parcel{}); !errors.Is(err, errs.Invalid) {
			t.Errorf("Every(1ms) = %v, want errs.Invalid", err)
		}
	})
}

func TestWait(t *testing.T) {
	for failures, longest := range map[int]time.Duration{1: 5 * time.Second, 2: 10 * time.Second, 5: 80 * time.Second, 11: time.Hour, 500: time.Hour} {
		for range 100 {
			if got := wait(failures); got < longest/2 || got > longest {
				t.Errorf("wait(%d) = %v, want between %v and %v", failures, got, longest/2, longest)
			}
		}
	}
}

func TestOutcomeGivesUpAfterThirtyDays(t *testing.T) {
	now := time.Date(2026, 4, 30, 9, 0, 0, 0, time.UTC)
	fail := errors.New("no route")
	for _, c := range []struct {
		age  time.Duration
		dead bool
	}{{29 * 24 * time.Hour, false}, {31 * 24 * time.Hour, true}} {
		got := handler{}.outcome(taken{tries: 40, addedAt: now.Add(-c.age)}, fail, now)
		if got.dead != c.dead {
			t.Errorf("after %v: dead %v, want %v", c.age, got.dead, c.dead)
		}
	}
}

func TestShortenKeepsCharactersWhole(t *testing.T) {
	got := shorten(strings.Repeat("é", 1500))
	if len(got) > 2000 || strings.ContainsRune(got, '\uFFFD') || !strings.HasSuffix(got, "é…") {
		t.Errorf("shorten gave %d bytes that end in %q", len(got), got[len(got)-8:])
	}
}

func BenchmarkHandOver(b *testing.B) {
	for _, kind := range dbtest.Kinds() {
		b.Run(kind, func(b *testing.B) {
			d := dbtest.Open(b, kind, []db.Schema{Schema()}, dbtest.Options{})
			k := Kind[parcel]{Name: "exercise.push"}
			r := NewRunner(d, 2, quiet())
			done := make(chan struct{})
			Handle(r, k, func(context.Context, parcel) error { done <- struct{}{}; return nil })
			start(b, r)
			for b.Loop() {
				write(b, d, func(ctx context.Context, tx *db.Tx) error {
					tx.OnCommit(r.Wake)
					return Add(ctx, tx, k, parcel{1})
				})
				<-done
			}
		})
	}
}

func ExampleAsk() {
	r, err := Ask(Kind[map[string]id.ID]{Name: "exchange.push"}, map[string]id.ID{"envelope": "01HZZZZZZZZZZZZZZZZZZZZZZZ"}, Unique("PT"))
	fmt.Println(r.Kind, string(r.Args), r.Once, err)
	// Output: exchange.push {"envelope":"01HZZZZZZZZZZZZZZZZZZZZZZZ"} PT <nil>
}
