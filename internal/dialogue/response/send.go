package response

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// The parts of the message that carries a response.
const (
	recordPath    = "response.json"
	signaturePath = "response.p7s"
	secretsPath   = "secrets.json"

	withdrawalPath   = "withdrawal.json"
	withdrawalFormat = "comity/response-withdrawal/1"
)

// withdrawal says that a response is taken back. The reason stays with those who took it back.
type withdrawal struct {
	Format     string `json:"format"`
	Study      id.ID  `json:"study"`
	Respondent id.ID  `json:"respondent"`
}

// Submit sends what was cleared: to the node that leads the study as an envelope, or, where this is that node, into its
// hands. The same submission again changes nothing.
func (s *Responses) Submit(ctx context.Context, who access.Person, n, entry id.ID) error {
	origin, err := s.origin(ctx, n)
	if err != nil {
		return err
	}
	if origin != "" {
		if err := s.Exchange.Settle(ctx, origin, ""); err != nil {
			return err
		}
	}
	return s.step(ctx, who, "response.submit", "submit", n, "", entry, leads, func(c *desk.Change, r *Response) error {
		st, of, err := s.asked(ctx, c.Tx, *r)
		if err != nil {
			return err
		}
		if !study.MayAnswer(st, of, c.Now()) {
			return errs.Say(fmt.Errorf("submit response %s: %w", n, errs.Conflict), language.M("The time for answers is over. Ask the secretariat for a later day."), nil)
		}
		k, err := clearedOf(ctx, c.Tx, n, r.Revision)
		if err != nil {
			return err
		}
		c.Record(map[string]any{"hash": k.hash, "revision": r.Revision})
		if st.Origin == "" {
			return s.receive(ctx, c, of, k.record, k.signature, k.secrets, "")
		}
		return s.send(ctx, c, st, of, k)
	})
}

func (s *Responses) asked(ctx context.Context, tx *db.Tx, r Response) (study.Study, study.Respondent, error) {
	st, err := study.Find(ctx, tx, r.Study)
	if err != nil {
		return st, study.Respondent{}, err
	}
	of, err := study.RespondentOf(ctx, tx, r.ID)
	return st, of, err
}

func (s *Responses) origin(ctx context.Context, n id.ID) (origin id.ID, err error) {
	err = s.Read.Read(ctx, db.House("response"), func(tx *db.Tx) error {
		of, err := study.RespondentOf(ctx, tx, n)
		if err != nil {
			return err
		}
		st, err := study.Find(ctx, tx, of.Study)
		origin = st.Origin
		return err
	})
	return origin, err
}

func (s *Responses) send(ctx context.Context, c *desk.Change, st study.Study, of study.Respondent, k cleared) error {
	secrets, err := s.unseal(k.secrets)
	if err != nil {
		return err
	}
	out := exchange.Outgoing{Kind: "response", To: st.Origin, Authority: s.Exchange.Self().Authority(), Parts: []exchange.Part{
		{Path: recordPath, Media: "application/json", Data: k.record},
		{Path: signaturePath, Media: "application/pkcs7-signature", Data: k.signature},
		{Path: secretsPath, Media: "application/json", Data: secrets},
	}}
	if out.ToAuthority, err = authorityOf(ctx, c.Tx, st.Origin); err != nil {
		return err
	}
	message, err := s.Exchange.Queue(ctx, c, out)
	if err != nil {
		return err
	}
	if err := sent(ctx, c, of.ID, message); err != nil {
		return err
	}
	return study.Mark(ctx, c, of.ID, study.Submitted)
}

func authorityOf(ctx context.Context, tx *db.Tx, node id.ID) (string, error) {
	peers, err := exchange.Peers(ctx, tx)
	for _, p := range peers {
		if p.Node == node && len(p.Authorities) > 0 {
			return p.Authorities[0], nil
		}
	}
	return "", errors.Join(err, errs.Say(fmt.Errorf("node %s: %w", node, errs.NotFound), language.M("The node that leads the study is not trusted here any more."), nil))
}

// Withdraw takes a response back before the study is counted, with the reason. What was sent is marked as withdrawn at the
// secretariat; the record that was signed stays, so that the withdrawal can be understood.
func (s *Responses) Withdraw(ctx context.Context, who access.Person, n id.ID, reason string, entry id.ID) error {
	origin, err := s.origin(ctx, n)
	if err != nil {
		return err
	}
	if origin != "" {
		if err := s.Exchange.Settle(ctx, origin, ""); err != nil {
			return err
		}
	}
	return s.step(ctx, who, "response.withdraw", "withdraw", n, reason, entry, leads, func(c *desk.Change, r *Response) error {
		st, of, err := s.asked(ctx, c.Tx, *r)
		if err != nil {
			return err
		}
		if !mayWithdraw(st, of, c.Now()) {
			return errs.Say(fmt.Errorf("withdraw response %s: %w", n, errs.Conflict), language.M("The study is closed, so the response can’t be withdrawn any more. Ask the secretariat for a later day, and correct it then."), nil)
		}
		if origin == "" {
			return takenBack(ctx, c, n)
		}
		p, err := exchange.JSON(withdrawalPath, withdrawal{withdrawalFormat, r.Study, n})
		if err != nil {
			return err
		}
		out := exchange.Outgoing{Kind: "response", To: origin, Authority: s.Exchange.Self().Authority(), Parts: []exchange.Part{p}}
		if out.ToAuthority, err = authorityOf(ctx, c.Tx, origin); err != nil {
			return err
		}
		message, err := s.Exchange.Queue(ctx, c, out)
		if err != nil {
			return err
		}
		if err := sent(ctx, c, n, message); err != nil {
			return err
		}
		return study.Mark(ctx, c, n, study.InProgress)
	})
}

// mayWithdraw reports whether a response can still be taken back: until the asking is closed, and after it for whom a
// later day was granted (dialogue.md §4).
func mayWithdraw(st study.Study, of study.Respondent, at time.Time) bool {
	return st.Stage == study.Fielding || study.MayAnswer(st, of, at)
}
