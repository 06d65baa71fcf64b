package counterpart_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/capacity/exercise"
	"comity/internal/capacity/exercise/counterpart"
	"comity/internal/cli"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/request"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// pair is a learner's authority and the State that answers by itself.
type pair struct {
	t      testing.TB
	ma, pt *nodetest.Node
}

func meet(t testing.TB, kind string) pair {
	t.Helper()
	ma, pt := nodetest.New(t, "MA", nodetest.Options{Kind: kind}), nodetest.New(t, "PT", nodetest.Options{Kind: kind, Answers: true})
	nodetest.Meet(t, ma, pt)
	return pair{t, ma, pt}
}

func (p pair) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// send drafts, reviews, signs and sends the answers; a reviewer lets stand what the rules object to.
func (p pair) send(answers []byte) id.ID {
	p.t.Helper()
	ctx, n := context.Background(), p.ma
	drafter := n.As("drafter")
	k, err := n.Cases.Open(ctx, drafter, n.Office, "The log without a zone (exercise)", true, n.Entry())
	p.must(err)
	for _, role := range []access.Role{"reviewer", "signatory", "clerk"} {
		p.must(n.Cases.AddMember(ctx, drafter, k, n.People[role].ID, n.Entry()))
	}
	a, err := instrument.ParseAnswers(answers)
	p.must(err)
	var types []string
	for i := range a.Count("request/measure") {
		types = append(types, a.Get("request/measure["+string(rune('1'+i))+"]/@type"))
	}
	q, err := n.Requests.Draft(ctx, drafter, request.NewDraft{Case: k, Types: types, State: "PT", Lang: "en"}, n.Entry())
	p.must(err)
	p.must(n.Requests.Replace(ctx, drafter, q, answers, p.at(n, q).Version, n.Entry()))
	p.must(n.Requests.Submit(ctx, drafter, q, n.Entry()))
	found, err := n.Requests.Law().Check(a, true, n.Config.Now())
	p.must(err)
	for _, f := range found {
		if f.Severity == "error" {
			p.must(n.Requests.Override(ctx, n.As("reviewer"), q, f.Rule, f.Path, "The exercise wants to see what the other State says.", n.Entry()))
		}
	}
	p.must(n.Requests.Approve(ctx, n.As("reviewer"), q, n.Entry()))
	shown, err := n.Requests.ForSignature(ctx, p.at(n, q))
	p.must(err)
	p.must(n.Requests.Sign(ctx, n.As("signatory"), q, shown.Digest, n.Entry()))
	p.must(n.Requests.Transmit(ctx, n.As("clerk"), q, n.Entry()))
	return q
}

func (p pair) at(n *nodetest.Node, q id.ID) (r request.Request) {
	p.t.Helper()
	p.must(n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) (err error) {
		r, err = request.Get(context.Background(), tx, q)
		return err
	}))
	return r
}

func (p pair) moves(n *nodetest.Node, q id.ID) (all []request.Moved) {
	p.t.Helper()
	p.must(n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) (err error) {
		all, err = request.Moves(context.Background(), tx, q)
		return err
	}))
	return all
}

// until waits until the learner's side sees a state.
func (p pair) until(q id.ID, want request.State) {
	p.t.Helper()
	nodetest.Eventually(p.t, "the learner sees "+string(want), func() bool { return p.at(p.ma, q).State == want })
}

// arrived is the request at the State that answers.
func (p pair) arrived() (r request.Request) {
	p.t.Helper()
	p.must(p.pt.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
		all, err := request.List(context.Background(), tx, request.Filter{})
		if err == nil && len(all) != 1 {
			p.t.Fatalf("%d requests arrived", len(all))
		}
		r = all[0]
		return err
	}))
	return r
}

func example(t testing.TB, p pair) []byte {
	t.Helper()
	kind, ok := p.ma.Requests.Law().Types.Get("produce.subscriber")
	if !ok {
		t.Fatal("no type produce.subscriber")
	}
	return kind.Example
}

// faulty is the request that the exercise hands out.
func faulty(t testing.TB, p pair) (exercise.Exercise, *exercise.Material, []byte) {
	t.Helper()
	all, err := exercise.Load()
	p.must(err)
	d, err := exercise.Find(all, "log-without-zone")
	p.must(err)
	m, err := d.Make(exercise.Variant{Seed: 5, Example: example(t, p)})
	p.must(err)
	i := slices.IndexFunc(m.Files, func(f exercise.File) bool { return f.Name == "request.json" })
	return d, m, m.Files[i].Data
}

type finding struct{ Rule, Severity, Path string }

