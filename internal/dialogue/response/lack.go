package response

import (
	"time"

	"comity/internal/base/errs"
	"comity/internal/engine/instrument"
)

// lacking lists what is missing or wrong in a section ("" for all). A question that is said to be not known, or not
// available, is answered by that; a blank one isn't (dialogue.md §4: blank is not "not available").
func lacking(form *instrument.Instrument, have content, section string, now time.Time) []errs.Field {
	var all []errs.Field
	for _, p := range form.Eval(have.answers, now).Problems() {
		if section != "" && sectionOf(form, p.Path) != section {
			continue
		}
		if have.at[p.Path].Mark.Missing != "" && have.at[p.Path].Value == "" {
			continue
		}
		all = append(all, p)
	}
	return all
}
