package study_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// two makes a secretariat and a State's node that trust each other.
func two(t *testing.T) (secretariat, state *house) {
	t.Helper()
	secretariat, state = newHouse(t, "sqlite", "AT"), newHouse(t, "sqlite", "KE")
	nodetest.Meet(t, secretariat.Node, state.Node)
	return secretariat, state
}

// colleague is someone of the house as a form names them.
func (h *house) colleague(role access.Role, part study.Part) study.Someone {
	return study.Someone{Name: string(role) + " (exercise)", Email: string(role) + "@example.org", Part: part, Colleague: h.People[role].ID}
}

// TestInvitationTravels has a State's own node invited, name who answers, and the secretariat learn of it.
func TestInvitationTravels(t *testing.T) {
	at, ke := two(t)
	n := at.fielded(at.clock().AddDate(0, 1, 0))
	ken := at.state(n, "KEN")
	at.ok(at.Studies.Invite(ctx, at.As("manager"), n, ken.ID, study.ByNode, at.Entry()))
	if got := at.state(n, "KEN"); got.Status != study.Invited || got.Peer != ke.Self.Node() {
		t.Fatalf("after the invitation: %+v", got)
	}
	nodetest.Eventually(t, "the invitation is at the State's node", func() bool { return len(ke.studies()) == 1 })
	there := ke.find(n)
	if there.Origin != at.Self.Node() || there.Stage != study.Fielding || !there.Synthetic || there.Name("fr") != "Rançongiciels dans les boulangeries (exercice)" {
		t.Errorf("the study at the State's node: %+v", there)
	}
	ke.read(func(tx *db.Tx) error {
		f, err := ke.Studies.Fielded(ctx, tx, n, study.States)
		if err == nil && f.Form.In("fr", "How many ovens are connected?") != "fr?" {
			t.Error("the questionnaire came without its languages")
		}
		return err
	})
	s := ke.site()
	head := s.As("head")
	want(t, head.Get("/d/studies"), http.StatusOK, "Asked of us", "Ransomware in bakeries")
	want(t, head.Get("/d/studies/"+string(n)), http.StatusOK, "Another node leads this study", "Name who answers for this State", "Kenya")
	want(t, head.Get("/d/studies/"+string(n)+"/name"), http.StatusOK, "A colleague of this house", "focal-point of KE")
	want(t, s.As("drafter").Get("/d/studies/"+string(n)+"/name"), http.StatusForbidden)
	want(t, head.Post("/d/studies/"+string(n)+"/name", url.Values{"respondent": {string(ken.ID)}}), http.StatusUnprocessableEntity, "Write the name")

	m, err := ke.Mux(byRole{ke}, nil)
	ke.ok(err)
	want(t, serve(t, m).get(t, "head", "/"), http.StatusOK, "Name who answers the study “Ransomware in bakeries (exercise)”")
	people := []study.Someone{ke.colleague("focal-point", study.FocalPoint)}
	ke.ok(ke.Studies.Name(ctx, ke.As("head"), n, ken.ID, people, "MoJ 7 (exercise)", ke.Entry()))
	want(t, s.As("focal-point").Get("/d/respondents/"+string(ken.ID)+"/people"), http.StatusOK, "focal-point (exercise)")
	want(t, s.As("contributor").Get("/d/respondents/"+string(ken.ID)+"/people"), http.StatusForbidden)
	nodetest.Eventually(t, "the nomination is at the secretariat", func() bool { return at.state(n, "KEN").Status == study.Nominated })
	seats := at.seats(ken.ID)
	if len(seats) != 1 || seats[0].Person != "" || seats[0].Email != "focal-point@example.org" {
		t.Errorf("who answers, as the secretariat knows it: %+v", seats)
	}
	at.read(func(tx *db.Tx) error {
		all, err := study.NominationsOf(ctx, tx, n)
		if len(all) != 1 || all[0].Way != study.ByNode || all[0].State != study.Holds {
			t.Errorf("nominations: %+v", all)
		}
		return err
	})

	// Another version of the questionnaire follows, and another focal point.
	at.adopt(n, form(t, "1.1.0", true))
	at.ok(at.Studies.Invite(ctx, at.As("manager"), n, ken.ID, study.ByNode, at.Entry()))
	nodetest.Eventually(t, "the second questionnaire is at the State's node", func() bool {
		version := ""
		ke.read(func(tx *db.Tx) error {
			f, err := ke.Studies.Fielded(ctx, tx, n, study.States)
			version = f.Version
			return err
		})
		return version == "1.1.0"
	})
	until := at.find(n).Deadline.AddDate(0, 0, 14)
	at.ok(at.Studies.LetAnswerLate(ctx, at.As("manager"), n, ken.ID, until, "Elections (exercise)", at.Entry()))
	nodetest.Eventually(t, "the State's node knows its later day", func() bool { return ke.find(n).Deadline.Sub(until).Abs() < time.Second })
	if got := ke.state(n, "KEN"); got.Status != study.Nominated {
		t.Errorf("asked again, the respondent is %s, want nominated still", got.Status)
	}
}

