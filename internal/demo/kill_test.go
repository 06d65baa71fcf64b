package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/request"
	"comity/internal/node/nodetest"
	"comity/internal/store/db"
)

// The child of TestKill: this test binary again, in this folder, with this many rounds of acts to do.
const (
	killDir    = "COMITY_KILL_DIR"
	killRounds = "COMITY_KILL_ROUNDS"
)

// TestMain lets the binary be its own victim.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		if err := victim(dir, os.Getenv(killRounds)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// journal remembers the entry id of each act before it is done. An act that is asked for again after a kill carries the
// same id, and so is done once.
type journal struct {
	path string
	IDs  map[string]id.ID
}

func openJournal(dir string) (*journal, error) {
	j := &journal{path: filepath.Join(dir, "journal.json"), IDs: map[string]id.ID{}}
	b, err := os.ReadFile(j.path)
	if errors.Is(err, os.ErrNotExist) {
		return j, nil
	}
	if err != nil {
		return nil, err
	}
	return j, json.Unmarshal(b, &j.IDs)
}

func (j *journal) entry(what string) (id.ID, error) {
	if n, ok := j.IDs[what]; ok {
		return n, nil
	}
	j.IDs[what] = id.New(time.Now())
	b, err := json.Marshal(j.IDs)
	if err != nil {
		return "", err
	}
	tmp := j.path + ".tmp"
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return "", err
	}
	return j.IDs[what], os.Rename(tmp, j.path)
}

