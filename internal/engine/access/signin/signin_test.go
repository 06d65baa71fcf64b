package signin

import (
	"context"
	"encoding/base32"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// door is a node's sign-in on a real database with a clock that the test moves, and two people who have a password and
// an app.
type door struct {
	*testing.T
	*SignIn
	db       *db.DB
	now      time.Time
	ana, ben id.ID
}

const (
	password = "sete gatos cinzentos no telhado"
	home     = "192.0.2.17"
)

var ctx = context.Background()

func at(address string) Client {
	return Client{Address: netip.MustParseAddr(address), Agent: "Browser on a test bench"}
}

func secretOf(login string) string {
	return base32.StdEncoding.EncodeToString([]byte((login + strings.Repeat(".", secretSize))[:secretSize]))
}

func each(t *testing.T, f func(*door)) {
	t.Helper()
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			d := &door{T: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
			d.db = dbtest.Open(t, kind, []db.Schema{access.Schema, Schema}, dbtest.Options{Now: func() time.Time { return d.now }})
			var err error
			d.SignIn, err = New(Config{
				Reader: d.db.Reader, Writer: d.db.Writer, Node: "01JNODE000000000000PTNODE1", Name: "Exercise authority",
				Host: "pt.example", Origin: []string{"https://pt.example"}, Key: []byte(strings.Repeat("k", keySize)), Memory: 64,
			})
			if err != nil {
				t.Fatal(err)
			}
			d.ana, d.ben = d.person("ana"), d.person("ben")
			f(d)
		})
	}
}

func (d *door) write(f func(*db.Tx) error) {
	d.Helper()
	if err := d.db.Writer.Write(ctx, f); err != nil {
		d.Fatal(err)
	}
}

func (d *door) person(login string) (n id.ID) {
	d.Helper()
	d.write(func(tx *db.Tx) (err error) {
		if n, err = access.CreatePerson(ctx, tx, access.NewPerson{Login: login, Name: "Exercise " + login, Lang: "pt", Authority: "PT-PGR"}); err != nil {
			return err
		}
		return d.SetSecret(ctx, tx, n, secretOf(login))
	})
	fresh, err := d.NewPassword(ctx, access.Account{Person: access.Person{ID: n}, Login: login}, password)
	if err != nil {
		d.Fatal(err)
	}
	d.write(func(tx *db.Tx) error { return SetPassword(ctx, tx, fresh) })
	return n
}

func (d *door) code(login string) string {
	d.Helper()
	c, err := totp.GenerateCode(secretOf(login), d.now)
	if err != nil {
		d.Fatal(err)
	}
	return c
}

// request is what the browser sends that has the token in its cookie.
func (d *door) request(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(d.Cookie(token))
	return r
}

// who tells whose session the token is, "" for nobody's.
func (d *door) who(token string) (access.Person, Session) {
	d.Helper()
	p, s, err := d.Session(d.request(token))
	if err != nil {
		d.Fatal(err)
	}
	return p, s
}

func (d *door) enterAs(login string) string {
	d.Helper()
	d.now = d.now.Add(period * time.Second)
	token, err := d.Password(ctx, login, password, d.code(login), at(home))
	if err != nil {
		d.Fatalf("sign in as %s: %v", login, err)
	}
	return token
}

func said(err error) string {
	if f := errs.Fields(err); len(f) > 0 {
		return f[0].Code
	}
	s, _ := errs.Said(err)
	return s
}

func TestPassword(t *testing.T) {
	each(t, func(d *door) {
		closed := d.person("closed")
		d.write(func(tx *db.Tx) error { return access.Disable(ctx, tx, closed, true) })
		var first string
		for name, try := range map[string]struct{ login, password, code string }{
			"wrong password":   {"ana", password + "s", d.code("ana")},
			"wrong code":       {"ana", password, "000000"},
			"no code":          {"ana", password, ""},
			"another's code":   {"ana", password, d.code("ben")},
			"unknown login":    {"eva", password, d.code("ana")},
			"closed account":   {"closed", password, d.code("closed")},
			"nothing at all":   {"", "", ""},
			"code of later on": {"ana", password, d.later("ana", 2*time.Minute)},
		} {
			token, err := d.Password(ctx, try.login, try.password, try.code, at("198.51.100."+string('1'+rune(len(name)%9))))
			if token != "" || !errors.Is(err, errs.Invalid) {
				d.Errorf("%s: token %q, %v; want errs.Invalid", name, token, err)
			}
			if first == "" {
				first = said(err)
			}
			if said(err) != first {
				d.Errorf("%s: says %q, another mistake says %q: the answer tells which part was wrong", name, said(err), first)
			}
		}
		d.now = d.now.Add(byAccount().most)
		token, err := d.Password(ctx, " ANA ", password, d.code("ana"), at(home))
		if err != nil {
			d.Fatal(err)
		}
		if p, s := d.who(token); p.ID != d.ana || !p.Confirmed.Equal(d.now) || s.Factor != ByPassword || s.Agent == "" {
			d.Errorf("signed in as %s, confirmed %v, %+v; want ana, just now, by password", p.ID, p.Confirmed, s)
		}
	})
}

