package dataset_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// reasons are the twelve open answers of the coding test.
func reasons(t testing.TB) func(int, *dataset.Row, *instrument.Answers) {
	return func(i int, _ *dataset.Row, x *instrument.Answers) {
		if err := x.Set("why", fmt.Sprintf("Reason %d (synthetic)", i)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCodingIsBlind: two people code apart: what the first coded is in nothing that the second is given before both are
// done, neither by the pages nor by the queries they use; then they are compared, and a third decides.
func TestCodingIsBlind(t *testing.T) {
	each(t, func(t *testing.T, _ string, n *nodetest.Node) {
		h := pages(t, n)
		stored(t, n, content(t, 12, reasons(t)), h.study, n.Entry())
		q := dataset.Open{Audience: study.States, Item: "why"}
		at := h.at("/coding/question?audience=state&item=why")
		ask := func(kv ...string) []string { return append([]string{"audience", "state", "item", "why"}, kv...) }
		h.get("manager", h.at("/coding"), "Why?", "Not begun", "12")
		h.post("manager", h.at("/coding/frame"), http.StatusUnprocessableEntity, ask("name", "Kein Code", "label", "x")...)
		for _, code := range []string{"money", "people", "law"} {
			h.post("manager", h.at("/coding/frame"), http.StatusSeeOther, ask("name", code, "label", "Lack of "+code+" (zebra)")...)
		}
		h.post("manager", h.at("/coding/frame"), http.StatusUnprocessableEntity, ask("name", "law", "label", "again")...)

		// code has a person code every answer by the page, with the codes that choose gives.
		hidden := regexp.MustCompile(`name="answer" value="([0-9A-Z]{26})"`)
		code := func(role string, choose func(i int) []string) {
			t.Helper()
			for i := 0; i < 12; {
				a := h.get(role, at)
				form := url.Values{"entry": {string(n.Entry())}, "audience": {"state"}, "item": {"why"}}
				for _, m := range hidden.FindAllStringSubmatch(a.Body, -1) {
					form.Add("answer", m[1])
					form["codes-"+m[1]] = choose(i)
					i++
				}
				if a := h.site.As(access.Role(role)).Post(h.at("/coding/code"), form); a.Status != http.StatusSeeOther {
					t.Fatalf("coding as %s: %d %s", role, a.Status, a.Text())
				}
			}
		}
		code("analyst", func(i int) []string { return []string{[]string{"money", "people"}[i%2]} })
		before := h.get("editor", at)
		if strings.Contains(before.Body, "checked") || strings.Contains(before.Text(), "agree") {
			t.Error("the second coder sees what the first coded")
		}
		look := func(f func(tx *db.Tx) error) {
			t.Helper()
			if err := n.DB.Reader.Read(ctx, db.House("test"), f); err != nil {
				t.Fatal(err)
			}
		}
		var x dataset.Dataset
		var c *dataset.Content
		look(func(tx *db.Tx) (err error) {
			if x, err = dataset.Newest(ctx, tx, h.study); err != nil {
				return err
			}
			c, err = dataset.Load(ctx, tx, x.ID)
			return err
		})
		look(func(tx *db.Tx) error {
			mine, err := dataset.Mine(ctx, tx, x.ID, q, n.As("editor").ID)
			if len(mine) != 0 {
				t.Errorf("the second coder's own codings hold %v", mine)
			}
			if a, err := dataset.Agree(ctx, tx, h.study, x.ID, q, c); a != nil || err != nil {
				t.Errorf("compared before both are done: %+v %v", a, err)
			}
			return err
		})
		code("editor", func(i int) []string {
			if i == 0 {
				return nil
			}
			return []string{[]string{"money", "people"}[i%2]}
		})
		look(func(tx *db.Tx) error {
			a, err := dataset.Agree(ctx, tx, h.study, x.ID, q, c)
			if a == nil || len(a.Differ) != 1 || a.N != 12 || a.Alpha <= 0.8 || a.Alpha >= 1 || a.Kappa["people"] != 1 {
				t.Errorf("agreement %+v", a)
			}
			return err
		})
		h.get("manager", at, "Krippendorff’s alpha 0.", "One coder: Lack of money", "The other: no code fits")
		first := c.Open(q)[0].Respondent
		if err := n.Data.Settle(ctx, n.As("editor"), h.study, q, first, []string{"money"}, n.Entry()); !errors.Is(err, errs.Forbidden) {
			t.Errorf("a coder decides: %v", err)
		}
		if err := n.Data.CodeAnswers(ctx, n.As("manager"), h.study, q, map[id.ID][]string{first: {"law"}}, n.Entry()); !errors.Is(err, errs.Conflict) {
			t.Errorf("a third codes: %v", err)
		}
		h.post("manager", h.at("/coding/settle"), http.StatusSeeOther, ask("answer", string(first), "codes-"+string(first), "money")...)
		h.get("manager", at, "Decided: Lack of money")
		h.get("manager", h.at("/coding"), "Coded and decided")
	})
}
