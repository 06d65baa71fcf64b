// Package selector knows the things by which evidence is asked for: addresses, accounts, devices, documents of title.
//
// A selector is a typed value with a check, not a text: a digit typed wrong is found before a request crosses a border.
// Start with [Check] for one value, [ParseInstant] for the time that an address cannot do without, and [Paste] for
// what an investigator copies from a log.
package selector

import "strings"

// MaxLen is the longest selector accepted, in bytes; a longer one is no selector but a text.
const MaxLen = 2048

// Result is what a check says of one value. Code is "" when there is nothing to say; with OK it is a remark, without
// it the reason. [Message] gives the sentence to a code; Args are the values that the sentence names.
type Result struct {
	Canonical string
	OK        bool
	Code      string
	Args      map[string]string
}

// Kind is a kind of selector, by the code that stands in the answers ("@kind").
type Kind struct {
	Code  string
	Label string // English, the key of its translations
	check func(value string, exercise bool) Result
}

// Kinds lists every kind in the order in which a form offers them.
func Kinds() []Kind { return kinds[:] }

// kinds is the table of kinds; nothing changes it.
var kinds = [...]Kind{
	{"ipv4", "IPv4 address", checkIPv4},
	{"ipv6", "IPv6 address", checkIPv6},
	{"port", "Port and protocol", plain(checkPort)},
	{"domain", "Domain name", plain(checkDomain)},
	{"url", "Web address (URL)", checkURL},
	{"email", "E-mail address", plain(checkEmail)},
	{"phone", "Telephone number", plain(checkPhone)},
	{"imei", "Device number (IMEI)", plain(checkIMEI)},
	{"imsi", "Subscriber number (IMSI)", plain(checkIMSI)},
	{"iccid", "SIM card number (ICCID)", plain(checkICCID)},
	{"mac", "Network card address (MAC)", plain(checkMAC)},
	{"account", "Account on a platform", plain(checkAccount)},
	{"message", "Message identifier", plain(checkMessage)},
	{"hash", "File digest", plain(checkHash)},
	{"wallet", "Virtual asset address", plain(checkWallet)},
	{"tx", "Virtual asset transaction", plain(checkTx)},
	{"iban", "Bank account (IBAN)", plain(checkIBAN)},
	{"bank-account", "Bank account (local number)", plain(checkBankAccount)},
	{"bic", "Bank (BIC)", plain(checkBIC)},
	{"card", "Payment card (first six and last four digits)", plain(checkCard)},
	{"lei", "Company (LEI)", plain(checkLEI)},
	{"vin", "Vehicle (VIN)", plain(checkVIN)},
	{"imo", "Ship (IMO number)", plain(checkIMO)},
}

// plain makes a check that doesn't care whether the matter is an exercise.
func plain(f func(string) Result) func(string, bool) Result {
	return func(v string, _ bool) Result { return f(v) }
}

// Known reports whether kind is one of [Kinds].
func Known(kind string) bool {
	for i := range kinds {
		if kinds[i].Code == kind {
			return true
		}
	}
	return false
}

// Check examines a value of the given kind and brings it to its canonical form. In an exercise the address ranges that
// standards keep for documentation count as public.
func Check(kind, value string, exercise bool) Result {
	v, hidden := clean(value)
	switch {
	case v == "":
		return bad("empty")
	case len(v) > MaxLen:
		return bad("too-long")
	}
	for i := range kinds {
		if kinds[i].Code != kind {
			continue
		}
		r := kinds[i].check(v, exercise)
		if r.OK && r.Code == "" && hidden {
			r.Code = "hidden-removed"
		}
		return r
	}
	return bad("kind-unknown", "kind", kind)
}

// clean takes away the blanks around a value and the characters nobody can see, which a copied text often carries and
// which would make two equal selectors differ.
func clean(s string) (_ string, hidden bool) {
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x2069, r == 0xfeff, r == 0xad:
			hidden = true
			return -1
		case r == 0xa0 || r == 0x202f || r == '\t' || r == '\n' || r == '\r':
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(out), hidden
}

func good(canonical string) Result { return Result{Canonical: canonical, OK: true} }

func note(canonical, code string, args ...string) Result {
	return Result{Canonical: canonical, OK: true, Code: code, Args: pairs(args)}
}

func bad(code string, args ...string) Result { return Result{Code: code, Args: pairs(args)} }

func pairs(kv []string) map[string]string {
	if len(kv) == 0 {
		return nil
	}
	m := make(map[string]string, len(kv)/2)
	for i := 0; i+1 < len(kv); i += 2 {
		m[kv[i]] = kv[i+1]
	}
	return m
}

// squeeze removes the separators that people put into numbers: blanks, hyphens and dots.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '.' || r == '\u2010' || r == '\u2011' || r == '\u2013' {
			return -1
		}
		return r
	}, s)
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// alnum reports whether s consists of ASCII digits and capital letters.
func alnum(s string) bool {
	for i := 0; i < len(s); i++ {
		if !(s[i] >= '0' && s[i] <= '9' || s[i] >= 'A' && s[i] <= 'Z') {
			return false
		}
	}
	return s != ""
}

func hexadecimal(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if !(s[i] >= '0' && s[i] <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return s != ""
}
