//go:build browser

package evidence_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"comity/internal/base/id"
	"comity/internal/cooperation/evidence"
	"comity/internal/engine/web/webtest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// TestBrowserPages looks at the list, the form, the form with errors and an item's page.
func TestBrowserPages(t *testing.T) {
	h := open(t, dbtest.Open(t, "sqlite", schemas(), dbtest.Options{}))
	s := serveAs(t, h, "executor")
	n := h.add(t, log)
	_, err := h.Derive(context.Background(), h.as("examiner"), given(h.caseID), evidence.From{Items: []id.ID{n}, Process: "extract"}, strings.NewReader("x"))
	must(t, err)
	_, err = h.Begin(context.Background(), h.as("executor"), given(h.caseID), 1000, "")
	must(t, err)
	list := s.URL + "/cases/" + string(h.caseID) + "/evidence"
	webtest.Open(t).Each(t, func(t *testing.T, tab *webtest.Tab, lang, view string) {
		for name, address := range map[string]string{"list": list, "add": list + "/add", "item": s.URL + "/evidence/" + string(n)} {
			tab.Visit(address)
			tab.Check("evidence-" + name + "-" + view)
		}
	})
}

// TestBrowserUpload sends two files with the script: both become items, byte for byte.
func TestBrowserUpload(t *testing.T) {
	h := open(t, dbtest.Open(t, "sqlite", schemas(), dbtest.Options{}))
	s := serveAs(t, h, "executor")
	var paths []string
	for i, name := range []string{"диск.img", "small.txt"} {
		path := filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(path, []byte(random(uint64(i), 3_000_000)), 0o600))
		paths = append(paths, path)
	}
	tab := webtest.Open(t).Tab(t, webtest.View{Header: map[string]string{"Accept-Language": "en"}})
	tab.Visit(s.URL + "/cases/" + string(h.caseID) + "/evidence/add")
	tab.Fill("label", "EX-9")
	tab.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector("[name=kind][type=radio]").click()`))
	tab.Do(chromedp.SetUploadFiles(chromedp.CSS("#file"), paths, chromedp.NodeReady))
	tab.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector("main button[type=submit]").click()`))
	tab.Await("main", "EX-9-2")
	h.view(t, func(ctx context.Context, tx *db.Tx) error {
		items, err := evidence.OfCase(ctx, tx, h.caseID, "", 50)
		if len(items) != 2 || items[0].Name != "диск.img" || h.content(t, items[1].ID) != random(1, 3_000_000) {
			t.Errorf("items %+v", items)
		}
		return err
	})
}
