package request

import (
	"context"
	"fmt"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Assign gives a request that came in to the person who will carry it out: they become a member of its case.
func (q *Requests) Assign(ctx context.Context, who access.Person, n, executor, entry id.ID) error {
	m, _ := MoveNamed("assign")
	return q.desk.Do(ctx, who, "request.assign", id.NewRef(Kind, n), func(c *desk.Change) error {
		r, err := get(ctx, c, n)
		if err != nil {
			return err
		}
		a, err := access.Find(ctx, c.Tx, executor)
		if err != nil {
			return err
		}
		if a.Disabled || !a.Holds("executor") && !a.Holds("head") && !a.Holds("practice-state") {
			return errs.WithFields(errs.Field{Path: "executor", Code: "Choose a person who carries out requests."})
		}
		if err := access.AddMember(ctx, c.Tx, r.Case, executor, who.ID); err != nil {
			return err
		}
		if err := took(ctx, c.Tx, n, partAssignee, executor); err != nil {
			return err
		}
		r.given = executor
		return step(ctx, c, &r, m, nil, "")
	}, desk.Once(entry))
}

// Acknowledge tells the requesting side our own reference and who can be asked.
func (q *Requests) Acknowledge(ctx context.Context, who access.Person, n id.ID, contact string, entry id.ID) error {
	r, err := q.fetch(ctx, n)
	if err != nil {
		return err
	}
	ref := r.OwnReference
	if ref == "" {
		// The number is taken in an act of its own, so that the message can be made with it.
		if ref, err = q.ownReference(ctx, who, n); err != nil {
			return err
		}
	}
	return q.say(ctx, who, n, "acknowledge", Response{Reference: ref, Contact: contact}, entry, sayOption{})
}

// ownReference gives a request that came in our own number, once.
func (q *Requests) ownReference(ctx context.Context, who access.Person, n id.ID) (ref string, err error) {
	err = q.desk.Do(ctx, who, "request.acknowledge", id.NewRef(Kind, n), func(c *desk.Change) error {
		r, err := get(ctx, c, n)
		if err != nil {
			return err
		}
		if ref = r.OwnReference; ref != "" {
			return nil
		}
		if ref, err = nextReference(ctx, c, q.exchange.Self().Authority()); err != nil {
			return err
		}
		_, err = c.Exec(ctx, `UPDATE request SET own_reference = ? WHERE id = ?`, ref, n)
		return err
	})
	return ref, err
}

// Ask asks the requesting side for what is missing; the items name the rules and fields.
func (q *Requests) Ask(ctx context.Context, who access.Person, n id.ID, items []Item, text string, entry id.ID) error {
	if len(items) == 0 && strings.TrimSpace(text) == "" {
		return errs.WithFields(errs.Field{Path: "text", Code: "Choose what you ask, or write a question."})
	}
	return q.say(ctx, who, n, "ask", Response{Item: items, Text: text}, entry, sayOption{})
}

// Accept accepts a request, on conditions where there are any: these bind the use of everything that is delivered.
func (q *Requests) Accept(ctx context.Context, who access.Person, n id.ID, conditions []string, text string, entry id.ID) error {
	if len(conditions) > 0 {
		return q.say(ctx, who, n, "condition", Response{Condition: conditions, Text: text}, entry, sayOption{after: q.measures("accepted")})
	}
	return q.say(ctx, who, n, "accept", Response{Text: text}, entry, sayOption{after: q.measures("accepted")})
}

// measures sets all measures of a request to a state.
func (q *Requests) measures(state string) func(context.Context, *desk.Change, *Request, id.ID) error {
	return func(ctx context.Context, c *desk.Change, r *Request, _ id.ID) error {
		_, err := c.Exec(ctx, `UPDATE request_measure SET state = ? WHERE request_id = ?`, state, r.ID)
		return err
	}
}

// Postpone puts execution off, with reasons and a day on which it is looked at again.
func (q *Requests) Postpone(ctx context.Context, who access.Person, n id.ID, resp Response, entry id.ID) error {
	if err := q.lawful(ctx, n, resp, "postponement"); err != nil {
		return err
	}
	return q.say(ctx, who, n, "postpone", resp, entry, sayOption{})
}

// ProposeRefusal records what a first person wants to refuse and why. Rules that say no to it stop it here already.
func (q *Requests) ProposeRefusal(ctx context.Context, who access.Person, n id.ID, resp Response, entry id.ID) error {
	if len(resp.Ground) == 0 {
		return errs.WithFields(errs.Field{Path: "ground", Code: "Choose the ground on which you refuse."})
	}
	if err := q.lawful(ctx, n, resp, "refusal"); err != nil {
		return err
	}
	resp.Kind = "refusal"
	body, err := resp.Bytes()
	if err != nil {
		return err
	}
	m, _ := MoveNamed("refuse.propose")
	return q.desk.Do(ctx, who, "request.refuse.propose", id.NewRef(Kind, n), func(c *desk.Change) error {
		r, err := get(ctx, c, n)
		if err != nil {
			return err
		}
		if err := took(ctx, c.Tx, n, partProposer, who.ID); err != nil {
			return err
		}
		return step(ctx, c, &r, m, body, "")
	}, desk.Once(entry))
}

// Refuse sends the refusal that another person proposed.
func (q *Requests) Refuse(ctx context.Context, who access.Person, n, entry id.ID) error {
	resp, err := q.proposed(ctx, n)
	if err != nil {
		return err
	}
	if err := q.lawful(ctx, n, resp, "refusal"); err != nil {
		return err
	}
	return q.say(ctx, who, n, "refuse", resp, entry, sayOption{after: q.measures("refused")})
}

// lawful asks the rules about a response; an error among their findings stops it.
func (q *Requests) lawful(ctx context.Context, n id.ID, resp Response, kind string) error {
	r, err := q.fetch(ctx, n)
	if err != nil {
		return err
	}
	resp.Kind = kind
	found, err := q.law.CheckResponse(r.Answers, resp, r.Exercise, q.now())
	if err != nil {
		return err
	}
	if bad := onlyErrors(found); len(bad) > 0 {
		return &FindingsError{bad}
	}
	return nil
}

// proposed returns the refusal that was proposed last.
func (q *Requests) proposed(ctx context.Context, n id.ID) (Response, error) {
	var body string
	err := q.read.Read(ctx, db.House("request"), func(tx *db.Tx) error {
		return tx.Row(ctx, `
			SELECT body FROM request_move WHERE request_id = ? AND move = 'refuse.propose' ORDER BY id DESC LIMIT 1`, n).Scan(&body)
	})
	if isNotFound(err) {
		return Response{}, errs.Say(fmt.Errorf("refuse request %s: nobody has proposed it: %w", n, errs.Conflict),
			"A refusal takes two people: one proposes it, another sends it. Nobody has proposed it yet.", nil)
	}
	if err != nil {
		return Response{}, err
	}
	return ReadResponse([]byte(body), "refusal")
}

// Progress reports what has been done; for a preservation it names the day until which the data are kept.
func (q *Requests) Progress(ctx context.Context, who access.Person, n id.ID, resp Response, entry id.ID) error {
	if resp.Unsafe == "yes" {
		resp.Told = "yes" // by this message (Convention on Cybercrime, article 29(6))
	}
	if err := q.lawful(ctx, n, resp, "progress"); err != nil {
		return err
	}
	return q.say(ctx, who, n, "progress", resp, entry, sayOption{after: q.measures("executing")})
}

// AnswerStatus tells the other side, which asked, how far its request is, without changing where it stands.
func (q *Requests) AnswerStatus(ctx context.Context, who access.Person, n id.ID, text string, entry id.ID) error {
	if strings.TrimSpace(text) == "" {
		return errs.WithFields(errs.Field{Path: "text", Code: "Write the answer."})
	}
	return q.say(ctx, who, n, "status.answer", Response{Text: text}, entry, sayOption{})
}

// Execute notes the result of each measure.
func (q *Requests) Execute(ctx context.Context, who access.Person, n id.ID, results []Result, entry id.ID) error {
	m, _ := MoveNamed("execute")
	return q.desk.Do(ctx, who, "request.execute", id.NewRef(Kind, n), func(c *desk.Change) error {
		r, err := get(ctx, c, n)
		if err != nil {
			return err
		}
		for _, res := range results {
			changed, err := c.Exec(ctx, `
				UPDATE request_measure SET state = ?, result = ? WHERE request_id = ? AND n = CAST(? AS BIGINT)`, res.State, res.Text, n, res.Measure)
			if err != nil {
				return err
			}
			if changed == 0 {
				return errs.Invalidf("request %s has no measure %s", n, res.Measure)
			}
		}
		to, err := q.executed(ctx, c, n)
		if err != nil {
			return err
		}
		if !m.allowed(r.Direction.Side(), r.State) {
			return notNow(m, r.State)
		}
		return record(ctx, c, &r, m, to, true, nil, "")
	}, desk.Once(entry))
}

// executed derives the request's state from its measures: "partly executed" is never typed in.
func (q *Requests) executed(ctx context.Context, c *desk.Change, n id.ID) (State, error) {
	var open int
	err := c.Row(ctx, `
		SELECT COUNT(*) FROM request_measure WHERE request_id = ? AND state NOT IN ('executed', 'no_result', 'refused')`, n).Scan(&open)
	if err == nil && open > 0 {
		return PartlyExecuted, nil
	}
	return Executed, err
}
