package programme_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/capacity/structure"
	"comity/internal/capacity/workshop"
	"comity/internal/cooperation/practice"
	"comity/internal/cooperation/request"
	"comity/internal/cooperation/request/types"
	"comity/internal/cooperation/rule"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/mandate"
	"comity/internal/node/nodetest"
	"comity/internal/programme"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// world is a node with an organisation, a workshop, and a request in a case that only the drafter knows.
type world struct {
	*nodetest.Node
	t                               testing.TB
	organisation, workshop, request id.Ref
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

func build(t testing.TB, kind string) *world {
	t.Helper()
	ctx := context.Background()
	w := &world{Node: nodetest.New(t, "PT", nodetest.Options{Kind: kind}), t: t}
	o, err := w.Organisations.Enter(ctx, w.As("manager"), organisation.Organisation{Kind: organisation.Police, State: "XB", Name: "Police of B (exercise)"}, w.Entry())
	w.must(err)
	shop, err := w.Workshops.Open(ctx, w.As("manager"), workshop.Workshop{
		Name: "Victims first (exercise)", Place: "Exercise City", Zone: "Africa/Nairobi", From: "2026-06-24", To: "2026-06-28", Capacity: 28, Languages: []language.Tag{"en"}, Competencies: []string{"custody"},
	}, w.Entry())
	w.must(err)
	k, err := w.Cases.Open(ctx, w.As("drafter"), w.Office, "Hidden harbour (exercise)", true, w.Entry())
	w.must(err)
	q, err := w.Requests.Draft(ctx, w.As("drafter"), request.NewDraft{Case: k, Types: []string{"preserve.stored"}, State: "MA", Lang: "en"}, w.Entry())
	w.must(err)
	w.organisation, w.workshop, w.request = id.NewRef(organisation.RefKind, o), id.NewRef(workshop.RefKind, shop), id.NewRef(request.Kind, q)
	return w
}

func (w *world) site() *nodetest.Site {
	all := []nodetest.Slice{
		{Routes: w.Programmes.Routes, Pages: programme.Pages(), Words: programme.Words()},
		{Routes: w.Requests.Routes, Pages: request.Pages(), Words: request.Words()},
		{Words: practice.Words()}, {Words: workshop.Words()}, {Words: structure.Words()}, {Words: rule.Words()}, {Words: mandate.Words()},
	}
	for _, s := range types.Words() {
		all = append(all, nodetest.Slice{Words: s})
	}
	return w.Site(w.t, all...)
}

const code = "trafficking-online"

func (w *world) link(role access.Role, on id.Ref) error {
	return w.Programmes.Link(context.Background(), w.As(role), code, on, w.Entry())
}

// TestLink: who follows programmes links what they themselves may read, once; a request of a case they don't know is to
// them not there. What is linked serves the programme's mandates.
func TestLink(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.must(w.link("manager", w.workshop))
		w.must(w.link("manager", w.workshop))
		w.must(w.link("manager", w.organisation))
		for name, err := range map[string]error{
			"a drafter links": w.link("drafter", w.organisation),
			"a request of a case that the manager doesn't know": w.link("manager", w.request),
			"a person":                           w.link("manager", id.NewRef("person", w.As("head").ID)),
			"a workshop that isn't there":        w.link("manager", id.NewRef(workshop.RefKind, w.Entry())),
			"a programme that isn't there":       w.Programmes.Link(ctx, w.As("manager"), "none-such", w.organisation, w.Entry()),
			"a link that isn't there is removed": w.Programmes.Unlink(ctx, w.As("manager"), "drugs-online", w.organisation, w.Entry()),
		} {
			if !errors.Is(err, errs.Forbidden) && !errors.Is(err, errs.Invalid) && !errors.Is(err, errs.NotFound) {
				w.t.Errorf("%s: %v, want it refused", name, err)
			}
		}
		served := func() (all []mandate.Live) {
			w.must(w.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) (err error) {
				all, err = w.Programmes.Serve(ctx, tx)
				return err
			}))
			return all
		}
		if all := served(); len(all) != 1 || all[0].Facts[0].Args["n"] != "2" || all[0].Mandates[0] != "CCPCJ 20/7#assistance" {
			w.t.Errorf("under their mandates stand %+v, want one programme with two activities", all)
		}
		w.must(w.Programmes.Unlink(ctx, w.As("manager"), code, w.workshop, w.Entry()))
		w.must(w.Programmes.Unlink(ctx, w.As("manager"), code, w.organisation, w.Entry()))
		if all := served(); len(all) != 0 {
			w.t.Errorf("with nothing linked there stand %+v", all)
		}
	})
}

