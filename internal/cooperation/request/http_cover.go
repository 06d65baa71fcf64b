package request

import (
	"context"
	"strings"

	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// coverPage is what the registry sees of a request.
type coverPage struct {
	Registered
	Name    string
	Summary []web.Row
	Do      []web.Link
	Read    bool // whether the one who looks may read the request itself
}

func (q *Requests) showCover(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	var p coverPage
	err = q.about(r, "request.cover", func(ctx context.Context, tx *db.Tx, req Request) error {
		if p.Registered, err = cover(ctx, tx, n); err != nil {
			return err
		}
		given, err := q.names(ctx, tx, n, partAssignee)
		if err != nil {
			return err
		}
		p.Summary = q.coverRows(r, p.Registered, given)
		if p.Read, _, err = q.may(ctx, tx, r, "request.read", n); err != nil {
			return err
		}
		for _, f := range moveForms() {
			if f.registry && f.now(req) {
				ok, _, err := q.may(ctx, tx, r, f.act(), n)
				if err != nil {
					return err
				}
				if ok {
					p.Do = append(p.Do, web.Link{Text: r.T(f.title), Href: at(n, f.path)})
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.Name = p.Reference
	return r.Page("request/cover", p)
}

func (q *Requests) coverRows(r *web.Request, c Registered, given string) []web.Row {
	if given == "" {
		given = r.T("Nobody")
	}
	rows := []web.Row{
		{Key: r.T("From"), Value: r.Country(c.TheirState)},
		{Key: r.T("Authority that asks"), Value: q.authority(c.TheirAuthority, r.Printer)},
		{Key: r.T("Their reference"), Value: c.Reference},
	}
	if c.OwnReference != "" {
		rows = append(rows, web.Row{Key: r.T("Our number"), Value: c.OwnReference})
	}
	return append(rows,
		web.Row{Key: r.T("What is asked"), Value: q.typeNames(strings.Fields(c.Types), r.Printer)},
		web.Row{Key: r.T("Came in on"), Value: c.received(r.Printer)},
		web.Row{Key: r.T("How it stands"), Value: r.T(c.State.Said())},
		web.Row{Key: r.T("Given to"), Value: given},
	)
}

// names joins the names of those who played a part in a request; "" when nobody did.
func (q *Requests) names(ctx context.Context, tx *db.Tx, n id.ID, part string) (string, error) {
	ids, err := parts(ctx, tx, n, part)
	if err != nil {
		return "", err
	}
	var all string
	for i, p := range ids {
		a, err := access.Find(ctx, tx, p)
		if err != nil {
			return "", err
		}
		if i > 0 {
			all += ", "
		}
		all += a.Name
	}
	return all, nil
}
