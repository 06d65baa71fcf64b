package review

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// Status is how far a document is.
type Status string

// A document is written, put out for comments, made final, and later replaced by another.
const (
	Working     Status = "working"
	ForComments Status = "for-comments"
	Final       Status = "final"
	Superseded  Status = "superseded"
)

// Distribution says who may have a document, in the words of United Nations documents.
type Distribution string

// General is for everyone once it is final; limited for those invited to comment; restricted for those who write it
// and those invited, and marked so on each page.
const (
	General    Distribution = "general"
	Limited    Distribution = "limited"
	Restricted Distribution = "restricted"
)

// Document is a document in its newest state.
type Document struct {
	ID           id.ID
	Symbol       string // "E/CN.15/2026/1", "" when it has none
	Kind         string // report, working-paper, methodology, questionnaire, recommendations, note
	Status       Status
	Distribution Distribution
	Lang         language.Tag
	Title        map[language.Tag]string
	Study        id.ID // "" when it belongs to none
	Origin       id.ID // the node that it came from, "" when it is ours
	Synthetic    bool
	At           time.Time
	Version      int64 // of the row, for stale forms; versions of the text are [Version]
}

// Name returns the title in the language, in the document's own where it has none there.
func (d Document) Name(tag language.Tag) string {
	if s := d.Title[tag]; s != "" {
		return s
	}
	return d.Title[d.Lang]
}

// Version is one version of a document's text.
type Version struct {
	ID       id.ID
	Document id.ID
	N        int
	Issued   time.Time // zero while it is being written
	Hash     canonical.Hash
}

// Working says whether the version is still being written.
func (v Version) Working() bool { return v.Issued.IsZero() }

// kinds and distributions are what a document can be.
func kinds() []string {
	return []string{"report", "working-paper", "methodology", "questionnaire", "recommendations", "note"}
}

func distributions() []Distribution { return []Distribution{General, Limited, Restricted} }

// Limits of a document.
const (
	maxTitle  = 300
	maxSymbol = 60
)

// NewDocument is what a document is opened with.
type NewDocument struct {
	Symbol, Kind string
	Distribution Distribution
	Lang         language.Tag
	Title        string
	Study        id.ID
	Synthetic    bool
}

func (d *NewDocument) check() error {
	d.Title, d.Symbol = strings.TrimSpace(d.Title), strings.TrimSpace(d.Symbol)
	var wrong []errs.Field
	if d.Title == "" || len([]rune(d.Title)) > maxTitle {
		wrong = append(wrong, errs.Field{Path: "title", Code: "Write the title, in at most 300 characters."})
	}
	if len([]rune(d.Symbol)) > maxSymbol || strings.ContainsAny(d.Symbol, "\n\t") {
		wrong = append(wrong, errs.Field{Path: "symbol", Code: "Write the symbol on one line, in at most 60 characters."})
	}
	for path, ok := range map[string]bool{
		"kind": slices.Contains(kinds(), d.Kind), "distribution": slices.Contains(distributions(), d.Distribution),
		"lang": slices.Contains(language.Official(), d.Lang),
	} {
		if !ok {
			wrong = append(wrong, errs.Field{Path: path, Code: notOffered})
		}
	}
	return errs.WithFields(wrong...)
}

// notOffered is the sentence of package web for a choice that wasn't among the choices.
const notOffered = "Choose one of the answers that are offered."

// Open opens a document in an office, with an empty first version; who becomes its first member. It returns the
// document's id, which is entry's.
func (q *Reviews) Open(ctx context.Context, who access.Person, office id.ID, d NewDocument, entry id.ID) (id.ID, error) {
	if err := d.check(); err != nil {
		return "", err
	}
	n := entry
	return n, q.Desk.Do(ctx, who, "document.open", id.NewRef(KindDocument, n), func(c *desk.Change) error {
		if err := insertDocument(ctx, c, n, "", d); err != nil {
			return err
		}
		if err := insertVersion(ctx, c, Version{ID: id.New(c.Now()), Document: n, N: 1}); err != nil {
			return err
		}
		return access.AddMember(ctx, c.Tx, n, who.ID, who.ID)
	}, desk.Once(entry), desk.Within(id.NewRef("office", office)))
}

