package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
	"comity/internal/store/ledger"
)

// How many entries stand on a page, and how many are looked through at most to find so many that the reader may see.
const (
	perPage   = 25
	perGlance = 500
)

type ledgerPage struct {
	Recovery string
	Summary  []web.Row
	Table    web.Table
	Pager    web.Pager
	All      bool // the reader sees the entries of all cases
	Verify   web.Button
	Export   web.Button
}

func (q *Records) showLedger(r *web.Request) error {
	p := ledgerPage{
		Recovery: q.Log.Recovery(), All: q.seesAll(r.Person),
		Verify: web.Button{Text: r.T("Verify the ledger now")}, Export: web.Button{Text: r.T("Download the whole ledger"), Kind: "secondary"},
	}
	state, err := q.state(r)
	if err != nil {
		return err
	}
	p.Summary = state
	err = q.look(r, func(ctx context.Context, tx *db.Tx) error {
		entries, next, err := q.glance(ctx, tx, r, id.ID(r.Query("before")))
		if err != nil {
			return err
		}
		if next != "" {
			p.Pager.Next = "/ledger?before=" + string(next)
		}
		p.Table, err = q.table(ctx, tx, r, entries)
		return err
	})
	if r.Query("before") != "" {
		p.Pager.Previous = "/ledger"
	}
	if err != nil {
		return err
	}
	return r.Page("record/ledger", p)
}

// seesAll reports whether a person may see who did what, in all cases: the auditor.
func (q *Records) seesAll(p access.Person) bool { return q.Policy.Ever(p, "report.access") }

// glance reads a page of the newest entries that the reader may know of, and where the next page begins: an entry
// about something in a case stands there for the people in that case and for the auditor.
func (q *Records) glance(ctx context.Context, tx *db.Tx, r *web.Request, before id.ID) (seen []ledger.Listed, next id.ID, err error) {
	for looked := 0; looked < perGlance; {
		some, err := ledger.Latest(ctx, tx, before, perPage)
		if err != nil {
			return nil, "", err
		}
		for _, e := range some {
			if len(seen) == perPage {
				return seen, before, nil
			}
			before = e.ID
			if q.knows(ctx, tx, r, e.On) {
				seen = append(seen, e)
			}
		}
		if len(some) < perPage {
			return seen, "", nil
		}
		looked += len(some)
	}
	return seen, before, nil
}

// knows reports whether the reader may know of the thing that an entry is about.
func (q *Records) knows(ctx context.Context, tx *db.Tx, r *web.Request, on id.Ref) bool {
	if q.seesAll(r.Person) {
		return true
	}
	f, err := q.Sources.Read(ctx, tx, on, r.Person)
	if err != nil {
		if !errors.Is(err, errs.NotFound) {
			q.Logger.Warn("an entry is not shown: the facts of its thing could not be read", "on", on, "err", err)
		}
		return false
	}
	return f.Standing == access.Open || f.Standing == access.Member
}

