package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"filippo.io/age"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/blob"
)

func sources(to age.Recipient, contents ...[]byte) []blob.Source {
	var all []blob.Source
	for _, b := range contents {
		all = append(all, blob.Source{Key: id.New(time.Now()), To: to, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(b)), nil
		}})
	}
	return all
}

func objects(t testing.TB, d *blob.Dir) (n int) {
	t.Helper()
	if err := d.List(context.Background(), func(blob.Info) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestIntakeMany(t *testing.T) {
	d := newDir(t)
	_, k := newItem(t)
	var contents [][]byte
	for i := range 50 {
		contents = append(contents, noise(i*4000))
	}
	all := sources(k.Recipient(), contents...)
	taken, err := d.IntakeMany(context.Background(), all, blob.Older())
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range all {
		checkTaken(t, taken[i], contents[i])
		if plain := ageOpen(t, d, s.Key, k); !bytes.Equal(plain, contents[i]) {
			t.Errorf("file %d: age reads %d other bytes", i, len(plain))
		}
		if err := blob.Scrub(context.Background(), d, s.Key, taken[i].Stored); err != nil {
			t.Error(err)
		}
	}
}

func TestIntakeManyKeepsAllOrNone(t *testing.T) {
	ctx := context.Background()
	d := newDir(t)
	_, k := newItem(t)
	small := noise(100)
	broken := errors.New("file is gone")
	if _, err := d.IntakeMany(ctx, nil); err != nil {
		t.Errorf("IntakeMany of nothing = %v", err)
	}
	for name, c := range map[string]struct {
		spoil func([]blob.Source)
		want  error
	}{
		"one can't be opened": {func(s []blob.Source) { s[7].Open = func() (io.ReadCloser, error) { return nil, broken } }, broken},
		"one breaks off": {func(s []blob.Source) {
			s[9].Open = func() (io.ReadCloser, error) { return io.NopCloser(iotest.ErrReader(broken)), nil }
		}, broken},
		"a key twice":       {func(s []blob.Source) { s[1].Key = s[8].Key }, errs.Conflict},
		"a key of no form":  {func(s []blob.Source) { s[0].Key = "../x" }, errs.Invalid},
		"a key that stands": {func(s []blob.Source) { s[3].Key = taken(t, d, k) }, errs.Conflict},
	} {
		before := objects(t, d)
		all := sources(k.Recipient(), small, small, small, small, small, small, small, small, small, small)
		c.spoil(all)
		if name == "a key that stands" {
			before++
		}
		if _, err := d.IntakeMany(ctx, all); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if n := objects(t, d); n != before {
			t.Errorf("%s: the store holds %d objects, want the %d from before", name, n, before)
		}
	}
}

// taken puts an object and returns its key.
func taken(t testing.TB, d *blob.Dir, k *age.HybridIdentity) id.ID {
	t.Helper()
	key := id.New(time.Now())
	if _, err := blob.Intake(context.Background(), d, key, k.Recipient(), bytes.NewReader(nil)); err != nil {
		t.Fatal(err)
	}
	return key
}

func BenchmarkIntakeMany(b *testing.B) {
	d := newDir(b)
	_, k := newItem(b)
	content := noise(4 << 10)
	contents := make([][]byte, 1000)
	for i := range contents {
		contents[i] = content
	}
	files := 0
	for b.Loop() {
		if _, err := d.IntakeMany(context.Background(), sources(k.Recipient(), contents...)); err != nil {
			b.Fatal(err)
		}
		files += len(contents)
	}
	b.ReportMetric(float64(files)/b.Elapsed().Seconds(), "files/s")
}
