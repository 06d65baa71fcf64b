//go:build browser

package structure_test

import (
	"context"
	"fmt"
	"testing"

	"comity/internal/base/id"
	"comity/internal/capacity/structure"
	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// TestBrowserStructures looks at each page of structures and of reviews of law in English and Arabic, on a telephone and
// on a desk.
func TestBrowserStructures(t *testing.T) {
	w := build(t, dbtest.Kinds()[0])
	s := w.site()
	network, review := w.fill(s)
	var row id.ID
	w.look(func(ctx context.Context, tx *db.Tx) error {
		rows, err := structure.Rows(ctx, tx, id.ID(review[len("/capacity/legal/"):]), "")
		row = rows[0].ID
		return err
	})
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for _, l := range []struct{ name, role, path string }{
					{"list", "lead-b", "/capacity/structures"}, {"new", "lead-b", "/capacity/structures/new"}, {"nobody", "manager", "/capacity/structures/new"},
					{"network", "lead-b", network}, {"contact", "lead-c", network},
					{"reviews", "lead-b", "/capacity/legal"}, {"review", "one", review}, {"row", "one", "/capacity/legal-rows/" + string(row)},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: l.role, "Accept-Language": lang}})
					tab.Visit(s.URL + l.path + "?lang=" + lang)
					if l.name == "nobody" {
						tab.Check("structures-"+l.name+"-"+view, 403)
						continue
					}
					tab.Check("structures-" + l.name + "-" + view)
				}
			})
		}
	}
}
