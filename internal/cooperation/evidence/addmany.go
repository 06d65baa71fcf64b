package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/blob"
)

// together is how many small files become durable together, and stand in one act.
const together = 500

// file is one file of a call, with what is said about it.
type file struct {
	path  string
	given Given
	large bool
}

// AddFiles takes in files as items of one case. Of more than one, each gets the label with its number in the list
// ("EX-1-3"). Small files become durable together, hundreds at a time; large ones go on after a crash as with
// [Evidence.AddFile]. done, which may be nil, is told of each file as soon as it is settled. What was taken in stays when
// another file fails; the errors are joined.
func (e *Evidence) AddFiles(ctx context.Context, who access.Person, paths []string, g Given, done func(path string, n id.ID, err error)) error {
	var all error
	settle := func(path string, n id.ID, err error) {
		all = errors.Join(all, err)
		if done != nil {
			done(path, n, err)
		}
	}
	var batch []file
	flush := func() {
		items, err := e.addTogether(ctx, who, batch)
		for i, f := range batch {
			if err != nil {
				settle(f.path, "", err)
				continue
			}
			settle(f.path, items[i], nil)
		}
		batch = nil
	}
	for i, path := range paths {
		if ctx.Err() != nil {
			break
		}
		f, err := look(path, g, i, len(paths))
		switch {
		case err != nil:
			settle(path, "", err)
		case f.large || g.From != nil:
			n, err := e.AddFile(ctx, who, path, f.given, nil)
			settle(path, n, err)
		default:
			if batch = append(batch, f); len(batch) == together {
				flush()
			}
		}
	}
	if len(batch) > 0 {
		flush()
	}
	return errors.Join(all, ctx.Err())
}

// look finds out what is at the path and says what its item is called.
func look(path string, g Given, i, of int) (file, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return file{}, fmt.Errorf("add evidence: %s is no file: %w", path, errors.Join(err, errs.Invalid))
	}
	if g.Name == "" || of > 1 {
		g.Name = filepath.Base(path)
	}
	if of > 1 {
		g.Label += "-" + strconv.Itoa(i+1)
	}
	g, err = g.checked()
	return file{path, g, info.Size() > small}, err
}

// many is a store that makes thousands of small files durable together.
type many interface {
	IntakeMany(ctx context.Context, sources []blob.Source, opts ...blob.Option) ([]blob.Taken, error)
}

// addTogether takes in files in one act: all of them, or none.
func (e *Evidence) addTogether(ctx context.Context, who access.Person, files []file) ([]id.ID, error) {
	store, ok := e.Blobs.(many)
	if !ok {
		return e.oneByOne(ctx, who, files)
	}
	if err := e.may(ctx, who, "evidence.add", caseRef(files[0].given.Case)); err != nil {
		return nil, err
	}
	items := make([]id.ID, len(files))
	for i := range items {
		items[i] = id.New(e.Now())
	}
	taken, err := e.intakeMany(ctx, store, items, files)
	if err == nil {
		err = e.linkMany(ctx, who, items, files, taken)
	}
	if err == nil {
		return items, nil
	}
	if taken == nil || refused(err) {
		for _, n := range items {
			err = errors.Join(err, e.forget(context.WithoutCancel(ctx), n))
		}
	}
	return nil, fmt.Errorf("add %d files: %w", len(files), err)
}

func (e *Evidence) oneByOne(ctx context.Context, who access.Person, files []file) (items []id.ID, err error) {
	for _, f := range files {
		n, err := e.AddFile(ctx, who, f.path, f.given, nil)
		if err != nil {
			return nil, err
		}
		items = append(items, n)
	}
	return items, nil
}

func (e *Evidence) intakeMany(ctx context.Context, store many, items []id.ID, files []file) ([]blob.Taken, error) {
	keys, err := e.Vault.NewMany(items)
	if err != nil {
		return nil, err
	}
	sources := make([]blob.Source, len(files))
	for i, f := range files {
		sources[i] = blob.Source{Key: items[i], To: keys[i].Recipient(), Open: func() (io.ReadCloser, error) { return os.Open(f.path) }}
	}
	return store.IntakeMany(ctx, sources)
}

// linkMany is the act that makes the items: entered for the first, and for each of the others beside it.
func (e *Evidence) linkMany(ctx context.Context, who access.Person, items []id.ID, files []file, taken []blob.Taken) error {
	us := e.authority(who)
	return e.Desk.Do(ctx, who, "evidence.add", ref(items[0]), func(c *desk.Change) error {
		for i, f := range files {
			it := itemOf(items[i], f.given, taken[i], us)
			facts := map[string]any{"sha256": it.SHA256, "size": it.Size, "state": it.State}
			if i == 0 {
				c.Record(facts)
			} else {
				c.Also("evidence.add", ref(it.ID), facts)
			}
			if err := e.enter(ctx, c, it, f.given, termsOf(f.given, us)); err != nil {
				return fmt.Errorf("%s: %w", f.path, err)
			}
		}
		return nil
	}, desk.Within(caseRef(files[0].given.Case)), desk.Once(items[0]))
}
