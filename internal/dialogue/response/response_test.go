package response_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// filled has the five agencies' files taken in in an order, and every section said to be finished.
func (h *house) filled(r study.Respondent, focal access.Person, order []string) {
	h.Helper()
	for _, s := range order {
		saved, err := h.Responses.Import(ctx, focal, r.ID, agency(s), h.Entry())
		h.ok(err)
		if saved.Taken != 3 || len(saved.Clashed) > 0 {
			h.Errorf("file of %s: %+v", s, saved)
		}
	}
	for _, s := range sections {
		h.ok(h.Responses.Ready(ctx, focal, r.ID, s, true, h.Entry()))
	}
}

// submitted clears and submits, and returns what the secretariat has.
func (h *house) submitted(n id.ID, r study.Respondent, focal access.Person) response.Submission {
	h.Helper()
	h.ok(h.Responses.Offer(ctx, focal, r.ID, h.Entry()))
	h.ok(h.Responses.Clear(ctx, focal, r.ID, response.Statistical, h.Entry()))
	h.ok(h.Responses.Submit(ctx, focal, r.ID, h.Entry()))
	var all []response.Submission
	h.read(func(tx *db.Tx) (err error) { all, err = h.Responses.Submitted(ctx, tx, n); return err })
	if len(all) != 1 {
		h.Fatalf("%d submissions, want 1", len(all))
	}
	return all[0]
}

// TestB1: five agencies' section files merged in any order give the same response, to its hash.
func TestB1(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		focal, _ := h.answering(n, r)
		other := h.state(n, "PRT")
		h.filled(r, focal, sections)
		first := h.record(r.ID)
		back := slices.Clone(sections)
		slices.Reverse(back)
		second, _ := h.nominated(n, other)
		h.filled(other, second, back)
		if got := h.record(other.ID); string(got.Answers) != string(first.Answers) || fmt.Sprint(got.Marks) != fmt.Sprint(first.Marks) {
			h.Errorf("in another order: %s %v, want %s %v", got.Answers, got.Marks, first.Answers, first.Marks)
		}
		// The same file again changes nothing.
		saved, err := h.Responses.Import(ctx, focal, r.ID, agency("police"), h.Entry())
		h.ok(err)
		if saved.Taken != 0 || len(saved.Clashed) != 0 {
			h.Errorf("the same file again: %+v", saved)
		}
	})
}

// nominated gives another respondent a focal point of its own.
func (h *house) nominated(n id.ID, r study.Respondent) (access.Person, study.Respondent) {
	h.Helper()
	entry := h.Entry()
	h.ok(h.Studies.Nominate(ctx, h.As("editor"), study.Nomination{
		Study: n, Respondent: r.ID, NoteRef: "NV 2 (exercise)", People: []study.Someone{{Name: "Other focal point (exercise)", Email: "other@example.org", Part: study.FocalPoint}},
	}, nil, entry))
	_, err := h.Studies.Confirm(ctx, h.As("manager"), entry, h.Entry())
	h.ok(err)
	return h.seated(r.ID, "other@example.org"), r
}

// record is what would leave now.
func (h *house) record(n id.ID) (r response.Record) {
	h.Helper()
	h.read(func(tx *db.Tx) (err error) { r, err = h.Responses.RecordOf(ctx, tx, n); return err })
	return r
}

// TestB2: a section file can't touch another section, neither by what it holds nor by who bears it.
func TestB2(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		focal, editors := h.answering(n, r)
		tampered := agency("police")
		tampered.Answers["justice_ovens"] = response.Answer{Value: "99"}
		_, err := h.Responses.Import(ctx, focal, r.ID, tampered, h.Entry())
		h.refused("a file with another section's answer", err, errs.Invalid)
		if f := errs.Fields(err); len(f) != 1 || f[0].Path != "justice_ovens" {
			h.Errorf("what is refused is not named: %v", f)
		}
		_, err = h.Responses.Import(ctx, editors["justice"], r.ID, agency("police"), h.Entry())
		h.refused("a file brought by another section's editor", err, errs.Invalid)
		h.ok(h.Responses.Begin(ctx, focal, r.ID, h.Entry()))
		_, err = h.Responses.Save(ctx, editors["justice"], r.ID, "police", response.Posted{Values: url.Values{"police_ovens": {"3"}}}, h.Entry())
		h.refused("a page of another section", err, errs.Forbidden)
		if got := h.record(r.ID); strings.Contains(string(got.Answers), "ovens") {
			h.Errorf("something was taken: %s", got.Answers)
		}
	})
}