func (h *house) studies() (all []study.Study) {
	h.Helper()
	h.read(func(tx *db.Tx) (err error) { all, err = study.List(ctx, tx); return err })
	return all
}

// TestOthersDontNominate: a node that was not asked as a respondent names nobody for it, and nobody changes another's study.
func TestOthersDontNominate(t *testing.T) {
	at, ke := two(t)
	n := at.fielded(at.clock().AddDate(0, 1, 0))
	ken, per := at.state(n, "KEN"), at.state(n, "PER")
	at.ok(at.Studies.Invite(ctx, at.As("manager"), n, ken.ID, study.ByNode, at.Entry()))
	nodetest.Eventually(t, "the invitation is at the State's node", func() bool { return len(ke.studies()) == 1 })
	err := at.Studies.Invite(ctx, at.As("manager"), n, per.ID, study.ByNode, at.Entry())
	at.refused("an invitation to a State without a node", err, errs.NotFound)
	if code, _ := errs.Said(err); !strings.Contains(code, "No trusted node") {
		t.Errorf("the refusal says %q", code)
	}
	for name, entry := range map[string]struct {
		study, respondent id.ID
	}{
		"for Peru":                    {n, per.ID},
		"of a study that isn't":       {ke.Entry(), ken.ID},
		"for a respondent that isn't": {n, ke.Entry()},
	} {
		message := ke.post(at, "nomination", "nomination.json", map[string]any{
			"format": study.NominationFormat, "study": entry.study, "respondent": entry.respondent, "valid_from": "2026-12-01", "note_ref": "",
			"persons": []map[string]string{{"name": "Mallory (exercise)", "email": "m@example.org", "capacity": "", "part": "focal-point"}},
		})
		nodetest.Eventually(t, "a receipt of the nomination "+name, func() bool { return ke.receipt(message) != "" })
		if got := ke.receipt(message); got != string(envelope.Refused) {
			t.Errorf("a nomination %s: %s, want refused", name, got)
		}
	}
	if seats := at.seats(per.ID); len(seats) != 0 {
		t.Errorf("Peru is answered for by %+v", seats)
	}
	// The State's node claims the secretariat's study as its own.
	in := form(t, "9.9.9", true)
	b, err := in.Canonical()
	at.ok(err)
	message := ke.post(at, "invitation", "invitation.json", map[string]any{
		"format": study.InvitationFormat, "study": n, "code": "bakeries", "title": map[string]string{"en": "Mine now (exercise)"}, "mandates": []string{}, "synthetic": true,
		"opens": "", "deadline": "", "respondent": ke.Entry(), "audience": "state", "state": "AUT", "name": "Austria", "region": "150", "membership": "member",
		"lang": "en", "version": "9.9.9", "instrument": canonical.Sum(b),
	}, exchange.Part{Path: "instrument.json", Media: "application/json", Data: b})
	nodetest.Eventually(t, "a receipt of the invitation", func() bool { return ke.receipt(message) != "" })
	if got := ke.receipt(message); got != string(envelope.Refused) || at.find(n).Origin != "" || len(at.respondents(n)) != 195 {
		t.Errorf("an invitation to a study of ours: %s, origin %q", got, at.find(n).Origin)
	}
}

// post has the node send a message of its own making to another.
func (h *house) post(to *house, kind envelope.Kind, path string, v any, more ...exchange.Part) (message id.ID) {
	h.Helper()
	h.ok(h.Exchange.Settle(ctx, to.Self.Node(), ""))
	first, err := exchange.JSON(path, v)
	h.ok(err)
	h.ok(h.Desk.Do(ctx, h.As("head"), "study.nominate.send", id.NewRef(study.Kind, h.studies()[0].ID), func(c *desk.Change) (err error) {
		message, err = h.Exchange.Queue(ctx, c, exchange.Outgoing{
			Kind: kind, To: to.Self.Node(), Authority: h.Self.Authority(), ToAuthority: to.Self.Authority(), Parts: append([]exchange.Part{first}, more...),
		})
		return err
	}))
	return message
}

// receipt returns what the other node said of a message, "" as long as it said nothing.
func (h *house) receipt(message id.ID) (result string) {
	h.Helper()
	h.read(func(tx *db.Tx) error {
		p, err := exchange.PostOf(ctx, tx, message)
		if err == nil && p.Receipt != nil {
			result = string(p.Receipt.Result)
		}
		return err
	})
	return result
}
