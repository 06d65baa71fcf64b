package workshop

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/capacity/organisation"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument/workbook"
	"comity/internal/store/db"
)

// A roster is a list of people for seats: how large its file may be, and the form in which a page sends it back.
const (
	maxRosterBytes = 1 << 20
	maxRosterForm  = 4 * maxRosterBytes // a letter takes up to three times its bytes in a form
)

// column is one of a roster; people may head it with its name or with its label in the language of their pages.
type column struct {
	name, label string
	needed      bool
}

func rosterColumns() []column {
	return []column{
		{"name", language.M("Name"), true}, {"email", language.M("E-mail address"), true}, {"role", language.M("Role"), true}, {"state", language.M("State"), true},
		{"organisation", language.M("Organisation"), true}, {"language", language.M("Language"), false}, {"task", language.M("Task of a partner"), false},
	}
}

func label(name string) string {
	for _, c := range rosterColumns() {
		if c.name == name {
			return c.label
		}
	}
	return name
}

// Row is one row of a roster, as it was understood.
type Row struct {
	N int // as the spreadsheet numbers it
	Nominee
	State  string       // code; "" when it is not known or is none
	Cells  []string     // in the order of the columns
	Faults []errs.Field // what is wrong, in the reader's language
}

// roster is a list while it is read.
type roster struct {
	q     *Workshops
	act   access.Act
	who   access.Person
	p     *language.Printer
	plan  []Plan
	seats []Seat
	taken map[place]int // live seats, and rows above
	email map[string]int
}

