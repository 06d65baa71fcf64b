package request

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"
	"time"

	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// maxRows is how many requests one file lists: more than anybody reads, less than would stop the node.
const maxRows = 5000

// listCSV gives the list with the filters of the address as a file for a spreadsheet: codes and days as they are kept,
// the same in every language, and of each request no more than the list shows.
func (q *Requests) listCSV(r *web.Request) error {
	f, due := filterOf(r)
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{"reference", "their_number", "direction", "requesting", "requested", "measures", "state", "since", "next_end", "next_end_treaty", "next_end_article", "next"}
	if err := w.Write(head); err != nil {
		return err
	}
	err := q.seen(r, func(ctx context.Context, tx *db.Tx) error {
		for n := 0; n < maxRows; {
			list, err := q.listed(ctx, tx, r, f, due)
			if err != nil {
				return err
			}
			for _, req := range list {
				row, err := q.csvRow(ctx, tx, r, req)
				if err != nil {
					return err
				}
				if err := w.Write(row); err != nil {
					return err
				}
			}
			n += len(list)
			if due || len(list) < f.Limit {
				return nil
			}
			f.Before = list[len(list)-1].ID
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.Flush()
	return r.Attachment("requests.csv", "text/csv; charset=utf-8", bytes.NewReader(b.Bytes()))
}

func (q *Requests) csvRow(ctx context.Context, tx *db.Tx, r *web.Request, req Request) ([]string, error) {
	from, to := q.exchange.Self().State(), req.TheirState
	if req.Direction == In {
		from, to = to, from
	}
	row := []string{
		req.Reference, req.OwnReference, string(req.Direction), from, to, req.Types, string(req.State), req.Since.UTC().Format(time.RFC3339), "", "", "", string(req.State.Ball()),
	}
	lines, err := q.clockLines(ctx, tx, r, []Request{req})
	if err != nil {
		return nil, err
	}
	if len(lines) > 0 {
		c := lines[0].Clock
		row[8], row[9], row[10] = string(c.End), string(c.Treaty), c.Article
	}
	for i, cell := range row {
		row[i] = plainCell(cell)
	}
	return row, nil
}

// plainCell keeps a spreadsheet from taking a cell for a formula: some of them come from the other side.
func plainCell(s string) string {
	if strings.ContainsRune("=+-@\t\r", []rune(s + " ")[0]) {
		return "'" + s
	}
	return s
}
