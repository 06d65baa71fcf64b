package demo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/store/db"
)

// With what the people of the world sign in when their link is used, and show that it is they before signing and
// sending. Both are known to everyone: nothing here is worth guarding.
const (
	Password = "onze barcos azuis na enseada"
	Secret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" // of the app that shows codes, in base 32; one for all people
)

// Code returns what the app shows at now.
func Code(now time.Time) (string, error) { return signin.Code(Secret, now) }

// Equip gives all people their password and their app, at all places at the same time. It takes a second, because
// guessing passwords is made slow.
func (w *World) Equip(ctx context.Context) error {
	var wg sync.WaitGroup
	failed := make([]error, len(w.Places))
	for i, p := range w.Places {
		wg.Go(func() { failed[i] = p.equip(ctx) })
	}
	wg.Wait()
	return errors.Join(failed...)
}

// equip gives each person of the place the password and the app, in acts of the house.
func (p *Place) equip(ctx context.Context) error {
	for _, login := range p.Logins() {
		a, err := p.account(ctx, p.People[login].ID)
		if err != nil {
			return err
		}
		fresh, err := p.SignIn.NewPassword(ctx, a, Password)
		if err != nil {
			return fmt.Errorf("password of %s: %w", login, err)
		}
		err = p.Desk.Do(ctx, access.HouseItself(), "node.found", id.NewRef("node", p.Self.Node()), func(c *desk.Change) error {
			if err := signin.SetPassword(ctx, c.Tx, fresh); err != nil {
				return err
			}
			return p.SignIn.SetSecret(ctx, c.Tx, a.ID, Secret)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *Place) account(ctx context.Context, n id.ID) (a access.Account, err error) {
	err = p.DB.Reader.Read(ctx, db.House("demo"), func(tx *db.Tx) error {
		a, err = access.Find(ctx, tx, n)
		return err
	})
	return a, err
}
