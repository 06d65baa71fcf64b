package selector

import (
	"strconv"
	"strings"
)

// checkPhone wants ITU-T E.164: "+", a country code, 15 digits at most. The international prefix of one State ("00",
// "011", "810") isn't guessed: it means something else elsewhere.
func checkPhone(v string) Result {
	s := strings.NewReplacer("(", "", ")", "", "/", "").Replace(squeeze(strings.TrimPrefix(v, "tel:")))
	if !strings.HasPrefix(s, "+") {
		return bad("phone-plus")
	}
	n := s[1:]
	if !digits(n) || n[0] == '0' || len(n) < 7 || len(n) > 15 {
		return bad("phone-form")
	}
	return good(s)
}

// checkIMEI wants the 15 digits of 3GPP TS 23.003 with their Luhn digit; 16 are an IMEISV, which has none.
func checkIMEI(v string) Result {
	s := strings.ReplaceAll(squeeze(v), "/", "")
	switch {
	case !digits(s):
		return bad("imei-form")
	case len(s) == 14:
		return note(s+string(luhnDigit(s)), "imei-no-check")
	case len(s) == 16:
		return note(s, "imei-version")
	case len(s) != 15:
		return bad("imei-form")
	case !luhn(s):
		return bad("imei-check")
	}
	return good(s)
}

// checkIMSI wants the 14 or 15 digits of ITU-T E.212; country codes of networks begin with 2 to 7, shared ones with 9,
// test networks with 0.
func checkIMSI(v string) Result {
	s := squeeze(v)
	if !digits(s) || len(s) < 14 || len(s) > 15 {
		return bad("imsi-form")
	}
	if s[0] == '1' || s[0] == '8' {
		if len(s) == 15 && luhn(s) {
			return bad("imsi-is-imei")
		}
		return bad("imsi-country")
	}
	return good(s)
}

// checkICCID wants ITU-T E.118: 19 digits that begin with 89 and end in their Luhn digit, or 20 as some cards print.
func checkICCID(v string) Result {
	s := strings.TrimSuffix(strings.ToUpper(squeeze(v)), "F")
	switch {
	case !digits(s) || len(s) < 18 || len(s) > 20 || !strings.HasPrefix(s, "89"):
		return bad("iccid-form")
	case len(s) == 18:
		return note(s+string(luhnDigit(s)), "iccid-no-check")
	case !luhn(s):
		return bad("iccid-check")
	}
	return good(s)
}

// luhn reports whether the last digit of s is its check digit (ISO/IEC 7812-1, annex B).
func luhn(s string) bool {
	return luhnDigit(s[:len(s)-1]) == s[len(s)-1]
}

func luhnDigit(s string) byte {
	sum := 0
	for i := range s {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}

// ibanLength is the length of an account number by country, from the registry of ISO 13616.
var ibanLength = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
	"BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
	"ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
	"HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
	"LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
	"MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
	"PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
	"SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
	"YE": 30,
}

// checkIBAN follows ISO 13616 and ISO 7064's mod 97-10. The canonical form has no blanks.
func checkIBAN(v string) Result {
	s := strings.ToUpper(squeeze(strings.TrimPrefix(v, "IBAN")))
	if len(s) < 15 || len(s) > 34 || !alnum(s) || digits(s[:2]) || !digits(s[2:4]) {
		return bad("iban-form")
	}
	country := s[:2]
	want, known := ibanLength[country]
	switch {
	case known && len(s) != want:
		return bad("iban-length", "country", country, "want", strconv.Itoa(want), "have", strconv.Itoa(len(s)))
	case mod97(s[4:]+s[:4]) != 1:
		return bad("iban-check")
	case !known:
		return note(s, "iban-country", "country", country)
	}
	return good(s)
}

// mod97 is the remainder of ISO 7064 with A = 10 … Z = 35; s is capital letters and digits.
func mod97(s string) int {
	m := 0
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 'A' {
			m = (m*100 + int(c-'A') + 10) % 97
		} else {
			m = (m*10 + int(c-'0')) % 97
		}
	}
	return m
}

