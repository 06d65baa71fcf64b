package canonical

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"comity/internal/base/errs"
)

func TestMarshal(t *testing.T) {
	got, err := Marshal(map[string]any{"b": 1, "a": []string{"é", "<&>"}, "": nil})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"":null,"a":["é","<&>"],"b":1}`; string(got) != want {
		t.Errorf("Marshal = %s, want %s", got, want)
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, doc := range map[string]string{
		"order of members": `{"b":1,"a":2}`,
		"a space":          `{"a": 1}`,
		"a member twice":   `{"a":1,"a":1}`,
		"twice, escaped":   `{"a":[{"b":1,"\u0062":1}]}`,
		"a large exponent": `{"a":1e3}`,
		"a large number":   `{"a":9007199254740993}`,
		"a fraction":       `{"a":1.5}`,
		"an escape":        "{\"a\":\"\\u0041\"}",
		"not NFC":          "{\"a\":\"e\u0301\"}",
		"too deep":         strings.Repeat("[", 33) + strings.Repeat("]", 33),
		"not UTF-8":        "{\"a\":\"\xff\"}",
		"something after":  `{}{}`,
		"nothing":          ``,
		"cut":              `{"a":`,
	} {
		if err := Check([]byte(doc)); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: Check(%q) = %v, want errs.Invalid", name, doc, err)
		}
	}
	if err := Check([]byte(strings.Repeat("[", 32) + strings.Repeat("]", 32))); err != nil {
		t.Error(err)
	}
	if err := Check([]byte(`{"a":9007199254740991,"b":[{},[],null,true,"x"]}`)); err != nil {
		t.Error(err)
	}
}

// What Marshal writes, Check takes, and marshalling it again changes nothing.
func TestMarshalIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.MapOf(rapid.StringMatching(`[a-zA-Zé_ ]{0,8}`), rapid.Int64Range(-MaxInt, MaxInt)).Draw(t, "v")
		b, err := Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(b); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte(`{"a":[1,"x",null]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if Check(b) == nil && !strings.ContainsAny(string(b[:1]), `{["tfn-0123456789`) {
			t.Errorf("accepted %q", b)
		}
	})
}
