package node

import (
	"context"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/casefile"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/request"
	"comity/internal/store/db"
)

// mostInside is how many things of one kind the page of a case lists; the rest stand on the kind's own page.
const mostInside = 50

// fillCases has the page of a case list what the other slices keep in it.
func (n *Node) fillCases() {
	if n.Self.Card.Exercise {
		n.Cases.Exercise()
	}
	n.Cases.Show(casefile.Section{
		Heading: language.M("Requests in this case"), List: requestsIn,
		More: language.M("Draft a request in this case"), Act: "request.draft",
		At: func(k id.ID) string { return "/requests/new?case=" + string(k) },
	})
	n.Cases.Show(casefile.Section{
		Heading: language.M("Evidence in this case"), List: evidenceIn,
		More: language.M("All evidence of this case, and taking in more"), Act: "evidence.list",
		At: func(k id.ID) string { return "/cases/" + string(k) + "/evidence" },
	})
}

func requestsIn(ctx context.Context, tx *db.Tx, k id.ID) ([]casefile.Line, error) {
	list, err := request.List(ctx, tx, request.Filter{Case: k, Limit: mostInside})
	var lines []casefile.Line
	for _, q := range list {
		text := q.Reference
		if text == "" {
			text = string(q.ID) // a draft has no number yet
		}
		lines = append(lines, casefile.Line{Text: text, Href: "/requests/" + string(q.ID), State: q.State.Said()})
	}
	return lines, err
}

func evidenceIn(ctx context.Context, tx *db.Tx, k id.ID) ([]casefile.Line, error) {
	list, err := evidence.OfCase(ctx, tx, k, "", mostInside)
	var lines []casefile.Line
	for _, it := range list {
		lines = append(lines, casefile.Line{Text: it.Label, Href: "/evidence/" + string(it.ID)})
	}
	return lines, err
}
