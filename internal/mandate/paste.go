package mandate

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/symbol"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// Paste is a resolution that somebody pasted.
type Paste struct {
	ID                         id.ID
	Symbol, Organ, Title, Lang string
	Day                        time.Time
	Body                       string // what the text calls "the Commission"
	Text                       string // only on the way in
	Follows                    []string
}

// The states of a pasted paragraph.
const (
	Proposed  = "proposed"
	Confirmed = "confirmed"
	Dropped   = "dropped"
)

// PastePara is a paragraph of a pasted resolution and what a person decided on it.
type PastePara struct {
	N int
	Proposal
	State string
}

// Take enters a pasted resolution: its paragraphs are proposals until a person confirms each.
func (g *Register) Take(ctx context.Context, who access.Person, p Paste, entry id.ID) error {
	p.Symbol = near(p.Symbol)
	list, err := g.checkPaste(ctx, p)
	if err != nil {
		return err
	}
	return g.desk.Do(ctx, who, "mandate.paste", id.NewRef(KindPaste, entry), func(c *desk.Change) error {
		follows, err := json.Marshal(p.Follows)
		if err != nil {
			return err
		}
		var there int64
		if err := c.Row(ctx, `SELECT COUNT(*) FROM mandate_paste WHERE symbol = ?`, p.Symbol).Scan(&there); err != nil {
			return err
		}
		if there > 0 {
			return errs.WithFields(alreadyThere())
		}
		if _, err := c.Exec(ctx, `
			INSERT INTO mandate_paste (id, symbol, organ, title, day, lang, follows, by_person, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			entry, p.Symbol, strings.TrimSpace(p.Organ), strings.TrimSpace(p.Title), p.Day, p.Lang, string(follows), who.ID, c.Now()); err != nil {
			return fmt.Errorf("take resolution: %w", err)
		}
		for i, prop := range list {
			if err := insertPara(ctx, c, entry, i+1, prop); err != nil {
				return err
			}
		}
		c.Record(map[string]any{"paragraphs": len(list)})
		return nil
	}, desk.Once(entry))
}

func alreadyThere() errs.Field {
	return errs.Field{Path: "symbol", Code: "The register has this document already."}
}

func (g *Register) checkPaste(ctx context.Context, p Paste) ([]Proposal, error) {
	var wrong []errs.Field
	if _, err := symbol.Parse(p.Symbol); err != nil {
		wrong = append(wrong, errs.Field{Path: "symbol", Code: "This is no symbol of a document. Write it as it is printed: A/RES/65/230, or CCPCJ 22/7."})
	} else if slices.ContainsFunc(g.data.Documents, func(d Document) bool { return symbol.Slug(d.Symbol) == symbol.Slug(p.Symbol) }) {
		wrong = append(wrong, alreadyThere())
	}
	for path, s := range map[string]string{"title": p.Title, "organ": p.Organ} {
		if s = strings.TrimSpace(s); s == "" {
			wrong = append(wrong, web.Unanswered(path))
		} else if len([]rune(s)) > maxTitle {
			wrong = append(wrong, errs.Field{Path: path, Code: "This is longer than 300 characters."})
		}
	}
	if p.Day.IsZero() {
		wrong = append(wrong, errs.Field{Path: "day", Code: "Enter the day on which it was adopted."})
	}
	slices.SortFunc(wrong, func(a, b errs.Field) int { return strings.Compare(a.Path, b.Path) })
	list, err := g.data.Propose(p.Text, p.Body)
	return list, errs.WithFields(append(wrong, errs.Fields(err)...)...)
}

func insertPara(ctx context.Context, c *desk.Change, paste id.ID, n int, p Proposal) error {
	to, dels, conds := strings.Join(p.To, "|"), strings.Join(p.Deliverables, "|"), strings.Join(p.Conditions, "|")
	_, err := c.Exec(ctx, `
		INSERT INTO mandate_paste_para (paste_id, n, number, preambular, text, class, addressee, deliverable, condition, due, state, by_person)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')`,
		paste, n, p.Number, p.Preambular, p.Text, p.Class, to, dels, conds, p.Due.String(), Proposed)
	if err != nil {
		return fmt.Errorf("paragraph %d: %w", n, err)
	}
	return nil
}

// Decide confirms the paragraph n of a pasted resolution as p has it now, or drops it. It can be decided anew until
// something rests on it: a number of the register is never given away twice.
func (g *Register) Decide(ctx context.Context, who access.Person, paste id.ID, n int, p Proposal, keep bool, entry id.ID) error {
	state := Dropped
	if keep {
		state = Confirmed
		if !slices.Contains(classes, p.Class) {
			return errs.WithFields(errs.Field{Path: "class", Code: "Choose what the paragraph does."})
		}
	}
	for _, d := range p.Deliverables {
		if !slices.Contains(deliverables, d) {
			return errs.Invalidf("deliverable %q is none of %v", d, deliverables)
		}
	}
	return g.desk.Do(ctx, who, "mandate.confirm", id.NewRef(KindPaste, paste), func(c *desk.Change) error {
		changed, err := c.Exec(ctx, `
			UPDATE mandate_paste_para SET state = ?, number = ?, preambular = ?, class = ?, addressee = ?, deliverable = ?, by_person = ?, decided_at = ?
			WHERE paste_id = ? AND n = ? AND state = ?`,
			state, p.Number, p.Number == 0, p.Class, strings.Join(p.To, "|"), strings.Join(p.Deliverables, "|"), who.ID, c.Now(), paste, n, Proposed)
		if err == nil && changed == 0 {
			err = errs.Say(errs.Conflict, "This paragraph has been decided on already.", nil)
		}
		c.Record(map[string]any{"paragraph": n, "state": state})
		return err
	}, desk.Once(entry))
}

// FindPaste reads a pasted resolution and its paragraphs.
func FindPaste(ctx context.Context, tx *db.Tx, d *Data, n id.ID) (Paste, []PastePara, error) {
	p, err := scanPaste(tx.Row(ctx, `SELECT id, symbol, organ, title, day, lang, follows FROM mandate_paste WHERE id = ?`, n).Scan)
	if err != nil {
		return p, nil, fmt.Errorf("pasted resolution %s: %w", n, err)
	}
	list, err := pasteParas(ctx, tx, d, n)
	return p, list, err
}

// Pastes lists the pasted resolutions, newest first.
func Pastes(ctx context.Context, tx *db.Tx) ([]Paste, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, symbol, organ, title, day, lang, follows FROM mandate_paste WHERE id > '' ORDER BY id DESC LIMIT ?`, most)
	return db.Collect(rows, err, scanPaste)
}

func scanPaste(scan db.Scan) (Paste, error) {
	var p Paste
	var follows string
	if err := scan(&p.ID, &p.Symbol, &p.Organ, &p.Title, &p.Day, &p.Lang, &follows); err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(follows), &p.Follows)
}

func pasteParas(ctx context.Context, tx *db.Tx, d *Data, n id.ID) ([]PastePara, error) {
	rows, err := tx.Query(ctx, `
		SELECT n, number, preambular, text, class, addressee, deliverable, condition, due, state
		FROM mandate_paste_para WHERE paste_id = ? ORDER BY n`, n)
	return db.Collect(rows, err, func(scan db.Scan) (PastePara, error) {
		var p PastePara
		var to, dels, conds, due string
		if err := scan(&p.N, &p.Number, &p.Preambular, &p.Text, &p.Class, &to, &dels, &conds, &due, &p.State); err != nil {
			return p, err
		}
		p.To, p.Deliverables, p.Conditions = parts(to), parts(dels), parts(conds)
		var err error
		p.Due, err = d.due(due)
		return p, err
	})
}

func parts(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}

// confirmed makes documents of the pasted resolutions, with those paragraphs that a person confirmed.
func confirmed(ctx context.Context, tx *db.Tx, d *Data) ([]Document, error) {
	pastes, err := Pastes(ctx, tx)
	if err != nil {
		return nil, err
	}
	var docs []Document
	for _, p := range pastes {
		paras, err := pasteParas(ctx, tx, d, p.ID)
		if err != nil {
			return nil, err
		}
		doc := Document{Symbol: p.Symbol, Organ: p.Organ, Title: p.Title, Date: p.Day, Lang: p.Lang, Follows: p.Follows, Pasted: true}
		for _, q := range paras {
			if q.State == Confirmed {
				doc.Paras = append(doc.Paras, q.para(p.Symbol))
			}
		}
		if len(doc.Paras) > 0 {
			docs = append(docs, doc)
		}
	}
	return docs, nil
}

func (q PastePara) para(sym string) Para {
	key := fmt.Sprintf("op%d", q.Number)
	if q.Preambular {
		key = fmt.Sprintf("pp%d", q.N)
	}
	return Para{
		Symbol: sym, Key: key, Number: q.Number, Preambular: q.Preambular, Checked: true, Class: q.Class, To: q.To, Say: q.Text, Pasted: true,
		Deliverables: q.Deliverables, Conditions: q.Conditions, Due: q.Due, ServedBy: servedBy(q.Deliverables),
	}
}

// servedBy says which kinds of things can serve a deliverable.
func servedBy(deliverables []string) []string {
	var kinds []string
	for _, d := range deliverables {
		switch d {
		case "study", "report":
			kinds = append(kinds, "study")
		case "meeting":
			kinds = append(kinds, "session")
		case "training", "translation":
			kinds = append(kinds, d)
		case "coordination":
			kinds = append(kinds, "partners")
		}
	}
	return kinds
}
