package exercise_test

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	_ "modernc.org/sqlite"

	"comity/internal/base/canonical"
	"comity/internal/base/language"
	"comity/internal/capacity/exercise"
	"comity/internal/capacity/learning/data"
	"comity/internal/cooperation/request"
	"comity/internal/cooperation/rule"
	"comity/internal/engine/instrument"
)

func all(t testing.TB) []exercise.Exercise {
	t.Helper()
	list, err := exercise.Load()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func find(t testing.TB, name string) exercise.Exercise {
	t.Helper()
	d, err := exercise.Find(all(t), name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func law(t testing.TB) *request.Law {
	t.Helper()
	catalog, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	l, err := request.LoadLaw(catalog, true)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func example(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("../../cooperation/request/types/produce.subscriber/example.json")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func variant(t testing.TB, d exercise.Exercise, seed uint64) *exercise.Material {
	t.Helper()
	m, err := d.Make(exercise.Variant{Seed: seed, Example: example(t)})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func file(t testing.TB, m *exercise.Material, name string) []byte {
	t.Helper()
	i := slices.IndexFunc(m.Files, func(f exercise.File) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("the material has no %s", name)
	}
	return m.Files[i].Data
}

// TestShipped: three exercises; their competencies and rules exist, every text stands in six languages.
func TestShipped(t *testing.T) {
	list, l := all(t), law(t)
	if len(list) != 3 {
		t.Fatalf("%d exercises, want 3", len(list))
	}
	framework, err := data.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		for _, c := range d.Competencies {
			if _, ok := framework.Competency(c); !ok {
				t.Errorf("%s: there is no competency %q", d.Name, c)
			}
		}
		for _, line := range d.Lines {
			for _, id := range line.Rules {
				if _, ok := l.Rules.Rule(id); !ok {
					t.Errorf("%s, line %s: there is no rule %q", d.Name, line.Name, id)
				}
			}
		}
	}
	catalog, err := language.Load(exercise.Words()...)
	if err != nil {
		t.Fatal(err)
	}
	used := exercise.Messages(list)
	for _, p := range language.Lint(catalog, used) {
		if strings.HasPrefix(p.Where, "exercise/") {
			t.Error(p)
		}
	}
	for _, u := range used {
		for _, tag := range language.Official() {
			if tag != language.English && catalog.Get(tag).T(u.Msg) == u.Msg {
				t.Errorf("%s: %s has no translation of %q", u.Where, tag, u.Msg)
			}
		}
	}
}

// TestSameSeedSameBytes: a seed is a variant; the key has the true digest of every file.
func TestSameSeedSameBytes(t *testing.T) {
	for _, d := range all(t) {
		one, again, other := variant(t, d, 7), variant(t, d, 7), variant(t, d, 8)
		same := 0
		for i, f := range one.Files {
			if !bytes.Equal(f.Data, again.Files[i].Data) {
				t.Errorf("%s: %s has other bytes the second time", d.Name, f.Name)
			}
			if i < len(other.Files) && bytes.Equal(f.Data, other.Files[i].Data) {
				same++
			}
			if k := one.Key.Files[i]; k.Name != f.Name || k.SHA256 != canonical.Sum(f.Data) || k.Size != len(f.Data) {
				t.Errorf("%s: the key has %+v for %s", d.Name, k, f.Name)
			}
		}
		if same > 1 { // the administrator's note is the same in all
			t.Errorf("%s: %d of %d files are the same under another seed", d.Name, same, len(one.Files))
		}
	}
}

var (
	addressIn = regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b|\b2[0-9a-f]{3}:[0-9a-f:]+`)
	hostIn    = regexp.MustCompile(`(?i)(?:https?://|@)([a-z0-9.-]+\.[a-z]{2,})`)
	phoneIn   = regexp.MustCompile(`\+\d{6,}`)
)

// TestNothingIsReal: each address is of a documentation range, each host ends in .example, each number begins with +999.
func TestNothingIsReal(t *testing.T) {
	ranges := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")}
	seen := 0
	for _, d := range all(t) {
		for seed := range uint64(20) {
			for _, f := range variant(t, d, seed).Files {
				if f.Name == "request.json" || f.Name == "return.pdf" { // the shipped example is held by its own test; a PDF is packed
					continue
				}
				text := string(f.Data)
				for _, s := range addressIn.FindAllString(text, -1) {
					seen++
					a, err := netip.ParseAddr(s)
					if err != nil || !slices.ContainsFunc(ranges, func(p netip.Prefix) bool { return p.Contains(a) }) {
						t.Errorf("%s, %s: %s is of no documentation range", d.Name, f.Name, s)
					}
				}
				for _, m := range hostIn.FindAllStringSubmatch(text, -1) {
					seen++
					if !strings.HasSuffix(m[1], ".example") {
						t.Errorf("%s, %s: the host %s may be real", d.Name, f.Name, m[1])
					}
				}
				for _, s := range phoneIn.FindAllString(text, -1) {
					seen++
					if !strings.HasPrefix(s, "+999") {
						t.Errorf("%s, %s: the number %s may be real", d.Name, f.Name, s)
					}
				}
			}
		}
	}
	if seen < 1000 {
		t.Errorf("only %d identifiers were looked at", seen)
	}
}

// TestDeletedFileIsFoundByAnotherTool is P5: the Sleuth Kit lists the deleted file of the image and gives it back whole.
func TestDeletedFileIsFoundByAnotherTool(t *testing.T) {
	fls, err := exec.LookPath("fls")
	if err != nil {
		if os.Getenv("COMITY_TEST_TOOLS") != "" {
			t.Fatal("fls is missing (package sleuthkit)")
		}
		t.Skip("fls is missing (package sleuthkit)")
	}
	d := find(t, "two-telephones")
	for seed := range uint64(5) {
		m := variant(t, d, seed)
		img := filepath.Join(t.TempDir(), "laptop.img")
		if err := os.WriteFile(img, file(t, m, "laptop.img"), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(fls, "-f", "fat12", img).CombinedOutput()
		if err != nil {
			t.Fatalf("fls: %v\n%s", err, out)
		}
		got := regexp.MustCompile(`(?m)^r/r \* (\d+):\t_AYMENTS\.CSV$`).FindStringSubmatch(string(out))
		if got == nil {
			t.Fatalf("fls shows no deleted file:\n%s", out)
		}
		icat := func(inode string) []byte {
			b, err := exec.Command("icat", "-f", "fat12", img, inode).Output()
			if err != nil {
				t.Fatalf("icat %s: %v", inode, err)
			}
			return b
		}
		if sum := string(canonical.Sum(icat(got[1]))); sum != m.Key.Facts["deleted"] {
			t.Errorf("seed %d: the recovered file has %s, the key says %s", seed, sum, m.Key.Facts["deleted"])
		}
		live := regexp.MustCompile(`(?m)^r/r (\d+):\tHISTORY\.DB$`).FindStringSubmatch(string(out))
		if live == nil {
			t.Fatalf("fls shows no HISTORY.DB:\n%s", out)
		}
		visited(t, icat(live[1]), m.Key.Facts["visited"])
	}
}

// visited holds the browser's history against the key, as SQLite itself reads it.
func visited(t *testing.T, history []byte, want string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(name, history, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var sound string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		t.Errorf("integrity_check says %q (%v)", sound, err)
	}
	var n, at int64
	if err := db.QueryRow("SELECT COUNT(*) FROM visit").Scan(&n); err != nil || n != 20 {
		t.Errorf("%d visits (%v), want 20", n, err)
	}
	if err := db.QueryRow("SELECT visited_at FROM visit WHERE url LIKE 'https://drop.example/%'").Scan(&at); err != nil {
		t.Fatal(err)
	}
	if got := time.UnixMicro(at).UTC().Format(time.RFC3339); got != want {
		t.Errorf("the upload finished at %s, the key says %s", got, want)
	}
}

// TestListsHoldWhatIsPlanted: over many variants, the lists differ from the files exactly where the key says.
func TestListsHoldWhatIsPlanted(t *testing.T) {
	where := map[exercise.Fault]map[string]bool{}
	for _, name := range []string{"two-telephones", "return-that-does-not-fit"} {
		d := find(t, name)
		for seed := range uint64(30) {
			m := variant(t, d, seed)
			var seen []exercise.Named
			cases := map[string]int{}
			items := rows(t, file(t, m, "items.csv"))
			for _, r := range items {
				cases[r[1]]++
			}
			for _, r := range items {
				if canonical.Hash(r[4]) != canonical.Sum(file(t, m, r[2])) {
					seen = append(seen, exercise.Named{Fault: exercise.Digest, Item: r[0]})
				}
				if cases[r[1]] == 1 {
					seen = append(seen, exercise.Named{Fault: exercise.Foreign, Item: r[0]})
				}
				if r[2] == "return.csv" {
					for _, s := range rows(t, file(t, m, r[2])) {
						if _, err := time.Parse(time.RFC3339, s[0]); err != nil {
							seen = append(seen, exercise.Named{Fault: exercise.Zone, Item: r[0]})
							break
						}
					}
				}
			}
			last := map[string]string{}
			for _, r := range rows(t, file(t, m, "hand-over.csv")) {
				if r[2] != last[r[0]] {
					seen = append(seen, exercise.Named{Fault: exercise.Custody, Item: r[0]})
				}
				last[r[0]] = r[3]
			}
			var want []exercise.Named
			for _, p := range m.Key.Planted {
				want = append(want, exercise.Named{Fault: p.Fault, Item: p.Item})
				if where[p.Fault] == nil {
					where[p.Fault] = map[string]bool{}
				}
				where[p.Fault][p.Where] = true
			}
			order := func(a, b exercise.Named) int { return strings.Compare(string(a.Fault), string(b.Fault)) }
			slices.SortFunc(seen, order)
			slices.SortFunc(want, order)
			if !slices.Equal(seen, want) {
				t.Errorf("%s, seed %d: the lists show %v, the key says %v", name, seed, seen, want)
			}
		}
	}
	for f, places := range where {
		if len(places) < 3 {
			t.Errorf("%s stands in %d places over all variants: %v", f, len(places), places)
		}
	}
}

func rows(t testing.TB, b []byte) [][]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[1:]
}

// TestTelephonesStandInTwoZones: the same message on both telephones tells the zone of the second.
func TestTelephonesStandInTwoZones(t *testing.T) {
	m := variant(t, find(t, "two-telephones"), 3)
	first := func(name string) time.Time {
		t.Helper()
		var all []struct{ At string }
		if err := json.Unmarshal(unzipped(t, file(t, m, name), "messages.json"), &all); err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse("2006-01-02 15:04:05", all[0].At)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	zone, err := time.Parse("-07:00", m.Key.Facts["zone"])
	if err != nil {
		t.Fatal(err)
	}
	_, want := zone.Zone()
	if got := first("telephone-b.zip").Sub(first("telephone-a.zip").Add(-time.Hour)); got != time.Duration(want)*time.Second {
		t.Errorf("the second telephone is %s from universal time, the key says %s", got, m.Key.Facts["zone"])
	}
}

// TestFaultyRequest: the rules find in the request what is planted in it and nothing else that weighs as much; mended, it is
// whole.
func TestFaultyRequest(t *testing.T) {
	l, d := law(t), find(t, "log-without-zone")
	for seed := range uint64(10) {
		m := variant(t, d, seed)
		a, err := instrument.ParseAnswers(file(t, m, "request.json"))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := ids(t, l, a), []string{"GEN-09", "SEL-03", "SEL-04"}; !slices.Equal(got, want) {
			t.Fatalf("the rules find %v, want %v", got, want)
		}
		const at = "request/measure[1]/selector[1]/"
		for path, v := range map[string]string{at + "instant/@offset": "+02:00", at + "port": m.Key.Facts["port"], "request/purpose": "To identify the user."} {
			if err := a.Set(path, v); err != nil {
				t.Fatal(err)
			}
		}
		found := ids(t, l, a)
		if len(found) > 0 {
			t.Errorf("mended, the rules still find %v", found)
		}
		got := d.Mark(m.Key, exercise.Handed{Request: true, Findings: found, Facts: map[string]string{"port": m.Key.Facts["port"]},
			Named: []exercise.Named{{Fault: exercise.Zone, Item: "request"}}})
		if got.Points != d.Total() {
			t.Errorf("the mended request has %d of %d points: %+v", got.Points, got.Of, got.Lines)
		}
	}
}

// ids lists the rules that find something heavier than advice.
func ids(t testing.TB, l *request.Law, a instrument.Answers) (ids []string) {
	t.Helper()
	found, err := l.Check(a, true, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Severity != rule.Advice {
			ids = append(ids, f.Rule)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// TestRefuses: what is wrong in a file is named.
func TestRefuses(t *testing.T) {
	b, err := os.ReadFile("data/two-telephones.toml")
	if err != nil {
		t.Fatal(err)
	}
	for want, edit := range map[string][2]string{
		"unknown key":                        {"checked = false", "chequed = false"},
		`its name is "two"`:                  {`name = "two-telephones"`, `name = "two"`},
		"foreign is planted and no line":     {`plant = ["digest", "custody"]`, `plant = ["digest", "custody", "foreign"]`},
		"line digest: digest is not planted": {`plant = ["digest", "custody"]`, `plant = ["custody"]`},
		`no event of custody is called`:      {`"verified", "read"]`, `"verified", "red"]`},
		`the material has no fact "visit"`:   {`fact = "visited"`, `fact = "visit"`},
		"asks for 2 things":                  {`fact = "visited"`, "fact = \"visited\"\nfault = \"digest\""},
		`material "fridge"`:                  {`"telephones"]`, `"fridge"]`},
		"asks rules about a request":         {`fact = "visited"`, `rules = ["SEL-03"]`},
		"a request is handed out when":       {`material = [`, "type = \"produce.subscriber\"\nmaterial = ["},
		"delivers":                           {"wrong = 100", "wrong = 100\ndelivers = \"log\""},
		"a name of its own":                  {`name = "zone"`, `name = "deleted"`},
		`format is "comity/exercise/9"`:      {"comity/exercise/1", "comity/exercise/9"},
	} {
		text := strings.Replace(string(b), edit[0], edit[1], 1)
		if text == string(b) {
			t.Fatalf("there is no %q", edit[0])
		}
		_, err := exercise.Read(fstest.MapFS{"data/two-telephones.toml": {Data: []byte(text)}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
