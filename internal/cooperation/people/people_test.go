package people

import (
	"context"
	"encoding/base32"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/access/signin"
	"comity/internal/engine/web"
	"comity/internal/store/db"
	"comity/internal/store/db/dbtest"
	"comity/internal/store/job"
	"comity/internal/store/ledger"
)

const password = "sete gatos cinzentos no telhado"

// house is a node with the pages of this slice alone, on a real database, and a clock that the test moves.
type house struct {
	*testing.T
	db     *db.DB
	door   *signin.SignIn
	policy *access.Policy
	server *httptest.Server
	routes []web.Route
	now    time.Time
	office id.ID
	people map[string]id.ID
}

func each(t *testing.T, f func(*house)) {
	t.Helper()
	for _, kind := range dbtest.Kinds() {
		t.Run(kind, func(t *testing.T) { f(open(t, kind)) })
	}
}

func open(t *testing.T, kind string) *house {
	t.Helper()
	h := &house{T: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), people: map[string]id.ID{}}
	h.db = dbtest.Open(t, kind, []db.Schema{access.Schema, signin.Schema, ledger.Schema(), job.Schema()}, dbtest.Options{Now: func() time.Time { return h.now }})
	var err error
	if h.policy, err = access.Load(); err != nil {
		t.Fatal(err)
	}
	var s access.Sources
	for kind, facts := range map[string]access.FactsFunc{kindPerson: signin.AboutPerson, kindOffice: access.AboutOffice} {
		if err := s.Register(kind, facts); err != nil {
			t.Fatal(err)
		}
	}
	h.server = httptest.NewUnstartedServer(nil)
	// Passkeys are bound to a name; the loopback address has none but this.
	public := strings.Replace("http://"+h.server.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	h.door, err = signin.New(signin.Config{
		Reader: h.db.Reader, Writer: h.db.Writer, Node: "01JNODE000000000000PTNODE1", Name: "Exercise authority",
		Host: "localhost", Origin: []string{public}, Key: []byte(strings.Repeat("k", 32)), Plain: true, Memory: 64,
	})
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := language.Load(Words())
	if err != nil {
		t.Fatal(err)
	}
	m, err := web.New(web.Options{
		Catalog: catalog, Sessions: h.door, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Pages: []web.Pages{Pages()},
		Name: "Exercise authority", May: h.policy.Ever, Now: func() time.Time { return h.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	New(Config{
		Desk: desk.New(h.db.Writer, h.policy, &s, func(bool) {}), Read: h.db.Reader, Policy: h.policy, SignIn: h.door,
		Authority: "PT-PGR", Public: public, Languages: language.Official(),
	}).Routes(m)
	m.Get("/{$}", web.SignedIn, func(r *web.Request) error { return r.SeeOther("/me") })
	h.routes = m.Routes()
	if h.server.Config.Handler, err = m.Handler(); err != nil {
		t.Fatal(err)
	}
	h.server.Start()
	h.server.URL = public
	t.Cleanup(h.server.Close)
	h.write(func(ctx context.Context, tx *db.Tx) error {
		h.office, err = access.CreateOffice(ctx, tx, "PT-PGR", "Cybercrime office")
		return err
	})
	for login, role := range map[string]access.Role{"ada": "administrator", "bia": "administrator", "cid": "drafter"} {
		h.add(login, role)
	}
	return h
}

func (h *house) write(f func(context.Context, *db.Tx) error) {
	h.Helper()
	if err := h.db.Writer.Write(context.Background(), func(tx *db.Tx) error { return f(context.Background(), tx) }); err != nil {
		h.Fatal(err)
	}
}

func secretOf(login string) string {
	return base32.StdEncoding.EncodeToString([]byte((login + strings.Repeat(".", 20))[:20]))
}

// add makes a person with a role, a password and an app.
func (h *house) add(login string, role access.Role) {
	h.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) error {
		n, err := access.CreatePerson(ctx, tx, access.NewPerson{Login: login, Name: "Exercise " + login, Lang: "en", Authority: "PT-PGR"})
		if err != nil {
			return err
		}
		h.people[login] = n
		fresh, err := h.door.NewPassword(ctx, access.Account{Person: access.Person{ID: n}, Login: login}, password)
		if err != nil {
			return err
		}
		if err := signin.SetPassword(ctx, tx, fresh); err != nil {
			return err
		}
		if err := h.door.SetSecret(ctx, tx, n, secretOf(login)); err != nil {
			return err
		}
		return h.policy.Give(ctx, tx, n, access.Grant{Role: role, Office: h.office}, n)
	})
}

// browser is one person's browser: it keeps cookies and follows redirects.
type browser struct {
	*house
	client *http.Client
	path   string // of the page that it shows
	page   string
	status int
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.Fatal(err)
	}
	return &browser{house: h, client: &http.Client{Jar: jar}}
}