// checked is what comity request check --json finds.
func checked(t testing.TB, answers []byte, now func() time.Time) (all []finding) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "answers.json")
	if err := os.WriteFile(name, answers, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, fail bytes.Buffer
	code := cli.Run(context.Background(), cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &fail, Getenv: func(string) string { return "" }, Now: now},
		[]string{"request", "check", "--json", name})
	if code != 0 && code != 3 {
		t.Fatalf("request check: %d %s", code, fail.String())
	}
	if err := json.Unmarshal(out.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestFindingsAreThoseOfTheCommand is P1: what the practice State finds in a request is what comity request check --json finds
// in the same answers, and what it asks are the rules among them that are more than advice.
func TestFindingsAreThoseOfTheCommand(t *testing.T) {
	p := meet(t, "sqlite")
	_, _, answers := faulty(t, p)
	q := p.send(answers)
	p.until(q, request.NeedsInformation)
	r := p.arrived()
	want := checked(t, r.Answers, p.pt.Config.Now)
	a, err := instrument.ParseAnswers(r.Answers)
	p.must(err)
	found, err := p.pt.Counterpart.Findings(a)
	p.must(err)
	var got []finding
	for _, f := range found {
		got = append(got, finding{f.Rule, string(f.Severity), f.Path})
	}
	if !slices.Equal(got, want) {
		t.Errorf("the practice State finds %v, the command %v", got, want)
	}
	var asked, heavy []string
	for _, m := range p.moves(p.ma, q) {
		if m.Move == "ask" {
			for _, it := range m.Response.Item {
				asked = append(asked, it.Rule+" "+it.Path)
			}
		}
	}
	for _, f := range want {
		if f.Severity != "advice" {
			heavy = append(heavy, f.Rule+" "+f.Path)
		}
	}
	if !slices.Equal(asked, heavy) || len(asked) < 3 {
		t.Errorf("asked %v, want %v", asked, heavy)
	}
}

// TestCorrectedRequestIsAcceptedAndDelivered is P2: once the questions are answered, acceptance and delivery come without a
// hand; the evidence is that of the key, and the finds of the learner are marked in full.
func TestCorrectedRequestIsAcceptedAndDelivered(t *testing.T) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			ctx, p := context.Background(), meet(t, kind)
			d, m, answers := faulty(t, p)
			q := p.send(answers)
			p.until(q, request.NeedsInformation)
			moves := p.moves(p.ma, q)
			var items []request.Item
			for _, it := range moves[len(moves)-1].Response.Item {
				it.Text = map[string]string{"SEL-03": "+02:00", "SEL-04": m.Key.Facts["port"], "GEN-09": "To identify the user, and as evidence at trial."}[it.Rule]
				items = append(items, it)
			}
			p.must(p.ma.Requests.Answer(ctx, p.ma.As("drafter"), q, items, "", p.ma.Entry()))
			p.until(q, request.EvidenceReceived)
			given(t, p, q)
			marked(t, p, q, d, m)
		})
	}
}

// marked marks the learner by the record of the learner's own node: the request as it was mended loses no line.
func marked(t testing.TB, p pair, q id.ID, d exercise.Exercise, m *exercise.Material) {
	t.Helper()
	ctx := context.Background()
	var h exercise.Handed
	read := func(reference string) (err error) {
		return p.ma.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
			h, err = counterpart.HandedIn(ctx, tx, p.ma.Requests.Law(), reference, p.ma.Config.Now())
			return err
		})
	}
	p.must(read(p.at(p.ma, q).Reference))
	h.Facts = m.Key.Facts
	h.Named = []exercise.Named{{Fault: exercise.Zone, Item: "request"}}
	if got := d.Mark(m.Key, h); got.Points != d.Total() {
		t.Errorf("mended, the request has %d of %d points: %+v", got.Points, got.Of, got.Lines)
	}
	received := 0
	for _, e := range h.Custody {
		if e.What == "received" {
			received++
		}
	}
	if received < 5 {
		t.Errorf("%d items were received by the record: %v", received, h.Custody)
	}
	if err := read("MA-CA-1999-000001"); !errors.Is(err, errs.NotFound) {
		t.Errorf("a request that isn't there: %v", err)
	}
}

// given holds what the learner received against the key of the variant, and marks a learner who finds everything.
func given(t testing.TB, p pair, q id.ID) {
	t.Helper()
	ctx := context.Background()
	m, ok, err := p.pt.Counterpart.Material(p.arrived())
	p.must(err)
	if !ok {
		t.Fatal("no exercise answers the request")
	}
	got := map[string]canonical.Hash{}
	p.must(p.ma.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
		items, err := evidence.OfRequest(ctx, tx, p.at(p.ma, q).Reference)
		for _, it := range items {
			got[it.Name] = it.SHA256
		}
		return err
	}))
	for _, f := range m.Key.Files {
		if got[f.Name] != f.SHA256 {
			t.Errorf("%s arrived as %s, the key says %s", f.Name, got[f.Name], f.SHA256)
		}
	}
	if len(got) != len(m.Key.Files) || len(got) < 5 {
		t.Errorf("%d items arrived, the key has %d", len(got), len(m.Key.Files))
	}
	all, err := exercise.Load()
	p.must(err)
	d, err := exercise.Find(all, m.Key.Exercise)
	p.must(err)
	h := exercise.Handed{Facts: m.Key.Facts}
	for _, x := range m.Key.Planted {
		h.Named = append(h.Named, exercise.Named{Fault: x.Fault, Item: x.Item})
	}
	if got := d.Mark(m.Key, h); got.Points != got.Of {
		t.Errorf("everything found: %d of %d points", got.Points, got.Of)
	}
}

