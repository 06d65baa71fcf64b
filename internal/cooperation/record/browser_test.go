//go:build browser

package record_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"comity/internal/engine/access"
	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
)

// TestBrowserRecord looks at each page of the ledger and at the public check in English and Arabic, on a telephone and
// on a desk, and has a file checked.
func TestBrowserRecord(t *testing.T) {
	pt, ma := nodetest.New(t, "PT", nodetest.Options{}), nodetest.New(t, "MA", nodetest.Options{})
	nodetest.Meet(t, pt, ma)
	k := opened(t, pt)
	plain, _ := sent(t, pt, ma)
	file := filepath.Join(t.TempDir(), "message.asice")
	if err := os.WriteFile(file, plain, 0o600); err != nil {
		t.Fatal(err)
	}
	s := site(t, pt)
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				visit := func(role access.Role, path string) *webtest.Tab {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: string(role), "Accept-Language": lang}})
					tab.Visit(s.URL + path + "?lang=" + lang)
					return tab
				}
				visit("drafter", "/ledger").Check("record-ledger-" + view)
				visit("auditor", "/ledger/"+string(k)).Check("record-entry-" + view)
				tab := visit("auditor", "/ledger")
				tab.Check("record-auditor-" + view)
				tab.Press("")
				tab.Check("record-checked-" + view)
				tab = visit("", "/verify")
				tab.Check("record-verify-" + view)
				tab.Do(chromedp.SetUploadFiles(chromedp.CSS("[name=file]"), []string{file}))
				tab.Press("")
				tab.Check("record-genuine-" + view)
			})
		}
	}
}
