package ledger

import (
	"context"
	"sync"
	"testing"
	"time"

	"comity/internal/store/db"
)

// TestCheckWhileItGrows: a log that is sound stays sound in the eyes of a check while entries and checkpoints are added.
func TestCheckWhileItGrows(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx, stop := context.WithCancel(context.Background())
		l := testLog(t, d, nil)
		var run sync.WaitGroup
		run.Go(func() { l.Run(ctx) })
		run.Go(func() {
			for ctx.Err() == nil {
				if err := appendOne(d, entry("exercise.grows"), nil); err != nil {
					t.Error(err)
					return
				}
				l.Hurry()
			}
		})
		defer run.Wait()
		defer stop()
		for end := time.Now().Add(700 * time.Millisecond); time.Now().Before(end); {
			if _, err := l.Check(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	})
}
