package response

// outcome is what becomes of an answer that came in.
type outcome int

const (
	kept    outcome = iota // what is stored stays: nothing new came
	taken                  // what came is taken
	clashed                // both were changed and differ: both are kept, the focal point decides
)

// merge decides on one answer: base is what its writer saw, stored what stands here now, came what the writer wants.
// It gives the same in whatever order sections come in, since answers of different sections never meet.
func merge(base, stored, came Answer) outcome {
	switch {
	case came.same(base), came.same(stored):
		return kept
	case stored.same(base):
		return taken
	}
	return clashed
}
