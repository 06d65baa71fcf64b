package request

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/directory"
	"comity/internal/cooperation/request/letter"
	"comity/internal/cooperation/request/types"
	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/document"
	"comity/internal/engine/document/font"
	"comity/internal/engine/document/pdf"
	"comity/internal/engine/instrument"
)

// Law is what a node knows of forms, rules, letters and treaties: data, read once at start and never changed.
type Law struct {
	Types    *types.Types
	Rules    *rule.Set
	Treaties *treaty.Treaties
	Letters  *letter.Letters

	Directory *directory.Directory
	Catalog   *language.Catalog
	Fonts     *font.Set
}

// LoadLaw reads everything. An exercise node goes by the invented table of who is bound to what, a real one by the real
// table. What is wrong in a file is [errs.Invalid] and names it.
func LoadLaw(catalog *language.Catalog, exercise bool) (*Law, error) {
	l := &Law{Catalog: catalog, Fonts: font.Noto()}
	var err error
	if l.Treaties, err = treaty.Default(); err != nil {
		return nil, err
	}
	if l.Directory, err = directory.Load(); err != nil {
		return nil, err
	}
	if exercise {
		l.Treaties = l.Treaties.Exercise()
	}
	if l.Types, err = types.Load(l.Treaties); err != nil {
		return nil, err
	}
	if l.Rules, err = l.Types.Rules(l.Treaties); err != nil {
		return nil, err
	}
	l.Letters, err = letter.Load(l.Types, l.Treaties)
	return l, err
}

// Check asks every rule about the answers, as of now, and the rules on clocks about the clocks. exercise lets
// documentation addresses count as public.
func (l *Law) Check(a instrument.Answers, exercise bool, now time.Time, clocks ...rule.Clock) ([]rule.Finding, error) {
	tree := a.Tree()
	rule.Attach(tree, clocks, treaty.Date(now.Format(time.DateOnly)))
	found, err := l.Rules.Check(tree, rule.Env{Treaties: l.Treaties, Exercise: exercise, Now: now, Authorities: l.Directory})
	if err != nil {
		return nil, fmt.Errorf("check request: %w", err)
	}
	return found, nil
}

// CheckResponse asks the rules about what the receiving side is about to say to a request.
func (l *Law) CheckResponse(request []byte, r Response, exercise bool, now time.Time) ([]rule.Finding, error) {
	a, err := withRequest(request, r)
	if err != nil {
		return nil, err
	}
	all, err := l.Check(a, exercise, now)
	if err != nil {
		return nil, err
	}
	var about []rule.Finding
	for _, f := range all {
		if strings.HasPrefix(f.Path, "/response") {
			about = append(about, f)
		}
	}
	return about, nil
}

// Letter renders the answers as a letter in the language.
func (l *Law) Letter(a instrument.Answers, tag language.Tag, reference string, exercise bool, at time.Time) (*letter.Letter, error) {
	return l.Letters.Render(a, l.Catalog.Get(tag), letter.Options{Reference: reference, Exercise: exercise, At: at})
}

// PDF writes a document as PDF with the fonts of the program.
func (l *Law) PDF(d *document.Doc) ([]byte, error) {
	var b bytes.Buffer
	if err := pdf.Write(&b, d, l.Fonts); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Signatory gives the certificate and key with which a person signs letters; the key never leaves the node's keyring.
type Signatory func(ctx context.Context, person id.ID) (*x509.Certificate, crypto.Signer, error)
