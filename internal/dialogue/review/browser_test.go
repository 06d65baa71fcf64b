//go:build browser

package review_test

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"comity/internal/engine/access"
	"comity/internal/engine/web/webtest"
	"comity/internal/node/nodetest"
)

// TestBrowserReview looks at each page of documents and comments in English and Arabic, on a telephone and on a desk.
func TestBrowserReview(t *testing.T) {
	o := open(t, "sqlite")
	s := o.site()
	doc, round, tray := walked(o, s)
	block := regexp.MustCompile(`/write\?block=(\w+)`).FindAllStringSubmatch(s.As("contributor-kenya").Get(doc).Body, -1)[1][1]
	o.want(s.As("contributor-kenya").Post(tray+"/write", form("block", block, "quote", "many ways", "type", "factual", "lang", "ar", "visibility", "states",
		"body", "أي طرق؟ (تمرين)", "proposal", "Offences are defined in three ways.")), http.StatusSeeOther)
	at := regexp.MustCompile(tray + `/comments/(\w+)`).FindStringSubmatch(s.As("focal-point-kenya").Get(tray).Body)
	o.want(s.As("focal-point-kenya").Post(at[0]+"/decide", form("what", "accept")), http.StatusSeeOther)
	o.want(s.As("clearing-officer-kenya").Post(tray+"/clear", form()), http.StatusSeeOther)
	o.want(s.As("focal-point-kenya").Post(tray+"/submit", form()), http.StatusSeeOther)
	o.want(s.As("editor").Post(doc+"/revise", form()), http.StatusSeeOther)
	o.want(s.As("editor").Post(doc+"/blocks/"+block+"/move", form("move", "down")), http.StatusSeeOther)
	o.want(s.As("editor").Post(doc+"/blocks/"+block, form("version", "1", "kind", "para", "text", "Offences are defined in three ways.")), http.StatusSeeOther)
	versions := regexp.MustCompile(`/compare\?a=(\w+)&amp;b=(\w+)`).FindStringSubmatch(s.As("editor").Get(doc).Body)
	browser := webtest.Open(t)
	for _, lang := range []string{"en", "ar"} {
		for _, width := range []int{360, 1280} {
			view := fmt.Sprintf("%s-%d", lang, width)
			t.Run(view, func(t *testing.T) {
				for _, l := range []struct {
					name string
					role access.Role
					path string
				}{
					{"list", "editor", "/d/docs?"}, {"asked", "contributor-kenya", "/d/docs?"}, {"new", "editor", "/d/docs/new?"}, {"document", "editor", doc + "?"},
					{"read", "contributor-kenya", doc + "?"}, {"add", "editor", doc + "/add?"}, {"block", "editor", doc + "/blocks/" + block + "?"},
					{"compare", "editor", doc + "/compare?a=" + versions[1] + "&b=" + versions[2] + "&"}, {"comments", "editor", doc + "/comments?"},
					{"comment", "editor", "/d/comments/" + at[1] + "?"}, {"round-new", "manager", doc + "/rounds/new?"}, {"round", "manager", round + "?"},
					{"enter", "editor", round + "/enter?"}, {"tray", "focal-point-kenya", tray + "?"}, {"write", "contributor-kenya", tray + "/write?block=" + block + "&"},
					{"decide", "focal-point-kenya", at[0] + "?"},
				} {
					tab := browser.Tab(t, webtest.View{Width: width, Header: map[string]string{nodetest.WhoHeader: string(l.role), "Accept-Language": lang}})
					tab.Visit(s.URL + l.path + "lang=" + lang)
					tab.Check("review-" + l.name + "-" + view)
				}
			})
		}
	}
}
