package assessment_test

import (
	"archive/zip"
	"bytes"
	"context"
	"html"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/assessment"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

const model = "national-capacity/1"

var proof = strings.Repeat("ab", 32)

// world is a node with a State's bodies and companies, their people, and a team that assesses.
type world struct {
	*nodetest.Node
	t                      testing.TB
	body                   map[string]id.ID // by name: police, courts, bank-1 …
	who                    map[string]access.Person
	focal, clearing, other access.Person
	n                      id.ID
}

func build(t testing.TB, kind string) *world {
	t.Helper()
	w := &world{Node: nodetest.New(t, "XC", nodetest.Options{Kind: kind}), t: t, body: map[string]id.ID{}, who: map[string]access.Person{}}
	for _, b := range []struct {
		name string
		kind organisation.Kind
	}{{"police", organisation.Police}, {"prosecution", organisation.Prosecution}, {"courts", organisation.Judiciary}, {"bank-1", organisation.Bank}, {"bank-2", organisation.Bank}, {"provider", organisation.Provider}} {
		o, err := w.Organisations.Enter(context.Background(), w.As("manager"), organisation.Organisation{Kind: b.kind, State: "XA", Name: b.name + " of A (exercise)"}, w.Entry())
		w.must(err)
		role := access.Role("contributor")
		if b.kind.Private() {
			role = "partner"
		}
		w.body[b.name], w.who[b.name] = o, w.invite(o, b.name, role)
	}
	w.focal, w.clearing = w.invite(w.body["police"], "focal", "focal-point"), w.invite(w.body["police"], "clearing", "clearing-officer")
	o, err := w.Organisations.Enter(context.Background(), w.As("manager"), organisation.Organisation{Kind: organisation.Police, State: "XB", Name: "Police of B (exercise)"}, w.Entry())
	w.must(err)
	w.other = w.invite(o, "other", "focal-point")
	return w
}

func each(t *testing.T, f func(w *world)) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) { f(build(t, kind)) })
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// fails wants an error that says the sentence.
func (w *world) fails(err error, sentence string) {
	w.t.Helper()
	said, _ := errs.Said(err)
	for _, f := range errs.Fields(err) {
		said += f.Code + f.Args["list"]
	}
	if err == nil || !strings.Contains(said, sentence) {
		w.t.Errorf("%v says %q, want %q", err, said, sentence)
	}
}

func (w *world) confirmed(p access.Person) access.Person {
	p.Confirmed = w.Config.Now().Add(-time.Second)
	return p
}

func (w *world) invite(o id.ID, name string, role access.Role) (p access.Person) {
	w.t.Helper()
	l, err := w.Organisations.Invite(context.Background(), w.As("manager"), o,
		organisation.Someone{Name: name + " (exercise)", Email: name + "@example.org", Role: role}, w.Entry())
	w.must(err)
	w.look(func(ctx context.Context, tx *db.Tx) error {
		a, err := access.Find(ctx, tx, l.Person)
		p = a.Person
		return err
	})
	w.People[access.Role(name)] = p
	return w.confirmed(p)
}

func (w *world) look(f func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	w.must(w.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error { return f(context.Background(), tx) }))
}

func (w *world) move(who access.Person, to assessment.Step) error {
	return w.Assessments.Move(context.Background(), w.confirmed(who), w.n, to, w.Entry())
}

// asked requests an assessment, agrees to it, names the team and who is asked, and opens the round.
func (w *world) asked(bodies ...string) {
	w.t.Helper()
	ctx := context.Background()
	n, err := w.Assessments.Request(ctx, w.focal, w.body["police"], model, "Everything (exercise)", w.Entry())
	w.must(err)
	w.n = n
	w.must(w.move(w.clearing, assessment.Agreed))
	w.must(w.Assessments.Appoint(ctx, w.As("manager"), n, w.As("assessor").ID, w.Entry()))
	for _, b := range bodies {
		w.must(w.Assessments.Ask(ctx, w.As("assessor"), n, w.body[b], w.Entry()))
	}
	w.must(w.move(w.As("assessor"), assessment.Collecting))
}

