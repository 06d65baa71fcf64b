package web

import (
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
)

const noticeCookie = "comity-done"

// maxNotice is what a cookie may hold with room to spare.
const maxNotice = 3000

// notice is what the next page tells: a sentence of the catalogue and its values. It waits in a cookie of the person's
// own browser for one page, so that the node keeps nothing and the address stays clean.
type notice struct {
	Msg    string   `json:"m"`
	Values []string `json:"v,omitempty"`
}

func (r *Request) setNotice(msg string, kv []string) {
	b, err := json.Marshal(notice{msg, kv})
	if err != nil || len(b) > maxNotice {
		return // strings always marshal; a sentence too long for a cookie is left unsaid rather than cut
	}
	http.SetCookie(r.w, r.noticeCookie(base64.RawURLEncoding.EncodeToString(b), 60))
}

// takeNotice returns what the page before left to say, and forgets it. Only sentences of the catalogue are said: another
// program on the same host could have set the cookie.
func (r *Request) takeNotice() template.HTML {
	c, err := r.HTTP.Cookie(noticeCookie)
	if err != nil {
		return ""
	}
	http.SetCookie(r.w, r.noticeCookie("", -1))
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return ""
	}
	var n notice
	if json.Unmarshal(b, &n) != nil || !r.Printer.Knows(n.Msg) {
		return ""
	}
	kv := make([]any, len(n.Values))
	for i, v := range n.Values {
		kv[i] = v
	}
	return inPage(r.Printer)(r.Printer.Parts(n.Msg, kv...))
}

func (r *Request) noticeCookie(value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: noticeCookie, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: r.mux.options.TLS, SameSite: http.SameSiteLaxMode,
	}
}
