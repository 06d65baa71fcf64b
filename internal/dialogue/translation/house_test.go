package translation_test

import (
	"context"
	"testing"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/dialogue/translation"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// The kinds of the tests: one that anyone with a role may know of, and one whose texts lie in its case.
const (
	open   = "exercise"
	closed = "restricted"
)

// house is a node with two invented kinds of things.
type house struct {
	*nodetest.Node
	t     testing.TB
	inner id.ID // the case in which restricted things lie; the drafter is in it
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) { f(t, newHouse(t, kind)) })
	}
}

func newHouse(t testing.TB, kind string) *house {
	t.Helper()
	h := &house{Node: nodetest.New(t, "PT", nodetest.Options{Kind: kind}), t: t}
	var err error
	if h.inner, err = h.Cases.Open(context.Background(), h.As("drafter"), h.Office, "Texts (exercise)", true, h.Entry()); err != nil {
		t.Fatal(err)
	}
	named := func(_ context.Context, _ *db.Tx, n id.ID) (string, error) { return title(id.NewRef(open, n)), nil }
	for _, k := range []translation.Kind{
		{Name: open, Label: language.M("Exercise"), Title: named},
		{Name: closed, Label: language.M("Exercise"), Title: named, Case: func(context.Context, *db.Tx, id.ID) (id.ID, error) { return h.inner, nil }},
	} {
		if err := h.Texts.Register(k); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// title names a thing of the tests.
func title(object id.Ref) string { return "Exercise " + string(object[len(object)-4:]) }

// put tells texts as part of some act; fields and texts alternate.
func (h *house) put(object id.Ref, lang language.Tag, pairs ...string) error {
	h.t.Helper()
	var sources []translation.Source
	for i := 0; i < len(pairs); i += 2 {
		sources = append(sources, translation.Source{Field: pairs[i], Text: pairs[i+1]})
	}
	ctx := context.Background()
	return h.Desk.Do(ctx, h.As("drafter"), "case.edit", id.NewRef("case", h.inner), func(c *desk.Change) error {
		return h.Texts.Put(ctx, c, object, lang, sources)
	})
}

func (h *house) mustPut(object id.Ref, pairs ...string) {
	h.t.Helper()
	if err := h.put(object, language.English, pairs...); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) ref(kind string) id.Ref { return id.NewRef(kind, h.Entry()) }

func (h *house) read(who access.Person, f func(ctx context.Context, tx *db.Tx) error) error {
	ctx := context.Background()
	return h.DB.Reader.Read(ctx, access.ScopeOf(who, h.Config.Now()), func(tx *db.Tx) error { return f(ctx, tx) })
}

// units reads an object's texts in a language, as the translator.
func (h *house) units(object id.Ref, tag language.Tag) (translation.Object, map[string]translation.Unit) {
	h.t.Helper()
	var o translation.Object
	out := map[string]translation.Unit{}
	err := h.read(h.As("translator"), func(ctx context.Context, tx *db.Tx) error {
		var list []translation.Unit
		var err error
		o, list, err = translation.Units(ctx, tx, object, tag)
		for _, u := range list {
			out[u.Field] = u
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return o, out
}

// write translates a text as the role.
func (h *house) write(role access.Role, object id.Ref, field string, tag language.Tag, text string) {
	h.t.Helper()
	_, units := h.units(object, tag)
	u := units[field]
	if err := h.Texts.Write(context.Background(), h.As(role), u.ID, text, u.Version, h.Entry()); err != nil {
		h.t.Fatal(err)
	}
}

// finish translates, reviews and approves a text.
func (h *house) finish(object id.Ref, field string, tag language.Tag, text string) {
	h.t.Helper()
	ctx := context.Background()
	h.write("translator", object, field, tag, text)
	o, units := h.units(object, tag)
	u := units[field]
	if err := h.Texts.Review(ctx, h.As("editor"), u.ID, u.Version, h.Entry()); err != nil {
		h.t.Fatal(err)
	}
	if _, _, err := h.Texts.Approve(ctx, h.As("publisher"), o.ID, tag, h.Entry()); err != nil {
		h.t.Fatal(err)
	}
}

// states reads the states of an object's texts in a language: "title=approved …", in their order.
func (h *house) states(object id.Ref, tag language.Tag) map[string]translation.State {
	h.t.Helper()
	_, units := h.units(object, tag)
	out := map[string]translation.State{}
	for f, u := range units {
		out[f] = u.State
	}
	return out
}
