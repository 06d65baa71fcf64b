// Package counterpart is the other State of an exercise: a practice node that answers learners' requests by itself.
//
// It has no ways of its own. What the rules find in a request becomes a question with their ids, a ground of the exercise
// becomes a refusal that one house person proposes and another sends, and what is whole is accepted and answered with
// made-up evidence, all through the acts by which people do it. A node that isn't for exercises has no counterpart. Start
// with [New].
package counterpart

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/exercise"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/request"
	"comity/internal/cooperation/rule"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
	"comity/internal/store/job"
)

// Role is that of the two house persons.
const Role access.Role = "practice-state"

// Counterpart answers the requests that come in at a practice node.
type Counterpart struct {
	Config
	exercises []exercise.Exercise
}

// Config is what it needs.
type Config struct {
	Desk      *desk.Desk
	Read      *db.Reader
	Policy    *access.Policy
	Requests  *request.Requests
	Evidence  *evidence.Evidence
	Jobs      *job.Runner
	Catalog   *language.Catalog
	Node      id.ID
	Authority string
	Exercise  bool // what the node's card says
	Now       func() time.Time
}

var answerKind = job.Kind[task]{Name: "exercise.answer"}

type task struct {
	Request id.ID `json:"request"`
}

// New has a practice node answer by itself from now on. A real node is [errs.Invalid]: whoever asks a real State is answered
// by people.
func New(c Config) (*Counterpart, error) {
	if !c.Exercise {
		return nil, errs.Invalidf("practice: this node is no exercise node; a real State doesn't answer by itself")
	}
	all, err := exercise.Load()
	if err != nil {
		return nil, err
	}
	s := &Counterpart{c, all}
	job.Handle(c.Jobs, answerKind, s.answer)
	c.Requests.OnTheirs(func(ctx context.Context, ch *desk.Change, n id.ID) error {
		return desk.Later(ch, answerKind, task{n})
	})
	return s, nil
}

// mostSteps is how many moves one message can lead to: give, acknowledge, accept, take in, note, deliver.
const mostSteps = 10

// answer does what a request needs next until the other side is next. It may run twice: each step begins with where the
// request stands.
func (s *Counterpart) answer(ctx context.Context, t task) error {
	house, err := s.house(ctx)
	if err != nil {
		return err
	}
	for range mostSteps {
		more, err := s.step(ctx, house, t.Request)
		if err != nil || !more {
			return err
		}
	}
	return fmt.Errorf("answer request %s: it doesn't come to an end: %w", t.Request, errs.Conflict)
}

// step does one thing and says whether more may be to do.
func (s *Counterpart) step(ctx context.Context, house [2]access.Person, n id.ID) (more bool, err error) {
	var r request.Request
	var moves []request.Moved
	err = s.Read.Read(ctx, db.House("counterpart"), func(tx *db.Tx) error {
		if r, err = request.Get(ctx, tx, n); err != nil {
			return err
		}
		moves, err = request.Moves(ctx, tx, n)
		return err
	})
	if err != nil {
		return false, err
	}
	if r.Direction != request.In || !r.Exercise {
		return false, nil
	}
	switch r.State {
	case request.Received:
		for _, p := range house {
			if slices.ContainsFunc(moves, func(m request.Moved) bool { return m.GivenTo == p.ID }) {
				continue
			}
			if err := s.Requests.Assign(ctx, house[0], n, p.ID, s.entry()); err != nil {
				return false, err
			}
		}
		return true, s.Requests.Acknowledge(ctx, house[0], n, "Practice State (exercise)", s.entry())
	case request.Acknowledged:
		return s.decide(ctx, house, r, moves)
	case request.Accepted:
		return s.execute(ctx, house[0], r)
	case request.Executed:
		return false, s.deliver(ctx, house[0], r)
	}
	return false, nil
}

// decide asks back, refuses or accepts.
func (s *Counterpart) decide(ctx context.Context, house [2]access.Person, r request.Request, moves []request.Moved) (more bool, err error) {
	a, err := Corrected(r.Answers, moves)
	if err != nil {
		return false, err
	}
	found, err := s.Findings(a)
	if err != nil {
		return false, err
	}
	say := s.Catalog.Get(language.Tag(a.Get("request/language")))
	var items []request.Item
	for _, f := range found {
		if f.Severity != rule.Advice && !f.Info {
			items = append(items, request.Item{Rule: f.Rule, Path: f.Path, Text: s.Requests.Law().Sentence(f, say)})
		}
	}
	if len(items) > 0 {
		return false, s.Requests.Ask(ctx, house[0], r.ID, items, "", s.entry())
	}
	if d, ok := s.of(a); ok {
		why, yes, err := d.Refused(a)
		if err != nil {
			return false, err
		}
		if yes {
			return false, s.refuse(ctx, house, r.ID, why, say)
		}
	}
	return true, s.Requests.Accept(ctx, house[0], r.ID, nil, "", s.entry())
}

// Findings are what the rules find in a request: those of comity request check on the same answers.
func (s *Counterpart) Findings(a instrument.Answers) ([]rule.Finding, error) {
	return s.Requests.Law().Check(a, true, s.Now())
}

