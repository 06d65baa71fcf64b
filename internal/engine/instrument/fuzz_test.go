package instrument

import (
	"errors"
	"net/url"
	"testing"

	"comity/internal/base/errs"
	"comity/internal/engine/instrument/xpath"
)

func FuzzBind(f *testing.F) {
	in := requestForm(f)
	f.Add("measures[1]", "request/measure[1]/days=3&add-repeat=request/measure[1]/selector")
	f.Add("measures", "remove-repeat=request/measure[2]&remove-repeat=request/measure[1]/selector[1]")
	f.Fuzz(func(t *testing.T, section, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		a, _, err := in.Bind(exercise(t), section, form)
		if err != nil && !errors.Is(err, errs.Invalid) {
			t.Errorf("Bind(%q, %q) = %v, not errs.Invalid", section, body, err)
		}
		if _, err := a.Bytes(); err != nil {
			t.Errorf("Bind(%q, %q) gives answers that have no canonical form: %v", section, body, err)
		}
		s := in.Eval(a, now)
		s.View(section, plain)
		if _, err := s.Answers(); err != nil {
			t.Errorf("answers as sent: %v", err)
		}
	})
}

func FuzzParseAnswers(f *testing.F) {
	f.Add([]byte(`{"format":"comity/answers/1","request":{"measure":[{"@type":"a","b":{"#text":"x","@c":"y"}},"t"],"n":[1,true,null]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ParseAnswers(b)
		if err != nil {
			if !errors.Is(err, errs.Invalid) {
				t.Errorf("ParseAnswers(%q) = %v, not errs.Invalid", b, err)
			}
			return
		}
		a.Tree().Each(func(n *xpath.Node) {
			if path := n.Path(); n.Kind() == xpath.ElementNode && !a.Has(path) {
				t.Errorf("the tree of %q has %s, the answers don't", b, path)
			}
		})
	})
}
