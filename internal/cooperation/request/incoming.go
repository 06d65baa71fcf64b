package request

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/casefile"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/engine/instrument"
)

// maxLetter is the largest letter that is taken in.
const maxLetter = 20 << 20

// listen takes from the exchange the messages that speak of requests.
func (q *Requests) listen() {
	q.exchange.Handle("request", exchange.Taker{Apply: q.receive})
	for _, m := range moves {
		switch m.Kind {
		case "", "request":
		case "delivery":
			q.exchange.Handle("delivery", exchange.Taker{Prepare: q.prepareDelivery, Apply: q.theirMove})
		default:
			q.exchange.Handle(envelope.Kind(m.Kind), exchange.Taker{Apply: q.theirMove})
		}
	}
	q.exchange.OnReceipt(q.receipted)
}

// receive registers a request that came in: a case of its own in the first office, seen by the registry until it is
// assigned.
func (q *Requests) receive(ctx context.Context, c *desk.Change, in *exchange.Incoming, _ any) error {
	answers, err := in.Small(envelope.AnswersPath, canonical.MaxBytes)
	if err != nil {
		return err
	}
	a, err := instrument.ParseAnswers(answers)
	if err != nil {
		return exchange.Refuse(envelope.BadSchema, "%s: %v", envelope.AnswersPath, err)
	}
	if isExercise(a) && !q.exchange.Self().Card.Exercise {
		return exchange.Refuse(envelope.ExerciseMix, "the request is an exercise, this node is real")
	}
	letter, err := in.Small(envelope.LetterPath, maxLetter)
	if err != nil {
		return err
	}
	if _, err := CheckLetter(letter, answers); err != nil {
		return exchange.Refuse(envelope.BadSchema, "%s: %v", envelope.LetterPath, err)
	}
	types, err := q.knownTypes(a)
	if err != nil {
		return err
	}
	if in.Message.Request == "" || a.Get("request/ref/own") != in.Message.Request {
		return exchange.Refuse(envelope.BadSchema, "the request's reference in answers.json is not the message's")
	}
	if _, err := byReference(ctx, c.Tx, in.Message.Request, in.Peer.Node); !errors.Is(err, errs.NotFound) {
		if err != nil {
			return err
		}
		return exchange.Refuse(envelope.NotAllowed, "a request with this reference has come before")
	}
	offices, err := access.Offices(ctx, c.Tx)
	if err != nil {
		return err
	}
	if len(offices) == 0 {
		return fmt.Errorf("request %s: this node has no office yet: %w", in.Message.Request, errs.Unavailable)
	}
	return q.register(ctx, c, in, arrived{answers, letter, types, offices[0].ID})
}

type arrived struct {
	answers, letter []byte
	types           []string
	office          id.ID
}

func (q *Requests) knownTypes(a instrument.Answers) ([]string, error) {
	var types []string
	for i := range a.Count("request/measure") {
		t := a.Get(fmt.Sprintf("request/measure[%d]/@type", i+1))
		if _, ok := q.law.Types.Get(t); !ok {
			return nil, exchange.Refuse(envelope.BadSchema, "this node knows no type of request called %.60q", t)
		}
		types = append(types, t)
	}
	if len(types) == 0 || len(types) > maxMeasures {
		return nil, exchange.Refuse(envelope.BadSchema, "a request has 1 to %d measures, this one has %d", maxMeasures, len(types))
	}
	return types, nil
}

func (q *Requests) register(ctx context.Context, c *desk.Change, in *exchange.Incoming, got arrived) error {
	n, k := id.New(c.Now()), id.New(c.Now())
	if err := casefile.Open(ctx, c, k, got.office, in.Message.Request, in.Peer.Exercise); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, `
		INSERT INTO request (id, case_id, direction, reference, own_reference, peer, their_state, their_authority, types, state,
			since, exercise, answers, rules, created_at, version)
		VALUES (?, ?, 'in', ?, '', ?, ?, ?, ?, ?, ?, ?, ?, '', ?, 1)`,
		n, k, in.Message.Request, in.Peer.Node, in.Message.From.State, in.Message.From.Authority, strings.Join(got.types, " "),
		State(""), c.Now(), in.Peer.Exercise, string(got.answers), c.Now()); err != nil {
		return fmt.Errorf("register request: %w", err)
	}
	if err := insertMeasures(ctx, c, n, got.types); err != nil {
		return err
	}
	if err := quote(ctx, c, n, got.answers); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, `
		INSERT INTO request_letter (request_id, id, lang, pdf, sha256, text_sha256, signed_at, signer) VALUES (?, ?, '', ?, ?, '', ?, '')`,
		n, in.ID, got.letter, canonical.Sum(got.letter), in.Message.SentAt); err != nil {
		return err
	}
	c.Also("request.receive", id.NewRef(Kind, n), map[string]any{"message": in.Opened.Manifest})
	r := Request{ID: n, Since: c.Now(), Version: 1}
	m, _ := MoveNamed("receive")
	if err := record(ctx, c, &r, m, Received, false, nil, in.ID); err != nil {
		return err
	}
	return q.tellTheirs(ctx, c, n)
}

