package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/capacity/learning"
	"comity/internal/capacity/stats"
	"comity/internal/capacity/workshop"
	"comity/internal/cooperation/practice"
	"comity/internal/cooperation/request"
	"comity/internal/engine/access"
	"comity/internal/store/db"
	"comity/internal/store/disk"
)

// WalkCapacity plays the workshop and leaves what comes of it in dir: the baseline, the gain, a certificate, the agenda for calendars, what
// practice shows, the mandates with their evidence.
func (w *World) WalkCapacity(ctx context.Context, dir string, out io.Writer) error {
	k, err := w.East(ctx, out)
	if err != nil {
		return fmt.Errorf("walk: %w", err)
	}
	k.dir = dir
	for _, leave := range []func() error{k.leaveLearning, k.leaveResults, k.leaveCertificate, k.leaveAssessment, k.leaveAgenda, k.leavePractice} {
		if err := leave(); err != nil {
			return fmt.Errorf("walk: capacity: %w", err)
		}
	}
	fmt.Fprintf(out, "What came of the workshop is in %s. Everybody in it is invented.\n", dir)
	return nil
}

func (k *east) put(name string, b []byte) error {
	if len(b) == 0 {
		return fmt.Errorf("%s is empty: %w", name, errs.Invalid)
	}
	return disk.WriteFile(filepath.Join(k.dir, name), b, 0o644)
}

// gainFile is gain.json: figures of the whole and of professions that may be shown, and of no person and no State.
type gainFile struct {
	Format     string                  `json:"format"`
	Exercise   bool                    `json:"exercise"`
	Pairs      int                     `json:"pairs"`
	Of         float64                 `json:"of"`
	Gain       stats.Paired            `json:"gain"`
	Normalised stats.Norm              `json:"normalised"`
	Groups     map[string]stats.Paired `json:"groups"`
}

func (k *east) leaveLearning() error {
	return k.read(func(tx *db.Tx) error {
		b, err := learning.BaselineFile(k.ctx, tx, k.cohort)
		if err != nil {
			return err
		}
		if err := k.put("baseline.json", b); err != nil {
			return err
		}
		list, err := learning.Cohorts(k.ctx, tx)
		if err != nil {
			return err
		}
		for _, c := range list {
			if c.ID != k.cohort {
				continue
			}
			f, err := k.org.Learning.Figures(k.ctx, tx, c)
			if err != nil {
				return err
			}
			g := gainFile{"comity/gain/1", true, f.Pairs, f.Total, f.Gain, f.Norm, map[string]stats.Paired{}}
			for _, x := range f.Groups {
				if x.Shown {
					g.Groups[x.Role] = x.Gain
				}
			}
			if b, err = json.MarshalIndent(g, "", " "); err != nil {
				return err
			}
			return k.put("gain.json", append(b, '\n'))
		}
		return fmt.Errorf("cohort %s: %w", k.cohort, errs.NotFound)
	})
}

// leaveCertificate takes the first certificate away as its own learner does.
func (k *east) leaveCertificate() error {
	var first learning.Certificate
	var who access.Person
	err := k.read(func(tx *db.Tx) error {
		all, err := learning.Certificates(k.ctx, tx, k.cohort)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fmt.Errorf("certificates of cohort %s: %w", k.cohort, errs.NotFound)
		}
		first = all[0]
		people, err := learning.Enrolments(k.ctx, tx, k.cohort)
		for _, e := range people {
			if e.ID == first.Enrolment {
				a, err := access.Find(k.ctx, tx, e.Person)
				who = a.Person
				return err
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	b, err := k.org.Learning.Document(k.ctx, who, "certificate.take", first.ID, language.Arabic)
	if err != nil {
		return err
	}
	return k.put("certificate.pdf", b)
}

func (k *east) leaveAgenda() error {
	return k.read(func(tx *db.Tx) error {
		list, err := workshop.Agenda(k.ctx, tx, k.workshop)
		if err != nil {
			return err
		}
		all, err := workshop.List(k.ctx, tx, k.org.As("amina"))
		if err != nil {
			return err
		}
		for _, w := range all {
			if w.ID == k.workshop {
				b, err := workshop.Calendar(w, list, k.org.Catalog.Get(language.English), k.org.Config.Now())
				if err != nil {
					return err
				}
				return k.put("agenda.ics", b)
			}
		}
		return fmt.Errorf("workshop %s: %w", k.workshop, errs.NotFound)
	})
}

func (k *east) leavePractice() error {
	return k.read(func(tx *db.Tx) error {
		now := k.org.Config.Now().UTC()
		from := time.Date(now.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		f, err := k.org.Practice.Figures(k.ctx, tx, request.Out, from, from.AddDate(1, 0, 0))
		if err != nil {
			return err
		}
		b, err := practice.CSV(f)
		if err != nil {
			return err
		}
		return k.put("practice.csv", b)
	})
}
