package xpath

// CallError is a call that can't be made: of a function that there isn't, or with the wrong number of values.
type CallError struct {
	Name  string
	Args  int
	Known bool // there is such a function
	err   error
}

func (e *CallError) Error() string { return e.err.Error() }

// Unwrap makes it [errs.Invalid].
func (e *CallError) Unwrap() error { return e.err }

// PatternError is a regular expression that isn't one of RE2, such as one that looks around or back.
type PatternError struct {
	Pattern string
	err     error
}

func (e *PatternError) Error() string { return e.err.Error() }

// Unwrap makes it [errs.Invalid].
func (e *PatternError) Unwrap() error { return e.err }
