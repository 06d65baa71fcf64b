package signin

import (
	"errors"
	"strings"
	"testing"

	"comity/internal/base/errs"
)

func TestCheckPassword(t *testing.T) {
	const (
		good   = ""
		short  = "Use at least 15 characters: a short sentence is easy to remember."
		long   = "Use at most 200 characters."
		easy   = "This password is easy to guess: it is made of common words, your own name, or repetitions."
		untype = "The password has characters that cannot be typed."
	)
	for password, want := range map[string]string{
		"sete gatos cinzentos no telhado": good,
		"xK9#mQ2vL8pRwZ4t":                good,
		"девять ворон над рекой":          good,
		"سبعة طيور فوق النهر القديم":      good,
		"七只灰猫坐在邻居家的旧屋顶上":                  short,
		"七只灰猫坐在邻居家的旧屋顶上看月亮":               good,
		"fourteen chars":                  short,
		strings.Repeat("ab cd ef gh", 20): long,
		"passwordpassword":                easy,
		"P4ssw0rd123456789":               easy,
		"aaaaaaaaaaaaaaaaaaaa":            easy,
		"abababababababababab":            easy,
		"qwertyuiop1234567890":            easy,
		"correct horse battery staple":    easy,
		"prosecutor-2026-maria":           easy,
		"Maria Santos Maria Santos":       easy,
		"motdepasse motdepasse":           easy,
		"пароль пароль пароль":            easy,
		"tab\tseparated password words":   untype,
		"bad \xff bytes in the middle":    untype,
	} {
		err := checkPassword(password, "maria.santos", "Maria Santos", "PT-PGR")
		if said(err) != want || (err != nil) != (want != "") {
			t.Errorf("checkPassword(%q): %q, want %q", password, said(err), want)
		}
	}
}

func TestHash(t *testing.T) {
	c := cost{time: 1, memory: 64}
	a, err := hashPassword("caf\u00e9 com leite na esplanada", c)
	if err != nil {
		t.Fatal(err)
	}
	b, err := hashPassword("caf\u00e9 com leite na esplanada", c)
	if err != nil {
		t.Fatal(err)
	}
	if a == b || !strings.HasPrefix(a, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("hashes %s and %s, want two with salt and parameters", a, b)
	}
	for password, want := range map[string]bool{
		"caf\u00e9 com leite na esplanada":  true,
		"cafe\u0301 com leite na esplanada": true, // the same, as another keyboard composes it
		"cafe com leite na esplanada":       false,
		"":                                  false,
	} {
		if got, err := matches(password, a); got != want || err != nil {
			t.Errorf("matches(%q) = %v, %v, want %v", password, got, err, want)
		}
	}
	for _, hash := range []string{"", "$2y$10$abc", "$argon2id$v=16$m=64,t=1,p=1$AAAA$AAAA", strings.TrimSuffix(a, a[len(a)-4:]), a[:40]} {
		if _, err := matches("x", hash); !errors.Is(err, errs.Invalid) {
			t.Errorf("matches against %q: %v, want errs.Invalid", hash, err)
		}
	}
}

func TestDecoyIsTriedLikeAnyHash(t *testing.T) {
	c := cost{time: 1, memory: 64}
	d := decoy(c)
	if real, err := hashPassword("sete gatos cinzentos no telhado", c); err != nil || len(real) != len(d) || d[:27] != real[:27] {
		t.Errorf("decoy %s beside a person's hash %s (%v), want the same form and cost", d, real, err)
	}
	if ok, err := matches("sete gatos cinzentos no telhado", d); ok || err != nil {
		t.Errorf("a password against the decoy: %v, %v, want false with no error", ok, err)
	}
	if d == decoy(c) {
		t.Error("two decoys are the same, want chance")
	}
}

func BenchmarkHash(b *testing.B) {
	for b.Loop() {
		if _, err := hashPassword("sete gatos cinzentos no telhado", cost{time: 3, memory: 64 << 10}); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzMatches(f *testing.F) {
	h, err := hashPassword("x", cost{time: 1, memory: 64})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(h)
	f.Add("$argon2id$v=19$m=4294967295,t=4294967295,p=1$AAAA$AAAA")
	f.Fuzz(func(t *testing.T, hash string) {
		if ok, _ := matches("a guess", hash); ok {
			t.Errorf("a made-up hash %q matches", hash)
		}
	})
}