// TestWholeRequestIsAnswered: a request in which the rules find nothing is accepted and answered at once, by the house persons
// and nobody else.
func TestWholeRequestIsAnswered(t *testing.T) {
	p := meet(t, "sqlite")
	q := p.send(example(t, p))
	p.until(q, request.EvidenceReceived)
	given(t, p, q)
	r := p.arrived()
	names := map[id.ID]string{}
	p.must(p.pt.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
		all, err := access.People(context.Background(), tx)
		for _, a := range all {
			names[a.ID] = a.Login
		}
		return err
	}))
	var did []string
	for _, m := range p.moves(p.pt, r.ID) {
		if m.Ours {
			did = append(did, m.Move+" "+names[m.Person])
		}
	}
	want := []string{"assign practice-state-1", "assign practice-state-1", "acknowledge practice-state-1", "accept practice-state-1", "execute practice-state-1", "deliver practice-state-1"}
	if !slices.Equal(did, want) {
		t.Errorf("done: %v, want %v", did, want)
	}
}

// TestGroundOfTheExerciseRefuses: one house person proposes the refusal, the other sends it.
func TestGroundOfTheExerciseRefuses(t *testing.T) {
	p := meet(t, "sqlite")
	var doc map[string]any
	p.must(json.Unmarshal(example(t, p), &doc))
	req := doc["request"].(map[string]any)
	one := req["measure"].([]any)[0]
	req["measure"] = []any{one, one}
	b, err := json.Marshal(doc)
	p.must(err)
	q := p.send(b)
	p.until(q, request.Refused)
	var by []id.ID
	for _, m := range p.moves(p.pt, p.arrived().ID) {
		switch m.Move {
		case "refuse.propose", "refuse":
			by = append(by, m.Person)
			if g := m.Response.Ground; m.Move == "refuse" && (len(g) != 1 || g[0].Code != "domestic-law" || g[0].Article != "25(4)") {
				t.Errorf("refused on %v", g)
			}
		}
	}
	if len(by) != 2 || by[0] == by[1] {
		t.Errorf("proposed and sent by %v, want two people", by)
	}
}

// TestPreservationIsConfirmed: data that are to be kept are said to be kept, for sixty days.
func TestPreservationIsConfirmed(t *testing.T) {
	p := meet(t, "sqlite")
	kind, _ := p.ma.Requests.Law().Types.Get("preserve.stored")
	q := p.send(kind.Example)
	p.until(q, request.Executing)
	moves := p.moves(p.ma, q)
	said := moves[len(moves)-1].Response
	from, err := time.Parse(time.DateOnly, said.Preserved)
	p.must(err)
	if until := from.AddDate(0, 0, 60).Format(time.DateOnly); said.Until != until {
		t.Errorf("kept until %s, want %s", said.Until, until)
	}
}

// TestDraftOfAnExerciseSaysSo: what a learner drafts is checked by the exercise's tables everywhere, on the command line too.
func TestDraftOfAnExerciseSaysSo(t *testing.T) {
	ctx, n := context.Background(), nodetest.New(t, "MA", nodetest.Options{})
	p := pair{t: t, ma: n}
	k, err := n.Cases.Open(ctx, n.As("drafter"), n.Office, "A draft (exercise)", true, n.Entry())
	p.must(err)
	q, err := n.Requests.Draft(ctx, n.As("drafter"), request.NewDraft{Case: k, Types: []string{"produce.subscriber"}, State: "PT", Lang: "en"}, n.Entry())
	p.must(err)
	a, err := instrument.ParseAnswers(p.at(n, q).Answers)
	p.must(err)
	if a.Get("exercise") != "true" {
		t.Errorf("the draft says exercise %q", a.Get("exercise"))
	}
}

// TestRealNodeDoesNotAnswerByItself: the setting on a real node is an error, not an answer.
func TestRealNodeDoesNotAnswerByItself(t *testing.T) {
	real := nodetest.New(t, "FR", nodetest.Options{Real: true, Log: io.Discard})
	if real.Counterpart != nil {
		t.Error("a real node has a counterpart")
	}
	_, err := counterpart.New(counterpart.Config{Exercise: false})
	if err == nil || !strings.Contains(err.Error(), "no exercise node") {
		t.Errorf("a counterpart of a real node: %v", err)
	}
}