func insertDocument(ctx context.Context, c *desk.Change, n, origin id.ID, d NewDocument) error {
	title, err := canonical.Marshal(map[language.Tag]string{d.Lang: d.Title})
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, `
		INSERT INTO document (id, symbol, kind, status, distribution, lang, title, study_id, origin, synthetic, at, by_id, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
		n, d.Symbol, d.Kind, Working, d.Distribution, d.Lang, string(title), d.Study, origin, d.Synthetic, c.Now(), c.Who().ID)
	if err != nil {
		return fmt.Errorf("open document: %w", err)
	}
	return nil
}

func insertVersion(ctx context.Context, c *desk.Change, v Version) error {
	_, err := c.Exec(ctx, `INSERT INTO document_version (id, document_id, n, issued_at, issued_by, hash) VALUES (?, ?, ?, ?, '', ?)`,
		v.ID, v.Document, v.N, v.Issued, v.Hash)
	if err != nil {
		return fmt.Errorf("version %d of document %s: %w", v.N, v.Document, err)
	}
	return nil
}

// Admit lets a person write the document with the others.
func (q *Reviews) Admit(ctx context.Context, who access.Person, n, person, entry id.ID) error {
	return q.Desk.Do(ctx, who, "document.admit", id.NewRef(KindDocument, n), func(c *desk.Change) error {
		a, err := access.Find(ctx, c.Tx, person)
		if err != nil || a.Disabled || len(a.Offices()) == 0 { // a guest of the node never writes its documents
			return errs.WithFields(errs.Field{Path: "person", Code: notOffered})
		}
		return access.AddMember(ctx, c.Tx, n, person, who.ID)
	}, desk.Once(entry))
}

// documentColumns are read by scanDocument.
const documentColumns = `d.id, d.symbol, d.kind, d.status, d.distribution, d.lang, d.title, d.study_id, d.origin, d.synthetic, d.at, d.version`

func scanDocument(s db.Scan) (Document, error) {
	var d Document
	var title string
	if err := s(&d.ID, &d.Symbol, &d.Kind, &d.Status, &d.Distribution, &d.Lang, &title, &d.Study, &d.Origin, &d.Synthetic, &d.At, &d.Version); err != nil {
		return Document{}, err
	}
	if err := json.Unmarshal([]byte(title), &d.Title); err != nil {
		return Document{}, fmt.Errorf("title of document %s: %w", d.ID, err)
	}
	return d, nil
}

// readable is the condition under which the reader may know of the document d: they write it, they are in a tray of one
// of its rounds, or it is final and for general distribution.
func readable(tx *db.Tx) (string, []any) {
	writes, a := tx.Scope().Where("d.id")
	invited, b := tx.Scope().Where("t.id")
	return `(` + writes + ` OR d.status IN ('final', 'superseded') AND d.distribution = 'general'
		OR EXISTS (SELECT 1 FROM comment_round r JOIN comment_tray t ON t.round_id = r.id WHERE r.document_id = d.id AND ` + invited + `))`,
		append(slices.Clone(a), b...)
}

// Find returns a document that the reader may know of, [errs.NotFound] otherwise.
func Find(ctx context.Context, tx *db.Tx, n id.ID) (Document, error) {
	where, args := readable(tx)
	row := tx.Row(ctx, `SELECT `+documentColumns+` FROM document d WHERE d.id = ? AND `+where, append([]any{n}, args...)...)
	d, err := scanDocument(row.Scan)
	if err != nil {
		return Document{}, fmt.Errorf("document %s: %w", n, err)
	}
	return d, nil
}

// List returns the newest documents that the reader may know of, at most limit, older than before ("" for the newest).
func List(ctx context.Context, tx *db.Tx, before id.ID, limit int) ([]Document, error) {
	if before == "" {
		before = "~" // sorts behind every id
	}
	where, args := readable(tx)
	rows, err := tx.Query(ctx, `SELECT `+documentColumns+` FROM document d WHERE d.id < ? AND `+where+` ORDER BY d.id DESC LIMIT ?`,
		append(append([]any{before}, args...), limit)...)
	return db.Collect(rows, err, scanDocument)
}

// OfStudy returns the documents of a study that the reader may know of, the newest first.
func OfStudy(ctx context.Context, tx *db.Tx, study id.ID) ([]Document, error) {
	where, args := readable(tx)
	rows, err := tx.Query(ctx, `SELECT `+documentColumns+` FROM document d WHERE d.study_id = ? AND `+where+` ORDER BY d.id DESC`,
		append([]any{study}, args...)...)
	return db.Collect(rows, err, scanDocument)
}

// Versions lists the versions of a document from the first. Whoever doesn't write the document sees those issued.
// The caller has found the document with [Find].
func Versions(ctx context.Context, tx *db.Tx, n id.ID) ([]Version, error) {
	writes, args := tx.Scope().Where("v.document_id")
	rows, err := tx.Query(ctx, `
		SELECT v.id, v.document_id, v.n, v.issued_at, v.hash FROM document_version v
		WHERE v.document_id = ? AND (v.issued_at IS NOT NULL OR `+writes+`) ORDER BY v.n`, append([]any{n}, args...)...)
	all, err := db.Collect(rows, err, scanVersion)
	if err != nil {
		return nil, fmt.Errorf("versions of document %s: %w", n, err)
	}
	return all, nil
}

func scanVersion(s db.Scan) (Version, error) {
	var v Version
	return v, s(&v.ID, &v.Document, &v.N, &v.Issued, &v.Hash)
}

// newest returns the last version of a document, issued or not.
func newest(ctx context.Context, tx *db.Tx, n id.ID) (Version, error) {
	row := tx.Row(ctx, `SELECT id, document_id, n, issued_at, hash FROM document_version WHERE document_id = ? ORDER BY n DESC LIMIT 1`, n)
	v, err := scanVersion(row.Scan)
	if err != nil {
		return Version{}, fmt.Errorf("newest version of document %s: %w", n, err)
	}
	return v, nil
}

func findVersion(ctx context.Context, tx *db.Tx, n id.ID) (Version, error) {
	row := tx.Row(ctx, `SELECT id, document_id, n, issued_at, hash FROM document_version WHERE id = ?`, n)
	v, err := scanVersion(row.Scan)
	if err != nil {
		return Version{}, fmt.Errorf("version %s: %w", n, err)
	}
	return v, nil
}
