package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/request"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// side is one node with the logins of those who play the parts.
type side struct {
	*Place
	drafter, reviewer, signatory, clerk, executor string
}

// tale is one request of the demonstration: what it asks, and how far it goes before the curtain rises.
type tale struct {
	from, to side
	kind     string
	title    string
	stop     request.State
}

// Story fills the world with requests in different states in both directions, so that everybody has something to do and
// every page something to show. Everything happens through the same acts as in a real node.
func (w *World) Story(ctx context.Context) error {
	pt := side{w.Place("pt"), "ana", "rui", "teresa", "luis", "ines"}
	ma := side{w.Place("ma"), "nadia", "karim", "salma", "omar", "youssef"}
	tales := []tale{
		// Morocco is asked.
		{pt, ma, "preserve.stored", "Control server of a ransomware attack (exercise)", request.Executing},
		{pt, ma, "records.bank", "Invoice fraud (exercise)", request.NeedsInformation},
		{pt, ma, "produce.subscriber", "Threats to a school (exercise)", request.EvidenceReceived},
		{pt, ma, "produce.subscriber", "Blackmail with stolen pictures (exercise)", request.Acknowledged},
		{pt, ma, "preserve.stored", "Computers of a hospital encrypted (exercise)", request.Received},
		{pt, ma, "records.bank", "False invoices of a shipping company (exercise)", request.Signed},
		{pt, ma, "produce.subscriber", "False rescue calls (exercise)", request.Approved},
		{pt, ma, "produce.subscriber", "Offers of a false shop (exercise)", request.InReview},
		{pt, ma, "produce.subscriber", "Stolen accounts (exercise)", request.Draft},
		// Portugal is asked.
		{ma, pt, "produce.subscriber", "اختراق بريد شركة تجارية (تمرين)", request.EvidenceReceived},
		{ma, pt, "records.bank", "تحويل أموال عبر شركات وهمية (تمرين)", request.NeedsInformation},
		{ma, pt, "records.bank", "Comptes d'une fausse association (exercice)", request.Acknowledged},
		{ma, pt, "produce.subscriber", "Faux profils d'une banque (exercice)", request.Executing},
		{ma, pt, "preserve.stored", "منتدى لبيع بطاقات مسروقة (تمرين)", request.Received},
		{ma, pt, "preserve.stored", "Serveur d'un réseau de faux billets (exercice)", request.Signed},
		{ma, pt, "preserve.stored", "ابتزاز بالبريد الإلكتروني (تمرين)", request.Approved},
		{ma, pt, "produce.subscriber", "Hameçonnage de pensionnés (exercice)", request.InReview},
		{ma, pt, "produce.subscriber", "سرقة حسابات مصرفية (تمرين)", request.Draft},
	}
	// Most of a tale is waiting for the other node, so several are told at a time.
	var all sync.WaitGroup
	failed := make([]error, len(tales))
	turn := make(chan struct{}, talesAtOnce)
	for i, t := range tales {
		all.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			if err := t.tell(ctx); err != nil {
				failed[i] = fmt.Errorf("story %q: %w", t.title, err)
			}
		})
	}
	all.Wait()
	return errors.Join(failed...)
}

// talesAtOnce is how many tales are told at a time.
const talesAtOnce = 6

// tell plays a tale up to its stop.
func (t tale) tell(ctx context.Context) error {
	out, err := t.draft(ctx)
	if err != nil || t.stop == request.Draft {
		return err
	}
	f, q := t.from, t.from.Requests
	steps := []struct {
		reached request.State
		do      func() error
	}{
		{request.InReview, func() error { return q.Submit(ctx, f.As(f.drafter), out, f.Entry()) }},
		{request.Approved, func() error { return q.Approve(ctx, f.As(f.reviewer), out, f.Entry()) }},
		{request.Signed, func() error { return t.sign(ctx, out) }},
		{request.Transmitted, func() error { return q.Transmit(ctx, f.As(f.clerk), out, f.Entry()) }},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			return err
		}
		if s.reached == t.stop {
			return nil
		}
	}
	return t.answer(ctx, out)
}

func (t tale) draft(ctx context.Context) (id.ID, error) {
	f := t.from
	drafter := f.As(f.drafter)
	k, err := f.Cases.Open(ctx, drafter, f.Office, t.title, true, f.Entry())
	if err != nil {
		return "", err
	}
	for _, login := range []string{f.reviewer, f.signatory, f.clerk} {
		if err := f.Cases.AddMember(ctx, drafter, k, f.People[login].ID, f.Entry()); err != nil {
			return "", err
		}
	}
	state := t.to.Self.State()
	out, err := f.Requests.Draft(ctx, drafter, request.NewDraft{Case: k, Types: []string{t.kind}, State: state, Lang: language.English}, f.Entry())
	if err != nil {
		return "", err
	}
	r, err := at(ctx, f.Place, out)
	if err != nil {
		return "", err
	}
	answers, err := t.answers(r.Answers)
	if err != nil {
		return "", err
	}
	return out, f.Requests.Replace(ctx, drafter, out, answers, r.Version, f.Entry())
}

