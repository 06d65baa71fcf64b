package ledger

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"comity/internal/base/errs"
	"comity/internal/store/db"
)

// The tree is kept as tiles (C2SP tlog-tiles): 256 hashes of one level in a row of the table, the last one of each
// level still filling. An entry costs 32 bytes there, a turn of the sequencer three or four rows.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// edge is the right edge of the tree: the tiles that are still filling, level by level.
type edge struct {
	size    int64 // entries in the tree
	tiles   []tile
	changed []tile // tiles that became full since the edge was loaded
}

type tile struct {
	level int
	n     int64
	data  []byte
}

// loadEdge reads the filling tiles of the tree of the given size.
func loadEdge(ctx context.Context, tx *db.Tx, size int64) (*edge, error) {
	e := &edge{size: size}
	for level, width := 0, size; width > 0; level, width = level+1, width/tileWidth {
		t := tile{level: level, n: width / tileWidth}
		if hashes := width % tileWidth; hashes > 0 {
			data, err := readTile(ctx, tx, level, t.n)
			if err != nil {
				return nil, err
			}
			if int64(len(data)) < hashes*tlog.HashSize {
				return nil, fmt.Errorf("tile %d/%d holds %d bytes, want %d: %w", level, t.n, len(data), hashes*tlog.HashSize, errs.Invalid)
			}
			t.data = data[:hashes*tlog.HashSize]
		}
		e.tiles = append(e.tiles, t)
	}
	return e, nil
}

// append puts the leaf behind the last one; a tile that becomes full gives its own hash to the level above.
func (e *edge) append(leaf tlog.Hash) {
	e.size++
	for level, h := 0, leaf; ; level++ {
		if level == len(e.tiles) {
			e.tiles = append(e.tiles, tile{level: level})
		}
		t := &e.tiles[level]
		t.data = append(t.data, h[:]...)
		if len(t.data) < tileWidth*tlog.HashSize {
			return
		}
		e.changed = append(e.changed, *t)
		h = tileRoot(t.data)
		*t = tile{level: level, n: t.n + 1}
	}
}

// store writes all tiles of the edge that hold something and those that became full.
func (e *edge) store(ctx context.Context, tx *db.Tx) error {
	for _, t := range append(e.changed, e.tiles...) {
		if len(t.data) == 0 {
			continue
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO ledger_tile (level, n, data) VALUES (?, ?, ?)
			ON CONFLICT (level, n) DO UPDATE SET data = excluded.data`, t.level, t.n, t.data)
		if err != nil {
			return fmt.Errorf("write tile %d/%d: %w", t.level, t.n, err)
		}
	}
	e.changed = nil
	return nil
}

// tileRoot is the hash above a full tile.
func tileRoot(data []byte) tlog.Hash {
	level := make([]tlog.Hash, tileWidth)
	for i := range level {
		copy(level[i][:], data[i*tlog.HashSize:])
	}
	for len(level) > 1 {
		for i := range len(level) / 2 {
			level[i] = tlog.NodeHash(level[2*i], level[2*i+1])
		}
		level = level[:len(level)/2]
	}
	return level[0]
}

func readTile(ctx context.Context, tx *db.Tx, level int, n int64) ([]byte, error) {
	var data []byte
	err := tx.Row(ctx, `SELECT data FROM ledger_tile WHERE level = ? AND n = ?`, level, n).Scan(&data)
	if errors.Is(err, errs.NotFound) {
		return nil, fmt.Errorf("tile %d/%d of the ledger is missing: %w", level, n, errs.Invalid)
	}
	if err != nil {
		return nil, fmt.Errorf("read tile %d/%d: %w", level, n, err)
	}
	return data, nil
}

// hashReader lets tlog read the tree's hashes within tx. A tile is read once.
func hashReader(ctx context.Context, tx *db.Tx) tlog.HashReader {
	type place struct {
		level int
		n     int64
	}
	seen := map[place][]byte{}
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			t := tlog.TileForIndex(tileHeight, index)
			data, ok := seen[place{t.L, t.N}]
			if !ok {
				var err error
				if data, err = readTile(ctx, tx, t.L, t.N); err != nil {
					return nil, err
				}
				seen[place{t.L, t.N}] = data
			}
			var err error
			if hashes[i], err = tlog.HashFromTile(t, data, index); err != nil {
				return nil, fmt.Errorf("tile %d/%d: %w: %w", t.L, t.N, err, errs.Invalid)
			}
		}
		return hashes, nil
	})
}
