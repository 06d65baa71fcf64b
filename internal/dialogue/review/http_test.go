package review_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/dialogue/review"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
)

func (o office) site() *nodetest.Site {
	o.Helper()
	return o.n.Site(o.T, nodetest.Slice{Routes: o.n.Reviews.Routes, Pages: review.Pages(), Words: review.Words()})
}

// want fails when the answer isn't of the status or lacks the words.
func (o office) want(a nodetest.Answer, status int, words ...string) {
	o.Helper()
	if a.Status != status {
		o.Fatalf("status %d, want %d: %s", a.Status, status, a.Text())
	}
	for _, w := range words {
		if !strings.Contains(a.Text(), w) {
			o.Errorf("the page doesn't say %q: %s", w, a.Text())
		}
	}
	if len(a.Body) > 50_000 {
		o.Errorf("the page has %d bytes, at most 50,000 are allowed", len(a.Body))
	}
}

func form(kv ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(kv); i += 2 {
		v.Add(kv[i], kv[i+1])
	}
	return v
}

// day is the parts of a date field.
func day(path string, year, month, d string) []string {
	return []string{path + ":year", year, path + ":month", month, path + ":day", d}
}

// walked takes a document and a round through the pages and returns their addresses.
func walked(o office, s *nodetest.Site) (doc, round, tray string) {
	o.Helper()
	editor, manager := s.As("editor"), s.As("manager")
	o.want(editor.Get("/d/docs"), http.StatusOK, "There is no document that you may read yet.")
	o.want(editor.Get("/d/docs/new"), http.StatusOK, "Open a document")
	o.want(editor.Post("/d/docs/new", form("title", "", "kind", "report", "lang", "en", "distribution", "limited")), http.StatusUnprocessableEntity, "Write the title")
	a := editor.Post("/d/docs/new", form("title", "Draft study (exercise)", "symbol", "EX/2026/2", "kind", "report", "lang", "en", "distribution", "limited", "synthetic", "yes"))
	o.want(a, http.StatusSeeOther)
	doc = a.To()
	text := "# Offences\n\nOffences are defined in various ways.\n\nFinding: Few States have data.\n\n[^1]: Synthetic."
	o.want(editor.Post(doc+"/add", form("text", text, "look", "yes")), http.StatusOK, "What would be added", "Finding", "Few States have data.")
	o.want(editor.Post(doc+"/add", form("text", text)), http.StatusSeeOther)
	page := editor.Get(doc)
	o.want(page, http.StatusOK, "I. Offences", "1. Offences are defined", "2. Finding Few States", "Synthetic")
	for _, role := range []access.Role{"manager", "publisher"} {
		o.want(editor.Post(doc+"/people", form("person", string(o.n.People[role].ID))), http.StatusSeeOther)
	}
	o.want(editor.Post(doc+"/people", form("person", "nobody")), http.StatusUnprocessableEntity, "Choose one of the answers")
	block := regexp.MustCompile(`/blocks/(\w+)`).FindAllStringSubmatch(page.Body, -1)[1][1]
	o.want(editor.Get(doc+"/blocks/"+block), http.StatusOK, "Offences are defined in various ways.")
	o.want(editor.Post(doc+"/blocks/"+block, form("version", "1", "kind", "para", "text", "Offences are defined in many ways.")), http.StatusSeeOther)
	o.want(editor.Post(doc+"/blocks/"+block, form("version", "1", "kind", "para", "text", "Mine.")), http.StatusConflict, "Mine.", "Offences are defined in many ways.")
	o.want(editor.Post(doc+"/issue", form("status", "for-comments")), http.StatusForbidden)
	o.want(s.As("publisher").Post(doc+"/issue", form("status", "for-comments")), http.StatusSeeOther)
	o.want(s.As("contributor-kenya").Get(doc), http.StatusNotFound)
	o.want(manager.Post(doc+"/rounds/new", form("secrecy", "blind")), http.StatusUnprocessableEntity, "Enter the last day")
	last := o.now.AddDate(0, 0, 10)
	a = manager.Post(doc+"/rounds/new", form(append(day("closes", last.Format("2006"), last.Format("1"), last.Format("2")), "secrecy", "blind", "note", "Be brief.")...))
	o.want(a, http.StatusSeeOther)
	round = a.To()
	o.want(manager.Post(round+"/invite", form("state", "XXX")), http.StatusUnprocessableEntity, "Choose one of the answers")
	for state, code := range map[string]string{"kenya": "KEN", "peru": "PER"} {
		v := form("state", code)
		for _, role := range []access.Role{"focal-point", "contributor", "clearing-officer"} {
			v.Add("people", string(o.n.People[as(role, state)].ID))
		}
		o.want(manager.Post(round+"/invite", v), http.StatusSeeOther)
	}
	o.want(manager.Get(round), http.StatusOK, "Kenya", "Peru", "Not yet submitted")
	list := s.As("contributor-kenya").Get("/d/docs")
	o.want(list, http.StatusOK, "Comments asked of you", "Kenya")
	tray = regexp.MustCompile(`/d/trays/\w+`).FindString(list.Body)
	read := s.As("contributor-kenya").Get(doc)
	o.want(read, http.StatusOK, "Comment on this")
	return doc, round, tray
}

