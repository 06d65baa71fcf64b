package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"comity/internal/base/canonical"
	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/cooperation/request"
	"comity/internal/cooperation/rule"
	"comity/internal/engine/document"
	"comity/internal/engine/document/docx"
	"comity/internal/engine/document/html"
	"comity/internal/engine/instrument"
	"comity/internal/node"
)

func requestCommand(env Env) *cobra.Command {
	c := &cobra.Command{Use: "request", Short: "Requests as files: check and render them", Args: args(cobra.NoArgs), RunE: help}
	c.AddCommand(requestCheck(env), requestRender(env))
	return c
}

// finding is one line of the check as machines read it.
type finding struct {
	Rule     string        `json:"rule"`
	Severity rule.Severity `json:"severity"`
	Path     string        `json:"path"`
	Message  string        `json:"message"`
	Cite     []string      `json:"cite"`
}

func requestCheck(env Env) *cobra.Command {
	asJSON, lang := false, "en"
	c := &cobra.Command{
		Use: "check ANSWERS.json", Short: "Say what a request still lacks, by article", Args: args(cobra.ExactArgs(1)),
		Long: "check asks every rule about the answers. It exits with 3 when one of severity error finds something.\nANSWERS.json may be - for standard input.",
		RunE: func(c *cobra.Command, a []string) error {
			if err := official("request check", lang); err != nil {
				return err
			}
			law, answers, err := readRequest(env, a[0])
			if err != nil {
				return fmt.Errorf("request check %s: %w", a[0], err)
			}
			found, err := law.Check(answers, answers.Get("exercise") == "true", env.Now())
			if err != nil {
				return err
			}
			return printFindings(c.OutOrStdout(), law, found, language.Tag(lang), asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	c.Flags().StringVar(&lang, "lang", lang, "language of the messages: ar, en, es, fr, ru or zh")
	return c
}

func printFindings(w io.Writer, law *request.Law, found []rule.Finding, tag language.Tag, asJSON bool) error {
	p := law.Catalog.Get(tag)
	list := []finding{}
	bad := false
	for _, f := range found {
		bad = bad || f.Severity == rule.Error
		cites := []string{}
		for _, c := range f.Cites {
			source := c.Source
			if source != "" {
				source = p.T(source)
			}
			cites = append(cites, strings.TrimSpace(string(c.Treaty)+" "+c.Article+source))
		}
		list = append(list, finding{f.Rule, f.Severity, f.Path, law.Sentence(f, p), cites})
	}
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		if err := enc.Encode(list); err != nil {
			return err
		}
	} else {
		for i, f := range list {
			unread := ""
			if !found[i].Checked {
				unread = " (not yet read in the official text)"
			}
			fmt.Fprintf(w, "%-6s %-5s %s\n       %s\n       %s%s\n", f.Rule, f.Severity, f.Message, f.Path, strings.Join(f.Cite, "; "), unread)
		}
		if len(list) == 0 {
			fmt.Fprintln(w, "nothing is missing")
		}
	}
	if bad {
		return errNo
	}
	return nil
}

func requestRender(env Env) *cobra.Command {
	lang, format, out := "en", "pdf", "-"
	c := &cobra.Command{
		Use: "render ANSWERS.json", Short: "Write the letter of a request", Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, a []string) error {
			if err := official("request render", lang); err != nil {
				return err
			}
			law, answers, err := readRequest(env, a[0])
			if err != nil {
				return fmt.Errorf("request render %s: %w", a[0], err)
			}
			at, err := time.Parse(time.DateOnly, answers.Get("request/date"))
			if err != nil {
				at = env.Now()
			}
			l, err := law.Letter(answers, language.Tag(lang), answers.Get("request/ref/own"), answers.Get("exercise") == "true", at)
			if err != nil {
				return fmt.Errorf("request render %s: %w", a[0], err)
			}
			for _, s := range l.Untranslated {
				fmt.Fprintf(c.ErrOrStderr(), "comity: no translation into %s: %s\n", lang, s)
			}
			return writeOut(env, out, func(w io.Writer) error { return renderDoc(w, law, l.Doc, format) })
		},
	}
	c.Flags().StringVar(&lang, "lang", lang, "language: ar, en, es, fr, ru or zh")
	c.Flags().StringVar(&format, "format", format, "pdf, docx or html")
	c.Flags().StringVarP(&out, "output", "o", out, "file to write, - for standard output")
	return c
}

func renderDoc(w io.Writer, law *request.Law, d *document.Doc, format string) error {
	switch format {
	case "pdf":
		b, err := law.PDF(d)
		if err != nil {
			return err
		}
		_, err = w.Write(b)
		return err
	case "docx":
		return docx.Write(w, d)
	case "html":
		return html.Page(w, d)
	}
	return usageError{fmt.Errorf("request render: --format %s: want pdf, docx or html", format)}
}

// official refuses a language in which not every sentence is there.
func official(command, lang string) error {
	if slices.Contains(language.Official(), language.Tag(lang)) {
		return nil
	}
	return usageError{fmt.Errorf("%s: --lang %s: want one of ar, en, es, fr, ru, zh", command, lang)}
}

// readRequest reads an answers file. An exercise goes by the exercise's table of treaties.
func readRequest(env Env, name string) (*request.Law, instrument.Answers, error) {
	b, err := readIn(env, name, canonical.MaxBytes)
	if err != nil {
		return nil, instrument.Answers{}, err
	}
	answers, err := instrument.ParseAnswers(b)
	if err != nil {
		return nil, instrument.Answers{}, err
	}
	catalog, err := language.Load(node.Words()...)
	if err != nil {
		return nil, instrument.Answers{}, err
	}
	law, err := request.LoadLaw(catalog, answers.Get("exercise") == "true")
	if err != nil {
		return nil, instrument.Answers{}, err
	}
	for i := range answers.Count("request/measure") {
		t := answers.Get(fmt.Sprintf("request/measure[%d]/@type", i+1))
		if _, ok := law.Types.Get(t); !ok {
			return nil, answers, errs.Invalidf("measure %d: there is no type of request called %q", i+1, t)
		}
	}
	return law, answers, nil
}

// readIn reads a file of at most limit bytes, or standard input for "-".
func readIn(env Env, name string, limit int64) ([]byte, error) {
	r := env.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		r = f
	}
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = errs.Invalidf("the file is larger than %d bytes", limit)
	}
	return b, err
}

// writeOut writes a file whole or not at all; "-" is standard output.
func writeOut(env Env, name string, write func(io.Writer) error) error {
	if name == "-" {
		return write(env.Stdout)
	}
	f, err := os.Create(name + ".part")
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Close())
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), name)
}
