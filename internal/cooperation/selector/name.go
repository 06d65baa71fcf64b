package selector

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// lookup turns a name into the form the DNS has it in (IDNA2008, RFC 5891): mapped, checked, lower case, with DNS
// lengths.
var lookup = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true),
	idna.CheckHyphens(true), idna.CheckJoiners(true))

func checkDomain(v string) Result {
	s := strings.TrimSuffix(v, ".")
	if !strings.Contains(s, ".") {
		return bad("domain-one-label")
	}
	a, err := lookup.ToASCII(s)
	if err != nil {
		return bad("domain-form", "domain", s)
	}
	last := a[strings.LastIndexByte(a, '.')+1:]
	if digits(last) {
		return bad("domain-is-address")
	}
	if u, err := lookup.ToUnicode(a); err == nil && MixedScripts(u) {
		return note(a, "mixed-scripts", "selector", a)
	}
	if !ascii(s) {
		return note(a, "domain-unicode", "domain", a)
	}
	return good(a)
}

// checkURL accepts absolute web addresses and gives the host in its DNS form; path and query stay as they were typed,
// because a server may tell capital letters apart.
func checkURL(v string, exercise bool) Result {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" {
		return bad("url-form")
	}
	switch u.Scheme = strings.ToLower(u.Scheme); u.Scheme {
	case "http", "https", "ftp", "ws", "wss":
	default:
		return bad("url-scheme", "scheme", u.Scheme)
	}
	if u.User != nil {
		return bad("url-password")
	}
	host := u.Hostname()
	r := checkDomain(host)
	if r.Code == "domain-is-address" {
		r = checkIPv4(host, exercise)
	} else if strings.Contains(host, ":") {
		r = checkIPv6(host, exercise)
		r.Canonical = "[" + r.Canonical + "]"
	}
	if !r.OK {
		return r
	}
	port := u.Port()
	u.Host = r.Canonical
	if port != "" && !defaultPort(u.Scheme, port) {
		u.Host += ":" + port
	}
	if u.Path == "" {
		u.Path = "/"
	}
	r.Canonical = u.String()
	return r
}

func defaultPort(scheme, port string) bool {
	switch scheme {
	case "http", "ws":
		return port == "80"
	case "https", "wss":
		return port == "443"
	case "ftp":
		return port == "21"
	}
	return false
}

// checkEmail follows RFC 5321 with RFC 6531's letters: at most 64 bytes before the last "@", a domain behind it. The
// local part stays as typed: only its server knows whether capitals matter.
func checkEmail(v string) Result {
	v = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(v, "mailto:"), "<"), ">")
	at := strings.LastIndexByte(v, '@')
	if at < 1 || at == len(v)-1 {
		return bad("email-form")
	}
	local, host := v[:at], v[at+1:]
	if len(local) > 64 || !localPart(local) {
		return bad("email-local")
	}
	r := checkDomain(host)
	if !r.OK {
		return bad("email-domain", "domain", host)
	}
	r.Canonical = local + "@" + r.Canonical
	if MixedScripts(local) {
		return note(r.Canonical, "mixed-scripts", "selector", r.Canonical)
	}
	return r
}

// localPart reports whether s is a dot-string of RFC 5321, section 4.1.2, or a quoted one.
func localPart(s string) bool {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return !strings.ContainsAny(s[1:len(s)-1], "\"\\\r\n")
	}
	if strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || strings.Contains(s, "..") {
		return false
	}
	for _, r := range s {
		switch {
		case r >= utf8.RuneSelf:
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				return false
			}
		case r <= ' ' || r == 0x7f || strings.ContainsRune("()<>[]:;@\\,\"", r):
			return false
		}
	}
	return true
}

// checkMessage takes an Internet message's identifier (RFC 5322, 3.6.4) or a platform's: no blanks inside.
func checkMessage(v string) Result {
	if strings.ContainsAny(v, " ") {
		return bad("message-form")
	}
	s := strings.TrimSuffix(strings.TrimPrefix(v, "<"), ">")
	left, right, ok := strings.Cut(s, "@")
	if ok && (left == "" || right == "" || strings.ContainsAny(s, "<>")) {
		return bad("message-form")
	}
	if ok {
		return good("<" + s + ">")
	}
	return good(s)
}

// checkAccount accepts what a platform can look up: a number or an identifier without blanks, with "@" before a
// handle. A name with blanks is what others see, and anyone may carry the same.
func checkAccount(v string) Result {
	if strings.Contains(v, " ") {
		return bad("account-display-name")
	}
	if MixedScripts(v) {
		return note(v, "mixed-scripts", "selector", v)
	}
	return good(v)
}

// MixedScripts reports whether one word of s mixes Latin letters with Cyrillic or Greek ones, or these two with each
// other: the usual sign of a look-alike.
func MixedScripts(s string) bool {
	var latin, cyrillic, greek bool
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Latin, r):
			latin = true
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic = true
		case unicode.Is(unicode.Greek, r):
			greek = true
		case !unicode.IsLetter(r) && !unicode.IsMark(r):
			latin, cyrillic, greek = false, false, false
		}
		if latin && cyrillic || latin && greek || cyrillic && greek {
			return true
		}
	}
	return false
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
