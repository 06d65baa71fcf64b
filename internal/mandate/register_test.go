package mandate_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/mandate"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

func site(t testing.TB, n *nodetest.Node) *nodetest.Site {
	t.Helper()
	return n.Site(t, nodetest.Slice{Routes: n.Mandates.Routes, Pages: mandate.Pages(), Words: mandate.Words()})
}

// each runs f with a node of each database.
func each(t *testing.T, f func(t *testing.T, n *nodetest.Node)) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) { f(t, nodetest.New(t, "PT", nodetest.Options{Kind: kind})) })
	}
}

// want fails when the answer isn't of the status or lacks the words.
func want(t testing.TB, a nodetest.Answer, status int, words ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d: %s", a.Status, status, a.Text())
	}
	for _, w := range words {
		if !strings.Contains(a.Text(), w) {
			t.Errorf("the page doesn't say %q: %s", w, a.Text())
		}
	}
	if len(a.Body) > 50_000 {
		t.Errorf("the page has %d bytes, at most 50,000 are allowed", len(a.Body))
	}
}

// study is a thing that names op. 9, as the study slice would tell it.
func study(context.Context, *db.Tx) ([]mandate.Live, error) {
	return []mandate.Live{{
		Ref: id.NewRef("study", "01JC0000000000000000000000"), Kind: "study", Pillar: mandate.Dialogue, Title: "Study on an exercise", Hash: "ab",
		Day: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Href: "/d/studies", Mandates: []string{"A/RES/65/230#op9"},
	}}, nil
}

// TestF6: how a paragraph stands is entered on evidence, or as "not started" or "no information"; another person clears
// it; what it rested on stays as it was.
func TestF6(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node) {
		n.Mandates.Feed(study)
		s := site(t, n)
		head := s.As("head")
		const at = "/m/A-RES-65-230/op9"
		want(t, head.Get(at), http.StatusOK, "Study on an exercise", "before session 20", "This day has passed", "Nothing was entered about this paragraph yet.")
		form := url.Values{"entry": {string(n.Entry())}, "period": {"2013"}, "status": {"completed"}, "evidence": {""}}
		want(t, head.Post(at+"/status", form), http.StatusUnprocessableEntity, "Choose what shows this.")
		form.Set("evidence", "study/01JC0000000000000000000001")
		want(t, head.Post(at+"/status", form), http.StatusUnprocessableEntity, "no longer serves this paragraph")
		form.Set("status", "no-information")
		form.Set("evidence", "")
		want(t, head.Post(at+"/status", form), http.StatusSeeOther)
		form = url.Values{"entry": {string(n.Entry())}, "period": {"13"}, "status": {"completed"}, "evidence": {"study/01JC0000000000000000000000"}}
		want(t, head.Post(at+"/status", form), http.StatusUnprocessableEntity, "Enter a year")
		form.Set("period", "2012-2013")
		want(t, head.Post(at+"/status", form), http.StatusSeeOther)
		page := head.Get(at)
		want(t, page, http.StatusOK, "Completed", "It rests on:", "not yet cleared")
		if strings.Contains(page.Body, "status-entry") {
			t.Error("who wrote an entry is offered to clear it")
		}
		if strings.Contains(page.Text(), "This day has passed") {
			t.Error("a completed paragraph is still overdue")
		}

		export := head.Get("/m/mandates.json")
		want(t, export, http.StatusOK)
		var doc mandate.Export
		if err := json.Unmarshal([]byte(export.Body), &doc); err != nil {
			t.Fatal(err)
		}
		for _, d := range doc.Documents {
			for _, p := range d.Paragraphs {
				if p.ID == "A/RES/65/230#op9" && (p.Number == nil || *p.Number != 9 || len(p.Evidence) != 1 || len(p.Status) != 2 || p.Status[0].Evidence[0].Hash != "ab") {
					t.Errorf("op. 9 leaves as %+v", p)
				}
				if p.ID == "CCPCJ 22/8#partnerships" && (p.Number != nil || !p.Unverified) {
					t.Errorf("a number that was not read leaves as %+v", p)
				}
			}
		}
	})
}

// TestClearing: whoever wrote an entry never clears it, by page or otherwise.
func TestClearing(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node) {
		ctx := context.Background()
		doc, para := op9(t, n)
		entry := n.Entry()
		if err := n.Mandates.Enter(ctx, n.As("head"), doc, para, mandate.Status{Period: "2013", State: mandate.NotStarted}, nil, entry); err != nil {
			t.Fatal(err)
		}
		if err := n.Mandates.Clear(ctx, n.As("head"), entry, n.Entry()); !errors.Is(err, errs.Forbidden) {
			t.Errorf("the author clears their own entry: %v", err)
		}
		if err := n.Mandates.Clear(ctx, n.As("drafter"), entry, n.Entry()); !errors.Is(err, errs.Forbidden) {
			t.Errorf("a drafter clears an entry: %v", err)
		}
		if err := n.Mandates.Clear(ctx, n.As("publisher"), entry, n.Entry()); err != nil {
			t.Error(err)
		}
		if err := n.Mandates.Clear(ctx, n.As("publisher"), entry, n.Entry()); !errors.Is(err, errs.Conflict) {
			t.Errorf("an entry is cleared twice: %v", err)
		}
	})
}

