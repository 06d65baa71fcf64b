package study_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

func (h *house) site() *nodetest.Site {
	h.Helper()
	return h.Site(h.T, nodetest.Slice{Routes: h.Studies.Routes, Pages: study.Pages(), Words: study.Words()})
}

// want fails when the answer isn't of the status, lacks the words or weighs too much.
func want(t testing.TB, a nodetest.Answer, status int, words ...string) nodetest.Answer {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d (to %q): %s", a.Status, status, a.To(), a.Text())
	}
	for _, w := range words {
		if !strings.Contains(a.Text(), w) {
			t.Errorf("the page doesn't say %q: %s", w, a.Text())
		}
	}
	if strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") && len(a.Body) > 50_000 {
		t.Errorf("the page has %d bytes, at most 50,000 are allowed", len(a.Body))
	}
	return a
}

func day(name, date string) url.Values {
	p := strings.Split(date, "-")
	return url.Values{name + ":year": {p[0]}, name + ":month": {p[1]}, name + ":day": {p[2]}}
}

func with(all ...url.Values) url.Values {
	out := url.Values{}
	for _, v := range all {
		for k, x := range v {
			out[k] = x
		}
	}
	return out
}

// TestManagerLeadsAStudy goes from the proposal to the asking by forms alone, through what is typed wrongly.
func TestManagerLeadsAStudy(t *testing.T) {
	each(t, func(h *house) {
		s := h.site()
		m := s.As("manager")
		want(t, m.Get("/d/studies"), http.StatusOK, "No study is led here yet.", "Nobody has asked us to answer a study yet.")
		want(t, m.Get("/d/studies/new"), http.StatusOK, "Short name", "Title: français")
		form := url.Values{"code": {"Bakeries!"}, "title.en": {""}, "mandates": {"sixty-five"}, "office": {string(h.Office)}, "synthetic": {"yes"}}
		want(t, m.Post("/d/studies/new", form), http.StatusUnprocessableEntity, "Give a short name", "Give the study a title in English.", "is no symbol of a document")
		form = url.Values{"code": {"bakeries"}, "title.en": {"Bakeries"}, "title.ar": {"مخابز"}, "mandates": {"A/RES/65/230#9\nCCPCJ 22/7"}, "office": {string(h.Office)}, "synthetic": {"yes"}}
		made := want(t, m.Post("/d/studies/new", form), http.StatusSeeOther)
		at := strings.TrimSuffix(made.To(), "/topics")
		want(t, m.Get(at), http.StatusOK, "The study has no topics yet.", "invented", "A/RES/65/230#9")

		want(t, m.Post(at+"/topics", url.Values{"version": {"2"}, "topics": {"no colon"}, "method": {"x"}, "calendar": {"tomorrow we ask"}}), http.StatusUnprocessableEntity, "Line 1: write the topic", "Line 1: write the day", "no colon")
		plan := url.Values{"version": {"2"}, "topics": {"picture: The global picture\n- picture.threats: Threats"}, "method": {"# How\n\nEverybody is asked."}, "calendar": {"2026-12-01 Asking begins"}}
		want(t, m.Post(at+"/topics", plan), http.StatusSeeOther)
		want(t, m.Get(at+"/topics"), http.StatusOK, "The global picture", "Threats", "Everybody is asked.", "Asking begins")
		want(t, m.Post(at+"/topics", plan), http.StatusSeeOther) // the same form again changes nothing
		plan.Del("entry")
		want(t, m.Post(at+"/topics", plan), http.StatusConflict) // a stale page

		version := func() url.Values {
			return url.Values{"version": {regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(m.Get(at).Body)[1]}}
		}
		want(t, m.Post(at+"/step/designed", version()), http.StatusSeeOther)
		want(t, m.Post(at+"/step/adopted", with(version(), url.Values{"note": {""}})), http.StatusUnprocessableEntity, "Write which session decided what")
		want(t, m.Post(at+"/step/adopted", with(version(), url.Values{"note": {"Noted at an invented session (exercise)"}})), http.StatusSeeOther)
		want(t, m.Post(at+"/back", with(version(), url.Values{"reason": {""}})), http.StatusUnprocessableEntity, "Write the reason")
		want(t, m.Post(at+"/step/fielding", version()), http.StatusUnprocessableEntity, "No questionnaire is adopted yet.", "The study has no deadline yet.")

		b, err := form2(t).Canonical()
		h.ok(err)
		want(t, m.Upload(at+"/instruments", url.Values{"audience": {"state"}}, "file", "form.json", []byte("{}")), http.StatusUnprocessableEntity, "This is no questionnaire")
		want(t, m.Upload(at+"/instruments", url.Values{}, "file", "form.json", b), http.StatusUnprocessableEntity, "Choose whom the questionnaire is for.")
		want(t, m.Upload(at+"/instruments", url.Values{"audience": {"state"}}, "file", "form.json", b), http.StatusSeeOther)
		page := want(t, m.Get(at+"/instruments"), http.StatusOK, "Draft", "Texts are lacking")
		one := regexp.MustCompile(at + `/instruments/[0-9A-Z]{26}`).FindString(page.Body)
		want(t, m.Get(one+"?in=fr"), http.StatusOK, "How many ovens are connected?", "Without a translation")
		if got := m.Get(one + "/file"); got.Body != string(b) {
			t.Errorf("the file has %d bytes, want the %d of the questionnaire", len(got.Body), len(b))
		}
		want(t, m.Post(one+"/adopt", url.Values{}), http.StatusSeeOther)
		want(t, m.Post(one+"/waive", url.Values{"reason": {"Only English in this exercise."}}), http.StatusSeeOther)
		want(t, m.Get(at+"/instruments"), http.StatusOK, "Only English in this exercise.")

		want(t, m.Get(at+"/frame"), http.StatusOK, "Nobody is in the frame yet.")
		want(t, m.Post(at+"/frame/list", url.Values{"audience": {"private"}, "list": {"name,country\nA,XX"}}), http.StatusUnprocessableEntity, "Line 2", "XX", "A,XX")
		want(t, m.Post(at+"/frame/states", url.Values{}), http.StatusSeeOther)
		want(t, m.Get(at+"/frame"), http.StatusOK, "195")
		edit := with(day("deadline", h.clock().AddDate(0, 2, 0).Format("2006-01-02")), url.Values{"title.en": {"Bakeries"}, "version": {string([]byte(version()["version"][0]))}})
		want(t, m.Post(at+"/edit", edit), http.StatusSeeOther)
		want(t, m.Post(at+"/step/fielding", version()), http.StatusSeeOther)
		want(t, m.Get(at), http.StatusOK, "Being asked", "Africa", "54", "193", "Observer States, counted apart", "until then answers may come in")
		want(t, m.Get(at+"/respondents?region=002"), http.StatusOK, "54 respondents", "Kenya", "Not asked yet")
		want(t, m.Get(at+"/respondents"), http.StatusOK, "195 respondents", "Next page")
		want(t, m.Get("/d/studies"), http.StatusOK, "Bakeries", "Being asked")
		want(t, s.As("drafter").Get(at), http.StatusOK, "Bakeries")
		want(t, s.As("drafter").Get(at+"/respondents"), http.StatusForbidden)
	})
}

