package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/request"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// walk is one request on its way from draft to verified delivery.
type walk struct {
	ctx      context.Context
	out      io.Writer // a sentence for each step
	dir      string
	pt, ma   *Place
	caseID   id.ID
	ours     id.ID // the request at the requesting side
	theirs   id.ID // and at the receiving side
	item     id.ID // evidence at the receiving side
	received id.ID // and at the requesting side
	moved    []Step
}

// Step is one thing that happened, with its time.
type Step struct {
	At   string `json:"at"`
	Node string `json:"node"`
	Who  string `json:"who"` // login, never a name
	What string `json:"what"`
}

// patience is how long a step waits for the other node.
const patience = 10 * time.Second

// Walk plays the whole path between two nodes of a world and leaves the files in dir: a request for subscriber
// information from Portugal to Morocco, answered with a file. Each step is one sentence on out.
func (w *World) Walk(ctx context.Context, dir string, out io.Writer) error {
	k := &walk{ctx: ctx, out: out, dir: dir, pt: w.Place("pt"), ma: w.Place("ma")}
	for _, step := range []func() error{
		k.draft, k.review, k.sign, k.send, k.assign, k.clarify, k.accept, k.takeEvidence, k.deliver, k.verify, k.leaveFiles,
	} {
		if err := step(); err != nil {
			return fmt.Errorf("walk: %w", err)
		}
	}
	return nil
}

// say prints the sentence of a step and remembers it.
func (k *walk) say(p *Place, login, what string) {
	at := p.Config.Now().UTC()
	k.moved = append(k.moved, Step{db.Stamp(at), p.Key, login, what})
	who := p.Self.State()
	if login != "" {
		who += ", " + p.People[login].Name
	}
	fmt.Fprintf(k.out, "%s  %s: %s.\n", at.Format("15:04:05.000"), who, what)
}

func (k *walk) draft() error {
	ana := k.pt.As("ana")
	var err error
	if k.caseID, err = k.pt.Cases.Open(k.ctx, ana, k.pt.Office, "Ransomware at a bakery chain (exercise)", true, k.pt.Entry()); err != nil {
		return err
	}
	for _, login := range []string{"rui", "teresa", "luis", "ines"} {
		if err := k.pt.Cases.AddMember(k.ctx, ana, k.caseID, k.pt.People[login].ID, k.pt.Entry()); err != nil {
			return err
		}
	}
	k.say(k.pt, "ana", "opens a case and lets the reviewer, the signatory, the registry and the custodian in")
	k.ours, err = k.pt.Requests.Draft(k.ctx, ana, request.NewDraft{
		Case: k.caseID, Types: []string{"produce.subscriber"}, State: "MA", Lang: language.English}, k.pt.Entry())
	if err != nil {
		return err
	}
	r, err := k.at(k.pt, k.ours)
	if err != nil {
		return err
	}
	flawed, whole, err := walkAnswers(r.Answers)
	if err != nil {
		return err
	}
	if err := k.pt.Requests.Replace(k.ctx, ana, k.ours, flawed, r.Version, k.pt.Entry()); err != nil {
		return err
	}
	found, err := k.findings()
	if err != nil {
		return err
	}
	k.say(k.pt, "ana", "drafts a request; the rules find what is missing: "+strings.Join(found, ", "))
	if r, err = k.at(k.pt, k.ours); err != nil {
		return err
	}
	if err := k.pt.Requests.Replace(k.ctx, ana, k.ours, whole, r.Version, k.pt.Entry()); err != nil {
		return err
	}
	if found, err = k.findings(); err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("the completed draft still has findings: %v", found)
	}
	k.say(k.pt, "ana", "completes it; the rules are silent")
	return nil
}

