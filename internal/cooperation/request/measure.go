package request

import (
	"context"
	"slices"
	"strconv"

	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
)

// The states of a measure. A request's "partly executed" is derived from them.
const (
	measurePending   = "pending"
	measureAccepted  = "accepted"
	measureExecuting = "executing"
	measureRefused   = "refused"
)

// insertMeasures begins the measures of a request that is sent or has come in.
func insertMeasures(ctx context.Context, c *desk.Change, n id.ID, types []string) error {
	for i, t := range types {
		if _, err := c.Exec(ctx, `
			INSERT INTO request_measure (request_id, n, type, state, result) VALUES (?, ?, ?, ?, '')
			ON CONFLICT (request_id, n) DO NOTHING`, n, i+1, t, measurePending); err != nil {
			return err
		}
	}
	return nil
}

// theirMeasures follows what the other side says of the measures.
func theirMeasures(ctx context.Context, c *desk.Change, n id.ID, m Move, resp Response) error {
	to := map[string]string{"accept": measureAccepted, "condition": measureAccepted, "progress": measureExecuting, "refuse": measureRefused}[m.Name]
	if to != "" {
		if _, err := c.Exec(ctx, `UPDATE request_measure SET state = ? WHERE request_id = ?`, to, n); err != nil {
			return err
		}
	}
	for _, r := range resp.Result {
		number, err := strconv.ParseInt(r.Measure, 10, 64)
		if err != nil || !slices.Contains([]string{"executed", "no_result", measureRefused}, r.State) {
			return exchange.Refuse(envelope.BadSchema, "result %.20q of measure %.20q is not one of ours", r.State, r.Measure)
		}
		if _, err := c.Exec(ctx, `
			UPDATE request_measure SET state = ?, result = ? WHERE request_id = ? AND n = ?`, r.State, r.Text, n, number); err != nil {
			return err
		}
	}
	return nil
}

// results lists what came of the measures that are done, for the message that hands the evidence over.
func results(ctx context.Context, tx *db.Tx, n id.ID) ([]Result, error) {
	rows, err := tx.Query(ctx, `
		SELECT n, state, result FROM request_measure WHERE request_id = ? AND state IN ('executed', 'no_result', 'refused') ORDER BY n`, n)
	return db.Collect(rows, err, func(s db.Scan) (Result, error) {
		var r Result
		var number int64
		err := s(&number, &r.State, &r.Text)
		r.Measure = strconv.FormatInt(number, 10)
		return r, err
	})
}
