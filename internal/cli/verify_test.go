package cli

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"comity/internal/base/errs"
	"comity/internal/engine/document/sign"
	"comity/internal/engine/envelope"
)

// left makes, once a test, what leaves two nodes on a request's way and returns the folder. The study, which takes seconds
// to play, is in the script verify.
func left(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	if code, out := run(t, 0, "demo", "--walk", "--only", "request", "--out", dir); code != exitDone {
		t.Fatalf("the walk ended with %d: %s", code, out)
	}
	return dir
}

// run runs a command as if the clock were ahead.
func run(t *testing.T, shift time.Duration, args ...string) (code int, out string) {
	t.Helper()
	var b bytes.Buffer
	code = Run(context.Background(), Env{Stdin: strings.NewReader(""), Stdout: &b, Stderr: &b, Getenv: os.Getenv, Now: func() time.Time { return time.Now().Add(shift) }}, args)
	return code, b.String()
}

// TestVerifyIsNotFooled is what an expert of the defence tries: files that are nearly right. No line of VERIFIED, and
// the answer no.
func TestVerifyIsNotFooled(t *testing.T) {
	t.Parallel()
	dir := left(t)
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	pt, ma := at("cards/pt.card.asice"), at("cards/ma.card.asice")
	letter, record := readFile(t, at("letter.pdf")), readFile(t, at("ledger/ledger.jsonl"))
	stranger := put(t, "stranger.pdf", signedByStranger(t, letter))
	item := filepath.Join(t.TempDir(), "item")
	unpackItem(t, at("delivery.asice"), item)
	lines := bytes.SplitAfter(record, []byte("\n"))
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		ahead time.Duration
		args  []string
		want  string
	}{
		"a stranger's signature beside the right one":   {0, []string{"--signer", certOf(t, letter), stranger}, "failed   signer 2"},
		"a stranger's signature, with the envelope":     {0, []string{"--card", pt, "--with", at("request.asice"), stranger}, "failed   enclosed"},
		"text appended to a letter":                     {0, []string{put(t, "over.pdf", append(bytes.Clone(letter), "1 0 obj\n<<>>\nendobj\n"...))}, "changed after"},
		"a letter that says tomorrow":                   {-day, []string{at("letter.pdf")}, "failed   signature 1"},
		"a letter whose certificate has ended":          {4 * 366 * day, []string{"--signer", certOf(t, letter), at("letter.pdf")}, "skipped  time 1"},
		"an envelope of a card that has ended":          {4 * 366 * day, []string{"--card", pt, at("request.asice")}, "failed   unproven-time"},
		"a seal that says tomorrow":                     {-day, []string{at("request.asice")}, "failed   claimed-time"},
		"a ledger without its checkpoints":              {0, []string{"--card", pt, put(t, "none.jsonl", entriesOnly(lines))}, "anybody could have written"},
		"a ledger with an entry behind its end":         {0, []string{"--card", pt, put(t, "more.jsonl", append(bytes.Clone(record), lines[0]...))}, "skipped  unsigned"},
		"a ledger that was cut":                         {0, []string{"--card", pt, "--with", at("ledger/checkpoint"), put(t, "cut.jsonl", untilCheckpoint(lines))}, "the end was cut off"},
		"a checkpoint of another log":                   {0, []string{"--card", pt, "--card", ma, "--with", at("receipt.asice"), at("ledger/ledger.jsonl")}, "failed   ledger"},
		"a proof with another entry":                    {0, []string{"--card", pt, "--with", put(t, "entry.json", lines[0]), proofIn(t, dir)}, "failed   ledger-proof"},
		"a folder with other bytes":                     {0, []string{"--card", ma, "--with", at("delivery.asice"), changed(t, item)}, "failed   bytes"},
		"a folder with a file more":                     {0, []string{"--card", ma, "--with", at("delivery.asice"), withMore(t, item)}, "failed   folder"},
		"a folder by itself":                            {0, []string{item}, "skipped  origin"},
		"a folder with an envelope it was not in":       {0, []string{"--card", pt, "--with", at("request.asice"), item}, "failed   origin"},
		"a folder with a record that was changed":       {0, []string{"--card", ma, "--with", at("delivery.asice"), edited(t, item, "custody.json", `"label":"E1"`, `"label":"E2"`)}, "failed   origin"},
		"a folder with another graph":                   {0, []string{"--card", ma, "--with", at("delivery.asice"), edited(t, item, "case.jsonld", "E1", "E2")}, "failed   origin"},
		"a folder with a link":                          {0, []string{"--card", ma, "--with", at("delivery.asice"), linked(t, item)}, "failed   folder"},
		"an empty file":                                 {0, []string{put(t, "empty.asice", nil)}, "failed   form"},
		"a page behind a zip":                           {0, []string{"--card", pt, "--to", ma, put(t, "x.asice", append(readFile(t, at("request.asice")), letter...))}, "failed   bad-zip"},
		"an envelope in a ledger's clothes":             {0, []string{"--card", pt, put(t, "x.jsonl", readFile(t, at("request.asice")))}, "NOT SHOWN"},
		"a name that draws a line of ours":              {0, []string{put(t, "x\n  VERIFIED: all", letter)}, `x\n  VERIFIED: all`},
		"a name that colours and turns what is printed": {0, []string{put(t, "\x1b[32m\u202efdp.asice", readFile(t, at("request.asice")))}, "unzip -t FILE"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out := run(t, c.ahead, append([]string{"verify"}, c.args...)...)
			if code != exitNo || !strings.Contains(out, c.want) || regexp.MustCompile(`(?m)^  VERIFIED`).MatchString(out) {
				t.Errorf("verify ended with %d, want %d, %q and no VERIFIED:\n%s", code, exitNo, c.want, out)
			}
			if i := strings.IndexAny(out, "\x1b\u202e"); i >= 0 {
				t.Errorf("a character that steers the terminal came through: %q", out[i:])
			}
		})
	}
}

