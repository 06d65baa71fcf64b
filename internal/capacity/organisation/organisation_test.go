package organisation_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

func each(t *testing.T, f func(t *testing.T, n *nodetest.Node)) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) { f(t, nodetest.New(t, "XA", nodetest.Options{Kind: kind})) })
	}
}

func entered(t testing.TB, n *nodetest.Node, kind organisation.Kind, state, name string) id.ID {
	t.Helper()
	o, err := n.Organisations.Enter(context.Background(), n.As("manager"), organisation.Organisation{Kind: kind, State: state, Name: name}, n.Entry())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// confirmed is the person with a factor shown just now.
func confirmed(n *nodetest.Node, role access.Role) access.Person {
	p := n.As(role)
	p.Confirmed = n.Config.Now().Add(-time.Second)
	return p
}

func invited(t testing.TB, n *nodetest.Node, o id.ID, email string, role access.Role) organisation.Link {
	t.Helper()
	l, err := n.Organisations.Invite(context.Background(), confirmed(n, "manager"), o, organisation.Someone{Name: "Amina (exercise)", Email: email, Role: role}, n.Entry())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func look(t testing.TB, n *nodetest.Node, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := n.DB.Reader.Read(t.Context(), db.House("test"), func(tx *db.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// TestWhoActsForAState: people of a public body act for their State, those of a company for the company, and both only
// as long as they belong to it.
func TestWhoActsForAState(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node) {
		police, bank := entered(t, n, organisation.Police, "XB", "Police of B (exercise)"), entered(t, n, organisation.Bank, "XB", "Bank of B (exercise)")
		officer, clerk := invited(t, n, police, "officer@example.org", "focal-point"), invited(t, n, bank, "clerk@example.org", "partner")
		if officer.Token == "" || clerk.Token == "" {
			t.Fatal("a new person gets no link")
		}
		asks := func(person id.ID) (forB, forC, bankers bool) {
			look(t, n, func(ctx context.Context, tx *db.Tx) error {
				a, err := access.Find(ctx, tx, person)
				if err != nil {
					return err
				}
				forB, err = organisation.ForState(ctx, tx, a.Person, "XB")
				if err != nil {
					return err
				}
				if forC, err = organisation.ForState(ctx, tx, a.Person, "XC"); err != nil {
					return err
				}
				bankers, err = organisation.Stands(ctx, tx, a.Person, bank)
				return err
			})
			return forB, forC, bankers
		}
		if b, c, k := asks(officer.Person); !b || c || k {
			t.Errorf("an officer acts for B %v, for C %v, for the bank %v", b, c, k)
		}
		if b, c, k := asks(clerk.Person); b || c || !k {
			t.Errorf("a clerk of a bank acts for B %v, for C %v, for the bank %v", b, c, k)
		}
		invited(t, n, police, "second@example.org", "learner")
		var part id.ID
		look(t, n, func(ctx context.Context, tx *db.Tx) error {
			people, err := organisation.People(ctx, tx, police)
			part = people[0].ID
			return err
		})
		if err := n.Organisations.Dismiss(t.Context(), confirmed(n, "manager"), police, part, n.Entry()); err != nil {
			t.Fatal(err)
		}
		if b, _, _ := asks(officer.Person); b {
			t.Error("who has left the police still acts for the State")
		}
		look(t, n, func(ctx context.Context, tx *db.Tx) error {
			a, err := access.Find(ctx, tx, officer.Person)
			if len(a.Grants) != 0 {
				t.Errorf("who has left keeps %v", a.Grants)
			}
			return err
		})
	})
}

// TestLinksStayInTheOrganisation: who is of two organisations can't be asked for a new link by one of them.
func TestLinksStayInTheOrganisation(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node) {
		one, two := entered(t, n, organisation.Provider, "XB", "One (exercise)"), entered(t, n, organisation.Provider, "XB", "Two (exercise)")
		if invited(t, n, one, "p@example.org", "partner"); invited(t, n, one, "p@example.org", "partner").Token == "" {
			t.Error("a lost link is not given again")
		}
		if invited(t, n, two, "p@example.org", "partner").Token != "" {
			t.Error("another organisation got a link to the person's account")
		}
	})
}

// TestBadInput: each fault has its sentence, and nothing is written.
func TestBadInput(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node) {
		entered(t, n, organisation.Police, "XB", "Police of B (exercise)")
		for _, c := range []struct {
			o    organisation.Organisation
			want string
		}{
			{organisation.Organisation{Kind: "army", State: "XB", Name: "A"}, "Choose what it is."},
			{organisation.Organisation{Kind: organisation.Bank, State: "QQ", Name: "A"}, "Choose the State in which it is."},
			{organisation.Organisation{Kind: organisation.IGO, State: "XB", Name: "A"}, "An intergovernmental organisation belongs to no State: leave this empty."},
			{organisation.Organisation{Kind: organisation.Bank, State: "XB", Name: strings.Repeat("x", 201)}, "Write the name, in at most 200 characters."},
			{organisation.Organisation{Kind: organisation.Police, State: "XB", Name: "Police of B (exercise)"}, "An organisation of this name is there already in this State."},
		} {
			_, err := n.Organisations.Enter(t.Context(), n.As("manager"), c.o, n.Entry())
			said, _ := errs.Said(err)
			for _, f := range errs.Fields(err) {
				said += f.Code
			}
			if said != c.want {
				t.Errorf("%+v: %q, want %q", c.o, said, c.want)
			}
		}
		look(t, n, func(ctx context.Context, tx *db.Tx) error {
			list, err := organisation.List(ctx, tx, "XB")
			if len(list) != 1 {
				t.Errorf("%d organisations, want the one", len(list))
			}
			return err
		})
	})
}

