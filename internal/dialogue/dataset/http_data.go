package dataset

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type dataPage struct {
	Head    heading
	Frozen  web.Table
	Hash    string
	Since   string // what has changed since the newest data were frozen
	Files   []web.Choice
	Form    *web.Form
	MayKeep bool
	MayTake bool
	Freeze  web.Button
	Take    web.Button
}

func (d *Data) dataPage(r *web.Request) (p dataPage, err error) {
	n, err := r.PathID("id")
	if err != nil {
		return p, err
	}
	p.Form, p.Freeze, p.Take = r.Form(), web.Button{Text: r.T("Freeze what was submitted")}, web.Button{Text: r.T("Take the file"), Kind: "secondary"}
	p.MayKeep, p.MayTake = d.Desk.Ever(r.Person, "dataset.freeze"), d.Desk.Ever(r.Person, "dataset.export")
	p.Frozen = web.Table{
		Caption: r.T("Frozen data"), Empty: r.T("Nothing is frozen yet. What is frozen never changes; later answers make new data."),
		Columns: []web.Column{{Label: r.T("Frozen on")}, {Label: r.T("Responses"), Numeric: true}, {Label: "SHA-256"}},
	}
	err = d.look(r, func(ctx context.Context, tx *db.Tx) error {
		s, x, c, err := newest(ctx, tx, n)
		if err != nil {
			return err
		}
		p.Head, p.Hash = headOf(r, s), string(x.Hash)
		list, err := List(ctx, tx, n)
		for _, x := range list {
			p.Frozen.Rows = append(p.Frozen.Rows, []any{r.When(x.Frozen), r.Number(int64(x.Responses)), string(x.Hash)})
		}
		if err != nil || c == nil {
			return err
		}
		p.Files = c.files(r.Printer)
		changed, err := d.changed(ctx, tx, n, c)
		if p.Since = r.T("No response has changed since the newest data were frozen."); changed > 0 {
			p.Since = r.T("Responses that are new, changed or withdrawn since the newest data were frozen: {n}. Freeze again to take that in.", "n", r.Number(int64(changed)))
		}
		return err
	})
	return p, err
}

// changed counts the responses that would be other ones if the data were frozen now.
func (d *Data) changed(ctx context.Context, tx *db.Tx, n id.ID, c *Content) (int, error) {
	list, err := d.Responses.Submitted(ctx, tx, n)
	if err != nil {
		return 0, err
	}
	frozen, changed := map[id.ID]canonical.Hash{}, 0
	for _, r := range c.Rows {
		frozen[r.Respondent] = r.Hash
	}
	for _, x := range list {
		if x.State == response.Queried {
			continue
		}
		if was, there := frozen[x.Response]; !there || was != x.Hash {
			changed++
		}
		delete(frozen, x.Response)
	}
	return changed + len(frozen), nil
}

// kinds are the forms in which an audience's answers are given.
var kinds = [...]string{".csv", ".sav", ".ddi.xml"}

// files offers every file of answers.
func (c *Content) files(p *language.Printer) []web.Choice {
	all := []web.Choice{{Value: "dataset.xlsx", Label: p.T("Workbook with a sheet for each audience (XLSX)")}}
	for _, a := range study.Audiences() {
		if c.Form(a) == nil {
			continue
		}
		for _, k := range kinds {
			label := map[string]string{".csv": "CSV", ".sav": "SPSS (.sav)", ".ddi.xml": "DDI Codebook 2.5"}[k]
			all = append(all, web.Choice{Value: string(a) + k, Label: audienceName(p, a) + ": " + label})
		}
	}
	return all
}

// file writes one of the files that [Content.files] offers.
func (c *Content) file(name string, p *language.Printer) ([]byte, string, error) {
	if name == "dataset.xlsx" {
		b, err := c.XLSX(p)
		return b, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", err
	}
	a, kind, _ := strings.Cut(name, ".")
	if !slices.Contains(study.Audiences(), study.Audience(a)) || c.Form(study.Audience(a)) == nil {
		return nil, "", errs.WithFields(web.NotOffered("file"))
	}
	switch "." + kind {
	case kinds[0]:
		b, err := c.CSV(study.Audience(a))
		return b, "text/csv; charset=utf-8", err
	case kinds[1]:
		b, err := c.SAV(study.Audience(a), p)
		return b, "application/x-spss-sav", err
	case kinds[2]:
		b, err := c.DDI(study.Audience(a), p)
		return b, "application/xml", err
	}
	return nil, "", errs.WithFields(web.NotOffered("file"))
}

// Export gives out a file of the newest dataset's answers and enters that it was taken: such a file holds answers that are
// for tables only. name is one of those that the page of the data offers.
func (d *Data) Export(ctx context.Context, who access.Person, n id.ID, name string, p *language.Printer, entry id.ID) (b []byte, media string, err error) {
	err = d.Desk.Do(ctx, who, "dataset.export", id.NewRef(Kind, entry), func(c *desk.Change) error {
		_, x, content, err := newest(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if content == nil {
			return notFrozen()
		}
		c.Record(map[string]any{"dataset": x.Hash, "file": name})
		b, media, err = content.file(name, p)
		return err
	}, desk.Once(entry))
	if err == nil && b == nil {
		err = errs.Say(fmt.Errorf("export %s: %w", name, errs.Conflict), language.M("This file was given out already. Go back and take it anew."), nil)
	}
	return b, media, err
}

func (d *Data) showData(r *web.Request) error {
	p, err := d.dataPage(r)
	if err != nil {
		return err
	}
	return r.Page("dataset/data", p)
}

func (d *Data) freezeForm(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	made, err := d.Freeze(r.Ctx(), r.Person, n, entry)
	if err != nil {
		return err
	}
	to := "/d/studies/" + string(n) + "/data"
	if made != entry {
		return r.Done(to, language.M("Nothing has changed since the last time: the frozen data stay what they are."))
	}
	return r.Done(to, language.M("The data were frozen. Count them next."))
}

func (d *Data) exportForm(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	name := r.Form().Get("file")
	b, media, err := d.Export(r.Ctx(), r.Person, n, name, r.Printer, entry)
	if err != nil {
		p, failed := d.dataPage(r)
		if failed != nil {
			return failed
		}
		return r.Again("dataset/data", p, err)
	}
	return r.Attachment(name, media, bytes.NewReader(b))
}
