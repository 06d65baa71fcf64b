package learning_test

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/learning"
	"comity/internal/cooperation/record"
	"comity/internal/engine/access"
	"comity/internal/engine/document/sign"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// graduates closes a cohort of three: the first, of a bank, has 30 of 36 points, the second 12, the third no test after.
func graduates(s *school) (bank access.Person, places []id.ID) {
	s.t.Helper()
	links, err := s.Learning.Enrol(ctx, s.trainer(), s.cohort, []learning.Learner{
		{Name: "Learner of a bank (exercise)", Email: "bank@example.org", Role: "private", State: "XC", Organisation: "Bank of C (exercise)", Lang: "ar"},
	}, s.Entry())
	s.must(err)
	s.enrol(2)
	var all []learning.Enrolment
	s.look(func(tx *db.Tx) error {
		a, err := access.Find(ctx, tx, links[0].Person)
		bank, s.People["bank"] = a.Person, a.Person
		if err != nil {
			return err
		}
		all, err = learning.Enrolments(ctx, tx, s.cohort)
		return err
	})
	got := map[id.ID]int{}
	places = make([]id.ID, 3)
	for _, e := range all {
		switch e.Person {
		case bank.ID:
			places[0], got[e.ID] = e.ID, 30
		case s.People["learner0@example.org"].ID:
			places[1], got[e.ID] = e.ID, 12
		default:
			places[2] = e.ID
		}
	}
	s.turn(learning.Post)
	for e, n := range got {
		s.marked(e, learning.Post, n)
	}
	return bank, places
}

// L10, L12: a learner of a company gets the certificate that everybody gets, in each of six languages; it verifies at /verify
// and with pdfsig, until it is revoked. Who didn't pass is told why there is none.
func TestL10Certificate(t *testing.T) {
	each(t, func(t *testing.T, s *school) {
		bank, places := graduates(s)
		_, err := s.Learning.Issue(ctx, s.trainer(), s.cohort, "", s.Entry())
		s.fails(err, "Close the cohort first")
		s.must(s.Learning.Close(ctx, s.trainer(), s.cohort, s.Entry()))
		_, err = s.Learning.Issue(ctx, s.trainer(), s.cohort, places[1], s.Entry())
		s.fails(err, "12 of 36 points: the course asks for")
		_, err = s.Learning.Issue(ctx, s.trainer(), s.cohort, places[2], s.Entry())
		s.fails(err, "There is no test after the course that counts")
		n, err := s.Learning.Issue(ctx, s.trainer(), s.cohort, "", s.Entry())
		s.must(err)
		if n != 1 {
			t.Fatalf("%d certificates, want one", n)
		}
		_, err = s.Learning.Issue(ctx, s.trainer(), s.cohort, "", s.Entry())
		s.fails(err, "Nobody has passed who has no certificate yet.")
		var x learning.Certificate
		s.look(func(tx *db.Tx) error {
			list, err := learning.Certificates(ctx, tx, s.cohort)
			x = list[0]
			return err
		})
		if _, err := s.Learning.Document(ctx, s.People["learner0@example.org"], "certificate.take", x.ID, "en"); err == nil {
			t.Error("another learner takes the certificate away")
		}
		page := s.wholeSite(t)
		verify := func(file []byte) string {
			return page.As("").Upload("/verify", url.Values{}, "file", "certificate.pdf", file).Text()
		}
		var last []byte
		for _, tag := range language.Official() {
			b, err := s.Learning.Document(ctx, bank, "certificate.take", x.ID, tag)
			s.must(err)
			data, err := sign.Enclosed(b, learning.CertificateFile, 1<<20)
			s.must(err)
			if string(data) != x.Content {
				t.Errorf("%s holds the data %s", tag, data)
			}
			if got := verify(b); !strings.Contains(got, "This node has issued the certificate, and it still stands.") || strings.Contains(got, "Does not hold") {
				t.Errorf("/verify says of the certificate in %s: %s", tag, got)
			}
			pdfsig(t, b)
			last = b
		}
		altered := []byte(strings.Replace(string(last), "/Producer", "/Prodocer", 1))
		if got := verify(altered); strings.Contains(got, "Genuine") {
			t.Errorf("/verify says of an altered certificate: %s", got)
		}
		if a := page.As("bank").Get("/learn/certificates/" + string(x.ID) + "?in=fr"); !strings.HasPrefix(a.Body, "%PDF-") {
			t.Errorf("the learner gets %d %s", a.Status, a.Text())
		}
		s.fails(s.Learning.Revoke(ctx, s.trainer(), x.ID, " ", s.Entry()), "Write the reason")
		if a := page.As("trainer").Post("/capacity/certificates/"+string(x.ID), url.Values{"entry": {string(s.Entry())}}); a.Status != 422 || !strings.Contains(a.Text(), "Write the reason") || !strings.Contains(a.Text(), "Learner of a bank") {
			t.Errorf("revoking without a reason: %d %s", a.Status, a.Text())
		}
		if a := page.As("trainer").Post("/capacity/certificates/"+string(x.ID), url.Values{"entry": {string(s.Entry())}, "why": {"Issued by mistake (exercise)"}}); a.Status != 303 {
			t.Errorf("revoking: %d %s", a.Status, a.Text())
		}
		if got := verify(last); !strings.Contains(got, "it was revoked on") {
			t.Errorf("/verify says of a revoked certificate: %s", got)
		}
		_, err = s.Learning.Document(ctx, bank, "certificate.take", x.ID, "en")
		s.fails(err, "This certificate was revoked.")
		if a := page.As("trainer").Get("/capacity/cohorts/" + string(s.cohort) + "/certificates"); !strings.Contains(a.Text(), "Revoked") {
			t.Errorf("the page of certificates: %s", a.Text())
		}
	})
}

func (s *school) wholeSite(t *testing.T) *nodetest.Site {
	t.Helper()
	records := record.New(record.Config{
		Desk: s.Desk, Read: s.DB.Reader, Log: s.Log, Policy: s.Policy, Sources: s.Sources, Card: s.Self.Card, Spool: t.TempDir(), Now: s.Config.Now,
		Logger: s.Config.Log, Certificate: s.Learning.Standing,
	})
	return s.Site(t, nodetest.Slice{Routes: s.Learning.Routes, Pages: learning.Pages(), Words: learning.Words()[0]},
		nodetest.Slice{Routes: records.Routes, Pages: record.Pages(), Words: record.Words()})
}

// pdfsig has a program that isn't ours look at the signature.
func pdfsig(t *testing.T, b []byte) {
	t.Helper()
	if _, err := exec.LookPath("pdfsig"); err != nil {
		if os.Getenv("COMITY_TEST_TOOLS") != "" {
			t.Fatal("pdfsig is missing: install poppler-utils")
		}
		t.Log("not looked at by pdfsig: it isn't installed (poppler-utils)")
		return
	}
	path := filepath.Join(t.TempDir(), "certificate.pdf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdfsig", "-nocert", path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Signature Validation: Signature is Valid.") || !strings.Contains(string(out), "Total document signed") {
		t.Errorf("pdfsig: %v %s", err, out)
	}
}