// theirMove makes the move of the other side of which a message tells, if the state allows it.
func (q *Requests) theirMove(ctx context.Context, c *desk.Change, in *exchange.Incoming, prepared any) error {
	r, err := byReference(ctx, c.Tx, in.Message.Request, in.Peer.Node)
	if errors.Is(err, errs.NotFound) {
		return exchange.Refuse(envelope.NotAllowed, "this node has no request %.60q with the sender", in.Message.Request)
	}
	if err != nil {
		return err
	}
	m, ok := moveOfKind(string(in.Message.Kind), other(r.Direction.Side()))
	if !ok {
		return exchange.Refuse(envelope.NotAllowed, "a %s is not for the sender's side to send", in.Message.Kind)
	}
	body, err := in.Small(envelope.AnswersPath, maxResponse)
	if err != nil {
		return err
	}
	resp, err := ReadResponse(body, string(in.Message.Kind))
	if err != nil {
		return exchange.Refuse(envelope.BadSchema, "%v", err)
	}
	if err := c.Lock(ctx, string(id.NewRef(Kind, r.ID))); err != nil {
		return err
	}
	if r, err = get(ctx, c, r.ID); err != nil { // again, now that it is our turn
		return err
	}
	c.Also(access.Act("request."+m.Name), id.NewRef(Kind, r.ID), map[string]any{"message": in.Opened.Manifest})
	return q.takeMove(ctx, c, &r, m, resp, body, in, prepared)
}

// takeMove is theirMove after everything was read.
func (q *Requests) takeMove(ctx context.Context, c *desk.Change, r *Request, m Move, resp Response, body []byte, in *exchange.Incoming, prepared any) error {
	state := r.State
	if state == Transmitted {
		state = Received // their message says that it arrived, even before the receipt is home
	}
	if !m.allowed(other(r.Direction.Side()), state) {
		return exchange.Refuse(envelope.NotAllowed, "the request is in the state %s, in which the move %s is not made", r.State, m.Name)
	}
	to := m.After(state)
	switch m.Name {
	case "acknowledge":
		if _, err := c.Exec(ctx, `UPDATE request SET own_reference = ? WHERE id = ?`, resp.Reference, r.ID); err != nil {
			return err
		}
	case "deliver":
		if err := q.acceptDelivery(ctx, c, r, resp, in, prepared); err != nil {
			return err
		}
	case "answer":
		var err error
		if to, err = beforeQuestion(ctx, c, r.ID); err != nil {
			return err
		}
	}
	if err := theirMeasures(ctx, c, r.ID, m, resp); err != nil {
		return err
	}
	if err := record(ctx, c, r, m, to, false, body, in.ID); err != nil {
		return err
	}
	return q.tellTheirs(ctx, c, r.ID)
}

func other(s Side) Side {
	if s == Requester {
		return Receiver
	}
	return Requester
}

// receipted notes that a request of ours arrived.
func (q *Requests) receipted(ctx context.Context, c *desk.Change, message id.ID, r *envelope.Receipt) error {
	var n id.ID
	err := c.Row(ctx, `SELECT request_id FROM request_move WHERE message_id = ? AND move = 'transmit'`, message).Scan(&n)
	if errors.Is(err, errs.NotFound) || r.Result != envelope.Accepted {
		return nil
	}
	if err != nil {
		return err
	}
	req, err := get(ctx, c, n)
	if err != nil || req.State != Transmitted {
		return err
	}
	_, err = c.Exec(ctx, `UPDATE request SET state = ?, since = ?, version = version + 1 WHERE id = ? AND version = ?`, Received, c.Now(), n, req.Version)
	return err
}