// victim opens the world in dir and does every act that the journal hasn't seen finished: in each round a request goes
// from Portugal to Morocco and is acknowledged and accepted there.
func victim(dir, rounds string) error {
	n, err := strconv.Atoi(rounds)
	if err != nil {
		return err
	}
	ctx := context.Background()
	w, err := Start(ctx, Options{Dir: dir, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	j, err := openJournal(dir)
	if err != nil {
		return err
	}
	for i := range n {
		if err := round(ctx, w, j, strconv.Itoa(i)); err != nil {
			return fmt.Errorf("round %d: %w", i, err)
		}
	}
	return w.Stop()
}

func round(ctx context.Context, w *World, j *journal, i string) error {
	pt := side{w.Place("pt"), "ana", "rui", "teresa", "luis", "ines"}
	ma := side{w.Place("ma"), "nadia", "karim", "salma", "omar", "youssef"}
	t := tale{from: pt, to: ma, kind: "preserve.stored"}
	ids := map[string]id.ID{}
	for _, what := range []string{"case", "rui", "teresa", "luis", "draft", "replace", "submit", "approve", "sign", "send", "assign", "acknowledge", "accept"} {
		n, err := j.entry(i + " " + what)
		if err != nil {
			return err
		}
		ids[what] = n
	}
	k, out := ids["case"], ids["draft"]
	steps := []func() error{
		func() error {
			_, err := pt.Cases.Open(ctx, pt.As("ana"), pt.Office, "Round "+i+" (exercise)", true, k)
			return err
		},
		func() error { return pt.Cases.AddMember(ctx, pt.As("ana"), k, pt.People["rui"].ID, ids["rui"]) },
		func() error { return pt.Cases.AddMember(ctx, pt.As("ana"), k, pt.People["teresa"].ID, ids["teresa"]) },
		func() error { return pt.Cases.AddMember(ctx, pt.As("ana"), k, pt.People["luis"].ID, ids["luis"]) },
		func() error {
			_, err := pt.Requests.Draft(ctx, pt.As("ana"), request.NewDraft{Case: k, Types: []string{t.kind}, State: "MA", Lang: language.English}, out)
			return err
		},
		func() error {
			r, err := at(ctx, pt.Place, out)
			if err != nil || r.State != request.Draft {
				return err
			}
			answers, err := t.answers(r.Answers)
			if err != nil {
				return err
			}
			return pt.Requests.Replace(ctx, pt.As("ana"), out, answers, r.Version, ids["replace"])
		},
		func() error { return pt.Requests.Submit(ctx, pt.As("ana"), out, ids["submit"]) },
		func() error { return pt.Requests.Approve(ctx, pt.As("rui"), out, ids["approve"]) },
		func() error {
			r, err := at(ctx, pt.Place, out)
			if err != nil || r.State != request.Approved {
				return err
			}
			shown, err := pt.Requests.ForSignature(ctx, r)
			if err != nil {
				return err
			}
			return pt.Requests.Sign(ctx, pt.As("teresa"), out, shown.Digest, ids["sign"])
		},
		func() error { return pt.Requests.Transmit(ctx, pt.As("luis"), out, ids["send"]) },
		func() error { return t.reached(ctx, out) },
		func() error {
			return t.theirs(ctx, out, func(in id.ID) error {
				return ma.Requests.Assign(ctx, ma.As("omar"), in, ma.People["youssef"].ID, ids["assign"])
			})
		},
		func() error {
			return t.theirs(ctx, out, func(in id.ID) error {
				return ma.Requests.Acknowledge(ctx, ma.As("omar"), in, "registry", ids["acknowledge"])
			})
		},
		func() error {
			return t.theirs(ctx, out, func(in id.ID) error {
				return ma.Requests.Accept(ctx, ma.As("youssef"), in, nil, "", ids["accept"])
			})
		},
	}
	steps = append(steps, func() error { return await(ctx, pt.Place, out, request.Accepted) })
	for n, s := range steps {
		if err := patiently(s); err != nil {
			return fmt.Errorf("step %d: %w", n, err)
		}
	}
	return nil
}

// patiently tries a step again while it waits for a job: one that a killed process had taken is free again after its
// lease, a minute later.
func patiently(step func() error) error {
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		err := step()
		if err == nil || time.Now().After(end) || !errors.Is(err, errs.Unavailable) && !errors.Is(err, errNotYet) {
			return err
		}
	}
}

// reached waits until the request is registered at the other side.
func (t tale) reached(ctx context.Context, out id.ID) error {
	return t.theirs(ctx, out, func(id.ID) error { return nil })
}

// theirs gives the receiving side's own request to f, as soon as there is one.
func (t tale) theirs(ctx context.Context, out id.ID, f func(id.ID) error) error {
	r, err := at(ctx, t.from.Place, out)
	if err != nil {
		return err
	}
	for end := time.Now().Add(2 * patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		in, err := incoming(ctx, t.to.Place, r.Reference)
		if err != nil {
			return err
		}
		if in != "" {
			return f(in)
		}
	}
	return fmt.Errorf("request %s did not arrive: %w", r.Reference, errNotYet)
}

// TestKill ends the process by SIGKILL at random instants and starts it again, until every act is done. Then each act
// has had its effect exactly once on both sides, and both ledgers verify.
func TestKill(t *testing.T) {
	kills := 5
	if os.Getenv("COMITY_TEST_TOOLS") == "1" { // the whole test run takes its time
		kills = 50
	}
	const rounds = 12
	dir := t.TempDir()
	nodetest.KillAgainAndAgain(t, kills, 50*time.Millisecond, 400*time.Millisecond, killDir+"="+dir, killRounds+"="+strconv.Itoa(rounds))
	once(t, dir, rounds)
}

// once looks at what is there after all kills.
func once(t *testing.T, dir string, rounds int) {
	t.Helper()
	ctx := context.Background()
	w, err := Start(ctx, Options{Dir: dir, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]map[string]int{
		"pt": {"submit": rounds, "approve": rounds, "sign": rounds, "transmit": rounds, "acknowledge": rounds, "accept": rounds},
		"ma": {"receive": rounds, "assign": rounds, "acknowledge": rounds, "accept": rounds},
	} {
		p := w.Place(key)
		err := p.DB.Reader.Read(ctx, db.House("test"), func(tx *db.Tx) error {
			all, err := request.List(ctx, tx, request.Filter{Limit: 1000})
			if err != nil {
				return err
			}
			if len(all) != rounds {
				t.Errorf("%s has %d requests, want %d", key, len(all), rounds)
			}
			got := map[string]int{}
			for _, r := range all {
				moves, err := request.Moves(ctx, tx, r.ID)
				if err != nil {
					return err
				}
				for _, m := range moves {
					got[m.Move]++
				}
			}
			for move, n := range want {
				if got[move] != n {
					t.Errorf("%s: the move %s was made %d times, want %d", key, move, got[move], n)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if _, err := p.Log.Check(ctx); err != nil {
			t.Errorf("ledger of %s: %v", key, err)
		}
	}
	if err := w.Stop(); err != nil {
		t.Error(err)
	}
}