// TestTwoPeopleNominate enters a nomination from a note by one person and confirms it by another; the focal point invites
// a section editor, whose link can be used for 30 days.
func TestTwoPeopleNominate(t *testing.T) {
	each(t, func(h *house) {
		n := h.fielded(h.clock().AddDate(0, 1, 0))
		s := h.site()
		at, ken := "/d/studies/"+string(n), h.state(n, "KEN")
		m, e := s.As("manager"), s.As("editor")
		want(t, m.Lapsed().Get(at+"/invite"), http.StatusOK, "Afghanistan")
		want(t, m.Lapsed().Post(at+"/invite", url.Values{"respondent": {string(ken.ID)}, "way": {"note"}}), http.StatusForbidden, "Show that it is you once more")
		want(t, m.Post(at+"/invite", url.Values{"respondent": {string(ken.ID)}, "way": {"note"}}), http.StatusSeeOther)
		note := url.Values{
			"respondent": {string(ken.ID)}, "note": {"NV 12/2026 of 1 December (exercise)"},
			"focal-point.name": {"Wanjiku Mfano (exercise)"}, "focal-point.email": {"wanjiku@example.org"},
			"alternate.name": {"Otieno Mfano (exercise)"}, "alternate.email": {"wanjiku@example.org"},
		}
		want(t, e.Upload(at+"/nominations", note, "scan", "note.pdf", []byte("%PDF-1.7 exercise")), http.StatusUnprocessableEntity, "Two people need two addresses.")
		note.Set("alternate.email", "otieno@example.org")
		want(t, e.Upload(at+"/nominations", note, "scan", "note.exe", []byte("MZ")), http.StatusUnprocessableEntity, "has to be a PDF, JPEG or PNG")
		want(t, e.Upload(at+"/nominations", note, "scan", "note.pdf", []byte("%PDF-1.7 exercise")), http.StatusSeeOther)
		if got := h.seats(ken.ID); len(got) != 0 {
			t.Fatalf("before the second person: %+v, want nobody", got)
		}
		page := want(t, e.Get(at+"/nominations"), http.StatusOK, "Waits for a second person", "A second person has to confirm it.")
		mux, err := h.Mux(byRole{h}, nil)
		h.ok(err)
		whole := serve(t, mux)
		want(t, whole.get(t, "manager", "/"), http.StatusOK, "1 nomination waits for you as the second person")
		want(t, whole.get(t, "manager", at), http.StatusOK, "Submitted responses") // a page of another slice
		if strings.Contains(whole.get(t, "editor", "/").Text(), "waits for you as the second person") {
			t.Error("the first person is asked to be the second")
		}
		one := regexp.MustCompile(at + `/nominations/[0-9A-Z]{26}`).FindString(page.Body)
		want(t, e.Post(one, url.Values{"decision": {"confirm"}}), http.StatusForbidden, "A second person has to do this: you wrote it.")
		if got := m.Get(one + "/scan"); got.Body != "%PDF-1.7 exercise" {
			t.Errorf("the scan: %q", got.Body)
		}
		links := want(t, m.Post(one, url.Values{"decision": {"confirm"}}), http.StatusOK, "shown once", "wanjiku@example.org", "/invitation/")
		want(t, m.Post(one, url.Values{"decision": {"confirm"}}), http.StatusConflict, "settled already")
		seats := h.seats(ken.ID)
		if len(seats) != 2 || seats[0].Part != study.FocalPoint || h.state(n, "KEN").Status != study.Nominated {
			t.Fatalf("after the second person: %+v, %s", seats, h.state(n, "KEN").Status)
		}
		tokens := regexp.MustCompile(`/invitation/([^<\s]+)`).FindAllStringSubmatch(links.Body, -1)
		in, a, err := h.SignIn.Look(ctx, tokens[0][1])
		h.ok(err)
		if days := in.Expires.Sub(h.clock()).Hours() / 24; days < 29 || a.Login != "wanjiku@example.org" || len(a.Offices()) != 0 || !a.Guest() {
			t.Errorf("the link: %v days, for %s in %v; want 30 days for a guest", days, a.Login, a.Offices())
		}
		h.replaced(n, ken, s)
	})
}

