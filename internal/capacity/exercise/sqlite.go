package exercise

import (
	"encoding/binary"
	"fmt"

	"comity/internal/base/errs"
)

// pageSize is that of the databases written here; a table is one page of it.
const pageSize = 8192

// dbTable is a table of a small database. Values are string, int64 or nil; the first column is its INTEGER PRIMARY KEY and
// stands in no row: it counts from 1.
type dbTable struct {
	name, sql string
	rows      [][]any
}

// sqliteFile writes tables as a database in the format of SQLite 3 (sqlite.org/fileformat2.html): a page for the schema and
// one leaf for each table. It is written by hand so that the bytes depend on nothing but the rows. A table that doesn't
// fit on its page is [errs.Invalid].
func sqliteFile(tables []dbTable) ([]byte, error) {
	file := make([]byte, pageSize*(1+len(tables)))
	var schema [][]byte
	for i, t := range tables {
		schema = append(schema, cell(i+1, []any{"table", t.name, t.name, int64(i + 2), t.sql}))
		var rows [][]byte
		for n, r := range t.rows {
			rows = append(rows, cell(n+1, append([]any{nil}, r...)))
		}
		if err := leaf(file[(i+1)*pageSize:(i+2)*pageSize], 0, rows); err != nil {
			return nil, fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	if err := leaf(file[:pageSize], 100, schema); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	copy(file, "SQLite format 3\x00")
	binary.BigEndian.PutUint16(file[16:], pageSize)
	file[18], file[19], file[21], file[22], file[23] = 1, 1, 64, 32, 32 // journal, no space kept back, payload shares
	for at, v := range map[int]uint32{
		24: 1, 28: uint32(1 + len(tables)), // changes, pages
		40: 1, 44: 4, 56: 1, // schema's version and format; UTF-8
		92: 1, 96: 3_045_000, // the change for which the next is true: the version of the library
	} {
		binary.BigEndian.PutUint32(file[at:], v)
	}
	return file, nil
}

// leaf writes a table's rows on one page, whose first bytes before the given place are taken.
func leaf(page []byte, before int, cells [][]byte) error {
	head, end := before+8, len(page)
	for i, c := range cells {
		end -= len(c)
		if end < head+2*len(cells) {
			return errs.Invalidf("%d rows don't fit on a page of %d bytes", len(cells), len(page))
		}
		copy(page[end:], c)
		binary.BigEndian.PutUint16(page[head+2*i:], uint16(end))
	}
	page[before] = 0x0D // a leaf of a table
	binary.BigEndian.PutUint16(page[before+3:], uint16(len(cells)))
	binary.BigEndian.PutUint16(page[before+5:], uint16(end))
	return nil
}

// cell writes one row: its length, its number, the kinds of its values and the values.
func cell(rowid int, values []any) []byte {
	var kinds, body []byte
	for _, v := range values {
		switch x := v.(type) {
		case string:
			kinds = varint(kinds, uint64(13+2*len(x)))
			body = append(body, x...)
		case int64:
			kinds = varint(kinds, 6) // eight bytes
			body = binary.BigEndian.AppendUint64(body, uint64(x))
		default:
			kinds = varint(kinds, 0) // NULL
		}
	}
	head := varint(nil, uint64(len(kinds)+1)) // one byte while a row has few columns
	record := append(append(head, kinds...), body...)
	return append(varint(varint(nil, uint64(len(record))), uint64(rowid)), record...)
}

// varint appends a number in sevens, the highest first (below 2^56, as all are here).
func varint(b []byte, v uint64) []byte {
	n := 1
	for v>>(7*n) > 0 {
		n++
	}
	for i := n - 1; i > 0; i-- {
		b = append(b, byte(v>>(7*i))|0x80)
	}
	return append(b, byte(v&0x7F))
}
