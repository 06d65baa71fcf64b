package review

import (
	"regexp"
	"strings"

	"comity/internal/base/errs"
)

// maxPaste is the longest text that is pasted at once, in characters.
const maxPaste = 400_000

var (
	hashes   = regexp.MustCompile(`^(#{1,3})\s+(.+)$`)
	numbered = regexp.MustCompile(`^(?:\d{1,4}[.)]|[٠-٩]{1,4}[.)]|（?\d{1,4}[）、])\s*(.+)$`)
	roomed   = regexp.MustCompile(`^([IVXLC]{1,6}|[A-Z])\.\s+(.+)$`)
	noted    = regexp.MustCompile(`^\[\^[^\]]{1,20}\]:?\s+(.+)$`)
	marked   = regexp.MustCompile(`(?i)^(finding|option|figure)\s*(?:\d{0,4})\s*[:.—–-]\s*(.+)$`)
)

// Cut cuts a pasted text into blocks: one for each paragraph, empty lines between them. Lines that begin with #, ## or
// ### are headings, so are short ones that begin with "II." or "A."; "12." at the beginning is a number that the block gets
// anew; "Finding:", "Option:", "Figure:" and "[^1]:" say what a block is. Nothing of the text is left out but those marks.
func Cut(text string) ([]NewBlock, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case text == "":
		return nil, errs.WithFields(errs.Field{Path: "text", Code: "Paste the text first."})
	case len([]rune(text)) > maxPaste:
		return nil, errs.WithFields(errs.Field{Path: "text", Code: "The text is longer than 400,000 characters. Paste it in parts."})
	}
	var all []NewBlock
	for _, piece := range pieces(text) {
		b := cutOne(piece)
		if err := b.check(); err != nil {
			return nil, errs.WithFields(errs.Field{Path: "text", Code: "The paragraph that begins with {beginning} is longer than 10,000 characters. Divide it by an empty line.",
				Args: map[string]string{"beginning": clip(piece, 60)}})
		}
		all = append(all, b)
	}
	if len(all) > maxBlocks {
		return nil, errs.WithFields(errs.Field{Path: "text", Code: "The text has more than 2,000 paragraphs. Paste it in parts."})
	}
	return all, nil
}

// pieces divides a text at empty lines, and before each line that begins a block by its mark.
func pieces(text string) []string {
	var all []string
	var now []string
	end := func() {
		if s := strings.TrimSpace(strings.Join(now, "\n")); s != "" {
			all = append(all, s)
		}
		now = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			end()
		case hashes.MatchString(line):
			end()
			now = append(now, line)
			end()
		case numbered.MatchString(line), noted.MatchString(line), marked.MatchString(line):
			end()
			now = append(now, line)
		default:
			now = append(now, line)
		}
	}
	end()
	return all
}

// longestRoomed is how long a line may be that begins with "A." and is still taken for a heading.
const longestRoomed = 120

func cutOne(s string) NewBlock {
	first, rest, more := strings.Cut(s, "\n")
	body := func(head string) string {
		if more {
			return head + "\n" + rest
		}
		return head
	}
	if m := hashes.FindStringSubmatch(first); m != nil {
		return NewBlock{Kind: Heading, Level: len(m[1]), Text: body(m[2])}
	}
	if m := noted.FindStringSubmatch(first); m != nil {
		return NewBlock{Kind: Footnote, Text: body(m[1])}
	}
	if m := roomed.FindStringSubmatch(s); m != nil && len([]rune(s)) <= longestRoomed && !strings.HasSuffix(s, ".") {
		level := 2
		if strings.Trim(m[1], "IVXLC") == "" && m[1] != "C" && m[1] != "L" {
			level = 1
		}
		return NewBlock{Kind: Heading, Level: level, Text: m[2]}
	}
	if m := numbered.FindStringSubmatch(first); m != nil {
		first = m[1]
	}
	if m := marked.FindStringSubmatch(first); m != nil {
		return NewBlock{Kind: strings.ToLower(m[1]), Text: body(m[2])}
	}
	return NewBlock{Kind: Para, Text: body(first)}
}

// clip returns the beginning of a text.
func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
