package cli

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"comity/internal/base/canonical"
	"comity/internal/cooperation/evidence"
	"comity/internal/engine/envelope"
)

// verifyFolder checks a folder evidence/<item> that was taken out of a delivery: custody.json against the bytes.
func (k *knowledge) verifyFolder(v *verdict, dir string) error {
	b, err := readSmall(filepath.Join(dir, "custody.json"), canonical.MaxBytes)
	if err != nil {
		return fmt.Errorf("a folder is checked when it holds an item of evidence: %w", err)
	}
	c, err := evidence.ReadCustody(b)
	if err != nil {
		v.failed("custody", "%v", err)
		return nil
	}
	name, err := c.Beside()
	if err != nil {
		v.failed("custody", "%v", err)
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if n := e.Name(); n != name && n != "custody.json" && n != "case.jsonld" {
			v.failed("folder", "%q is in it, of which custody.json doesn't speak", n)
		} else if !e.Type().IsRegular() {
			v.failed("folder", "%q is a link or no file: what it shows can be another thing tomorrow", n)
		}
	}
	if err := compareBytes(v, filepath.Join(dir, name), c.Item); err != nil {
		return err
	}
	v.say("Item %q, called %q: %d bytes, SHA-256 %s.", c.Item.Label, c.Item.Name, c.Item.Size, c.Item.SHA256)
	if len(k.with) == 0 {
		v.skipped("origin", "custody.json is not signed by itself, anybody could have written it for these bytes: give the envelope it came in (--with) and its sender's card")
		return nil
	}
	sums, err := sumsIn(dir, entries)
	if err != nil {
		return err
	}
	for _, name := range k.with {
		if err := k.compareOrigin(v, c, sums, name); err != nil {
			return err
		}
	}
	return nil
}

// sumsIn returns the digests of a folder's files by name.
func sumsIn(dir string, entries []os.DirEntry) (map[string]canonical.Hash, error) {
	sums := map[string]canonical.Hash{}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue // said already
		}
		err := withFile(filepath.Join(dir, e.Name()), func(f *os.File, _ int64) (err error) {
			sums[e.Name()], err = sumOf(f)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
	}
	return sums, nil
}

// compareOrigin wants the folder's files to be those of the item's place in a sound delivery: not a record that the node
// passed on as somebody's annex.
func (k *knowledge) compareOrigin(v *verdict, c evidence.Custody, sums map[string]canonical.Hash, name string) error {
	return k.beside(name, func(r *envelope.Report) error {
		if err := vouched(r); err != nil {
			v.failed("origin", "%s: %v", name, err)
			return nil
		}
		m := r.Opened.Message
		if _, err := evidence.CheckFolders(m, reader(r.Opened)); err != nil {
			v.failed("origin", "%s: %v", name, err)
			return nil
		}
		place := path.Dir(c.File)
		for file, sum := range sums {
			if !slices.ContainsFunc(m.Content, func(f envelope.File) bool { return f.Path == place+"/"+file && f.SHA256 == sum }) {
				v.failed("origin", "%s has no such %s/%s", name, place, file)
				return nil
			}
		}
		v.passed("origin", "%s of %s, sealed by node %s (%s)", place, name, r.Opened.Sender.Node, r.Opened.Sender.State)
		k.sayEnvelope(v, r.Opened)
		return nil
	})
}

func compareBytes(v *verdict, file string, it evidence.CustodyItem) error {
	return withFile(file, func(f *os.File, size int64) error {
		sum, err := sumOf(f)
		if err != nil {
			return err
		}
		if sum != it.SHA256 || size != it.Size {
			v.failed("bytes", "%d bytes with SHA-256 %s, custody.json says %d with %s", size, sum, it.Size, it.SHA256)
			return nil
		}
		v.passed("bytes", "%d bytes, SHA-256 %s: as custody.json says", size, sum)
		return nil
	})
}
