package disk

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"comity/internal/base/errs"
)

// small mounts a file system of one megabyte.
func small(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no small disk to fill (only root can mount one): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestFullDiskKeepsTheOldFile(t *testing.T) {
	dir := small(t)
	path := filepath.Join(dir, "a")
	if err := WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, bytes.Repeat([]byte("x"), 2<<20), 0o600); !errors.Is(err, errs.Unavailable) {
		t.Errorf("2 MB on a disk of 1 MB: %v, want errs.Unavailable", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "old" {
		t.Errorf("afterwards the file holds %.20q, %v, want the old bytes", got, err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Errorf("afterwards the folder holds %v, %v, want the old file alone", names, err)
	}
	if err := WriteFile(path, []byte("new"), 0o600); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
