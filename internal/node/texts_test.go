package node_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/review"
	"comity/internal/dialogue/study"
	"comity/internal/dialogue/translation"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// TestReportIsTranslated goes a report's way: issued, translated by one person, reviewed by another, freed by a third;
// until that is done in six languages or waived the study isn't called translated, and when the report changes it is no more.
func TestReportIsTranslated(t *testing.T) {
	ctx := context.Background()
	n := nodetest.New(t, "PT", nodetest.Options{})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := n.Studies.Propose(ctx, n.As("manager"), study.Proposal{
		Code: "exercise", Title: map[language.Tag]string{"en": "A study (exercise)"}, Synthetic: true, Office: n.Office,
	}, n.Entry())
	must(err)
	lacks := func() (all []string) {
		t.Helper()
		must(n.DB.Reader.Read(ctx, access.ScopeOf(n.As("editor"), n.Config.Now()), func(tx *db.Tx) error {
			found, err := n.Studies.Obstacles(ctx, tx, s, study.Translated)
			for _, o := range found {
				all = append(all, o.Code+" "+o.Args["languages"])
			}
			return err
		}))
		return all
	}
	if got := lacks(); len(got) != 1 || !strings.HasPrefix(got[0], "The study has no report yet.") {
		t.Errorf("without a report the study lacks %q", got)
	}
	report, err := n.Reviews.Open(ctx, n.As("editor"), n.Office, review.NewDocument{
		Symbol: "EX/2026/9", Kind: "report", Distribution: review.Limited, Lang: "en", Title: "Draft study (exercise)", Study: s, Synthetic: true,
	}, n.Entry())
	must(err)
	for _, role := range []access.Role{"translator", "publisher"} {
		must(n.Reviews.Admit(ctx, n.As("editor"), report, n.People[role].ID, n.Entry()))
	}
	must(n.Reviews.AddBlocks(ctx, n.As("editor"), report, "", []review.NewBlock{{Kind: review.Para, Text: "All States replied (exercise)."}}, n.Entry()))
	if got := lacks(); len(got) != 1 || !strings.Contains(got[0], "was not issued yet") {
		t.Errorf("before the report is issued the study lacks %q", got)
	}
	must(n.Reviews.Issue(ctx, n.As("publisher"), report, review.ForComments, n.Entry()))
	if got := lacks(); len(got) != 1 || strings.Count(got[0], ",") != 4 {
		t.Errorf("the study lacks %q, want five languages", got)
	}

	for role, want := range map[string]string{"translator": "10 texts wait to be translated", "publisher": "See what is translated", "drafter": ""} {
		if page := day(t, n, role); want != "" && !strings.Contains(page, want) || want == "" && strings.Contains(page, "/d/translate") {
			t.Errorf("the day of the %s doesn't say %q", role, want)
		}
	}
	ref := id.NewRef(review.KindDocument, report)
	translated(t, n, ref, language.French, "Traduction (exercice)")
	for _, tag := range []language.Tag{language.Arabic, language.Chinese, language.Russian, language.Spanish} {
		o, _ := textsOf(t, n, ref, tag)
		must(n.Texts.Waive(ctx, n.As("publisher"), o.ID, tag, "It follows (exercise).", n.Entry()))
	}
	if got := lacks(); len(got) != 0 {
		t.Errorf("translated and waived, the study lacks %q, want nothing", got)
	}
	_, units := textsOf(t, n, ref, language.French)
	must(n.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
		got, err := translation.Find(ctx, tx, ref, units[1].Field, language.French)
		if got.Text != "Traduction (exercice)" || !got.Free {
			t.Errorf("the paragraph reads %+v, want the freed translation", got)
		}
		return err
	}))
	must(n.Reviews.Revise(ctx, n.As("editor"), report, n.Entry()))
	must(n.Reviews.AddBlocks(ctx, n.As("editor"), report, "", []review.NewBlock{{Kind: review.Para, Text: "One more (exercise)."}}, n.Entry()))
	must(n.Reviews.Issue(ctx, n.As("publisher"), report, review.ForComments, n.Entry()))
	if got := lacks(); len(got) != 1 || strings.Count(got[0], ",") != 4 {
		t.Errorf("after the report changed the study lacks %q, want five languages again", got)
	}
}

// day is the page of the day of a role.
func day(t *testing.T, n *nodetest.Node, role string) string {
	t.Helper()
	m, err := n.Mux(asked{n}, nil)
	if err != nil {
		t.Fatal(err)
	}
	h, err := m.Handler()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("X-Role", role)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("the day of the %s: %d", role, w.Code)
	}
	return w.Body.String()
}

func textsOf(t *testing.T, n *nodetest.Node, ref id.Ref, tag language.Tag) (o translation.Object, units []translation.Unit) {
	t.Helper()
	ctx := context.Background()
	err := n.DB.Reader.Read(ctx, access.ScopeOf(n.As("translator"), n.Config.Now()), func(tx *db.Tx) (err error) {
		o, units, err = translation.Units(ctx, tx, ref, tag)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return o, units
}

// translated has every text of an object translated, reviewed and freed in a language.
func translated(t *testing.T, n *nodetest.Node, ref id.Ref, tag language.Tag, text string) {
	t.Helper()
	ctx := context.Background()
	o, units := textsOf(t, n, ref, tag)
	for _, u := range units {
		if err := n.Texts.Write(ctx, n.As("translator"), u.ID, text, u.Version, n.Entry()); err != nil {
			t.Fatal(err)
		}
		if err := n.Texts.Review(ctx, n.As("editor"), u.ID, u.Version+1, n.Entry()); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := n.Texts.Approve(ctx, n.As("publisher"), o.ID, tag, n.Entry()); err != nil {
		t.Fatal(err)
	}
}
