package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// Links prints one sign-in link for each person. A link works once; signing and sending ask for a fresh one after five
// minutes.
func (w *World) Links(ctx context.Context, out io.Writer) error {
	fmt.Fprintln(out, "EXERCISE: people, cases and data are invented. Each link signs in once; Ctrl-C ends the world.")
	for _, p := range w.Places {
		fmt.Fprintf(out, "\n%s\n", p.Self.Card.Names["en"])
		for _, login := range p.Logins() {
			link, err := p.Link(ctx, login)
			if err != nil {
				return err
			}
			var roles []string
			for _, g := range p.People[login].Grants {
				roles = append(roles, string(g.Role))
			}
			fmt.Fprintf(out, "  %-28s %-32s %s\n", p.People[login].Name, strings.Join(roles, ", "), link)
		}
	}
	return nil
}