// findings lists the rules that find an error or a warning, each once.
func (k *walk) findings() ([]string, error) {
	var ids []string
	err := k.pt.DB.Reader.Read(k.ctx, db.House("walk"), func(tx *db.Tx) error {
		r, err := request.Get(k.ctx, tx, k.ours)
		if err != nil {
			return err
		}
		found, _, err := k.pt.Requests.Check(k.ctx, tx, r)
		for _, f := range found {
			if f.Severity != "advice" {
				ids = append(ids, f.Rule)
			}
		}
		return err
	})
	return ids, err
}

// at reads a request as the house sees it.
func (k *walk) at(p *Place, n id.ID) (request.Request, error) { return at(k.ctx, p, n) }

// until waits for the request to come into a state at a node; at the receiving side it is found first.
func (k *walk) until(p *Place, n *id.ID, want request.State) error {
	for end := time.Now().Add(patience); *n == "" && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		r, err := k.at(k.pt, k.ours)
		if err != nil {
			return err
		}
		if *n, err = incoming(k.ctx, p, r.Reference); err != nil {
			return err
		}
	}
	return await(k.ctx, p, *n, want)
}

func (k *walk) review() error {
	if err := k.pt.Requests.Submit(k.ctx, k.pt.As("ana"), k.ours, k.pt.Entry()); err != nil {
		return err
	}
	if err := k.pt.Requests.Approve(k.ctx, k.pt.As("rui"), k.ours, k.pt.Entry()); err != nil {
		return err
	}
	r, err := k.at(k.pt, k.ours)
	if err != nil {
		return err
	}
	k.say(k.pt, "rui", "reads and approves it; its reference is "+r.Reference)
	return nil
}

func (k *walk) sign() error {
	r, err := k.at(k.pt, k.ours)
	if err != nil {
		return err
	}
	shown, err := k.pt.Requests.ForSignature(k.ctx, r)
	if err != nil {
		return err
	}
	if err := k.pt.Requests.Sign(k.ctx, k.pt.As("teresa"), k.ours, shown.Digest, k.pt.Entry()); err != nil {
		return err
	}
	k.say(k.pt, "teresa", fmt.Sprintf("signs the letter in the language %s; what she was shown has the SHA-256 %s…", shown.Lang, shown.Digest[:16]))
	return nil
}

func (k *walk) send() error {
	if err := k.pt.Requests.Transmit(k.ctx, k.pt.As("luis"), k.ours, k.pt.Entry()); err != nil {
		return err
	}
	k.say(k.pt, "luis", "sends it: sealed once the ledger has its place, for Morocco's key alone")
	if err := k.until(k.ma, &k.theirs, request.Received); err != nil {
		return err
	}
	k.say(k.ma, "", "the node checks the envelope, registers the request and seals a receipt")
	if err := k.until(k.pt, &k.ours, request.Received); err != nil {
		return err
	}
	k.say(k.pt, "", "the node has the receipt, with its proof from Morocco's ledger")
	return nil
}

func (k *walk) assign() error {
	omar, youssef := k.ma.As("omar"), k.ma.People["youssef"]
	if err := k.ma.Requests.Assign(k.ctx, omar, k.theirs, youssef.ID, k.ma.Entry()); err != nil {
		return err
	}
	if err := k.ma.Requests.Acknowledge(k.ctx, omar, k.theirs, "registry of the exercise, +212 5 00 00 00 00", k.ma.Entry()); err != nil {
		return err
	}
	k.say(k.ma, "omar", "assigns it and acknowledges it under Morocco's own number")
	return k.until(k.pt, &k.ours, request.Acknowledged)
}

func (k *walk) clarify() error {
	item := request.Item{Path: "/request/measure/selector", Text: "Is the time of the log that of the provider or of your firewall?"}
	if err := k.ma.Requests.Ask(k.ctx, k.ma.As("youssef"), k.theirs, []request.Item{item}, "", k.ma.Entry()); err != nil {
		return err
	}
	k.say(k.ma, "youssef", "asks which clock the log goes by")
	if err := k.until(k.pt, &k.ours, request.NeedsInformation); err != nil {
		return err
	}
	item.Text = "Of our firewall, set by NTP; the drift was below one second."
	if err := k.pt.Requests.Answer(k.ctx, k.pt.As("ana"), k.ours, []request.Item{item}, "", k.pt.Entry()); err != nil {
		return err
	}
	k.say(k.pt, "ana", "answers; the question names the field, the answer goes back to it")
	return k.until(k.ma, &k.theirs, request.Acknowledged)
}