func (b *browser) show(resp *http.Response, err error) *browser {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	b.page, b.status, b.path = string(body), resp.StatusCode, resp.Request.URL.RequestURI()
	return b
}

func (b *browser) get(path string) *browser {
	b.Helper()
	return b.show(b.client.Get(b.server.URL + path))
}

// post sends the form of the page that goes to action: its hidden fields, and what the person typed.
func (b *browser) post(action string, typed ...string) *browser {
	b.Helper()
	form := regexp.MustCompile(`(?s)<form [^>]*action="` + regexp.QuoteMeta(action) + `"[^>]*>.*?</form>`).FindString(b.page)
	if form == "" {
		b.Fatalf("%s has no form to %s:\n%s", b.path, action, b.text())
	}
	values := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(form, -1) {
		values.Set(m[1], html.UnescapeString(m[2]))
	}
	for i := 0; i+1 < len(typed); i += 2 {
		values.Set(typed[i], typed[i+1])
	}
	return b.show(b.client.PostForm(b.server.URL+action, values))
}

// text is the page without its tags, for messages and for looking for words.
func (b *browser) text() string {
	main := b.page
	if i := strings.Index(main, "<main"); i >= 0 {
		main = main[i:strings.Index(main, "</main>")]
	}
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(main, " "))), " ")
}

// wants fails unless the browser shows the page with the status and the words.
func (b *browser) wants(status int, path, words string) *browser {
	b.Helper()
	if b.status != status || b.path != path || !strings.Contains(b.text(), words) {
		b.Fatalf("shows %d %s: %s\nwant %d %s with %q", b.status, b.path, b.text(), status, path, words)
	}
	return b
}

func (b *browser) code(login string) string {
	b.Helper()
	b.now = b.now.Add(30 * time.Second) // each code serves once
	c, err := totp.GenerateCode(secretOf(login), b.now)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func (h *house) signedIn(login string) *browser {
	h.Helper()
	b := h.browser().get("/sign-in")
	return b.post("/sign-in", "login", login, "password", password, "code", b.code(login)).wants(200, "/me", "Exercise "+login)
}

func (b *browser) at(login string) string { return address(b.people[login]) }

func TestSignInAndOut(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser().get("/people").wants(200, "/sign-in?next=%2Fpeople", "Sign in")
		b.post("/sign-in", "login", "cid", "password", "wrong", "code", "123456").wants(422, "/sign-in", "These details do not match.")
		if strings.Contains(b.page, "wrong") {
			t.Error("the page gives the password back")
		}
		b.post("/sign-in", "password", password, "login", "cid", "code", b.code("cid")).wants(200, "/people", "Exercise ada")
		b.get("/sign-in").wants(200, "/me", "My account").post("/sign-out").wants(200, "/sign-in", "You are signed out.")
		b.get("/me").wants(200, "/sign-in?next=%2Fme", "Sign in")
		b.get("/sign-in?next=https://evil.example/").post("/sign-in", "login", "cid", "password", password, "code", b.code("cid")).wants(200, "/me", "My account")
	})
}

