//go:build browser

package response_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"comity/internal/dialogue/response"
	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
)

// TestBrowserResponses looks at each page of responses in English and Arabic, on a telephone and on a desk.
func TestBrowserResponses(t *testing.T) {
	h := newHouse(t, "sqlite", "AT")
	n, r := h.fielded()
	focal, _ := h.answering(n, r)
	h.filled(r, focal, sections)
	other := h.state(n, "PRT")
	second, _ := h.nominated(n, other)
	h.filled(other, second, sections)
	secret := agency("school")
	secret.Base, secret.Answers["school_why"] = nil, response.Answer{Value: "Sealed (exercise)", Mark: response.Mark{Lang: "en", Confidential: response.Secret}}
	_, err := h.Responses.Import(ctx, second, other.ID, secret, h.Entry())
	h.ok(err)
	h.ok(h.Responses.Ready(ctx, second, other.ID, "school", true, h.Entry()))
	h.ok(h.Responses.Offer(ctx, second, other.ID, h.Entry()))
	h.ok(h.Responses.Clear(ctx, second, other.ID, response.Statistical, h.Entry()))
	h.ok(h.Responses.Submit(ctx, second, other.ID, h.Entry()))
	x := h.all(n)[0]
	h.ok(h.Responses.NameOpener(ctx, h.As("manager"), n, h.As("analyst").ID, h.Entry()))
	_, err = h.Responses.Unseal(ctx, h.As("analyst"), x.ID, "To code it (exercise)", h.Entry())
	h.ok(err)
	later, _ := h.fieldedAs("bakeries-2", mapped(t))
	again := h.state(later, "PRT")
	third, _ := h.nominated(later, again)
	h.ok(h.Responses.Begin(ctx, third, again.ID, h.Entry()))
	h.People["focal-point"], h.People["clearing-officer"] = focal, second
	s := h.site()
	at := "/d/fill/" + string(r.ID)
	file := savedPage(t, given(t, s.As("focal-point"), r.ID, "html", "police"), map[string]string{"police_ovens": "9", "police_law": "no"})
	name := filepath.Join(t.TempDir(), "police.json")
	h.ok(os.WriteFile(name, file, 0o600))
	h.save(r.ID, "police", "police_ovens", "8") // what the file says of it is in conflict now
	h.write(focal, r.ID, "police", nil, map[string]response.Mark{"police_law": {Period: "2025"}})
	h.write(focal, r.ID, "courts", nil, map[string]response.Mark{"courts_ovens": {Period: "2025", Note: "From memory (exercise)"}})
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for _, l := range []struct{ name, role, path string }{
					{"overview", "focal-point", at}, {"section", "focal-point", at + "/part/police"}, {"conflicts", "focal-point", at + "/conflicts"}, {"files", "focal-point", at + "/files"},
					{"clear", "clearing-officer", "/d/clear/" + string(other.ID)}, {"list", "manager", "/d/studies/" + string(n) + "/submissions"},
					{"submission", "manager", "/d/submissions/" + string(x.ID)}, {"sealed", "manager", "/d/studies/" + string(n) + "/sealed"},
					{"reuse", "clearing-officer", "/d/fill/" + string(again.ID) + "/part/police"},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: l.role, "Accept-Language": lang}})
					tab.Visit(s.URL + l.path + "?lang=" + lang)
					tab.Check("responses-" + l.name + "-" + view)
				}
				tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: "focal-point", "Accept-Language": lang}})
				tab.Visit(s.URL + at + "/files?lang=" + lang)
				tab.Do(chromedp.SetUploadFiles(chromedp.CSS("[name=file]"), []string{name}))
				tab.Press("")
				tab.Check("responses-preview-" + view)
				tab = browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: "analyst", "Accept-Language": lang}})
				tab.Visit(s.URL + "/d/submissions/" + string(x.ID) + "?lang=" + lang)
				tab.Fill("reason", "To code it (exercise)")
				tab.Press("open")
				tab.Check("responses-opened-" + view)
			})
		}
	}
}
