package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	tus "github.com/tus/tusd/v2/pkg/handler"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/store/disk"
)

// inboxStore keeps uploads of other nodes in a folder: <id>.json says whose it is and what became of it, <id>.part
// holds the bytes. An offset is told only of bytes that are durable.
type inboxStore struct {
	dir string
	now func() time.Time

	// look judges the beginning of a large file that is still on its way. enough says that it need not be asked again;
	// its error ends the upload.
	look func(ctx context.Context, u *upload, have int64) (enough bool, err error)
}

// upload is one file on its way in.
type upload struct {
	ID      id.ID     `json:"id"`
	Peer    id.ID     `json:"peer"`
	Size    int64     `json:"size"`
	At      time.Time `json:"at"`
	Message id.ID     `json:"message,omitempty"` // taken in as
	Problem string    `json:"problem,omitempty"` // the check that stopped it before a receipt could be signed
	Detail  string    `json:"detail,omitempty"`

	store *inboxStore
}

// Room kept free for the ledger, receipts and the database, in bytes.
const spareRoom = 256 << 20

// uploadLife is how long an upload may take.
const uploadLife = 7 * 24 * time.Hour

func (s *inboxStore) path(n id.ID, ext string) string { return filepath.Join(s.dir, string(n)+ext) }

// NewUpload makes a place for an upload, whose peer the handler has put into the metadata.
func (s *inboxStore) NewUpload(_ context.Context, info tus.FileInfo) (tus.Upload, error) {
	if info.SizeIsDeferred {
		return nil, tus.NewError("ERR_LENGTH_REQUIRED", "Upload-Length is required", 411)
	}
	if err := disk.Room(s.dir, info.Size, spareRoom); err != nil {
		return nil, tus.NewError("ERR_NO_SPACE", "no room for a file of this size", 507)
	}
	u := &upload{ID: id.New(s.now()), Peer: id.ID(info.MetaData["peer"]), Size: info.Size, At: s.now().UTC(), store: s}
	if err := u.save(); err != nil {
		return nil, err
	}
	return u, disk.WriteFile(s.path(u.ID, ".part"), nil, 0o600)
}

// GetUpload finds an upload by its id.
func (s *inboxStore) GetUpload(_ context.Context, n string) (tus.Upload, error) {
	u, err := s.get(n)
	if errors.Is(err, errs.NotFound) {
		return nil, tus.ErrNotFound
	}
	return u, err
}

func (s *inboxStore) get(n string) (*upload, error) {
	parsed, err := id.Parse(n)
	if err != nil {
		return nil, fmt.Errorf("upload: %w", errs.NotFound)
	}
	b, err := os.ReadFile(s.path(parsed, ".json"))
	if err != nil {
		return nil, disk.Explain(err)
	}
	u := &upload{store: s}
	return u, json.Unmarshal(b, u)
}

// all lists the uploads that are there, whole or not.
func (s *inboxStore) all() ([]*upload, error) {
	names, err := filepath.Glob(filepath.Join(s.dir, "*.json"))
	if err != nil {
		return nil, err
	}
	var list []*upload
	for _, n := range names {
		u, err := s.get(strings.TrimSuffix(filepath.Base(n), ".json"))
		if err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, nil
}

func (u *upload) save() error {
	b, err := json.Marshal(u)
	if err != nil {
		return err
	}
	return disk.WriteFile(u.store.path(u.ID, ".json"), b, 0o600)
}

// decided reports whether the file was taken in or stopped.
func (u *upload) decided() bool { return u.Message != "" || u.Problem != "" }

func (u *upload) part() string { return u.store.path(u.ID, ".part") }

// offset returns how many bytes are there.
func (u *upload) offset() (int64, error) {
	if u.decided() {
		return u.Size, nil
	}
	info, err := os.Stat(u.part())
	if err != nil {
		return 0, disk.Explain(err)
	}
	return info.Size(), nil
}

// WriteChunk appends bytes at the offset and makes them durable, also those before a cut of the line.
func (u *upload) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	f, err := os.OpenFile(u.part(), os.O_WRONLY, 0o600)
	if err != nil {
		return 0, disk.Explain(err)
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		_ = f.Close()
		return 0, err
	}
	n, err := u.copy(ctx, f, offset, src)
	if e := f.Sync(); e != nil {
		n, err = 0, e // what isn't durable isn't told
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return n, disk.Explain(err)
}

// What is larger than largeFile is looked at after each lookEvery bytes, until enough has been seen.
const (
	largeFile = 4 << 20
	lookEvery = 2 << 20
)

// copy writes src to f. Of a large file it has the beginning judged on the way, so that nobody has to send or keep a
// hundred gigabytes that will be refused for their first kilobytes.
func (u *upload) copy(ctx context.Context, f *os.File, offset int64, src io.Reader) (n int64, err error) {
	for u.store.look != nil && u.Size > largeFile && offset+n < maxLook {
		more, err := io.CopyN(f, src, lookEvery)
		if n += more; err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return n, err
		}
		if enough, err := u.store.look(ctx, u, offset+n); enough || err != nil {
			if err != nil {
				return n, err
			}
			break
		}
	}
	more, err := io.Copy(f, src)
	return n + more, err
}

// maxLook is up to where a beginning is looked at: message.json ends before.
const maxLook = 16 << 20

// GetInfo tells the offset.
func (u *upload) GetInfo(context.Context) (tus.FileInfo, error) {
	offset, err := u.offset()
	return tus.FileInfo{ID: string(u.ID), Size: u.Size, Offset: offset, MetaData: tus.MetaData{"peer": string(u.Peer)}}, err
}

// GetReader is not offered: what was sent here can't be fetched from here.
func (u *upload) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, tus.NewError("ERR_NO_DOWNLOAD", "an upload can't be read back", 405)
}

// FinishUpload does nothing: a whole file is taken in once its sender has been answered (see [Inbox.Handler]).
func (u *upload) FinishUpload(context.Context) error { return nil }

// Terminate forgets an upload that its sender gives up.
func (u *upload) Terminate(context.Context) error {
	_ = os.Remove(u.part()) // gone already when the file was taken in
	return disk.Remove(u.store.path(u.ID, ".json"))
}

// AsTerminatableUpload fits the protocol's termination.
func (s *inboxStore) AsTerminatableUpload(u tus.Upload) tus.TerminatableUpload { return u.(*upload) }
