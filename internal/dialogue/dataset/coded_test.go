package dataset_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// load reads the newest dataset of the house.
func (h *house) load() (x dataset.Dataset, c *dataset.Content) {
	h.t.Helper()
	err := h.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) (err error) {
		if x, err = dataset.Newest(ctx, tx, h.study); err == nil {
			c, err = dataset.Load(ctx, tx, x.ID)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return x, c
}

// code has one person code all open answers, the codes by the number of the answer.
func (h *house) code(who access.Role, c *dataset.Content, q dataset.Open, codes func(i int) []string) {
	h.t.Helper()
	made := map[id.ID][]string{}
	for i, s := range c.Open(q) {
		made[s.Respondent] = codes(i)
	}
	if err := h.Data.CodeAnswers(ctx, h.As(who), h.study, q, made, h.Entry()); err != nil {
		h.t.Fatal(err)
	}
}

// TestCodesAreCounted: what open answers were coded as is counted once two have coded them all and what differs is
// decided, by region and as who is counted, and protected like the answers themselves. Not before.
func TestCodesAreCounted(t *testing.T) {
	each(t, func(t *testing.T, _ string, n *nodetest.Node) {
		h := pages(t, n)
		why := reasons(t)
		stored(t, n, content(t, 12, func(i int, r *dataset.Row, a *instrument.Answers) {
			why(i, r, a)
			if i == 11 { // the one answer that one code fits
				r.Marks["why"] = response.Mark{Confidential: response.AggregateOnly}
			}
		}), h.study, n.Entry())
		q, table := dataset.Open{Audience: study.States, Item: "why"}, dataset.Table{Audience: study.States, Item: "why"}
		for _, name := range []string{"money", "people", "law"} {
			if err := n.Data.Frame(ctx, n.As("manager"), h.study, q, dataset.Code{Name: name, Label: "Lack of " + name + " (synthetic)"}, n.Entry()); err != nil {
				t.Fatal(err)
			}
		}
		codes := func(i int) []string {
			switch i {
			case 11:
				return []string{"law", "money"}
			case 0:
				return nil
			}
			return []string{[]string{"money", "people"}[i%2]}
		}
		_, c := h.load()
		h.code("analyst", c, q, codes)
		if _, c = h.load(); !errors.Is(second(c.Count(table)), errs.Invalid) {
			t.Error("what one has coded is counted")
		}
		h.code("editor", c, q, func(i int) []string {
			if i == 1 {
				return []string{"money"}
			}
			return codes(i)
		})
		if _, c = h.load(); !errors.Is(second(c.Count(table)), errs.Invalid) {
			t.Error("what is not decided is counted")
		}
		if err := n.Data.Frame(ctx, n.As("manager"), h.study, q, dataset.Code{Name: "late", Label: "Late"}, n.Entry()); !errors.Is(err, errs.Conflict) {
			t.Errorf("a code is added once all is coded: %v", err)
		}
		if err := n.Data.Settle(ctx, n.As("manager"), h.study, q, c.Open(q)[1].Respondent, []string{"people"}, n.Entry()); err != nil {
			t.Fatal(err)
		}
		x, c := h.load()
		r, err := c.Count(table)
		if err != nil {
			t.Fatal(err)
		}
		// Twelve answers: one that no code fits, five that say money, five that say people, the last money and law.
		g := r.Group(dataset.Whole)
		if r.Sort != dataset.Several || len(r.Columns) != 3 || r.Columns[1].Code != "people" || g.Answered != 12 {
			t.Errorf("the table of codes: %s, %+v, %+v", r.Sort, r.Columns, g)
		}
		for i, k := range r.Columns {
			if !g.Cells[i].Hidden() {
				t.Errorf("%s of the one protected answer among known ones is shown: %+v", k.Code, g.Cells[i])
			}
		}
		if _, err := c.Count(dataset.Table{Audience: study.States, Item: "law", Where: "why", Is: "people"}); err != nil {
			t.Errorf("who gave an answer with a code isn't counted: %v", err)
		}
		h.get("manager", h.at("/coding/question?audience=state&item=why"), "Make a table of the codes")
		h.get("manager", h.at("/tables/new?audience=state&item=why"), "As it would go out", "Lack of people")
		h.post("manager", h.at("/tables/new"), http.StatusSeeOther, "audience", "state", "item", "why", "by", "")

		h.carried(q, x)
	})
}

func second[A any](_ A, err error) error { return err }

// carried freezes other data: codings go with the answers whose words are the same, and the table of codes waits for
// the others.
func (h *house) carried(q dataset.Open, x dataset.Dataset) {
	h.t.Helper()
	why := reasons(h.t)
	at := h.Entry()
	stored(h.t, h.Node, content(h.t, 12, func(i int, r *dataset.Row, a *instrument.Answers) {
		why(i, r, a)
		if i == 5 {
			if err := a.Set("why", "Another reason (synthetic)"); err != nil {
				h.t.Fatal(err)
			}
		}
	}), h.study, at)
	_, fresh := h.load()
	err := h.Data.Desk.Do(ctx, h.As("manager"), "dataset.freeze", id.NewRef(dataset.Kind, h.Entry()), func(c *desk.Change) error {
		return dataset.Carry(ctx, c, x.ID, at, fresh)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	err = h.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
		for _, who := range []access.Role{"analyst", "editor"} {
			mine, err := dataset.Mine(ctx, tx, at, q, h.As(who).ID)
			if err != nil {
				return err
			}
			if len(mine) != 11 || slices.ContainsFunc(mine, func(k dataset.Coding) bool { return k.Respondent == fresh.Open(q)[5].Respondent }) {
				h.t.Errorf("%s has %d codings of the new data, want those of the eleven answers that are the same", who, len(mine))
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	list := h.get("editor", h.at("/tables"), "Why?")
	a := h.site.As("editor").Get(tableIn(list.Body))
	if a.Status != http.StatusConflict {
		h.t.Errorf("a table of codes that are missing: %d %s", a.Status, a.Text())
	}
	h.get("manager", h.at("/tables/new?audience=state&item=law"), "As it would go out")
	changed := fresh.Open(q)[5].Respondent
	for _, who := range []access.Role{"analyst", "editor"} {
		if err := h.Data.CodeAnswers(ctx, h.As(who), h.study, q, map[id.ID][]string{changed: {"law"}}, h.Entry()); err != nil {
			h.t.Fatal(err)
		}
	}
	h.get("editor", tableIn(list.Body), "Lack of law")
}
