package access_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/engine/access"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
)

// office is a small authority on a real database: an office and people in it, with a clock that the test moves.
type office struct {
	*testing.T
	db     *db.DB
	policy *access.Policy
	now    time.Time
	id     id.ID
	people map[string]id.ID
}

func each(t *testing.T, f func(*office)) {
	t.Helper()
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			o := &office{T: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), people: map[string]id.ID{}}
			o.db = dbtest.Open(t, kind, []db.Schema{access.Schema, papers()}, dbtest.Options{Now: func() time.Time { return o.now }})
			var err error
			if o.policy, err = access.Load(); err != nil {
				t.Fatal(err)
			}
			o.write(func(ctx context.Context, tx *db.Tx) error {
				o.id, err = access.CreateOffice(ctx, tx, "PT-PGR", "Cybercrime office")
				return err
			})
			o.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO paper (id, case_id) VALUES ('A', ?), ('B', ?), ('none', '')`, caseA, caseB)
				return err
			})
			for login, role := range map[string]access.Role{"ana": "drafter", "ben": "signatory", "cid": "head"} {
				o.write(func(ctx context.Context, tx *db.Tx) error {
					n, err := access.CreatePerson(ctx, tx, access.NewPerson{Login: login, Name: login, Lang: "pt", Authority: "PT-PGR"})
					if err != nil {
						return err
					}
					o.people[login] = n
					return o.policy.Give(ctx, tx, n, access.Grant{Role: role, Office: o.id}, n)
				})
			}
			f(o)
		})
	}
}

func (o *office) try(f func(context.Context, *db.Tx) error) error {
	o.Helper()
	return o.db.Writer.Write(context.Background(), func(tx *db.Tx) error { return f(context.Background(), tx) })
}

func (o *office) write(f func(context.Context, *db.Tx) error) {
	o.Helper()
	if err := o.try(f); err != nil {
		o.Fatal(err)
	}
}

func (o *office) person(login string) (a access.Account) {
	o.Helper()
	o.write(func(ctx context.Context, tx *db.Tx) (err error) {
		a, err = access.Find(ctx, tx, o.people[login])
		return err
	})
	return a
}

// papers is what another package would have: things that lie in cases.
func papers() db.Schema {
	return db.Schema{Name: "paper", FS: fstest.MapFS{"sql/0001_paper.sql": {Data: []byte(
		"-- +goose Up\nCREATE TABLE paper (id TEXT PRIMARY KEY, case_id TEXT NOT NULL);\nCREATE INDEX paper_by_case ON paper (case_id);\n")}}}
}

// standing tells how the person stands to the case, and fails unless the scope of their lists says the same.
func (o *office) standing(login string, n id.ID) access.Standing {
	o.Helper()
	p := o.person(login).Person
	var f access.Facts
	listed := 0
	err := o.db.Reader.Read(context.Background(), access.ScopeOf(p, o.now), func(tx *db.Tx) (err error) {
		ctx := context.Background()
		if f, err = access.InCase(ctx, tx, n, p); err != nil {
			return err
		}
		where, args := tx.Scope().Where("paper.case_id")
		return tx.Row(ctx, `SELECT COUNT(*) FROM paper WHERE paper.case_id = ? AND `+where, append([]any{n}, args...)...).Scan(&listed)
	})
	if err != nil {
		o.Fatal(err)
	}
	if (listed == 1) != (f.Standing == access.Member) {
		o.Errorf("%s: standing %d, but the scope lists the case %d times", login, f.Standing, listed)
	}
	return f.Standing
}

const caseA, caseB id.ID = "01JCASEA000000000000000000", "01JCASEB000000000000000000"

func TestCaseIsACompartment(t *testing.T) {
	each(t, func(o *office) {
		ana, ben, cid := o.people["ana"], o.people["ben"], o.people["cid"]
		o.write(func(ctx context.Context, tx *db.Tx) error { return access.AddMember(ctx, tx, caseA, ana, ana) })
		want := func(login string, n id.ID, s access.Standing) {
			o.Helper()
			if got := o.standing(login, n); got != s {
				o.Errorf("%s stands to %s as %d, want %d", login, n, got, s)
			}
		}
		want("ana", caseA, access.Member)
		want("ana", caseB, access.Stranger)
		want("ben", caseA, access.Stranger)

		o.write(func(ctx context.Context, tx *db.Tx) error { return access.AddMember(ctx, tx, caseA, ben, ana) })
		want("ben", caseA, access.Member)
		o.write(func(ctx context.Context, tx *db.Tx) error {
			return access.Exclude(ctx, tx, caseA, ben, cid, "knows the suspect")
		})
		want("ben", caseA, access.Excluded)
		if err := o.try(func(ctx context.Context, tx *db.Tx) error { return access.AddMember(ctx, tx, caseA, ben, ana) }); !errors.Is(err, errs.Conflict) {
			o.Errorf("adding one who is kept out: %v, want errs.Conflict", err)
		}
		if err := o.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := access.BreakGlass(ctx, tx, caseA, ben, "urgent")
			return err
		}); !errors.Is(err, errs.Conflict) {
			o.Errorf("break-glass of one who is kept out: %v, want errs.Conflict", err)
		}
		if err := o.try(func(ctx context.Context, tx *db.Tx) error { return access.RemoveMember(ctx, tx, caseA, ana) }); !errors.Is(err, errs.Invalid) {
			o.Errorf("removing the last member: %v, want errs.Invalid", err)
		}
		o.write(func(ctx context.Context, tx *db.Tx) error { return access.Readmit(ctx, tx, caseA, ben) })
		want("ben", caseA, access.Stranger)
		o.write(func(ctx context.Context, tx *db.Tx) error {
			if err := access.AddMember(ctx, tx, caseA, cid, ana); err != nil {
				return err
			}
			return access.RemoveMember(ctx, tx, caseA, ana)
		})
		want("ana", caseA, access.Stranger)
		want("cid", caseA, access.Member)
	})
}

func TestBreakGlassEnds(t *testing.T) {
	each(t, func(o *office) {
		ana, cid := o.people["ana"], o.people["cid"]
		o.write(func(ctx context.Context, tx *db.Tx) error { return access.AddMember(ctx, tx, caseA, ana, ana) })
		if err := o.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := access.BreakGlass(ctx, tx, caseA, cid, "")
			return err
		}); !errors.Is(err, errs.Invalid) {
			o.Errorf("break-glass without a reason: %v, want errs.Invalid", err)
		}
		var until time.Time
		open := func(ctx context.Context, tx *db.Tx) (err error) {
			until, err = access.BreakGlass(ctx, tx, caseA, cid, "a life is at risk")
			return err
		}
		o.write(open)
		if !until.Equal(o.now.Add(8*time.Hour)) || o.standing("cid", caseA) != access.Member {
			o.Fatalf("break-glass until %v, standing %d; want a member for eight hours", until, o.standing("cid", caseA))
		}
		var members []access.Membership
		list := func(ctx context.Context, tx *db.Tx) (err error) {
			members, err = access.Members(ctx, tx, caseA)
			return err
		}
		o.write(list)
		if len(members) != 2 || !slices.ContainsFunc(members, func(m access.Membership) bool { return m.Person == cid && m.Until.Equal(until) && m.Why != "" }) {
			o.Errorf("members: %+v, want the break-glass with its end and reason among them", members)
		}
		o.now = o.now.Add(8*time.Hour - time.Millisecond)
		if got := o.standing("cid", caseA); got != access.Member {
			o.Errorf("just before the end: %d, want a member", got)
		}
		o.now = o.now.Add(time.Millisecond)
		if got := o.standing("cid", caseA); got != access.Stranger {
			o.Errorf("at the end: %d, want a stranger", got)
		}
		if o.write(list); len(members) != 1 {
			o.Errorf("members after the end: %+v, want one", members)
		}
		if err := o.try(func(ctx context.Context, tx *db.Tx) error { return access.RemoveMember(ctx, tx, caseA, ana) }); !errors.Is(err, errs.Invalid) {
			o.Errorf("a break-glass counted as a lasting member: %v", err)
		}
		o.write(open)
		if got := o.standing("cid", caseA); got != access.Member {
			o.Errorf("opened again: %d, want a member", got)
		}
	})
}

func TestDeputyStandsIn(t *testing.T) {
	each(t, func(o *office) {
		ana, ben := o.people["ana"], o.people["ben"]
		o.write(func(ctx context.Context, tx *db.Tx) error { return access.AddMember(ctx, tx, caseA, ben, ben) })
		var period id.ID
		o.write(func(ctx context.Context, tx *db.Tx) (err error) {
			period, err = access.NameDeputy(ctx, tx, access.Deputy{For: ben, By: ana, Begins: o.now.Add(time.Hour), Ends: o.now.Add(3 * time.Hour)}, o.people["cid"])
			return err
		})
		if a := o.person("ana"); a.Holds("signatory") || o.standing("ana", caseA) != access.Stranger {
			o.Errorf("before the period: %+v, want the deputy's own roles alone", a.Grants)
		}
		o.now = o.now.Add(time.Hour)
		a := o.person("ana")
		if !slices.Contains(a.Grants, access.Grant{Role: "signatory", Office: o.id, For: ben}) || !slices.Equal(a.DeputyOf, []id.ID{ben}) {
			o.Errorf("in the period: %+v, deputy of %v; want signatory for %s", a.Grants, a.DeputyOf, ben)
		}
		if got := o.standing("ana", caseA); got != access.Member {
			o.Errorf("in the period: %d, want a member by deputyship", got)
		}
		o.write(func(ctx context.Context, tx *db.Tx) error {
			return access.Exclude(ctx, tx, caseA, ana, ben, "victim's sister")
		})
		if got := o.standing("ana", caseA); got != access.Excluded {
			o.Errorf("a deputy who is kept out: %d, want excluded", got)
		}
		o.write(func(ctx context.Context, tx *db.Tx) error { return access.Disable(ctx, tx, ben, true) })
		if a := o.person("ana"); a.Holds("signatory") {
			o.Error("a closed account lends its roles")
		}
		o.write(func(ctx context.Context, tx *db.Tx) error { return access.Disable(ctx, tx, ben, false) })
		o.write(func(ctx context.Context, tx *db.Tx) error { return access.EndDeputy(ctx, tx, period) })
		if a := o.person("ana"); a.Holds("signatory") {
			o.Error("the period was ended and still lends roles")
		}
		naming := func(ctx context.Context, tx *db.Tx) error {
			_, err := access.NameDeputy(ctx, tx, access.Deputy{For: ben, By: ana, Begins: o.now, Ends: o.now.Add(time.Hour)}, ana)
			return err
		}
		if err := o.try(naming); !errors.Is(err, errs.Forbidden) {
			o.Errorf("naming oneself as a deputy: %v, want errs.Forbidden", err)
		}
		for name, d := range map[string]access.Deputy{
			"oneself":  {For: ana, By: ana, Begins: o.now, Ends: o.now.Add(time.Hour)},
			"backward": {For: ben, By: ana, Begins: o.now.Add(time.Hour), Ends: o.now},
			"too long": {For: ben, By: ana, Begins: o.now, Ends: o.now.Add(400 * 24 * time.Hour)},
		} {
			if err := o.try(func(ctx context.Context, tx *db.Tx) error { _, err := access.NameDeputy(ctx, tx, d, ben); return err }); !errors.Is(err, errs.Invalid) {
				o.Errorf("deputy %s: %v, want errs.Invalid", name, err)
			}
		}
	})
}

func TestAccountsAndGrants(t *testing.T) {
	each(t, func(o *office) {
		ana := o.people["ana"]
		for name, c := range map[string]struct {
			do   func(context.Context, *db.Tx) error
			want error
		}{
			"a login twice": {func(ctx context.Context, tx *db.Tx) error {
				_, err := access.CreatePerson(ctx, tx, access.NewPerson{Login: " ANA ", Name: "Another", Lang: "pt", Authority: "PT-PGR"})
				return err
			}, errs.Conflict},
			"nothing filled in": {func(ctx context.Context, tx *db.Tx) error {
				_, err := access.CreatePerson(ctx, tx, access.NewPerson{})
				return err
			}, errs.Invalid},
			"a role that isn't": {func(ctx context.Context, tx *db.Tx) error {
				return o.policy.Give(ctx, tx, ana, access.Grant{Role: "king", Office: o.id}, ana)
			}, errs.Invalid},
			"a role without an office": {func(ctx context.Context, tx *db.Tx) error {
				return o.policy.Give(ctx, tx, ana, access.Grant{Role: "clerk"}, ana)
			}, errs.Invalid},
			"a guest in an office": {func(ctx context.Context, tx *db.Tx) error {
				return o.policy.Give(ctx, tx, ana, access.Grant{Role: access.Guest, Office: o.id}, ana)
			}, errs.Invalid},
			"an office that isn't": {func(ctx context.Context, tx *db.Tx) error {
				return o.policy.Give(ctx, tx, ana, access.Grant{Role: "clerk", Office: caseA}, ana)
			}, errs.NotFound},
			"a role that isn't held": {func(ctx context.Context, tx *db.Tx) error {
				return access.Take(ctx, tx, ana, access.Grant{Role: "clerk", Office: o.id})
			}, errs.NotFound},
			"an old version": {func(ctx context.Context, tx *db.Tx) error {
				return access.RenameOffice(ctx, tx, o.id, "Late", 7)
			}, errs.Conflict},
			"nobody's account": {func(ctx context.Context, tx *db.Tx) error { return access.Disable(ctx, tx, caseA, true) }, errs.NotFound},
		} {
			if err := o.try(c.do); !errors.Is(err, c.want) {
				o.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		o.write(func(ctx context.Context, tx *db.Tx) error {
			return access.RenameOffice(ctx, tx, o.id, "Gabinete Cibercrime", 1)
		})
		clerk := access.Grant{Role: "clerk", Office: o.id}
		for range 2 {
			o.write(func(ctx context.Context, tx *db.Tx) error { return o.policy.Give(ctx, tx, ana, clerk, ana) })
		}
		for _, office := range []id.ID{o.id, ""} { // by the node's own people, and by its guests
			focal := access.Grant{Role: "focal-point", Office: office}
			o.write(func(ctx context.Context, tx *db.Tx) error { return o.policy.Give(ctx, tx, ana, focal, ana) })
			o.write(func(ctx context.Context, tx *db.Tx) error { return access.Take(ctx, tx, ana, focal) })
		}
		if a := o.person("ana"); len(a.Grants) != 2 || !a.Holds("clerk") || a.Login != "ana" {
			o.Errorf("after a role given twice: %+v, want drafter and clerk", a.Grants)
		}
		o.write(func(ctx context.Context, tx *db.Tx) error { return access.Take(ctx, tx, ana, clerk) })
		o.write(func(ctx context.Context, tx *db.Tx) error {
			all, err := access.People(ctx, tx)
			if err != nil {
				return err
			}
			offices, err := access.Offices(ctx, tx)
			if err != nil {
				return err
			}
			if len(all) != 3 || len(all[0].Grants) != 1 || len(offices) != 1 || offices[0].Name != "Gabinete Cibercrime" {
				o.Errorf("people %+v, offices %+v", all, offices)
			}
			by, err := access.FindLogin(ctx, tx, "Ana ")
			if err == nil && by.ID != ana {
				o.Errorf("FindLogin(Ana) = %s, want %s", by.ID, ana)
			}
			return err
		})
	})
}

func TestRoleOnRecord(t *testing.T) {
	each(t, func(o *office) {
		on := func() (r access.Role) {
			o.Helper()
			ana := o.person("ana").Person
			o.write(func(ctx context.Context, tx *db.Tx) (err error) {
				r, err = o.policy.RoleOnRecord(ctx, tx, ana, "request.draft", access.Facts{Now: tx.Now(), Standing: access.Member})
				return err
			})
			return r
		}
		var last id.ID
		if got := on(); got != "" {
			o.Errorf("one drafter: %q, want no role that names the person", got)
		}
		for _, login := range []string{"d1", "d2", "d3", "d4"} {
			o.write(func(ctx context.Context, tx *db.Tx) error {
				n, err := access.CreatePerson(ctx, tx, access.NewPerson{Login: login, Name: login, Lang: "pt", Authority: "PT-PGR"})
				if err != nil {
					return err
				}
				last = n
				return o.policy.Give(ctx, tx, n, access.Grant{Role: "drafter", Office: o.id}, n)
			})
		}
		if got := on(); got != "drafter" {
			o.Errorf("five drafters: %q, want drafter", got)
		}
		o.write(func(ctx context.Context, tx *db.Tx) error {
			return access.Take(ctx, tx, last, access.Grant{Role: "drafter", Office: o.id})
		})
		if got := on(); got != "" {
			o.Errorf("four drafters again: %q, want no role at once", got)
		}
		o.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO grant_role (person_id, role, office_id, granted_by, granted_at) VALUES (?, 'drafter', ?, ?, ?)`, last, o.id, last, tx.Now())
			return err
		})
		if o.now = o.now.Add(5 * time.Second); on() != "drafter" {
			o.Error("five drafters by the grant of another process: want drafter after five seconds")
		}
	})
}

