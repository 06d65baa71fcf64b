package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/capacity/exercise"
	"comity/internal/capacity/exercise/counterpart"
	"comity/internal/cooperation/request"
	"comity/internal/cooperation/request/types"
	"comity/internal/cooperation/treaty"
	"comity/internal/node"
	"comity/internal/store/db"
)

func exerciseCommand(env Env) *cobra.Command {
	c := &cobra.Command{Use: "exercise", Short: "Exercises: material to work on, and marks", Args: args(cobra.NoArgs), RunE: help}
	c.AddCommand(exerciseList(env), exerciseMake(env), exerciseMark(env), exerciseLink(env), exerciseHanded(env))
	return c
}

func exerciseList(Env) *cobra.Command {
	lang := "en"
	c := &cobra.Command{
		Use: "list", Short: "Which exercises there are", Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := official("exercise list", lang); err != nil {
				return err
			}
			all, err := exercise.Load()
			if err != nil {
				return err
			}
			catalog, err := language.Load(exercise.Words()...)
			if err != nil {
				return err
			}
			for _, d := range all {
				if _, err := fmt.Fprintf(c.OutOrStdout(), "%s (%d min, %g points): %s\n", d.Name, d.Minutes, float64(d.Total())/100, catalog.Get(language.Tag(lang)).T(d.Title)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&lang, "lang", lang, "language: ar, en, es, fr, ru or zh")
	return c
}

func exerciseMake(env Env) *cobra.Command {
	name, out, key, seed := "", "", "", uint64(0)
	c := &cobra.Command{
		Use: "make --exercise NAME --seed N --out DIR", Short: "Write the material of an exercise", Args: args(cobra.NoArgs),
		Long: `make writes the material of one variant into DIR, a folder that is new or empty. The same seed gives the
same bytes, another seed another variant. Everything in it is invented. With --key the key of the
variant, which says what is planted and where, is written to FILE; keep it from those who are to find it.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if name == "" || out == "" {
				return usageError{fmt.Errorf("exercise make: --exercise and --out are needed")}
			}
			m, err := material(name, seed)
			if err != nil {
				return err
			}
			if err := writeMaterial(out, m.Files); err != nil {
				return err
			}
			if key != "" {
				if err := writeOut(env, key, func(w io.Writer) error { return indented(w, m.Key) }); err != nil {
					return err
				}
			}
			for _, f := range m.Key.Files {
				if _, err := fmt.Fprintf(c.OutOrStdout(), "%s  %s\n", f.SHA256, f.Name); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&name, "exercise", "", "name of the exercise; comity exercise list has them")
	c.Flags().Uint64Var(&seed, "seed", 0, "number of the variant")
	c.Flags().StringVar(&out, "out", "", "folder to write to")
	c.Flags().StringVar(&key, "key", "", "file for the key")
	return c
}

func exerciseMark(env Env) *cobra.Command {
	return &cobra.Command{
		Use: "mark KEY.json HANDED.json", Short: "Mark what was handed in", Args: args(cobra.ExactArgs(2)),
		Long: `mark prints the points of what was handed in, line by line, as JSON. HANDED.json has "named" (faults with
their items), "facts", "custody" (events of items in order), "request" and "findings" (rule ids, as
comity request check --json has them). It is a function of the two files.`,
		RunE: func(c *cobra.Command, a []string) error {
			var key exercise.Key
			var handed exercise.Handed
			for i, v := range []any{&key, &handed} {
				b, err := readIn(env, a[i], maxTable)
				if err != nil {
					return err
				}
				if err := json.Unmarshal(b, v); err != nil {
					return fmt.Errorf("%s: %w: %w", a[i], err, errs.Invalid)
				}
			}
			if key.Format != exercise.KeyFormat {
				return errs.Invalidf("%s: format is %q, want %q", a[0], key.Format, exercise.KeyFormat)
			}
			all, err := exercise.Load()
			if err != nil {
				return err
			}
			d, err := exercise.Find(all, key.Exercise)
			if err != nil {
				return err
			}
			if d.Version != key.Version {
				return errs.Invalidf("%s: the key is of version %s of the exercise, this program has %s", a[0], key.Version, d.Version)
			}
			return indented(c.OutOrStdout(), d.Mark(key, handed))
		},
	}
}

// material makes a variant of a shipped exercise.
func material(name string, seed uint64) (*exercise.Material, error) {
	all, err := exercise.Load()
	if err != nil {
		return nil, err
	}
	d, err := exercise.Find(all, name)
	if err != nil {
		return nil, err
	}
	var example []byte
	if d.Type != "" {
		law, err := treaty.Default()
		if err != nil {
			return nil, err
		}
		ts, err := types.Load(law.Exercise())
		if err != nil {
			return nil, err
		}
		t, ok := ts.Get(d.Type)
		if !ok {
			return nil, errs.Invalidf("exercise %s: there is no type of request called %q", name, d.Type)
		}
		example = t.Example
	}
	return d.Make(exercise.Variant{Seed: seed, Example: example})
}

// writeMaterial writes files into a folder that is new or empty.
func writeMaterial(dir string, files []exercise.File) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	there, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return fmt.Errorf("%s is not empty: %w", dir, errs.Conflict)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func indented(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// checkExercises says what is wrong with the exercises that come with the program: variants that can't be made, rules that
// there are not, texts that a language lacks.
func checkExercises(law *request.Law) ([]string, error) {
	all, err := exercise.Load()
	if err != nil {
		return nil, err
	}
	var problems []string
	for _, d := range all {
		if _, err := material(d.Name, 1); err != nil {
			problems = append(problems, err.Error())
		}
		for _, l := range d.Lines {
			for _, id := range l.Rules {
				if _, ok := law.Rules.Rule(id); !ok {
					problems = append(problems, fmt.Sprintf("exercise %s, line %s: there is no rule %q", d.Name, l.Name, id))
				}
			}
		}
	}
	for _, p := range language.Lint(law.Catalog, exercise.Messages(all)) {
		if strings.HasPrefix(p.Where, "exercise/") {
			problems = append(problems, p.String())
		}
	}
	return problems, nil
}

func exerciseLink(env Env) *cobra.Command {
	where, as := place{}, "drafter"
	c := &cobra.Command{
		Use: "link", Short: "A link with which a learner takes a seat at the practice nodes, once", Args: args(cobra.NoArgs),
		Long: `link makes a link to the practice nodes that comity serve runs beside the node, where comity.toml has
[practice] with a folder (dir) and the address of the learners' pages (listen). It works once. The seats
of a team are drafter, reviewer, signatory and registry; who practises alone takes one after the other.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if !slices.Contains(node.Seats(), as) {
				return usageError{fmt.Errorf("exercise link: --as %s: want one of %s", as, strings.Join(node.Seats(), ", "))}
			}
			conf, err := config(env, where)
			if err != nil {
				return err
			}
			if conf.Practice.Dir == "" {
				return errs.Invalidf("comity.toml has no [practice] with a folder")
			}
			link, err := node.PracticeLink(c.Context(), conf, as)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), link)
			return err
		},
	}
	where.flags(c)
	c.Flags().StringVar(&as, "as", as, "seat: drafter, reviewer, signatory or registry")
	return c
}

func exerciseHanded(env Env) *cobra.Command {
	where := place{}
	c := &cobra.Command{
		Use: "handed REFERENCE", Short: "What a practice node's own record shows of a request, to be marked", Args: args(cobra.ExactArgs(1)),
		Long: `handed prints, for comity exercise mark, what the rules find in a learner's request and the history of the
items that came in return, both from the record of the learners' node (--data, the folder "learners" of the
practice nodes). Faults and facts that the learner named are added by whoever marks.`,
		RunE: func(c *cobra.Command, a []string) error {
			return withNode(c.Context(), env, where, func(n *node.Node) error {
				return n.DB.Reader.Read(c.Context(), db.House("exercise"), func(tx *db.Tx) error {
					h, err := counterpart.HandedIn(c.Context(), tx, n.Requests.Law(), a[0], env.Now())
					if err != nil {
						return err
					}
					return indented(c.OutOrStdout(), h)
				})
			})
		},
	}
	where.flags(c)
	return c
}