func (d *door) later(login string, by time.Duration) string {
	c, err := totp.GenerateCode(secretOf(login), d.now.Add(by))
	if err != nil {
		d.Fatal(err)
	}
	return c
}

func TestCodeServesOnce(t *testing.T) {
	each(t, func(d *door) {
		code := d.code("ana")
		if _, err := d.Password(ctx, "ana", password, code, at(home)); err != nil {
			d.Fatal(err)
		}
		if _, err := d.Password(ctx, "ana", password, code, at(home)); !errors.Is(err, errs.Invalid) {
			d.Errorf("the same code again: %v, want errs.Invalid", err)
		}
		next := d.later("ana", period*time.Second)
		if _, err := d.Password(ctx, "ana", password, next, at(home)); err != nil {
			d.Errorf("the next step's code, one step early: %v", err)
		}
		d.now = d.now.Add(period * time.Second)
		if _, err := d.Password(ctx, "ana", password, next, at(home)); !errors.Is(err, errs.Invalid) {
			d.Errorf("the same code in its own step: %v, want errs.Invalid", err)
		}
		d.now = d.now.Add(period * time.Second)
		digits := strings.NewReplacer("0", "٠", "1", "١", "2", "٢", "3", "٣", "4", "٤", "5", "٥", "6", "٦", "7", "٧", "8", "٨", "9", "٩")
		if _, err := d.Password(ctx, "ana", password, digits.Replace(d.code("ana")), at(home)); err != nil {
			d.Errorf("a code in Arabic digits: %v", err)
		}
	})
}

func TestSessionEnds(t *testing.T) {
	each(t, func(d *door) {
		token := d.enterAs("ana")
		begun := d.now
		for d.now.Sub(begun) < LastFor-IdleFor {
			d.now = d.now.Add(IdleFor - seenEvery)
			if p, _ := d.who(token); p.Nobody() {
				d.Fatalf("ended %v after the beginning although it was used", d.now.Sub(begun))
			}
		}
		d.now = begun.Add(LastFor)
		if p, _ := d.who(token); p.Nobody() {
			d.Error("ended at twelve hours sharp, want just after")
		}
		d.now = begun.Add(LastFor + time.Millisecond)
		if p, _ := d.who(token); !p.Nobody() {
			d.Error("serves after twelve hours")
		}

		token = d.enterAs("ana")
		d.now = d.now.Add(IdleFor)
		if p, _ := d.who(token); p.Nobody() {
			d.Error("ended after thirty minutes sharp, want just after")
		}
		d.now = d.now.Add(IdleFor + time.Millisecond)
		if p, _ := d.who(token); !p.Nobody() {
			d.Error("serves after more than thirty idle minutes")
		}

		token = d.enterAs("ana")
		d.write(func(tx *db.Tx) error { return access.Disable(ctx, tx, d.ana, true) })
		if p, _ := d.who(token); !p.Nobody() {
			d.Error("serves a closed account")
		}
	})
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	each(t, func(d *door) {
		one, two, other := d.enterAs("ana"), d.enterAs("ana"), d.enterAs("ben")
		_, s := d.who(two)
		var list []Session
		read := func(tx *db.Tx) (err error) { list, err = Sessions(ctx, tx, d.ana); return err }
		if d.write(read); len(list) != 2 || list[0].ID != s.ID {
			d.Fatalf("sessions: %+v, want two with the newest first", list)
		}
		if err := d.db.Writer.Write(ctx, func(tx *db.Tx) error { return EndSession(ctx, tx, d.ben, s.ID) }); !errors.Is(err, errs.NotFound) {
			d.Errorf("ending someone else's session: %v, want errs.NotFound", err)
		}
		d.write(func(tx *db.Tx) error { return EndSession(ctx, tx, d.ana, list[1].ID) })
		if p, _ := d.who(one); !p.Nobody() {
			d.Error("an ended session serves")
		}
		three := d.enterAs("ana")
		d.write(func(tx *db.Tx) error { return EndSessions(ctx, tx, d.ana, s.ID) })
		if p, _ := d.who(three); !p.Nobody() {
			d.Error("ending all others left one")
		}
		if p, _ := d.who(two); p.ID != d.ana {
			d.Error("ending all others ended the one that was to stay")
		}
		if err := d.SignOut(d.request(two)); err != nil {
			d.Fatal(err)
		}
		if p, _ := d.who(two); !p.Nobody() {
			d.Error("serves after signing out")
		}
		if p, _ := d.who(other); p.ID != d.ben {
			d.Error("someone else's session ended too")
		}
		if d.write(read); len(list) != 0 {
			d.Errorf("sessions at the end: %+v, want none", list)
		}
	})
}

