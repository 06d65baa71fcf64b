// Package people has the pages on which people sign in, keep their own account, and administrators keep the others.
//
// The rules stand below: package access decides who may, package signin who is who. Every change of an account is an act
// at the desk; only signing in itself is none. Start with [New] and [People.Routes].
package people

import (
	"context"
	"embed"
	"net/netip"
	"net/url"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var files embed.FS

// Pages are the slice's pages.
func Pages() web.Pages { return web.Pages{Name: "people", FS: files} }

// Words are the translations of the slice, and of the roles and refusals of package access.
func Words() language.Source { return language.Source{Name: "people", FS: files} }

// Config is what a node gives.
type Config struct {
	Desk      *desk.Desk
	Read      *db.Reader
	Policy    *access.Policy
	SignIn    *signin.SignIn
	Authority string         // code of the node's authority, to which new people belong
	Public    string         // address at which people reach the pages, for links in invitations
	Languages []language.Tag // in which pages can be had
}

// People is the slice.
type People struct{ Config }

// New returns the slice.
func New(c Config) *People { return &People{c} }

// Kinds of the things that this slice changes.
const (
	kindPerson = "person"
	kindOffice = "office"
)

// Routes registers the pages.
func (q *People) Routes(m *web.Mux) {
	m.Get("/sign-in", web.Public, q.showSignIn)
	m.Post("/sign-in", web.Public, q.signIn)
	m.Post("/sign-in/passkey", web.Public, q.signInByPasskey)
	m.Get("/sign-in/recovery", web.Public, q.showRecovery)
	m.Post("/sign-in/recovery", web.Public, q.recover)
	m.Post("/sign-out", web.Public, q.signOut)
	m.Get("/confirm", web.SignedIn, q.showConfirm)
	m.Post("/confirm", web.SignedIn, q.confirm)
	m.Post("/confirm/passkey", web.SignedIn, q.confirmByPasskey)

	m.Get("/invitation/{token}", web.Public, q.showInvitation)
	m.Post("/invitation/{token}", web.Public, q.acceptPassword)
	m.Post("/invitation/{token}/passkey", web.Public, q.acceptPasskey)
	m.Post("/invitation/{token}/follow", web.Public, q.follow)

	m.Get("/me", "me.read", q.showMe)
	m.Post("/me/language", "me.edit", q.setLanguage)
	m.Post("/me/sessions/{id}/end", "me.session.end", q.endSession)
	m.Post("/me/sessions/end", "me.session.end", q.endSessions)
	m.Get("/me/password", "me.factor.edit", q.showPassword)
	m.Post("/me/password", "me.factor.edit", q.setPassword)
	m.Post("/me/password/remove", "me.factor.edit", q.removePassword)
	m.Get("/me/passkey", "me.factor.edit", q.showPasskey)
	m.Post("/me/passkey", "me.factor.edit", q.addPasskey)
	m.Post("/me/passkeys/{id}/remove", "me.factor.edit", q.removePasskey)
	m.Post("/me/codes", "me.factor.edit", q.newCodes)

	m.Get("/people", "person.read", q.list)
	m.Get("/people/invite", "account.invite", q.showInvite)
	m.Post("/people/invite", "account.invite", q.invite)
	m.Get("/people/{id}", "person.read", q.show)
	m.Post("/people/{id}/invite", "account.invite", q.inviteAgain)
	m.Post("/people/{id}/roles", "role.grant", q.grant)
	m.Post("/people/{id}/roles/take", "role.grant", q.take)
	m.Post("/people/{id}/disable", "account.disable", q.disable)
	m.Post("/people/{id}/reissue", "factor.reissue.ask", q.askReissue)
	m.Post("/people/{id}/reissue/agree", "factor.reissue.agree", q.agreeReissue)
	m.Post("/people/{id}/deputy", "deputy.name", q.nameDeputy)
	m.Post("/people/{id}/deputy/{period}/end", "deputy.name", q.endDeputy)

	m.Get("/offices", "person.read", q.offices)
	m.Post("/offices", "office.edit", q.addOffice)
	m.Post("/offices/{id}", "office.edit", q.renameOffice)
}

// view reads for the person of the request.
func (q *People) view(r *web.Request, f func(context.Context, *db.Tx) error) error {
	return q.Read.Read(r.Ctx(), access.ScopeOf(r.Person, r.Now()), func(tx *db.Tx) error { return f(r.Ctx(), tx) })
}

// act does an act on a person with the entry that the form carries.
func (q *People) act(r *web.Request, act access.Act, on id.Ref, change func(context.Context, *desk.Change) error) error {
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	return q.Desk.Do(r.Ctx(), r.Person, act, on, func(c *desk.Change) error { return change(r.Ctx(), c) }, desk.Once(entry))
}

// me is the reference of the person's own account.
func me(r *web.Request) id.Ref { return id.NewRef(kindPerson, r.Person.ID) }

// orConfirm leads to the page that asks for a factor when that is what is missing, and back to the page afterwards.
func orConfirm(r *web.Request, page string, err error) error {
	if access.Lapsed(err) {
		return r.SeeOther(confirmFor(page))
	}
	return err
}

func confirmFor(page string) string { return "/confirm?" + url.Values{"next": {page}}.Encode() }

// client tells from where the request comes: the connection's other end, never what a header says.
func client(r *web.Request) signin.Client {
	c := signin.Client{Agent: r.HTTP.UserAgent()}
	if a, err := netip.ParseAddrPort(r.HTTP.RemoteAddr); err == nil {
		c.Address = a.Addr()
	}
	return c
}

// asField turns a refusal into a remark on the form, so that the page can be shown again.
func asField(err error, path string) error {
	if code, args := errs.Said(err); code != "" && len(errs.Fields(err)) == 0 && isInvalid(err) {
		return errs.WithFields(errs.Field{Path: path, Code: code, Args: args})
	}
	return err
}
