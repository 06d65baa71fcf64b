package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"comity/internal/engine/envelope"
)

// verdict prints what is found out about one file and keeps the score. A check that was skipped is never a yes.
type verdict struct {
	w        io.Writer
	wrong    []string // names of checks that failed
	open     []string // names of checks that were skipped
	says     []string // what the file is, for the end
	commands []string // what anyone can run
}

func (v *verdict) title(name string) { fmt.Fprintf(v.w, "%s\n", plain(name)) }

func (v *verdict) line(state, check, found string) {
	fmt.Fprintf(v.w, "  %-8s %-16s %s\n", state, check, plain(found))
}

func (v *verdict) passed(check, format string, args ...any) {
	v.line("passed", check, fmt.Sprintf(format, args...))
}

func (v *verdict) failed(check, format string, args ...any) {
	v.wrong = append(v.wrong, check)
	v.line("failed", check, fmt.Sprintf(format, args...))
}

func (v *verdict) skipped(check, format string, args ...any) {
	v.open = append(v.open, check)
	v.line("skipped", check, fmt.Sprintf(format, args...))
}

// note says something that is no check.
func (v *verdict) note(what, format string, args ...any) {
	v.line("", what, fmt.Sprintf(format, args...))
}

// result takes over a check that another package made.
func (v *verdict) result(r envelope.Result) {
	switch {
	case r.State == envelope.Passed:
		v.passed(string(r.Check), "%s", r.Found)
	case r.State == envelope.Failed:
		v.failed(string(r.Check), "%s", r.Found)
	case r.Found == envelope.NotReached:
		v.line("skipped", string(r.Check), r.Found) // behind the check that is named already
	default:
		v.skipped(string(r.Check), "%s", r.Found)
	}
}

// say adds to what the file is. It stands at the end, where people look.
func (v *verdict) say(format string, args ...any) {
	v.says = append(v.says, fmt.Sprintf(format, args...))
}

// command is a line that anyone can run to see the same.
func (v *verdict) command(line, shows string) {
	v.commands = append(v.commands, fmt.Sprintf("    %s\n      # %s\n", line, shows))
}

// conclude prints the end and returns whether everything was shown.
func (v *verdict) conclude() bool {
	if len(v.commands) > 0 {
		fmt.Fprintf(v.w, "  see the same with:\n%s", strings.Join(v.commands, ""))
	}
	for _, s := range v.says {
		fmt.Fprintf(v.w, "  %s\n", plain(s))
	}
	switch {
	case len(v.wrong) > 0:
		fmt.Fprintf(v.w, "  FALSE: this does not hold: %s. Do not rely on the file.\n", strings.Join(v.wrong, ", "))
		return false
	case len(v.open) > 0:
		fmt.Fprintf(v.w, "  NOT SHOWN: nothing is wrong, but this was not checked: %s.\n", strings.Join(v.open, ", "))
		return false
	}
	fmt.Fprintln(v.w, "  VERIFIED: every check was made and holds.")
	return true
}

// plain makes a text harmless on a terminal: characters that move the cursor, change colours, begin a line or turn the
// direction of writing are shown by their numbers. What others wrote must not draw a line of ours.
func plain(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == ' ' || unicode.IsPrint(r) && r != unicode.ReplacementChar {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

// said is an error whose text is harmless on a terminal.
type said struct{ error }

// Error makes the text plain.
func (e said) Error() string { return plain(e.error.Error()) }

// Unwrap gives the error itself.
func (e said) Unwrap() error { return e.error }
