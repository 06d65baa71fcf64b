package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"comity/internal/base/id"
	"comity/internal/cooperation/request"
	"comity/internal/demo"
	"comity/internal/node"
	"comity/internal/store/db"
)

// twoNodes makes the data folders of an invented world below dir ("pt" and "ma" are nodes that trust each other), with
// a signed request at Portugal's node that waits to be sent to Morocco. Nothing runs when it returns.
func twoNodes(ctx context.Context, dir string) error {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	w, err := demo.Start(ctx, demo.Options{Dir: dir, Log: quiet, Now: time.Now})
	if err != nil {
		return err
	}
	if err := w.Stop(); err != nil {
		return err
	}
	pt := w.Place("pt")
	n, err := node.Open(ctx, pt.Config)
	if err != nil {
		return err
	}
	pt.Node = n
	return errors.Join(waiting(ctx, pt), n.Close())
}

// waiting brings the example of a type to where it waits for its seal.
func waiting(ctx context.Context, pt *demo.Place) error {
	ana := pt.As("ana")
	k, err := pt.Cases.Open(ctx, ana, pt.Office, "Ransomware at a bakery (exercise)", true, pt.Entry())
	if err != nil {
		return err
	}
	for _, login := range []string{"rui", "teresa", "luis"} {
		if err := pt.Cases.AddMember(ctx, ana, k, pt.People[login].ID, pt.Entry()); err != nil {
			return err
		}
	}
	const kind = "preserve.stored"
	q, err := pt.Requests.Draft(ctx, ana, request.NewDraft{Case: k, Types: []string{kind}, State: "MA", Lang: "en"}, pt.Entry())
	if err != nil {
		return err
	}
	r, err := read(ctx, pt, q)
	if err != nil {
		return err
	}
	t, _ := pt.Requests.Law().Types.Get(kind)
	if err := pt.Requests.Replace(ctx, ana, q, t.Example, r.Version, pt.Entry()); err != nil {
		return err
	}
	if err := pt.Requests.Submit(ctx, ana, q, pt.Entry()); err != nil {
		return err
	}
	if err := pt.Requests.Approve(ctx, pt.As("rui"), q, pt.Entry()); err != nil {
		return err
	}
	if r, err = read(ctx, pt, q); err != nil {
		return err
	}
	shown, err := pt.Requests.ForSignature(ctx, r)
	if err != nil {
		return err
	}
	if err := pt.Requests.Sign(ctx, pt.As("teresa"), q, shown.Digest, pt.Entry()); err != nil {
		return err
	}
	return pt.Requests.Transmit(ctx, pt.As("luis"), q, pt.Entry())
}

func read(ctx context.Context, p *demo.Place, q id.ID) (r request.Request, err error) {
	err = p.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
		r, err = request.Get(ctx, tx, q)
		return err
	})
	return r, err
}

// firstEntry returns the id of the entry at place 0 of the record of a node that isn't running.
func firstEntry(ctx context.Context, dir string) (first id.ID, err error) {
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "comity.db"), db.Options{})
	if err != nil {
		return "", err
	}
	err = d.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT id FROM ledger_entry WHERE pos = 0`).Scan(&first)
	})
	return first, errors.Join(err, d.Close())
}

// changeEntry has an entry say that it was made a century earlier.
func changeEntry(ctx context.Context, dir string, n id.ID) error {
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "comity.db"), db.Options{})
	if err != nil {
		return err
	}
	err = d.Writer.Write(ctx, func(tx *db.Tx) error {
		var entry []byte
		if err := tx.Row(ctx, `SELECT entry FROM ledger_entry WHERE id = ?`, n).Scan(&entry); err != nil {
			return err
		}
		changed := bytes.Replace(entry, []byte(`"at":"20`), []byte(`"at":"19`), 1)
		_, err := tx.Exec(ctx, `UPDATE ledger_entry SET entry = ? WHERE id = ?`, changed, n)
		return err
	})
	return errors.Join(err, d.Close())
}
