package assessment

import (
	"slices"

	"comity/internal/base/language"
)

// Step is where an assessment stands.
type Step string

// The steps.
const (
	Requested     Step = "requested"     // by the State
	Agreed        Step = "agreed"        // its scope is
	Collecting    Step = "collecting"    // a round is open: everybody rates without seeing the others
	Consolidating Step = "consolidating" // the round is closed: the team and the stakeholders agree
	Draft         Step = "draft"
	Commented     Step = "commented" // by the State
	Cleared       Step = "cleared"   // by the State
	Published     Step = "published"
	Kept          Step = "kept" // by the State for itself
)

// Moves lists where an assessment can go from a step.
func (s Step) Moves() []Step {
	switch s {
	case Requested:
		return []Step{Agreed}
	case Agreed:
		return []Step{Collecting}
	case Collecting:
		return []Step{Consolidating}
	case Consolidating:
		return []Step{Collecting, Draft}
	case Draft:
		return []Step{Commented}
	case Commented:
		return []Step{Draft, Cleared}
	case Cleared:
		return []Step{Published, Kept}
	case Kept:
		return []Step{Published}
	}
	return nil
}

// act is the act by which an assessment is taken to a step: the State's for what only the State decides.
func (s Step) act() string {
	switch s {
	case Agreed:
		return "assessment.agree"
	case Commented:
		return "assessment.comment"
	case Cleared:
		return "assessment.clear"
	case Published, Kept:
		return "assessment.publish"
	}
	return "assessment.round"
}

// in reports whether the step is one of these.
func (s Step) in(of ...Step) bool { return slices.Contains(of, s) }

// Name returns the step in words: a message of the catalogue.
func (s Step) Name() string {
	switch s {
	case Requested:
		return language.M("Requested by the State")
	case Agreed:
		return language.M("Agreed, not begun")
	case Collecting:
		return language.M("Ratings are being collected")
	case Consolidating:
		return language.M("The round is closed, agreement is sought")
	case Draft:
		return language.M("Draft, for the State’s comments")
	case Commented:
		return language.M("Commented by the State")
	case Cleared:
		return language.M("Cleared by the State")
	case Published:
		return language.M("Published by the State")
	case Kept:
		return language.M("Kept by the State for itself")
	}
	return string(s)
}

// Button returns what the button says that takes an assessment to the step: a message of the catalogue.
func (s Step) Button() string {
	switch s {
	case Agreed:
		return language.M("Agree to the assessment")
	case Collecting:
		return language.M("Open a round of ratings")
	case Consolidating:
		return language.M("Close the round")
	case Draft:
		return language.M("Give the draft to the State")
	case Commented:
		return language.M("Say that the State has commented")
	case Cleared:
		return language.M("Clear the report")
	case Published:
		return language.M("Publish the report")
	case Kept:
		return language.M("Keep the report for the State alone")
	}
	return string(s)
}

// Name returns the value in words: a message of the catalogue.
func (v Value) Name() string {
	switch v {
	case Met:
		return language.M("Met")
	case Partly:
		return language.M("Partly met")
	case NotMet:
		return language.M("Not met")
	case NotApplicable:
		return language.M("Does not apply")
	case NotKnown:
		return language.M("Not known")
	}
	return string(v)
}

// Values lists all values in the order of pages.
func Values() []Value { return []Value{Met, Partly, NotMet, NotApplicable, NotKnown} }

// Name returns the basis in words: a message of the catalogue.
func (b Basis) Name() string {
	switch b {
	case Document:
		return language.M("Shown by a proof that is kept")
	case TwoGroups:
		return language.M("Two groups of different sectors say so")
	case Observed:
		return language.M("The team saw it")
	case Asserted:
		return language.M("Asserted: it lifts no stage")
	}
	return string(b)
}

// Bases lists all bases in the order of pages.
func Bases() []Basis { return []Basis{Document, TwoGroups, Observed, Asserted} }
