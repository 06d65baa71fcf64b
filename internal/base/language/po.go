package language

import (
	"bufio"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"comity/internal/base/errs"
)

// Limits on a PO file, so that a file from a stranger's overlay can't fill the memory.
const (
	maxPOBytes    = 4 << 20
	maxPOMessages = 20_000
)

// Message is one entry of a PO file: the English sentence, and its translation in one or more plural forms.
type Message struct {
	ID     string   // the English sentence, or its singular
	Plural string   // the English plural, or "" where the sentence doesn't count anything
	Text   []string // one text; for a counting message one for each plural form of the language, in CLDR order
	Fuzzy  bool     // a translation somebody has to look at again: it isn't used
	Where  string   // file:line of its msgid
}

// File is one PO file as read: its headers and its messages in their order.
type File struct {
	Header   map[string]string
	Messages []Message
}

// ParsePO reads a PO file (GNU gettext's text format, UTF-8). name stands in errors, which say name:line and are
// [errs.Invalid]. Message contexts (msgctxt) are refused: two meanings are two sentences here.
func ParsePO(name string, r io.Reader) (*File, error) {
	p := &poParser{name: name, file: &File{Header: map[string]string{}}}
	scan := bufio.NewScanner(io.LimitReader(r, maxPOBytes+1))
	scan.Buffer(make([]byte, 0, 64<<10), 1<<20)
	read := 0
	for scan.Scan() {
		p.line++
		read += len(scan.Bytes()) + 1
		if read > maxPOBytes {
			return nil, p.errorf("longer than %d bytes", maxPOBytes)
		}
		if err := p.add(scan.Text()); err != nil {
			return nil, err
		}
	}
	if err := scan.Err(); err != nil {
		return nil, p.errorf("%v", err)
	}
	if err := p.finish(); err != nil {
		return nil, err
	}
	return p.file, nil
}

// poParser keeps the entry under way and the string that a continuation line belongs to.
type poParser struct {
	name  string
	line  int
	file  *File
	now   Message
	open  bool // an entry has begun
	into  *string
	texts map[int]*string
	seen  map[string]string // msgid → where
}

func (p *poParser) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s: %w", p.name, p.line, fmt.Sprintf(format, args...), errs.Invalid)
}

func (p *poParser) add(line string) error {
	if !utf8.ValidString(line) {
		return p.errorf("not UTF-8")
	}
	line = strings.TrimSpace(line)
	switch {
	case line == "":
		return p.finish()
	case strings.HasPrefix(line, "#"):
		return p.comment(line)
	case strings.HasPrefix(line, `"`):
		return p.more(line)
	}
	word, rest, _ := strings.Cut(line, " ")
	return p.keyword(word, strings.TrimSpace(rest))
}

// comment reads the one comment that means something: the fuzzy flag. Obsolete entries (#~) are comments to us.
func (p *poParser) comment(line string) error {
	if len(p.texts) > 0 {
		if err := p.finish(); err != nil {
			return err
		}
	}
	if flags, ok := strings.CutPrefix(line, "#,"); ok {
		for f := range strings.SplitSeq(flags, ",") {
			if strings.TrimSpace(f) == "fuzzy" {
				p.now.Fuzzy = true
			}
		}
	}
	return nil
}

func (p *poParser) more(line string) error {
	if p.into == nil {
		return p.errorf("a string that belongs to nothing")
	}
	s, err := p.unquote(line)
	if err != nil {
		return err
	}
	*p.into += s
	return nil
}

func (p *poParser) keyword(word, rest string) error {
	if word == "msgid" && len(p.texts) > 0 {
		if err := p.finish(); err != nil {
			return err
		}
	}
	s, err := p.unquote(rest)
	if err != nil {
		return err
	}
	switch {
	case word == "msgid":
		if p.open {
			return p.errorf("msgid after msgid")
		}
		p.open = true
		p.now.ID, p.now.Where = s, p.name+":"+strconv.Itoa(p.line)
		p.into = &p.now.ID
		return nil
	case word == "msgid_plural":
		p.now.Plural = s
		p.into = &p.now.Plural
		return nil
	case word == "msgstr":
		return p.text(0, s)
	case strings.HasPrefix(word, "msgstr["):
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(word, "msgstr["), "]"))
		if err != nil || n < 0 || n > 5 {
			return p.errorf("%s: want msgstr[0] to msgstr[5]", word)
		}
		if p.now.Plural == "" {
			return p.errorf("%s in a message without msgid_plural", word)
		}
		return p.text(n, s)
	}
	return p.errorf("%q isn't msgid, msgid_plural or msgstr", word)
}

