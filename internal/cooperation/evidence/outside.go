package evidence

import (
	"fmt"
	"path"
	"strings"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/engine/envelope"
)

// CheckFolders makes, for someone who has an envelope and no node, the checks of [Evidence.Prepare] on the items in it:
// each folder whole, each custody.json written by the sender and about the bytes beside it. read returns a file's bytes
// up to a limit. The bytes of the items are not read: that they have the digests of the message is the envelope's check.
func CheckFolders(m *envelope.Message, read func(path string, most int64) ([]byte, error)) ([]Custody, error) {
	groups, err := grouped(m.Content)
	if err != nil {
		return nil, err
	}
	var all []Custody
	for _, g := range groups {
		b, err := read(g.custody.Path, canonical.MaxBytes)
		if err != nil {
			return nil, err
		}
		k, err := ReadCustody(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", g.custody.Path, err)
		}
		if err := agrees(k, m.From.Node, g); err != nil {
			return nil, err
		}
		all = append(all, k)
	}
	return all, nil
}

// Beside returns the name that the item's bytes have in the folder where custody.json stands; it is never a path.
func (k Custody) Beside() (string, error) {
	name := path.Base(k.File)
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") != "" || strings.Trim(name, ".") == "" || name == custodyFile || name == caseFile {
		return "", errs.Invalidf("custody.json: file %.80q is no name of an item's bytes", k.File)
	}
	return name, nil
}
