package learning

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/instrument"
	"comity/internal/store/db"
)

// CertificateFormat is the data inside a certificate (docs/formats/certificate.md).
const CertificateFormat = "comity/certificate/1"

// RefCertificate is the kind of a certificate in references.
const RefCertificate = "certificate"

// Certificate says that one person has passed the test of a course. It can be revoked, and is kept then.
type Certificate struct {
	ID        id.ID
	Cohort    id.ID
	Enrolment id.ID
	By        id.ID // who issued it, whose key signs it
	Issued    time.Time
	Content   string // certificate.json
	Revoked   time.Time
	Why       string
}

// Certified is certificate.json: the same in every language of the document around it.
type Certified struct {
	Format    string   `json:"format"`
	ID        id.ID    `json:"id"`
	Node      id.ID    `json:"node"`
	Authority string   `json:"authority"`
	Person    string   `json:"person"`
	Role      string   `json:"role"`
	State     string   `json:"state"`
	Course    string   `json:"course"`
	Version   string   `json:"version"`
	Outcomes  []string `json:"outcomes"` // competencies of the framework
	Minutes   int      `json:"minutes"`  // that the units take
	Form      string   `json:"form"`     // hash of the test
	Points    int64    `json:"points"`   // hundredths, as all of these
	Of        int64    `json:"of"`
	Least     int64    `json:"least"` // points with which the test is passed
	Handed    string   `json:"handed_in"`
	Issued    string   `json:"issued"`
	Exercise  bool     `json:"exercise"`
}

func certificateFacts(ctx context.Context, tx *db.Tx, on id.Ref, who access.Person) (access.Facts, error) {
	x, err := certificate(ctx, tx, on.ID())
	if err != nil {
		return access.Facts{}, err
	}
	return ownFacts(ctx, tx, x.Cohort, x.Enrolment, who)
}

const certificateColumns = `id, cohort_id, enrolment_id, issued_by, issued, content, revoked, why`

func scanCertificate(s db.Scan) (x Certificate, err error) {
	return x, s(&x.ID, &x.Cohort, &x.Enrolment, &x.By, &x.Issued, &x.Content, &x.Revoked, &x.Why)
}

func certificate(ctx context.Context, tx *db.Tx, n id.ID) (Certificate, error) {
	x, err := scanCertificate(tx.Row(ctx, `SELECT `+certificateColumns+` FROM certificate WHERE id = ?`, n).Scan)
	if err != nil {
		return x, fmt.Errorf("certificate %s: %w", n, err)
	}
	return x, nil
}

// Certificates lists the certificates of a cohort, the revoked ones too, by enrolment.
func Certificates(ctx context.Context, tx *db.Tx, n id.ID) ([]Certificate, error) {
	rows, err := tx.Query(ctx, `SELECT `+certificateColumns+` FROM certificate WHERE cohort_id = ? ORDER BY enrolment_id, issued`, n)
	return db.Collect(rows, err, scanCertificate)
}

// result is how someone did in the test after the course.
type result struct {
	Enrolment Enrolment
	Test      Attempt // zero without one that counts
	Points    instrument.Points
	Passed    bool
}

// results reads how everybody of a cohort did, and how many points pass.
func (q *Learning) results(ctx context.Context, tx *db.Tx, k Cohort) (all []result, least, of instrument.Points, err error) {
	_, s, err := q.Test(k)
	if err != nil {
		return nil, 0, 0, err
	}
	least, of = s.Cut, s.Total()
	people, err := Enrolments(ctx, tx, k.ID)
	if err != nil {
		return nil, 0, 0, err
	}
	tests, err := attempts(ctx, tx, k.ID)
	if err != nil {
		return nil, 0, 0, err
	}
	given, err := allMarks(ctx, tx, k.ID)
	if err != nil {
		return nil, 0, 0, err
	}
	points := map[id.ID]instrument.Points{}
	for _, m := range given {
		points[m.Attempt] += m.Points
	}
	last := map[id.ID]Attempt{} // by enrolment
	for _, a := range tests {
		if a.Slot == Post && a.Final() {
			last[a.Enrolment] = a
		}
	}
	for _, e := range people {
		r := result{Enrolment: e, Test: last[e.ID]}
		r.Points = points[r.Test.ID]
		r.Passed = r.Test.ID != "" && r.Points >= least
		all = append(all, r)
	}
	return all, least, of, nil
}