// replaced has a later nomination replace the focal point: there is never a second one.
func (h *house) replaced(n id.ID, ken study.Respondent, s *nodetest.Site) {
	h.Helper()
	before := h.seats(ken.ID)
	next := study.Nomination{Study: n, Respondent: ken.ID, NoteRef: "NV 13 (exercise)", People: []study.Someone{{Name: "Achieng Mfano (exercise)", Email: "achieng@example.org", Part: study.FocalPoint}}}
	entry := h.Entry()
	h.ok(h.Studies.Nominate(ctx, h.As("editor"), next, nil, entry))
	_, err := h.Studies.Confirm(ctx, h.As("manager"), entry, h.Entry())
	h.ok(err)
	after := h.seats(ken.ID)
	if len(after) != 1 || after[0].Name != "Achieng Mfano (exercise)" {
		h.Errorf("after another nomination: %+v, want one focal point", after)
	}
	h.guest("former", before[0].Person)
	want(h.T, s.As("former").Get("/d/studies/"+string(n)), http.StatusForbidden)
	if p := h.person(before[0].Person); len(p.Grants) != 0 {
		h.Errorf("the former focal point still holds %+v", p.Grants)
	}
}

func (h *house) seats(respondent id.ID) (all []study.Seat) {
	h.Helper()
	h.read(func(tx *db.Tx) (err error) { all, err = study.Seats(ctx, tx, respondent); return err })
	return all
}

