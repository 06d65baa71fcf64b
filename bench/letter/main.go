// Command letter measures the PDF of one Arabic letter against LibreOffice and Chromium on the same content.
//
// A running node makes a letter inside itself; with the other two it would start a program for it. That is the first
// comparison. The second leaves the start of every program out: twenty letters, made in one go.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"comity/bench/measure"
	"comity/internal/base/language"
	"comity/internal/cooperation/request"
	"comity/internal/engine/document"
	"comity/internal/engine/document/docx"
	"comity/internal/engine/document/html"
	"comity/internal/engine/instrument"
	"comity/internal/node"
)

const (
	rounds = 5
	batch  = 20
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "letter:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: letter COMITY")
	}
	dir, err := os.MkdirTemp("", "comity-letter-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b := &bench{ctx: ctx, comity: os.Args[1], dir: dir}
	if err := b.prepare(); err != nil {
		return err
	}
	measure.Head(os.Stdout, "PDF of one Arabic letter of four pages (the example of produce.subscriber)")
	if err := b.single(); err != nil {
		return err
	}
	return b.many()
}

// bench holds the letter in each of its forms.
type bench struct {
	ctx         context.Context
	comity, dir string
	law         *request.Law
	answers     instrument.Answers
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

// prepare writes the letter's answers, and the letter as the others take it in.
func (b *bench) prepare() error {
	catalog, err := language.Load(node.Words()...)
	if err != nil {
		return err
	}
	if b.law, err = request.LoadLaw(catalog, true); err != nil {
		return err
	}
	t, ok := b.law.Types.Get("produce.subscriber")
	if !ok {
		return fmt.Errorf("the type produce.subscriber is gone")
	}
	if err := os.WriteFile(b.path("answers.json"), t.Example, 0o600); err != nil {
		return err
	}
	if b.answers, err = instrument.ParseAnswers(t.Example); err != nil {
		return err
	}
	d, err := b.doc()
	if err != nil {
		return err
	}
	for i := range batch {
		if err := b.write(fmt.Sprintf("letter%02d.docx", i), func(f *os.File) error { return docx.Write(f, d) }); err != nil {
			return err
		}
	}
	return b.write("letter.html", func(f *os.File) error { return html.Page(f, d) })
}

func (b *bench) write(name string, fill func(*os.File) error) error {
	f, err := os.Create(b.path(name))
	if err != nil {
		return err
	}
	if err := fill(f); err != nil {
		return err
	}
	return f.Close()
}

// doc composes the letter.
func (b *bench) doc() (*document.Doc, error) {
	l, err := b.law.Letter(b.answers, language.Arabic, "MA-DACG-2026-000008", true, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	if err != nil {
		return nil, err
	}
	return l.Doc, nil
}

// ours composes the letter from its answers and sets it, n times: more than the others do, who get it composed.
func (b *bench) ours(n int) error {
	for range n {
		d, err := b.doc()
		if err != nil {
			return err
		}
		if _, err := b.law.PDF(d); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) command(name string, args ...string) error {
	c := exec.CommandContext(b.ctx, name, args...)
	c.Dir = b.dir
	c.Env = append(os.Environ(), "HOME="+b.dir)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

func (b *bench) libreOffice(files ...string) error {
	return b.command("soffice", append([]string{"--headless", "--convert-to", "pdf", "--outdir", "out"}, files...)...)
}

func (b *bench) single() error {
	m, err := measure.Rounds(rounds,
		measure.Side{Name: "node", Run: func() (time.Duration, error) { return measure.Took(func() error { return b.ours(1) }) }},
		measure.Side{Name: "libreoffice", Run: func() (time.Duration, error) {
			return measure.Took(func() error { return b.libreOffice("letter00.docx") })
		}},
		measure.Side{Name: "chromium", Run: func() (time.Duration, error) {
			return measure.Took(func() error {
				return b.command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--print-to-pdf=out.pdf", "letter.html")
			})
		}},
		measure.Side{Name: "command", Run: func() (time.Duration, error) {
			return measure.Took(func() error {
				return b.command(b.comity, "request", "render", "--lang", "ar", "--format", "pdf", "-o", "own.pdf", "answers.json")
			})
		}},
	)
	if err != nil {
		return err
	}
	w := os.Stdout
	measure.Figure(w, "a running node, from the answers", ms(m["node"]), " ms")
	measure.Figure(w, "comity request render, its start included", ms(m["command"]), " ms")
	measure.Figure(w, "soffice --convert-to pdf letter.docx", ms(m["libreoffice"]), " ms")
	measure.Figure(w, "chromium --print-to-pdf letter.html", ms(m["chromium"]), " ms")
	measure.Goal(w, "LibreOffice : a running node", ratio(m, "libreoffice", "node"), " x", true, 100)
	measure.Goal(w, "Chromium : a running node", ratio(m, "chromium", "node"), " x", true, 20)
	measure.Figure(w, "LibreOffice : comity request render", ratio(m, "libreoffice", "command"), " x")
	measure.Figure(w, "Chromium : comity request render", ratio(m, "chromium", "command"), " x")
	return nil
}

// many leaves the start of all programs out, as far as they let us.
func (b *bench) many() error {
	var files []string
	for i := range batch {
		files = append(files, fmt.Sprintf("letter%02d.docx", i))
	}
	browser, stop, err := openBrowser(b.ctx, b.dir)
	if err != nil {
		return err
	}
	defer stop()
	m, err := measure.Rounds(3,
		measure.Side{Name: "node", Run: func() (time.Duration, error) { return measure.Took(func() error { return b.ours(batch) }) }},
		measure.Side{Name: "libreoffice", Run: func() (time.Duration, error) { return measure.Took(func() error { return b.libreOffice(files...) }) }},
		measure.Side{Name: "chromium", Run: func() (time.Duration, error) {
			return measure.Took(func() error { return browser.print("file://"+b.path("letter.html"), batch) })
		}},
	)
	if err != nil {
		return err
	}
	w := os.Stdout
	measure.Figure(w, "one of 20: a running node", ms(m["node"])/batch, " ms")
	measure.Figure(w, "one of 20: LibreOffice, started once", ms(m["libreoffice"])/batch, " ms")
	measure.Figure(w, "one of 20: Chromium, started before", ms(m["chromium"])/batch, " ms")
	measure.Figure(w, "one of 20: LibreOffice : a running node", ratio(m, "libreoffice", "node"), " x")
	measure.Figure(w, "one of 20: Chromium : a running node", ratio(m, "chromium", "node"), " x")
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func ratio(m measure.Medians, slow, fast string) float64 { return float64(m[slow]) / float64(m[fast]) }
