package node

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/store/disk"
)

// What a backup holds. Keys are not in it: keep a copy of the keys folder elsewhere, and wrapped keys of evidence that
// was destroyed must not come back with a copy. The high-water file isn't either: it tells after a restore what the
// node has shown since.
var backedUp = []string{"card.asice", "comity.toml", "blob", "rules"}

// Backup writes a tar of the node: a consistent copy of the database, the card, the settings, the stored objects. The
// node may be running. On PostgreSQL the database is left to its own tools, and the tar says so by lacking it.
func (n *Node) Backup(ctx context.Context, w io.Writer) error {
	t := tar.NewWriter(w)
	if path := strings.TrimPrefix(n.Config.Database, "sqlite:"); path != n.Config.Database {
		copied := n.Config.path("spool", "backup.db")
		defer func() { _ = os.Remove(copied) }()
		if err := n.DB.Copy(ctx, copied); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		if err := addFile(t, copied, "comity.db"); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	}
	for _, name := range backedUp {
		if err := n.addTree(t, name); err != nil {
			return fmt.Errorf("backup %s: %w", name, err)
		}
	}
	return t.Close()
}

func (n *Node) addTree(t *tar.Writer, name string) error {
	root := n.Config.path(name)
	return filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // comity.toml need not be there; an object may have been removed meanwhile
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(n.Config.Dir, p)
		if err != nil {
			return err
		}
		return addFile(t, p, filepath.ToSlash(rel))
	})
}

func addFile(t *tar.Writer, from, name string) error {
	f, err := os.Open(from)
	if err != nil {
		return disk.Explain(err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime(), Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	_, err = io.Copy(t, io.LimitReader(f, info.Size()))
	return err
}

// Restore unpacks a backup into a data folder, beside the keys folder that was kept apart. A high-water file that is
// there stays: when it is ahead of the copy, the node opens in recovery and signs nothing until people have decided.
// A database that is there is moved aside, never overwritten.
func Restore(dir string, r io.Reader) error {
	if _, err := os.Stat(filepath.Join(dir, "keys")); err != nil {
		return fmt.Errorf("restore: bring the keys folder back into %s first: %w", dir, errs.NotFound)
	}
	for _, sub := range []string{"blob", "spool", "upload", "outbox", "rules"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return disk.Explain(err)
		}
	}
	if err := setAside(dir); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("restore: the backup is damaged: %w: %w", err, errs.Invalid)
		}
		if err := unpack(dir, h, t); err != nil {
			return fmt.Errorf("restore %s: %w", h.Name, err)
		}
	}
}

// setAside renames a database that is there, with its companions.
func setAside(dir string) error {
	for _, name := range []string{"comity.db", "comity.db-wal", "comity.db-shm"} {
		err := os.Rename(filepath.Join(dir, name), filepath.Join(dir, "before-restore-"+name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func unpack(dir string, h *tar.Header, r io.Reader) error {
	clean := path.Clean(h.Name)
	if h.Typeflag != tar.TypeReg || clean != h.Name || !filepath.IsLocal(filepath.FromSlash(clean)) || !known(clean) {
		return errs.Invalidf("a backup holds no such entry")
	}
	target := filepath.Join(dir, filepath.FromSlash(clean))
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return disk.Explain(err)
	}
	return disk.WriteStream(target, 0o600, func(w io.Writer) error {
		_, err := io.Copy(w, r)
		return err
	})
}

func known(name string) bool {
	if name == "comity.db" {
		return true
	}
	for _, k := range backedUp {
		if name == k || strings.HasPrefix(name, k+"/") {
			return true
		}
	}
	return false
}