// TestB3: two people answer one question: both answers are kept, and the focal point decides.
func TestB3(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		focal, editors := h.answering(n, r)
		h.ok(h.Responses.Begin(ctx, focal, r.ID, h.Entry()))
		post := func(who access.Person, value string, seen int64) response.Saved {
			h.Helper()
			saved, err := h.Responses.Save(ctx, who, r.ID, "police", response.Posted{Values: url.Values{"police_ovens": {value}}, Seen: seen}, h.Entry())
			h.ok(err)
			return saved
		}
		post(editors["police"], "3", 0)
		if saved := post(focal, "4", 0); len(saved.Clashed) != 1 {
			h.Fatalf("the second answer: %+v, want a clash", saved)
		}
		if got := h.record(r.ID); !strings.Contains(string(got.Answers), `"police_ovens":"3"`) {
			h.Errorf("the first answer was overwritten: %s", got.Answers)
		}
		h.People["focal-point"] = focal
		s := h.site()
		page := s.As("focal-point").Get("/d/fill/" + string(r.ID) + "/conflicts")
		want(h.T, page, http.StatusOK, "Editor of police (exercise)", "How many ovens has police?")
		k := between(page.Body, `name="conflict" value="`, `"`)
		h.refused("an editor decides", h.Responses.Settle(ctx, editors["police"], r.ID, id.ID(k), true, h.Entry()), errs.Forbidden)
		h.ok(h.Responses.Settle(ctx, focal, r.ID, id.ID(k), true, h.Entry()))
		if got := h.record(r.ID); !strings.Contains(string(got.Answers), `"police_ovens":"4"`) {
			h.Errorf("what was decided does not stand: %s", got.Answers)
		}
	})
}

// TestB4: only the active focal point, alternate or clearing officer clears; what they signed is checked without the node,
// by openssl too, and any changed byte is found.
func TestB4(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		focal, editors := h.answering(n, r)
		h.filled(r, focal, sections)
		h.ok(h.Responses.Offer(ctx, focal, r.ID, h.Entry()))
		h.refused("an editor clears", h.Responses.Clear(ctx, editors["police"], r.ID, response.Full, h.Entry()), errs.Forbidden)
		h.refused("the secretariat clears", h.Responses.Clear(ctx, h.As("manager"), r.ID, response.Full, h.Entry()), errs.NotFound)
		// A new nomination replaces the focal point: the earlier one is out.
		second, _ := h.nominated(n, r)
		h.refused("a focal point who was replaced clears", h.Responses.Clear(ctx, focal, r.ID, response.Full, h.Entry()), errs.NotFound)
		h.ok(h.Responses.Clear(ctx, second, r.ID, response.Statistical, h.Entry()))
		h.ok(h.Responses.Submit(ctx, second, r.ID, h.Entry()))
		var all []response.Submission
		h.read(func(tx *db.Tx) (err error) { all, err = h.Responses.Submitted(ctx, tx, n); return err })
		x := all[0]
		got, err := response.CheckSigned(x.Record, x.Signature)
		h.ok(err)
		if got.Hash != x.Hash || got.Record.Respondent.State != "KEN" {
			h.Errorf("checked: %+v", got)
		}
		openssl(h.T, x, envelope.CertPEM(got.Signer.Cert), true)
		for i := 0; i < len(x.Record); i += 37 {
			flipped := bytes.Clone(x.Record)
			flipped[i] ^= 1
			if _, err := response.CheckSigned(flipped, x.Signature); err == nil {
				h.Fatalf("byte %d changed, and nobody notices", i)
			}
		}
		x.Record = append(bytes.Clone(x.Record), ' ')
		openssl(h.T, x, envelope.CertPEM(got.Signer.Cert), false)
	})
}

