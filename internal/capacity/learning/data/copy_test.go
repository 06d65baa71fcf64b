package data

import (
	"io/fs"
	"testing/fstest"
)

// copyTo copies what comes with the program, so that a test can change it.
func copyTo(to fstest.MapFS) error {
	return fs.WalkDir(own, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(own, name)
		to[name] = &fstest.MapFile{Data: b}
		return err
	})
}