func (h *house) person(n id.ID) (p access.Person) {
	h.Helper()
	h.read(func(tx *db.Tx) error {
		a, err := access.Find(ctx, tx, n)
		p = a.Person
		return err
	})
	return p
}

// confirmed is a person who has shown a factor just now.
func (h *house) confirmed(n id.ID) access.Person {
	h.Helper()
	p := h.person(n)
	p.Confirmed = h.clock()
	return p
}

// guest lets a site's browser be the person with the id.
func (h *house) guest(name access.Role, n id.ID) { h.People[name] = h.person(n) }

// answering gives a State a focal point who is a guest of this node.
func (h *house) answering(n id.ID, iso3, email string) study.Respondent {
	h.Helper()
	r := h.state(n, iso3)
	entry := h.Entry()
	h.ok(h.Studies.Nominate(ctx, h.As("editor"), study.Nomination{
		Study: n, Respondent: r.ID, NoteRef: "NV (exercise)", People: []study.Someone{{Name: "Focal point of " + iso3 + " (exercise)", Email: email, Part: study.FocalPoint}},
	}, nil, entry))
	_, err := h.Studies.Confirm(ctx, h.As("manager"), entry, h.Entry())
	h.ok(err)
	return h.state(n, iso3)
}

// TestGuestSeesNothingElse: the people of a respondent see the study that they answer, and nothing else of the node.
func TestGuestSeesNothingElse(t *testing.T) {
	each(t, func(h *house) {
		n := h.fielded(h.clock().AddDate(0, 1, 0))
		ken, per := h.answering(n, "KEN", "ken@example.org"), h.answering(n, "PER", "per@example.org")
		other, err := h.Studies.Propose(ctx, h.As("manager"), study.Proposal{Code: "hidden", Title: map[languageTag]string{"en": "Hidden harvest"}, Office: h.Office}, h.Entry())
		h.ok(err)
		h.guest("guest-ken", h.seats(ken.ID)[0].Person)
		draft := h.Entry() // a questionnaire that isn't asked yet is not for guests
		h.ok(h.Studies.AddForm(ctx, h.As("manager"), n, study.States, form(t, "2.0.0", true), draft))
		m, err := h.Mux(byRole{h}, nil)
		h.ok(err)
		whole := serve(t, m)
		ask := func(path string) nodetest.Answer { return whole.get(t, "guest-ken", path) }
		at := "/d/studies/" + string(n)
		want(t, ask("/d/studies"), http.StatusOK, "Ransomware in bakeries")
		want(t, ask(at), http.StatusOK, "Kenya", "Who helps to answer")
		want(t, ask("/"), http.StatusOK, "Answer the study “Ransomware in bakeries (exercise)”")
		for _, path := range []string{
			"/d/studies/" + string(other), at + "/respondents", at + "/respondents/" + string(ken.ID), at + "/frame", at + "/nominations", at + "/reminders", at + "/late", at + "/invite",
			"/d/respondents/" + string(per.ID) + "/people", "/peers", "/people", "/ledger", "/requests", "/cases", "/inbox", "/offices", "/d/studies/new",
		} {
			a := ask(path)
			if a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
				t.Errorf("%s: %d to a guest, want 403 or 404", path, a.Status)
			}
			if strings.Contains(a.Body, "Hidden harvest") || strings.Contains(a.Body, "per@example.org") {
				t.Errorf("%s shows what isn't the guest's", path)
			}
		}
		want(t, ask("/d/studies/"+string(other)), http.StatusNotFound)
		want(t, ask(at+"/instruments/"+string(draft)), http.StatusNotFound)
		want(t, ask(at+"/instruments/"+string(draft)+"/file"), http.StatusNotFound)
		if text := want(t, ask(at+"/instruments"), http.StatusOK, "version 1.0.0").Text(); strings.Contains(text, "2.0.0") {
			t.Error("a guest sees a questionnaire that isn't asked yet")
		}
		want(t, ask("/d/respondents/"+string(per.ID)+"/people"), http.StatusNotFound)
		if body := ask("/d/studies").Body; strings.Contains(body, "Hidden harvest") || strings.Contains(body, "/peers") || strings.Contains(body, "/ledger") {
			t.Error("the board shows a guest more than the study they answer")
		}
	})
}