// refuse refuses as two people do.
func (s *Counterpart) refuse(ctx context.Context, house [2]access.Person, n id.ID, why exercise.Refuse, say *language.Printer) error {
	resp := request.Response{Ground: []request.Ground{{Code: why.Ground, Article: why.Article}}, Reason: say.T(why.Reason), Consulted: "yes"}
	if err := s.Requests.ProposeRefusal(ctx, house[0], n, resp, s.entry()); err != nil {
		return err
	}
	return s.Requests.Refuse(ctx, house[1], n, s.entry())
}

// Corrected is a request as the answers to our questions have mended it: an answer that names a field is put there. What an
// answer says of no field of the form stays words, and the rule finds its gap again.
func Corrected(answers []byte, moves []request.Moved) (instrument.Answers, error) {
	a, err := instrument.ParseAnswers(answers)
	if err != nil {
		return a, err
	}
	for _, m := range moves {
		if m.Move != "answer" {
			continue
		}
		for _, it := range m.Response.Item {
			if err := a.Set(strings.TrimPrefix(it.Path, "/"), strings.TrimSpace(it.Text)); err != nil && !errors.Is(err, errs.Invalid) {
				return a, err
			}
		}
	}
	return a, nil
}

// of finds the exercise that a request belongs to: the one that hands out a request of its first measure's type.
func (s *Counterpart) of(a instrument.Answers) (exercise.Exercise, bool) {
	kind := a.Get("request/measure[1]/@type")
	i := slices.IndexFunc(s.exercises, func(d exercise.Exercise) bool { return d.Type == kind && d.Delivers != "" })
	if i < 0 {
		return exercise.Exercise{}, false
	}
	return s.exercises[i], true
}

// Material makes what is handed over on a request, with its key; ok is false when no exercise answers its type. The seed
// comes from the request's reference, so the same request has the same answer.
func (s *Counterpart) Material(r request.Request) (m *exercise.Material, ok bool, err error) {
	a, err := instrument.ParseAnswers(r.Answers)
	if err != nil {
		return nil, false, err
	}
	d, ok := s.of(a)
	if !ok {
		return nil, false, nil
	}
	gives, err := exercise.Find(s.exercises, d.Delivers)
	if err != nil {
		return nil, false, err
	}
	sum := sha256.Sum256([]byte(r.Reference))
	v := exercise.Variant{Seed: uint64(binary.BigEndian.Uint32(sum[:4])), Case: r.Reference}
	for i := range a.Count("request/measure[1]/selector") {
		at := fmt.Sprintf("request/measure[1]/selector[%d]/", i+1)
		if a.Get(at+"@kind") == "email" {
			v.Account = a.Get(at + "value")
		}
	}
	m, err = gives.Make(v)
	return m, true, err
}

// kept is for how many days data are preserved on request: the least that article 29(7) of the Convention on Cybercrime asks.
const kept = 60

// execute takes the made-up evidence in and notes the measures as done. Data that are to be preserved are said to be; any
// other request that no exercise answers stays accepted.
func (s *Counterpart) execute(ctx context.Context, who access.Person, r request.Request) (more bool, err error) {
	if !slices.ContainsFunc(r.Measures(), func(kind string) bool { return !strings.HasPrefix(kind, "preserve.") }) {
		today := s.Now().UTC()
		return false, s.Requests.Progress(ctx, who, r.ID, request.Response{
			Preserved: today.Format(time.DateOnly), Until: today.AddDate(0, 0, kept).Format(time.DateOnly)}, s.entry())
	}
	m, ok, err := s.Material(r)
	if err != nil || !ok {
		return false, err
	}
	there, err := s.items(ctx, r)
	if err != nil {
		return false, err
	}
	for i, f := range m.Files {
		if slices.ContainsFunc(there, func(it evidence.Item) bool { return it.Name == f.Name }) {
			continue
		}
		_, err := s.Evidence.Add(ctx, who, evidence.Given{
			Case: r.Case, Request: r.Reference, Measure: "1", Label: fmt.Sprintf("X%d", i+1), Sort: "provider-return", Name: f.Name, Media: media(f.Name),
			Conditions: []string{"Exercise only."},
		}, strings.NewReader(string(f.Data)))
		if err != nil {
			return false, err
		}
	}
	var results []request.Result
	for i := range r.Measures() {
		results = append(results, request.Result{Measure: fmt.Sprint(i + 1), State: "executed"})
	}
	return true, s.Requests.Execute(ctx, who, r.ID, results, s.entry())
}

func (s *Counterpart) deliver(ctx context.Context, who access.Person, r request.Request) error {
	items, err := s.items(ctx, r)
	if err != nil {
		return err
	}
	var ids []id.ID
	for _, it := range items {
		ids = append(ids, it.ID)
	}
	return s.Requests.Deliver(ctx, who, r.ID, ids, "", s.entry())
}

func (s *Counterpart) items(ctx context.Context, r request.Request) (items []evidence.Item, err error) {
	err = s.Read.Read(ctx, db.House("counterpart"), func(tx *db.Tx) error {
		items, err = evidence.OfRequest(ctx, tx, r.Reference)
		return err
	})
	return items, err
}

func media(name string) string {
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "csv":
		return "text/csv"
	case "pdf":
		return "application/pdf"
	case "zip":
		return "application/zip"
	}
	return "application/octet-stream"
}

func (s *Counterpart) entry() id.ID { return id.New(s.Now()) }
