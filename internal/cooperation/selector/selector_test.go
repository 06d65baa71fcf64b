package selector

import (
	"regexp"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		kind, value string
		exercise    bool
		want, code  string // want is the canonical form; "" means refused
	}{
		{"ipv4", "198.51.100.23", true, "198.51.100.23", ""},
		{"ipv4", "198.51.100.23", false, "", "ip-documentation"},
		{"ipv4", "8.8.8.8", false, "8.8.8.8", ""},
		{"ipv4", "10.1.2.3", true, "", "ip-private"},
		{"ipv4", "172.31.255.255", false, "", "ip-private"},
		{"ipv4", "172.32.0.1", false, "172.32.0.1", ""},
		{"ipv4", "100.64.0.1", false, "", "ip-shared"},
		{"ipv4", "198.18.0.1", false, "", "ip-reserved"},
		{"ipv4", "255.255.255.255", false, "", "ip-reserved"},
		{"ipv4", "224.0.0.1", false, "", "ip-multicast"},
		{"ipv4", "127.0.0.1", false, "", "ip-loopback"},
		{"ipv4", "1.2.3", false, "", "ipv4-form"},
		{"ipv4", "01.2.3.4", false, "", "ipv4-form"},
		{"ipv4", "2a00::1", false, "", "ipv4-not-6"},
		{"ipv4", "\u200b8.8.8.8 ", false, "8.8.8.8", "hidden-removed"},
		{"ipv6", "2A00:0:0::1", false, "2a00::1", ""},
		{"ipv6", "2001:db8::7", false, "", "ip-documentation"},
		{"ipv6", "2001:db8::7", true, "2001:db8::7", ""},
		{"ipv6", "64:ff9b::808:808", false, "", "ip-tunnel"},
		{"ipv6", "::ffff:10.0.0.1", false, "", "ip-mapped"},
		{"ipv6", "fe80::1%eth0", false, "", "ip-link-local"},
		{"ipv6", "8.8.8.8", false, "", "ipv6-not-4"},
		{"port", "443", false, "443", ""},
		{"port", "443/TCP", false, "tcp/443", ""},
		{"port", "0", false, "", "port-range"},
		{"port", "65536", false, "", "port-range"},
		{"port", "icmp/8", false, "", "port-protocol"},
		{"domain", "Example.ORG.", false, "example.org", ""},
		{"domain", "münchen.example", false, "xn--mnchen-3ya.example", "domain-unicode"},
		{"domain", "xn--mnchen-3yb.example", false, "xn--mnchen-3yb.example", ""},
		{"domain", "-bad-.example", false, "", "domain-form"},
		{"domain", "a..example", false, "", "domain-form"},
		{"domain", "localhost", false, "", "domain-one-label"},
		{"domain", "pаypal.example", false, "xn--pypal-4ve.example", "mixed-scripts"},
		{"url", "HTTPS://Example.org:443/A?b=C", false, "https://example.org/A?b=C", ""},
		{"url", "http://example.org:8080", false, "http://example.org:8080/", ""},
		{"url", "http://192.168.0.1/x", false, "", "ip-private"},
		{"url", "http://[2001:db8::1]:8080/x", true, "http://[2001:db8::1]:8080/x", ""},
		{"url", "https://a:b@example.org/", false, "", "url-password"},
		{"url", "javascript:alert(1)", false, "", "url-form"},
		{"url", "example.org/x", false, "", "url-form"},
		{"email", "Anna.K@Example.org", false, "Anna.K@example.org", ""},
		{"email", "a..b@example.org", false, "", "email-local"},
		{"email", "ab@localhost", false, "", "email-domain"},
		{"email", "@example.org", false, "", "email-form"},
		{"phone", "+351 21 000 00 00", false, "+351210000000", ""},
		{"phone", "00351210000000", false, "", "phone-plus"},
		{"phone", "+0123456789", false, "", "phone-form"},
		{"imei", "490154203237518", false, "490154203237518", ""},
		{"imei", "490154203237519", false, "", "imei-check"},
		{"imei", "49-015420-323751", false, "490154203237518", "imei-no-check"},
		{"imsi", "440100123456789", false, "440100123456789", ""},
		{"imsi", "140100123456789", false, "", "imsi-country"},
		{"iccid", "8981100022152967705", false, "8981100022152967705", ""},
		{"iccid", "8981100022152967706", false, "", "iccid-check"},
		{"mac", "00-1A-2B-3C-4D-5E", false, "00:1a:2b:3c:4d:5e", ""},
		{"mac", "02:00:00:00:00:01", false, "02:00:00:00:00:01", "mac-random"},
		{"account", "kitsune 77", false, "", "account-display-name"},
		{"account", "1029384756", false, "1029384756", ""},
		{"message", "<a.1@mail.example>", false, "<a.1@mail.example>", ""},
		{"message", "<a b@x>", false, "", "message-form"},
		{"hash", "SHA-256:" + strings.Repeat("ab", 32), false, "sha256:" + strings.Repeat("ab", 32), ""},
		{"hash", "sha256:" + strings.Repeat("ab", 31), false, "", "hash-length"},
		{"hash", strings.Repeat("ab", 16), false, "md5:" + strings.Repeat("ab", 16), "hash-weak"},
		{"hash", "abc", false, "", "hash-form"},
		{"wallet", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", false, "bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", ""},
		{"wallet", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", false, "", "wallet-check"},
		{"wallet", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", false, "bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", ""},
		{"wallet", "bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", false, "", "wallet-mixed-case"},
		{"wallet", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", false, "", "wallet-check"},
		{"wallet", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", false, "bitcoin:bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", ""},
		{"wallet", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", false, "ethereum:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", ""},
		{"wallet", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed", false, "", "wallet-check"},
		{"wallet", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", false, "ethereum:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "wallet-no-check"},
		{"wallet", "ethereum:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", false, "ethereum:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "wallet-unchecked"},
		{"wallet", "litecoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", false, "", "wallet-other-chain"},
		{"tx", "Bitcoin:" + strings.Repeat("0A", 32), false, "bitcoin:" + strings.Repeat("0a", 32), ""},
		{"tx", strings.Repeat("0a", 32), false, "", "tx-chain"},
		{"iban", "GB82 WEST 1234 5698 7654 32", false, "GB82WEST12345698765432", ""},
		{"iban", "ES31 9999 0001 1800 0012 3456", false, "ES3199990001180000123456", ""},
		{"iban", "ES31 9999 0001 1800 0012 3457", false, "", "iban-check"},
		{"iban", "ES31 9999", false, "", "iban-form"},
		{"iban", "GB82 WEST 1234 5698 7654 3", false, "", "iban-length"},
		{"bank-account", "0123-4567", false, "0123-4567", "bank-account-unchecked"},
		{"bic", "dbssSGsg", false, "DBSSSGSG", ""},
		{"bic", "DBSS1GSG", false, "", "bic-form"},
		{"card", "4111 1111 1111 1111", false, "", "card-full"},
		{"card", "411111******1111", false, "411111…1111", ""},
		{"card", "41111*1111", false, "", "card-form"},
		{"lei", "999900TESTCOMITY0186", false, "999900TESTCOMITY0186", ""},
		{"lei", "999900TESTCOMITY0187", false, "", "lei-check"},
		{"vin", "1M8GDM9AXKP042788", false, "1M8GDM9AXKP042788", ""},
		{"vin", "1M8GDM9A1KP042788", false, "", "vin-check"},
		{"vin", "WBA00000000000001", false, "WBA00000000000001", "vin-unchecked"},
		{"imo", "IMO 9074729", false, "IMO 9074729", ""},
		{"imo", "9074728", false, "", "imo-check"},
		{"ghost", "x", false, "", "kind-unknown"},
		{"email", "  ", false, "", "empty"},
		{"url", "https://example.org/" + strings.Repeat("a", MaxLen), false, "", "too-long"},
	} {
		t.Run(c.kind+"/"+c.value[:min(len(c.value), 40)], func(t *testing.T) {
			r := Check(c.kind, c.value, c.exercise)
			got := r.Canonical
			if !r.OK {
				got = ""
			}
			if got != c.want || r.Code != c.code || r.OK != (c.want != "") {
				t.Errorf("Check(%s, %q) = %q %q, want %q %q", c.kind, c.value, got, r.Code, c.want, c.code)
			}
		})
	}
}

func TestParseInstant(t *testing.T) {
	for _, c := range []struct{ local, offset, want, code string }{
		{"2026-02-12T03:14:00", "+09:00", "2026-02-11T18:14:00Z", ""},
		{"2026-02-12T03:14:00+09:00", "", "2026-02-11T18:14:00Z", ""},
		{"2026-02-12T03:14:00Z", "", "2026-02-12T03:14:00Z", ""},
		{"2026-02-12 03:14", "Asia/Tokyo", "2026-02-11T18:14:00Z", ""},
		{"2026-02-12 03:14", "", "", "instant-zone"},
		{"2026-02-12 03:14", "JST", "", "instant-abbreviation"},
		{"2026-02-12 03:14", "EST", "", "instant-abbreviation"},
		{"2026-02-12 03:14", "Asia/Nowhere", "", "instant-zone-unknown"},
		{"2026-02-12 03:14", "+15:00", "", "instant-abbreviation"},
		{"12/02 03:14", "+09:00", "", "instant-form"},
		{"", "+09:00", "", "instant-empty"},
		{"2026-10-25T02:30:00", "Europe/Lisbon", "2026-10-25T02:30:00Z", ""},
		{"2026-10-25T01:30:00", "Europe/Lisbon", "", "instant-twice"},
		{"2026-03-29T01:30:00", "Europe/Lisbon", "", "instant-never"},
		{"2026-10-25T01:30:00", "+01:00", "2026-10-25T00:30:00Z", ""},
		{"2026-07-01T12:00:00", "Africa/Casablanca", "2026-07-01T11:00:00Z", ""},
	} {
		i, code := ParseInstant(c.local, c.offset)
		got := ""
		if code == "" {
			got = i.UTC.Format("2006-01-02T15:04:05Z07:00")
		}
		if got != c.want || code != c.code {
			t.Errorf("ParseInstant(%q, %q) = %q %q, want %q %q", c.local, c.offset, got, code, c.want, c.code)
		}
	}
	i, _ := ParseInstant("2026-02-12T03:14", "Asia/Tokyo")
	if got := i.String(); got != "2026-02-12T03:14+09:00" {
		t.Errorf("String() = %s, want the time as written", got)
	}
}

func TestPaste(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // kind canonical local offset port | missing…
	}{
		{"a web server's log", `198.51.100.23 - - [12/Feb/2026:03:14:00 +0900] "GET / HTTP/1.1" 200`,
			[]string{"ipv4 198.51.100.23 2026-02-12T03:14:00 +09:00 | port-missing"}},
		{"a firewall's line", `2026-02-12T03:14:00Z DROP tcp 203.0.113.9:51234 -> 10.0.0.1 spt=51234`,
			[]string{"ipv4 203.0.113.9 2026-02-12T03:14:00 Z 51234 |", "ipv4 ip-private 2026-02-12T03:14:00 Z 51234 |"}},
		{"a line without a zone", `2026-02-12 03:14:00 login 2001:db8::7 user anna@example.org`,
			[]string{"email anna@example.org 2026-02-12T03:14:00 |", "ipv6 2001:db8::7 2026-02-12T03:14:00 | instant-zone"}},
		{"a table", "time;zone;ip;port\n2026-02-12 03:14:00;Asia/Tokyo;198.51.100.23;51234\n1770833640;;198.51.100.24;\n",
			[]string{"ipv4 198.51.100.23 2026-02-12T03:14:00 Asia/Tokyo 51234 |", "ipv4 198.51.100.24 2026-02-11T18:14:00 Z | port-missing"}},
		{"running text", "He paid to ES31 9999 0001 1800 0012 3456 and to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, then called +351 21 000 00 00.",
			[]string{"wallet bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa |", "iban ES3199990001180000123456 |", "phone +351210000000 |"}},
		{"a wrong IBAN is told", "ES31 9999 0001 1800 0012 3457", []string{"iban iban-check |"}},
		{"nothing", "Dear colleague, please find attached.", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, more := Paste(c.text, true)
			var got []string
			for _, f := range found {
				s := f.Result.Canonical
				if !f.Result.OK {
					s = f.Result.Code
				}
				parts := strings.Join(strings.Fields(strings.Join([]string{f.Kind, s, f.Local, f.Offset, f.Port}, " ")), " ")
				got = append(got, strings.TrimSpace(parts+" | "+strings.Join(f.Missing, " ")))
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") || more {
				t.Errorf("Paste(%q) =\n%s\nwant\n%s", c.text, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestPasteStops(t *testing.T) {
	found, more := Paste(strings.Repeat("8.8.8.8\n", MaxFound+1), false)
	if len(found) != MaxFound || !more {
		t.Errorf("Paste of too many = %d, %v, want %d, true", len(found), more, MaxFound)
	}
}

// Every code that the checks can return has a sentence.
func TestMessages(t *testing.T) {
	place := regexp.MustCompile(`\{[a-z]+\}`)
	for code, text := range Messages() {
		if text == "" {
			t.Errorf("%s has no sentence", code)
		}
		if strings.Count(text, "{") != len(place.FindAllString(text, -1)) {
			t.Errorf("%s: places in %q are not well formed", code, text)
		}
	}
	for _, s := range special {
		if Message(s.code) == "" {
			t.Errorf("%s has no sentence", s.code)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, k := range kinds {
		f.Add(k.Code, "x")
	}
	f.Add("url", "http://[::1]:80/%zz")
	f.Add("wallet", "bc1")
	f.Add("vin", "1M8GDM9AXKP042788")
	f.Fuzz(func(t *testing.T, kind, value string) {
		r := Check(kind, value, true)
		if !r.OK {
			if Message(r.Code) == "" {
				t.Fatalf("Check(%q, %q) refused with code %q that has no sentence", kind, value, r.Code)
			}
			return
		}
		if again := Check(kind, r.Canonical, true); !again.OK || again.Canonical != r.Canonical {
			t.Fatalf("Check(%q, %q) = %q, whose own check gives %q %q", kind, value, r.Canonical, again.Canonical, again.Code)
		}
	})
}

func FuzzPaste(f *testing.F) {
	f.Add("2026-02-12 03:14:00 198.51.100.23:51234 anna@example.org")
	f.Add("ip,port\n1.2.3.4,80\n")
	f.Add("imei: 490154203237518 \"")
	f.Fuzz(func(t *testing.T, text string) {
		found, _ := Paste(text, true)
		for _, x := range found {
			if x.Line < 1 || x.Kind == "" {
				t.Fatalf("Paste(%q) found %+v", text, x)
			}
		}
	})
}

func FuzzParseInstant(f *testing.F) {
	f.Add("2026-02-12T03:14:00", "+09:00")
	f.Add("2026-10-25T01:30:00", "Europe/Lisbon")
	f.Fuzz(func(t *testing.T, local, offset string) {
		i, code := ParseInstant(local, offset)
		if code != "" {
			return
		}
		again, code := ParseInstant(i.String(), "")
		if code != "" || again.UTC.Unix()/60 != i.UTC.Unix()/60 {
			t.Fatalf("ParseInstant(%q, %q) = %s, which reads as %v %q", local, offset, i, again.UTC, code)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Check("ipv4", "198.51.100.23", true)
		Check("imei", "490154203237518", false)
		Check("iban", "ES3199990001180000123456", false)
		Check("wallet", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", false)
		Check("wallet", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", false)
	}
}

func BenchmarkPaste(b *testing.B) {
	text := strings.Repeat("198.51.100.23 - - [12/Feb/2026:03:14:00 +0900] \"GET /index.html HTTP/1.1\" 200 512\n", 200)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Paste(text, true)
	}
}
