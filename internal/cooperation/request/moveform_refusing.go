package request

import (
	"context"
	"slices"
	"strings"

	"comity/internal/base/id"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// loadGrounds offers the grounds that the request's treaties give for its measures, of the given stands. A ground that
// a treaty bars is named as such, so that nobody looks for it in vain.
func loadGrounds(stands ...treaty.Stand) func(context.Context, *db.Tx, *movePage) error {
	return func(_ context.Context, _ *db.Tx, p *movePage) error {
		a, err := p.Request.answers()
		if err != nil {
			return err
		}
		var barred []string
		seen := map[string]bool{}
		for _, code := range bases(a) {
			for _, kind := range distinct(p.Request.Measures()) {
				for _, g := range p.q.law.Treaties.Grounds(code, kind) {
					value := g.Code + " " + string(code) + " " + g.Article
					if seen[value] {
						continue
					}
					seen[value] = true
					if g.Stand == treaty.Barred {
						barred = append(barred, p.r.T(g.Label))
					}
					if slices.Contains(stands, g.Stand) {
						p.Choices = append(p.Choices, p.q.groundChoice(p.r, value, code, g))
					}
				}
			}
		}
		if len(barred) > 0 {
			p.Shown = append(p.Shown, web.Row{Key: p.r.T("Not a ground under these treaties"), Value: string(p.r.And(distinct(barred)))})
		}
		if len(p.Choices) == 0 {
			p.None = p.r.T("The treaties on which the request rests name no ground for this.")
		}
		return nil
	}
}

func (q *Requests) groundChoice(r *web.Request, value string, code treaty.Code, g treaty.Ground) web.Choice {
	name := string(code)
	if t, ok := q.law.Treaties.Get(code); ok {
		name = t.Name(r.Lang())
	}
	c := web.Choice{Value: value, Label: r.T(g.Label), Hint: r.T("{treaty}, article {article}", "treaty", name, "article", g.Article)}
	if g.Note != "" {
		c.Hint += ". " + r.T(g.Note)
	}
	if !g.Checked {
		c.Hint += " " + r.T("Not yet read in the official text.")
	}
	return c
}

func groundFields(p *movePage) []web.Field {
	yesno := []web.Choice{{Value: "yes", Label: p.r.T("Yes")}, {Value: "no", Label: p.r.T("No")}}
	return []web.Field{
		p.field(web.Radios, "ground", p.r.T("On which ground"), func(f *web.Field) { f.Required, f.Choices = true, p.Choices }),
		p.field(web.Radios, "consulted", p.r.T("Has the other State been heard first?"), func(f *web.Field) {
			f.Required, f.Choices = true, yesno
			f.Hint = p.r.T("Most treaties ask to consult before a refusal or a delay, to see whether help is possible on conditions.")
		}),
		p.field(web.TextArea, "reason", p.r.T("Reasons for the other State"), required),
	}
}

// grounded reads the answers of [groundFields].
func grounded(p *movePage) (Response, error) {
	resp := Response{Reason: p.r.Form().Get("reason"), Consulted: p.r.Form().Get("consulted")}
	chosen, err := p.offered("ground")
	if err := both(err, unanswered(p, "ground"), unanswered(p, "consulted"), unanswered(p, "reason")); err != nil {
		return resp, err
	}
	code, article, _ := strings.Cut(chosen[0], " ")
	resp.Ground = []Ground{{Code: code, Article: article}}
	return resp, nil
}

func postpone(ctx context.Context, p *movePage, entry id.ID) error {
	resp, err := grounded(p)
	review, e := p.day("review", true)
	if err := both(err, e); err != nil {
		return err
	}
	resp.Review = review
	return p.q.Postpone(ctx, p.r.Person, p.Request.ID, resp, entry)
}

func propose(ctx context.Context, p *movePage, entry id.ID) error {
	resp, err := grounded(p)
	if err != nil {
		return err
	}
	return p.q.ProposeRefusal(ctx, p.r.Person, p.Request.ID, resp, entry)
}

// loadProposed shows the refusal that a first person has proposed.
func loadProposed(ctx context.Context, tx *db.Tx, p *movePage) error {
	resp, by, err := proposedIn(ctx, tx, p.Request.ID)
	if err != nil {
		return err
	}
	if by == "" {
		p.None = p.r.T("A refusal takes two people: one proposes it, another sends it. Nobody has proposed it yet.")
		return nil
	}
	a, err := access.Find(ctx, tx, by)
	p.Shown = append([]web.Row{{Key: p.r.T("Proposed by"), Value: a.Name}}, p.q.said(p.r.Printer, resp)...)
	return err
}