func TestInviteAPerson(t *testing.T) {
	each(t, func(h *house) {
		ada := h.signedIn("ada")
		h.now = h.now.Add(10 * time.Minute)
		ada.get("/people/invite").wants(200, "/confirm?next=%2Fpeople%2Finvite", "Show that it is you")
		ada.post("/confirm", "password", "wrong", "code", "1").wants(422, "/confirm", "These details do not match.")
		ada.post("/confirm", "password", password, "code", ada.code("ada")).wants(200, "/people/invite", "Invite a person")
		ada.post("/people/invite", "name", "", "login", "X", "lang", "fr").wants(422, "/people/invite", "Write the name")
		ada.post("/people/invite", "name", "Exercise Eva", "login", "cid", "lang", "fr").wants(422, "/people/invite", "Someone has this name for signing in already")
		ada.post("/people/invite", "name", "Exercise Eva", "login", "eva", "lang", "en").wants(200, "/people/invite", "Hand this link to Exercise Eva")
		link := regexp.MustCompile(`/invitation/[A-Za-z0-9_-]+`).FindString(ada.page)

		eva := h.browser().get(link).wants(200, link, "This invitation is for Exercise Eva")
		secret := strings.ReplaceAll(regexp.MustCompile(`Key: <bdi>([A-Z2-7 ]+)</bdi>`).FindStringSubmatch(eva.page)[1], " ", "")
		code, err := totp.GenerateCode(secret, h.now)
		if err != nil {
			t.Fatal(err)
		}
		eva.post(link, "password", "short", "password.again", "short", "code", code).wants(422, link, "Use at least 15 characters")
		if !strings.Contains(eva.page, secret[:4]+" "+secret[4:8]) {
			t.Error("the page shown again has another key")
		}
		eva.post(link, "password", password, "password.again", password+"x", "code", code).wants(422, link, "This is not the same password.")
		eva.post(link, "password", password, "password.again", password, "code", code).wants(200, link, "Your recovery codes")
		codes := regexp.MustCompile(`[2-9A-Z]{4}(-[2-9A-Z]{4}){3}`).FindAllString(eva.page, -1)
		eva.get("/me").wants(200, "/me", "No role yet.")
		h.browser().get(link).wants(404, link, "This link was used already or has ended.")

		lost := h.browser().get("/sign-in/recovery")
		lost.post("/sign-in/recovery", "login", "eva", "code", codes[0]).wants(200, "/me", "This code is used up")
		lost.wants(200, "/me", "9 recovery codes are left.")
	})
}

func TestRolesAndAccounts(t *testing.T) {
	each(t, func(h *house) {
		ada, cid := h.signedIn("ada"), h.signedIn("cid")
		her := ada.at("cid")
		cid.get("/people").wants(200, "/people", "Exercise ada").get(ada.at("ada")).wants(200, ada.at("ada"), "Administrator")
		if strings.Contains(cid.page, `action="/people`) {
			t.Error("a drafter is offered changes of others")
		}
		own := ada.at("ada")
		if ada.get(own); strings.Contains(ada.page, "/roles") {
			t.Error("an administrator is offered to change their own roles")
		}
		resp, err := ada.client.PostForm(h.server.URL+own+"/roles", url.Values{"entry": {string(id.New(h.now))}, "role": {"head"}, "office": {string(h.office)}})
		ada.show(resp, err).wants(403, own+"/roles", "Another person has to do this: it concerns yourself.")

		ada.get(her).post(her+"/roles", "role", "").wants(422, her+"/roles", "Choose a role and the office")
		ada.post(her+"/roles", "role", "signatory", "office", string(h.office)).wants(200, her, "The role was given.").wants(200, her, "Signatory")
		ada.post(her+"/roles/take", "role", "signatory", "office", string(h.office)).wants(200, her, "The role was taken away.")

		ada.post(her+"/deputy", "deputy", string(h.people["bia"]), "begins:day", "2", "begins:month", "3", "begins:year", "2026",
			"ends:day", "9", "ends:month", "3", "ends:year", "2026").wants(200, her, "The deputy was named.").wants(200, her, "Exercise bia , from")
		h.signedIn("bia").wants(200, "/me", "As deputy of Exercise cid .")

		ada.get(her).post(her+"/disable").wants(200, her, "This account is closed.")
		cid.get("/me").wants(200, "/sign-in?next=%2Fme", "Sign in")
		ada.post(her+"/disable").wants(200, her, "The account was opened again.")
	})
}

