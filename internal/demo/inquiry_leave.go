package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/review"
	"comity/internal/dialogue/session"
	"comity/internal/dialogue/study"
	"comity/internal/dialogue/translation"
	"comity/internal/dialogue/translation/xliff"
	"comity/internal/engine/document/svg"
	"comity/internal/engine/envelope"
	"comity/internal/engine/instrument/xlsform"
	"comity/internal/store/db"
	"comity/internal/store/disk"
)

// internetYear is the newest year of Internet use under the map of the demonstration.
const internetYear = 2012

// WalkStudy plays the study and leaves what comes of it in dir: the questionnaire, a State's sealed answer, the data, the
// map, the report, the comments, a file for translators, the session for a calendar, the mandates with their evidence.
func (w *World) WalkStudy(ctx context.Context, dir string, out io.Writer) error {
	k, err := w.Inquire(ctx, out)
	if err != nil {
		return fmt.Errorf("walk: %w", err)
	}
	return k.leave(dir, out)
}

// leave writes what came of the study into dir.
func (k *inquiry) leave(dir string, out io.Writer) error {
	k.dir = dir
	for _, leave := range []func() error{k.leaveInstrument, k.leaveAnswers, k.leaveData, k.leaveReport, k.leaveRest, k.leaveSummary} {
		if err := leave(); err != nil {
			return fmt.Errorf("walk: study: %w", err)
		}
	}
	fmt.Fprintf(out, "What came of the study is in %s. All answers are synthetic: a program made them.\n", dir)
	return nil
}

func (k *inquiry) put(name string, b []byte) error {
	if len(b) == 0 {
		return fmt.Errorf("%s is empty: %w", name, errs.Invalid)
	}
	return disk.WriteFile(filepath.Join(k.dir, name), b, 0o644)
}

func (k *inquiry) leaveInstrument() error {
	var form study.Fielded
	if err := k.read(k.org, func(tx *db.Tx) (err error) {
		form, err = k.org.Studies.Fielded(k.ctx, tx, k.study, study.States)
		return err
	}); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := xlsform.Write(&b, form.Form); err != nil {
		return err
	}
	return k.put("instrument.xlsx", b.Bytes())
}

// leaveAnswers leaves the envelope in which Portugal's node sent its response.
func (k *inquiry) leaveAnswers() error {
	var posts []exchange.Post
	if err := k.read(k.pt, func(tx *db.Tx) (err error) { posts, err = exchange.GoingOut(k.ctx, tx, "", 200); return err }); err != nil {
		return err
	}
	for _, p := range posts {
		if p.Kind != envelope.Kind("response") {
			continue
		}
		return k.pt.Exchange.Container(k.ctx, p.ID, func(r io.Reader) error {
			return disk.WriteStream(filepath.Join(k.dir, "answers.asice"), 0o644, func(w io.Writer) error {
				_, err := io.Copy(w, r)
				return err
			})
		})
	}
	return fmt.Errorf("no response among what went out: %w", errs.NotFound)
}

func (k *inquiry) leaveData() error {
	p := k.org.Catalog.Get(language.English)
	var c *dataset.Content
	if err := k.read(k.org, func(tx *db.Tx) (err error) { c, err = dataset.Load(k.ctx, tx, k.data); return err }); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		make func() ([]byte, error)
	}{
		{"dataset.csv", func() ([]byte, error) { return c.CSV(study.States) }},
		{"dataset.sav", func() ([]byte, error) { return c.SAV(study.States, p) }},
		{"ddi.xml", func() ([]byte, error) { return c.DDI(study.States, p) }},
		{"map.svg", func() ([]byte, error) {
			drawing, _, err := k.org.Data.Map(c, p, internetYear, false)
			if err != nil {
				return nil, err
			}
			return svg.Write(drawing), nil
		}},
	} {
		b, err := f.make()
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if err := k.put(f.name, b); err != nil {
			return err
		}
	}
	return nil
}

func (k *inquiry) leaveReport() error {
	oleg := k.org.As("oleg")
	var versions []review.Version
	if err := k.read(k.org, func(tx *db.Tx) (err error) { versions, err = review.Versions(k.ctx, tx, k.report); return err }); err != nil {
		return err
	}
	if len(versions) == 0 {
		return fmt.Errorf("the report has no version: %w", errs.NotFound)
	}
	for _, format := range []string{"pdf", "docx"} {
		b, err := k.org.Reviews.Print(k.ctx, oleg, k.report, versions[len(versions)-1].ID, language.English, format)
		if err != nil {
			return err
		}
		if err := k.put("report."+format, b); err != nil {
			return err
		}
	}
	sheet, err := k.org.Reviews.RoundSheet(k.ctx, oleg, k.round, language.English)
	if err != nil {
		return err
	}
	return k.put("comments.xlsx", sheet)
}

func (k *inquiry) leaveRest() error {
	o := k.org
	return k.read(o, func(tx *db.Tx) error {
		object, _, err := translation.Units(k.ctx, tx, id.NewRef(review.KindDocument, k.report), language.French)
		if err != nil {
			return err
		}
		f, err := translation.Export(k.ctx, tx, object.ID, language.French)
		if err != nil {
			return err
		}
		if err := k.put("translation.xlf", xliff.Write(f)); err != nil {
			return err
		}
		s, err := session.Find(k.ctx, tx, k.session)
		if err != nil {
			return err
		}
		p := o.Catalog.Get(language.English)
		calendar, err := s.Calendar(p, o.Sessions.Name(p, s), s.Begins)
		if err != nil {
			return err
		}
		if err := k.put("session.ics", calendar); err != nil {
			return err
		}
		doc, err := o.Mandates.Export(k.ctx, tx, p)
		if err != nil {
			return err
		}
		b, err := json.MarshalIndent(doc, "", " ")
		if err != nil {
			return err
		}
		return k.put("mandates.json", append(b, '\n'))
	})
}

func (k *inquiry) leaveSummary() error {
	s := summary{Format: "comity/walk/1", Exercise: true, Steps: k.moved}
	for _, p := range []*Place{k.org, k.pt, k.ma} {
		f, err := p.Self.Fingerprint()
		if err != nil {
			return err
		}
		s.Nodes = append(s.Nodes, summaryNode{p.Key, string(p.Self.Node()), p.Self.State(), f})
	}
	var err error
	if s.Files, err = digests(k.dir); err != nil {
		return err
	}
	b, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(k.dir, "summary.json"), append(b, '\n'), 0o644)
}
