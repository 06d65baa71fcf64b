package types

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"comity/internal/base/errs"
	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/treaty"
)

// A node adds a type by a folder of the same shape; what is wrong in it is named.
func TestLoadMore(t *testing.T) {
	law, err := treaty.Default()
	if err != nil {
		t.Fatal(err)
	}
	good := map[string]string{
		"records.public/type.toml":    "code = \"records.public\"\nname = \"Give public records\"\nabout = \"Asks for records that are open.\"\n",
		"records.public/form.csv":     "type,name,label,section\ntext,register,Register,measures\n",
		"records.public/rules.toml":   "[[rule]]\nid = \"PUB-01\"\nrev = 1\nsev = \"warn\"\norigin = \"house\"\ntypes = [\"records.public\"]\ncontext = \"/request/measure\"\nassert = \"string(register) != ''\"\nmessage = \"Name the register.\"\nfix = \"register\"\ncite = [\"practice\"]\n",
		"records.public/letter.toml":  "",
		"records.public/example.json": `{"format":"comity/answers/1","request":{"measure":[{"@type":"records.public"}]}}`,
	}
	with := func(name, text string) map[string]string {
		m := maps.Clone(good)
		m[name] = text
		return m
	}
	without := func(name string) map[string]string {
		m := maps.Clone(good)
		delete(m, name)
		return m
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  string // part of the error, "" when there is none
	}{
		"whole":                 {good, ""},
		"another code":          {with("records.public/type.toml", "code = \"records.open\"\nname = \"x\"\nabout = \"x\"\n"), "records.public/type.toml"},
		"an unknown key":        {with("records.public/type.toml", good["records.public/type.toml"]+"tarck = \"formal\"\n"), "records.public/type.toml:4: nothing here is called tarck"},
		"a basis that is none":  {with("records.public/type.toml", good["records.public/type.toml"]+"[[basis]]\ntreaty = \"TOC\"\narticle = \"18(29)\"\n"), "does not serve"},
		"a treaty that is none": {with("records.public/type.toml", good["records.public/type.toml"]+"[[basis]]\ntreaty = \"XYZ\"\narticle = \"1\"\n"), "XYZ"},
		"a track that is none":  {with("records.public/type.toml", good["records.public/type.toml"]+"track = \"formel\"\n"), "formal"},
		"a clock that is none":  {with("records.public/type.toml", good["records.public/type.toml"]+"clocks = [\"status.qery\"]\n"), "status.qery"},
		"a broken form":         {with("records.public/form.csv", "type,name,label,relevant\ntext,register,Register,$$$\n"), "form.csv:2"},
		"no example":            {without("records.public/example.json"), "example.json"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for f, text := range c.files {
				fsys[f] = &fstest.MapFile{Data: []byte(text)}
			}
			ts, err := Load(law, fsys)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("Load = %v, want an error that names %s", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			rules, err := ts.Rules(law)
			if err != nil {
				t.Fatal(err)
			}
			ty, _ := ts.Get("records.public")
			found, err := rules.Check(answers(t, ty.Example).Tree(), rule.Env{Treaties: law})
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, f := range found {
				ids = append(ids, f.Rule)
			}
			if !strings.Contains(strings.Join(ids, " "), "PUB-01") {
				t.Errorf("the new type's rule is silent: %v", ids)
			}
		})
	}
	if _, err := Load(law, Own()); !errors.Is(err, errs.Invalid) {
		t.Errorf("the same types twice: %v, want not valid", err)
	}
}

func TestFile(t *testing.T) {
	ts := load(t).types
	if b, err := ts.File("_cover", "letter.toml"); err != nil || len(b) == 0 {
		t.Errorf("File(_cover, letter.toml) = %d bytes, %v", len(b), err)
	}
	if _, err := ts.File("_cover", "nothing"); !errors.Is(err, errs.NotFound) {
		t.Errorf("File(_cover, nothing) = %v, want not found", err)
	}
}