// TestPages is a round by its pages: written, commented on, consolidated, cleared, submitted, disposed of, final.
func TestPages(t *testing.T) {
	each(t, func(o office) {
		s := o.site()
		doc, round, tray := walked(o, s)
		ana, focal, clears, editor := s.As("contributor-kenya"), s.As("focal-point-kenya"), s.As("clearing-officer-kenya"), s.As("editor")
		block := regexp.MustCompile(`/write\?block=(\w+)`).FindAllStringSubmatch(ana.Get(doc).Body, -1)[1][1]
		o.want(ana.Get(tray+"/write?block="+block), http.StatusOK, "Offences are defined in many ways.")
		o.want(ana.Post(tray+"/write", form("block", block, "type", "factual", "lang", "en", "visibility", "states", "body", "")), http.StatusUnprocessableEntity, "Write the comment")
		for _, body := range []string{"Say which ways.", "This one is merged."} {
			o.want(ana.Post(tray+"/write", form("block", block, "quote", "many ways", "type", "factual", "lang", "en", "visibility", "states", "body", body)), http.StatusSeeOther)
		}
		page := focal.Get(tray)
		o.want(page, http.StatusOK, "2 drafts wait", "Say which ways.")
		ids := regexp.MustCompile(tray+`/comments/(\w+)`).FindAllStringSubmatch(page.Body, -1)
		at := tray + "/comments/" + ids[0][1]
		o.want(focal.Get(at), http.StatusOK, "many ways", "Accept", "Merge")
		if text := ana.Get(at).Text(); strings.Contains(text, "Leave out") {
			t.Error("a contributor is offered to decide")
		}
		o.want(focal.Post(tray+"/comments/"+ids[1][1]+"/decide", form("what", "merge", "into", ids[0][1])), http.StatusSeeOther)
		o.want(focal.Post(at+"/decide", form("what", "accept")), http.StatusSeeOther)
		o.want(focal.Get(tray), http.StatusOK, "The clearing officer clears")
		o.want(clears.Post(tray+"/clear", form()), http.StatusSeeOther)
		o.want(focal.Post(tray+"/submit", form()), http.StatusSeeOther)
		for _, who := range []access.Role{"contributor-peru", "focal-point-peru"} {
			o.want(s.As(who).Get(tray), http.StatusNotFound)
			o.want(s.As(who).Get("/d/comments/"+ids[0][1]), http.StatusNotFound)
			for _, path := range []string{doc, doc + "/comments", round} {
				if text := s.As(who).Get(path).Text(); strings.Contains(text, "Say which ways") || strings.Contains(text, "1 comment on") || strings.Contains(text, "1 comment ") {
					t.Errorf("before the close %s sees a comment of Kenya's at %s: %s", who, path, text)
				}
			}
		}
		o.want(editor.Get(doc+"/comments"), http.StatusOK, "Say which ways.", "No disposition yet")
		*o.now = o.now.AddDate(0, 0, 12)
		o.want(s.As("manager").Post(round+"/close", form()), http.StatusSeeOther)
		o.want(s.As("focal-point-peru").Get(doc+"/comments"), http.StatusOK, "Say which ways.", "This one is merged.")
		o.want(s.As("manager").Post(round+"/finalise", form()), http.StatusConflict, "1 comment has no disposition yet")
		o.want(editor.Post(doc+"/revise", form()), http.StatusSeeOther)
		o.want(editor.Post(doc+"/blocks/"+block, form("version", "1", "kind", "para", "text", "Offences are defined in three ways.")), http.StatusSeeOther)
		o.want(editor.Get("/d/comments/"+ids[0][1]), http.StatusOK, "What is done about it?")
		o.want(editor.Post("/d/comments/"+ids[0][1], form("value", "accepted-with-modification", "version", "0")), http.StatusUnprocessableEntity, "Write the reason")
		o.want(editor.Post("/d/comments/"+ids[0][1], form("value", "accepted-with-modification", "reasoning", "Three are named now.", "block", block, "version", "0")), http.StatusSeeOther)
		o.want(editor.Get("/d/comments/"+ids[0][1]), http.StatusOK, "What was changed for it", "Three are named now.")
		o.want(s.As("manager").Post(round+"/finalise", form()), http.StatusSeeOther)
		o.want(focal.Get("/d/comments/"+ids[0][1]), http.StatusOK, "Accepted with modification", "Three are named now.")
		o.want(s.As("publisher").Post(doc+"/issue", form("status", "final")), http.StatusSeeOther)
		v := regexp.MustCompile(`/compare\?a=(\w+)&amp;b=(\w+)`).FindStringSubmatch(editor.Get(doc).Body)
		o.want(editor.Get(doc+"/compare?a="+v[1]+"&b="+v[2]), http.StatusOK, "Changed", "three", "many")
	})
}

