package canonical

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/gowebpki/jcs"

	"comity/internal/base/errs"
)

// FuzzTransform holds our RFC 8785 to another program's. Where ours refuses, it is for numbers that our formats don't
// have.
func FuzzTransform(f *testing.F) {
	for _, doc := range []string{
		`{"b":[1,-0,1e2,true,null,{}],"a":"\u0000\u001f\b\t\n\f\r\"\\/\u007f\u2028é"}`,
		`{"\ud83d\ude00":1,"\ufb33":2,"\u20ac":3,"\r":4,"1":5,"ö":6,"":7}`,
		" [ ] ", "\t{ \"b\" : [ 1 , {} ] ,\n\"a\" : { } }\r", `{"\ue000":1,"\ud800\udc00":2,"\uffff":3}`, `[9007199254740991,-9007199254740991]`, `{"aa":1,"a":2,"ab":3,"a\u0000":4}`,
	} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !utf8.Valid(b) || !json.Valid(b) {
			return
		}
		want, theirs := jcs.Transform(b)
		got, ours := transform(b, false)
		if ours != nil {
			if !errors.Is(ours, errs.Invalid) {
				t.Errorf("%q: %v, not errs.Invalid", b, ours)
			}
			return
		}
		if bytes.Contains(got, []byte("\uFFFD")) {
			return // half a surrogate pair: read as U+FFFD here and refused by Check, and in several ways there
		}
		if theirs != nil {
			if Check(b) == nil {
				t.Errorf("%q is taken here and refused there: %v", b, theirs)
			}
			return
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%q: %q, want %q", b, got, want)
		}
	})
}
