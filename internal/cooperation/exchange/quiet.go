package exchange

import (
	"io"

	oldslog "golang.org/x/exp/slog"
)

// quiet is the logger of the upload library, which would log each request once more; ours stand in the node's log.
func quiet() *oldslog.Logger { return oldslog.New(oldslog.NewTextHandler(io.Discard, nil)) }