func (q *Records) table(ctx context.Context, tx *db.Tx, r *web.Request, entries []ledger.Listed) (web.Table, error) {
	t := web.Table{
		Caption: r.T("Newest entries"), Empty: r.T("There is no entry that you may see."),
		Columns: []web.Column{{Label: r.T("The act")}, {Label: r.T("To what")}, {Label: r.T("At what time")}, {Label: r.T("Its place")}},
	}
	who := q.seesAll(r.Person)
	if who {
		t.Columns = append(t.Columns, web.Column{Label: r.T("Who did it")})
	}
	for _, e := range entries {
		row := []any{web.Link{Text: q.said(r, e), Href: "/ledger/" + string(e.ID)}, code(string(e.On)), string(r.When(e.At)), place(r, e)}
		if who {
			by, err := q.by(ctx, tx, r, e)
			if err != nil {
				return t, err
			}
			row = append(row, by)
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// said says an act in words. A refused attempt names what was attempted.
func (q *Records) said(r *web.Request, e ledger.Listed) string {
	if e.Act != "refused" {
		return r.T(q.words(e.Act))
	}
	var facts struct {
		Act string `json:"act"`
	}
	if err := json.Unmarshal(e.Facts, &facts); err != nil || facts.Act == "" {
		return r.T("not allowed")
	}
	return r.T("not allowed: {act}", "act", r.T(q.words(facts.Act)))
}

// words is what roles.toml says of an act; an act of a later version has its code.
func (q *Records) words(act string) string {
	if s := q.Policy.Say(access.Act(act)); s != "" {
		return s
	}
	return act
}

// place says where an entry stands in the tree, or that it waits.
func place(r *web.Request, e ledger.Listed) any {
	if e.Pos < 0 {
		return web.Tag{Text: r.T("Waits for its place"), Colour: "yellow"}
	}
	return r.Number(e.Pos)
}

// by names who acted. People who were erased have no name any more; the entry still holds.
func (q *Records) by(ctx context.Context, tx *db.Tx, r *web.Request, e ledger.Listed) (string, error) {
	if e.Node != "" {
		return r.T("another node"), nil
	}
	n, err := ledger.Who(ctx, tx, e.ID)
	if err != nil {
		return "", err
	}
	if n == "" {
		return r.T("the node itself"), nil
	}
	a, err := access.Find(ctx, tx, n)
	if errors.Is(err, errs.NotFound) {
		return r.T("a person whose data was erased"), nil
	}
	return a.Name, err
}

// state says how the ledger stands: its newest checkpoint and who has cosigned one.
func (q *Records) state(r *web.Request) ([]web.Row, error) {
	placed, signed, err := q.Log.Size(r.Ctx())
	if err != nil {
		return nil, err
	}
	waiting, err := q.Log.Waiting(r.Ctx())
	if err != nil {
		return nil, err
	}
	rows := []web.Row{
		{Key: r.T("Name of the ledger"), Value: code(q.Log.Origin())},
		{Key: r.T("Entries with a place"), Value: r.Number(placed)},
		{Key: r.T("Entries that wait for one"), Value: r.Number(waiting)},
		{Key: r.T("Newest signed checkpoint covers"), Value: r.N("{n} entry", "{n} entries", int(signed)), Actions: []web.Link{{Text: r.T("Download"), Hidden: r.T("the checkpoint"), Href: "/ledger/checkpoint"}}},
	}
	cosigned, err := q.cosigned(r)
	return append(rows, web.Row{Key: r.T("Cosigned by other nodes"), Value: cosigned}), err
}

func (q *Records) cosigned(r *web.Request) (string, error) {
	var keys []string
	err := q.look(r, func(ctx context.Context, tx *db.Tx) (err error) {
		keys, err = q.Witnesses(ctx, tx)
		return err
	})
	if err != nil {
		return "", err
	}
	c, by, err := q.Log.NewestWitnessed(r.Ctx(), keys...)
	if err != nil {
		return "", err
	}
	if len(by) == 0 {
		return r.T("Not yet. Other nodes are asked after each envelope."), nil
	}
	last := slices.MaxFunc(by, func(a, b ledger.Cosigned) int { return a.At.Compare(b.At) })
	return r.N("{n} node has cosigned the first {size} entries, last at {time}.", "{n} nodes have cosigned the first {size} entries, last at {time}.",
		len(by), "size", c.Size, "time", r.When(last.At)), nil
}

type entryPage struct {
	Entry   ledger.Listed
	Title   string
	Summary []web.Row
	Facts   []web.Row
	JSON    string
	Placed  bool
}

// entry returns an entry that the reader may see.
func (q *Records) entry(ctx context.Context, tx *db.Tx, r *web.Request) (ledger.Listed, error) {
	n, err := r.PathID("entry")
	if err != nil {
		return ledger.Listed{}, err
	}
	e, err := ledger.ListedOf(ctx, tx, n)
	if err != nil {
		return e, err
	}
	if !q.knows(ctx, tx, r, e.On) {
		return e, fmt.Errorf("ledger entry %s: %w", n, errs.NotFound)
	}
	return e, nil
}

func (q *Records) showEntry(r *web.Request) error {
	var p entryPage
	err := q.look(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Entry, err = q.entry(ctx, tx, r); err != nil {
			return err
		}
		e := p.Entry
		p.Title, p.JSON, p.Placed = q.said(r, e), string(e.JSON), e.Pos >= 0
		p.Summary = []web.Row{
			{Key: r.T("To what"), Value: code(string(e.On))},
			{Key: r.T("At what time"), Value: string(r.When(e.At))},
			{Key: r.T("Number of the entry"), Value: code(string(e.ID))},
		}
		if p.Placed {
			p.Summary = append(p.Summary, web.Row{Key: r.T("Its place"), Value: r.Number(e.Pos)})
		}
		if e.Node != "" {
			p.Summary = append(p.Summary, web.Row{Key: r.T("Number of the other node"), Value: code(string(e.Node))})
		}
		if e.Message != "" {
			p.Summary = append(p.Summary, web.Row{Key: r.T("Digest of the message that was sent"), Value: code(string(e.Message))})
		}
		if q.seesAll(r.Person) {
			by, err := q.by(ctx, tx, r, e)
			if err != nil {
				return err
			}
			p.Summary = append(p.Summary, web.Row{Key: r.T("Who did it"), Value: by})
		}
		p.Facts, err = factRows(e.Facts)
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("record/entry", p)
}

// factRows shows the codes and digests of an entry as they stand there: their names are part of its format.
func factRows(b json.RawMessage) ([]web.Row, error) {
	var facts map[string]json.RawMessage
	if err := json.Unmarshal(b, &facts); err != nil {
		return nil, err
	}
	var rows []web.Row
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		v := string(facts[name])
		if s, err := strconv.Unquote(v); err == nil {
			v = s
		}
		rows = append(rows, web.Row{Key: name, Value: code(v)})
	}
	return rows, nil
}

// code shows a digest, an id or a line for a shell, from left to right; it may break anywhere on a narrow screen.
func code(s string) template.HTML {
	return template.HTML(`<code class="comity-identifier" dir="ltr">` + template.HTMLEscapeString(s) + `</code>`) //nolint:gosec // escaped
}
