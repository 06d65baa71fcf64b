// Package translation keeps what is said in one language together with what is said of it in the others.
//
// A translation belongs to the exact bytes of its source. When the source changes, exactly the translations made from
// it are outdated: their old text stays and is shown with that mark, never silently. Nothing is published in a language
// before [Gate] has nothing to name. A slice tells its texts with [Translations.Put] and reads them with [Find];
// people translate on the pages below /d/translate, or in their own tool by XLIFF 1.2.
package translation

import (
	"context"
	"embed"
	"fmt"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema returns the slice's tables.
func Schema() db.Schema { return db.Schema{Name: "translation", FS: files} }

// The kinds of things in references: all texts of one object, and one text in one language.
const (
	ObjectKind = "translatable"
	UnitKind   = "translation"
)

// Kind is a kind of object whose texts are translated.
type Kind struct {
	Name  string                                                        // as in the object's reference: "study"
	Label string                                                        // a message of the catalogue: "Study"
	Title func(ctx context.Context, tx *db.Tx, n id.ID) (string, error) // in its source language
	Case  func(ctx context.Context, tx *db.Tx, n id.ID) (id.ID, error)  // the compartment in which it lies, "" for none; nil for never
	Href  func(n id.ID) string                                          // its page; nil for none
}

// Translations keeps sources and translations of a node.
type Translations struct {
	desk    *desk.Desk
	read    *db.Reader
	catalog *language.Catalog // for the names of States
	kinds   map[string]Kind
}

// New returns the translations of a node and registers how their facts are read.
func New(d *desk.Desk, r *db.Reader, s *access.Sources, c *language.Catalog) (*Translations, error) {
	q := &Translations{desk: d, read: r, catalog: c, kinds: map[string]Kind{}}
	if err := s.Register(ObjectKind, objectFacts); err != nil {
		return nil, err
	}
	return q, s.Register(UnitKind, unitFacts)
}

// Register makes a kind of object known. It is called while the node is wired; a second time for one kind is an error.
func (q *Translations) Register(k Kind) error {
	if _, ok := q.kinds[k.Name]; ok {
		return fmt.Errorf("translations of %s: registered twice", k.Name)
	}
	if k.Name == "" || k.Label == "" || k.Title == nil {
		return fmt.Errorf("translations of %q: a kind needs a name, a label and a title: %w", k.Name, errs.Invalid)
	}
	q.kinds[k.Name] = k
	return nil
}

func objectFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	var compartment id.ID
	if err := tx.Row(ctx, `SELECT case_id FROM translation_object WHERE id = ?`, on.ID()).Scan(&compartment); err != nil {
		return access.Facts{}, err
	}
	return access.InCase(ctx, tx, compartment, who)
}

// unitFacts adds who wrote the text: another person reviews it.
func unitFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	var compartment, by id.ID
	if err := tx.Row(ctx, `
		SELECT o.case_id, u.by_id FROM translation_unit u JOIN translation_object o ON o.id = u.object_id
		WHERE u.id = ?`, on.ID()).Scan(&compartment, &by); err != nil {
		return access.Facts{}, err
	}
	f, err := access.InCase(ctx, tx, compartment, who)
	f.Did = map[access.Part][]id.ID{access.Author: {}}
	if by != "" {
		f.Did[access.Author] = []id.ID{by}
	}
	return f, err
}

// visible is the condition that an object lies in no compartment or in one that the reader may know of.
func visible(tx *db.Tx) (string, []any) {
	where, args := tx.Scope().Where("o.case_id")
	return "(o.case_id = '' OR " + where + ")", args
}
