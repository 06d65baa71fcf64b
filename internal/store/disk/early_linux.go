package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// WriteEarly asks the system to begin writing the bytes [from, from+n) of f to the medium now, so that the sync at the
// end of a large file finds little left to do. It promises nothing, and where it can't be had nothing is lost.
func WriteEarly(f *os.File, from, n int64) {
	_ = unix.SyncFileRange(int(f.Fd()), from, n, unix.SYNC_FILE_RANGE_WRITE)
}
