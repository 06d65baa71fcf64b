package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed assets/*.css assets/*.js assets/*.svg
var assetFiles embed.FS

const assetPrefix = "/assets/"

// asset is one file as it is served.
type asset struct {
	path      string // "/assets/5f0c…/comity.css"
	integrity string // for the attribute of the same name
	kind      string
	plain     []byte
	zipped    []byte
}

// assets serves the files by the hash of their content, so that a browser may keep them for ever.
type assets struct {
	byName map[string]*asset
	byPath map[string]*asset
}

func loadAssets() (*assets, error) {
	all := &assets{byName: map[string]*asset{}, byPath: map[string]*asset{}}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	for _, e := range entries {
		b, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("assets: %w", err)
		}
		a, err := newAsset(e.Name(), b)
		if err != nil {
			return nil, fmt.Errorf("asset %s: %w", e.Name(), err)
		}
		all.byName[e.Name()], all.byPath[a.path] = a, a
	}
	return all, nil
}

func newAsset(name string, b []byte) (*asset, error) {
	var zipped bytes.Buffer
	z, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	short, long := sha256.Sum256(b), sha512.Sum384(b)
	return &asset{
		path:      assetPrefix + hex.EncodeToString(short[:10]) + "/" + name,
		integrity: "sha384-" + base64.StdEncoding.EncodeToString(long[:]),
		kind:      mime.TypeByExtension(path.Ext(name)),
		plain:     b,
		zipped:    zipped.Bytes(),
	}, nil
}

// ServeHTTP answers GET and HEAD for a file under its hash; any other address is 404, without a page.
func (s *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := s.byPath[r.URL.Path]
	if !ok || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := a.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	w.Write(body) //nolint:errcheck // the other side went away
}
