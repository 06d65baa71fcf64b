package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
	"comity/internal/store/disk"
)

// exportAtOnce is how many envelopes one export writes.
const exportAtOnce = 1000

// Export writes what waits for a peer into a folder, one file for each envelope: messages without a receipt, and our
// receipts for what came by file. It returns the files' names. Writing the same again does no harm: the other side
// takes each envelope once.
func (x *Exchange) Export(ctx context.Context, who access.Person, peer id.ID, dir string) ([]string, error) {
	var waiting []id.ID
	err := x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		if _, err := getPeer(ctx, tx, peer); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			SELECT id FROM message WHERE direction = 'out' AND state IN ('sealed', 'delivered') AND peer = ? ORDER BY id LIMIT ?`, peer, exportAtOnce)
		waiting, err = db.Collect(rows, err, func(s db.Scan) (n id.ID, err error) { return n, s(&n) })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	var names []string
	for _, n := range waiting {
		name, err := x.export(ctx, who, n, dir)
		if err != nil {
			return names, fmt.Errorf("export envelope %s: %w", n, err)
		}
		names = append(names, name)
	}
	return names, nil
}

func (x *Exchange) export(ctx context.Context, who access.Person, n id.ID, dir string) (string, error) {
	path, err := x.File(ctx, n)
	if err != nil {
		return "", err
	}
	target := filepath.Join(dir, filepath.Base(path))
	err = disk.WriteStream(target, 0o600, func(w io.Writer) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		_, err = io.Copy(w, f)
		return err
	})
	if err != nil {
		return "", err
	}
	return target, x.enterExport(ctx, who, n)
}

// ImportFile takes in one file that came by stick, folder or pouch. A card is not taken here: people import it.
func (x *Exchange) ImportFile(ctx context.Context, path string) (Taken, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Taken{}, disk.Explain(err)
	}
	if !info.Mode().IsRegular() {
		return Taken{}, fmt.Errorf("import %s: it is no file: %w", path, errs.Invalid)
	}
	return x.Take(ctx, path, ByFile, "")
}

// ImportDir takes in every file of a folder that ends in .age, in the order of their names, which is the order in
// which they were made. One that can't be taken doesn't keep the others out.
func (x *Exchange) ImportDir(ctx context.Context, dir string) (map[string]Taken, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.age"))
	if err != nil {
		return nil, err
	}
	all := map[string]Taken{}
	var failed error
	for _, n := range names {
		t, err := x.ImportFile(ctx, n)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", n, err))
			continue
		}
		all[n] = t
	}
	return all, failed
}

// SealWaiting seals what waits for it, for a command that runs where no server does.
func (x *Exchange) SealWaiting(ctx context.Context) error {
	var waiting []id.ID
	err := x.read.Read(ctx, db.House("exchange"), func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT id FROM message WHERE direction = 'out' AND state = 'waiting' ORDER BY id LIMIT ?`, exportAtOnce)
		waiting, err = db.Collect(rows, err, func(s db.Scan) (n id.ID, err error) { return n, s(&n) })
		return err
	})
	if err != nil {
		return err
	}
	for _, n := range waiting {
		if err := x.seal(ctx, sealArgs{Message: n}); err != nil {
			return err
		}
	}
	return nil
}