func TestCookie(t *testing.T) {
	each(t, func(d *door) {
		c := d.Cookie(strings.Repeat("x", 43))
		if c.Name != "__Host-comity-0PTNODE1" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
			d.Errorf("cookie %+v, want a __Host- one that scripts can't read", c)
		}
		d.plain = true
		if c := d.Cookie(""); strings.HasPrefix(c.Name, "__") || c.Secure || c.MaxAge >= 0 {
			d.Errorf("cookie over plain HTTP to take it away: %+v", c)
		}
		for _, value := range []string{"", "x", strings.Repeat("x", 43), strings.Repeat("x", 4000)} {
			if p, _ := d.who(value); !p.Nobody() {
				d.Errorf("cookie %.10q is somebody's", value)
			}
		}
		stored := 0
		token := d.enterAs("ana")
		d.write(func(tx *db.Tx) error {
			return tx.Row(ctx, `SELECT COUNT(*) FROM session WHERE hash = ?`, token).Scan(&stored)
		})
		if stored != 0 {
			d.Error("the token itself is kept")
		}
	})
}

func TestConfirm(t *testing.T) {
	each(t, func(d *door) {
		token := d.enterAs("ana")
		d.now = d.now.Add(10 * time.Minute)
		_, s := d.who(token)
		if err := d.Confirm(ctx, s, password, d.code("ben"), at(home)); !errors.Is(err, errs.Invalid) {
			d.Errorf("confirm with another's code: %v, want errs.Invalid", err)
		}
		if p, _ := d.who(token); d.now.Sub(p.Confirmed) < access.RecentFor {
			d.Error("a refused confirmation counts")
		}
		if err := d.Confirm(ctx, s, password, d.code("ana"), at(home)); err != nil {
			d.Fatal(err)
		}
		if p, _ := d.who(token); !p.Confirmed.Equal(d.now) {
			d.Errorf("confirmed %v, want now", p.Confirmed)
		}
	})
}

func TestGuessingIsSlowed(t *testing.T) {
	each(t, func(d *door) {
		d.enterAs("ana") // from home, so that home is known
		guess := func(login, from string) string {
			d.Helper()
			_, err := d.Password(ctx, login, "a guess that is wrong", "123456", at(from))
			if err == nil {
				d.Fatal("a guess was right")
			}
			return said(err)
		}
		const slowed = "There were too many attempts. Try again in {seconds} seconds."
		for i := range byAccount().free {
			if got := guess("ana", "198.51.100.7"); got == slowed {
				d.Fatalf("slowed after %d guesses, want %d free", i, byAccount().free)
			}
		}
		if got := guess("ana", "203.0.113.9"); got != slowed {
			d.Errorf("guess from a second network: %q, want the account to be slowed", got)
		}
		d.now = d.now.Add(period * time.Second)
		if _, err := d.Password(ctx, "ana", password, d.code("ana"), at("192.0.2.200")); err != nil {
			d.Errorf("the owner, from the network they always use: %v; want nobody locked out", err)
		}
		waits := []time.Duration{}
		for range 12 {
			d.now = d.now.Add(byAccount().most)
			guess("ana", "203.0.113.9")
			d.write(func(tx *db.Tx) error {
				left, err := d.subjects("ana", at("203.0.113.9"), false)[0].left(ctx, tx)
				waits = append(waits, left)
				return err
			})
		}
		if last := waits[len(waits)-1]; last != byAccount().most {
			d.Errorf("waits %v, want them to end at %v", waits, byAccount().most)
		}
		d.now = d.now.Add(byAccount().most)
		if _, err := d.Password(ctx, "ana", password, d.code("ana"), at("203.0.113.77")); err != nil {
			d.Errorf("the owner from a new network, after waiting it out: %v", err)
		}

		for i := range byNetwork().free + 1 {
			guess("nobody"+string('a'+rune(i%26))+string('a'+rune(i/26)), "198.18.5.1")
		}
		if got := guess("someone", "198.18.5.200"); got != slowed {
			d.Errorf("after many logins from one network: %q, want it slowed", got)
		}
		for i := range byNetwork().free + 10 {
			if got := guess("by-proxy"+string('a'+rune(i%26))+string('a'+rune(i/26)), "127.0.0.1"); got == slowed {
				d.Fatalf("after %d different logins through a proxy: all are slowed", i)
			}
		}
		d.now = d.now.Add(byNetwork().forget + time.Second)
		if got := guess("someone", "198.18.5.200"); got == slowed {
			d.Error("an hour later: still slowed")
		}
	})
}

