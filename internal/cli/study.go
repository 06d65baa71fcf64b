package cli

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/dataset"
	"comity/internal/node"
	"comity/internal/store/db"
)

func studyCommand(env Env) *cobra.Command {
	c := &cobra.Command{Use: "study", Short: "Files that come of a study's data", Args: args(cobra.NoArgs), RunE: help}
	c.AddCommand(studyReproduce(env))
	return c
}

func studyReproduce(env Env) *cobra.Command {
	where, of, lang, year := place{}, "", "en", 0
	c := &cobra.Command{
		Use: "reproduce --study ID DIR", Short: "Write every file of a study's newest dataset once more", Args: args(cobra.ExactArgs(1)),
		Long: `reproduce writes, from the newest frozen dataset of the study alone, the answers of each audience as
CSV, XLSX, SPSS system file and DDI, each table that is out with its picture, the map, and SHA256SUMS.
The same dataset gives the same bytes, on any machine. The files of answers are for those who analyse
them: only what is secret is left out.`,
		RunE: func(c *cobra.Command, a []string) error {
			if err := official("study reproduce", lang); err != nil {
				return err
			}
			if of == "" {
				return usageError{fmt.Errorf("study reproduce: --study is needed")}
			}
			return withNode(c.Context(), env, where, func(n *node.Node) error {
				sum, files, err := reproduced(c, n, of, language.Tag(lang), year)
				if err == nil {
					err = leave(a[0], files)
				}
				if err != nil {
					return fmt.Errorf("study %s: %w", of, err)
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "dataset %s: %d files in %s\n", sum, len(files), a[0])
				return err
			})
		},
	}
	where.flags(c)
	c.Flags().StringVar(&of, "study", "", "id of the study")
	c.Flags().StringVar(&lang, "lang", lang, "language of labels: ar, en, es, fr, ru or zh")
	c.Flags().IntVar(&year, "year", 0, "newest year of Internet use under the map; that of the freeze when left out")
	return c
}

// reproduced makes the files of the newest dataset, and says its hash.
func reproduced(c *cobra.Command, n *node.Node, of string, tag language.Tag, year int) (sum string, files []dataset.File, err error) {
	st, err := id.Parse(of)
	if err != nil {
		return "", nil, err
	}
	err = n.DB.Reader.Read(c.Context(), db.House("command line"), func(tx *db.Tx) error {
		newest, err := dataset.Newest(c.Context(), tx, st)
		if err != nil {
			return err
		}
		content, err := dataset.Load(c.Context(), tx, newest.ID)
		if err != nil {
			return err
		}
		out, err := dataset.Out(c.Context(), tx, st)
		if err != nil {
			return err
		}
		if year == 0 {
			year = newest.Frozen.UTC().Year()
		}
		sum = string(newest.Hash)
		files, err = n.Data.Reproduce(content, out, n.Catalog.Get(tag), year)
		return err
	})
	return sum, files, err
}

// leave writes the files and what sha256sum -c reads, for nobody but who called.
func leave(dir string, files []dataset.File) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var sums strings.Builder
	for _, f := range files {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(f.Data), f.Name)
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(sums.String()), 0o600)
}
