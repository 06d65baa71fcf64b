package people

import (
	"context"
	"fmt"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// officesPage lists the offices; with Edit they can be changed.
type officesPage struct {
	Form    *web.Form
	Offices []access.Office
	Edit    bool
}

func (q *People) officesPage(r *web.Request) (officesPage, error) {
	p := officesPage{Form: r.Form(), Edit: q.Policy.Ever(r.Person, "office.edit")}
	err := q.view(r, func(ctx context.Context, tx *db.Tx) (err error) {
		p.Offices, err = access.Offices(ctx, tx)
		return err
	})
	return p, err
}

func (q *People) offices(r *web.Request) error {
	p, err := q.officesPage(r)
	if err != nil {
		return err
	}
	return r.Page("people/offices", p)
}

func (q *People) addOffice(r *web.Request) error {
	n, err := r.Form().Entry()
	if err != nil {
		return err
	}
	err = q.act(r, "office.edit", id.NewRef(kindOffice, n), func(ctx context.Context, c *desk.Change) error {
		return access.AddOffice(ctx, c.Tx, access.Office{ID: n, Authority: q.Authority, Name: r.Form().Get("name")})
	})
	if err == nil {
		return r.Done("/offices", language.M("The office was added."))
	}
	p, failed := q.officesPage(r)
	if failed != nil {
		return failed
	}
	return orConfirm(r, "/offices", r.Again("people/offices", p, err))
}

func (q *People) renameOffice(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.Form().Get("version"), 10, 64)
	if err != nil {
		return fmt.Errorf("version of the office: %w", errs.Invalid)
	}
	err = q.act(r, "office.edit", id.NewRef(kindOffice, n), func(ctx context.Context, c *desk.Change) error {
		return access.RenameOffice(ctx, c.Tx, n, r.Form().Get("name"), version)
	})
	if err != nil {
		return orConfirm(r, "/offices", err)
	}
	return r.Done("/offices", language.M("The office was renamed."))
}
