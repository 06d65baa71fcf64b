package evidence

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/casefile"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

//go:embed page po
var shown embed.FS

// Pages are the pages of evidence.
func Pages() web.Pages { return web.Pages{Name: "evidence", FS: shown} }

// Words is the source of this package's translations.
func Words() language.Source { return language.Source{Name: "evidence", FS: shown} }

const (
	perPage  = 50
	waitFor  = 256 << 20 // bytes that a person waits for when an item is verified; larger ones are verified by a job
	maxWords = 1 << 20   // bytes of all fields of the form together
	maxDrain = 1 << 30   // bytes that are read and thrown away so that a browser gets to see what is wrong
	maxFiles = 1000      // in one form without script
)

// Routes registers the pages of evidence and the upload protocol.
func (e *Evidence) Routes(m *web.Mux) {
	m.Get("/cases/{id}/evidence", "evidence.list", e.showList)
	m.Get("/cases/{id}/evidence/add", "evidence.add", e.showAdd)
	m.Post("/cases/{id}/evidence/add", "evidence.add", e.plainUpload, web.Raw(maxUpload))
	m.Get("/evidence/{id}", "evidence.list", e.showItem)
	m.Post("/evidence/{id}/open", "evidence.read", e.download)
	m.Post("/evidence/{id}/verify", "evidence.verify", e.verifyNow)
	m.Post("/evidence/{id}/certificate", "evidence.certify", e.sendCertificate)
	m.Post("/evidence/{id}/correct", "evidence.add", e.correct)
	e.up.routes(m)
}

// ListPath is the page with the evidence of a case, or of one request in it by its reference.
func ListPath(caseID id.ID, request string) string {
	if request == "" {
		return listPath(caseID)
	}
	return listPath(caseID) + "?" + url.Values{"request": {request}}.Encode()
}

func itemPath(n id.ID) string { return "/evidence/" + string(n) }
func listPath(n id.ID) string { return "/cases/" + string(n) + "/evidence" }

// read runs f with what the person may know of.
func (e *Evidence) read(r *web.Request, f func(*db.Tx) error) error {
	return e.View(r.Ctx(), access.ScopeOf(r.Person, r.Now()), f)
}

func (e *Evidence) showList(r *web.Request) error {
	caseID, err := r.PathID("id")
	if err != nil {
		return err
	}
	var k casefile.Case
	var items []Item
	var open []Upload
	request := r.Query("request")
	err = e.read(r, func(tx *db.Tx) error {
		if k, err = casefile.Get(r.Ctx(), tx, caseID); err != nil {
			return err
		}
		if items, err = listed(r, tx, caseID, request); err != nil {
			return err
		}
		open, err = Unfinished(r.Ctx(), tx, r.Person.ID, caseID)
		return err
	})
	if err != nil {
		return err
	}
	return r.Page("evidence/list", e.casePage(r, k, request, items, open))
}

// listed returns one page of a case's items and one more, or all of a request's.
func listed(r *web.Request, tx *db.Tx, caseID id.ID, request string) ([]Item, error) {
	if request == "" {
		return OfCase(r.Ctx(), tx, caseID, id.ID(r.Query("after")), perPage+1)
	}
	all, err := OfRequest(r.Ctx(), tx, request)
	return slices.DeleteFunc(all, func(it Item) bool { return it.Case != caseID }), err
}

func (e *Evidence) showAdd(r *web.Request) error {
	caseID, err := r.PathID("id")
	if err != nil {
		return err
	}
	form := web.NewForm(map[string]string{
		"case": string(caseID), "request": r.Query("request"), "measure": r.Query("measure"), "from": r.Query("from"),
	})
	page, err := e.addPage(r, caseID, form)
	if err != nil {
		return err
	}
	return r.Page("evidence/add", page)
}

// plainUpload takes in the files of a form as they arrive: nothing is kept in memory and nothing on the disk but the
// encrypted bytes. The fields stand before the files in the form, and so they come first.
func (e *Evidence) plainUpload(r *web.Request) error {
	caseID, err := r.PathID("id")
	if err != nil {
		return err
	}
	parts, err := r.HTTP.MultipartReader()
	if err != nil {
		return errs.Say(fmt.Errorf("evidence form: %w: %w", err, errs.Invalid), "The form could not be read. Nothing was saved.", nil)
	}
	added, err := e.takeParts(r, caseID, parts)
	if len(errs.Fields(err)) > 0 {
		if derr := drain(r.HTTP.Body); derr != nil {
			return derr
		}
		page, perr := e.addPage(r, caseID, r.Form())
		if perr != nil {
			return perr
		}
		return r.Again("evidence/add", page, err)
	}
	switch {
	case err != nil:
		return err
	case len(added) == 1:
		return r.Done(itemPath(added[0]), language.M("The item was taken in."))
	}
	return r.Done(listPath(caseID), language.M("The items were taken in."))
}

