package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"time"

	tus "github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	oldslog "golang.org/x/exp/slog"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
)

// uploadPath is where uploads live: tus 1.0 with creation and termination, for people who have signed in.
const uploadPath = "/evidence/upload"

// uploads serves the upload protocol over [Evidence.Begin], Append and Finish. What a person says about the item comes
// as the upload's metadata, under the names of the form's fields.
type uploads struct {
	e   *Evidence
	tus *tus.UnroutedHandler
}

func newUploads(e *Evidence) (*uploads, error) {
	u := &uploads{e: e}
	composer := tus.NewStoreComposer()
	composer.UseCore(u)
	composer.UseTerminater(u)
	composer.UseLocker(memorylocker.New())
	var err error
	u.tus, err = tus.NewUnroutedHandler(tus.Config{
		StoreComposer: composer, BasePath: uploadPath + "/", MaxSize: maxUpload,
		DisableDownload: true, DisableConcatenation: true, Cors: &tus.CorsConfig{Disable: true},
		// The library would log each request once more, with file names; ours stand in the node's log without.
		Logger: oldslog.New(oldslog.NewTextHandler(io.Discard, nil)),
	})
	return u, err
}

func (u *uploads) routes(m *web.Mux) {
	for method, h := range map[string]http.HandlerFunc{
		http.MethodHead: u.tus.HeadFile, http.MethodPatch: u.tus.PatchFile, http.MethodDelete: u.tus.DelFile,
	} {
		m.Handle(method, uploadPath+"/{upload}", "evidence.add", u.serve(h), web.Raw(maxUpload))
	}
	m.Post(uploadPath, "evidence.add", u.serve(u.tus.PostFile), web.Raw(maxUpload))
	m.Post(uploadPath+"/{upload}/finish", "evidence.add", u.finish)
	m.Post(uploadPath+"/{upload}/cancel", "evidence.add", u.cancel)
}

type personKey struct{}

func personOf(ctx context.Context) access.Person {
	p, _ := ctx.Value(personKey{}).(access.Person)
	return p
}

// serve calls a handler of the library for the person who asks. It looks for the upload's id behind its own base path.
func (u *uploads) serve(h http.HandlerFunc) web.Handler {
	return func(r *web.Request) error {
		w := r.Writer()
		ctx := context.WithValue(r.Ctx(), personKey{}, r.Person)
		http.StripPrefix(uploadPath, u.tus.Middleware(h)).ServeHTTP(w, r.HTTP.WithContext(ctx))
		// The library sets deadlines for its own request and leaves them on the connection, which goes on to serve others.
		c := http.NewResponseController(w)
		if err := errors.Join(c.SetReadDeadline(time.Time{}), c.SetWriteDeadline(time.Time{})); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return fmt.Errorf("upload: %w", err)
		}
		return nil
	}
}

// finish makes the item of an upload that is whole, and leads to its page.
func (u *uploads) finish(r *web.Request) error {
	n, err := r.PathID("upload")
	if err != nil {
		return err
	}
	n, err = u.e.Finish(r.Ctx(), r.Person, n)
	if err != nil {
		return err
	}
	said := language.M("The item was taken in.")
	if r.Query("many") != "" {
		said = language.M("The items were taken in.")
	}
	if r.HTTP.Header.Get("Tus-Resumable") != "" { // the script goes there itself
		return r.Created(itemPath(n), said)
	}
	return r.Done(itemPath(n), said)
}

// cancel forgets an upload and leads back to the case.
func (u *uploads) cancel(r *web.Request) error {
	n, err := r.PathID("upload")
	if err != nil {
		return err
	}
	caseID, err := u.e.caseOf(r.Ctx(), n)
	if err != nil {
		return err
	}
	if err := u.e.Cancel(r.Ctx(), r.Person, n); err != nil {
		return err
	}
	return r.Done(listPath(caseID), language.M("The upload was removed."))
}

// NewUpload begins an upload, or finds the one that the same person began for the same file.
func (u *uploads) NewUpload(ctx context.Context, info tus.FileInfo) (tus.Upload, error) {
	if info.SizeIsDeferred {
		return nil, tus.NewError("ERR_LENGTH_REQUIRED", "Upload-Length is required", http.StatusLengthRequired)
	}
	form := web.NewForm(info.MetaData)
	form.Values["handling"] = lines(form.Get("handling"))
	g, err := givenBy(form)
	if err != nil {
		return nil, told(err)
	}
	g.Name = fileName(form.Get("filename"))
	n, err := u.e.Begin(ctx, personOf(ctx), g, info.Size, form.Get("source"))
	if err != nil {
		return nil, told(err)
	}
	return &piece{u.e, n}, nil
}

// GetUpload finds an upload of the person who asks.
func (u *uploads) GetUpload(ctx context.Context, n string) (tus.Upload, error) {
	parsed, err := id.Parse(path.Base(n))
	if err != nil {
		return nil, tus.ErrNotFound
	}
	if _, err := u.e.upload(ctx, personOf(ctx), parsed); err != nil {
		return nil, told(err)
	}
	return &piece{u.e, parsed}, nil
}

// AsTerminatableUpload fits the protocol's termination.
func (u *uploads) AsTerminatableUpload(up tus.Upload) tus.TerminatableUpload { return up.(*piece) }

// piece is one upload as the library sees it.
type piece struct {
	e *Evidence
	n id.ID
}

// WriteChunk takes in bytes; what it acknowledges is durable, also before a cut of the line.
func (p *piece) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	taken, err := p.e.Append(ctx, personOf(ctx), p.n, offset, src)
	return taken, told(err)
}

// GetInfo tells the offset.
func (p *piece) GetInfo(ctx context.Context) (tus.FileInfo, error) {
	offset, size, err := p.e.Progress(ctx, personOf(ctx), p.n)
	return tus.FileInfo{ID: string(p.n), Size: size, Offset: offset}, told(err)
}

// GetReader is not offered: evidence is read on record alone.
func (p *piece) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, tus.NewError("ERR_NO_DOWNLOAD", "an upload can't be read back", http.StatusMethodNotAllowed)
}

// FinishUpload does nothing: the page asks for the item with a request of its own, which may be repeated when it fails.
func (p *piece) FinishUpload(context.Context) error { return nil }

// Terminate forgets the upload.
func (p *piece) Terminate(ctx context.Context) error {
	return told(p.e.Cancel(ctx, personOf(ctx), p.n))
}

// told turns an error into the library's, which goes over the wire: the kind, never the inside.
func told(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errs.NotFound):
		return tus.ErrNotFound
	case errors.Is(err, errs.Forbidden):
		return tus.NewError("ERR_NOT_ALLOWED", "not allowed", http.StatusForbidden)
	case errors.Is(err, errs.Conflict):
		return tus.NewError("ERR_BUSY", "another is writing to this upload, or it stands elsewhere", http.StatusLocked)
	case errors.Is(err, errs.Unavailable):
		return tus.NewError("ERR_NO_SPACE", "no room for this", http.StatusInsufficientStorage)
	case len(errs.Fields(err)) > 0:
		return tus.NewError("ERR_NOT_VALID", "field "+errs.Fields(err)[0].Path, http.StatusUnprocessableEntity)
	}
	return err
}