// TestPages walks the pages as those who link, as those who only look, and as those who may not see practice.
func TestPages(t *testing.T) {
	each(t, func(w *world) {
		s := w.site()
		manager := s.As("manager")
		a := manager.Get("/programmes")
		w.says(a, http.StatusOK, "Trafficking in persons: recruitment and exploitation online", "Afghanistan", "Any States")
		at := "/programmes/" + code
		w.says(manager.Get(at), http.StatusOK, "not yet held against an official text", "Nothing that you may see is linked", "Workshop: Victims first (exercise)", "Not read in the official text")
		form := url.Values{"entry": {string(w.Entry())}, "object": {"person/1"}}
		w.says(manager.Post(at+"/link", form), http.StatusUnprocessableEntity, "What belongs to the programme")
		form.Set("object", string(w.workshop))
		w.says(manager.Post(at+"/link", form), http.StatusSeeOther)
		w.says(manager.Get(at), http.StatusOK, "Remove the link")
		if a := s.As("drafter").Get(at); a.Status != http.StatusOK || strings.Contains(a.Body, "/link") || strings.Contains(a.Text(), "What practice shows for this programme") {
			w.t.Errorf("a drafter links or sees practice: %d %s", a.Status, a.Text())
		}
		w.says(s.As("analyst").Get(at), http.StatusOK, "What practice shows for this programme", "nothing is told of fewer than five")
		w.says(s.As("analyst").Get(at+"?year=1999"), http.StatusNotFound, "Nothing is counted for this year.")
		w.says(manager.Get(at+"/guidance"), http.StatusOK, "Use a pseudonym for every victim", "Rule GEN-34", "For which exploitation")
		w.says(manager.Get("/programmes/none-such"), http.StatusNotFound)
		w.says(manager.Post(at+"/unlink", url.Values{"entry": {string(w.Entry())}, "object": {string(w.workshop)}}), http.StatusSeeOther)
	})
}

func (w *world) says(a nodetest.Answer, status int, words ...string) {
	w.t.Helper()
	if a.Status != status {
		w.t.Fatalf("status %d, want %d: %s", a.Status, status, a.Text())
	}
	for _, s := range words {
		if !strings.Contains(a.Text(), s) {
			w.t.Errorf("the page doesn't say %q: %s", s, a.Text())
		}
	}
}

// TestDraft: a request that names the programme is asked its questions, shows its guidance, and its letter says both; the
// linked request stands on the programme's page for those who know its case alone.
func TestDraft(t *testing.T) {
	each(t, func(w *world) {
		s := w.site()
		draft := "/requests/" + string(w.request.ID()) + "/draft/"
		drafter := s.As("drafter")
		if a := drafter.Get(draft + "persons"); a.Status != http.StatusOK || strings.Contains(a.Text(), "Use a pseudonym") {
			w.t.Errorf("guidance before the programme is named: %d", a.Status)
		}
		save := func(version string, kv ...string) nodetest.Answer {
			form := url.Values{"entry": {string(w.Entry())}, "version": {version}}
			for i := 0; i < len(kv); i += 2 {
				form.Add(kv[i], kv[i+1])
			}
			return drafter.Post(draft+"programme", form)
		}
		w.says(save("1", "request/programme/name", code), http.StatusSeeOther)
		const of = "request/programme/" + code
		w.says(drafter.Get(draft+"programme"), http.StatusOK, "For which exploitation", "Recruitment of the person")
		w.says(drafter.Get(draft+"persons"), http.StatusOK, "Guidance of the programme: Trafficking in persons", "Use a pseudonym")
		w.says(save("2", of+"/act", "recruitment", of+"/children", "yes", of+"/purpose", "labour", of+"/contact", "jobs", of+"/risk", "no"), http.StatusSeeOther)
		w.says(drafter.Get(draft[:len(draft)-1]), http.StatusOK, "Programme of cooperation")
		var text string
		w.must(w.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
			q, err := request.Get(context.Background(), tx, w.request.ID())
			if err != nil {
				return err
			}
			a, err := instrument.ParseAnswers(q.Answers)
			text = a.Get(of + "/purpose")
			return err
		}))
		if text != "labour" {
			w.t.Errorf("the answer kept is %q, want labour", text)
		}
		w.says(drafter.Get("/programmes/"+code), http.StatusOK, "Request that names the programme")
		if a := s.As("manager").Get("/programmes/" + code); strings.Contains(a.Text(), "Request that names the programme") {
			w.t.Error("a request of a case that the manager doesn't know is listed")
		}
		w.says(save("3", "request/programme/name", "none"), http.StatusSeeOther)
		if a := drafter.Get(draft + "programme"); strings.Contains(a.Text(), "Recruitment of the person") {
			w.t.Error("under no programme the questions of one are asked")
		}
	})
}

// TestGuidanceOfRule: what the rules find in a draft has the programme's word on it, and the letter its sentence.
func TestGuidanceOfRule(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		law, err := request.LoadLaw(w.Catalog, true)
		w.must(err)
		ty, _ := law.Types.Get("preserve.stored")
		a, err := instrument.ParseAnswers(ty.Example)
		w.must(err)
		for path, v := range map[string]string{
			"request/measure[1]/selector[1]/instant/@offset": "", "request/programme/name": "drugs-online", "request/programme/drugs-online/place": "market",
			"request/programme/drugs-online/controlled": "yes",
		} {
			w.must(a.Set(path, v))
		}
		b, err := a.Bytes()
		w.must(err)
		w.must(w.Requests.Replace(ctx, w.As("drafter"), w.request.ID(), b, 1, w.Entry()))
		s := w.site()
		at := "/requests/" + string(w.request.ID())
		w.says(s.As("drafter").Get(at+"/check"), http.StatusOK, "Logs of shops and messaging services come in many zones.")
		w.says(s.As("drafter").Get(at+"/letter?in=fr"), http.StatusOK, "Une livraison surveillée est envisagée.", "Place de marché sur un réseau anonyme")
	})
}