// answers are those of the type's example, between the two States of the tale; a draft that stays one is unfinished.
func (t tale) answers(made []byte) ([]byte, error) {
	example, ok := t.from.Requests.Law().Types.Get(t.kind)
	if !ok {
		return nil, fmt.Errorf("no type %s", t.kind)
	}
	a, err := mirrored(example.Example, t.from.Self.State())
	if err != nil {
		return nil, err
	}
	if err := current(a, t.from.Config.Now()); err != nil {
		return nil, err
	}
	draft, err := instrument.ParseAnswers(made)
	if err != nil {
		return nil, err
	}
	for _, path := range []string{
		"request/date", "request/language", "request/requesting/state", "request/requesting/authority", "request/requesting/address",
		"request/requested/state", "request/requested/authority",
	} {
		if err := a.Set(path, draft.Get(path)); err != nil {
			return nil, err
		}
	}
	remove := []string{"request/ref/own"}
	if t.stop == request.Draft {
		remove = append(remove, "request/purpose", "request/measure[1]/selector[1]/value", "request/facts/summary")
	}
	for _, path := range remove {
		if err := a.Delete(path); err != nil {
			return nil, err
		}
	}
	return a.Bytes()
}

func (t tale) sign(ctx context.Context, out id.ID) error {
	r, err := at(ctx, t.from.Place, out)
	if err != nil {
		return err
	}
	shown, err := t.from.Requests.ForSignature(ctx, r)
	if err != nil {
		return err
	}
	return t.from.Requests.Sign(ctx, t.from.As(t.from.signatory), out, shown.Digest, t.from.Entry())
}

// answer plays the receiving side.
func (t tale) answer(ctx context.Context, out id.ID) error {
	in, err := t.arrived(ctx, out)
	if err != nil || t.stop == request.Received {
		return err
	}
	to, q := t.to, t.to.Requests
	steps := []struct {
		reached request.State
		do      func() error
	}{
		{"", func() error { return q.Assign(ctx, to.As(to.clerk), in, to.People[to.executor].ID, to.Entry()) }},
		{request.Acknowledged, func() error { return q.Acknowledge(ctx, to.As(to.clerk), in, "registry (exercise)", to.Entry()) }},
	}
	if t.stop == request.NeedsInformation {
		steps = append(steps, step(request.NeedsInformation, func() error {
			return q.Ask(ctx, to.As(to.executor), in, []request.Item{{Rule: "BNK-02", Path: "/request/measure/whyHere", Text: "Why is the account believed to be at this bank?"}}, "", to.Entry())
		}))
	}
	steps = append(steps,
		step(request.Accepted, func() error { return q.Accept(ctx, to.As(to.executor), in, nil, "", to.Entry()) }),
		step(request.Executing, func() error { return t.progress(ctx, in) }),
		step(request.EvidenceReceived, func() error { return t.deliver(ctx, in) }),
	)
	for _, s := range steps {
		if err := s.do(); err != nil {
			return err
		}
		if s.reached == "" {
			continue
		}
		if err := await(ctx, t.from.Place, out, s.reached); err != nil {
			return err
		}
		if s.reached == t.stop {
			return nil
		}
	}
	return nil
}

func step(reached request.State, do func() error) struct {
	reached request.State
	do      func() error
} {
	return struct {
		reached request.State
		do      func() error
	}{reached, do}
}

// progress reports; a preservation names the day until which the data are kept.
func (t tale) progress(ctx context.Context, in id.ID) error {
	resp := request.Response{Text: "The provider has been served."}
	if strings.HasPrefix(t.kind, "preserve.") {
		now := t.to.Config.Now()
		resp = request.Response{Preserved: now.Format(time.DateOnly), Until: now.AddDate(0, 0, 60).Format(time.DateOnly)}
	}
	return t.to.Requests.Progress(ctx, t.to.As(t.to.executor), in, resp, t.to.Entry())
}

func (t tale) deliver(ctx context.Context, in id.ID) error {
	r, err := at(ctx, t.to.Place, in)
	if err != nil {
		return err
	}
	item, err := t.to.Evidence.Add(ctx, t.to.As(t.to.executor), evidence.Given{
		Case: r.Case, Request: r.Reference, Measure: "1", Label: "E1", Sort: "provider-return", Name: "provider answer (exercise).csv", Media: "text/csv",
	}, strings.NewReader(subscriberCSV))
	if err != nil {
		return err
	}
	return t.to.Requests.Deliver(ctx, t.to.As(t.to.executor), in, []id.ID{item}, "", t.to.Entry())
}

// arrived waits until the request has come in at the receiving side and its receipt is home.
func (t tale) arrived(ctx context.Context, out id.ID) (in id.ID, err error) {
	if err := await(ctx, t.from.Place, out, request.Received); err != nil {
		return "", err
	}
	r, err := at(ctx, t.from.Place, out)
	if err != nil {
		return "", err
	}
	return incoming(ctx, t.to.Place, r.Reference)
}

// at reads a request of a node as the house sees it.
func at(ctx context.Context, p *Place, n id.ID) (r request.Request, err error) {
	err = p.DB.Reader.Read(ctx, db.House("demo"), func(tx *db.Tx) error {
		r, err = request.Get(ctx, tx, n)
		return err
	})
	return r, err
}

// incoming finds the request that came in under a reference, "" while there is none.
func incoming(ctx context.Context, p *Place, reference string) (n id.ID, err error) {
	err = p.DB.Reader.Read(ctx, db.House("demo"), func(tx *db.Tx) error {
		all, err := request.List(ctx, tx, request.Filter{Direction: request.In, Limit: 100})
		for _, r := range all {
			if r.Reference == reference {
				n = r.ID
			}
		}
		return err
	})
	return n, err
}

// errNotYet says that the other side was waited for and has not come so far.
var errNotYet = errors.New("not within " + patience.String())

// await waits until a request has come into a state.
func await(ctx context.Context, p *Place, n id.ID, want request.State) error {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		r, err := at(ctx, p, n)
		if err != nil {
			return err
		}
		if r.State == want {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return fmt.Errorf("the request did not come into the state %s: %w", want, errNotYet)
}
