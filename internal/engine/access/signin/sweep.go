package signin

import (
	"context"
	"fmt"

	"comity/internal/store/db"
)

// Sweep forgets what is over: sessions after [KeptFor], invitations as long after their end, used ceremonies, and
// counted attempts. A node runs it once an hour; nothing depends on its running.
func (s *SignIn) Sweep(ctx context.Context) error {
	err := s.write.Write(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		for _, d := range []struct {
			query string
			arg   any
		}{
			{`DELETE FROM session WHERE begun < ?`, now.Add(-KeptFor)},
			{`DELETE FROM invitation WHERE expires < ?`, now.Add(-KeptFor)},
			{`DELETE FROM ceremony WHERE expires < ?`, now},
			{`DELETE FROM attempt WHERE last < ?`, now.Add(-max(byAccount().forget, byNetwork().forget))},
		} {
			if _, err := tx.Exec(ctx, d.query, d.arg); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sweep sign-in: %w", err)
	}
	return nil
}
