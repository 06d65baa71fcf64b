package instrument

// Crosswalk says how the questions of a version follow from those of the version before.
type Crosswalk struct {
	From  string `json:"from"` // hash of the version before
	Items []Step `json:"items"`
}

// Step is one line of a crosswalk. Paths are without numbers: "/police/q31".
type Step struct {
	Was    string            `json:"was,omitempty"` // "" of a new question
	Now    string            `json:"now,omitempty"` // "" of a dropped one
	Change Change            `json:"change"`
	Codes  map[string]string `json:"codes,omitempty"` // of a recoded question: old choice to new
}

// Change is what became of a question.
type Change string

// The five things that can become of a question.
const (
	Same    Change = "same"    // answers go over as they are
	Recoded Change = "recoded" // its choices have other names: see [Step.Codes]
	Split   Change = "split"   // one question became several; a person has to say what of the answer goes where
	Dropped Change = "dropped"
	New     Change = "new"
)
