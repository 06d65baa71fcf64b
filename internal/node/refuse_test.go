package node_test

import (
	"context"
	"errors"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/cooperation/request"
	"comity/internal/engine/access"
	"comity/internal/node/nodetest"
)

// arrived sends the type's example from Portugal to Morocco and gives it to the executor there.
func arrived(t *testing.T, pt, ma *nodetest.Node, kind string) (in id.ID) {
	t.Helper()
	ctx := context.Background()
	out := signed(t, pt, "MA", kind)
	if err := pt.Requests.Transmit(ctx, pt.As("clerk"), out, pt.Entry()); err != nil {
		t.Fatal(err)
	}
	nodetest.Eventually(t, "the request has arrived", func() bool { _, ok := find(t, ma); return ok })
	r, _ := find(t, ma)
	for _, role := range []string{"executor", "head"} {
		if err := ma.Requests.Assign(ctx, ma.As("clerk"), r.ID, ma.As(access.Role(role)).ID, ma.Entry()); err != nil {
			t.Fatal(err)
		}
	}
	return r.ID
}

// TestRefusalNeedsAGroundThatTheTreatyKnows: R1 and R2 of the acceptance scenarios.
func TestRefusalNeedsAGroundThatTheTreatyKnows(t *testing.T) {
	for _, c := range []struct{ kind, ground, article, rule string }{
		{"preserve.stored", "dual-criminality", "29(4)", "REF-03"},
		{"records.bank", "bank-secrecy", "18(8)", "BNK-05"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			pt, ma := nodetest.New(t, "PT", nodetest.Options{}), nodetest.New(t, "MA", nodetest.Options{})
			nodetest.Meet(t, pt, ma)
			in := arrived(t, pt, ma, c.kind)
			err := ma.Requests.ProposeRefusal(context.Background(), ma.As("executor"), in, request.Response{
				Ground: []request.Ground{{Code: c.ground, Article: c.article}}, Reason: "As the ground says.", Consulted: "yes",
			}, ma.Entry())
			var found *request.FindingsError
			if !errors.As(err, &found) || len(found.Findings) != 1 || found.Findings[0].Rule != c.rule {
				t.Errorf("refusing %s for %s: %v, want %s alone", c.kind, c.ground, err, c.rule)
			}
		})
	}
}

// TestRefusalTakesTwo: who proposes a refusal doesn't send it.
func TestRefusalTakesTwo(t *testing.T) {
	ctx := context.Background()
	pt, ma := nodetest.New(t, "PT", nodetest.Options{}), nodetest.New(t, "MA", nodetest.Options{})
	nodetest.Meet(t, pt, ma)
	in := arrived(t, pt, ma, "preserve.stored")
	if err := ma.Requests.Refuse(ctx, ma.As("head"), in, ma.Entry()); !errors.Is(err, errs.Conflict) {
		t.Errorf("refusing what nobody has proposed: %v, want errs.Conflict", err)
	}
	err := ma.Requests.ProposeRefusal(ctx, ma.As("executor"), in, request.Response{
		Ground: []request.Ground{{Code: "essential-interests", Article: "29(5)(b)"}}, Reason: "An exercise in refusing.", Consulted: "yes"}, ma.Entry())
	if err != nil {
		t.Fatal(err)
	}
	if err := ma.Requests.Refuse(ctx, ma.As("executor"), in, ma.Entry()); !errors.Is(err, errs.Forbidden) {
		t.Errorf("the proposer sends the refusal: %v, want errs.Forbidden", err)
	}
	if err := ma.Requests.Refuse(ctx, ma.As("head"), in, ma.Entry()); err != nil {
		t.Fatal(err)
	}
	nodetest.Eventually(t, "Portugal sees the refusal", func() bool { r, _ := find(t, pt); return r.State == request.Refused })
}
