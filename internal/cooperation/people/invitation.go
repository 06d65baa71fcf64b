package people

import (
	"encoding/base64"
	"html/template"
	"net/http"
	"time"

	"comity/internal/base/errs"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/engine/web"
)

// invitationPage is the page on which a person takes up an invitation.
type invitationPage struct {
	Form    *web.Form
	Token   string
	Name    string
	Login   string
	Follow  bool
	Expires time.Time
	setupPart
	Passkey signin.Ceremony
	Options string
}

// setupPart is the part of a page that brings a secret into a person's app.
type setupPart struct {
	Secret string
	URL    template.URL
	QR     template.URL
	Sealed string
}

func newSetupPart(s signin.Setup) setupPart {
	return setupPart{
		Secret: s.Secret, Sealed: s.Sealed,
		URL: template.URL(s.URL),                                                              //nolint:gosec // otpauth:, made by this program
		QR:  template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(s.QR)), //nolint:gosec // a picture made by this program
	}
}

// setup makes a fresh secret, or brings back the one of a form that had something wrong in it.
func (q *People) setup(r *web.Request, a access.Account) (setupPart, error) {
	if sealed := r.Form().Get("setup"); sealed != "" {
		if s, err := q.SignIn.Again(sealed, a.ID, a.Login, r.Now()); err == nil {
			return newSetupPart(s), nil
		}
	}
	s, err := q.SignIn.NewSetup(a.ID, a.Login, r.Now())
	return newSetupPart(s), err
}

func (q *People) invitation(r *web.Request) (invitationPage, error) {
	token := r.Value("token")
	in, a, err := q.SignIn.Look(r.Ctx(), token)
	if err != nil {
		return invitationPage{}, err
	}
	p := invitationPage{Form: r.Form(), Token: token, Name: a.Name, Login: a.Login, Follow: in.Purpose == signin.ToFollow, Expires: in.Expires}
	if p.Follow {
		return p, nil
	}
	if p.Passkey, err = q.SignIn.BeginAdd(r.Ctx(), a.ID); err != nil {
		return p, err
	}
	p.Options = string(p.Passkey.Options)
	p.setupPart, err = q.setup(r, a)
	return p, err
}

// showInvitation uses nothing up: mail programs open links before people do.
func (q *People) showInvitation(r *web.Request) error {
	p, err := q.invitation(r)
	if err != nil {
		return err
	}
	return r.Page("people/invitation", p)
}

func (q *People) acceptPassword(r *web.Request) error {
	w, err := q.twice(r, func() (signin.Welcome, error) {
		return q.SignIn.AcceptPassword(r.Ctx(), r.Value("token"), r.HTTP.PostFormValue("password"), r.Form().Get("setup"), r.Form().Get("code"), client(r))
	})
	return q.welcome(r, w, err, "password")
}

// twice runs f when the password was typed the same way twice.
func (q *People) twice(r *web.Request, f func() (signin.Welcome, error)) (signin.Welcome, error) {
	if err := samePassword(r); err != nil {
		return signin.Welcome{}, err
	}
	return f()
}

func samePassword(r *web.Request) error {
	if r.HTTP.PostFormValue("password") != r.HTTP.PostFormValue("password.again") {
		return errs.WithFields(errs.Field{Path: "password.again", Code: "This is not the same password."})
	}
	return nil
}

func (q *People) acceptPasskey(r *web.Request) error {
	w, err := q.SignIn.AcceptPasskey(r.Ctx(), r.Value("token"), r.Form().Get("token"), []byte(r.Form().Get("response")), r.Form().Get("label"), client(r))
	return q.welcome(r, w, err, "label")
}

// welcome shows the codes for paper, once, to a person who is signed in from now on.
func (q *People) welcome(r *web.Request, w signin.Welcome, err error, field string) error {
	if err != nil {
		p, failed := q.invitation(r)
		if failed != nil {
			return failed
		}
		return r.Again("people/invitation", p, asField(err, field))
	}
	http.SetCookie(r.Writer(), q.SignIn.Cookie(w.Token))
	return r.Page("people/codes", codesPage{w.Codes, "/"})
}

// codesPage shows recovery codes.
type codesPage struct {
	Codes []string
	Next  string
}

func (q *People) follow(r *web.Request) error {
	token, err := q.SignIn.Follow(r.Ctx(), r.Value("token"), client(r))
	if err != nil {
		return err
	}
	http.SetCookie(r.Writer(), q.SignIn.Cookie(token))
	return r.SeeOther("/")
}