// TestFocalPointInvitesHelp: section editors are invited and removed without the secretariat.
func TestFocalPointInvitesHelp(t *testing.T) {
	each(t, func(h *house) {
		n := h.fielded(h.clock().AddDate(0, 1, 0))
		ken := h.answering(n, "KEN", "ken@example.org")
		h.guest("guest-ken", h.seats(ken.ID)[0].Person)
		s := h.site()
		at := "/d/respondents/" + string(ken.ID) + "/people"
		f := s.As("guest-ken")
		want(t, f.Get(at), http.StatusOK, "Focal point of KEN", "Police")
		want(t, s.As("manager").Get(at), http.StatusForbidden)
		want(t, f.Post(at, url.Values{"name": {"x"}, "email": {"no"}}), http.StatusUnprocessableEntity, "Choose what the person does.", "Write an e-mail address")
		help := url.Values{"name": {"Inspector Mfano (exercise)"}, "email": {"inspector@example.org"}, "part": {"contributor"}, "sections": {"police"}}
		first := want(t, f.Post(at, help), http.StatusOK, "/invitation/")
		help.Del("entry")
		second := want(t, f.Post(at, help), http.StatusOK, "/invitation/")
		token := func(a nodetest.Answer) string {
			return regexp.MustCompile(`/invitation/([^<\s]+)`).FindStringSubmatch(a.Body)[1]
		}
		if _, _, err := h.SignIn.Look(ctx, token(first)); err == nil {
			t.Error("the first link still opens after it was renewed")
		}
		in, _, err := h.SignIn.Look(ctx, token(second))
		h.ok(err)
		if in.Purpose != signin.ToJoin {
			t.Errorf("the link is to %s, want to join", in.Purpose)
		}
		seats := h.seats(ken.ID)
		if len(seats) != 2 || seats[1].Part != study.Contributor || len(seats[1].Sections) != 1 {
			t.Fatalf("seats %+v, want the focal point and an editor of the police section", seats)
		}
		// Somebody of another State has a link that they haven't used yet: nobody else gets a new one to their account.
		per := h.answering(n, "PER", "per@example.org")
		taken := f.Post(at, url.Values{"name": {"Whoever (exercise)"}, "email": {"per@example.org"}, "part": {"contributor"}})
		if taken.Status != http.StatusSeeOther || strings.Contains(taken.Body, "/invitation/") {
			t.Errorf("another State's account: %d, %s; want no link", taken.Status, taken.Text())
		}
		h.ok(h.Studies.EndSeat(ctx, h.confirmed(seats[0].Person), ken.ID, h.seats(ken.ID)[2].ID, h.Entry()))
		if got := h.seats(per.ID); len(got) != 1 {
			t.Errorf("Peru is answered for by %+v, want its focal point still", got)
		}
		h.guest("inspector", seats[1].Person)
		want(t, s.As("inspector").Get("/d/studies/"+string(n)), http.StatusOK, "Kenya")
		want(t, s.As("inspector").Get(at), http.StatusForbidden)
		want(t, f.Post(at+"/end", url.Values{"seat": {string(seats[0].ID)}}), http.StatusConflict, "A new nomination replaces")
		want(t, f.Post(at+"/end", url.Values{"seat": {string(seats[1].ID)}}), http.StatusSeeOther)
		h.guest("inspector", seats[1].Person)
		want(t, s.As("inspector").Get("/d/studies/"+string(n)), http.StatusForbidden) // the role went with the last part
	})
}

