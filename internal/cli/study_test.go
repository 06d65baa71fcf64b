package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"comity/internal/base/canonical"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// frozen puts an invented dataset with a table that is out into a node, as a freeze would: frozen DIR STUDY RESPONSES.
func frozen(ts *testscript.TestScript, neg bool, args []string) {
	var n int
	if neg || len(args) != 3 {
		ts.Fatalf("usage: frozen DIR STUDY RESPONSES")
	}
	_, err := fmt.Sscan(args[2], &n)
	ts.Check(err)
	b, err := bakeries(id.ID(args[1]), n)
	ts.Check(err)
	ts.Check(putDataset(context.Background(), ts.MkAbs(args[0]), id.ID(args[1]), b, n))
}

// bakeries is the content of an invented dataset of n responses.
func bakeries(st id.ID, n int) ([]byte, error) {
	in, err := instrument.LoadWhole(fstest.MapFS{
		"q/form.csv":     {Data: []byte("type,name,label,section\nselect_one yn,law,Is there a law?,one\n")},
		"q/choices.csv":  {Data: []byte("list_name,name,label\nyn,yes,Yes\nyn,no,No\n")},
		"q/sections.csv": {Data: []byte("name,label\none,One\n")},
		"q/settings.csv": {Data: []byte("form_id,version,form_title\nbakeries,1.0.0,Bakeries\n")},
	}, "q")
	if err != nil {
		return nil, err
	}
	form, err := in.Canonical()
	if err != nil {
		return nil, err
	}
	c := dataset.Content{
		Format: dataset.Format, Study: st, Code: "bakeries", Title: map[language.Tag]string{"en": "Bakeries (exercise)"}, Synthetic: true,
		Forms: []dataset.FormOf{{Audience: study.States, Hash: canonical.Sum(form), Canonical: form}}, Frame: []dataset.Framed{}, Rows: []dataset.Row{},
	}
	for i := range n {
		a := instrument.NewAnswers()
		if err := a.Set("law", []string{"yes", "no"}[i%2]); err != nil {
			return nil, err
		}
		b, err := a.Bytes()
		if err != nil {
			return nil, err
		}
		c.Rows = append(c.Rows, dataset.Row{
			Respondent: id.ID(fmt.Sprintf("01JC%022d", i)), Audience: study.States, Region: "150", Revision: 1,
			Form: canonical.Sum(form), Level: "full", Answers: b, Marks: map[string]response.Mark{}, Sealed: []string{},
		})
	}
	return canonical.Marshal(c)
}

func putDataset(ctx context.Context, dir string, st id.ID, content []byte, n int) error {
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "comity.db"), db.Options{})
	if err != nil {
		return err
	}
	err = d.Writer.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO dataset (id, study_id, hash, responses, content, frozen_by, frozen_at) VALUES (?, ?, ?, ?, ?, '', ?)`,
			fmt.Sprintf("01JE%022d", n), st, canonical.Sum(content), n, content, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO dataset_out (id, study_id, n, audience, item, by_what, where_item, where_is, out_by, out_at) VALUES (?, ?, 1, 'state', 'law', '', '', '', '', ?)
			ON CONFLICT DO NOTHING`, fmt.Sprintf("01JF%022d", n), st, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
		return err
	})
	return errors.Join(err, d.Close())
}
