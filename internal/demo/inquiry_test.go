package demo

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"comity/internal/dialogue/response"
	"comity/internal/mandate"
	"comity/internal/store/db"
)

// TestF5: the study of the demonstration runs from its topics to recommendations, and every mandate of the seed has an
// activity and evidence from the running system.
func TestF5(t *testing.T) {
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
	org := w.Place("org")
	err = org.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
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
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