func TestManyGuessesAtOnceAreCharged(t *testing.T) {
	each(t, func(d *door) {
		heard := make(chan bool)
		const n = 20
		for range n {
			go func() {
				_, err := d.Password(ctx, "ana", "a guess that is wrong", "123456", at(home))
				heard <- said(err) != "There were too many attempts. Try again in {seconds} seconds."
			}()
		}
		count := 0
		for range n {
			if <-heard {
				count++
			}
		}
		if count > byAccount().free {
			d.Errorf("%d of %d simultaneous guesses were heard, want at most %d", count, n, byAccount().free)
		}
	})
}

func TestRecoveryCodes(t *testing.T) {
	each(t, func(d *door) {
		var codes []string
		d.write(func(tx *db.Tx) (err error) { codes, err = NewRecovery(ctx, tx, d.ana); return err })
		if len(codes) != 10 || len(codes[0]) != 19 {
			d.Fatalf("codes %q, want ten of 16 characters in groups", codes)
		}
		token, err := d.Recovery(ctx, "ana", strings.ToLower(strings.ReplaceAll(codes[3], "-", " ")), at(home))
		if err != nil {
			d.Fatal(err)
		}
		if p, s := d.who(token); p.ID != d.ana || s.Factor != ByRecovery {
			d.Errorf("entered as %s by %s, want ana by recovery", p.ID, s.Factor)
		}
		for name, try := range map[string][2]string{"used": {"ana", codes[3]}, "another's": {"ben", codes[4]}, "empty": {"ana", ""}, "unknown": {"eva", codes[4]}} {
			if _, err := d.Recovery(ctx, try[0], try[1], at(home)); !errors.Is(err, errs.Invalid) {
				d.Errorf("%s code: %v, want errs.Invalid", name, err)
			}
		}
		d.write(func(tx *db.Tx) error {
			f, err := FactorsOf(ctx, tx, d.ana)
			if f.Codes != 9 {
				d.Errorf("%d codes left, want nine", f.Codes)
			}
			return err
		})
		d.write(func(tx *db.Tx) error { _, err := NewRecovery(ctx, tx, d.ana); return err })
		if _, err := d.Recovery(ctx, "ana", codes[5], at(home)); !errors.Is(err, errs.Invalid) {
			d.Errorf("a code of an earlier sheet: %v, want errs.Invalid", err)
		}
	})
}

