package access

import (
	"strings"
	"time"

	"comity/internal/store/db"
)

// ScopeOf returns what p may know of at the instant now. Every list query of another package meets the member table
// through it alone:
//
//	where, args := tx.Scope().Where("request.case_id")
//
// A row whose column is NULL or ” lies in no case and is in nobody's scope; nobody's scope is empty.
func ScopeOf(p Person, now time.Time) db.Scope {
	if p.ID == "" || p.Disabled || p.Kind == Node {
		return db.Scope{}
	}
	return db.ForPerson(p.ID, func(column string) (string, []any) { return memberOf(p, now, column) })
}

// memberOf is true for a case of which p, or someone p stands in for, is a member now, unless p is kept out by name.
// Neither set depends on the outer row, so a database makes each of them once for a query.
func memberOf(p Person, now time.Time, column string) (string, []any) {
	marks, args := among(p)
	return `(` + column + ` IN (
            SELECT m.case_id FROM member m
            WHERE m.person_id IN (` + marks + `) AND m.kept_out = FALSE AND (m.until IS NULL OR m.until > ?))
        AND ` + column + ` NOT IN (
            SELECT x.case_id FROM member x WHERE x.person_id = ? AND x.kept_out = TRUE))`, append(args, now, p.ID)
}

// among returns the places and the arguments for p and those p stands in for.
func among(p Person) (marks string, args []any) {
	acting := p.acting()
	for _, n := range acting {
		args = append(args, n)
	}
	return strings.TrimSuffix(strings.Repeat("?, ", len(acting)), ", "), args
}
