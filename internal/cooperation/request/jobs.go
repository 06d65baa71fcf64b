package request

import (
	"context"
	"fmt"

	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/job"
)

// thankKind tells the executing side that the evidence arrived whole: the requesting side's own move, made by the house
// once the delivery's entry has its place.
var thankKind = job.Kind[thanks]{Name: "request.receive.evidence"}

type thanks struct {
	Request id.ID `json:"request"`
}

// Jobs registers the slice's work.
func (q *Requests) Jobs(r *job.Runner) { job.Handle(r, thankKind, q.thank) }

func (q *Requests) thank(ctx context.Context, a thanks) error {
	r, err := q.fetch(ctx, a.Request)
	if err != nil {
		return err
	}
	if r.State != EvidenceSent {
		return nil // done before, or the request has moved on
	}
	if err := q.say(ctx, access.HouseItself(), a.Request, "receive.evidence", Response{}, id.New(q.now()), sayOption{}); err != nil {
		return fmt.Errorf("confirm evidence of request %s: %w", r.Reference, err)
	}
	return nil
}
