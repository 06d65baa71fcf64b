package directory

import (
	"errors"
	"testing"
	"testing/fstest"

	"comity/internal/base/errs"
	"comity/internal/base/language"
)

func TestLoad(t *testing.T) {
	d, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	a, ok := d.Central("MA")
	if !ok || a.Code != "MA-CA" || !a.Exercise {
		t.Fatalf("Central(MA) = %+v, %v", a, ok)
	}
	for _, a := range d.All() {
		for _, tag := range language.Official() {
			if a.Names[string(tag)] == "" {
				t.Errorf("%s has no name in %s", a.Code, tag)
			}
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"an unknown key":  "format = \"comity/directory/1\"\ncolour = 1\n",
		"another format":  "format = \"x\"\n",
		"no source":       "format = \"comity/directory/1\"\n[[authority]]\ncode = \"X\"\nstate = \"X\"\nkind = \"central\"\n[authority.names]\nen = \"X\"\n",
		"what is no TOML": "format = \n",
	} {
		if _, err := Load(fstest.MapFS{"x.toml": {Data: []byte(text)}}); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v, want errs.Invalid", name, err)
		}
	}
}
