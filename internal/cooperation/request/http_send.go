package request

import (
	"context"

	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// sendPage answers to whom a request goes, and how.
type sendPage struct {
	Request Request
	Name    string
	Summary []web.Row
	None    string
	Peers   bool
	Button  web.Button
}

func (q *Requests) showSend(r *web.Request) error {
	if done, err := confirmFirst(r); done || err != nil {
		return err
	}
	var p sendPage
	err := q.about(r, "request.transmit", func(ctx context.Context, tx *db.Tx, req Request) error {
		p = sendPage{Request: req, Name: req.name(r.Printer), Button: web.Button{Text: r.T("Send to {state}", "state", r.Country(req.TheirState))}}
		if m, _ := MoveNamed("transmit"); !m.allowed(req.Direction.Side(), req.State) {
			p.None = r.T("This can't be done now: the request has moved on. Look at where it stands and decide again.")
			return nil
		}
		var err error
		if p.Summary, err = q.summary(r, req); err != nil {
			return err
		}
		return q.fillSend(ctx, tx, r, &p)
	})
	if err != nil {
		return err
	}
	return r.Page("request/send", p)
}

// fillSend shows the way that the envelope takes. Without a trusted node there is none.
func (q *Requests) fillSend(ctx context.Context, tx *db.Tx, r *web.Request, p *sendPage) error {
	peer, err := exchange.PeerFor(ctx, tx, p.Request.TheirState, p.Request.TheirAuthority)
	if isNotFound(err) {
		p.None, p.Peers = r.T("No trusted node is known for this authority: bring in its card first."), true
		return nil
	}
	if err != nil {
		return err
	}
	way := r.T("Over the network, from node to node")
	if peer.URL == "" {
		way = r.T("As a file: the node can't be reached over the network. Take the file from the page of what goes out.")
	}
	p.Summary = append(p.Summary,
		web.Row{Key: r.T("Node that receives it"), Value: peer.Name(string(r.Lang()))},
		web.Row{Key: r.T("How it goes"), Value: way},
		web.Row{Key: r.T("In the envelope"), Value: r.T("The signed letter and the answers as data, encrypted for that node alone.")},
	)
	return nil
}

func (q *Requests) send(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	if err := q.Transmit(r.Ctx(), r.Person, n, entry); err != nil {
		return err
	}
	return r.Done(at(n), language.M("The request is being sealed and sent. Its receipt will stand here."))
}
