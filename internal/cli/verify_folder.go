package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"comity/internal/base/canonical"
	"comity/internal/cooperation/evidence"
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
	_, err = k.enclosed(v, k.with, canonical.Sum(b))
	return err
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
