package rule

import (
	"math"
	"strings"

	"comity/internal/cooperation/selector"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/instrument/xpath"
)

// Functions are what rules have beyond the language of forms. They look at the environment of the check and at nothing
// else; the environment is a snapshot, so that the same draft gives the same findings years later.
//
//	in-force(treaty, a, b, date)   whether a treaty binds both States
//	standing(treaty, a, b, date)   "in-force", "not-in-force", "signed", "ended", "not-party"
//	assistance(a, b, date)         codes of the treaties of assistance that bind both
//	changed(treaty, date)          what changed in the treaty's text up to that day since it was read
//	declares(state, treaty, art)   what the State declared on the article, "" when nothing
//	overlay(state, topic)          the State's published requirement
//	custodian(id, topic)           what is known of the provider
//	authority(state, name, topic)  what the directory has of the State's authority of that name, of the central one when
//	                               the name is empty: "code", "name", "channels", "languages"; "" when nothing
//	check(kind, value)             "" when the selector is right, else the code of what is wrong
//	remark(kind, value)            the code of what is to be said of a right selector
//	days-between(a, b)             days, NaN when one is no date
func functions() xpath.Functions {
	f := xpath.Functions{}
	text := func(name string, n int, call func(e *evaluation, a []string) string) {
		f[name] = xpath.Function{Min: n, Max: n, Call: func(c *xpath.Context, args []xpath.Value) (xpath.Value, error) {
			e, ok := c.Ext.(*evaluation)
			if !ok {
				return xpath.Text(""), nil
			}
			a := make([]string, len(args))
			for i, v := range args {
				a[i] = v.String()
			}
			return xpath.Text(call(e, a)), nil
		}}
	}
	text("standing", 4, func(e *evaluation, a []string) string {
		return string(e.env.Treaties.Standing(treaty.Code(a[0]), a[1], a[2], treaty.Date(a[3])))
	})
	text("assistance", 3, func(e *evaluation, a []string) string {
		var codes []string
		for _, t := range e.env.Treaties.Procedures(a[0], a[1], treaty.Date(a[2])) {
			codes = append(codes, string(t.Code))
		}
		return strings.Join(codes, " ")
	})
	text("changed", 2, func(e *evaluation, a []string) string {
		return e.env.Treaties.Changed(treaty.Code(a[0]), treaty.Date(a[1]))
	})
	text("declares", 3, func(e *evaluation, a []string) string {
		for _, d := range e.env.Treaties.Declares(a[0], treaty.Code(a[1]), a[2]) {
			return d.Text
		}
		return ""
	})
	text("overlay", 2, func(e *evaluation, a []string) string { return e.state(e.set.states[a[0]], a[1]) })
	text("custodian", 2, func(e *evaluation, a []string) string { return e.custodian(e.set.custodians[a[0]], a[1]) })
	text("authority", 3, func(e *evaluation, a []string) string {
		if e.env.Authorities == nil {
			return ""
		}
		return e.env.Authorities.Authority(a[0], a[1], a[2])
	})
	text("check", 2, func(e *evaluation, a []string) string {
		if r := e.selector(a[0], a[1]); !r.OK {
			return r.Code
		}
		return ""
	})
	text("remark", 2, func(e *evaluation, a []string) string {
		if r := e.selector(a[0], a[1]); r.OK {
			return r.Code
		}
		return ""
	})
	f["in-force"] = xpath.Function{Min: 4, Max: 4, Call: func(c *xpath.Context, a []xpath.Value) (xpath.Value, error) {
		e, ok := c.Ext.(*evaluation)
		return xpath.Bool(ok && e.env.Treaties.InForce(treaty.Code(a[0].String()), a[1].String(), a[2].String(), treaty.Date(a[3].String()))), nil
	}}
	f["days-between"] = xpath.Function{Min: 2, Max: 2, Call: func(_ *xpath.Context, a []xpath.Value) (xpath.Value, error) {
		d, ok := daysBetween(a[0].String(), a[1].String())
		if !ok {
			return xpath.Num(math.NaN()), nil
		}
		return xpath.Num(float64(d)), nil
	}}
	return f
}

// state and custodian read a topic and note when the finding will rest on something old.
func (e *evaluation) state(o *Overlay, topic string) string {
	v := o.Value(topic)
	e.stale = e.stale || v != "" && o.stale(e.date, stateAge)
	return v
}

func (e *evaluation) custodian(o *Overlay, topic string) string {
	v := o.Value(topic)
	if v != "" && o.stale(e.date, custodianAge) {
		e.stale, e.weaker = true, true
	}
	return v
}

// selector checks a value once for all the rules that look at it. An instant is "local offset".
func (e *evaluation) selector(kind, value string) selector.Result {
	key := kind + "\x00" + value
	if r, ok := e.checked[key]; ok {
		return r
	}
	var r selector.Result
	if kind == "instant" {
		local, offset, _ := strings.Cut(value, "|")
		i, code := selector.ParseInstant(local, offset)
		r = selector.Result{Canonical: i.String(), OK: code == "", Code: code}
	} else {
		r = selector.Check(kind, value, e.env.Exercise)
	}
	e.checked[key] = r
	return r
}
