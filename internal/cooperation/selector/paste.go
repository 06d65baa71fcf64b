package selector

import (
	"regexp"
	"strings"
	"time"
)

// Limits of one paste.
const (
	MaxPaste = 1 << 20
	MaxFound = 5000
)

// Found is one selector that [Paste] understood: where, what, and what it still needs. Missing holds codes of
// [Message].
type Found struct {
	Line     int    // from 1
	Raw      string // as it stood there
	Kind     string
	Result   Result
	Local    string // date and time of the same line, ISO 8601
	Offset   string
	Port     string // source port
	Protocol string
	Missing  []string
}

// Answer returns what was found as a selector of the answers (docs/formats/answers.md). The value is the canonical form, or
// what stood there when it is wrong, so that the drafter sees and mends it.
func (f Found) Answer() map[string]any {
	a := map[string]any{"@kind": f.Kind, "value": f.Result.Canonical, "asWritten": f.Raw}
	if !f.Result.OK {
		a["value"] = f.Raw
	}
	if f.Kind != "ipv4" && f.Kind != "ipv6" {
		return a
	}
	for name, v := range map[string]string{"port": f.Port, "protocol": f.Protocol} {
		if v != "" {
			a[name] = v
		}
	}
	if f.Local != "" {
		instant := map[string]any{"local": f.Local}
		if f.Offset != "" {
			instant["@offset"] = f.Offset
		}
		a["instant"] = instant
	}
	return a
}

