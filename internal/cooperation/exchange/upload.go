package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"comity/internal/base/errs"
)

// tusVersion is the version of the upload protocol (tus.io) that both sides speak.
const tusVersion = "1.0.0"

// uploader is the sending side of one delivery. It takes no more from the other side than a few headers and a receipt.
type uploader struct {
	client *http.Client
	base   string // the peer's address
}

// busyError asks for patience: the other side is checking, or has too much to do.
type busyError struct{ after time.Duration }

func (e busyError) Error() string { return "the other side is not ready yet" }
func (e busyError) Unwrap() error { return errs.Unavailable }

// maxProblem is how much of an error's body is read.
const maxProblem = 8 << 10

// send uploads the file and returns the other side's path of the upload. before is the path of an earlier attempt, "" for
// none: what arrived then is not sent again.
func (u uploader) send(ctx context.Context, path, before string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if before != "" {
		offset, err := u.offset(ctx, before)
		if err == nil && offset == info.Size() {
			return before, nil
		}
		if err == nil {
			return before, u.patch(ctx, before, f, offset)
		}
		if !errors.Is(err, errs.NotFound) {
			return "", err
		}
	}
	upload, err := u.create(ctx, info.Size())
	if err != nil {
		return "", err
	}
	return upload, u.patch(ctx, upload, f, 0)
}

func (u uploader) create(ctx context.Context, size int64) (string, error) {
	resp, err := u.do(ctx, http.MethodPost, "/exchange/v1/inbox", nil, map[string]string{"Upload-Length": strconv.FormatInt(size, 10)})
	if err != nil {
		return "", fmt.Errorf("create upload: %w", err)
	}
	defer drain(resp)
	if resp.StatusCode != http.StatusCreated {
		return "", problemOf(resp, "create upload")
	}
	location := resp.Header.Get("Location")
	i := strings.Index(location, "/exchange/v1/inbox/")
	if i < 0 {
		return "", errs.Invalidf("create upload: the other side named no place")
	}
	return location[i:], nil
}

func (u uploader) offset(ctx context.Context, upload string) (int64, error) {
	resp, err := u.do(ctx, http.MethodHead, upload, nil, nil)
	if err != nil {
		return 0, fmt.Errorf("ask for the offset: %w", err)
	}
	defer drain(resp)
	switch resp.StatusCode {
	case http.StatusOK, http.StatusNoContent:
		return strconv.ParseInt(resp.Header.Get("Upload-Offset"), 10, 64)
	case http.StatusNotFound, http.StatusGone:
		return 0, errs.NotFound
	}
	return 0, problemOf(resp, "ask for the offset")
}

func (u uploader) patch(ctx context.Context, upload string, f *os.File, offset int64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	body := io.NewSectionReader(f, offset, info.Size()-offset)
	resp, err := u.do(ctx, http.MethodPatch, upload, body, map[string]string{
		"Content-Type": "application/offset+octet-stream", "Upload-Offset": strconv.FormatInt(offset, 10),
	})
	if err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	defer drain(resp)
	if resp.StatusCode != http.StatusNoContent {
		return problemOf(resp, "upload")
	}
	return nil
}

// receipt fetches the sealed receipt into a file of dir.
func (u uploader) receipt(ctx context.Context, upload, dir string) (string, error) {
	resp, err := u.do(ctx, http.MethodGet, upload+"/receipt", nil, nil)
	if err != nil {
		return "", fmt.Errorf("fetch receipt: %w", err)
	}
	defer drain(resp)
	switch resp.StatusCode {
	case http.StatusAccepted:
		return "", busyError{5 * time.Second}
	case http.StatusOK:
	default:
		return "", problemOf(resp, "fetch receipt")
	}
	f, err := os.CreateTemp(dir, "receipt-*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, io.LimitReader(resp.Body, maxReceiptFile))
	if e := f.Close(); err == nil {
		err = e
	}
	return f.Name(), err
}

// maxReceiptFile is the largest envelope of a receipt that is taken.
const maxReceiptFile = 1 << 20

func (u uploader) do(ctx context.Context, method, path string, body io.Reader, header map[string]string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(u.base, "/")+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Tus-Resumable", tusVersion)
	for k, v := range header {
		req.Header.Set(k, v)
	}
	if s, ok := body.(*io.SectionReader); ok {
		req.ContentLength = s.Size()
	}
	resp, err := u.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, errs.Unavailable)
	}
	return resp, nil
}

func drain(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, maxProblem)
	_ = resp.Body.Close()
}