// TestVerifyAfterYears: cards and certificates have ended; somebody who knows that the file existed before says so.
func TestVerifyAfterYears(t *testing.T) {
	t.Parallel()
	dir := left(t)
	args := []string{"verify", "--card", filepath.Join(dir, "cards", "pt.card.asice"), "--to", filepath.Join(dir, "cards", "ma.card.asice"),
		"--existed", time.Now().UTC().Format(time.RFC3339), filepath.Join(dir, "request.asice")}
	code, out := run(t, 4*366*24*time.Hour, args...)
	if code != exitDone || !strings.Contains(out, "is your word") || !strings.Contains(out, "openssl") || !strings.Contains(out, "-attime") {
		t.Errorf("verify ended with %d, want a yes that rests on a word:\n%s", code, out)
	}
}

// TestVerifyFolder is the way an item of evidence is shown to come from a node.
func TestVerifyFolder(t *testing.T) {
	t.Parallel()
	dir := left(t)
	item := filepath.Join(t.TempDir(), "item")
	unpackItem(t, filepath.Join(dir, "delivery.asice"), item)
	code, out := run(t, 0, "verify", "--card", filepath.Join(dir, "cards", "ma.card.asice"), "--with", filepath.Join(dir, "delivery.asice"), item)
	if code != exitDone || !strings.Contains(out, "passed   bytes") || !strings.Contains(out, "passed   origin") {
		t.Errorf("verify ended with %d, want a yes:\n%s", code, out)
	}
}

// TestVerifyWaitsForNobody: what is no file is said, and not waited for.
func TestVerifyWaitsForNobody(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("no pipes here")
	}
	for _, args := range [][]string{{pipe}, {"/dev/zero"}, {"--card", pipe, "x"}, {"-i", "/dev/zero", "x"}, {"--with", pipe, put(t, "x.pdf", []byte("%PDF-"))}} {
		code, out := run(t, 0, append([]string{"verify"}, args...)...)
		if code == exitDone || !strings.Contains(out, "no file but a") && !strings.Contains(out, "FALSE") {
			t.Errorf("verify %q ended with %d: %s", args, code, out)
		}
	}
}

// TestVerifyNoticesAChangeMeanwhile: what was said of the first half isn't true of the second.
func TestVerifyNoticesAChangeMeanwhile(t *testing.T) {
	for name, change := range map[string]func(string) error{
		"written to": func(f string) error { return os.WriteFile(f, []byte("other bytes"), 0o600) },
		"exchanged":  func(f string) error { return os.Rename(put(t, "other", []byte("first")), f) },
	} {
		file := put(t, "file", []byte("first"))
		err := withFile(file, func(*os.File, int64) error { return change(file) })
		if !errors.Is(err, errs.Conflict) {
			t.Errorf("%s while it was read: %v, want errs.Conflict", name, err)
		}
	}
}

func TestPlain(t *testing.T) {
	for s, want := range map[string]string{
		"Órgão 中央 العدل": "Órgão 中央 العدل",
		"a\x1b[2Jb":      `a\x1b[2Jb`,
		"a\u202eb\u2066": `a\u202eb\u2066`,
		"a\nb\r\tc":      `a\nb\r\tc`,
		"a\xffb":         `a\ufffdb`,
	} {
		if got := plain(s); got != want {
			t.Errorf("plain(%q) = %q, want %q", s, got, want)
		}
	}
}

// TestNodeStandsForItsLetterAlone: a forged letter that a suspect kept, sent on as evidence, is not the node's letter.
func TestNodeStandsForItsLetterAlone(t *testing.T) {
	for path, want := range map[string]bool{
		"letter.pdf": true, "annex/letter.pdf": false, "evidence/01kjpxjn000000000000000009/letter.pdf": false, "answers.json": false,
	} {
		if got := standsFor(path); got != want {
			t.Errorf("standsFor(%q) = %v, want %v", path, got, want)
		}
	}
}

