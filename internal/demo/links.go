package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// Links prints one sign-in link for each person, and with what they sign in again. A link works once and counts as a
// factor for five minutes; signing and sending later ask for the password and a code, which [World.Equip] gives them.
func (w *World) Links(ctx context.Context, out io.Writer) error {
	fmt.Fprintf(out, `EXERCISE: people, cases and data are invented. Each link signs in once; Ctrl-C ends the world.
To sign in again, or when a page asks you to show that it is you:
  password  %s
  code      run "comity demo --code" (secret for an app: %s)
`, Password, Secret)
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
			fmt.Fprintf(out, "  %-28s %-8s %-32s %s\n", p.People[login].Name, login, strings.Join(roles, ", "), link)
		}
	}
	return nil
}
