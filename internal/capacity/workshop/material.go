package workshop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/blob"
	"comity/internal/store/db"
)

// MaxMaterial is how large one file that is handed out may be.
const MaxMaterial = 32 << 20

// Material is a file that is handed out, in one language.
type Material struct {
	ID       id.ID // under which its bytes are kept
	Language language.Tag
	Title    string
	Name     string // of the file, as it was sent
	Sum      string // SHA-256 of its bytes
	Size     int64
}

// Materials lists what is handed out.
func Materials(ctx context.Context, tx *db.Tx, n id.ID) ([]Material, error) {
	rows, err := tx.Query(ctx, `SELECT id, language, title, name, sum, size FROM workshop_material WHERE workshop_id = ? ORDER BY language, title`, n)
	return db.Collect(rows, err, func(scan db.Scan) (m Material, err error) {
		err = scan(&m.ID, &m.Language, &m.Title, &m.Name, &m.Sum, &m.Size)
		return m, err
	})
}

// AddMaterial keeps a file that is handed out, in place of one of the same title and language. Its bytes are durable before the
// act names them; when the act is refused they are removed. At most [MaxMaterial] bytes are taken.
func (q *Workshops) AddMaterial(ctx context.Context, who access.Person, n id.ID, m Material, r io.Reader, entry id.ID) error {
	if err := m.check(); err != nil {
		return err
	}
	if err := q.mayAdd(ctx, who, n); err != nil {
		return err
	}
	m.Name = path.Base(strings.ReplaceAll(m.Name, `\`, "/"))
	taken, err := q.intake(ctx, r, &m)
	if err != nil {
		return err
	}
	if taken.Size == 0 || taken.Size > MaxMaterial {
		err = errs.WithFields(errs.Field{Path: "file", Code: language.M("Choose a file of at most 32 MB that isn’t empty.")})
		return errors.Join(err, q.forget(ctx, m.ID))
	}
	m.Sum, m.Size = string(taken.SHA256), taken.Size
	var before id.ID
	done := false // stays false when the same form came twice
	err = q.desk.Do(ctx, who, "agenda.edit", id.NewRef(RefKind, n), func(c *desk.Change) error {
		before, done = "", true
		err := c.Row(ctx, `SELECT id FROM workshop_material WHERE workshop_id = ? AND language = ? AND title = ?`, n, m.Language, m.Title).Scan(&before)
		if err != nil && !errors.Is(err, errs.NotFound) {
			return err
		}
		c.Record(map[string]string{"language": string(m.Language), "sum": m.Sum})
		_, err = c.Exec(ctx, `
			INSERT INTO workshop_material (id, workshop_id, language, title, name, sum, size) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (workshop_id, language, title) DO UPDATE SET id = excluded.id, name = excluded.name, sum = excluded.sum, size = excluded.size`,
			m.ID, n, m.Language, m.Title, m.Name, m.Sum, m.Size)
		return err
	}, desk.Once(entry))
	switch {
	case err != nil || !done:
		return errors.Join(err, q.forget(ctx, m.ID))
	case before != "":
		return q.forget(ctx, before)
	}
	return nil
}

func (m Material) check() error {
	var wrong []errs.Field
	if l := len([]rune(m.Title)); l == 0 || l > maxName {
		wrong = append(wrong, errs.Field{Path: "title", Code: language.M("Write the name, in at most 200 characters.")})
	}
	if !slices.Contains(language.Official(), m.Language) {
		wrong = append(wrong, errs.Field{Path: "language", Code: language.M("Choose at least one working language.")})
	}
	if l := len([]rune(m.Name)); l == 0 || l > maxName {
		wrong = append(wrong, errs.Field{Path: "file", Code: language.M("Choose a file whose name has at most 200 characters.")})
	}
	return errs.WithFields(wrong...)
}

// mayAdd asks before bytes are taken in; the act asks again.
func (q *Workshops) mayAdd(ctx context.Context, who access.Person, n id.ID) error {
	return q.read.Read(ctx, db.House("workshop"), func(tx *db.Tx) error {
		return q.desk.See(ctx, tx, who, "agenda.edit", id.NewRef(RefKind, n))
	})
}

// intake keeps the bytes under a key of their own.
func (q *Workshops) intake(ctx context.Context, r io.Reader, m *Material) (blob.Taken, error) {
	m.ID = id.New(q.now())
	key, err := q.vault.New(m.ID)
	if err != nil {
		return blob.Taken{}, err
	}
	taken, err := blob.Intake(ctx, q.blobs, m.ID, key.Recipient(), io.LimitReader(r, MaxMaterial+1))
	if err != nil {
		return taken, errors.Join(fmt.Errorf("material of a workshop: %w", err), q.vault.Destroy(m.ID))
	}
	return taken, nil
}

// forget removes bytes that nothing names any more, and their key.
func (q *Workshops) forget(ctx context.Context, n id.ID) error {
	ctx = context.WithoutCancel(ctx)
	return errors.Join(q.blobs.Delete(ctx, n), q.vault.Destroy(n))
}

// unnamedLife is how long bytes may wait for the act that names them.
const unnamedLife = 48 * time.Hour

// Sweep removes bytes that no workshop has named after two days: the process ended between their intake and the act.
func (q *Workshops) Sweep(ctx context.Context) error {
	return q.vault.Items(func(n id.ID, at time.Time) error {
		if q.now().Sub(at) < unnamedLife {
			return ctx.Err()
		}
		var named int
		err := q.read.Read(ctx, db.House("material.sweep"), func(tx *db.Tx) error {
			return tx.Row(ctx, `SELECT COUNT(*) FROM workshop_material WHERE id = ?`, n).Scan(&named)
		})
		if err != nil || named > 0 {
			return err
		}
		if err = q.forget(ctx, n); errors.Is(err, errs.NotFound) { // the key had no bytes
			err = q.vault.Destroy(n)
		}
		if errors.Is(err, errs.NotFound) {
			err = nil
		}
		return err
	})
}

// OpenMaterial returns the bytes of a file of the workshop to someone who may see it. Close them.
func (q *Workshops) OpenMaterial(ctx context.Context, who access.Person, n, file id.ID) (m Material, p *blob.Plain, err error) {
	err = q.read.Read(ctx, access.ScopeOf(who, q.now()), func(tx *db.Tx) error {
		if err := q.desk.See(ctx, tx, who, "workshop.read", id.NewRef(RefKind, n)); err != nil {
			return err
		}
		all, err := Materials(ctx, tx, n)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(x Material) bool { return x.ID == file })
		if i < 0 {
			return fmt.Errorf("material %s of workshop %s: %w", file, n, errs.NotFound)
		}
		m = all[i]
		return nil
	})
	if err != nil {
		return m, nil, err
	}
	key, err := q.vault.Get(file)
	if err != nil {
		return m, nil, err
	}
	p, err = blob.Open(ctx, q.blobs, file, key)
	return m, p, err
}
