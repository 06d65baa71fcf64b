package node

import (
	"slices"

	"comity/internal/base/language"
	"comity/internal/capacity/assessment"
	"comity/internal/capacity/exercise"
	"comity/internal/capacity/learning"
	"comity/internal/capacity/organisation"
	"comity/internal/capacity/structure"
	"comity/internal/capacity/workshop"
	"comity/internal/cooperation/casefile"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/exchange"
	"comity/internal/cooperation/people"
	"comity/internal/cooperation/practice"
	"comity/internal/cooperation/record"
	"comity/internal/cooperation/request"
	"comity/internal/cooperation/request/types"
	"comity/internal/cooperation/rule"
	"comity/internal/cooperation/selector"
	"comity/internal/cooperation/treaty"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/review"
	"comity/internal/dialogue/session"
	"comity/internal/dialogue/study"
	"comity/internal/dialogue/study/data"
	"comity/internal/dialogue/translation"
	"comity/internal/engine/picture"
	"comity/internal/mandate"
	"comity/internal/programme"
)

// Words lists the slices' folders of translations; those of the engines' own sentences stand in package language.
func Words() []language.Source {
	return slices.Concat([]language.Source{
		{Name: "node", FS: shown}, people.Words(), casefile.Words(), evidence.Words(), exchange.Words(), record.Words(), request.Words(),
		rule.Words(), selector.Words(), treaty.Words(),
		picture.Words(),
		dataset.Words(), response.Words(), session.Words(), study.Words(),
		translation.Words(),
		review.Words(),
		mandate.Words(),
		programme.Words(),
		organisation.Words(),
		structure.Words(),
		practice.Words(),
		workshop.Words(),
	}, types.Words(), data.Words(), learning.Words(), assessment.Words(), exercise.Words())
}