// checkBankAccount takes a local account number as it is: its check differs from bank to bank.
func checkBankAccount(v string) Result {
	s := strings.ToUpper(strings.ReplaceAll(v, " ", ""))
	if len(s) < 4 || len(s) > 40 || !alnum(strings.NewReplacer("-", "", "/", "", ".", "").Replace(s)) {
		return bad("bank-account-form")
	}
	if len(s) > 14 && !digits(s[:2]) && digits(s[2:4]) && checkIBAN(s).OK {
		return note(s, "bank-account-is-iban")
	}
	return note(s, "bank-account-unchecked")
}

// checkBIC follows ISO 9362: institution, country, location, and a branch that may be missing.
func checkBIC(v string) Result {
	s := strings.ToUpper(squeeze(v))
	if (len(s) != 8 && len(s) != 11) || !alnum(s) || strings.ContainsAny(s[4:6], "0123456789") {
		return bad("bic-form")
	}
	return good(s)
}

// checkCard takes the first six and last four digits only. A whole number is refused and not repeated: it must not be
// kept (PCI DSS 3.4 allows these ten digits to be shown).
func checkCard(v string) Result {
	s := squeeze(v)
	if digits(s) && len(s) >= 12 && len(s) <= 19 {
		return bad("card-full")
	}
	var b strings.Builder
	gap := false
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '*' || r == 'x' || r == 'X' || r == '•' || r == '…':
			if b.Len() != 6 {
				return bad("card-form")
			}
			gap = true
		default:
			return bad("card-form")
		}
	}
	d := b.String()
	if len(d) != 10 || (!gap && s != d) {
		return bad("card-form")
	}
	return good(d[:6] + "…" + d[6:])
}

// checkLEI follows ISO 17442: 18 capital letters and digits and two check digits, mod 97.
func checkLEI(v string) Result {
	s := strings.ToUpper(squeeze(v))
	if len(s) != 20 || !alnum(s) || !digits(s[18:]) {
		return bad("lei-form")
	}
	if mod97(s) != 1 {
		return bad("lei-check")
	}
	return good(s)
}

// checkVIN follows ISO 3779. The check digit of place 9 binds makers for North America and China only: elsewhere a
// mismatch is a remark.
func checkVIN(v string) Result {
	s := strings.ToUpper(squeeze(v))
	if len(s) != 17 || !alnum(s) || strings.ContainsAny(s, "IOQ") {
		return bad("vin-form")
	}
	const weights = "8765432X098765432"
	sum := 0
	for i := range 17 {
		w := int(weights[i] - '0')
		if weights[i] == 'X' {
			w = 10
		}
		sum += w * vinValue(s[i])
	}
	want := byte('0' + sum%11)
	if sum%11 == 10 {
		want = 'X'
	}
	switch {
	case s[8] == want:
		return good(s)
	case s[0] >= '1' && s[0] <= '5' || s[0] == 'L':
		return bad("vin-check")
	}
	return note(s, "vin-unchecked")
}

// vinValue is the value of a character in the sum of 49 CFR 565.15: J and S begin again at 1 and 2.
func vinValue(c byte) int {
	switch {
	case c <= '9':
		return int(c - '0')
	case c <= 'H':
		return int(c-'A') + 1
	case c <= 'R':
		return int(c-'J') + 1
	}
	return int(c-'S') + 2
}

// checkIMO takes the seven digits of a ship's number (IMO resolution A.1117(30)): the last is the last digit of the
// others' sum weighted 7 to 2.
func checkIMO(v string) Result {
	s := squeeze(strings.TrimPrefix(strings.ToUpper(v), "IMO"))
	if len(s) != 7 || !digits(s) {
		return bad("imo-form")
	}
	sum := 0
	for i := range 6 {
		sum += int(s[i]-'0') * (7 - i)
	}
	if byte('0'+sum%10) != s[6] {
		return bad("imo-check")
	}
	return good("IMO " + s)
}