func (w *world) stakeholder(body string) (s id.ID) {
	w.t.Helper()
	w.look(func(ctx context.Context, tx *db.Tx) error {
		list, err := assessment.Stakeholders(ctx, tx, w.n)
		for _, x := range list {
			if x.Organisation.ID == w.body[body] {
				s = x.ID
			}
		}
		return err
	})
	return s
}

func (w *world) rate(body string, list ...assessment.Rated) error {
	return w.Assessments.Rate(context.Background(), w.who[body], w.stakeholder(body), list, w.Entry())
}

// says rates an indicator with a proof, or without one when kind is "".
func says(indicator string, v assessment.Value, kind assessment.Evidence) assessment.Rated {
	r := assessment.Rated{Indicator: indicator, Value: v}
	if kind != "" {
		r.Evidence, r.Proof, r.Locator = kind, proof, "p. 3"
	}
	return r
}

func (w *world) result() (r assessment.Result) {
	w.t.Helper()
	w.look(func(ctx context.Context, tx *db.Tx) error {
		a, err := assessment.Get(ctx, tx, w.n)
		if err == nil {
			r, err = w.Assessments.Result(ctx, tx, a)
		}
		return err
	})
	return r
}

func (w *world) spread(indicator string) (s assessment.Spread) {
	for _, x := range w.result().Spreads {
		if x.Indicator == indicator {
			return x
		}
	}
	return s
}

func (w *world) standing(factor string) assessment.Standing {
	w.t.Helper()
	for _, s := range w.result().Standings {
		if s.Factor == factor {
			return s
		}
	}
	w.t.Fatalf("no factor %s", factor)
	return assessment.Standing{}
}

func (w *world) agree(indicator string, v assessment.Value, b assessment.Basis, dissent ...assessment.Dissent) error {
	return w.Assessments.Agree(context.Background(), w.As("assessor"), w.n,
		assessment.Agreement{Indicator: indicator, Rating: assessment.Rating{Value: v, Basis: b}, Note: "Seen on 3 March (exercise)", Dissent: dissent}, w.Entry())
}

// drafted takes an assessment to its draft, with a little agreed.
func (w *world) drafted() {
	w.t.Helper()
	w.asked("police", "prosecution")
	w.must(w.rate("police", says("units-1", assessment.Met, assessment.Paper), says("units-3", assessment.Partly, assessment.Record)))
	w.must(w.move(w.As("assessor"), assessment.Consolidating))
	w.must(w.agree("units-1", assessment.Met, assessment.Document))
	w.must(w.agree("units-3", assessment.Partly, assessment.Document))
	w.must(w.move(w.As("assessor"), assessment.Draft))
}

func (w *world) recommendation(words string, factors ...string) assessment.Recommendation {
	return assessment.Recommendation{Words: words, Factors: factors, Owner: organisation.Organisation{ID: w.body["police"]}, Months: 12}
}

func (w *world) gaps() (all []assessment.Gap) {
	w.t.Helper()
	r := w.result()
	w.look(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = assessment.Gaps(ctx, tx, r, w.n)
		return err
	})
	return all
}

func (w *world) report(who access.Person, tag language.Tag, format string) []byte {
	w.t.Helper()
	b, err := w.Assessments.Report(context.Background(), who, w.n, tag, format)
	w.must(err)
	return b
}

var xmlTag = regexp.MustCompile(`<[^>]*>`)

// text returns the words of a DOCX, without the marks that keep directions apart.
func text(t testing.TB, docx []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(docx), int64(len(docx)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	s := html.UnescapeString(xmlTag.ReplaceAllString(string(b), ""))
	return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s)
}

// printed returns the words of a PDF as an independent reader finds them; "" where it isn't installed.
func printed(t testing.TB, b []byte) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		return ""
	}
	file := t.TempDir() + "/report.pdf"
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, file, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("pdftotext: %v: %s", err, out)
	}
	return string(out)
}