// ReadRoster reads a list of people for seats: the first sheet of a workbook, or text. Each row says what is wrong with it,
// so that a page can show all before anything is stored. act is seat.nominate or seat.type. What can't be read at all is an
// error with fields.
func (q *Workshops) ReadRoster(ctx context.Context, tx *db.Tx, who access.Person, n id.ID, act access.Act, b []byte, p *language.Printer) ([]Row, error) {
	lines, err := workbook.Rows(b, "roster", maxNominees+1)
	if err != nil {
		return nil, errors.Join(err, errs.WithFields(workbook.Fields(err, "roster")...))
	}
	at, err := heads(lines, p)
	if err != nil {
		return nil, err
	}
	w, err := Get(ctx, tx, n)
	if err == nil {
		err = mayName(w)
	}
	if err != nil {
		return nil, err
	}
	r := &roster{q: q, act: act, who: who, p: p, taken: map[place]int{}, email: map[string]int{}}
	if r.plan, err = Plans(ctx, tx, n); err != nil {
		return nil, err
	}
	if r.seats, err = Seats(ctx, tx, n); err != nil {
		return nil, err
	}
	for _, s := range r.seats {
		if s.Status.live() {
			r.taken[place{s.State, s.Role}]++
		}
	}
	var all []Row
	for _, l := range lines[1:] {
		row, err := r.read(ctx, tx, l, at)
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	if len(all) == 0 {
		return nil, errs.WithFields(errs.Field{Path: "roster", Code: language.M("The list has nobody below its first row.")})
	}
	return all, nil
}

// heads finds the columns in the first line.
func heads(lines []workbook.Line, p *language.Printer) (map[string]int, error) {
	at := map[string]int{}
	for _, c := range rosterColumns() {
		for i := 0; len(lines) > 0 && i < len(lines[0].Cells); i++ {
			if h := strings.TrimSpace(lines[0].Cells[i]); strings.EqualFold(h, c.name) || strings.EqualFold(h, p.T(c.label)) {
				at[c.name] = i
			}
		}
		if _, ok := at[c.name]; c.needed && !ok {
			return nil, errs.WithFields(errs.Field{Path: "roster", Code: language.M("The first row has no column {column}. It wants: {all}."),
				Args: map[string]string{"column": c.name, "all": "name, email, role, state, organisation"}})
		}
	}
	return at, nil
}

func (r *roster) read(ctx context.Context, tx *db.Tx, l workbook.Line, at map[string]int) (row Row, err error) {
	cell := map[string]string{}
	for _, c := range rosterColumns() {
		if i, ok := at[c.name]; ok && i < len(l.Cells) {
			cell[c.name] = strings.TrimSpace(l.Cells[i])
		}
		row.Cells = append(row.Cells, cell[c.name])
	}
	row.N = l.N
	row.Name, row.Email, row.Task, row.Language = cell["name"], strings.ToLower(cell["email"]), cell["task"], language.Tag(strings.ToLower(cell["language"]))
	fault := func(column, say string, kv ...string) {
		f := errs.Field{Path: "roster", Code: say, Args: map[string]string{"row": strconv.Itoa(l.N), "column": r.p.T(label(column)), "value": cell[column]}}
		for j := 0; j+1 < len(kv); j += 2 {
			f.Args[kv[j]] = kv[j+1]
		}
		row.Faults = append(row.Faults, f)
	}
	if n := len([]rune(row.Name)); n == 0 || n > maxName {
		fault("name", language.M("Row {row}, {column}: write the name, in at most 200 characters."))
	}
	if row.Language != "" && !slices.Contains(language.Official(), row.Language) {
		fault("language", language.M("Row {row}, {column}: {value} is none of {all}."), "all", "ar, en, es, fr, ru, zh")
	}
	if len([]rune(row.Task)) > maxName {
		fault("task", language.M("Row {row}, {column}: write at most 200 characters."))
	}
	if err := r.person(ctx, tx, row, fault); err != nil {
		return row, err
	}
	row.Role = r.role(cell["role"])
	if row.Role == "" {
		fault("role", language.M("Row {row}, {column}: {value} is none of {all}."), "all", roleCodes())
	}
	return row, r.seat(ctx, tx, &row, cell, fault)
}

// faults takes what is wrong with a column: a message, and values of its places.
type faults = func(column, say string, kv ...string)

// person looks at the address, by which people are known.
func (r *roster) person(ctx context.Context, tx *db.Tx, row Row, fault faults) error {
	if a, err := mail.ParseAddress(row.Email); err != nil || a.Address != row.Email || len(row.Email) > 64 {
		fault("email", language.M("Row {row}, {column}: {value} is no e-mail address."))
		return nil
	}
	if before := r.email[row.Email]; before > 0 {
		fault("email", language.M("Row {row}, {column}: {value} stands in row {other} already."), "other", strconv.Itoa(before))
		return nil
	}
	r.email[row.Email] = row.N
	a, err := access.FindLogin(ctx, tx, row.Email)
	switch {
	case errors.Is(err, errs.NotFound):
		return nil
	case err != nil:
		return err
	case a.Disabled, len(a.Offices()) > 0:
		fault("email", language.M("Row {row}, {column}: the account of {value} is closed, or belongs to someone of this house."))
	case slices.ContainsFunc(r.seats, func(s Seat) bool { return s.Person == a.ID && s.Status.live() }):
		fault("email", language.M("Row {row}, {column}: {value} has a seat in this workshop already."))
	}
	return nil
}

// role finds the role by its code, or by its word in the reader's language.
func (r *roster) role(written string) Role {
	for _, role := range Roles() {
		if strings.EqualFold(written, string(role)) || strings.EqualFold(written, r.p.T(role.Name())) {
			return role
		}
	}
	return ""
}

func roleCodes() string {
	var all []string
	for _, r := range Roles() {
		all = append(all, string(r))
	}
	return strings.Join(all, ", ")
}

// seat finds State and organisation, and counts the seats.
func (r *roster) seat(ctx context.Context, tx *db.Tx, row *Row, cell map[string]string, fault faults) error {
	if written := cell["state"]; written != "" { // an intergovernmental organisation has none
		codes := r.q.orgs.FindStates(written)
		switch len(codes) {
		case 0:
			fault("state", language.M("Row {row}, {column}: {value} is no State. Write its two letters of ISO 3166-1."))
			return nil
		case 1:
			row.State = codes[0]
		default:
			var names []string
			for _, c := range codes {
				names = append(names, c+" ("+organisation.StateName(r.p, c)+")")
			}
			fault("state", language.M("Row {row}, {column}: {value} may be {states}. Write the two letters of the one that is meant."), "states", string(r.p.Or(names)))
			return nil
		}
	}
	list, err := organisation.List(ctx, tx, row.State)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(o organisation.Organisation) bool {
		return o.State == row.State && strings.EqualFold(o.Name, cell["organisation"])
	})
	if i < 0 {
		fault("organisation", language.M("Row {row}, {column}: there is no organisation {value} in this State. Enter it first."))
		return nil
	}
	o := list[i]
	row.Organisation = o.ID
	if r.act == "seat.nominate" {
		own, err := organisation.ForState(ctx, tx, r.who, o.State)
		if err != nil {
			return err
		}
		if !own {
			fault("state", language.M("Row {row}, {column}: you name people of your own State only."))
			return nil
		}
	}
	if row.Role == "" {
		return nil
	}
	p, ok := planned(r.plan, o, row.Role)
	if !ok {
		fault("role", language.M("Row {row}, {column}: no seat is planned for this State and role."))
		return nil
	}
	at := place{p.State, p.Role}
	if r.taken[at]++; r.taken[at] > p.Seats+p.Reserve {
		fault("role", language.M("Row {row}, {column}: {seats} seats and {reserve} on the reserve are planned for this State and role, and all have somebody. This is one too many."),
			"seats", strconv.Itoa(p.Seats), "reserve", strconv.Itoa(p.Reserve))
	}
	return nil
}

// live reports whether the seat is somebody's, or waits to be.
func (s Status) live() bool {
	return s == Typed || s == Nominated || s == Offered || s == Accepted || s == Reserve || s == Attended
}

// mayName says when people can be named.
func mayName(w Workshop) error {
	if w.Stage != Announced && w.Stage != Selecting && w.Stage != Ready {
		return errs.Say(fmt.Errorf("workshop %s is %s: %w", w.ID, w.Stage, errs.Conflict), language.M("People can be named from the announcement until the workshop begins."), nil)
	}
	return nil
}
