package demo

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/study"
	"comity/internal/mandate"
	"comity/internal/store/db"
)

// TestStudyWalk plays the study of the demonstration once, which takes its time, and looks at what came of it.
func TestStudyWalk(t *testing.T) {
	ctx := t.Context()
	w, err := Start(ctx, Options{Dir: t.TempDir(), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Stop(); err != nil {
			t.Error(err)
		}
	})
	var out bytes.Buffer
	k, err := w.Inquire(ctx, &out)
	t.Log("\n" + out.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Run("F5", func(t *testing.T) { recommends(t, w.Place("org"), k) })
	t.Run("leaves what it promises", func(t *testing.T) { leavesFiles(t, k) })
}

// recommends looks whether the study has run from its topics to recommendations, and every mandate of the seed has an
// activity and evidence from the running system.
func recommends(t *testing.T, org *Place, k *inquiry) {
	ctx := t.Context()
	err := org.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
		list, err := org.Responses.Submitted(ctx, tx, k.study)
		if err != nil {
			return err
		}
		count := map[string]int{}
		for _, x := range list {
			count[string(x.Respondent.Audience)+x.Respondent.Region]++
			if x.State != response.Validated {
				t.Errorf("the response of %s is %s", x.Respondent.Name, x.State)
			}
		}
		for key, want := range map[string]int{"state002": 11, "state019": 13, "state142": 19, "state150": 24, "state009": 2, "private": 40, "academic": 16, "igo": 11} {
			if count[key] != want {
				t.Errorf("%s: %d responses, want %d", key, count[key], want)
			}
		}
		all, _, err := org.Mandates.Standings(ctx, tx)
		seen := map[string]bool{}
		for _, s := range all {
			for _, symbol := range []string{"A/RES/64/179", "A/RES/65/230", "CCPCJ 20/7", "CCPCJ 22/7", "CCPCJ 22/8"} {
				if s.Doc.Symbol != symbol {
					continue
				}
				seen[symbol] = true
				if !s.Served() || s.Last == nil || len(s.Last.Evidence) == 0 || s.Last.State != mandate.Continuing || s.Last.ClearedBy == "" {
					t.Errorf("%s: served %v, last word %+v", s.Para.Name(), s.Served(), s.Last)
				}
			}
			if s.Para.Name() == "A/RES/65/230#op9" && !strings.Contains(s.Para.Due.String(), "before CCPCJ 20") {
				t.Errorf("op. 9 is due %q", s.Para.Due)
			}
		}
		if len(seen) != 5 {
			t.Errorf("seen %v, want five documents", seen)
		}
		return cmp.Or(err, dataAreThere(t, ctx, tx, k))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// dataAreThere looks at what the pages of the study's data show: tables of which something is shown, sound findings, an open
// question that is coded to the end.
func dataAreThere(t *testing.T, ctx context.Context, tx *db.Tx, k *inquiry) error {
	t.Helper()
	c, err := dataset.Load(ctx, tx, k.data)
	if err != nil {
		return err
	}
	out, err := dataset.Out(ctx, tx, k.study)
	if err != nil {
		return err
	}
	kinds := map[string]int{}
	for _, o := range out {
		r, err := c.CountOut(out, o.ID)
		if err != nil {
			return err
		}
		shown := 0
		for _, g := range r.Rows {
			for _, x := range g.Cells {
				if kinds["counts"]++; !x.Hidden() {
					shown++
				} else {
					kinds["kept back"]++
				}
			}
		}
		if t.Logf("table %d on %s: %d counts shown", o.N, o.Item, shown); shown == 0 {
			t.Errorf("nothing is shown of table %d, %+v", o.N, o.Table)
		}
		if o.Where != "" {
			kinds["filtered"]++
		}
	}
	if len(out) != 6 || kinds["filtered"] != 1 || kinds["kept back"] == 0 {
		t.Errorf("%d tables, %v; want six, one of them filtered, and some counts kept back", len(out), kinds)
	}
	findings, err := dataset.Findings(ctx, tx, k.study)
	if err != nil {
		return err
	}
	for _, f := range findings {
		if p := c.Check(f, out); f.Status != "reviewed" || len(p) > 0 {
			t.Errorf("finding %d is %s, %+v", f.Number, f.Status, p)
		}
	}
	if len(findings) != 3 {
		t.Errorf("%d findings and options, want two and one", len(findings))
	}
	q := dataset.Open{Audience: study.States, Item: proposals}
	a, err := dataset.Agree(ctx, tx, k.study, k.data, q, c)
	if err != nil {
		return err
	}
	if a == nil || len(a.Differ) == 0 || a.Decided != len(a.Differ) || a.Alpha < 0.6 || a.Alpha >= 1 {
		t.Errorf("the coding of proposals: %+v, want two coders who differ now and then, and each difference decided", a)
	}
	return nil
}

// leavesFiles checks the files that the study leaves with programs that aren't ours.
func leavesFiles(t *testing.T, k *inquiry) {
	dir := t.TempDir()
	if err := k.leave(dir, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"instrument.xlsx", "answers.asice", "dataset.csv", "dataset.sav", "ddi.xml", "map.svg", "report.pdf", "report.docx", "comments.xlsx", "translation.xlf",
		"session.ics", "mandates.json", "summary.json",
	} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || len(b) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
	for _, name := range []string{"map.svg", "ddi.xml"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Contains(bytes.ToUpper(b), []byte("SYNTHETIC")) {
			t.Errorf("%s doesn't say that its data are synthetic: %v", name, err)
		}
	}
	for _, c := range [][]string{
		{"unzip", "-tq", "answers.asice"}, {"unzip", "-tq", "instrument.xlsx"}, {"unzip", "-tq", "comments.xlsx"}, {"unzip", "-tq", "report.docx"}, {"pdftotext", "report.pdf", "-"},
		{"xmllint", "--noout", "ddi.xml", "map.svg", "translation.xlf"}, {"pspp", "-O", "format=csv", "look.sps"},
	} {
		program, err := exec.LookPath(c[0])
		if err != nil {
			if os.Getenv("COMITY_TEST_TOOLS") != "" {
				t.Errorf("%s: %v", c[0], err)
			}
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, "look.sps"), []byte("GET FILE='dataset.sav'.\nDISPLAY DICTIONARY.\nDESCRIPTIVES legislation_law_year.\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		x := exec.Command(program, c[1:]...)
		x.Dir, x.Env = dir, append(os.Environ(), "LC_ALL=C.UTF-8")
		got, err := x.CombinedOutput()
		if err != nil || bytes.Contains(got, []byte("error:")) {
			t.Errorf("%s: %v\n%.2000s", strings.Join(c, " "), err, got)
		}
		if c[0] == "pdftotext" && !bytes.Contains(bytes.ToLower(got), []byte("synthetic")) {
			t.Errorf("the report doesn't say that its data are synthetic: %.400s", got)
		}
	}
}
