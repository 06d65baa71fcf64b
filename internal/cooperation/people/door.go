package people

import (
	"context"
	"errors"
	"net/http"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/engine/web"
)

func isInvalid(err error) bool { return errors.Is(err, errs.Invalid) }

// doorPage is what the pages show on which someone proves who they are.
type doorPage struct {
	Form     *web.Form
	Ceremony signin.Ceremony
	Options  string
	Next     string
}

// door makes the page; a passkey ceremony begins with each showing and is kept nowhere.
func (q *People) door(r *web.Request) (doorPage, error) {
	c, err := q.SignIn.BeginEnter(r.Ctx())
	if err != nil {
		return doorPage{}, err
	}
	next := r.Form().Get("next")
	if next == "" {
		next = r.Query("next")
	}
	return doorPage{r.Form(), c, string(c.Options), web.LocalPath(next)}, nil
}

func (q *People) showSignIn(r *web.Request) error {
	if !r.Person.Nobody() {
		return r.SeeOther(web.LocalPath(r.Query("next")))
	}
	p, err := q.door(r)
	if err != nil {
		return err
	}
	return r.Page("people/sign-in", p)
}

func (q *People) signIn(r *web.Request) error {
	token, err := q.SignIn.Password(r.Ctx(), r.Form().Get("login"), r.HTTP.PostFormValue("password"), r.Form().Get("code"), client(r))
	return q.entered(r, "people/sign-in", token, err)
}

func (q *People) signInByPasskey(r *web.Request) error {
	token, err := q.SignIn.Passkey(r.Ctx(), r.Form().Get("token"), []byte(r.Form().Get("response")), client(r))
	return q.entered(r, "people/sign-in", token, err)
}

func (q *People) showRecovery(r *web.Request) error {
	p, err := q.door(r)
	if err != nil {
		return err
	}
	return r.Page("people/recovery", p)
}

func (q *People) recover(r *web.Request) error {
	token, err := q.SignIn.Recovery(r.Ctx(), r.Form().Get("login"), r.Form().Get("code"), client(r))
	if err == nil {
		http.SetCookie(r.Writer(), q.SignIn.Cookie(token))
		return r.Done("/me", language.M("You are signed in. This code is used up: set up a new way of signing in now."))
	}
	return q.entered(r, "people/recovery", "", err)
}

// entered gives the browser its session and leads on, or shows the page again.
func (q *People) entered(r *web.Request, page, token string, err error) error {
	p, failed := q.door(r)
	if failed != nil {
		return failed
	}
	if err != nil {
		return r.Again(page, p, asField(q.noted(r, err), "login"))
	}
	http.SetCookie(r.Writer(), q.SignIn.Cookie(token))
	return r.SeeOther(p.Next)
}

// noted enters a refusal in the ledger, as an act of the house: nobody is signed in who could have done it. It returns
// what the page has to tell.
func (q *People) noted(r *web.Request, err error) error {
	n, ok := signin.Refused(err)
	if !ok {
		return err
	}
	ctx := context.WithoutCancel(r.Ctx()) // a guesser who hangs up is entered too
	failed := q.Desk.Do(ctx, access.HouseItself(), "account.refuse", id.NewRef(kindPerson, n), func(*desk.Change) error { return nil })
	if failed != nil {
		return failed
	}
	return err
}

func (q *People) signOut(r *web.Request) error {
	if err := q.SignIn.SignOut(r.HTTP); err != nil {
		return err
	}
	http.SetCookie(r.Writer(), q.SignIn.Cookie(""))
	return r.Done("/sign-in", language.M("You are signed out."))
}

func (q *People) showConfirm(r *web.Request) error {
	p, err := q.door(r)
	if err != nil {
		return err
	}
	return r.Page("people/confirm", p)
}

func (q *People) confirm(r *web.Request) error {
	_, s, err := q.SignIn.Session(r.HTTP)
	if err == nil {
		err = q.SignIn.Confirm(r.Ctx(), s, r.HTTP.PostFormValue("password"), r.Form().Get("code"), client(r))
	}
	return q.confirmed(r, err)
}

func (q *People) confirmByPasskey(r *web.Request) error {
	_, s, err := q.SignIn.Session(r.HTTP)
	if err == nil {
		err = q.SignIn.ConfirmPasskey(r.Ctx(), s, r.Form().Get("token"), []byte(r.Form().Get("response")))
	}
	return q.confirmed(r, err)
}

func (q *People) confirmed(r *web.Request, err error) error {
	p, failed := q.door(r)
	if failed != nil {
		return failed
	}
	if err != nil {
		return r.Again("people/confirm", p, asField(onPassword(q.noted(r, err)), "password"))
	}
	return r.SeeOther(p.Next)
}

// onPassword moves a remark on the login, which this page does not ask for, to the password.
func onPassword(err error) error {
	f := errs.Fields(err)
	if len(f) == 0 {
		return err
	}
	f[0].Path = "password"
	return errs.WithFields(f...)
}
