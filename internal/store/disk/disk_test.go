package disk

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"comity/internal/base/errs"
)

func TestWriteFileReplacesWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	for _, want := range []string{"first", "second, and longer"} {
		if err := WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("ReadFile = %q, %v, want %q", got, err, want)
		}
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 1 {
		t.Errorf("the folder holds %v, %v, want the file alone", names, err)
	}
}

func TestWriteFileLeavesNothingWhereItCannotEnd(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "a", "b"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(filepath.Join(dir, "a"), []byte("x"), 0o600); err == nil {
		t.Error("WriteFile replaced a folder")
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 1 {
		t.Errorf("the folder holds %v, %v, want the old one alone", names, err)
	}
}

func TestKinds(t *testing.T) {
	if err := Remove(filepath.Join(t.TempDir(), "none")); !errors.Is(err, errs.NotFound) {
		t.Errorf("Remove of nothing = %v, want errs.NotFound", err)
	}
	if err := Explain(&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}); !errors.Is(err, errs.Unavailable) {
		t.Errorf("Explain(full) = %v, want errs.Unavailable", err)
	}
	if err := Explain(fmt.Errorf("other")); errors.Is(err, errs.Unavailable) || err == nil {
		t.Errorf("Explain(other) = %v, want it unchanged", err)
	}
}

func TestRoom(t *testing.T) {
	dir := t.TempDir()
	if err := Room(dir, 1, 0); err != nil {
		t.Error(err)
	}
	if err := Room(dir, math.MaxInt64/2, 0); !errors.Is(err, errs.Unavailable) {
		t.Errorf("Room(4 EiB) = %v, want errs.Unavailable", err)
	}
}
