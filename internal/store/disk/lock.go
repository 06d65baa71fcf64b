package disk

import (
	"fmt"
	"io"
	"os"

	"comity/internal/base/errs"
)

// Lock takes the file at path for this process until it is closed or the process ends, however it ends. Another process
// that has it is [errs.Conflict]. The file stays behind and says nothing: the lock is the system's.
func Lock(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, Explain(err)
	}
	held, err := lock(f)
	if err == nil {
		return f, nil
	}
	_ = f.Close() // nothing was written
	if held {
		return nil, fmt.Errorf("%s is held by another process: %w", path, errs.Conflict)
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}
