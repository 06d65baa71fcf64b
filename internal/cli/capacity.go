package cli

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"comity/internal/base/errs"
	"comity/internal/capacity/stats"
)

func capacityCommand(env Env) *cobra.Command {
	c := &cobra.Command{Use: "capacity", Short: "Figures of tests and assessments, without a database", Args: args(cobra.NoArgs), RunE: help}
	c.AddCommand(capacityGain(env), capacityItems(env), capacityStage(env))
	return c
}

// confidence is the level of every interval.
const confidence = 0.95

func capacityGain(env Env) *cobra.Command {
	most, asJSON := 0.0, false
	c := &cobra.Command{
		Use: "gain --max POINTS FILE.csv", Short: "The gain between two tests of the same people", Args: args(cobra.ExactArgs(1)),
		Long: `gain reads a table with the columns pre and post, one row a person (other columns are left alone; - is
standard input), and prints the mean gain with its 95 % interval by Student's t, and the three
normalised gains by their names. A row with only one of the two is a person who dropped out.`,
		RunE: func(c *cobra.Command, a []string) error {
			return withTable(env, a[0], func(t csvTable) error {
				pre, post, dropped, err := t.pairs()
				if err != nil {
					return err
				}
				g, err := stats.Gain(pre, post, confidence)
				if err != nil {
					return fmt.Errorf("%s: %w", a[0], err)
				}
				var norm *stats.Norm
				if most > 0 {
					n, err := stats.Normalised(pre, post, most)
					if err != nil {
						return fmt.Errorf("%s: normalised gain: %w", a[0], err)
					}
					norm = &n
				}
				return printGain(c.OutOrStdout(), g, norm, dropped, asJSON)
			})
		},
	}
	c.Flags().Float64Var(&most, "max", 0, "the most points a person can have, for the normalised gains")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printGain(w io.Writer, g stats.Paired, n *stats.Norm, dropped int, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			Gain       stats.Paired `json:"gain"`
			Normalised *stats.Norm  `json:"normalised"`
			Dropped    int          `json:"dropped_out"`
		}{g, n, dropped})
	}
	_, err := fmt.Fprintf(w, "pairs %d (dropped out: %d)\nbefore %.4g, after %.4g\ngain %.4g, 95 %% [%.4g, %.4g], t(%d) = %.4g\n",
		g.N, dropped, g.Pre, g.Post, g.Mean, g.CI.Low, g.CI.High, g.DF, g.T)
	if err == nil && n != nil {
		_, err = fmt.Fprintf(w, "normalised: of the class %.4g; mean of individual gains %.4g (left out: %d); mean of normalised changes %.4g (dropped: %d)\n",
			n.Class, n.Individual, n.Left, n.Change, n.Dropped)
	}
	return err
}

func capacityItems(env Env) *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: "items FILE.csv", Short: "How each question of a test did", Args: args(cobra.ExactArgs(1)),
		Long: `items reads a table of points, a row a person and a column a question (a column "person" is left alone; -
is standard input), and prints for each question its difficulty, its correlation with the rest and with
the whole, the difference of the upper and the lower 27 %, and alpha without it; and alpha of all. A
question's maximum is the most that somebody has had in it.`,
		RunE: func(c *cobra.Command, a []string) error {
			return withTable(env, a[0], func(t csvTable) error {
				names, scores, most, err := t.scores()
				if err != nil {
					return err
				}
				items, err := stats.Items(scores, most)
				if err != nil {
					return fmt.Errorf("%s: %w", a[0], err)
				}
				alpha, why := stats.Alpha(scores)
				return printItems(c.OutOrStdout(), names, items, stats.Value{X: alpha, Why: why}, len(scores), asJSON)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printItems(w io.Writer, names []string, items []stats.Item, alpha stats.Value, n int, asJSON bool) error {
	if asJSON {
		type named struct {
			Name string `json:"name"`
			stats.Item
		}
		all := make([]named, len(items))
		for i := range items {
			all[i] = named{names[i], items[i]}
		}
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			N     int         `json:"n"`
			Alpha stats.Value `json:"alpha"`
			Items []named     `json:"items"`
		}{n, alpha, all})
	}
	if _, err := fmt.Fprintf(w, "persons %d, alpha %s\n", n, figure(alpha)); err != nil {
		return err
	}
	for i, it := range items {
		if _, err := fmt.Fprintf(w, "%s: difficulty %.3f, rest %s, total %s, index %.3f, alpha without %s\n",
			names[i], it.Difficulty, figure(it.Rest), figure(it.Total), it.Index, figure(it.IfDeleted)); err != nil {
			return err
		}
	}
	return nil
}

func figure(v stats.Value) string {
	if v.Why != nil {
		return "none (" + v.Why.Error() + ")"
	}
	return strconv.FormatFloat(v.X, 'f', 3, 64)
}

// csvTable is a small table with a head.
type csvTable struct {
	name string
	head []string
	rows [][]string
}

// maxTable is how large a file of points may be.
const maxTable = 16 << 20

func withTable(env Env, name string, f func(csvTable) error) error {
	in, closed := env.Stdin, func() error { return nil }
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		in, closed = file, file.Close
	}
	rows, err := csv.NewReader(io.LimitReader(in, maxTable)).ReadAll()
	if err := errors.Join(err, closed()); err != nil {
		return fmt.Errorf("%s: %w (save it as CSV with commas)", name, err)
	}
	if len(rows) < 2 {
		return errs.Invalidf("%s: no rows below the head", name)
	}
	head := slices.Clone(rows[0])
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	return f(csvTable{name, head, rows[1:]})
}

// number reads a cell; "" is no number and no error.
func (t csvTable) number(row, col int) (v float64, there bool, err error) {
	s := strings.TrimSpace(t.rows[row][col])
	if s == "" {
		return 0, false, nil
	}
	v, err = strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false, errs.Invalidf("%s: row %d, %s: %q is no number", t.name, row+2, t.head[col], s)
	}
	return v, true, nil
}

func (t csvTable) pairs() (pre, post []float64, dropped int, err error) {
	a, b := slices.Index(t.head, "pre"), slices.Index(t.head, "post")
	if a < 0 || b < 0 {
		return nil, nil, 0, errs.Invalidf("%s: the head has no column pre or no column post", t.name)
	}
	for i := range t.rows {
		x, one, err := t.number(i, a)
		if err != nil {
			return nil, nil, 0, err
		}
		y, two, err := t.number(i, b)
		if err != nil {
			return nil, nil, 0, err
		}
		if one && two {
			pre, post = append(pre, x), append(post, y)
		} else if one || two {
			dropped++
		}
	}
	return pre, post, dropped, nil
}

func (t csvTable) scores() (names []string, scores [][]float64, most []float64, err error) {
	var cols []int
	for i, h := range t.head {
		if h != "person" {
			cols, names = append(cols, i), append(names, h)
		}
	}
	most = make([]float64, len(cols))
	for i := range t.rows {
		row := make([]float64, len(cols))
		for j, c := range cols {
			if row[j], _, err = t.number(i, c); err != nil { // nothing answered is no point
				return nil, nil, nil, err
			}
			most[j] = max(most[j], row[j])
		}
		scores = append(scores, row)
	}
	for j, m := range most {
		if m == 0 {
			return nil, nil, nil, errs.Invalidf("%s: nobody has a point in %s: its maximum isn't known", t.name, names[j])
		}
	}
	return names, scores, most, nil
}
