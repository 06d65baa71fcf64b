package signin

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
)

func (d *door) invite(person id.ID, purpose Purpose) (token string) {
	d.Helper()
	d.write(func(tx *db.Tx) (err error) { token, err = Invite(ctx, tx, person, purpose, d.ben); return err })
	return token
}

// newcomer makes an account that has no means of signing in, and a setup with the code its app would show.
func (d *door) newcomer() (person id.ID, setup Setup, code string) {
	d.Helper()
	d.write(func(tx *db.Tx) (err error) {
		person, err = access.CreatePerson(ctx, tx, access.NewPerson{Login: "eva", Name: "Exercise Eva", Lang: "fr", Authority: "PT-PGR"})
		return err
	})
	setup, err := d.NewSetup(person, "eva", d.now)
	if err != nil {
		d.Fatal(err)
	}
	u, err := url.Parse(setup.URL)
	if err != nil {
		d.Fatal(err)
	}
	if u.Scheme != "otpauth" || len(setup.QR) == 0 || strings.ReplaceAll(setup.Secret, " ", "") != u.Query().Get("secret") {
		d.Fatalf("setup %q, %q, %d bytes of picture", setup.URL, setup.Secret, len(setup.QR))
	}
	if code, err = totp.GenerateCode(u.Query().Get("secret"), d.now); err != nil {
		d.Fatal(err)
	}
	return person, setup, code
}

func TestInvitationWithPassword(t *testing.T) {
	each(t, func(d *door) {
		eva, setup, code := d.newcomer()
		token := d.invite(eva, ToJoin)
		if in, a, err := d.Look(ctx, token); err != nil || in.Person != eva || a.Name != "Exercise Eva" {
			d.Fatalf("Look = %+v, %+v, %v", in, a, err)
		}
		for name, c := range map[string]struct{ password, setup, code, want string }{
			"short":          {"too short", setup.Sealed, code, "Use at least 15 characters: a short sentence is easy to remember."},
			"own name":       {"exercise eva eva eva", setup.Sealed, code, "This password is easy to guess: it is made of common words, your own name, or repetitions."},
			"wrong code":     {password, setup.Sealed, "000000", "This is not the code that the app shows now. Check the clock of your device."},
			"no setup":       {password, "", code, "This page was open for too long. Begin again."},
			"another's page": {password, d.setupOf("ana"), code, "This page was open for too long. Begin again."},
		} {
			if _, err := d.AcceptPassword(ctx, token, c.password, c.setup, c.code, at(home)); said(err) != c.want || !errors.Is(err, errs.Invalid) {
				d.Errorf("%s: %v says %q, want %q", name, err, said(err), c.want)
			}
		}
		again, err := d.Again(setup.Sealed, eva, "eva", d.now)
		if err != nil || again.Secret != setup.Secret {
			d.Errorf("the form shown again has secret %q, %v; want the same", again.Secret, err)
		}
		w, err := d.AcceptPassword(ctx, token, password, again.Sealed, code, at(home))
		if err != nil || len(w.Codes) != 10 {
			d.Fatalf("accept: %+v, %v", w, err)
		}
		if p, _ := d.who(w.Token); p.ID != eva {
			d.Errorf("entered as %s, want the newcomer", p.ID)
		}
		if _, err := d.AcceptPassword(ctx, token, password, again.Sealed, code, at(home)); !errors.Is(err, errs.NotFound) {
			d.Errorf("the invitation a second time: %v, want errs.NotFound", err)
		}
		if _, err := d.Password(ctx, "eva", password, code, at(home)); !errors.Is(err, errs.Invalid) {
			d.Errorf("the code of the setup once more: %v, want errs.Invalid", err)
		}
		d.now = d.now.Add(time.Minute)
		code, err = totp.GenerateCode(strings.ReplaceAll(setup.Secret, " ", ""), d.now)
		if err != nil {
			d.Fatal(err)
		}
		if _, err := d.Password(ctx, "eva", password, code, at(home)); err != nil {
			d.Errorf("signing in afterwards: %v", err)
		}
	})
}

func (d *door) setupOf(login string) string {
	d.Helper()
	s, err := d.NewSetup(d.ana, login, d.now)
	if err != nil {
		d.Fatal(err)
	}
	return s.Sealed
}

func TestInvitationEnds(t *testing.T) {
	each(t, func(d *door) {
		eva, setup, code := d.newcomer()
		old, token := d.invite(eva, ToJoin), d.invite(eva, ToJoin)
		link := d.invite(d.ana, ToFollow)
		for name, try := range map[string]string{"an earlier one": old, "none": "", "a made-up one": strings.Repeat("A", 43), "a link to follow": link} {
			if _, err := d.AcceptPassword(ctx, try, password, setup.Sealed, code, at(home)); !errors.Is(err, errs.NotFound) {
				d.Errorf("%s: %v, want errs.NotFound", name, err)
			}
		}
		if _, err := d.Follow(ctx, token, at(home)); !errors.Is(err, errs.NotFound) {
			d.Errorf("following an invitation to join: %v, want errs.NotFound", err)
		}
		d.now = d.now.Add(InvitedFor - time.Millisecond)
		if _, _, err := d.Look(ctx, token); err != nil {
			d.Errorf("just before seven days: %v", err)
		}
		d.now = d.now.Add(time.Millisecond)
		if _, _, err := d.Look(ctx, token); !errors.Is(err, errs.NotFound) {
			d.Errorf("after seven days: %v, want errs.NotFound", err)
		}
	})
}

func TestLinkOfADemonstration(t *testing.T) {
	each(t, func(d *door) {
		first, second := d.invite(d.ana, ToFollow), d.invite(d.ana, ToFollow)
		cookie, err := d.Follow(ctx, first, at(home))
		if err != nil {
			d.Fatal(err)
		}
		if p, s := d.who(cookie); p.ID != d.ana || s.Factor != ByLink || !p.Confirmed.Equal(d.now) {
			d.Errorf("followed as %s by %s, confirmed %v; want ana, by link, just now", p.ID, s.Factor, p.Confirmed)
		}
		if _, err := d.Follow(ctx, first, at(home)); !errors.Is(err, errs.NotFound) {
			d.Errorf("the same link: %v, want errs.NotFound", err)
		}
		d.write(func(tx *db.Tx) error { return access.Disable(ctx, tx, d.ana, true) })
		if _, err := d.Follow(ctx, second, at(home)); !errors.Is(err, errs.NotFound) {
			d.Errorf("a link of a closed account: %v, want errs.NotFound", err)
		}
	})
}