// TestLateList lets one State answer after the deadline and nobody else.
func TestLateList(t *testing.T) {
	each(t, func(h *house) {
		due := h.clock().AddDate(0, 0, 2)
		n := h.fielded(due)
		s := h.site()
		m, at := s.As("manager"), "/d/studies/"+string(n)
		ken, per := h.state(n, "KEN"), h.state(n, "PER")
		for _, r := range []study.Respondent{ken, per} {
			want(t, m.Post(at+"/invite", url.Values{"respondent": {string(r.ID)}, "way": {"note"}}), http.StatusSeeOther)
		}
		late := func(date string) url.Values {
			return with(day("until", date), url.Values{"respondent": {string(ken.ID)}, "reason": {"Elections (exercise)"}})
		}
		want(t, m.Post(at+"/late", late(h.clock().Format("2006-01-02"))), http.StatusUnprocessableEntity, "after the deadline")
		want(t, m.Post(at+"/late", late(due.AddDate(0, 0, 10).Format("2006-01-02"))), http.StatusSeeOther)
		want(t, m.Get(at+"/late"), http.StatusOK, "Kenya", "Elections (exercise)")
		h.wait(5 * 24 * hour)
		h.ok(h.move(n, study.Closed, ""))
		ken, per = h.state(n, "KEN"), h.state(n, "PER")
		if ken.Status != study.Invited || per.Status != study.NoReply {
			t.Errorf("after the close: Kenya %s, Peru %s; want invited and no-reply", ken.Status, per.Status)
		}
		st := h.find(n)
		if !study.MayAnswer(st, ken, h.clock()) || study.MayAnswer(st, per, h.clock()) {
			t.Error("after the deadline Kenya may answer and Peru may not")
		}
		if study.MayAnswer(st, ken, h.clock().AddDate(0, 0, 20)) {
			t.Error("after the later day nobody may answer")
		}
	})
}

// TestRemindersSayNothingOfAnswers makes reminders as files, in the respondent's language.
func TestRemindersSayNothingOfAnswers(t *testing.T) {
	each(t, func(h *house) {
		n := h.fielded(h.clock().AddDate(0, 1, 0))
		fra := h.answering(n, "FRA", "fra@example.org")
		s := h.site()
		m, at := s.As("manager"), "/d/studies/"+string(n)
		want(t, m.Post(at+"/respondents/"+string(fra.ID), url.Values{"lang": {"fr"}, "public": {"no"}}), http.StatusSeeOther)
		want(t, m.Get(at+"/reminders"), http.StatusOK, "France", "Rançongiciels dans les boulangeries", "No reminder was made yet.")
		want(t, m.Post(at+"/reminders", url.Values{}), http.StatusUnprocessableEntity, "Choose between 1 and 300 respondents.")
		want(t, m.Post(at+"/reminders", url.Values{"respondent": {string(fra.ID)}}), http.StatusSeeOther)
		page := want(t, m.Get(at+"/reminders"), http.StatusOK, "France", ".eml")
		mail := m.Get(regexp.MustCompile(at + `/reminders/[0-9A-Z]{26}/eml`).FindString(page.Body))
		if mail.Status != http.StatusOK || !strings.Contains(mail.Body, "To: fra@example.org\r\n") || !strings.Contains(mail.Body, "=?utf-8?q?Rappel") {
			t.Errorf("the mail: %d %s", mail.Status, mail.Body)
		}
		if strings.Contains(mail.Body, "ovens") {
			t.Error("the reminder speaks of a question")
		}
	})
}
