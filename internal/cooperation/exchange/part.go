package exchange

import (
	"context"
	"fmt"
	"hash/crc32"
	"io"

	"comity/internal/base/canonical"
	"comity/internal/base/id"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
)

// JSON returns a part with canonical JSON.
func JSON(path string, v any) (Part, error) {
	b, err := canonical.Marshal(v)
	return Part{Path: path, Media: "application/json", Data: b}, err
}

func (p Part) file() envelope.File {
	if p.Source == "" {
		return envelope.File{Path: p.Path, SHA256: canonical.Sum(p.Data), Size: int64(len(p.Data)), Media: p.Media}
	}
	return envelope.File{Path: p.Path, SHA256: p.SHA256, Size: p.Size, Media: p.Media}
}

func (p Part) crc() uint32 {
	if p.Source == "" {
		return crc32.ChecksumIEEE(p.Data)
	}
	return p.CRC32
}

// envelopeParts gives the parts as the envelope wants them; large ones are opened when their turn comes.
func (x *Exchange) envelopeParts(ctx context.Context, parts []Part) []envelope.Part {
	all := make([]envelope.Part, 0, len(parts)+1)
	for _, p := range parts {
		if p.Source == "" {
			all = append(all, envelope.Bytes(p.Path, p.Media, p.Data))
			continue
		}
		all = append(all, envelope.Part{File: p.file(), CRC32: p.CRC32, Open: func() (io.ReadCloser, error) {
			open, ok := x.sources[p.Source]
			if !ok {
				return nil, fmt.Errorf("part %s: nobody opens source %q", p.Path, p.Source)
			}
			return open(ctx, p.Key)
		}})
	}
	return all
}

func parts(ctx context.Context, tx *db.Tx, m id.ID) ([]Part, error) {
	rows, err := tx.Query(ctx, `
		SELECT path, sha256, size, crc32, media, data, source, key FROM message_part WHERE message_id = ? ORDER BY n`, m)
	return db.Collect(rows, err, func(s db.Scan) (Part, error) {
		var p Part
		return p, s(&p.Path, &p.SHA256, &p.Size, &p.CRC32, &p.Media, &p.Data, &p.Source, &p.Key)
	})
}