func TestReissueTakesTwo(t *testing.T) {
	each(t, func(d *door) {
		cid, old := d.person("cid"), d.enterAs("ana")
		d.write(func(tx *db.Tx) error { _, err := AskReissue(ctx, tx, d.ana, d.ben, "telephone lost"); return err })
		for name, c := range map[string]struct {
			by   id.ID
			want error
		}{"the one who asked": {d.ben, errs.Forbidden}, "the person": {d.ana, errs.Forbidden}} {
			err := d.db.Writer.Write(ctx, func(tx *db.Tx) error { _, err := AgreeReissue(ctx, tx, d.ana, c.by); return err })
			if !errors.Is(err, c.want) {
				d.Errorf("%s agrees: %v, want %v", name, err, c.want)
			}
		}
		if err := d.db.Writer.Write(ctx, func(tx *db.Tx) error { _, err := AskReissue(ctx, tx, d.ana, cid, "again"); return err }); !errors.Is(err, errs.Conflict) {
			d.Errorf("a second wish: %v, want errs.Conflict", err)
		}
		var facts access.Facts
		d.write(func(tx *db.Tx) (err error) {
			facts, err = AboutPerson(ctx, tx, id.NewRef("person", d.ana), access.Person{})
			return err
		})
		policy, err := access.Load()
		if err != nil {
			d.Fatal(err)
		}
		for by, want := range map[id.ID]error{d.ben: errs.Forbidden, d.ana: errs.Forbidden, cid: nil} {
			who := access.Person{ID: by, Kind: access.Human, Grants: []access.Grant{{Role: "administrator", Office: "x"}}, Confirmed: d.now}
			if err := policy.May(who, "factor.reissue.agree", facts); !errors.Is(err, want) {
				d.Errorf("policy for %s: %v, want %v", by, err, want)
			}
		}
		if p, _ := d.who(old); p.Nobody() {
			d.Error("the session ended before anybody agreed")
		}
		var token string
		d.write(func(tx *db.Tx) (err error) { token, err = AgreeReissue(ctx, tx, d.ana, cid); return err })
		if p, _ := d.who(old); !p.Nobody() {
			d.Error("the old session serves after the reissue")
		}
		d.now = d.now.Add(period * time.Second)
		if _, err := d.Password(ctx, "ana", password, d.code("ana"), at(home)); !errors.Is(err, errs.Invalid) {
			d.Errorf("the old password: %v, want errs.Invalid", err)
		}
		if in, a, err := d.Look(ctx, token); err != nil || in.Purpose != ToRenew || a.ID != d.ana {
			d.Errorf("the new invitation: %+v for %s, %v", in, a.ID, err)
		}
	})
}

func TestSweep(t *testing.T) {
	each(t, func(d *door) {
		token := d.enterAs("ana")
		d.write(func(tx *db.Tx) error { _, err := Invite(ctx, tx, d.ben, ToFollow, d.ana); return err })
		if _, err := d.Password(ctx, "ana", "wrong", "1", at(home)); err == nil {
			d.Fatal("signed in with a wrong password")
		}
		count := func() (n int) {
			d.Helper()
			d.write(func(tx *db.Tx) error {
				return tx.Row(ctx, `SELECT (SELECT COUNT(*) FROM session WHERE begun > '') + (SELECT COUNT(*) FROM invitation WHERE expires > '') + (SELECT COUNT(*) FROM attempt WHERE last > '')`).Scan(&n)
			})
			return n
		}
		if err := d.Sweep(ctx); err != nil {
			d.Fatal(err)
		}
		if p, _ := d.who(token); p.Nobody() || count() < 4 {
			d.Errorf("the sweep took what still serves: %d rows left", count())
		}
		d.now = d.now.Add(KeptFor + InvitedFor + time.Hour)
		if err := d.Sweep(ctx); err != nil {
			d.Fatal(err)
		}
		if n := count(); n != 0 {
			d.Errorf("%d rows left after everything was over, want none", n)
		}
	})
}

// BenchmarkPerson asks who sends a request, as every page does.
func BenchmarkPerson(b *testing.B) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	d := dbtest.Open(b, "sqlite", []db.Schema{access.Schema, Schema}, dbtest.Options{Now: func() time.Time { return now }})
	s, err := New(Config{Reader: d.Reader, Writer: d.Writer, Node: "01JNODE000000000000PTNODE1", Host: "pt.example", Origin: []string{"https://pt.example"}, Key: make([]byte, keySize)})
	if err != nil {
		b.Fatal(err)
	}
	var token string
	err = d.Writer.Write(ctx, func(tx *db.Tx) error {
		n, err := access.CreatePerson(ctx, tx, access.NewPerson{Login: "ana", Name: "Exercise Ana", Lang: "pt", Authority: "PT-PGR"})
		if err != nil {
			return err
		}
		token, err = s.start(ctx, tx, n, ByPasskey, at(home))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(s.Cookie(token))
	for b.Loop() {
		if p, err := s.Person(r); err != nil || p.Nobody() {
			b.Fatalf("nobody, %v", err)
		}
	}
}
