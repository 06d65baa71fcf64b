package request

import (
	"context"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Deliver hands items over to the requesting side: their bytes with custody and provenance, sealed in one envelope.
func (q *Requests) Deliver(ctx context.Context, who access.Person, n id.ID, items []id.ID, text string, entry id.ID) error {
	if len(items) == 0 {
		return errs.WithFields(errs.Field{Path: "item", Code: "Choose what you hand over."})
	}
	resp := Response{Text: text, Told: "yes"} // the delivery tells the outcome (Convention on Cybercrime, article 27(7))
	var err error
	err = q.read.Read(ctx, db.House("request"), func(tx *db.Tx) error {
		if resp.Evidence, err = delivered(ctx, tx, items); err != nil {
			return err
		}
		if resp.Condition, err = conditions(ctx, tx, n); err != nil {
			return err
		}
		resp.Result, err = results(ctx, tx, n)
		return err
	})
	if err != nil {
		return err
	}
	if err := q.lawful(ctx, n, resp, "delivery"); err != nil {
		return err
	}
	return q.say(ctx, who, n, "deliver", resp, entry, sayOption{
		parts: func(ctx context.Context, c *desk.Change, _ *Request) ([]exchange.Part, error) {
			return q.evidence.Parts(ctx, c.Tx, items)
		},
		after: func(ctx context.Context, c *desk.Change, r *Request, message id.ID) error {
			return q.evidence.Sent(ctx, c, items, message, r.TheirAuthority)
		},
	})
}

// delivered lists the items as the message's data names them.
func delivered(ctx context.Context, tx *db.Tx, items []id.ID) ([]Evidence, error) {
	var all []Evidence
	for _, n := range items {
		it, err := evidence.Get(ctx, tx, n)
		if err != nil {
			return nil, err
		}
		all = append(all, Evidence{Item: string(n), Measure: it.Measure, Label: it.Label, SHA256: string(it.SHA256), Size: strconv.FormatInt(it.Size, 10)})
	}
	return all, nil
}

// conditions are those under which the request was accepted; they bind the use of all that is handed over.
func conditions(ctx context.Context, tx *db.Tx, n id.ID) ([]string, error) {
	moves, err := Moves(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, m := range moves {
		if m.Move == "condition" {
			all = append(all, m.Response.Condition...)
		}
	}
	return all, nil
}

// prepareDelivery brings the items of a delivery into our own store, before the act.
func (q *Requests) prepareDelivery(ctx context.Context, in *exchange.Incoming) (any, error) {
	return q.evidence.Prepare(ctx, in)
}

// acceptDelivery joins the act that takes a delivery in: the items lie in the request's case, under its conditions.
func (q *Requests) acceptDelivery(ctx context.Context, c *desk.Change, r *Request, resp Response, in *exchange.Incoming, prepared any) error {
	d, ok := prepared.(*evidence.Delivery)
	if !ok {
		return errs.Invalidf("delivery %s was not prepared", in.ID)
	}
	if _, err := q.evidence.Accept(ctx, c, in, d, evidence.Into{Case: r.Case, Request: r.Reference, Conditions: resp.Condition}); err != nil {
		return err
	}
	return desk.Later(c, thankKind, thanks{Request: r.ID})
}
