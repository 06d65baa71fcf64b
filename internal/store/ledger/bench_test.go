package ledger

import (
	"context"
	"testing"

	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

func BenchmarkAppend(b *testing.B) {
	for _, kind := range dbtest.Kinds() {
		b.Run(kind, func(b *testing.B) {
			d := dbtest.Open(b, kind, []db.Schema{Schema()}, dbtest.Options{})
			l := testLog(b, d, nil)
			ctx, stop := context.WithCancel(context.Background())
			done := make(chan struct{})
			go func() { defer close(done); l.Run(ctx) }()
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					err := d.Writer.Write(ctx, func(tx *db.Tx) error {
						tx.OnCommit(l.Wake)
						return Append(ctx, tx, entry("exercise"), nil)
					})
					if err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
			stop()
			<-done
		})
	}
}

func BenchmarkPlace(b *testing.B) {
	for _, kind := range dbtest.Kinds() {
		b.Run(kind, func(b *testing.B) {
			ctx := context.Background()
			d := dbtest.Open(b, kind, []db.Schema{Schema()}, dbtest.Options{})
			l := testLog(b, d, nil)
			for b.Loop() {
				b.StopTimer()
				err := d.Writer.Write(ctx, func(tx *db.Tx) error {
					for range perTurn {
						if err := Append(ctx, tx, entry("exercise"), nil); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if err := l.Place(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// From an act's commit to the proof of its entry under a signed checkpoint: what an envelope waits for.
func BenchmarkCommitToProof(b *testing.B) {
	for _, kind := range dbtest.Kinds() {
		b.Run(kind, func(b *testing.B) {
			d := dbtest.Open(b, kind, []db.Schema{Schema()}, dbtest.Options{})
			l := testLog(b, d, nil)
			ctx, stop := context.WithCancel(context.Background())
			done := make(chan struct{})
			go func() { defer close(done); l.Run(ctx) }()
			for b.Loop() {
				e := entry("exercise")
				if err := appendOne(d, e, nil); err != nil {
					b.Fatal(err)
				}
				if _, err := l.Wait(ctx, e.ID); err != nil {
					b.Fatal(err)
				}
			}
			stop()
			<-done
		})
	}
}

// From an act's commit to the hand-over of its work for later.
func BenchmarkCommitToPlaced(b *testing.B) {
	for _, kind := range dbtest.Kinds() {
		b.Run(kind, func(b *testing.B) {
			d := dbtest.Open(b, kind, []db.Schema{Schema()}, dbtest.Options{})
			placed := make(chan struct{})
			l := testLog(b, d, func(_ context.Context, tx *db.Tx, _ []Work) error {
				tx.OnCommit(func() { placed <- struct{}{} })
				return nil
			})
			ctx, stop := context.WithCancel(context.Background())
			done := make(chan struct{})
			go func() { defer close(done); l.Run(ctx) }()
			for b.Loop() {
				if err := appendOne(d, entry("exercise"), []byte("later")); err != nil {
					b.Fatal(err)
				}
				l.Wake()
				<-placed
			}
			stop()
			<-done
		})
	}
}