func (p *poParser) text(n int, s string) error {
	if !p.open {
		return p.errorf("msgstr before msgid")
	}
	if _, ok := p.texts[n]; ok {
		return p.errorf("msgstr %d stands twice", n)
	}
	if p.texts == nil {
		p.texts = map[int]*string{}
	}
	p.texts[n] = &s
	p.into = &s
	return nil
}

// unquote reads a C string of the kind gettext writes. Control characters other than tab and newline are refused.
func (p *poParser) unquote(s string) (string, error) {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return "", p.errorf("want a string in double quotes")
	}
	in := s[1 : len(s)-1]
	if !strings.ContainsAny(in, `"\\`) {
		return in, nil // nearly every line, and thousands of lines are read at each start
	}
	var b strings.Builder
	for i := 0; i < len(in); i++ {
		switch {
		case in[i] == '"':
			return "", p.errorf("a double quote inside a string is written \\\"")
		case in[i] != '\\':
			b.WriteByte(in[i])
		case i+1 == len(in):
			return "", p.errorf("the string ends in a lone backslash")
		default:
			i++
			c, ok := map[byte]byte{'n': '\n', 't': '\t', '"': '"', '\\': '\\'}[in[i]]
			if !ok {
				return "", p.errorf("unknown escape \\%c", in[i])
			}
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// finish takes the entry under way into the file. The entry with the empty msgid is the header.
func (p *poParser) finish() error {
	m, texts, open := p.now, p.texts, p.open
	p.now, p.texts, p.open, p.into = Message{}, nil, false, nil
	if !open {
		p.now.Fuzzy = m.Fuzzy // a flag may stand before blank lines
		return nil
	}
	if len(texts) == 0 {
		return errs.Invalidf("%s: message without msgstr", m.Where)
	}
	for i := range len(texts) {
		if texts[i] == nil {
			return errs.Invalidf("%s: msgstr[%d] is missing", m.Where, i)
		}
		m.Text = append(m.Text, *texts[i])
	}
	if m.ID == "" {
		return p.header(m.Text[0])
	}
	if p.seen == nil {
		p.seen = map[string]string{}
	}
	if first, ok := p.seen[m.ID]; ok {
		return errs.Invalidf("%s: the same msgid stands at %s", m.Where, first)
	}
	if len(p.file.Messages) == maxPOMessages {
		return p.errorf("more than %d messages", maxPOMessages)
	}
	p.seen[m.ID] = m.Where
	p.file.Messages = append(p.file.Messages, m)
	return nil
}

func (p *poParser) header(s string) error {
	for line := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		key, value, ok := strings.Cut(line, ":")
		if !ok && line != "" {
			return p.errorf("header line %q has no colon", line)
		}
		p.file.Header[key] = strings.TrimSpace(value)
	}
	return nil
}

// WritePO writes f as a PO file that [ParsePO] reads back the same, headers sorted by name.
func WritePO(w io.Writer, f *File) error {
	var b strings.Builder
	b.WriteString("msgid \"\"\nmsgstr \"\"\n")
	keys := make([]string, 0, len(f.Header))
	for k := range f.Header {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		b.WriteString(quotePO(k+": "+f.Header[k]+"\n") + "\n")
	}
	for _, m := range f.Messages {
		b.WriteString("\n")
		if m.Fuzzy {
			b.WriteString("#, fuzzy\n")
		}
		b.WriteString("msgid " + quotePO(m.ID) + "\n")
		if m.Plural == "" {
			b.WriteString("msgstr " + quotePO(m.Text[0]) + "\n")
			continue
		}
		b.WriteString("msgid_plural " + quotePO(m.Plural) + "\n")
		for i, t := range m.Text {
			fmt.Fprintf(&b, "msgstr[%d] %s\n", i, quotePO(t))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func quotePO(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
}