// openssl checks the signature with a program that isn't ours.
func openssl(t *testing.T, x response.Submission, cert string, good bool) {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("COMITY_TEST_TOOLS") != "" {
			t.Fatal(err)
		}
		t.Skip("openssl is not here")
	}
	dir := t.TempDir()
	for name, b := range map[string][]byte{"response.json": x.Record, "response.p7s": x.Signature, "signer.pem": []byte(cert)} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(program, "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "response.p7s", "-content", "response.json", "-CAfile", "signer.pem",
		"-purpose", "any", "-out", "/dev/null")
	c.Dir = dir
	out, err := c.CombinedOutput()
	if (err == nil) != good {
		t.Errorf("openssl: %v, want good %v\n%s", err, good, out)
	}
}

// TestB5: changing the language six times creates no answer and no entry in the ledger.
func TestB5(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		focal, _ := h.answering(n, r)
		h.ok(h.Responses.Begin(ctx, focal, r.ID, h.Entry()))
		h.People["focal-point"] = focal
		reader := h.site().As("focal-point")
		before := h.entries()
		for _, lang := range []string{"ar", "zh", "en", "fr", "ru", "es"} {
			at := "/d/fill/" + string(r.ID) + "/part/police"
			want(h.T, reader.Get(at+"?lang="+lang), http.StatusSeeOther) // remembered by the browser
			page := reader.Get(at)
			label := "How many ovens has police?"
			if lang != "en" {
				label = lang + " " + label
			}
			want(h.T, page, http.StatusOK, label)
			if len(page.Body) > 30_000 {
				h.Errorf("the page in %s has %d bytes", lang, len(page.Body))
			}
			for _, foreign := range []string{"http://", "https://", "//cdn"} {
				if strings.Contains(page.Body, `src="`+foreign) || strings.Contains(page.Body, `href="`+foreign) {
					h.Errorf("the page in %s asks something of another host", lang)
				}
			}
		}
		if after := h.entries(); after != before {
			h.Errorf("%d entries after the language was changed six times", after-before)
		}
		if got := h.record(r.ID); strings.Contains(string(got.Answers), "police") {
			h.Errorf("answers: %s", got.Answers)
		}
	})
}

// TestB7: a newer questionnaire takes the place of the one that was begun: answers go over, what has no place is listed.
func TestB7(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		focal, _ := h.answering(n, r)
		h.ok(h.Responses.Begin(ctx, focal, r.ID, h.Entry()))
		_, err := h.Responses.Save(ctx, focal, r.ID, "police", response.Posted{Values: url.Values{"police_ovens": {"3"}, "police_law": {"yes"}}, Lang: "en"}, h.Entry())
		h.ok(err)
		h.adopt(n, form2(h.T))
		h.ok(h.Responses.Begin(ctx, focal, r.ID, h.Entry()))
		if got := h.record(r.ID); !strings.Contains(string(got.Answers), `"police_law":"yes"`) || strings.Contains(string(got.Answers), "police_ovens") {
			h.Errorf("carried over: %s", got.Answers)
		}
		h.People["focal-point"] = focal
		want(h.T, h.site().As("focal-point").Get("/d/fill/"+string(r.ID)), http.StatusOK, "Answers that the newer questionnaire doesn’t ask for in the same way", "police_ovens", "3")
	})
}