// TestPages walks the pages: enter, invite, see the link once; a guest of another organisation finds nothing.
func TestPages(t *testing.T) {
	each(t, func(t *testing.T, n *nodetest.Node) {
		s := n.Site(t, nodetest.Slice{Routes: n.Organisations.Routes, Pages: organisation.Pages(), Words: organisation.Words()})
		a := s.As("manager").Post("/capacity/organisations/new", url.Values{"entry": {string(n.Entry())}, "kind": {"police"}, "state": {"XB"}, "name": {"Police of B (exercise)"}})
		if a.Status != http.StatusSeeOther {
			t.Fatalf("entering: %d %s", a.Status, a.Text())
		}
		at := a.Header.Get("Location")
		a = s.As("manager").Post(at+"/people", url.Values{"entry": {string(n.Entry())}, "name": {"Amina (exercise)"}, "email": {"a@example.org"}, "lang": {"fr"}, "role": {"focal-point"}})
		if a.Status != http.StatusOK || !strings.Contains(a.Text(), "/invitation/") {
			t.Fatalf("inviting: %d %s", a.Status, a.Text())
		}
		if a = s.As("manager").Get(at); a.Status != http.StatusOK || !strings.Contains(a.Text(), "Amina (exercise)") {
			t.Errorf("the organisation: %d %s", a.Status, a.Text())
		}
		if a = s.As(nodetest.AsGuest("partner")).Get(at); a.Status != http.StatusNotFound {
			t.Errorf("a guest of no organisation sees it: %d", a.Status)
		}
		_, err := n.Organisations.Invite(t.Context(), confirmed(n, nodetest.AsGuest("focal-point")), id.ID(at[strings.LastIndex(at, "/")+1:]),
			organisation.Someone{Name: "B", Email: "b@example.org", Role: "learner"}, n.Entry())
		if !errors.Is(err, errs.NotFound) {
			t.Errorf("a focal point of another body invites: %v", err)
		}
	})
}

// TestFindStates: what people write in a list finds the State, and a name that two have finds both.
func TestFindStates(t *testing.T) {
	n := nodetest.New(t, "XA", nodetest.Options{})
	for written, want := range map[string]string{
		"Congo": "CD CG", "Конго": "CD CG", "刚果": "CD CG", "Korea": "KP KR", "Guinea": "GN", "Sudan": "SD", "Niger": "NE", "ke": "KE", "KEN": "KE", "404": "KE", "Kenya ": "KE",
		"United Republic of Tanzania": "TZ", "Tanzania": "TZ", "République démocratique du Congo": "CD", "the Republic of the Congo": "CG", "xb": "XB", "Exercise State B": "XB",
		"Dominica": "DM", "Atlantis": "", "Republic": "", "": "", "XQ": "",
	} {
		if got := strings.Join(n.Organisations.FindStates(written), " "); got != want {
			t.Errorf("FindStates(%q) = %q, want %q", written, got, want)
		}
	}
}