func op9(t testing.TB, n *nodetest.Node) (d mandate.Document, p mandate.Para) {
	t.Helper()
	err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) (err error) {
		d, p, err = n.Mandates.Para(context.Background(), tx, "A-RES-65-230", "op9")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d, p
}

// TestPasted: a pasted resolution stands in the register paragraph by paragraph, as a person confirms each.
func TestPasted(t *testing.T) {
	text, err := os.ReadFile("testdata/a-res-65-230-p3.txt")
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, n *nodetest.Node) {
		s := site(t, n)
		editor := s.As("editor")
		entry := n.Entry()
		form := url.Values{
			"entry": {string(entry)}, "symbol": {"A/RES/65/230"}, "title": {"Exercise"}, "organ": {"General Assembly"}, "text-lang": {"en"}, "body": {"CCPCJ"},
			"day:day": {"21"}, "day:month": {"12"}, "day:year": {"2010"}, "text": {string(text)}, "follows": {"A/RES/64/179"},
		}
		want(t, editor.Post("/m/paste", form), http.StatusUnprocessableEntity, "The register has this document already.")
		form.Set("symbol", "a/res/99/999")
		want(t, editor.Post("/m/paste", form), http.StatusSeeOther)
		form.Set("entry", string(n.Entry()))
		want(t, editor.Post("/m/paste", form), http.StatusUnprocessableEntity, "The register has this document already.")
		at := "/m/paste/" + string(entry)
		want(t, editor.Get(at), http.StatusOK, "0 of 4 decided.", "open-ended intergovernmental expert group")
		want(t, editor.Get("/m/A-RES-99-999"), http.StatusNotFound)
		confirm := url.Values{"entry": {string(n.Entry())}, "n": {"4"}, "p4-number": {"9"}, "p4-class": {"request"}, "p4-to": {"", "CCPCJ"}, "p4-deliverables": {"", "study"}, "keep": {"yes"}}
		want(t, editor.Post(at, confirm), http.StatusSeeOther)
		confirm.Set("entry", string(n.Entry()))
		want(t, editor.Post(at, confirm), http.StatusConflict, "decided on already")
		drop := url.Values{"entry": {string(n.Entry())}, "n": {"1"}, "p1-number": {"6"}, "p1-class": {"invite"}, "keep": {"no"}}
		want(t, editor.Post(at, drop), http.StatusSeeOther)
		want(t, editor.Get(at), http.StatusOK, "2 of 4 decided.", "In the register", "Left out")
		page := editor.Get("/m/A-RES-99-999")
		want(t, page, http.StatusOK, "A/RES/99/999, paragraph 9", "by 10 April 2011")
		if strings.Contains(page.Text(), "training manuals") {
			t.Error("a paragraph that was left out stands in the register")
		}
		want(t, editor.Get("/m/orphans"), http.StatusOK, "A/RES/99/999, paragraph 9")
		want(t, editor.Get("/m/A-RES-99-999/op9"), http.StatusOK)
		want(t, editor.Get("/m/A-RES-99-999/op6"), http.StatusNotFound)
	})
}

// TestActivity: what was done outside the system is recorded, and an entry can rest on it.
func TestActivity(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node) {
		s := site(t, n)
		editor := s.As("editor")
		const at = "/m/CCPCJ-22-8/partnerships"
		want(t, editor.Get("/m/orphans"), http.StatusOK, "CCPCJ 22/8, paragraph not read in the official text")
		form := url.Values{"entry": {string(n.Entry())}, "title": {""}, "pillar": {"capacity"}, "begins:day": {"31"}, "begins:month": {"2"}, "begins:year": {"2026"}}
		want(t, editor.Post(at+"/activity", form), http.StatusUnprocessableEntity)
		form.Set("title", "Agreement with a university (exercise)")
		form.Set("begins:month", "1")
		want(t, editor.Post(at+"/activity", form), http.StatusSeeOther)
		want(t, editor.Get(at), http.StatusOK, "Agreement with a university (exercise)", "Recorded by hand")
		if strings.Contains(editor.Get("/m/orphans").Text(), "CCPCJ 22/8") {
			t.Error("a paragraph that something serves is still an orphan")
		}
	})
}
