package mandate

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"comity/internal/base/errs"
)

//go:embed lexicon.toml
var lexiconTOML string

// MaxPaste is how much text of a resolution is taken, in bytes.
const MaxPaste = 400_000

// maxParas is how many paragraphs one resolution may have.
const maxParas = 300

// Proposal is a paragraph as the text seems to have it. A person confirms it, corrects it, or drops it.
type Proposal struct {
	Number       int
	Preambular   bool
	Text         string
	Verb         string // as it stands in the text
	Class        Class  // "" when no verb was known
	To           []string
	Deliverables []string
	Conditions   []string
	Due          Due
}

// lexicon is how resolutions speak.
type lexicon struct {
	Format string
	Verbs  map[Class][]string
	Body   []struct {
		Name string
		As   []string
	}
	Deliverables map[string][]string
	Conditions   map[string][]string
	Session      struct {
		Before   []string
		Ordinals map[string][]string
	}
}

func readLexicon() (*lexicon, error) {
	l := &lexicon{}
	m, err := toml.Decode(lexiconTOML, l)
	if err != nil {
		return nil, errs.Invalidf("lexicon.toml: %v", err)
	}
	if u := m.Undecoded(); len(u) > 0 {
		return nil, errs.Invalidf("lexicon.toml: the key %s is not known", u[0])
	}
	return l, nil
}

// Propose takes the text of a resolution apart: pasted from a page, or from a PDF, where the number of a paragraph may
// stand on a line of its own before it, or behind its first line. body is the commission that the text calls "the
// Commission". Nothing is entered: what it returns is for a person to look at. Text that is too long, or without a
// numbered paragraph, is [errs.Invalid] with what to do.
func (d *Data) Propose(text, body string) ([]Proposal, error) {
	if len(text) > MaxPaste {
		return nil, errs.WithFields(errs.Field{Path: "text", Code: "This is longer than a resolution. Paste its operative paragraphs alone."})
	}
	if !utf8.ValidString(text) {
		return nil, errs.WithFields(errs.Field{Path: "text", Code: "Some characters can't be read. Copy the text once more from the document."})
	}
	l, err := readLexicon()
	if err != nil {
		return nil, err
	}
	var list []Proposal
	for _, p := range paragraphs(text) {
		if len(list) == maxParas {
			break
		}
		prop := Proposal{Number: p.number, Preambular: p.number == 0, Text: p.text}
		prop.Verb, prop.Class = l.verb(p.text)
		if prop.Preambular && prop.Class == "" {
			continue // a heading, a symbol, a page number
		}
		rest := strings.ToLower(p.text)
		prop.To = l.addressees(rest, prop.Class)
		if prop.Class.Asks() {
			prop.Deliverables = named(l.Deliverables, rest, deliverables)
			prop.Due = l.due(d, rest, body)
		}
		prop.Conditions = named(l.Conditions, rest, nil)
		list = append(list, prop)
	}
	if !slices.ContainsFunc(list, func(p Proposal) bool { return p.Number > 0 }) {
		return nil, errs.WithFields(errs.Field{Path: "text", Code: "No numbered paragraph was found. Paste the text with the paragraphs' numbers (\"9. Requests …\")."})
	}
	return list, nil
}

type para struct {
	number int
	text   string
}

var (
	alone   = regexp.MustCompile(`^\s*([1-9][0-9]{0,2})\s*[.．、]\s*$`)
	leading = regexp.MustCompile(`^\s*([1-9][0-9]{0,2})\s*[.．、]\s*(\S.*)$`)
	note    = regexp.MustCompile(`([;.])[0-9]{1,2}$`)           // a footnote's number after the end
	pageNo  = regexp.MustCompile(`^\s*[0-9/ ]{1,9}\s*$`)        // "3/12"
	foot    = regexp.MustCompile(`^\s*[A-Z][A-Z0-9./-]{3,40}$`) // the symbol at the head of a page
)

// paragraphs joins lines to paragraphs and gives each its number. A number on a line of its own belongs to the
// paragraph that the next line begins, or, when a paragraph has just begun by a line without number, to that one.
func paragraphs(text string) []para {
	var all []para
	open := false // the last of all has not ended
	start := func(n int, line string) { all, open = append(all, para{n, strings.TrimSpace(line)}), true }
	pending := 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n\t ")
		if m := alone.FindStringSubmatch(line); m != nil {
			n := atoi(m[1])
			if open && len(all) > 0 && all[len(all)-1].number == 0 && !strings.Contains(all[len(all)-1].text, "\n") && expected(all) == n {
				all[len(all)-1].number = n // it stood behind the first line
			} else {
				pending, open = n, false
			}
			continue
		}
		switch m := leading.FindStringSubmatch(line); {
		case strings.TrimSpace(line) == "":
			if pending == 0 {
				open = false
			}
		case pageNo.MatchString(line), foot.MatchString(line):
		case m != nil && (!open || ended(all[len(all)-1].text)):
			start(atoi(m[1]), m[2])
		case pending > 0:
			start(pending, line)
			pending = 0
		case !open || ended(all[len(all)-1].text):
			start(0, line)
		default:
			all[len(all)-1].text += "\n" + strings.TrimSpace(line)
		}
	}
	for i := range all {
		all[i].text = joined(all[i].text)
	}
	return all
}

// expected is the number that follows the last one.
func expected(all []para) int {
	for _, p := range slices.Backward(all) {
		if p.number > 0 {
			return p.number + 1
		}
	}
	return 1
}

// ended reports whether a paragraph has ended: resolutions end them with a semicolon or a full stop.
func ended(s string) bool {
	s = note.ReplaceAllString(strings.TrimSpace(s), "$1")
	for _, end := range []string{";", ".", "；", "。", "؛"} {
		if strings.HasSuffix(s, end) {
			return true
		}
	}
	return false
}

// joined makes one line of a paragraph's lines; Chinese lines are joined without a space.
func joined(s string) string {
	lines := strings.Split(s, "\n")
	out := lines[0]
	for _, l := range lines[1:] {
		last, _ := utf8.DecodeLastRuneInString(out)
		first, _ := utf8.DecodeRuneInString(l)
		switch {
		case unicode.Is(unicode.Han, last) && unicode.Is(unicode.Han, first):
			out += l
		default:
			out += " " + l
		}
	}
	return note.ReplaceAllString(out, "$1")
}

func atoi(s string) int {
	n := 0
	for _, r := range s {
		n = n*10 + int(r-'0')
	}
	return n
}
