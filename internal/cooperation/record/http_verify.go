package record

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/document/sign"
	"comity/internal/engine/envelope"
	"comity/internal/engine/web"
	"comity/internal/store/db"
	"comity/internal/store/disk"
)

// Limits of the public check: strangers use it.
const (
	maxFile       = 64 << 20 // bytes of a file
	maxCard       = 1 << 20  // bytes of a card beside it
	checksAtOnce  = 4        // files that arrive or are checked at the same time
	arrivesWithin = 5 * time.Minute
	spareRoom     = 256 << 20 // bytes that stay free for the ledger and the database
)

type verifyPage struct {
	Form   *web.Form
	Result *result
	Check  web.Button
}

// result is a verdict in words.
type result struct {
	Name     string
	Tag      web.Tag
	Says     string
	Summary  []web.Row
	Table    web.Table
	Commands []command
}

type command struct {
	Shows string
	Line  template.HTML
}

func newVerifyPage(r *web.Request) verifyPage {
	return verifyPage{Form: r.Form(), Check: web.Button{Text: r.T("Check the file")}}
}

func (q *Records) showVerify(r *web.Request) error { return r.Page("record/verify", newVerifyPage(r)) }

// verifyFile checks a file that anybody gives, and forgets it.
func (q *Records) verifyFile(r *web.Request) error {
	select {
	case q.checking <- struct{}{}:
		defer func() { <-q.checking }()
	default:
		return r.Again("record/verify", newVerifyPage(r), errs.WithFields(errs.Field{Path: "file", Code: "Many files are being checked just now. Try again in a minute."}))
	}
	v, name, err := q.received(r)
	if len(errs.Fields(err)) > 0 {
		return r.Again("record/verify", newVerifyPage(r), err)
	}
	if err != nil {
		return err
	}
	p := newVerifyPage(r)
	p.Result = inWords(r, v, name)
	return r.Page("record/verify", p)
}

// received reads the form as it arrives, the file to the spool and the card to memory, and checks the file.
func (q *Records) received(r *web.Request) (v Verdict, name string, err error) {
	deadline := time.Now().Add(arrivesWithin) // the connection's clock, not the node's
	if err := http.NewResponseController(r.Writer()).SetReadDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return v, "", err
	}
	form, err := r.HTTP.MultipartReader()
	if err != nil {
		return v, "", errs.WithFields(web.NoFile("file"))
	}
	if disk.Room(q.Spool, maxFile, spareRoom) != nil {
		return v, "", errs.WithFields(errs.Field{Path: "file", Code: "Many files are being checked just now. Try again in a minute."})
	}
	f, err := os.CreateTemp(q.Spool, "check-*")
	if err != nil {
		return v, "", disk.Explain(err)
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	cards := []*envelope.Card{q.Card}
	size := int64(0)
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return v, "", cut("file", err)
		}
		switch {
		case part.FileName() == "":
		case part.FormName() == "file":
			name = fileName(part.FileName())
			if size, err = store(f, part); err != nil {
				return v, "", err
			}
		case part.FormName() == "card":
			c, err := q.card(part)
			if err != nil {
				return v, "", err
			}
			cards = append(cards, c)
		}
	}
	if size == 0 {
		return v, "", errs.WithFields(web.NoFile("file"))
	}
	if v, err = Verify(name, f, size, cards, q.Now()); err == nil && v.Kind == Letter {
		err = q.standing(r.Ctx(), &v, io.NewSectionReader(f, 0, size))
	}
	return v, name, err
}

// certificateFile is the data inside a certificate of a course (docs/formats/certificate.md).
const certificateFile = "certificate.json"

// standing adds, of a certificate of a course, whether it stands: it may have been revoked since it was signed.
func (q *Records) standing(ctx context.Context, v *Verdict, f io.Reader) error {
	b, err := io.ReadAll(f)
	if err != nil || q.Certificate == nil {
		return err
	}
	data, err := sign.Enclosed(b, certificateFile, maxWords)
	if err != nil {
		return nil // a document of another kind, or one that the checks before have refused
	}
	var foreign bool
	err = q.Read.Read(ctx, db.House("record"), func(tx *db.Tx) (err error) {
		foreign, err = q.Certificate(ctx, tx, data)
		return err
	})
	if err != nil && !errors.Is(err, errs.Invalid) {
		return err
	}
	if foreign {
		v.Findings = append(v.Findings, Finding{Asks: language.M("The certificate is of another node: ask there whether it still stands."), State: envelope.Skipped})
		return nil
	}
	v.add(err, "", language.M("This node has issued the certificate, and it still stands."))
	return nil
}

func store(f *os.File, part *multipart.Part) (int64, error) {
	size, err := io.Copy(f, io.LimitReader(part, maxFile+1))
	if err != nil {
		return 0, cut("file", err)
	}
	if size > maxFile {
		return 0, errs.WithFields(errs.Field{Path: "file", Code: "The file is larger than 64 MB. Check it with the program itself: comity verify."})
	}
	return size, nil
}

// cut is for a file of which the end is missing, or too much came.
func cut(field string, err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errs.WithFields(errs.Field{Path: field, Code: "The file is larger than 64 MB. Check it with the program itself: comity verify."})
	}
	return errs.WithFields(errs.Field{Path: field, Code: "The file did not arrive whole. Send it once more."})
}

