package request

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
)

func isNotFound(err error) bool { return errors.Is(err, errs.NotFound) }

// Transmit sends a signed request to the node of the authority it is addressed to.
func (q *Requests) Transmit(ctx context.Context, who access.Person, n, entry id.ID) error {
	r, err := q.fetch(ctx, n)
	if err != nil {
		return err
	}
	if err := q.exchange.Settle(ctx, r.Peer, r.Reference); err != nil {
		return err
	}
	m, _ := MoveNamed("transmit")
	return q.desk.Do(ctx, who, "request.transmit", id.NewRef(Kind, n), func(c *desk.Change) error {
		r, err := get(ctx, c, n)
		if err != nil {
			return err
		}
		if r.Peer == "" {
			if r.Peer, err = q.findPeer(ctx, c, r); err != nil {
				return err
			}
		}
		letter, _, err := Letter(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		message, err := q.exchange.Queue(ctx, c, exchange.Outgoing{
			Kind: envelope.Kind(m.Kind), To: r.Peer, Authority: q.exchange.Self().Authority(), ToAuthority: r.TheirAuthority, Request: r.Reference,
			Parts: []exchange.Part{
				{Path: envelope.LetterPath, Media: "application/pdf", Data: letter},
				{Path: envelope.AnswersPath, Media: "application/json", Data: r.Answers},
			},
		})
		if err != nil {
			return err
		}
		if err := insertMeasures(ctx, c, n, r.Measures()); err != nil {
			return err
		}
		if err := quote(ctx, c, n, r.Answers); err != nil {
			return err
		}
		return step(ctx, c, &r, m, nil, message)
	}, desk.Once(entry))
}

// findPeer looks whether the authority has a trusted node by now.
func (q *Requests) findPeer(ctx context.Context, c *desk.Change, r Request) (id.ID, error) {
	p, err := exchange.PeerFor(ctx, c.Tx, r.TheirState, r.TheirAuthority)
	if isNotFound(err) {
		return "", errs.Say(fmt.Errorf("send request %s: %w", r.Reference, errs.Conflict),
			"No trusted node is known for this authority: bring in its card first.", nil)
	}
	if err != nil {
		return "", err
	}
	_, err = c.Exec(ctx, `UPDATE request SET peer = ? WHERE id = ?`, p.Node, r.ID)
	return p.Node, err
}

// say makes a move of which the other side learns by a message with the response as data. with adds parts and does
// what else belongs to the act.
func (q *Requests) say(ctx context.Context, who access.Person, n id.ID, move string, resp Response, entry id.ID, with sayOption) error {
	m, ok := MoveNamed(move)
	if !ok || m.Kind == "" {
		return errs.Invalidf("no message tells of the move %s", move)
	}
	resp.Kind = m.Kind
	body, err := resp.Bytes()
	if err != nil {
		return err
	}
	r, err := q.fetch(ctx, n)
	if err != nil {
		return err
	}
	if err := q.exchange.Settle(ctx, r.Peer, r.Reference); err != nil {
		return err
	}
	return q.desk.Do(ctx, who, access.Act("request."+move), id.NewRef(Kind, n), func(c *desk.Change) error {
		r, err := get(ctx, c, n)
		if err != nil {
			return err
		}
		if with.before != nil {
			if err := with.before(ctx, c, &r); err != nil {
				return err
			}
		}
		parts := []exchange.Part{{Path: envelope.AnswersPath, Media: "application/json", Data: body}}
		if with.parts != nil {
			more, err := with.parts(ctx, c, &r)
			if err != nil {
				return err
			}
			parts = append(parts, more...)
		}
		message, err := q.exchange.Queue(ctx, c, exchange.Outgoing{
			Kind: envelope.Kind(m.Kind), To: r.Peer, Authority: q.exchange.Self().Authority(), ToAuthority: r.TheirAuthority, Request: r.Reference,
			Parts: parts,
		})
		if err != nil {
			return err
		}
		if with.after != nil {
			if err := with.after(ctx, c, &r, message); err != nil {
				return err
			}
		}
		return step(ctx, c, &r, m, body, message)
	}, desk.Once(entry))
}

// sayOption is what one kind of message has besides its response.
type sayOption struct {
	before func(context.Context, *desk.Change, *Request) error
	after  func(context.Context, *desk.Change, *Request, id.ID) error
	parts  func(context.Context, *desk.Change, *Request) ([]exchange.Part, error)
}

// Answer answers what the other side asked, item by item.
func (q *Requests) Answer(ctx context.Context, who access.Person, n id.ID, items []Item, text string, entry id.ID) error {
	if len(items) == 0 && strings.TrimSpace(text) == "" {
		return errs.WithFields(errs.Field{Path: "text", Code: "Write the answer."})
	}
	return q.say(ctx, who, n, "answer", Response{Item: items, Text: text}, entry, sayOption{})
}

// AskStatus asks the other side how far the request is (UNTOC 18(24), UNCAC 46(24)); text may be empty.
func (q *Requests) AskStatus(ctx context.Context, who access.Person, n id.ID, text string, entry id.ID) error {
	return q.say(ctx, who, n, "status", Response{Text: text}, entry, sayOption{})
}

// Withdraw tells the other side that the request is no longer needed (UNTOC 18(24), UNCAC 46(24): promptly).
func (q *Requests) Withdraw(ctx context.Context, who access.Person, n id.ID, why string, entry id.ID) error {
	return q.say(ctx, who, n, "withdraw", Response{Reason: why}, entry, sayOption{})
}

// Feedback tells the other side what its answer was good for.
func (q *Requests) Feedback(ctx context.Context, who access.Person, n id.ID, usefulness, text string, entry id.ID) error {
	return q.say(ctx, who, n, "feedback", Response{Usefulness: usefulness, Text: text}, entry, sayOption{})
}

// Close ends a request, from either side.
func (q *Requests) Close(ctx context.Context, who access.Person, n id.ID, text string, entry id.ID) error {
	return q.say(ctx, who, n, "close", Response{Text: text}, entry, sayOption{})
}