func TestReissueTakesTwo(t *testing.T) {
	each(t, func(h *house) {
		ada, bia := h.signedIn("ada"), h.signedIn("bia")
		her := ada.at("cid")
		ada.get(her).post(her+"/reissue", "why", "telephone lost").wants(200, her, "A second person now has to agree.")
		if strings.Contains(ada.page, "/reissue/agree") {
			t.Error("the one who asked may agree")
		}
		bia.get(her).wants(200, her, "telephone lost").post(her+"/reissue/agree").wants(200, her+"/reissue/agree", "Hand this link to Exercise cid")
		link := regexp.MustCompile(`/invitation/[A-Za-z0-9_-]+`).FindString(bia.page)
		h.browser().get(link).wants(200, link, "Open your account")
		b := h.browser().get("/sign-in")
		b.post("/sign-in", "login", "cid", "password", password, "code", b.code("cid")).wants(422, "/sign-in", "These details do not match.")
	})
}

func TestMyAccount(t *testing.T) {
	each(t, func(h *house) {
		b, other := h.signedIn("cid"), h.signedIn("cid")
		b.get("/me").post("/me/sessions/end").wants(200, "/me", "All other sessions were ended.")
		other.get("/me").wants(200, "/sign-in?next=%2Fme", "Sign in")
		b.post("/me/codes").wants(200, "/me/codes", "Your recovery codes")
		b.get("/me").post("/me/password/remove").wants(422, "/me/password/remove", "This is your only way of signing in.")
		b.get("/me/passkey").wants(200, "/me/passkey", "Add a passkey").post("/me/passkey", "label", "x", "response", "{}").wants(422, "/me/passkey", "The passkey was not accepted.")
		h.now = h.now.Add(6 * time.Minute)
		b.get("/me").post("/me/codes").wants(200, "/confirm?next=%2Fme", "Show that it is you")
		b.get("/me").post("/me/language", "lang", "fr")
		if b.status != 200 || !strings.Contains(b.page, `lang="fr"`) {
			t.Errorf("after choosing French: %d, %.300s", b.status, b.page)
		}
	})
}

func TestOffices(t *testing.T) {
	each(t, func(h *house) {
		ada := h.signedIn("ada").get("/offices").wants(200, "/offices", "Add an office")
		ada.post("/offices", "name", "").wants(422, "/offices", "Write the name")
		ada.post("/offices", "name", "Registry").wants(200, "/offices", "The office was added.")
		ada.post("/offices/"+string(h.office), "name", "Cybercrime").wants(200, "/offices", "The office was renamed.")
		cid := h.signedIn("cid").get("/offices").wants(200, "/offices", "Cybercrime")
		if strings.Contains(cid.page, `action="/offices`) {
			t.Error("a drafter is offered to change offices")
		}
	})
}

func TestFollowALinkOfADemonstration(t *testing.T) {
	each(t, func(h *house) {
		var token string
		h.write(func(ctx context.Context, tx *db.Tx) (err error) {
			token, err = signin.Invite(ctx, tx, h.people["cid"], signin.ToFollow, h.people["ada"])
			return err
		})
		link := "/invitation/" + token
		b := h.browser().get(link).get(link).wants(200, link, "Sign in as Exercise cid")
		b.post(link+"/follow").wants(200, "/me", "Exercise cid")
		b.get("/me/password").wants(200, "/me/password", "Set the password") // the link was a fresh factor
		h.browser().get(link).wants(404, link, "This link was used already")
	})
}

func TestBrowserName(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                        "Firefox, Windows",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36":                                   "Chrome, Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0":               "Edge, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1": "Safari, iPhone",
		"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36":                            "Chrome, Android",
		"curl/8.5": "curl/8.5",
	} {
		if got := browserName(agent); got != want {
			t.Errorf("browserName(%q) = %q, want %q", agent, got, want)
		}
	}
}

