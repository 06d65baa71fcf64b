package demo

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity/internal/capacity/learning"
	"comity/internal/capacity/structure"
	"comity/internal/capacity/workshop"
	"comity/internal/engine/access"
	"comity/internal/engine/document/sign"
	"comity/internal/store/db"
)

// TestCapacityWalk: the workshop of seven invented States runs from its roster to a network, and leaves its files: no
// person and no State is in the figures.
func TestCapacityWalk(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
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
	if err := w.WalkCapacity(ctx, dir, &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for name, want := range map[string]string{"baseline.json": "comity/baseline/1", "gain.json": "comity/gain/1", "agenda.ics": "BEGIN:VEVENT", "practice.csv": "what,code,n,value"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s: %v, %.80q", name, err, b)
		}
		if strings.Contains(string(b), "Learner") || strings.HasSuffix(name, ".json") && strings.Contains(string(b), "\"XB\"") {
			t.Errorf("%s names somebody, or a State", name)
		}
	}
	diploma, err := os.ReadFile(filepath.Join(dir, "certificate.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := sign.Enclosed(diploma, learning.CertificateFile, 1<<20)
	if err != nil || !strings.Contains(string(data), `"exercise":true`) || !strings.Contains(string(data), learning.CertificateFormat) {
		t.Errorf("certificate.pdf: %v %s", err, data)
	}
	if signed, err := sign.Verify(diploma); err != nil || len(signed) != 1 || signed[0].Broken != nil || signed[0].Changed {
		t.Errorf("certificate.pdf: signatures %+v (%v)", signed, err)
	}
	for name, want := range map[string]string{"assessment.pdf": "%PDF-", "roadmap.svg": "<svg", "results.asice": "PK"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.HasPrefix(string(b), want) {
			t.Errorf("%s: %v, %.20q", name, err, b)
		}
	}
	if os.Getenv("COMITY_TEST_TOOLS") == "1" { // programs that aren't ours read what came of it
		run(t, dir, "unzip", "-tq", "results.asice")
		run(t, dir, "xmllint", "--noout", "roadmap.svg")
		run(t, dir, "unzip", "-q", "-d", "results", "results.asice")
		run(t, filepath.Join(dir, "results"), "sha256sum", "-c", "--quiet", "manifest-sha256.txt")
		run(t, filepath.Join(dir, "results"), "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "META-INF/signature001.p7s", "-content", "META-INF/ASiCManifest001.xml",
			"-noverify", "-out", "/dev/null")
		if text := run(t, dir, "pdftotext", "assessment.pdf", "-"); !strings.Contains(text, "تمرين") {
			t.Errorf("assessment.pdf doesn't say that it is an exercise: %.200s", text)
		}
	}
	var g gainFile
	b, err := os.ReadFile(filepath.Join(dir, "gain.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	if g.Pairs != 28 || g.Gain.Mean < 9 || g.Gain.Mean > 11 || g.Gain.CI.Low <= 0 || len(g.Groups) != 2 || g.Groups["investigator"].N != 14 {
		t.Errorf("the gain: %+v", g)
	}
	org := w.Place("org")
	err = org.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
		f, err := org.Programmes.Figures(ctx, tx, "trafficking-online", time.Now().Year())
		if err != nil || f["trained"].N != 28 || f["alive"].N != 0 || !f["requests"].Kept {
			t.Errorf("the programme's figures: %+v (%v)", f, err)
		}
		list, err := workshop.List(ctx, tx, org.As("amina"))
		if err != nil || len(list) != 1 || list[0].Stage != workshop.Evaluated {
			t.Errorf("workshops: %+v (%v)", list, err)
		}
		series, err := org.Workshops.Series(ctx, tx, org.As("amina"), list[0].Series)
		if err != nil || len(series) != 1 || series[0].Attended != 28 {
			t.Errorf("the series: %+v (%v)", series, err)
		}
		said, err := org.Workshops.Opinions(ctx, tx, list[0])
		if err != nil || len(said) != 8 || strings.Join(said[0].Counts, " ") != "18 10 0 0" || len(said[7].Texts) != 4 {
			t.Errorf("how it was: %+v (%v)", said, err)
		}
		seats, err := workshop.Seats(ctx, tx, list[0].ID)
		n := 0
		for _, s := range seats {
			if s.Status == workshop.Attended {
				n++
			}
		}
		if n != 28 {
			t.Errorf("%d attended", n)
		}
		if err != nil {
			return err
		}
		cohorts, err := learning.Cohorts(ctx, tx)
		if err != nil || len(cohorts) != 1 || cohorts[0].State != learning.Frozen {
			t.Errorf("cohorts: %+v (%v)", cohorts, err)
		}
		standings, _, err := org.Mandates.Standings(ctx, tx)
		if err != nil {
			return err
		}
		shown := map[string]bool{}
		for _, s := range standings {
			for _, l := range s.Lives {
				shown[s.Doc.Symbol+" "+l.Kind] = true
			}
		}
		for _, want := range []string{"CCPCJ 20/7 training", "CCPCJ 22/8 training", "CCPCJ 22/8 partners"} {
			if !shown[want] {
				t.Errorf("the mandates show no %s: %v", want, shown)
			}
		}
		structures, err := structure.List(ctx, tx, org.As("amina"))
		if len(structures) != 1 || structures[0].Stage != structure.Established {
			t.Errorf("structures: %+v", structures)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]bool{"tariq": true, "amina": false} { // the cohort is the trainer's, not the manager's
		p := org.As(who)
		err := org.DB.Reader.Read(ctx, access.ScopeOf(p, time.Now()), func(tx *db.Tx) error {
			s, err := org.Workshops.Series(ctx, tx, p, "East Africa (exercise)")
			if len(s) != 1 || s[0].Gained != want || want && (s[0].Gain.N != 28 || s[0].Gain.Mean != g.Gain.Mean) {
				t.Errorf("the series as %s: %+v", who, s)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