// TestFiles: the document and the compilation as files in six languages, for those who may see them.
func TestFiles(t *testing.T) {
	o := open(t, "sqlite")
	s := o.site()
	doc, round, tray := walked(o, s)
	kenya := id.ID(tray[len("/d/trays/"):])
	_, blocks := o.blocks(id.ID(doc[len("/d/docs/"):]))
	arabic := comment(blocks[1].ID, "", "يُرجى التوضيح: \u200f203.0.113.7")
	arabic.Lang, arabic.Proposal = "ar", "ثلاث طرق"
	o.handIn("kenya", kenya, comment(blocks[1].ID, "many", "Say which ways."), arabic)
	for _, lang := range []string{"ar", "en", "es", "fr", "ru", "zh"} {
		for format, begins := range map[string]string{"pdf": "%PDF-", "docx": "PK", "html": "<!doctype html"} {
			for _, path := range []string{doc + "/file/document." + format, round + "/file/comments." + format} {
				a := s.As("editor").Get(path + "?in=" + lang)
				if a.Status != http.StatusOK || !strings.HasPrefix(strings.ToLower(a.Body[:min(len(a.Body), 20)]), strings.ToLower(begins)) {
					t.Errorf("%s in %s: %d, begins with %.20q", path, lang, a.Status, a.Body)
				}
			}
		}
		if a := s.As("editor").Get(round + "/file/comments.xlsx?in=" + lang); a.Status != http.StatusOK || !strings.HasPrefix(a.Body, "PK") {
			t.Errorf("the compilation as a sheet in %s: %d", lang, a.Status)
		}
	}
	o.want(s.As("editor").Get(doc+"/file/document.exe"), http.StatusNotFound)
	o.want(s.As("contributor").Get(doc+"/file/document.pdf"), http.StatusNotFound)
	if a := s.As("focal-point-peru").Get(round + "/file/comments.html?in=en"); strings.Contains(a.Body, "Say which ways") {
		t.Error("before the close another State reads a comment in the compilation")
	}
	if a := s.As("editor").Get(round + "/file/comments.html?in=en"); !strings.Contains(a.Body, "Say which ways") || !strings.Contains(a.Body, "Synthetic") {
		t.Errorf("the compilation for the secretariat: %.2000s", a.Body)
	}
	back := s.As("contributor-kenya").Upload(tray+"/form", form(), "file", "form.xlsx", []byte(s.As("contributor-kenya").Get(tray+"/form.xlsx?in=ar").Body))
	o.want(back, http.StatusSeeOther)
	o.want(s.As("contributor-kenya").Upload(tray+"/form", form(), "file", "form.xls", []byte("\xD0\xCF\x11\xE0")), http.StatusUnprocessableEntity, "old or an encrypted file")
	o.want(s.As("editor").Upload(round+"/enter", form("tray", string(kenya), "what", "letter"), "file", "letter.pdf", []byte("%PDF-1.7 (exercise)")), http.StatusSeeOther)
	o.want(s.As("focal-point-kenya").Get(tray), http.StatusOK, "letter.pdf", "form.xlsx")
}
