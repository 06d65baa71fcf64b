package request

import (
	"cmp"
	"context"
	"strings"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// showRegistry lists the covers of what came in, for the registry.
func (q *Requests) showRegistry(r *web.Request) error {
	var p struct {
		Table web.Table
		Pager web.Pager
	}
	before := r.Query("before")
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := Registry(ctx, tx, id.ID(before), perPage+1)
		if err != nil {
			return err
		}
		if len(list) > perPage {
			list = list[:perPage]
			p.Pager.Next = "/requests/registry?before=" + string(list[perPage-1].ID)
		}
		p.Table = q.registryTable(r, list, r.T("What came in, newest first"))
		return nil
	})
	if before != "" {
		p.Pager.Previous = "/requests/registry"
	}
	if err != nil {
		return err
	}
	return r.Page("request/registry", p)
}

func (q *Requests) registryTable(r *web.Request, list []Registered, caption string) web.Table {
	t := web.Table{
		Caption: caption, Empty: r.T("Nothing has come in yet."),
		Columns: []web.Column{
			{Label: r.T("Request")}, {Label: r.T("Our number")}, {Label: r.T("The other State")}, {Label: r.T("What is asked")},
			{Label: r.T("Came in on")}, {Label: r.T("How it stands")}, {Label: r.T("Given to somebody")},
		},
	}
	for _, c := range list {
		given := web.Tag{Text: r.T("No"), Colour: "red"}
		if c.Assigned {
			given = web.Tag{Text: r.T("Yes"), Colour: "green"}
		}
		t.Rows = append(t.Rows, []any{
			web.Link{Text: c.Reference, Href: at(c.ID, "cover")}, cmp.Or(c.OwnReference, "–"), r.Country(c.TheirState), q.typeNames(strings.Fields(c.Types), r.Printer),
			c.received(r.Printer), c.State.tag(r.Printer), given,
		})
	}
	return t
}

// received is the day on which the request came in, for people.
func (c Registered) received(p *language.Printer) string {
	if t, err := time.Parse(time.RFC3339, c.Received); err == nil {
		return string(p.Date(t))
	}
	return c.Received
}
