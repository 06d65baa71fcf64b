package node_test

import (
	"context"
	"errors"
	"testing"

	"comity/internal/base/id"
	"comity/internal/cooperation/request"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// find returns the newest request of a node as the house sees it.
func find(t *testing.T, n *nodetest.Node) (r request.Request, ok bool) {
	t.Helper()
	err := n.DB.Reader.Read(context.Background(), db.House("test"), func(tx *db.Tx) error {
		all, err := request.List(context.Background(), tx, request.Filter{})
		if len(all) > 0 {
			r, ok = all[0], true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, ok
}

// signed drafts the type's example in a case and brings it to a signed letter.
func signed(t *testing.T, n *nodetest.Node, state, kind string) id.ID {
	t.Helper()
	ctx := context.Background()
	drafter := n.As("drafter")
	k, err := n.Cases.Open(ctx, drafter, n.Office, "Ransomware at a bakery (exercise)", true, n.Entry())
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"reviewer", "signatory", "clerk"} {
		if err := n.Cases.AddMember(ctx, drafter, k, n.People[access.Role(role)].ID, n.Entry()); err != nil {
			t.Fatal(err)
		}
	}
	q, err := n.Requests.Draft(ctx, drafter, request.NewDraft{Case: k, Types: []string{kind}, State: state, Lang: "en"}, n.Entry())
	if err != nil {
		t.Fatal(err)
	}
	example, _ := n.Requests.Law().Types.Get(kind)
	r, _ := find(t, n)
	if err := n.Requests.Replace(ctx, drafter, q, example.Example, r.Version, n.Entry()); err != nil {
		t.Fatal(err)
	}
	if err := n.Requests.Submit(ctx, drafter, q, n.Entry()); err != nil {
		t.Fatal(err)
	}
	if err := n.Requests.Approve(ctx, n.As("reviewer"), q, n.Entry()); err != nil {
		var f *request.FindingsError
		if errors.As(err, &f) {
			for _, x := range f.Findings {
				t.Log(x.Rule, x.Path, x.Message)
			}
		}
		t.Fatal(err)
	}
	r, _ = find(t, n)
	shown, err := n.Requests.ForSignature(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Requests.Sign(ctx, n.As("signatory"), q, shown.Digest, n.Entry()); err != nil {
		t.Fatal(err)
	}
	return q
}

func TestRequestTravels(t *testing.T) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			ctx := context.Background()
			pt, ma := nodetest.New(t, "PT", nodetest.Options{Kind: kind}), nodetest.New(t, "MA", nodetest.Options{Kind: kind})
			nodetest.Meet(t, pt, ma)
			out := signed(t, pt, "MA", "preserve.stored")
			if err := pt.Requests.Transmit(ctx, pt.As("clerk"), out, pt.Entry()); err != nil {
				t.Fatal(err)
			}
			nodetest.Eventually(t, "Morocco has the request", func() bool { _, ok := find(t, ma); return ok })
			in, _ := find(t, ma)
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			is := func(want request.State) {
				t.Helper()
				nodetest.Eventually(t, "Portugal sees "+string(want), func() bool { r, _ := find(t, pt); return r.State == want })
			}
			is(request.Received)
			must(ma.Requests.Assign(ctx, ma.As("clerk"), in.ID, ma.People["executor"].ID, ma.Entry()))
			must(ma.Requests.Acknowledge(ctx, ma.As("clerk"), in.ID, "registry, +212 5 00 00 00 00", ma.Entry()))
			is(request.Acknowledged)
			must(ma.Requests.Ask(ctx, ma.As("executor"), in.ID, []request.Item{{Rule: "SEL-04", Path: "/request/measure/selector/port", Text: "Which source port?"}}, "", ma.Entry()))
			is(request.NeedsInformation)
			must(pt.Requests.Answer(ctx, pt.As("drafter"), out, []request.Item{{Rule: "SEL-04", Path: "/request/measure/selector/port", Text: "51234"}}, "", pt.Entry()))
			is(request.Acknowledged)
			nodetest.Eventually(t, "Morocco sees the answer", func() bool { r, _ := find(t, ma); return r.State == request.Acknowledged })
			must(ma.Requests.Accept(ctx, ma.As("executor"), in.ID, nil, "", ma.Entry()))
			is(request.Accepted)
			must(ma.Requests.Progress(ctx, ma.As("executor"), in.ID, request.Response{Preserved: "2026-03-03", Until: "2026-05-02"}, ma.Entry()))
			is(request.Executing)
		})
	}
}
