// Command notice writes NOTICE: what others have made that is in the program, and under which licences.
//
//	go -C tools run ./notice          writes ../NOTICE
//	go -C tools run ./notice -check   exits with 1 when it isn't what would be written
//
// The list of modules is that of the packages that are linked into the program on any of the systems it is built for; the
// texts are taken from the modules themselves. What is vendored besides stands in the list below.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	root   = ".."
	target = "NOTICE"
)

// systems are those for which the program is released.
var systems = []string{"linux/amd64", "linux/arm64", "windows/amd64", "darwin/arm64"}

// vendored is what stands in the repository and isn't a Go module: what it is, and the file with its licence.
var vendored = []struct{ what, licence string }{
	{"Noto Sans, font (SIL Open Font License 1.1)", "internal/engine/document/font/data/LICENSE-NotoSans.txt"},
	{"Noto Naskh Arabic, font (SIL Open Font License 1.1)", "internal/engine/document/font/data/LICENSE-NotoNaskhArabic.txt"},
	{"Noto Sans SC, font (SIL Open Font License 1.1)", "internal/engine/document/font/data/LICENSE-NotoSansSC.txt"},
	{"world-atlas, from which the base map of pictures is made (ISC)", "internal/engine/picture/data/LICENSE.world-atlas.txt"},
	{"GOV.UK Frontend, styles and scripts of the pages (MIT)", "internal/engine/web/assets/LICENSE.govuk-frontend.txt"},
}

const head = `Comity is licensed under the Apache License, Version 2.0; see LICENSE.

It contains work of others, listed here with their licences. This file is written by tools/notice.

Names of States (internal/base/language/data/country.csv) are reduced from the data set "country-codes", which its makers
have put into the public domain (Open Data Commons Public Domain Dedication and License). The base map of pictures
(internal/engine/picture/data/world.txt) is made from Natural Earth, which is in the public domain. Internet use
(internal/engine/picture/data/internet.csv) is reduced from the World Development Indicators of the World Bank, indicator
IT.NET.USER.ZS (Creative Commons Attribution 4.0). axe-core (Mozilla Public License
2.0) stands in internal/engine/web/webtest/testdata for tests and isn't part of the program; neither are the published forms in
internal/engine/instrument/xlsform/testdata: REACH's of 2024 (MIT License), two question forms of ODK (Apache License, Version 2.0).
`

// part is one thing that others made, with the texts of its licence.
type part struct {
	name  string
	texts []string
}

func main() {
	check := flag.Bool("check", false, "compare with the file that is there")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "notice:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	parts, err := modules()
	if err != nil {
		return err
	}
	for _, v := range vendored {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(v.licence)))
		if err != nil {
			return err
		}
		parts = append(parts, part{v.what, []string{string(text)}})
	}
	want := write(parts)
	name := filepath.Join(root, target)
	if !check {
		return os.WriteFile(name, want, 0o644)
	}
	have, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !bytes.Equal(have, want) {
		return errors.New("NOTICE isn't up to date: run go -C tools run ./notice and read what has changed")
	}
	return nil
}

// modules lists Go itself and the modules linked into the program, in the order of their names.
func modules() ([]part, error) {
	goroot, err := goTool("linux/amd64", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	texts, err := licences(strings.TrimSpace(goroot))
	if err != nil {
		return nil, err
	}
	parts := []part{{"Go, its standard library", texts}}
	var lines []string
	for _, s := range systems {
		out, err := goTool(s, "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/comity")
		if err != nil {
			return nil, err
		}
		lines = append(lines, strings.Split(out, "\n")...)
	}
	slices.Sort(lines)
	for _, line := range slices.Compact(lines) {
		name, dir, ok := strings.Cut(line, "\t")
		if !ok {
			continue // an empty line: a package of ours or of Go
		}
		texts, err := licences(dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		parts = append(parts, part{name, texts})
	}
	return parts, nil
}

func goTool(system string, args ...string) (string, error) {
	goos, arch, _ := strings.Cut(system, "/")
	c := exec.Command("go", args...)
	c.Dir, c.Stderr = root, os.Stderr
	c.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+arch, "CGO_ENABLED=0")
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("go %s for %s: %w", args[0], system, err)
	}
	return string(out), nil
}

var licence = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)`)

// licences reads the texts that a folder has on its top. A module without any can't be used.
func licences(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, e := range entries {
		if e.IsDir() || !licence.MatchString(e.Name()) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(b))
	}
	if len(texts) == 0 {
		return nil, errors.New("it has no licence")
	}
	return texts, nil
}

// write puts each text once, under the names of all that have it.
func write(parts []part) []byte {
	names := map[string][]string{}
	var order []string
	for _, p := range parts {
		for _, t := range p.texts {
			t = strings.TrimSpace(strings.ReplaceAll(t, "\r\n", "\n"))
			if names[t] == nil {
				order = append(order, t)
			}
			names[t] = append(names[t], p.name)
		}
	}
	var b bytes.Buffer
	b.WriteString(head)
	for _, t := range order {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 100), strings.Join(slices.Compact(names[t]), "\n"), t)
	}
	return b.Bytes()
}