// TestTwoNodes: a State answers on its own node: the questionnaire came and the answer goes as envelopes; a query comes
// back, the correction is the next revision; the same submission has one effect; a withdrawal travels.
func TestTwoNodes(t *testing.T) {
	at, ke := newHouse(t, "sqlite", "AT"), newHouse(t, "sqlite", "KE")
	nodetest.Meet(t, at.Node, ke.Node)
	n, ken := at.fielded()
	at.ok(at.Studies.Invite(ctx, at.As("manager"), n, ken.ID, study.ByNode, at.Entry()))
	nodetest.Eventually(t, "the invitation is there", func() bool { return ke.state(n, "KEN").ID != "" })
	people := []study.Someone{{Name: "focal-point (exercise)", Email: "focal-point@example.org", Part: study.FocalPoint, Colleague: ke.People["focal-point"].ID}}
	ke.ok(ke.Studies.Name(ctx, ke.As("head"), n, ken.ID, people, "MoJ 7 (exercise)", ke.Entry()))
	focal := ke.As("focal-point")
	secret := agency("police")
	secret.Answers["police_ovens"] = response.Answer{Value: "12345", Mark: response.Mark{Confidential: response.Secret}}
	_, err := ke.Responses.Import(ctx, focal, ken.ID, secret, ke.Entry())
	ke.ok(err)
	ke.filled(ken, focal, sections[1:])
	ke.ok(ke.Responses.Offer(ctx, focal, ken.ID, ke.Entry()))
	ke.ok(ke.Responses.Clear(ctx, focal, ken.ID, response.Statistical, ke.Entry()))
	ke.ok(ke.Responses.Submit(ctx, focal, ken.ID, ke.Entry()))
	at.arrived(n, 1)
	x := at.all(n)[0]
	if bytes.Contains(x.Record, []byte("12345")) || !slices.Contains(x.Secrets, "police_ovens") {
		t.Errorf("a secret answer stands open in the record: %s", x.Record)
	}
	at.refused("a query without words", at.Responses.Ask(ctx, at.As("manager"), x.ID, []response.Query{{Path: "police_law"}}, at.Entry()), errs.Invalid)
	at.ok(at.Responses.Ask(ctx, at.As("manager"), x.ID, []response.Query{{Path: "police_law", Text: "Which law? (exercise)"}}, at.Entry()))
	ke.People["focal-point"] = focal
	s := ke.site()
	nodetest.Eventually(t, "the query is there", func() bool {
		return strings.Contains(s.As("focal-point").Get("/d/fill/"+string(ken.ID)).Text(), "Which law? (exercise)")
	})
	ke.ok(ke.Responses.Correct(ctx, ke.As("focal-point"), ken.ID, "The law is named (exercise)", ke.Entry()))
	_, err = ke.Responses.Save(ctx, focal, ken.ID, "police", response.Posted{Values: url.Values{"police_why": {"The Bakery Act (exercise)"}}, Seen: 5, Lang: "en"}, ke.Entry())
	ke.ok(err)
	ke.ok(ke.Responses.Ready(ctx, focal, ken.ID, "police", true, ke.Entry()))
	ke.ok(ke.Responses.Offer(ctx, ke.As("focal-point"), ken.ID, ke.Entry()))
	ke.ok(ke.Responses.Clear(ctx, ke.As("focal-point"), ken.ID, response.Full, ke.Entry()))
	ke.ok(ke.Responses.Submit(ctx, ke.As("focal-point"), ken.ID, ke.Entry()))
	at.arrived(n, 2)
	again := at.all(n)
	if len(again) != 1 || again[0].Revision != 2 {
		t.Fatalf("after the correction: %+v", again)
	}
	at.ok(at.Responses.Validate(ctx, at.As("manager"), again[0].ID, at.Entry()))
	at.refused("validated twice", at.Responses.Validate(ctx, at.As("manager"), again[0].ID, at.Entry()), errs.Conflict)
	ke.ok(ke.Responses.Withdraw(ctx, ke.As("focal-point"), ken.ID, "A ministry asked for it (exercise)", ke.Entry()))
	nodetest.Eventually(t, "the withdrawal is there", func() bool { return len(at.all(n)) == 0 })
}

