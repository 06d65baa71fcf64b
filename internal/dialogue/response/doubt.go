package response

import (
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/language"
	"comity/internal/engine/instrument"
	"comity/internal/engine/web"
)

// codeNoSource is an answer that says to which time it belongs and not whence it is.
const codeNoSource = "no-source"

// doubts lists the answers of a section ("" for all) that can be and are unlikely: what the form's checks find, and a period
// without a source. Those that a remark explains are in it only when explained asks for them (dialogue.md §4: accept,
// explain or correct).
func doubts(form *instrument.Instrument, have content, section string, explained bool, now time.Time) []errs.Field {
	state := form.Eval(have.answers, now)
	all := state.Doubts()
	state.Each(func(q instrument.ItemState) {
		if m := have.at[q.Path].Mark; q.Relevant && q.Value != "" && m.Period != "" && m.Source == "" && m.SourceKind == "" {
			all = append(all, errs.Field{Path: q.Path, Code: codeNoSource})
		}
	})
	var out []errs.Field
	for _, d := range all {
		if (section == "" || sectionOf(form, d.Path) == section) && (explained || have.at[d.Path].Mark.Note == "") {
			out = append(out, d)
		}
	}
	return out
}

// doubtSay says what is unlikely about an answer, in the form's own words where it has some.
func doubtSay(r *web.Request, form *instrument.Instrument, d errs.Field) string {
	it := form.Item(bare(d.Path))
	switch {
	case d.Code == codeNoSource:
		return r.T("A period is given, and neither a source nor what the answer rests on.")
	case it != nil && it.WhyDoubted != "":
		return own(r, form, it.WhyDoubted)
	}
	return instrument.Sentence(func(english string) string { return r.T(english) }, d.Code, nil)
}

// finding is one thing to look at before a response goes on, with the question that it is about.
type finding struct {
	Section, Path string
	Question, Say string
	Reason        string // the remark that explains it
}

// findings lists what is wrong with answers, then what is unlikely, with the reason where one was given. What is merely
// missing is counted by section.
func findings(r *web.Request, form *instrument.Instrument, have content, now time.Time) []finding {
	var out []finding
	add := func(f errs.Field, say, reason string) {
		out = append(out, finding{sectionOf(form, f.Path), f.Path, labelAt(r, form, f.Path), say, reason})
	}
	for _, f := range lacking(form, have, "", now) {
		if f.Code != instrument.CodeMissing && f.Code != instrument.CodeTooFew {
			add(f, problemSay(r, form, f), "")
		}
	}
	for _, d := range doubts(form, have, "", true, now) {
		add(d, doubtSay(r, form, d), have.at[d.Path].Mark.Note)
	}
	return out
}

// problemSay says what is wrong with an answer, in the form's own words where it has some.
func problemSay(r *web.Request, form *instrument.Instrument, f errs.Field) string {
	if it := form.Item(bare(f.Path)); f.Code == instrument.CodeConstraint && it != nil && it.Message != "" {
		return own(r, form, it.Message)
	}
	return instrument.Sentence(func(english string) string { return r.T(english) }, f.Code, f.Args)
}

// markDoubts puts the doubts that nothing explains at their fields, as what is wrong with them.
func markDoubts(r *web.Request, form *instrument.Instrument, open []errs.Field, fields []web.Field) {
	for i := range fields {
		f := &fields[i]
		markDoubts(r, form, open, f.Fields)
		for j := range f.Items {
			markDoubts(r, form, open, f.Items[j].Fields)
		}
		for _, d := range open {
			if d.Path == f.Path && f.Error == "" {
				f.Error = r.T("{what} Correct it, or write the reason in the remark about this answer.", "what", language.Plain(doubtSay(r, form, d)))
			}
		}
	}
}
