//go:build !linux

package disk

import "os"

// WriteEarly does nothing here: only Linux can be asked to begin writing early.
func WriteEarly(_ *os.File, _, _ int64) {}
