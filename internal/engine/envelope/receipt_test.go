package envelope

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"comity/internal/base/errs"
)

func TestReceipt(t *testing.T) {
	d := func(c string) Digest { return Digest(strings.Repeat(c, 64)) }
	accepted := Receipt{Digests: Digests{d("a"), d("b"), d("c"), d("d")}, Result: Accepted, ReceivedAt: now}
	refused := accepted
	refused.Result, refused.Check = Refused, BadDigest
	damaged := refused
	damaged.Container, damaged.Check = "", BadEncryption
	for name, r := range map[string]Receipt{"accepted": accepted, "refused": refused, "damaged": damaged} {
		b, err := r.Bytes()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := ReadReceipt(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got.NotUnderstood = nil
		if !reflect.DeepEqual(*got, r) {
			t.Errorf("%s: read %+v, want %+v", name, *got, r)
		}
	}
	for name, change := range map[string]func(*Receipt){
		"accepted with a check": func(r *Receipt) { r.Check = BadDigest },
		"refused without":       func(r *Receipt) { r.Result = Refused },
		"an unknown check":      func(r *Receipt) { r.Result, r.Check = Refused, "bad-weather" },
		"an unknown result":     func(r *Receipt) { r.Result, r.Check = "perhaps", BadDigest },
		"no envelope":           func(r *Receipt) { r.Manifest = "" },
		"no transport":          func(r *Receipt) { r.Transport = "" },
	} {
		r := accepted
		change(&r)
		if _, err := r.Bytes(); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: Bytes = %v, want errs.Invalid", name, err)
		}
	}
	b, err := accepted.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadReceipt(bytes.Replace(b, []byte("receipt/1"), []byte("receipt/2"), 1)); !errors.Is(err, errs.Invalid) {
		t.Errorf("ReadReceipt of another format = %v, want errs.Invalid", err)
	}
}
