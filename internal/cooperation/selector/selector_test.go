package selector

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// The vectors are for other programs too. canonical is missing where the value is refused; code is the reason, or a
// remark on a value that is right.
func TestCheck(t *testing.T) {
	f, err := os.Open("../../../docs/formats/vectors/selectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for d := json.NewDecoder(f); d.More(); n++ {
		var c struct {
			Kind, Value     string
			Exercise        bool
			Canonical, Code string
		}
		if err := d.Decode(&c); err != nil {
			t.Fatal(err)
		}
		r := Check(c.Kind, c.Value, c.Exercise)
		got := r.Canonical
		if !r.OK {
			got = ""
		}
		if got != c.Canonical || r.Code != c.Code || r.OK != (c.Canonical != "") {
			t.Errorf("Check(%s, %.60q) = %q %q, want %q %q", c.Kind, c.Value, got, r.Code, c.Canonical, c.Code)
		}
	}
	if n < 90 {
		t.Errorf("only %d vectors were read", n)
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
		{"a date that may be read two ways", `12/02 03:14 198.51.100.23:51234`,
			[]string{"ipv4 198.51.100.23 12/02 03:14 51234 | instant-form"}},
		{"a date without year", `Feb 12 03:14:00 gw sshd: from 198.51.100.23 port 51234`,
			[]string{"ipv4 198.51.100.23 Feb 12 03:14:00 | instant-form port-missing"}},
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

func TestFoundIsAnAnswer(t *testing.T) {
	found, _ := Paste("2026-02-12T03:14:00+09:00 tcp 198.51.100.23:51234", true)
	if len(found) != 1 {
		t.Fatalf("found %v", found)
	}
	want := map[string]any{"@kind": "ipv4", "value": "198.51.100.23", "port": "51234", "protocol": "tcp",
		"instant": map[string]any{"local": "2026-02-12T03:14:00", "@offset": "+09:00"}, "asWritten": "198.51.100.23"}
	if got := found[0].Answer(); !reflect.DeepEqual(got, want) {
		t.Errorf("Answer() = %v, want %v", got, want)
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