// Paste finds typed selectors in what an investigator copies: log lines, a table with a head row (comma, semicolon or
// tab), or running text. Text beyond [MaxPaste] bytes or [MaxFound] selectors is left; more is then true.
func Paste(text string, exercise bool) (found []Found, more bool) {
	if len(text) > MaxPaste {
		text, more = text[:MaxPaste], true
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if t, ok := headed(lines); ok {
		return t.read(exercise, more)
	}
	for n, line := range lines {
		for _, f := range inLine(line, exercise) {
			if len(found) == MaxFound {
				return found, true
			}
			f.Line = n + 1
			found = append(found, f)
		}
	}
	return found, more
}

// Line is a line of a pasted text, from 1.
type Line struct {
	N    int
	Text string
}

// Unread lists the lines that say something and in which [Paste] found nothing: the drafter has to know that they were
// passed over. The head row of a table isn't among them, nor what stands behind the last line that was looked at.
func Unread(text string, found []Found, more bool) (lines []Line) {
	if len(text) > MaxPaste {
		text = text[:MaxPaste]
	}
	has, last := map[int]bool{}, 0
	for _, f := range found {
		has[f.Line], last = true, max(last, f.Line)
	}
	all := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	_, head := headed(all)
	for i, l := range all {
		n := i + 1
		switch {
		case strings.TrimSpace(l) == "" || has[n]:
		case head:
			head = false // the first line that isn't empty
		case more && n > last:
			return lines
		default:
			lines = append(lines, Line{n, strings.TrimSpace(l)})
		}
	}
	return lines
}

// patterns find candidates; the kind's check then decides. Earlier ones take their text away from later ones.
var patterns = [...]struct {
	kind string
	re   *regexp.Regexp
}{
	{"message", regexp.MustCompile(`<[^<>\s@]+@[^<>\s@]+>`)},
	{"url", regexp.MustCompile(`(?i)\bhttps?://[^\s"'<>]+`)},
	{"email", regexp.MustCompile(`[\pL\pN._%+\-]+@[\pL\pN\-]+(?:\.[\pL\pN\-]+)+`)},
	{"hash", regexp.MustCompile(`(?i)\b(?:(?:md5|sha-?1|sha-?256|sha-?512):\s*)?(?:[0-9a-f]{128}|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})\b`)},
	{"wallet", regexp.MustCompile(`\b(?:0x[0-9a-fA-F]{40}|(?:bc|BC)1[0-9a-zA-Z]{8,87})\b`)},
	{"wallet", regexp.MustCompile(`\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b`)},
	{"iban", regexp.MustCompile(`\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b`)},
	{"mac", regexp.MustCompile(`\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b`)},
	{"ipv4", regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b`)},
	{"ipv6", regexp.MustCompile(`(?i)[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*`)},
	{"phone", regexp.MustCompile(`\+[1-9][\d ().\-]{6,22}\d`)},
	{"imei", regexp.MustCompile(`(?i)\bimei\W{0,3}\d{14,16}\b`)},
	{"imsi", regexp.MustCompile(`(?i)\bimsi\W{0,3}\d{14,15}\b`)},
	{"domain", regexp.MustCompile(`\b[\pL\pN](?:[\pL\pN\-]*[\pL\pN])?(?:\.[\pL\pN](?:[\pL\pN\-]*[\pL\pN])?)*\.\pL{2,}\b`)},
}

var (
	isoTime    = regexp.MustCompile(`\b(\d{4})-(\d\d)-(\d\d)[T ](\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?)(?:\s?(Z|UTC|[+\-]\d\d:?\d\d)\b)?`)
	apacheTime = regexp.MustCompile(`\b(\d\d)/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/(\d{4}):(\d\d:\d\d:\d\d)(?: ([+\-]\d{4}))?`)
	// A date without year, or one whose day and month may be either way round, is kept as it stands: the drafter has to say.
	looseTime  = regexp.MustCompile(`\b(?:\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?,?|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2}) \d{1,2}:\d\d(?::\d\d)?\b`)
	portField  = regexp.MustCompile(`(?i)\b(?:src[ _-]?port|source[ _-]port|sport|spt)["']?\s*[=: ]\s*["']?(\d{1,5})\b`)
	protoField = regexp.MustCompile(`(?i)\b(tcp|udp)\b`)
	afterPort  = regexp.MustCompile(`^[:#](\d{1,5})\b`)
)

// inLine reads one line: its time first, so that digits of a date are no telephone number, then everything else.
func inLine(line string, exercise bool) []Found {
	local, offset, rest := takeTime(line)
	port, protocol := "", ""
	if m := portField.FindStringSubmatch(rest); m != nil {
		port = m[1]
	}
	if m := protoField.FindStringSubmatch(rest); m != nil {
		protocol = strings.ToLower(m[1])
	}
	var out []Found
	buf := []byte(rest)
	for _, p := range patterns {
		for _, at := range p.re.FindAllIndex(buf, -1) {
			raw := string(buf[at[0]:at[1]])
			f := Found{Raw: raw, Kind: p.kind, Local: local, Offset: offset, Port: port, Protocol: protocol}
			f.Result = Check(p.kind, bare(p.kind, raw), exercise)
			if !f.Result.OK && !worthTelling(p.kind, raw, f.Result) {
				continue
			}
			if p.kind == "ipv4" {
				if m := afterPort.FindSubmatch(buf[at[1]:]); m != nil {
					f.Port = string(m[1])
				}
			}
			f.Missing = missing(f)
			out = append(out, f)
			for i := at[0]; i < at[1]; i++ {
				buf[i] = ' '
			}
		}
	}
	return out
}

// bare takes the label from in front of a number ("IMEI: 49…") and a sentence's end from behind an address.
func bare(kind, raw string) string {
	switch kind {
	case "imei", "imsi":
		return strings.TrimLeft(raw[4:], " :=#.-")
	case "url":
		return strings.TrimRight(raw, ".,;)")
	}
	return raw
}

// worthTelling keeps a wrong value only when it was surely meant as its kind: a private address, an account number
// with a wrong digit. A word that merely resembles a domain isn't reported.
func worthTelling(kind, raw string, r Result) bool {
	switch kind {
	case "ipv4":
		return strings.HasPrefix(r.Code, "ip-")
	case "ipv6":
		return strings.HasPrefix(r.Code, "ip-") && strings.Count(raw, ":") > 2
	case "iban":
		return r.Code == "iban-check" && ibanLength[raw[:2]] > 0
	case "imei", "imsi":
		return true
	case "wallet":
		return strings.HasPrefix(strings.ToLower(raw), "bc1") || strings.HasPrefix(raw, "0x")
	}
	return false
}

// missing names what the selector can't do without (SEL-02 to SEL-04).
func missing(f Found) (codes []string) {
	if f.Kind != "ipv4" && f.Kind != "ipv6" {
		return nil
	}
	if _, code := ParseInstant(f.Local, f.Offset); code != "" {
		codes = append(codes, code)
	}
	if f.Kind == "ipv4" && f.Port == "" {
		codes = append(codes, "port-missing")
	}
	return codes
}

// takeTime finds the first date with a time and gives the line without it.
func takeTime(line string) (local, offset, rest string) {
	if m := isoTime.FindStringSubmatchIndex(line); m != nil {
		local = line[m[2]:m[3]] + "-" + line[m[4]:m[5]] + "-" + line[m[6]:m[7]] + "T" + line[m[8]:m[9]]
		if m[10] >= 0 {
			offset = line[m[10]:m[11]]
		}
		return local, offset, line[:m[0]] + " " + line[m[1]:]
	}
	if m := apacheTime.FindStringSubmatch(line); m != nil {
		t, err := time.Parse("02/Jan/2006:15:04:05", m[1]+"/"+m[2]+"/"+m[3]+":"+m[4])
		if err == nil {
			offset = m[5]
			if offset != "" {
				offset = offset[:3] + ":" + offset[3:]
			}
			return t.Format("2006-01-02T15:04:05"), offset, strings.Replace(line, m[0], " ", 1)
		}
	}
	if m := looseTime.FindStringIndex(line); m != nil {
		return line[m[0]:m[1]], "", line[:m[0]] + " " + line[m[1]:]
	}
	return "", "", line
}