func TestNobodysScopeIsEmpty(t *testing.T) {
	for name, p := range map[string]access.Person{
		"nobody":         {},
		"another node":   access.OtherNode(caseA),
		"closed account": {ID: caseA, Kind: access.Human, Disabled: true},
		"house":          access.HouseItself(),
	} {
		if where, _ := access.ScopeOf(p, time.Now()).Where("x.case_id"); where != "1 = 0" {
			t.Errorf("%s: %s, want nothing", name, where)
		}
	}
}

// BenchmarkScope lists the first page for someone who is in 40 of 10,000 cases with ten things each.
func BenchmarkScope(b *testing.B) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	d := dbtest.Open(b, "sqlite", []db.Schema{access.Schema, papers()}, dbtest.Options{Now: func() time.Time { return now }})
	ctx := context.Background()
	var who, other id.ID
	err := d.Writer.Write(ctx, func(tx *db.Tx) (err error) {
		for login, n := range map[string]*id.ID{"ana": &who, "ben": &other} {
			if *n, err = access.CreatePerson(ctx, tx, access.NewPerson{Login: login, Name: login, Lang: "pt", Authority: "PT-PGR"}); err != nil {
				return err
			}
		}
		for i := range 10_000 {
			c, member := id.New(now.Add(time.Duration(i)*time.Second)), other
			if i%250 == 0 {
				member = who
			}
			if err := access.AddMember(ctx, tx, c, member, member); err != nil {
				return err
			}
			for j := range 10 {
				if _, err := tx.Exec(ctx, `INSERT INTO paper (id, case_id) VALUES (?, ?)`, string(c)+string('0'+rune(j)), c); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	scope := access.ScopeOf(access.Person{ID: who, Kind: access.Human}, now)
	for b.Loop() {
		found := 0
		err := d.Reader.Read(ctx, scope, func(tx *db.Tx) error {
			where, args := tx.Scope().Where("paper.case_id")
			rows, err := tx.Query(ctx, `SELECT id FROM paper WHERE `+where+` ORDER BY case_id LIMIT 25`, args...)
			all, err := db.Collect(rows, err, func(s db.Scan) (n string, err error) { return n, s(&n) })
			found = len(all)
			return err
		})
		if err != nil || found != 25 {
			b.Fatalf("found %d, %v", found, err)
		}
	}
}
