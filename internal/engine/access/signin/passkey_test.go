package signin

import (
	"errors"
	"strings"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

// addKey makes the device's key one of the person's.
func (d *door) addKey(dev *device, person id.ID) (n id.ID) {
	d.Helper()
	c, err := d.BeginAdd(ctx, person)
	if err != nil {
		d.Fatal(err)
	}
	answer := dev.make(c)
	d.write(func(tx *db.Tx) (err error) {
		n, err = d.Add(ctx, tx, person, c.Token, answer, "Security key")
		return err
	})
	return n
}

func (d *door) begin() Ceremony {
	d.Helper()
	c, err := d.BeginEnter(ctx)
	if err != nil {
		d.Fatal(err)
	}
	return c
}

func TestPasskey(t *testing.T) {
	each(t, func(d *door) {
		dev := newDevice(t)
		d.addKey(dev, d.ana)
		c := d.begin()
		answer := dev.sign(c)
		token, err := d.Passkey(ctx, c.Token, answer, at(home))
		if err != nil {
			d.Fatal(err)
		}
		if p, s := d.who(token); p.ID != d.ana || s.Factor != ByPasskey {
			d.Errorf("entered as %s by %s, want ana by passkey", p.ID, s.Factor)
		}
		if _, err := d.Passkey(ctx, c.Token, answer, at(home)); !errors.Is(err, errs.Invalid) {
			d.Errorf("the same answer again: %v, want errs.Invalid", err)
		}
		d.write(func(tx *db.Tx) error {
			f, err := FactorsOf(ctx, tx, d.ana)
			if len(f.Passkeys) != 1 || !f.Passkeys[0].Used.Equal(d.now) || f.Passkeys[0].Label != "Security key" {
				d.Errorf("factors %+v, want the key, used now", f)
			}
			return err
		})

		d.now = d.now.Add(10 * time.Minute)
		_, s := d.who(token)
		c = d.begin()
		if err := d.ConfirmPasskey(ctx, s, c.Token, dev.sign(c)); err != nil {
			d.Fatal(err)
		}
		if p, _ := d.who(token); !p.Confirmed.Equal(d.now) {
			d.Errorf("confirmed %v, want now", p.Confirmed)
		}
		d.write(func(tx *db.Tx) error { return access.Disable(ctx, tx, d.ana, true) })
		c = d.begin()
		if _, err := d.Passkey(ctx, c.Token, dev.sign(c), at(home)); !errors.Is(err, errs.Invalid) {
			d.Errorf("the passkey of a closed account: %v, want errs.Invalid", err)
		}
		d.write(func(tx *db.Tx) error { return access.Disable(ctx, tx, d.ana, false) })
		bens := newDevice(t)
		d.addKey(bens, d.ben)
		c = d.begin()
		if err := d.ConfirmPasskey(ctx, s, c.Token, bens.sign(c)); !errors.Is(err, errs.Forbidden) {
			d.Errorf("confirming with another person's key: %v, want errs.Forbidden", err)
		}
	})
}

func TestPasskeyIsRefused(t *testing.T) {
	each(t, func(d *door) {
		dev := newDevice(t)
		d.addKey(dev, d.ana)
		stranger := newDevice(t)
		stranger.handle = []byte(d.ana)
		thief := newDevice(t)
		thief.handle, thief.id = []byte(d.ana), dev.id
		swapped := *dev
		swapped.handle = []byte(d.ben)
		elsewhere := *dev
		elsewhere.origin = "https://pt.example.evil.example"
		otherHost := *dev
		otherHost.host = "evil.example"
		unverified := *dev
		unverified.flags = userPresent
		asleep := *dev
		asleep.flags = userVerified
		rewound := *dev
		for name, other := range map[string]*device{
			"a key that was never added": stranger,
			"another key under its name": thief,
			"the key for someone else":   &swapped,
			"on another site's page":     &elsewhere,
			"for another host":           &otherHost,
			"without a finger or PIN":    &unverified,
			"without anyone there":       &asleep,
		} {
			c := d.begin()
			if token, err := d.Passkey(ctx, c.Token, other.sign(c), at(home)); token != "" || !errors.Is(err, errs.Invalid) {
				d.Errorf("%s: token %q, %v; want errs.Invalid", name, token, err)
			}
		}
		dev.count += 10
		c := d.begin()
		if _, err := d.Passkey(ctx, c.Token, dev.sign(c), at(home)); err != nil {
			d.Fatal(err)
		}
		c = d.begin()
		if _, err := d.Passkey(ctx, c.Token, rewound.sign(c), at(home)); !errors.Is(err, errs.Invalid) {
			d.Errorf("a counter that ran backwards: %v, want errs.Invalid", err)
		}
		c = d.begin()
		for name, try := range map[string]struct {
			token  string
			answer []byte
		}{
			"no token":          {"", dev.sign(c)},
			"a token cut short": {c.Token[:len(c.Token)-2], dev.sign(c)},
			"another begin":     {d.begin().Token, dev.sign(c)},
			"not JSON":          {c.Token, []byte("yes")},
			"an empty object":   {c.Token, []byte("{}")},
			"far too long":      {c.Token, []byte(strings.Repeat("x", maxResponse+1))},
		} {
			if _, err := d.Passkey(ctx, try.token, try.answer, at(home)); !errors.Is(err, errs.Invalid) {
				d.Errorf("%s: %v, want errs.Invalid", name, err)
			}
		}
		d.now = d.now.Add(ceremonyFor + time.Second)
		if _, err := d.Passkey(ctx, c.Token, dev.sign(c), at(home)); !errors.Is(err, errs.Invalid) {
			d.Errorf("after five minutes: %v, want errs.Invalid", err)
		}
	})
}

func TestPasskeyAtInvitation(t *testing.T) {
	each(t, func(d *door) {
		eva, _, _ := d.newcomer()
		token := d.invite(eva, ToJoin)
		c, err := d.BeginAdd(ctx, eva)
		if err != nil {
			d.Fatal(err)
		}
		dev := newDevice(t)
		w, err := d.AcceptPasskey(ctx, token, c.Token, dev.make(c), "Telephone", at(home))
		if err != nil || len(w.Codes) != 10 {
			d.Fatalf("accept: %+v, %v", w, err)
		}
		if p, s := d.who(w.Token); p.ID != eva || s.Factor != ByPasskey {
			d.Errorf("entered as %s by %s, want the newcomer by passkey", p.ID, s.Factor)
		}
		n := d.begin()
		if _, err := d.Passkey(ctx, n.Token, dev.sign(n), at(home)); err != nil {
			d.Errorf("signing in afterwards: %v", err)
		}
	})
}

func TestTheLastFactorStays(t *testing.T) {
	each(t, func(d *door) {
		remove := func(f func(*db.Tx) error) error { return d.db.Writer.Write(ctx, f) }
		if err := remove(func(tx *db.Tx) error { return RemovePassword(ctx, tx, d.ana) }); !errors.Is(err, errs.Invalid) {
			d.Errorf("removing the only factor: %v, want errs.Invalid", err)
		}
		key := d.addKey(newDevice(t), d.ana)
		if err := remove(func(tx *db.Tx) error { return RemovePassword(ctx, tx, d.ana) }); err != nil {
			d.Errorf("removing the password beside a passkey: %v", err)
		}
		if err := remove(func(tx *db.Tx) error { return RemovePasskey(ctx, tx, d.ana, key) }); !errors.Is(err, errs.Invalid) {
			d.Errorf("removing the only passkey: %v, want errs.Invalid", err)
		}
		second := newDevice(t)
		d.addKey(second, d.ana)
		if err := remove(func(tx *db.Tx) error { return RemovePasskey(ctx, tx, d.ana, d.addedBy(d.ben)) }); !errors.Is(err, errs.NotFound) {
			d.Errorf("removing someone else's passkey: %v, want errs.NotFound", err)
		}
		if err := remove(func(tx *db.Tx) error { return RemovePasskey(ctx, tx, d.ana, key) }); err != nil {
			d.Errorf("removing one of two passkeys: %v", err)
		}
	})
}

// addedBy returns an id that is nobody's passkey of ana.
func (d *door) addedBy(person id.ID) id.ID { return person }
