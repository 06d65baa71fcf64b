package review

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
)

// Limits of a form that comes in, held before the library that reads sheets sees it: bytes, parts of the archive, bytes
// that it would unpack to.
const (
	maxForm     = 5 << 20
	maxParts    = 200
	maxUnpacked = 64 << 20
	maxProblems = 20
)

// Row is one line of a form as it was read.
type Row struct {
	Line int
	NewComment
	Observations, Disposition string // of a compilation
	place                     string // what was written under "Section or paragraph"
	behalf                    string // and under "On behalf of"
}

// Read is a form that came in.
type Read struct {
	Round   id.ID
	Tray    id.ID
	Version canonical.Hash
	Lang    language.Tag
	Rows    []Row
}

// ReadForm reads a comment form. What is wrong with it is told by line, all of it at once.
func ReadForm(file []byte, catalog *language.Catalog) (Read, error) {
	if err := sniff(file); err != nil {
		return Read{}, err
	}
	x, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked})
	if err != nil {
		return Read{}, errs.WithFields(errs.Field{Path: "file", Code: notASheet()})
	}
	defer func() { _ = x.Close() }()
	f, err := readMeta(x)
	if err != nil {
		return Read{}, err
	}
	rows, err := x.GetRows(formSheet, excelize.Options{RawCellValue: true})
	if err != nil {
		return Read{}, errs.WithFields(errs.Field{Path: "file", Code: notOurForm()})
	}
	words := wordsIn(catalog)
	var wrong []errs.Field
	for i := headRow; i < len(rows); i++ {
		r, empty, problem := readRow(f, words, rows[i], i+1)
		switch {
		case problem != "" && len(wrong) < maxProblems:
			wrong = append(wrong, errs.Field{Path: "file", Code: problem, Args: map[string]string{"line": fmt.Sprint(i + 1)}})
		case !empty:
			f.Rows = append(f.Rows, r)
		}
		if len(f.Rows) > maxComments {
			return Read{}, errs.WithFields(errs.Field{Path: "file", Code: "The form has more than 2,000 comments. Divide it."})
		}
	}
	if len(wrong) == 0 && len(f.Rows) == 0 {
		wrong = append(wrong, errs.Field{Path: "file", Code: "There is no comment in the form. Write one in each line below the heading."})
	}
	return f, errs.WithFields(wrong...)
}

// What is said of files that can't be read.

func notASheet() string {
	return language.M("This file can't be read as a sheet. Save it as .xlsx and choose it again.")
}

func notOurForm() string {
	return language.M("This isn't the comment form of this round. Download the form here, and fill that one in.")
}

func oldSheet() string {
	return language.M("This is an old or an encrypted file. Save it as .xlsx without a password, and choose it again.")
}

