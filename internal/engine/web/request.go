package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
)

// Request is one request on its way through a handler. Printer says things in the language of the page.
type Request struct {
	*language.Printer
	HTTP   *http.Request
	Person access.Person
	ID     string // the number of the request, in the log and on an error page

	w     *writer
	mux   *Mux
	route *route
	form  *Form
}

// Ctx returns the context of the request; it ends when the browser goes away.
func (r *Request) Ctx() context.Context { return r.HTTP.Context() }

// Lang returns the language of the page.
func (r *Request) Lang() language.Tag { return r.Printer.Tag() }

// Value returns the part of the address that the route's pattern names: "id" of /requests/{id}.
func (r *Request) Value(name string) string { return r.HTTP.PathValue(name) }

// PathID returns the part of the address as an id. What isn't one names nothing: [errs.NotFound].
func (r *Request) PathID(name string) (id.ID, error) {
	n, err := id.Parse(r.Value(name))
	if err != nil {
		return "", fmt.Errorf("address: %w", errs.NotFound)
	}
	return n, nil
}

// Query returns a parameter of the address, "" when it isn't there.
func (r *Request) Query(name string) string { return strings.TrimSpace(r.HTTP.URL.Query().Get(name)) }

// Form returns what was sent with a form; for a GET, an empty form.
func (r *Request) Form() *Form { return r.form }

// Now is the time by the node's clock.
func (r *Request) Now() time.Time { return r.mux.options.Now() }

// Page shows the page name with data, 200.
func (r *Request) Page(name string, data any) error { return r.page(http.StatusOK, name, data) }

// Again shows the page of a form again when err carries wrong fields, with the person's own input and 422: data is made
// with [Request.Form]. Any other error is returned as it is.
func (r *Request) Again(name string, data any, err error) error {
	fields := errs.Fields(err)
	if len(fields) == 0 {
		return err
	}
	r.form.fail(r.Printer, fields)
	return r.page(http.StatusUnprocessableEntity, name, data)
}

// SeeOther leads the browser on to another page of this node, with 303.
func (r *Request) SeeOther(url string) error {
	http.Redirect(r.w, r.HTTP, url, http.StatusSeeOther)
	return nil
}

// Done leads on to url, where a banner says what has happened: an English sentence of the catalogue with its places.
func (r *Request) Done(url, msg string, kv ...string) error {
	r.setNotice(msg, kv)
	return r.SeeOther(url)
}

// Created is [Request.Done] for a script, which can't follow a redirect without spending the banner: 201 with the
// address to which it leads the browser itself.
func (r *Request) Created(url, msg string, kv ...string) error {
	r.setNotice(msg, kv)
	r.w.Header().Set("Location", url)
	r.w.WriteHeader(http.StatusCreated)
	return nil
}

// Attachment sends a file to keep. The browser is told not to show it within the node's own pages.
func (r *Request) Attachment(name, mediaType string, body io.ReadSeeker) error {
	h := r.w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	http.ServeContent(r.w, r.HTTP, "", time.Time{}, body)
	return nil
}

// Version returns which version of a thing a form or a script began from: the field "version", or the header If-Match.
func (r *Request) Version() string {
	if match := r.HTTP.Header.Get("If-Match"); match != "" {
		return strings.Trim(strings.TrimPrefix(match, "W/"), `"`)
	}
	return r.form.Get("version")
}

// Saved answers an autosaving script: done, and version is what the next change begins from.
func (r *Request) Saved(version string) error {
	r.w.Header().Set("ETag", `"`+version+`"`)
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}

// Writer is for a handler that answers in its own way: an upload protocol, a stream, JSON for a script.
func (r *Request) Writer() http.ResponseWriter { return r.w }

func (r *Request) wantsJSON() bool {
	accept := r.HTTP.Header.Get("Accept")
	return strings.HasPrefix(accept, "application/json") && !strings.Contains(accept, "text/html")
}

// page renders into memory first: a page that fails halfway becomes an error page, not half a page.
func (r *Request) page(status int, name string, data any) error {
	var b bytes.Buffer
	if err := r.mux.render(&b, r, name, data); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	deadline := time.Now().Add(pageTime) // the connection's clock, not the node's
	if err := http.NewResponseController(r.w).SetWriteDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("page %s: %w", name, err)
	}
	h := r.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(r.Lang()))
	h.Add("Vary", "Accept-Language, Cookie")
	r.w.WriteHeader(status)
	if r.HTTP.Method == http.MethodHead {
		return nil
	}
	if _, err := r.w.Write(b.Bytes()); err != nil && !gone(r.Ctx(), err) {
		r.mux.options.Log.Debug("answer not taken", "request", r.ID)
	}
	return nil
}

// dropFiles removes what a large form has left in the folder for temporary files, however the request ends. net/http
// does it for the request that it made, but ours is a copy with a time limit.
func (r *Request) dropFiles() {
	if r.HTTP.MultipartForm == nil {
		return
	}
	if err := r.HTTP.MultipartForm.RemoveAll(); err != nil {
		r.mux.options.Log.Error("temporary files of a form stay", "request", r.ID, "err", err)
	}
}

// readForm parses the body of a form within the limits of its route, so that a handler finds all of it or isn't called.
func (r *Request) readForm() error {
	r.form = &Form{Values: map[string][]string{}}
	hr := r.HTTP
	if hr.Method == http.MethodGet || hr.Method == http.MethodHead {
		return nil
	}
	hr.Body = http.MaxBytesReader(r.w, hr.Body, r.route.maxBody)
	kind, _, err := mime.ParseMediaType(hr.Header.Get("Content-Type"))
	if r.route.raw || err != nil || (kind != "application/x-www-form-urlencoded" && kind != "multipart/form-data") {
		return nil // no form: the handler reads the body itself, if it wants it
	}
	deadline := time.Now().Add(formTime) // the connection's clock, not the node's
	if err := http.NewResponseController(r.w).SetReadDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("form: %w", err)
	}
	if kind == "multipart/form-data" {
		err = hr.ParseMultipartForm(MaxForm)
	} else {
		err = hr.ParseForm()
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fmt.Errorf("form: %w", err)
	}
	if err != nil {
		return errs.Say(fmt.Errorf("form: %w: %w", err, errs.Invalid), "The form could not be read. Nothing was saved.", nil)
	}
	return r.form.take(hr)
}