// Issue gives a certificate to everybody of a closed cohort who has passed and has none, or to one person. It returns how
// many were issued. For one who hasn't passed it says why.
func (q *Learning) Issue(ctx context.Context, who access.Person, n, only, entry id.ID) (issued int, err error) {
	err = q.Desk.Do(ctx, who, "certificate.issue", id.NewRef(RefCohort, n), func(c *desk.Change) error {
		issued = 0
		k, err := cohort(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if err := elsewhere(k); err != nil {
			return err
		}
		if k.State != Closed && k.State != Frozen {
			return errs.Say(fmt.Errorf("certificates of cohort %s: it is %s: %w", n, k.State, errs.Conflict), language.M("Close the cohort first: only tests that are final count for a certificate."), nil)
		}
		all, least, of, err := q.results(ctx, c.Tx, k)
		if err != nil {
			return err
		}
		have, err := Certificates(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		stands := map[id.ID]bool{}
		for _, x := range have {
			stands[x.Enrolment] = stands[x.Enrolment] || x.Revoked.IsZero()
		}
		var sums []canonical.Hash
		for _, r := range all {
			if only != "" && r.Enrolment.ID != only || stands[r.Enrolment.ID] {
				continue
			}
			if !r.Passed {
				if only != "" {
					return whyNot(r, least, of)
				}
				continue
			}
			sum, err := q.issue(ctx, c, k, r, least, of)
			if err != nil {
				return err
			}
			sums = append(sums, sum)
		}
		if issued = len(sums); issued == 0 {
			return errs.Say(fmt.Errorf("certificates of cohort %s: none is due: %w", n, errs.Conflict), language.M("Nobody has passed who has no certificate yet."), nil)
		}
		c.Record(map[string]any{"certificates": sums})
		return nil
	}, desk.Once(entry))
	return issued, err
}

// whyNot says why someone gets no certificate.
func whyNot(r result, least, of instrument.Points) error {
	err := fmt.Errorf("certificate for %s: %w", r.Enrolment.ID, errs.Conflict)
	if r.Test.ID == "" {
		return errs.Say(err, language.M("There is no test after the course that counts: no certificate can be issued."), nil)
	}
	return errs.Say(err, language.M("{n} of {all} points: the course asks for {least}. No certificate can be issued."),
		map[string]string{"n": plainPoints(r.Points), "all": plainPoints(of), "least": plainPoints(least)})
}

func plainPoints(p instrument.Points) string {
	return strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%d.%02d", p/100, p%100), "0"), ".0")
}

func (q *Learning) issue(ctx context.Context, c *desk.Change, k Cohort, r result, least, of instrument.Points) (canonical.Hash, error) {
	a, err := access.Find(ctx, c.Tx, r.Enrolment.Person)
	if err != nil {
		return "", err
	}
	course, _ := q.Library.Course(k.Course)
	x := Certified{
		Format: CertificateFormat, ID: id.New(c.Now()), Node: q.Exchange.Self().Node(), Authority: q.Exchange.Self().Authority(),
		Person: a.Name, Role: r.Enrolment.Role, State: r.Enrolment.State, Course: course.Name, Version: course.Version, Outcomes: course.Outcomes(),
		Form: string(k.Hash), Points: int64(r.Points), Of: int64(of), Least: int64(least), Handed: db.Stamp(r.Test.Submitted), Issued: db.Stamp(c.Now()), Exercise: q.Exercise,
	}
	for _, u := range course.Units {
		x.Minutes += u.Minutes
	}
	b, err := canonical.Marshal(x)
	if err != nil {
		return "", err
	}
	_, err = c.Exec(ctx, `INSERT INTO certificate (id, cohort_id, enrolment_id, issued_by, issued, content, revoked, why) VALUES (?, ?, ?, ?, ?, ?, NULL, '')`,
		x.ID, k.ID, r.Enrolment.ID, c.Who().ID, c.Now(), string(b))
	return canonical.Sum(b), err
}

// Revoke takes a certificate back, with the reason. Whoever checks it at this node is told.
func (q *Learning) Revoke(ctx context.Context, who access.Person, n id.ID, why string, entry id.ID) error {
	if why = strings.TrimSpace(why); why == "" || len([]rune(why)) > maxWhy {
		return errs.WithFields(errs.Field{Path: "why", Code: language.M("Write the reason, in at most 2,000 characters.")})
	}
	return q.Desk.Do(ctx, who, "certificate.revoke", id.NewRef(RefCertificate, n), func(c *desk.Change) error {
		x, err := certificate(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if !x.Revoked.IsZero() {
			return errs.Say(fmt.Errorf("certificate %s: %w", n, errs.Conflict), language.M("This certificate was revoked already."), nil)
		}
		c.Record(map[string]any{"certificate": canonical.Sum([]byte(x.Content))})
		_, err = c.Exec(ctx, `UPDATE certificate SET revoked = ?, why = ? WHERE id = ?`, c.Now(), why, n)
		return err
	}, desk.Once(entry))
}

const maxWhy = 2000

// Standing says of the data inside a certificate what this node knows: nil while it stands, otherwise why it doesn't.
// foreign is true when another node is named in it.
func (q *Learning) Standing(ctx context.Context, tx *db.Tx, b []byte) (foreign bool, err error) {
	var x Certified
	if err := strict(b, &x); err != nil || x.Format != CertificateFormat {
		return false, errs.Invalidf("its data is none of a certificate")
	}
	if x.Node != q.Exchange.Self().Node() {
		return true, nil
	}
	kept, err := certificate(ctx, tx, x.ID)
	switch {
	case errors.Is(err, errs.NotFound), err == nil && kept.Content != string(b):
		return false, errs.Invalidf("this node has issued no such certificate")
	case err != nil:
		return false, err
	case !kept.Revoked.IsZero():
		return false, errs.Invalidf("it was revoked on %s", kept.Revoked.UTC().Format(time.DateOnly))
	}
	return false, nil
}
