package node_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"comity/internal/base/id"
	"comity/internal/cooperation/request"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// secret stands in everything of the hidden case; a page for someone outside it never shows it.
const secret = "Hidden Harvest"

// asked tells who asks by a header of the test.
type asked struct{ n *nodetest.Node }

func (a asked) Person(r *http.Request) (access.Person, error) {
	role := r.Header.Get("X-Role")
	if role == "" {
		return access.Person{}, nil
	}
	return a.n.As(access.Role(role)), nil
}

// hidden makes a case that only the drafter knows, with a request in it.
func hidden(t *testing.T, n *nodetest.Node) (caseID, requestID id.ID) {
	t.Helper()
	ctx := context.Background()
	caseID, err := n.Cases.Open(ctx, n.As("drafter"), n.Office, secret, true, n.Entry())
	if err != nil {
		t.Fatal(err)
	}
	requestID, err = n.Requests.Draft(ctx, n.As("drafter"), request.NewDraft{Case: caseID, Types: []string{"preserve.stored"}, State: "MA", Lang: "en"}, n.Entry())
	if err != nil {
		t.Fatal(err)
	}
	return caseID, requestID
}

var place = regexp.MustCompile(`\{[^}]*\}`)

// address fills a pattern's places with things of the hidden case.
func address(pattern string, caseID, requestID id.ID) string {
	n := requestID
	if strings.HasPrefix(pattern, "/cases/") {
		n = caseID
	}
	first := true
	return place.ReplaceAllStringFunc(strings.TrimSuffix(pattern, "{$}"), func(name string) string {
		switch {
		case name == "{section}":
			return "case"
		case first || name == "{id}":
			first = false
			return string(n)
		}
		return "1"
	})
}

// TestRoutesByRole drives every route as nobody and as each role, none of whom but the drafter is in the hidden case.
func TestRoutesByRole(t *testing.T) {
	n := nodetest.New(t, "PT", nodetest.Options{})
	m, err := n.Mux(asked{n}, nil)
	if err != nil {
		t.Fatal(err)
	}
	h, err := m.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	caseID, requestID := hidden(t, n)
	before := entriesOn(t, n, caseID, requestID)
	roles := append([]access.Role{""}, slices.Sorted(maps.Keys(n.People))...) // guests of the node among them
	for _, r := range m.Routes() {
		for _, role := range roles {
			if role == "drafter" {
				continue
			}
			status, body, location := ask(t, server.URL, r.Method, address(r.Pattern, caseID, requestID), role)
			where := r.Method + " " + r.Pattern + " as " + string(role)
			switch {
			case status >= 500:
				t.Errorf("%s: %d", where, status)
			case strings.Contains(body, secret):
				t.Errorf("%s: %d shows what lies in a case to a stranger", where, status)
			case r.Act == web.Public:
			case role == "" && status == http.StatusOK:
				t.Errorf("%s: 200 without signing in", where)
			case role == "" && status == http.StatusSeeOther && !strings.HasPrefix(location, "/sign-in"):
				t.Errorf("%s: sent to %s, want the sign-in page", where, location)
			case role != "" && r.Act != web.SignedIn && !n.Policy.Ever(n.As(role), r.Act) && status < 400:
				t.Errorf("%s: %d, although the role may never %s", where, status, r.Act)
			}
		}
	}
	if after := entriesOn(t, n, caseID, requestID); after != before {
		t.Errorf("strangers left %d acts on the hidden case", after-before)
	}
}

func ask(t *testing.T, base, method, path string, role access.Role) (status int, body, location string) {
	t.Helper()
	var form io.Reader
	if method == http.MethodPost {
		form = strings.NewReader(url.Values{"entry": {""}}.Encode())
	}
	req, err := http.NewRequest(method, base+path, form)
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if role != "" {
		req.Header.Set("X-Role", string(role))
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b), resp.Header.Get("Location")
}

// entriesOn counts the entries of the ledger about the case and the request, but refusals.
func entriesOn(t *testing.T, n *nodetest.Node, things ...id.ID) (found int) {
	t.Helper()
	if err := n.Log.Place(context.Background()); err != nil { // what waits is counted too
		t.Fatal(err)
	}
	err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
		rows, err := tx.Query(context.Background(), `SELECT entry FROM ledger_entry WHERE pos >= 0 ORDER BY pos`)
		all, err := db.Collect(rows, err, func(s db.Scan) (b []byte, err error) { return b, s(&b) })
		for _, b := range all {
			for _, n := range things {
				if strings.Contains(string(b), string(n)) && !strings.Contains(string(b), `"act":"refused"`) {
					found++
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