func sniff(file []byte) error {
	fail := func(code string) error { return errs.WithFields(errs.Field{Path: "file", Code: code}) }
	switch {
	case len(file) == 0:
		return fail(language.M("Choose the file first."))
	case len(file) > maxForm:
		return fail(language.M("The file is larger than 5 MB. A comment form is smaller."))
	case bytes.HasPrefix(file, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return fail(oldSheet())
	}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil || len(z.File) > maxParts {
		return fail(notASheet())
	}
	var size uint64
	for _, f := range z.File {
		if f.UncompressedSize64 > maxUnpacked {
			return fail(notASheet())
		}
		if size += f.UncompressedSize64; size > maxUnpacked {
			return fail(notASheet())
		}
	}
	return nil
}

func readMeta(x *excelize.File) (Read, error) {
	rows, err := x.GetRows(metaSheet)
	meta := map[string]string{}
	for _, r := range rows {
		if len(r) > 1 {
			meta[r[0]] = r[1]
		}
	}
	f := Read{Round: id.ID(meta["round"]), Tray: id.ID(meta["tray"]), Version: canonical.Hash(meta["version"]), Lang: language.Tag(meta["lang"])}
	if err != nil || meta["format"] != formFormat || !slices.Contains(language.Official(), f.Lang) {
		return Read{}, errs.WithFields(errs.Field{Path: "file", Code: notOurForm()})
	}
	return f, nil
}

// readRow reads one line; problem is a sentence with the place {line}.
func readRow(f Read, words map[string]string, cells []string, line int) (r Row, empty bool, problem string) {
	cell := func(col int) string {
		if col > len(cells) {
			return ""
		}
		s, _ := language.StripBidi(strings.ReplaceAll(cells[col-1], "\r\n", "\n"))
		return strings.TrimSpace(s)
	}
	r = Row{Line: line, behalf: cell(colBehalf), place: cell(colPlace), Observations: cell(colObservations), Disposition: words[fold(cell(colDisposition))]}
	r.Quote, r.Body, r.Proposal = cell(colQuote), cell(colComment), cell(colProposed)
	if r.Body == "" && r.Quote == "" && r.Proposal == "" {
		return r, true, ""
	}
	r.Type, r.Visibility, r.Lang = "general", "states", f.Lang
	if s := cell(colType); s != "" {
		if r.Type = words[fold(s)]; !slices.Contains(types(), r.Type) {
			return r, false, language.M("Line {line}: choose the type from the list.")
		}
	}
	if s := cell(colVisibility); s != "" {
		if r.Visibility = words[fold(s)]; !slices.Contains(visibilities(), r.Visibility) {
			return r, false, language.M("Line {line}: choose from the list who may see it.")
		}
	}
	if s := cell(colLang); s != "" {
		r.Lang = language.Tag(strings.ToLower(s))
	}
	if r.Body == "" {
		return r, false, language.M("Line {line}: the comment is empty.")
	}
	if s := cell(colTarget); s != "" && len(s) < 100_000 {
		var t Target
		if json.Unmarshal([]byte(s), &t) == nil {
			r.Target = &t
		}
	}
	return r, false, ""
}

// aim says what the lines are about, on the text that the form was made for. What its line says counts: the hidden
// column only adds what stood around the quotation. A place that the text doesn't have leaves the sentence (E4).
func (f Read) aim(blocks []Block) []NewComment {
	all := make([]NewComment, len(f.Rows))
	for i, r := range f.Rows {
		k := r.NewComment
		if t := r.Target; t == nil || t.Exact != r.Quote || label(*t, blocks) != r.place || !t.sound() {
			k.Target = byLabel(blocks, r.place, r.Quote)
		}
		all[i] = k
	}
	return all
}

// sound holds what a hidden column says within the limits of a target.
func (t Target) sound() bool {
	if t.Block != "" {
		if _, err := id.Parse(string(t.Block)); err != nil {
			return false
		}
	}
	return slices.Contains([]string{OnWhole, OnSection, OnBlock}, t.Kind) && t.Position >= 0 && t.Position <= 1000 &&
		len([]rune(t.Exact)) <= maxText && len([]rune(t.Prefix)) <= around && len([]rune(t.Suffix)) <= around
}

func byLabel(blocks []Block, place, quote string) *Target {
	want := strings.TrimSuffix(strings.TrimSpace(language.Digits(place)), ".")
	if want == "" && quote == "" {
		return &Target{Kind: OnWhole}
	}
	i := slices.IndexFunc(blocks, func(b Block) bool { return want != "" && strings.EqualFold(blockLabel(blocks, b.N-1), want) })
	if want == "" {
		i = slices.IndexFunc(blocks, func(b Block) bool { return strings.Contains(b.Text, quote) })
	}
	if i < 0 {
		if quote == "" {
			quote = place
		}
		return &Target{Kind: OnBlock, Exact: head(quote, maxText)}
	}
	t := quoteIn(blocks, i, quote)
	if quote != "" && t.Exact != quote {
		t.Exact, t.Prefix, t.Suffix = head(quote, maxText), "", ""
	}
	return &t
}