// TestCardsOfOneNode: an older card doesn't hide what a newer one took back, and two of one number are two stories.
func TestCardsOfOneNode(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC().Truncate(time.Second)
	h := envelope.Holder{State: "XA", Authority: "XA-CA", Node: "01KJPXJN000000000000000001", Exercise: true}
	root, _, err := envelope.NewKey(envelope.UseRoot, h, now)
	if err != nil {
		t.Fatal(err)
	}
	first := newCard(t, root, h, now)
	seal := envelope.CertSum(first.Seals[0])
	second := *first.Card
	second.Serial, second.ValidFrom = 2, now.Add(time.Hour)
	second.Revoked = []envelope.Revocation{{Key: seal, Since: now.Add(time.Minute), Reason: "stolen (exercise)"}}
	second.Seals = newCard(t, root, h, now).Seals
	k := &knowledge{cards: []trusted{first, {Card: &second, manifest: "2"}}}
	got := k.sealedBy(seal)
	if len(got) != 1 || got[0].Serial != 1 {
		t.Fatalf("the seal is answered for by %d cards, want the first alone", len(got))
	}
	if since, revoked := got[0].RevokedSince(seal); !revoked || !since.Equal(now.Add(time.Minute)) || !got[0].ValidTo.Equal(second.ValidFrom) {
		t.Errorf("revoked %v since %v, valid to %v: the newer card was not listened to", revoked, since, got[0].ValidTo)
	}
	other := *first.Card
	if err := checkOneHistory([]trusted{first, {Card: &other, manifest: "other"}}); err == nil {
		t.Error("two different cards with one number were taken")
	}
}

func newCard(t *testing.T, root *x509.Certificate, h envelope.Holder, now time.Time) trusted {
	t.Helper()
	seal, _, err := envelope.NewKey(envelope.UseSeal, h, now)
	if err != nil {
		t.Fatal(err)
	}
	c := &envelope.Card{Node: "01KJPXJN000000000000000001", Serial: 1, State: "XA", Root: root, ValidFrom: now, ValidTo: now.AddDate(2, 0, 0)}
	c.Seals = append(c.Seals, seal)
	return trusted{Card: c, manifest: "1"}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func put(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func signedByStranger(t *testing.T, pdf []byte) []byte {
	t.Helper()
	cert, key, err := envelope.NewKey(envelope.UseSeal, envelope.Holder{State: "XX", Authority: "NOBODY", Node: "NOBODY"}, time.Now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	b, err := sign.PDF(context.Background(), pdf, sign.Signer{Cert: cert, Key: key}, sign.Options{Time: time.Now(), Name: "Teresa Caso (exercise)"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func certOf(t *testing.T, pdf []byte) string {
	t.Helper()
	s, err := sign.Verify(pdf)
	if err != nil || len(s) != 1 {
		t.Fatalf("%d signatures, %v", len(s), err)
	}
	return string(envelope.CertSum(s[0].Cert))
}

func entriesOnly(lines [][]byte) []byte {
	var b []byte
	for _, l := range lines {
		if bytes.HasPrefix(l, []byte("{")) {
			b = append(b, l...)
		}
	}
	return b
}

func untilCheckpoint(lines [][]byte) []byte {
	var b []byte
	for _, l := range lines {
		b = append(b, l...)
		if bytes.HasPrefix(l, []byte(`"`)) {
			break
		}
	}
	return b
}

func proofIn(t *testing.T, dir string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "ledger", "*.tlog-proof"))
	if err != nil || len(all) != 1 {
		t.Fatalf("%d proofs, %v", len(all), err)
	}
	return all[0]
}

// unpackItem takes the folder of the one item out of a delivery.
func unpackItem(t *testing.T, delivery, to string) {
	t.Helper()
	b := readFile(t, delivery)
	report, err := envelope.Verify(delivery, bytes.NewReader(b), int64(len(b)), envelope.Options{})
	if err != nil || report.Opened == nil {
		t.Fatalf("%v, %v", report, err)
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Opened.Message.Content {
		if !strings.HasPrefix(f.Path, "evidence/") {
			continue
		}
		data, err := reader(report.Opened)(f.Path, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(f.Path)), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func copyOf(t *testing.T, item string) (dir, bytesFile string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "item")
	if err := os.CopyFS(dir, os.DirFS(item)); err != nil {
		t.Fatal(err)
	}
	all, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(all) != 1 {
		t.Fatalf("%d items, %v", len(all), err)
	}
	return dir, all[0]
}

func changed(t *testing.T, item string) string {
	t.Helper()
	dir, file := copyOf(t, item)
	b := readFile(t, file)
	b[0] ^= 1
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// edited is the item's folder with something else in one of the files beside the bytes.
func edited(t *testing.T, item, name, from, to string) string {
	t.Helper()
	dir, _ := copyOf(t, item)
	file := filepath.Join(dir, name)
	before := readFile(t, file)
	b := bytes.Replace(before, []byte(from), []byte(to), 1)
	if bytes.Equal(b, before) {
		t.Fatalf("%s has no %s", name, from)
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func withMore(t *testing.T, item string) string {
	t.Helper()
	dir, _ := copyOf(t, item)
	if err := os.WriteFile(filepath.Join(dir, "real-log.csv"), []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// linked has the right bytes behind a link, which may point elsewhere tomorrow.
func linked(t *testing.T, item string) string {
	t.Helper()
	dir, file := copyOf(t, item)
	away := put(t, "away", readFile(t, file))
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(away, file); err != nil {
		t.Skip("no links here")
	}
	return dir
}
