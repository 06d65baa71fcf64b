package web

import (
	"net/http"
	"slices"
)

// resend is the page for a form that came too early or too late: when the session had ended, or when the step asks for a
// fresh factor. It holds everything typed and sends it again once the person has signed in beside it.
type resend struct {
	Title, Text string
	Link, Href  string
	Action      string
	Fields      []Field
	Files       bool // files can't be held: they have to be chosen again
	Button      Button
}

// resendable is true of a form of a person's; what a script or another program sent it sends again by itself.
func (r *Request) resendable() bool {
	return r.HTTP.Method == http.MethodPost && r.form != nil && !r.route.raw && !r.wantsJSON() && !r.w.wrote()
}

func signInFirst(r *Request) resend {
	s := newResend(r)
	s.Title = r.T("You are no longer signed in")
	s.Text = r.T("Your session ended before this was sent. Nothing was saved yet, and nothing you typed is lost: it is kept on this page.")
	s.Link, s.Href = r.T("Sign in in a new window"), r.mux.options.SignIn
	return s
}

func confirmFirst(r *Request) resend {
	s := newResend(r)
	s.Title = r.T("Show that it is you once more")
	s.Text = r.T("This step asks for a sign-in of the last five minutes. Nothing was saved yet, and nothing you typed is lost: it is kept on this page.")
	s.Link, s.Href = r.T("Confirm in a new window"), r.mux.options.Confirm
	return s
}

func newResend(r *Request) resend {
	s := resend{Action: localPath(r.HTTP.URL.RequestURI()), Button: Button{Text: r.T("Send it again")}}
	for name, values := range r.form.Values {
		if secret(name) {
			continue
		}
		for _, v := range values {
			s.Fields = append(s.Fields, Field{Kind: Hidden, Path: name, Value: v})
		}
	}
	slices.SortStableFunc(s.Fields, func(a, b Field) int { return slices.Compare([]string{a.Path}, []string{b.Path}) })
	for _, files := range r.form.files {
		s.Files = s.Files || len(files) > 0 && files[0].Filename != ""
	}
	return s
}