func (k *walk) accept() error {
	conditions := []string{"Use only in the proceeding that the request names."}
	if err := k.ma.Requests.Accept(k.ctx, k.ma.As("youssef"), k.theirs, conditions, "", k.ma.Entry()); err != nil {
		return err
	}
	k.say(k.ma, "youssef", "accepts it on one condition, which will bind the use of what is handed over")
	return k.until(k.pt, &k.ours, request.Accepted)
}

// subscriberCSV is what the invented provider returns.
const subscriberCSV = "account,name,address,since,last_login\n" +
	"bakery-exercise,Person Example (exercise),\"1 Exercise Street, Rabat\",2024-03-01,2026-02-11T22:40:05Z\n"

func (k *walk) takeEvidence() error {
	r, err := k.at(k.ma, k.theirs)
	if err != nil {
		return err
	}
	youssef := k.ma.As("youssef")
	k.item, err = k.ma.Evidence.Add(k.ctx, youssef, evidence.Given{
		Case: r.Case, Request: r.Reference, Measure: "1", Label: "E1", Sort: "provider-return", Name: "réponse du fournisseur (exercice).csv", Media: "text/csv",
	}, strings.NewReader(subscriberCSV))
	if err != nil {
		return err
	}
	k.say(k.ma, "youssef", "takes the provider's answer in as item E1: hashed, encrypted under a key of its own, its custody begun")
	if err := k.ma.Requests.Execute(k.ctx, youssef, k.theirs, []request.Result{{Measure: "1", State: "executed"}}, k.ma.Entry()); err != nil {
		return err
	}
	k.say(k.ma, "youssef", "notes the measure as executed")
	return nil
}

func (k *walk) deliver() error {
	if err := k.ma.Requests.Deliver(k.ctx, k.ma.As("youssef"), k.theirs, []id.ID{k.item}, "", k.ma.Entry()); err != nil {
		return err
	}
	k.say(k.ma, "youssef", "hands item E1 over: sealed with its custody and its provenance")
	if err := k.until(k.pt, &k.ours, request.EvidenceReceived); err != nil {
		return err
	}
	k.say(k.pt, "", "the node takes the item into the case; every digest fits")
	if err := k.until(k.ma, &k.theirs, request.EvidenceReceived); err != nil {
		return err
	}
	k.say(k.ma, "", "the node knows that it arrived whole")
	return nil
}

// verify reads the evidence again at the requesting side, and closes the request.
func (k *walk) verify() error {
	ana := k.pt.As("ana")
	r, err := k.at(k.pt, k.ours)
	if err != nil {
		return err
	}
	err = k.pt.DB.Reader.Read(k.ctx, access.ScopeOf(ana, k.pt.Config.Now()), func(tx *db.Tx) error {
		items, err := evidence.OfRequest(k.ctx, tx, r.Reference)
		if err != nil {
			return err
		}
		if len(items) != 1 {
			return fmt.Errorf("%d items arrived, want 1", len(items))
		}
		k.received = items[0].ID
		return nil
	})
	if err != nil {
		return err
	}
	checked, err := k.pt.Evidence.Verify(k.ctx, ana, k.received, k.pt.Entry())
	if err != nil {
		return err
	}
	if !checked.Whole {
		return fmt.Errorf("item %s is not whole", k.received)
	}
	k.say(k.pt, "ana", "verifies the item: the bytes have the digest that Morocco declared")
	if err := k.pt.Requests.Close(k.ctx, ana, k.ours, "", k.pt.Entry()); err != nil {
		return err
	}
	k.say(k.pt, "ana", "closes the request")
	return k.until(k.ma, &k.theirs, request.Closed)
}
