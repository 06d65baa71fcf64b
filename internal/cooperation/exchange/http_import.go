package exchange

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"mime/multipart"
	"net/http"
	"os"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/desk"
	"comity/internal/engine/access"
	"comity/internal/engine/envelope"
	"comity/internal/engine/web"
	"comity/internal/store/db"
	"comity/internal/store/disk"
)

// maxFormWords is what the fields beside a file may have.
const maxFormWords = 64 << 10

type importPage struct {
	Form   *web.Form
	Button web.Button
}

type importedPage struct {
	Result web.Tag
	Text   string
	Detail template.HTML
	Link   web.Link
}

func newImportPage(r *web.Request) importPage {
	return importPage{r.Form(), web.Button{Text: r.T("Take the file in")}}
}

func (x *Exchange) showImport(r *web.Request) error {
	return r.Page("exchange/import", newImportPage(r))
}

// importFile takes in a file of any size that a person brings: it goes to the spool as it arrives, is checked like
// every other one, and what became of it is said on the page that follows.
func (x *Exchange) importFile(r *web.Request) error {
	taken, err := x.receiveForm(r)
	if len(errs.Fields(err)) > 0 {
		return r.Again("exchange/import", newImportPage(r), err)
	}
	if err != nil {
		return err
	}
	return r.Page("exchange/imported", newImportedPage(r, taken))
}

func newImportedPage(r *web.Request, t Taken) importedPage {
	p := importedPage{Result: outcomeTag(r, t.Result), Link: web.Link{Text: r.T("What came in"), Href: "/inbox"}}
	switch {
	case t.Again:
		p.Text = r.T("This file was taken in before. Nothing has changed.")
	case t.Check != "":
		p.Text = r.T("Not so: {check}", "check", checkWords(r, t.Check))
		p.Detail = inEnglish(t.Detail)
	case t.Kind == envelope.KindReceipt:
		p.Text = r.T("The receipt was recorded with the message that it is for.")
	default:
		p.Text = r.T("Every check holds. It is with the people whom it concerns, and a receipt is on its way.")
	}
	if t.Message != "" && t.Result != envelope.Refused && t.Kind != envelope.KindReceipt {
		p.Link = web.Link{Text: r.T("See the message"), Href: "/inbox/" + string(t.Message)}
	}
	return p
}

// receiveForm reads the form as it arrives: the entry's id first, then the file.
func (x *Exchange) receiveForm(r *web.Request) (Taken, error) {
	form, err := r.HTTP.MultipartReader()
	if err != nil {
		return Taken{}, errs.WithFields(web.NoFile("file"))
	}
	var entry id.ID
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return Taken{}, errs.WithFields(web.NoFile("file"))
		}
		if err != nil {
			return Taken{}, errs.WithFields(errs.Field{Path: "file", Code: "The file did not arrive whole. Send it once more."})
		}
		switch part.FormName() {
		case "entry":
			b, err := io.ReadAll(io.LimitReader(part, 100))
			if err != nil {
				return Taken{}, err
			}
			if entry, err = id.Parse(string(b)); err != nil {
				return Taken{}, err
			}
		case "file":
			if part.FileName() == "" {
				return Taken{}, errs.WithFields(web.NoFile("file"))
			}
			return x.receivePart(r, part, entry)
		}
	}
}

// receivePart brings the file to the spool, takes it in as any other and enters who brought it.
func (x *Exchange) receivePart(r *web.Request, part *multipart.Part, entry id.ID) (Taken, error) {
	if entry == "" {
		return Taken{}, errs.Invalidf("form: no entry id before the file")
	}
	err := x.look(r, func(ctx context.Context, tx *db.Tx) error {
		return x.desk.May(ctx, tx, r.Person, "envelope.import", id.NewRef(KindEnvelope, entry))
	})
	if err != nil {
		return Taken{}, err
	}
	if disk.Room(x.spool, max(r.HTTP.ContentLength, 0), spareRoom) != nil {
		return Taken{}, errs.WithFields(errs.Field{Path: "file", Code: "There is no room for this file on the node now. Tell your administrator."})
	}
	f, err := os.CreateTemp(x.spool, "import-*")
	if err != nil {
		return Taken{}, disk.Explain(err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = io.Copy(f, part)
	if e := f.Close(); err == nil {
		err = e
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large), errors.Is(err, io.ErrUnexpectedEOF):
		return Taken{}, errs.WithFields(errs.Field{Path: "file", Code: "The file did not arrive whole. Send it once more."})
	case err != nil:
		return Taken{}, disk.Explain(err)
	}
	return x.Bring(r.Ctx(), r.Person, f.Name(), entry)
}

// Bring takes in a file that a person brought, and enters that they did. A card is not taken here: it is
// [errs.Invalid] with a remark, since people import it by another way.
func (x *Exchange) Bring(ctx context.Context, who access.Person, path string, entry id.ID) (Taken, error) {
	if is, err := isCard(path); is || err != nil {
		return Taken{}, errors.Join(err, errs.WithFields(errs.Field{Path: "file", Code: "This is the card of a node. Import it on the page of nodes."}))
	}
	taken, err := x.ImportFile(ctx, path)
	if err != nil {
		return Taken{}, err
	}
	on := taken.Message
	if on == "" {
		on = entry
	}
	err = x.desk.Do(ctx, who, "envelope.import", id.NewRef(KindEnvelope, on), func(c *desk.Change) error {
		c.Record(map[string]any{"result": taken.Result, "check": taken.Check})
		return nil
	}, desk.Once(entry))
	if err != nil {
		return Taken{}, fmt.Errorf("bring file: %w", err)
	}
	return taken, nil
}

func isCard(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, disk.Explain(err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	return envelope.IsCard(f, info.Size()), nil
}