// TestARefusalIsTold: what the secretariat's node refused is said on the State's page with the reason; the response is opened
// again as the same revision, and is taken once the day is a later one.
func TestARefusalIsTold(t *testing.T) {
	at, ke := newHouse(t, "sqlite", "AT"), newHouse(t, "sqlite", "KE")
	nodetest.Meet(t, at.Node, ke.Node)
	n, ken := at.fielded()
	at.ok(at.Studies.Invite(ctx, at.As("manager"), n, ken.ID, study.ByNode, at.Entry()))
	nodetest.Eventually(t, "the invitation is there", func() bool { return ke.state(n, "KEN").ID != "" })
	people := []study.Someone{{Name: "focal-point (exercise)", Email: "focal-point@example.org", Part: study.FocalPoint, Colleague: ke.People["focal-point"].ID}}
	ke.ok(ke.Studies.Name(ctx, ke.As("head"), n, ken.ID, people, "MoJ 7 (exercise)", ke.Entry()))
	focal := ke.As("focal-point")
	ke.filled(ken, focal, sections)
	until := func(day time.Time) {
		t.Helper()
		to := at.find(n)
		to.Deadline = day
		at.ok(at.Studies.Edit(ctx, at.As("manager"), n, to, at.Entry()))
	}
	submit := func() {
		t.Helper()
		who := ke.As("focal-point")
		ke.ok(ke.Responses.Offer(ctx, who, ken.ID, ke.Entry()))
		ke.ok(ke.Responses.Clear(ctx, who, ken.ID, response.Statistical, ke.Entry()))
		ke.ok(ke.Responses.Submit(ctx, who, ken.ID, ke.Entry()))
	}
	until(at.clock().Add(-time.Hour)) // the State's node doesn't know of it
	submit()
	v := ke.site().As("focal-point")
	page := "/d/fill/" + string(ken.ID)
	nodetest.Eventually(t, "the refusal is told", func() bool {
		return strings.Contains(v.Get(page).Text(), "the time for answers was over there")
	})
	want(t, v.Get(page), http.StatusOK, "Refused by the secretariat’s node")
	if text := v.Get(page).Text(); strings.Contains(text, "The secretariat has it.") {
		t.Errorf("the page says that the secretariat has what it refused: %s", text)
	}
	ke.ok(ke.Responses.Correct(ctx, ke.As("focal-point"), ken.ID, "A later day was granted (exercise)", ke.Entry()))
	until(at.clock().AddDate(0, 1, 0))
	for _, s := range sections {
		ke.ok(ke.Responses.Ready(ctx, ke.As("focal-point"), ken.ID, s, true, ke.Entry()))
	}
	submit()
	at.arrived(n, 1)
	nodetest.Eventually(t, "the refusal is over", func() bool { return strings.Contains(v.Get(page).Text(), "The secretariat has it.") })
}

func (h *house) all(n id.ID) (all []response.Submission) {
	h.Helper()
	h.read(func(tx *db.Tx) (err error) { all, err = h.Responses.Submitted(ctx, tx, n); return err })
	return all
}

func (h *house) arrived(n id.ID, revision int) {
	h.Helper()
	nodetest.Eventually(h.T, fmt.Sprintf("revision %d is at the secretariat", revision), func() bool {
		all := h.all(n)
		return len(all) == 1 && all[0].Revision == revision
	})
}

// TestBlankIsNotMissing: a required question is answered by an answer, or by saying that it isn't known; blank is neither.
func TestBlankIsNotMissing(t *testing.T) {
	each(t, func(h *house) {
		n, r := h.fielded()
		focal, _ := h.answering(n, r)
		h.ok(h.Responses.Begin(ctx, focal, r.ID, h.Entry()))
		h.refused("a blank section", h.Responses.Ready(ctx, focal, r.ID, "police", true, h.Entry()), errs.Invalid)
		_, err := h.Responses.Save(ctx, focal, r.ID, "police", response.Posted{Values: url.Values{"police_law": {"no"}}, Marks: map[string]response.Mark{"police_ovens": {Missing: response.NotKnown}}}, h.Entry())
		h.ok(err)
		h.ok(h.Responses.Ready(ctx, focal, r.ID, "police", true, h.Entry()))
		h.refused("offered with sections that nobody finished", h.Responses.Offer(ctx, focal, r.ID, h.Entry()), errs.Conflict)
		got := h.record(r.ID)
		if m := got.Marks["police_ovens"]; m.Missing != response.NotKnown {
			h.Errorf("marks %v", got.Marks)
		}
		var doc map[string]any
		h.ok(json.Unmarshal(got.Answers, &doc))
		if _, there := doc["police_ovens"]; there {
			h.Errorf("an answer that isn't known has a value: %v", doc)
		}
	})
}