// drain reads what is left of a body, within reason: a browser shows an answer only after it has sent everything.
func drain(body io.Reader) error {
	_, err := io.CopyN(io.Discard, body, maxDrain)
	if err == io.EOF {
		err = nil
	}
	return err
}

func (e *Evidence) takeParts(r *web.Request, caseID id.ID, parts *multipart.Reader) (added []id.ID, err error) {
	room := int64(maxWords)
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return added, errs.Say(fmt.Errorf("evidence form: %w: %w", err, errs.Invalid), "The file did not arrive whole. Send it again.", nil)
		}
		if p.FormName() != "file" {
			b, err := io.ReadAll(io.LimitReader(p, room+1))
			if room -= int64(len(b)); err != nil || room < 0 {
				return added, errs.Say(fmt.Errorf("evidence form: %w", errors.Join(err, errs.Invalid)), "The form could not be read. Nothing was saved.", nil)
			}
			text := strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(string(b), "\ufffd"), "\r\n", "\n"))
			r.Form().Values.Add(p.FormName(), text)
			continue
		}
		if p.FileName() == "" || len(added) == maxFiles {
			continue
		}
		n, err := e.takeFile(r, caseID, p, len(added))
		if err != nil {
			return added, err
		}
		added = append(added, n)
	}
	if len(added) == 0 {
		return nil, errs.WithFields(web.NoFile("file"))
	}
	return added, nil
}

// takeFile takes in the file that has come after others of the same form; each gets a label of its own.
func (e *Evidence) takeFile(r *web.Request, caseID id.ID, p *multipart.Part, before int) (id.ID, error) {
	r.Form().Values.Set("case", string(caseID))
	g, err := givenBy(r.Form())
	if err != nil {
		return "", err
	}
	g.Name = fileName(p.FileName())
	if before > 0 {
		g.Label += "-" + strconv.Itoa(before+1)
	}
	return e.Add(r.Ctx(), r.Person, g, p)
}

// fileName keeps the last part of the name that a browser sent.
func fileName(s string) string {
	s = path.Base(strings.ReplaceAll(s, "\\", "/"))
	if s == "." || s == "/" {
		return ""
	}
	return s
}

func (e *Evidence) showItem(r *web.Request) error {
	page, err := e.itemPage(r, &web.Form{Values: map[string][]string{}})
	if err != nil {
		return err
	}
	return r.Page("evidence/item", page)
}

// again shows an item's page with what is wrong in one of its forms.
func (e *Evidence) again(r *web.Request, wrong error) error {
	if len(errs.Fields(wrong)) == 0 {
		return wrong
	}
	page, err := e.itemPage(r, r.Form())
	if err != nil {
		return err
	}
	return r.Again("evidence/item", page, wrong)
}

// download hands the bytes out. They are never shown within our pages: whatever they are, they are a file to keep.
func (e *Evidence) download(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	it, p, err := e.Open(r.Ctx(), r.Person, n, r.Form().Get("why"))
	if err != nil {
		return e.again(r, err)
	}
	defer func() { _ = p.Close() }()
	h := r.Writer().Header()
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	return r.Attachment(it.Name, "application/octet-stream", p)
}

func (e *Evidence) verifyNow(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	var it Item
	err = e.read(r, func(tx *db.Tx) error {
		it, err = Get(r.Ctx(), tx, n)
		return err
	})
	if err != nil {
		return err
	}
	if it.Size > waitFor {
		if err := e.VerifyLater(r.Ctx(), r.Person, n, entry); err != nil {
			return err
		}
		return r.Done(itemPath(n), language.M("The item is being read again. What is found will stand among its events."))
	}
	found, err := e.Verify(r.Ctx(), r.Person, n, entry)
	switch {
	case err != nil:
		return err
	case found.Whole:
		return r.Done(itemPath(n), language.M("The bytes were read again and are the same."))
	}
	return r.Done(itemPath(n), language.M("The stored bytes are damaged. The item was set apart."))
}

func (e *Evidence) sendCertificate(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	b, err := e.Certificate(r.Ctx(), r.Person, n, language.Tag(r.Form().Get("lang")))
	if err != nil {
		return e.again(r, err)
	}
	return r.Attachment("custody-"+strings.ToLower(string(n))+".pdf", "application/pdf", strings.NewReader(string(b)))
}

func (e *Evidence) correct(r *web.Request) error {
	n, err := r.PathID("id")
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	event, err := strconv.ParseInt(language.Digits(r.Form().Get("event")), 10, 64)
	if err != nil {
		return e.again(r, errs.WithFields(web.NoNumber("event")))
	}
	if err := e.Correct(r.Ctx(), r.Person, n, event, r.Form().Get("correction"), entry); err != nil {
		return e.again(r, err)
	}
	return r.Done(itemPath(n), language.M("The correction was recorded. The earlier event stays as it is."))
}
