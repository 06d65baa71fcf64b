package study_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

var ctx = context.Background()

// house is a secretariat's node with its clock in the test's hand.
type house struct {
	*testing.T
	*nodetest.Node
	ahead atomic.Int64 // nanoseconds that the node's clock is ahead of ours
}

// each runs f with a secretariat's node of each database.
func each(t *testing.T, f func(*house)) {
	t.Helper()
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) { f(newHouse(t, kind, "AT")) })
	}
}

func newHouse(t *testing.T, kind, state string) *house {
	h := &house{T: t}
	h.Node = nodetest.New(t, state, nodetest.Options{Kind: kind, Now: h.clock})
	return h
}

func (h *house) clock() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

// wait lets the node's clock go on.
func (h *house) wait(d time.Duration) { h.ahead.Add(int64(d)) }

// alone gives the house studies of which no other slice guards a step.
func (h *house) alone() {
	h.Helper()
	s, err := study.New(study.Config{Desk: h.Desk, Read: h.DB.Reader, Policy: h.Policy, Sources: &access.Sources{}, Catalog: h.Catalog, Now: h.clock})
	h.ok(err)
	h.Studies = s
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) read(f func(tx *db.Tx) error) {
	h.Helper()
	h.ok(h.DB.Reader.Read(ctx, db.House("test"), f))
}

func (h *house) find(n id.ID) (s study.Study) {
	h.Helper()
	h.read(func(tx *db.Tx) (err error) { s, err = study.Find(ctx, tx, n); return err })
	return s
}

func (h *house) respondents(n id.ID) (all []study.Respondent) {
	h.Helper()
	h.read(func(tx *db.Tx) (err error) { all, err = study.Respondents(ctx, tx, n); return err })
	return all
}

// state returns the respondent of a State.
func (h *house) state(n id.ID, iso3 string) study.Respondent {
	h.Helper()
	for _, r := range h.respondents(n) {
		if r.State == iso3 && r.Audience == study.States {
			return r
		}
	}
	h.Fatalf("%s is not in the frame", iso3)
	return study.Respondent{}
}

// proposed makes an invented study.
func (h *house) proposed() id.ID {
	h.Helper()
	n, err := h.Studies.Propose(ctx, h.As("manager"), study.Proposal{
		Code: "bakeries", Title: map[language.Tag]string{"en": "Ransomware in bakeries (exercise)", "fr": "Rançongiciels dans les boulangeries (exercice)"},
		Mandates: []string{"A/RES/65/230#9"}, Synthetic: true, Office: h.Office,
	}, h.Entry())
	h.ok(err)
	return n
}

// form is an invented questionnaire, complete in six languages when whole.
func form(t testing.TB, version string, whole bool) *instrument.Instrument {
	t.Helper()
	files := fstest.MapFS{
		"q/form.csv":     {Data: []byte("type,name,label,section\ninteger,ovens,How many ovens are connected?,police\n")},
		"q/sections.csv": {Data: []byte("name,label\npolice,Police\n")},
		"q/settings.csv": {Data: []byte("form_id,version,form_title\nbakeries," + version + ",Bakeries\n")},
	}
	for _, tag := range language.Official() {
		if whole && tag != "en" {
			files["q/po/"+string(tag)+".po"] = &fstest.MapFile{Data: []byte("msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\n" +
				"msgid \"How many ovens are connected?\"\nmsgstr \"" + string(tag) + "?\"\n\nmsgid \"Police\"\nmsgstr \"" + string(tag) + "\"\n\nmsgid \"Bakeries\"\nmsgstr \"" + string(tag) + "\"\n")}
		}
	}
	in, err := instrument.LoadWhole(files, "q")
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func (h *house) move(n id.ID, to study.Stage, note string) error {
	h.Helper()
	return h.Studies.Move(ctx, h.As("manager"), n, to, note, h.find(n).Version, h.Entry())
}

// fielded takes a study to the asking of States.
func (h *house) fielded(deadline time.Time) id.ID {
	h.Helper()
	n := h.proposed()
	p, wrong := study.ParsePlan("picture: The global picture\n- picture.threats: Threats", "# Method\n\nStates are asked.", "2026-12-01 Asking begins")
	if len(wrong) > 0 {
		h.Fatal(wrong)
	}
	p.Version = 2
	h.ok(h.Studies.EditPlan(ctx, h.As("manager"), n, p, h.Entry()))
	h.ok(h.move(n, study.Designed, ""))
	h.ok(h.move(n, study.Adopted, "Adopted at an invented session (exercise)"))
	h.adopt(n, form(h.T, "1.0.0", true))
	h.ok(h.Studies.FrameStates(ctx, h.As("manager"), n, h.Entry()))
	to := h.find(n)
	to.Opens, to.Deadline = deadline.AddDate(0, -3, 0), deadline
	h.ok(h.Studies.Edit(ctx, h.As("manager"), n, to, h.Entry()))
	h.ok(h.move(n, study.Fielding, ""))
	return n
}

func (h *house) adopt(n id.ID, in *instrument.Instrument) {
	h.Helper()
	entry := h.Entry()
	h.ok(h.Studies.AddForm(ctx, h.As("manager"), n, study.States, in, entry))
	h.ok(h.Studies.AdoptForm(ctx, h.As("manager"), n, entry, h.Entry()))
}

// refused fails when err is not of the kind.
func (h *house) refused(what string, err, kind error) {
	h.Helper()
	if !errors.Is(err, kind) {
		h.Errorf("%s: %v, want %v", what, err, kind)
	}
}

type languageTag = language.Tag

const hour = time.Hour

// form2 is a questionnaire that lacks its translations.
func form2(t testing.TB) *instrument.Instrument { return form(t, "1.0.0", false) }

// byRole tells who asks by a header, as [nodetest.Site] does, for the node's whole mux.
type byRole struct{ h *house }

func (b byRole) Person(r *http.Request) (access.Person, error) {
	p := b.h.People[access.Role(r.Header.Get(nodetest.WhoHeader))]
	p.Confirmed = b.h.clock().Add(-time.Second)
	return p, nil
}

// wholeSite serves a whole node.
type wholeSite struct{ url string }

func serve(t testing.TB, m *web.Mux) wholeSite {
	t.Helper()
	handler, err := m.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return wholeSite{server.URL}
}

func (s wholeSite) get(t testing.TB, role, path string) nodetest.Answer {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set(nodetest.WhoHeader, role)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return nodetest.Answer{Status: resp.StatusCode, Body: string(b), Header: resp.Header}
}
