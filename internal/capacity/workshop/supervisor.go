package workshop

import (
	"context"
	"slices"

	"comity/internal/base/errs"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/web"
	"comity/internal/store/db"

	"comity/internal/base/id"
	"comity/internal/base/language"
)

// supervisors are the supervisors of the seat's own organisation.
func supervisors(ctx context.Context, tx *db.Tx, s Seat) (all []web.Choice, err error) {
	people, err := organisation.People(ctx, tx, s.Organisation)
	for _, p := range people {
		if p.Role == "supervisor" && p.Person != s.Person {
			all = append(all, web.Choice{Value: string(p.Person), Label: p.Name})
		}
	}
	return all, err
}

// checkSupervisor wants a supervisor of the seat's own organisation, or nobody.
func checkSupervisor(ctx context.Context, tx *db.Tx, s Seat, supervisor id.ID) error {
	if supervisor == "" {
		return nil
	}
	all, err := supervisors(ctx, tx, s)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(c web.Choice) bool { return c.Value == string(supervisor) }) {
		return errs.WithFields(errs.Field{Path: "supervisor", Code: language.M("Choose a supervisor of your own organisation.")})
	}
	return nil
}