func (q *Records) card(part io.Reader) (*envelope.Card, error) {
	b, err := io.ReadAll(io.LimitReader(part, maxCard+1))
	if err != nil {
		return nil, cut("card", err)
	}
	c, err := envelope.OpenCard(bytes.NewReader(b), int64(len(b)), envelope.Options{Now: q.Now(), Max: maxCard})
	if errors.Is(err, errs.Invalid) {
		return nil, errs.WithFields(errs.Field{Path: "card", Code: "This is not the sound card of a node."})
	}
	if err != nil {
		return nil, err
	}
	return c.Sender, nil
}

// fileName keeps the last part of the name that a browser sent.
func fileName(s string) string {
	s = path.Base(strings.ReplaceAll(s, "\\", "/"))
	if len(s) > 200 {
		s = s[len(s)-200:]
	}
	return s
}

func inWords(r *web.Request, v Verdict, name string) *result {
	p := &result{Name: name, Summary: []web.Row{{Key: r.T("The file"), Value: name}, {Key: r.T("What it is"), Value: kindWords(r, v)}}}
	p.Tag, p.Says = verdictWords(r, v)
	if m := v.Message; m != nil && v.Kind == Envelope {
		p.Summary = append(p.Summary,
			web.Row{Key: r.T("Sent from"), Value: m.From.Authority + ", " + r.Country(m.From.State)},
			web.Row{Key: r.T("Sent to"), Value: m.To.Authority + ", " + r.Country(m.To.State)},
			web.Row{Key: r.T("Sent, by the sender's clock"), Value: string(r.When(m.SentAt))})
	}
	if v.Sender != nil && v.Sender.Exercise {
		p.Summary = append(p.Summary, web.Row{Key: r.T("Exercise"), Value: r.T("Exercise: all people and cases are invented, and nothing here is a real request.")})
	}
	if v.Receipt != nil {
		says := string(v.Receipt.Result)
		if v.Receipt.Check != "" {
			says += ": " + string(v.Receipt.Check)
		}
		p.Summary = append(p.Summary, web.Row{Key: r.T("What the receipt says"), Value: code(says)})
	}
	if v.Manifest != "" {
		p.Summary = append(p.Summary, web.Row{Key: r.T("Digest of its list of files"), Value: code(string(v.Manifest))})
	}
	if f, err := envelope.Fingerprint(v.Manifest); err == nil && v.Kind == Card {
		p.Summary = append(p.Summary, web.Row{Key: r.T("Fingerprint to compare"), Value: code(f)})
	}
	p.Table = web.Table{Caption: r.T("Every check by its name"), Columns: []web.Column{{Label: r.T("What is checked")}, {Label: r.T("How it went")}, {Label: r.T("What was found (in English)")}}}
	for _, f := range v.Findings {
		p.Table.Rows = append(p.Table.Rows, []any{r.T(f.Asks, f.Args...), stateTag(r, f.State), foundIn(f.Found)})
	}
	for _, c := range v.Commands {
		p.Commands = append(p.Commands, command{r.T(c.Shows), code(c.Line)})
	}
	return p
}

func verdictWords(r *web.Request, v Verdict) (web.Tag, string) {
	switch {
	case v.Kind == Unknown:
		return web.Tag{Text: r.T("Not one of ours"), Colour: "grey"}, r.T("This is none of the files that a node makes: no envelope, receipt, card, signed letter, proof or ledger.")
	case v.Failed():
		return web.Tag{Text: r.T("Not genuine"), Colour: "red"}, r.T("Something in this file doesn't hold. Don't rely on it, and tell who gave it to you.")
	case v.Sealed:
		return web.Tag{Text: r.T("Closed to others"), Colour: "blue"}, r.T("The file is encrypted for its recipient, whose node alone can look inside. What can be seen from outside is sound.")
	case v.Kind == Card:
		return web.Tag{Text: r.T("Whole"), Colour: "yellow"}, r.T("The card is whole and its keys belong together. Whose it is, only comparing its fingerprint with that node shows.")
	case v.Unsure():
		return web.Tag{Text: r.T("Whole, sender not known"), Colour: "yellow"}, r.T("Nothing was changed. Who sealed it can't be said without the card of that node: add it below.")
	case v.Kind == Letter:
		// Anybody can sign a letter in any name: it is whole, and no more is shown.
		return web.Tag{Text: r.T("Whole"), Colour: "yellow"}, r.T("The letter is as it was signed. Whose certificate it is, compare by its digest.")
	}
	return web.Tag{Text: r.T("Genuine"), Colour: "green"}, r.T("Every check holds.")
}

func kindWords(r *web.Request, v Verdict) string {
	if v.Message != nil && v.Message.Kind == envelope.KindReceipt {
		return r.T("A receipt")
	}
	switch v.Kind {
	case Letter:
		return r.T("A letter (PDF)")
	case Envelope:
		return r.T("An envelope")
	case Card:
		return r.T("A card of a node")
	case Proof:
		return r.T("A proof of an entry in a ledger")
	case Ledger:
		return r.T("A whole ledger")
	}
	return r.T("Something else")
}

func stateTag(r *web.Request, s envelope.State) web.Tag {
	switch s {
	case envelope.Passed:
		return web.Tag{Text: r.T("Holds"), Colour: "green"}
	case envelope.Failed:
		return web.Tag{Text: r.T("Does not hold"), Colour: "red"}
	}
	return web.Tag{Text: r.T("Not checked"), Colour: "grey"}
}

// foundIn shows what a check has found, which is kept in English.
func foundIn(s string) template.HTML {
	if s == "" {
		return ""
	}
	return template.HTML(`<span lang="en" dir="ltr" class="comity-identifier">` + template.HTMLEscapeString(s) + `</span>`) //nolint:gosec // escaped
}