// TestRoutes asks every route as nobody, as a drafter and as an administrator, and compares with what the roles say.
func TestRoutes(t *testing.T) {
	h := open(t, "sqlite")
	for login, b := range map[string]*browser{"": h.browser(), "cid": h.signedIn("cid"), "ada": h.signedIn("ada")} {
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		var who access.Person
		if login != "" {
			h.write(func(ctx context.Context, tx *db.Tx) error {
				a, err := access.Find(ctx, tx, h.people[login])
				who = a.Person
				return err
			})
		}
		for _, route := range h.routes {
			if route.Act == web.Public || strings.HasSuffix(route.Pattern, "/sessions/end") {
				continue
			}
			path := strings.NewReplacer("{id}", string(h.people["bia"]), "{period}", string(h.office), "{$}", "").Replace(route.Pattern)
			var got string
			if route.Method == http.MethodGet {
				b.show(b.client.Get(h.server.URL + path))
			} else {
				b.show(b.client.PostForm(h.server.URL+path, url.Values{}))
			}
			switch may := route.Act == web.SignedIn || h.policy.Ever(who, route.Act); {
			case login == "" && (b.status == http.StatusSeeOther || b.status == http.StatusUnauthorized):
			case login != "" && !may && b.status == http.StatusForbidden:
			case login != "" && may && b.status != http.StatusForbidden && b.status < 500:
			default:
				got = b.text()
			}
			if got != "" {
				t.Errorf("%s %s (%s) as %q: %d %.200s", route.Method, path, route.Act, login, b.status, got)
			}
		}
	}
	for _, route := range h.routes {
		if route.Act != web.Public && route.Act != web.SignedIn && !h.policy.Exists(route.Act) {
			t.Errorf("%s %s: act %s does not exist", route.Method, route.Pattern, route.Act)
		}
	}
}

func TestSetANewPassword(t *testing.T) {
	each(t, func(h *house) {
		const other = "onze barcos azuis na enseada"
		b, old := h.signedIn("cid"), h.signedIn("cid")
		b.get("/me/password").wants(200, "/me/password", "Set the password")
		secret := strings.ReplaceAll(regexp.MustCompile(`Key: <bdi>([A-Z2-7 ]+)</bdi>`).FindStringSubmatch(b.page)[1], " ", "")
		code, err := totp.GenerateCode(secret, h.now)
		if err != nil {
			t.Fatal(err)
		}
		b.post("/me/password", "password", "passwordpassword", "password.again", "passwordpassword", "code", code).wants(422, "/me/password", "easy to guess")
		b.post("/me/password", "password", other, "password.again", other, "code", "000000").wants(422, "/me/password", "This is not the code")
		b.post("/me/password", "password", other, "password.again", other, "code", code).wants(200, "/me", "The password and the app are set.")
		old.get("/me").wants(200, "/sign-in?next=%2Fme", "Sign in")
		old.post("/sign-in", "login", "cid", "password", password, "code", old.code("cid")).wants(422, "/sign-in", "These details do not match.")
		if code, err = totp.GenerateCode(secret, h.now); err != nil {
			t.Fatal(err)
		}
		old.post("/sign-in", "login", "cid", "password", other, "code", code).wants(200, "/me", "My account")
	})
}

func TestRefusalsAreEntered(t *testing.T) {
	each(t, func(h *house) {
		entries := func() (n int) {
			h.Helper()
			h.write(func(ctx context.Context, tx *db.Tx) error {
				rows, err := tx.Query(ctx, `SELECT id FROM ledger_entry WHERE id > '' ORDER BY id`)
				all, err := db.Collect(rows, err, func(scan db.Scan) (n id.ID, err error) { return n, scan(&n) })
				if err != nil {
					return err
				}
				for _, n := range all {
					e, err := ledger.Find(ctx, tx, n)
					if err != nil {
						return err
					}
					if e.Act != "account.refuse" || e.On != id.NewRef(kindPerson, h.people["cid"]) {
						t.Errorf("entry %s on %s, want refusals of cid", e.Act, e.On)
					}
				}
				n = len(all)
				return nil
			})
			return n
		}
		b := h.browser().get("/sign-in")
		for range 10 {
			b.post("/sign-in", "login", "cid", "password", "wrong", "code", "123456")
		}
		if n := entries(); n != 5 {
			t.Errorf("%d entries after ten guesses in one moment, want the five that were heard", n)
		}
		b.post("/sign-in", "login", "nobody", "password", "wrong", "code", "123456").wants(422, "/sign-in", "These details do not match.")
		if n := entries(); n != 5 {
			t.Errorf("%d entries after a guess at a login that nobody has, want as before", n)
		}
	})
}
