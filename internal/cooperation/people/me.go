package people

import (
	"context"
	"slices"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// mePage is a person's own account.
type mePage struct {
	Form      *web.Form
	Name      string
	Login     string
	Roles     []role
	Factors   signin.Factors
	Sessions  []signin.Session
	This      id.ID // the session of this browser
	Languages []web.Choice
}

// role is a grant in words.
type role struct {
	Role, Office string // codes, for forms
	Name, About  string
	OfficeName   string
	For          string // whom it is held for as a deputy
}

// words puts grants into words.
func (q *People) words(ctx context.Context, tx *db.Tx, p *language.Printer, grants []access.Grant) ([]role, error) {
	offices, err := access.Offices(ctx, tx)
	if err != nil {
		return nil, err
	}
	names := map[id.ID]string{}
	for _, o := range offices {
		names[o.ID] = o.Name
	}
	var all []role
	for _, g := range grants {
		name, about := q.Policy.Describe(g.Role)
		w := role{Role: string(g.Role), Office: string(g.Office), Name: p.T(name), About: p.T(about), OfficeName: names[g.Office]}
		if g.For != "" {
			a, err := access.Find(ctx, tx, g.For)
			if err != nil {
				return nil, err
			}
			w.For = a.Name
		}
		all = append(all, w)
	}
	return all, nil
}

func (q *People) showMe(r *web.Request) error {
	_, s, err := q.SignIn.Session(r.HTTP)
	if err != nil {
		return err
	}
	p := mePage{Form: web.NewForm(map[string]string{"lang": string(r.Person.Lang)}), This: s.ID}
	for _, tag := range q.Languages {
		p.Languages = append(p.Languages, web.Choice{Value: string(tag), Label: tag.Name()})
	}
	err = q.view(r, func(ctx context.Context, tx *db.Tx) error {
		a, err := access.Find(ctx, tx, r.Person.ID)
		if err != nil {
			return err
		}
		p.Name, p.Login = a.Name, a.Login
		if p.Roles, err = q.words(ctx, tx, r.Printer, a.Grants); err != nil {
			return err
		}
		if p.Factors, err = signin.FactorsOf(ctx, tx, a.ID); err != nil {
			return err
		}
		if p.Sessions, err = signin.Sessions(ctx, tx, a.ID); err != nil {
			return err
		}
		for i := range p.Sessions {
			p.Sessions[i].Agent = browserName(p.Sessions[i].Agent)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Page("people/me", p)
}

// browserName brings what a browser says of itself to what its owner calls it: "Firefox, Windows". Browsers claim to be
// others, so the order counts.
func browserName(agent string) string {
	program, system := "", ""
	for _, p := range [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if program == "" && strings.Contains(agent, p[0]) {
			program = p[1]
		}
	}
	for _, s := range [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}} {
		if system == "" && strings.Contains(agent, s[0]) {
			system = s[1]
		}
	}
	if program == "" || system == "" {
		return agent
	}
	return program + ", " + system
}

func (q *People) setLanguage(r *web.Request) error {
	tag := language.Tag(r.Form().Get("lang"))
	if !slices.Contains(q.Languages, tag) {
		return errs.Say(errs.Invalid, "Choose a language.", nil)
	}
	err := q.act(r, "me.edit", me(r), func(ctx context.Context, c *desk.Change) error { return access.SetLang(ctx, c.Tx, r.Person.ID, tag) })
	if err != nil {
		return err
	}
	return r.SeeOther("/me?lang=" + string(tag))
}

func (q *People) endSession(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	err = q.act(r, "me.session.end", me(r), func(ctx context.Context, c *desk.Change) error {
		return signin.EndSession(ctx, c.Tx, r.Person.ID, n)
	})
	if err != nil {
		return err
	}
	return r.Done("/me", language.M("The session was ended."))
}

func (q *People) endSessions(r *web.Request) error {
	_, s, err := q.SignIn.Session(r.HTTP)
	if err != nil {
		return err
	}
	err = q.act(r, "me.session.end", me(r), func(ctx context.Context, c *desk.Change) error {
		return signin.EndSessions(ctx, c.Tx, r.Person.ID, s.ID)
	})
	if err != nil {
		return err
	}
	return r.Done("/me", language.M("All other sessions were ended."))
}

// factorPage is a page on which a person sets up a way of signing in.
type factorPage struct {
	Form *web.Form
	setupPart
	Passkey signin.Ceremony
	Options string
}

// account reads the person's own account.
func (q *People) account(r *web.Request) (a access.Account, err error) {
	err = q.view(r, func(ctx context.Context, tx *db.Tx) (err error) {
		a, err = access.Find(ctx, tx, r.Person.ID)
		return err
	})
	return a, err
}

func (q *People) passwordPage(r *web.Request) (factorPage, error) {
	a, err := q.account(r)
	if err != nil {
		return factorPage{}, err
	}
	s, err := q.setup(r, a)
	return factorPage{Form: r.Form(), setupPart: s}, err
}

func (q *People) showPassword(r *web.Request) error {
	if !r.Person.Fresh(r.Now()) {
		return r.SeeOther(confirmFor("/me/password"))
	}
	p, err := q.passwordPage(r)
	if err != nil {
		return err
	}
	return r.Page("people/password", p)
}

// setPassword sets password and app together, and ends the person's other sessions: whoever knew the old one is out.
func (q *People) setPassword(r *web.Request) error {
	err := q.newPassword(r)
	if err == nil {
		return r.Done("/me", language.M("The password and the app are set. All other sessions were ended."))
	}
	p, failed := q.passwordPage(r)
	if failed != nil {
		return failed
	}
	return orConfirm(r, "/me/password", r.Again("people/password", p, asField(err, "password")))
}

func (q *People) newPassword(r *web.Request) error {
	if err := samePassword(r); err != nil {
		return err
	}
	a, err := q.account(r)
	if err != nil {
		return err
	}
	_, s, err := q.SignIn.Session(r.HTTP)
	if err != nil {
		return err
	}
	fresh, err := q.SignIn.NewPassword(r.Ctx(), a, r.HTTP.PostFormValue("password"))
	if err != nil {
		return err
	}
	return q.act(r, "me.factor.edit", me(r), func(ctx context.Context, c *desk.Change) error {
		if err := signin.SetPassword(ctx, c.Tx, fresh); err != nil {
			return err
		}
		if err := q.SignIn.SetApp(ctx, c.Tx, r.Person.ID, r.Form().Get("setup"), r.Form().Get("code")); err != nil {
			return err
		}
		return signin.EndSessions(ctx, c.Tx, r.Person.ID, s.ID)
	})
}

func (q *People) removePassword(r *web.Request) error {
	err := q.act(r, "me.factor.edit", me(r), func(ctx context.Context, c *desk.Change) error {
		return signin.RemovePassword(ctx, c.Tx, r.Person.ID)
	})
	if err != nil {
		return orConfirm(r, "/me", err)
	}
	return r.Done("/me", language.M("The password was removed."))
}

func (q *People) passkeyPage(r *web.Request) (factorPage, error) {
	c, err := q.SignIn.BeginAdd(r.Ctx(), r.Person.ID)
	return factorPage{Form: r.Form(), Passkey: c, Options: string(c.Options)}, err
}

func (q *People) showPasskey(r *web.Request) error {
	if !r.Person.Fresh(r.Now()) {
		return r.SeeOther(confirmFor("/me/passkey"))
	}
	p, err := q.passkeyPage(r)
	if err != nil {
		return err
	}
	return r.Page("people/passkey", p)
}

func (q *People) addPasskey(r *web.Request) error {
	err := q.act(r, "me.factor.edit", me(r), func(ctx context.Context, c *desk.Change) error {
		_, err := q.SignIn.Add(ctx, c.Tx, r.Person.ID, r.Form().Get("token"), []byte(r.Form().Get("response")), r.Form().Get("label"))
		return err
	})
	if err == nil {
		return r.Done("/me", language.M("The passkey was added."))
	}
	p, failed := q.passkeyPage(r)
	if failed != nil {
		return failed
	}
	return orConfirm(r, "/me/passkey", r.Again("people/passkey", p, asField(err, "label")))
}

func (q *People) removePasskey(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	err = q.act(r, "me.factor.edit", me(r), func(ctx context.Context, c *desk.Change) error {
		return signin.RemovePasskey(ctx, c.Tx, r.Person.ID, n)
	})
	if err != nil {
		return orConfirm(r, "/me", err)
	}
	return r.Done("/me", language.M("The passkey was removed."))
}

func (q *People) newCodes(r *web.Request) error {
	var codes []string
	err := q.act(r, "me.factor.edit", me(r), func(ctx context.Context, c *desk.Change) (err error) {
		codes, err = signin.NewRecovery(ctx, c.Tx, r.Person.ID)
		return err
	})
	if err != nil {
		return orConfirm(r, "/me", err)
	}
	if codes == nil { // the form was sent twice: the codes were on the first answer
		return r.SeeOther("/me")
	}
	return r.Page("people/codes", codesPage{codes, "/me"})
}
