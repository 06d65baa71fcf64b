package dataset

import (
	"bytes"
	"context"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/engine/document"
	"comity/internal/engine/document/svg"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type mapPage struct {
	Head  heading
	Table web.Table
}

func (d *Data) showMap(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	var p mapPage
	err = d.look(r, func(ctx context.Context, tx *db.Tx) error {
		s, x, c, err := newest(ctx, tx, n)
		if err != nil {
			return err
		}
		if c == nil {
			return notFrozen()
		}
		_, t, err := d.Map(c, r.Printer, x.Frozen.UTC().Year(), false)
		p.Head, p.Table = headOf(r, s), pageTable(t)
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("dataset/map", p)
}

// pageTable is a document's table as a page's.
func pageTable(t document.Table) web.Table {
	out := web.Table{Caption: t.Caption.String()}
	for _, h := range t.Head {
		out.Columns = append(out.Columns, web.Column{Label: h.String()})
	}
	for _, row := range t.Rows {
		var cells []any
		for _, c := range row {
			cells = append(cells, c.String())
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}

func (d *Data) mapFile(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	name := r.Value("file")
	if name != "map.svg" && name != "narrow.svg" {
		return fmt.Errorf("file %s of a map: %w", name, errs.NotFound)
	}
	var b []byte
	err = d.look(r, func(ctx context.Context, tx *db.Tx) error {
		_, x, c, err := newest(ctx, tx, n)
		if err != nil {
			return err
		}
		if c == nil {
			return notFrozen()
		}
		drawing, _, err := d.Map(c, r.Printer, x.Frozen.UTC().Year(), name == "narrow.svg")
		if err == nil {
			b = svg.Write(drawing)
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Attachment(name, "image/svg+xml", bytes.NewReader(b))
}
