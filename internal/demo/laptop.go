package demo

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/capacity/learning"
	"comity/internal/cooperation/exchange"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
	"comity/internal/store/disk"
)

// carry makes the laptop, has it and the secretariat trust each other, and gives it the cohort.
func (k *east) carry() error {
	c, err := readCast()
	if err != nil {
		return err
	}
	if k.laptop, err = k.world.settle(k.world.ctx, k.world.o, len(k.world.Places), c.Laptop); err != nil {
		return err
	}
	k.world.mu.Lock()
	k.world.more = append(k.world.more, k.laptop)
	k.world.mu.Unlock()
	if err := k.laptop.trust(k.ctx, k.org); err != nil {
		return err
	}
	if err := k.org.trust(k.ctx, k.laptop); err != nil {
		return err
	}
	if err := k.org.Learning.Give(k.ctx, k.org.As("tariq"), k.cohort, k.laptop.Self.Node(), k.org.Entry()); err != nil {
		return err
	}
	err = k.until("the cohort comes to the laptop", k.laptop, func(tx *db.Tx) (bool, error) {
		list, err := learning.Cohorts(k.ctx, tx)
		return len(list) == 1, err
	})
	if err != nil {
		return err
	}
	k.say("gives the cohort to a laptop that will be without network")
	return nil
}

// until waits for what comes by an envelope.
func (k *east) until(what string, at *Place, come func(tx *db.Tx) (bool, error)) error {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		done := false
		err := at.DB.Reader.Read(k.ctx, db.House("demo"), func(tx *db.Tx) (err error) {
			done, err = come(tx)
			return err
		})
		if err != nil || done {
			return err
		}
	}
	return fmt.Errorf("%s: not within %s: %w", what, patience, errs.Unavailable)
}

// onLaptop returns the learners as the laptop knows them: by the addresses with which they were enrolled.
func (k *east) onLaptop() (people []access.Person, err error) {
	logins := make([]string, 0, len(k.learners))
	err = k.read(func(tx *db.Tx) error {
		for _, p := range k.learners {
			a, err := access.Find(k.ctx, tx, p.ID)
			if err != nil {
				return err
			}
			logins = append(logins, a.Login)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = k.laptop.DB.Reader.Read(k.ctx, db.House("demo"), func(tx *db.Tx) error {
		for _, l := range logins {
			a, err := access.FindLogin(k.ctx, tx, l)
			if err != nil {
				return err
			}
			people = append(people, a.Person)
		}
		return nil
	})
	return people, err
}

// before has everybody take the test before on the laptop, and brings the results home.
func (k *east) before() error {
	people, err := k.onLaptop()
	if err != nil {
		return err
	}
	if err := k.test(k.laptop, "lindiwe", people, learning.Pre, eastPre); err != nil {
		return err
	}
	if err := k.laptop.Learning.Home(k.ctx, k.laptop.As("lindiwe"), k.cohort, k.laptop.Entry()); err != nil {
		return err
	}
	err = k.until("the results come home", k.org, func(tx *db.Tx) (bool, error) {
		f, err := k.figures(tx)
		return f.Before == len(people), err
	})
	if err != nil {
		return err
	}
	k.say("has the results of the test before from the laptop, sealed")
	return nil
}

// figures reads what the cohort's tests show now.
func (k *east) figures(tx *db.Tx) (f learning.Figures, err error) {
	list, err := learning.Cohorts(k.ctx, tx)
	for _, c := range list {
		if c.ID == k.cohort {
			return k.org.Learning.Figures(k.ctx, tx, c)
		}
	}
	if err == nil {
		err = fmt.Errorf("cohort %s: %w", k.cohort, errs.NotFound)
	}
	return f, err
}

// leaveResults leaves the record with the results as the laptop signed it.
func (k *east) leaveResults() error {
	var sent id.ID
	err := k.laptop.DB.Reader.Read(k.ctx, db.House("demo"), func(tx *db.Tx) error {
		posts, err := exchange.GoingOut(k.ctx, tx, "", 200)
		for _, p := range posts {
			if p.Kind == envelope.KindRecord {
				sent = p.ID
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return k.laptop.Exchange.Container(context.WithoutCancel(k.ctx), sent, func(r io.Reader) error {
		return disk.WriteStream(filepath.Join(k.dir, "results.asice"), 0o644, func(w io.Writer) error {
			_, err := io.Copy(w, r)
			return err
		})
	})
}
