package sign

import (
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf16"

	"comity/internal/base/errs"
)

var escaper = strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`)

// pdfText writes a text string: as it is when it is plain ASCII, else in UTF-16 (ISO 32000-1, 7.9.2.2).
func pdfText(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0 {
		return "(" + escaper.Replace(s) + ")"
	}
	units := append([]uint16{0xFEFF}, utf16.Encode([]rune(s))...)
	b := make([]byte, 0, 2*len(units))
	for _, u := range units {
		b = append(b, byte(u>>8), byte(u))
	}
	return "<" + strings.ToUpper(hex.EncodeToString(b)) + ">"
}

// readText is the reverse of [pdfText] and takes no other form. A value that is absent is an empty text.
func readText(value []byte) (string, error) {
	if value == nil {
		return "", nil
	}
	raw := string(value)
	text := ""
	if strings.HasPrefix(raw, "<") {
		b, err := hex.DecodeString(strings.Trim(raw, "<>"))
		if err != nil || len(b) < 2 || len(b)%2 != 0 {
			return "", errs.Invalidf("PDF: %.40q is not a text", raw)
		}
		units := make([]uint16, 0, len(b)/2)
		for i := 2; i < len(b); i += 2 {
			units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
		}
		text = string(utf16.Decode(units))
	} else {
		text = unescape(strings.TrimSuffix(strings.TrimPrefix(raw, "("), ")"))
	}
	if pdfText(text) != raw {
		return "", errs.Invalidf("PDF: %.40q is not a text in its one form", raw)
	}
	return text, nil
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// entry writes a key with a text, and nothing for an empty one.
func entry(key, text string) string {
	if text == "" {
		return ""
	}
	return "/" + key + pdfText(text)
}

const timeForm = "(D:20060102150405Z)"

// pdfTime writes a time in UTC, to the second (7.9.4).
func pdfTime(at time.Time) string { return at.UTC().Format(timeForm) }

func readTime(value []byte) (time.Time, error) {
	at, err := time.Parse(timeForm, string(value))
	if err != nil || pdfTime(at) != string(value) {
		return time.Time{}, errs.Invalidf("PDF: %.40q is not a time", value)
	}
	return at, nil
}
