package mandate

import (
	"context"
	"time"

	"comity/internal/base/language"
	"comity/internal/store/db"
)

// Export is the register with what is known of each paragraph, as it leaves the node: "comity/mandates/1"
// (docs/formats/mandates.md).
type Export struct {
	Format    string           `json:"format"`
	Lang      string           `json:"lang"`
	At        string           `json:"at"`
	Documents []ExportDocument `json:"documents"`
}

// ExportDocument is one resolution.
type ExportDocument struct {
	Symbol     string       `json:"symbol"`
	Organ      string       `json:"organ"`
	Title      string       `json:"title"`
	Date       string       `json:"date"` // the month alone where the day was not read
	Follows    []string     `json:"follows"`
	Paragraphs []ExportPara `json:"mandates"`
}

// ExportPara is one paragraph: what it asks, what serves it, how it stood.
type ExportPara struct {
	ID           string         `json:"id"`
	Number       *int           `json:"number"` // null when it was not read in the official text
	Type         string         `json:"type"`
	Unverified   bool           `json:"unverified"`
	Verb         Class          `json:"verb"`
	Addressees   []string       `json:"addressees"`
	Summary      string         `json:"summary"`
	Deliverables []string       `json:"deliverables"`
	Conditions   []string       `json:"conditions"`
	Due          string         `json:"due"`
	DueDay       string         `json:"due_day"`
	Evidence     []Evidence     `json:"evidence"`
	Status       []ExportStatus `json:"status"`
}

// ExportStatus is one entry. Who wrote it stays in the node; that another person cleared it is said.
type ExportStatus struct {
	Period    string     `json:"period"`
	Status    State      `json:"status"`
	Narrative string     `json:"narrative"`
	Cleared   bool       `json:"cleared"`
	Evidence  []Evidence `json:"evidence"`
}

// Export gathers the register in one language.
func (g *Register) Export(ctx context.Context, tx *db.Tx, p *language.Printer) (Export, error) {
	out := Export{Format: "comity/mandates/1", Lang: string(p.Tag()), At: tx.Now().Format(time.RFC3339)}
	docs, err := g.Documents(ctx, tx)
	if err != nil {
		return out, err
	}
	lives, err := g.Lives(ctx, tx)
	if err != nil {
		return out, err
	}
	for _, d := range docs {
		doc := ExportDocument{Symbol: d.Symbol, Organ: d.Organ, Title: d.Title, Date: d.Date.Format(time.DateOnly), Follows: some(d.Follows)}
		if !d.Pasted {
			doc.Organ, doc.Title = p.T(d.Organ), p.T(d.Title)
		}
		if d.DayUnread {
			doc.Date = d.Date.Format("2006-01")
		}
		for _, q := range d.Paras {
			e, err := exportPara(ctx, tx, p, d, q, lives)
			if err != nil {
				return out, err
			}
			doc.Paragraphs = append(doc.Paragraphs, e)
		}
		out.Documents = append(out.Documents, doc)
	}
	return out, nil
}

func exportPara(ctx context.Context, tx *db.Tx, p *language.Printer, d Document, q Para, lives []Live) (ExportPara, error) {
	e := ExportPara{
		ID: q.Name(), Type: "operative", Unverified: !q.Checked, Verb: q.Class, Addressees: some(q.To), Summary: q.Say,
		Deliverables: some(q.Deliverables), Conditions: some(q.Conditions), Due: q.Due.String(), Evidence: []Evidence{}, Status: []ExportStatus{},
	}
	if q.Number > 0 {
		e.Number = &q.Number
	}
	if q.Preambular {
		e.Type = "preambular"
	}
	if !q.Pasted {
		e.Summary = p.T(q.Say)
	}
	if !q.Due.Day.IsZero() {
		e.DueDay = q.Due.Day.Format(time.DateOnly)
	}
	s, err := standing(ctx, tx, d, q, lives)
	if err != nil {
		return e, err
	}
	var all []string
	for _, l := range s.Lives {
		all = append(all, string(l.Ref))
	}
	for _, a := range s.Activities {
		all = append(all, "activity/"+string(a.ID))
	}
	if e.Evidence, err = gather(s, all); err != nil {
		return e, err
	}
	list, err := statuses(ctx, tx, q)
	for _, st := range list {
		e.Status = append(e.Status, ExportStatus{st.Period, st.State, st.Narrative, st.ClearedBy != "", st.Evidence})
	}
	return e, err
}

// some makes an empty list of none: null is for what isn't known.
func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
