package review

import (
	"context"
	"fmt"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Original is a file as it came: a comment form, or a letter that people read and enter by hand.
type Original struct {
	ID     id.ID
	Tray   id.ID
	Name   string
	Media  string
	SHA256 canonical.Hash
	Data   []byte
}

const (
	maxOriginal = 10 << 20
	xlsx        = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// Import puts the comments of a form into a tray, as drafts of those who work there; the file is kept with them.
// All of its lines come in, or none.
func (q *Reviews) Import(ctx context.Context, who access.Person, tray id.ID, name string, file []byte, entry id.ID) (int, error) {
	f, err := ReadForm(file, q.Catalog)
	if err != nil {
		return 0, err
	}
	return len(f.Rows), q.Desk.Do(ctx, who, "comment.write", id.NewRef(KindTray, tray), func(c *desk.Change) error {
		return q.importForm(ctx, c, tray, f, Original{Name: name, Media: xlsx, Data: file}, Draft)
	}, desk.Once(entry))
}

// Enter puts the comments of a form that came by post or mail into the tray of its sender, as submitted: the secretariat
// enters what a State handed in on paper or as a file.
func (q *Reviews) Enter(ctx context.Context, who access.Person, round, tray id.ID, name string, file []byte, entry id.ID) (int, error) {
	f, err := ReadForm(file, q.Catalog)
	if err != nil {
		return 0, err
	}
	return len(f.Rows), q.Desk.Do(ctx, who, "comment.enter", id.NewRef(KindRound, round), func(c *desk.Change) error {
		if err := ofRound(ctx, c, round, tray); err != nil {
			return err
		}
		if err := q.importForm(ctx, c, tray, f, Original{Name: name, Media: xlsx, Data: file}, Submitted); err != nil {
			return err
		}
		_, err := c.Exec(ctx, `UPDATE comment_tray SET submitted_at = ?, sets = sets + 1, version = version + 1 WHERE id = ?`, c.Now(), tray)
		return err
	}, desk.Once(entry))
}

// Keep keeps a letter as it came, in the tray of its sender. Its comments are entered by hand, or from a form.
func (q *Reviews) Keep(ctx context.Context, who access.Person, round, tray id.ID, o Original, entry id.ID) error {
	if len(o.Data) == 0 || len(o.Data) > maxOriginal {
		return errs.WithFields(errs.Field{Path: "file", Code: "Choose a file of at most 10 MB."})
	}
	return q.Desk.Do(ctx, who, "comment.enter", id.NewRef(KindRound, round), func(c *desk.Change) error {
		if err := ofRound(ctx, c, round, tray); err != nil {
			return err
		}
		o.Tray = tray
		_, err := insertOriginal(ctx, c, o)
		return err
	}, desk.Once(entry))
}

// ofRound holds that the tray is one of the round, which decides who may enter.
func ofRound(ctx context.Context, c *desk.Change, round, tray id.ID) error {
	t, err := FindTray(ctx, c.Tx, tray)
	if err == nil && (t.Round != round || t.Peer != "") {
		err = fmt.Errorf("tray %s of round %s: %w", tray, round, errs.NotFound)
	}
	return err
}

func (q *Reviews) importForm(ctx context.Context, c *desk.Change, tray id.ID, f Read, file Original, status CommentStatus) error {
	o, err := openTray(ctx, c, tray)
	if err != nil {
		return err
	}
	if f.Round != o.round.ID || f.Tray != "" && f.Tray != tray {
		return errs.WithFields(errs.Field{Path: "file", Code: notOurForm()})
	}
	blocks, err := blocksOfHash(ctx, c.Tx, o.round.Document, f.Version)
	if err != nil {
		return err
	}
	file.Tray = tray
	source, err := insertOriginal(ctx, c, file)
	if err != nil {
		return err
	}
	for i, k := range f.aim(blocks) {
		k.source = source
		if b := f.Rows[i].behalf; !q.names(o.tray.Party, b) {
			k.Behalf = b
		}
		if err := k.check(o.round); err != nil {
			var wrong []errs.Field
			for _, e := range errs.Fields(err) {
				wrong = append(wrong, errs.Field{Path: "file", Code: e.Code, Args: e.Args})
			}
			return errs.WithFields(append([]errs.Field{{Path: "file", Code: "Something is wrong in line {line}:", Args: map[string]string{"line": fmt.Sprint(f.Rows[i].Line)}}}, wrong...)...)
		}
		author := c.Who().ID
		if status == Submitted {
			author = ""
		}
		if err := insertComment(ctx, c, o, id.New(c.Now()), k, status, author); err != nil {
			return err
		}
	}
	c.Record(map[string]any{"comments": len(f.Rows), "sha256": canonical.Sum(file.Data)})
	return nil
}

// names says whether what stands under "On behalf of" is the party itself, in any language, or nothing.
func (q *Reviews) names(p Party, s string) bool {
	if s == "" || s == p.Name {
		return true
	}
	for _, tag := range language.Official() {
		if strings.EqualFold(s, p.Label(q.Catalog.Get(tag))) {
			return true
		}
	}
	return false
}

// blocksOfHash returns the blocks of the version of a document that has the digest.
func blocksOfHash(ctx context.Context, tx *db.Tx, document id.ID, hash canonical.Hash) ([]Block, error) {
	var version id.ID
	err := tx.Row(ctx, `SELECT id FROM document_version WHERE document_id = ? AND hash = ? AND hash <> '' ORDER BY n DESC LIMIT 1`, document, hash).Scan(&version)
	if err != nil {
		return nil, errs.WithFields(errs.Field{Path: "file", Code: notOurForm()})
	}
	return Blocks(ctx, tx, version)
}

func insertOriginal(ctx context.Context, c *desk.Change, o Original) (id.ID, error) {
	n := id.New(c.Now())
	_, err := c.Exec(ctx, `INSERT INTO comment_source (id, tray_id, name, media, sha256, data, at, by_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		n, o.Tray, head(strings.ReplaceAll(o.Name, "\n", " "), 200), o.Media, canonical.Sum(o.Data), o.Data, c.Now(), c.Who().ID)
	if err != nil {
		return "", fmt.Errorf("keep %s: %w", o.Name, err)
	}
	return n, nil
}

// Originals lists the files of a tray without their bytes, for those who are in it and for those who write the document.
func Originals(ctx context.Context, tx *db.Tx, tray id.ID) ([]Original, error) {
	mine, a := tx.Scope().Where("s.tray_id")
	writes, b := tx.Scope().Where("r.document_id")
	rows, err := tx.Query(ctx, `
		SELECT s.id, s.tray_id, s.name, s.media, s.sha256 FROM comment_tray t JOIN comment_round r ON r.id = t.round_id JOIN comment_source s ON s.tray_id = t.id
		WHERE t.id = ? AND (`+mine+` OR `+writes+` AND (r.sealed = FALSE OR r.closed_at IS NOT NULL) AND t.submitted_at IS NOT NULL)
		ORDER BY s.id`, append(append([]any{tray}, a...), b...)...)
	return db.Collect(rows, err, func(s db.Scan) (Original, error) {
		var o Original
		return o, s(&o.ID, &o.Tray, &o.Name, &o.Media, &o.SHA256)
	})
}

// original returns one file with its bytes.
func original(ctx context.Context, tx *db.Tx, tray, n id.ID) (Original, error) {
	list, err := Originals(ctx, tx, tray)
	if err != nil {
		return Original{}, err
	}
	for _, o := range list {
		if o.ID == n {
			return o, tx.Row(ctx, `SELECT data FROM comment_source WHERE id = ?`, n).Scan(&o.Data)
		}
	}
	return Original{}, fmt.Errorf("original %s: %w", n, errs.NotFound)
}
