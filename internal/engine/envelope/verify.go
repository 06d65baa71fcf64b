package envelope

import (
	"errors"
	"io"
	"slices"
	"time"
)

// Report is what [Verify] found out about a file.
type Report struct {
	Card     bool // a card, not a message
	Results  []Result
	Refusal  *Refusal // the first failure, nil when none
	Opened   *Opened  // what is inside, nil after a failure; not to be acted on while a result is skipped
	Commands []Command
}

// Good reports whether every check was made and passed.
func (r *Report) Good() bool {
	return r.Refusal == nil && !slices.ContainsFunc(r.Results, func(c Result) bool {
		return c.State == Failed || c.State == Skipped && c.Check != BadEncryption && c.Check != WrongKey
	})
}

// Verify makes the checks of [Open] or [OpenCard] with whatever is at hand and reports each: a check that lacks a
// key, a pinned card or a recipient to compare with is skipped and says so. name is the file's, for the commands that
// show the same. The error is only for a file that can't be read.
func Verify(name string, r io.ReaderAt, size int64, o Options) (*Report, error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	o.Plain = true
	p, steps := newOpening(r, size, o), messageSteps()
	report := &Report{Card: IsCard(r, size)}
	if report.Card {
		p.card, steps = true, cardSteps()
	}
	opened, err := p.open(steps)
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		report.Refusal, report.Results = refusal, refusal.Results
	case err != nil:
		return nil, err
	default:
		report.Opened, report.Results = opened, opened.Results
	}
	report.Commands = Commands(name, p.encrypted, report.Card, p.provenAt)
	return report, nil
}
