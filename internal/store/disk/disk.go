// Package disk does the few things with files that must hold through a power cut: a file is there whole or not at
// all, and what was acknowledged stays.
//
// Start with [WriteFile]. Go's os package renames and writes, but leaves it to the caller that the bytes and the
// folder's entry reach the medium; that order is kept here, once, for keys, blobs and the ledger's high-water file.
package disk

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"comity/internal/base/errs"
)

// WriteFile replaces the file at path with data so that a crash at any moment leaves either the old bytes or the
// new. When it returns nil the new bytes are durable. A full disk is [errs.Unavailable] and leaves the old file.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	return WriteStream(path, perm, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// discard removes what is half done and returns err; that the removal failed too is added to it.
func discard(tmp string, err error) error {
	if rerr := os.Remove(tmp); rerr != nil {
		return fmt.Errorf("%w (and %w)", err, rerr)
	}
	return err
}

// Rename moves a file, whose bytes the caller has synced, to its final name in the same file system and makes the
// name durable. A file of that name is replaced.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return Explain(err)
	}
	return SyncDir(filepath.Dir(to))
}

// Remove deletes the file and makes that durable. A file that isn't there is [errs.NotFound].
func Remove(path string) error {
	if err := os.Remove(path); err != nil {
		return Explain(err)
	}
	return SyncDir(filepath.Dir(path))
}

// Explain gives an error of the file system the kind on which a caller can act: a file that isn't there is
// [errs.NotFound], a full disk [errs.Unavailable]. Other errors, and nil, come back as they are.
func Explain(err error) error {
	switch {
	case err == nil:
		return nil
	case os.IsNotExist(err):
		return fmt.Errorf("%w: %w", err, errs.NotFound)
	case full(err):
		return fmt.Errorf("the disk is full, nothing was kept of what was being written: %w: %w", err, errs.Unavailable)
	}
	return err
}

// Room reports as [errs.Unavailable] that the file system of dir can't take size more bytes and still have spare
// left, which is kept for what must never fail: the ledger, receipts, the database.
func Room(dir string, size, spare int64) error {
	free, err := Free(dir)
	if err != nil {
		return fmt.Errorf("free room of %s: %w", dir, err)
	}
	if size > free-spare {
		return fmt.Errorf("no room for %d bytes: %d are free and %d of them are kept for the ledger and receipts: %w",
			size, free, spare, errs.Unavailable)
	}
	return nil
}
