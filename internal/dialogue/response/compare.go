package response

import (
	"slices"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/dialogue/study"
	"comity/internal/engine/instrument"
)

// difference is one answer of a file, three ways: what stood when the file was given out, what stands now, what the file
// says; and what becomes of it when the file is taken.
type difference struct {
	Path            string
	Base, Now, Came Answer
	Outcome         outcome
}

// compare holds a file against what stands and changes nothing. A file that writes where it, or its bearer, may not is
// [errs.Invalid] with each of those answers.
func compare(form *instrument.Instrument, have content, seats []study.Seat, who id.ID, f File) ([]difference, error) {
	if err := errs.WithFields(outside(form, seats, who, f)...); err != nil {
		return nil, err
	}
	var list []difference
	for _, path := range sorted(f.Answers) {
		came := f.Answers[path]
		now, written := have.at[path]
		if err := came.Mark.check(path); err != nil {
			return nil, err
		}
		if came.Mark.Confidential == "" && came.Value != "" { // a file can protect an answer, and never lifts a protection
			came.Mark.Confidential = now.Mark.Confidential
			if !written {
				came.Mark.Confidential = defaultOf(form.Item(bare(path)))
			}
		}
		base := now.Answer
		if f.Base != nil {
			base = f.Base[path]
		}
		list = append(list, difference{path, base, now.Answer, came, merge(base, now.Answer, came)})
	}
	return list, nil
}

// outside lists the answers of a file that it may not bring.
func outside(form *instrument.Instrument, seats []study.Seat, who id.ID, f File) (wrong []errs.Field) {
	for _, path := range sorted(f.Answers) {
		section := sectionOf(form, path)
		switch {
		case section == "":
			wrong = append(wrong, errs.Field{Path: path, Code: "The questionnaire has no such question."})
		case len(f.Sections) > 0 && !slices.Contains(f.Sections, section), !mayWrite(seats, who, section):
			wrong = append(wrong, errs.Field{Path: path, Code: "This answer belongs to a section that this file may not change."})
		}
	}
	return wrong
}
