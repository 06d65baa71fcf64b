package request

import (
	"context"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// house are the moves that stay in the house: review, and the registry's.
func house() []moveForm {
	return []moveForm{
		{
			move: "submit", path: "submit", title: language.M("Put it to review"),
			lead:   language.M("A reviewer who didn't draft it reads it next. Until they return it, nobody can edit it."),
			button: language.M("Put it to review"), done: language.M("The request is with the reviewers now."),
			load: loadFindings,
			do: func(ctx context.Context, p *movePage, entry id.ID) error {
				return p.q.Submit(ctx, p.r.Person, p.Request.ID, entry)
			},
		},
		{
			move: "approve", path: "approve", title: language.M("Approve it for signature"),
			lead:   language.M("It gets its reference now. What the rules find as an error has to be mended, or let stand with a reason, first."),
			button: language.M("Approve for signature"), done: language.M("Approved. A signatory can sign it now."),
			load: loadFindings,
			do: func(ctx context.Context, p *movePage, entry id.ID) error {
				return p.q.Approve(ctx, p.r.Person, p.Request.ID, entry)
			},
		},
		{
			move: "return", path: "return", title: language.M("Return it to the drafter"),
			lead:   language.M("A signature that it has already falls away."),
			button: language.M("Return to the drafter"), done: language.M("The request is a draft again."),
			fields: func(p *movePage) []web.Field {
				return []web.Field{p.field(web.TextArea, "why", p.r.T("What has to change"), required)}
			},
			do: func(ctx context.Context, p *movePage, entry id.ID) error {
				return p.q.Return(ctx, p.r.Person, p.Request.ID, p.r.Form().Get("why"), entry)
			},
		},
	}
}

// loadFindings counts what the rules find and links to it.
func loadFindings(ctx context.Context, tx *db.Tx, p *movePage) error {
	found, over, err := p.q.Check(ctx, tx, p.Request)
	if err != nil {
		return err
	}
	open := 0
	for _, f := range onlyErrors(found) {
		if !overridden(over, f) {
			open++
		}
	}
	if open > 0 {
		p.Danger = p.r.N("The rules find {n} error that would have it sent back.", "The rules find {n} errors that would have it sent back.", open)
	}
	p.Links = []web.Link{
		{Text: p.r.T("What the rules find"), Href: at(p.Request.ID, "check")},
		{Text: p.r.T("The letter as it would be signed"), Href: at(p.Request.ID, "letter")},
	}
	return nil
}

// registryForms are the moves that the registry makes from the cover.
func registryForms() []moveForm {
	return []moveForm{
		{
			move: "assign", path: "assign", title: language.M("Give it to somebody"), registry: true,
			lead:   language.M("Whoever carries it out becomes a member of its case, and reads it from then on."),
			button: language.M("Give to this person"), done: language.M("The request was given to the person."),
			load: loadExecutors,
			fields: func(p *movePage) []web.Field {
				return []web.Field{p.field(web.Radios, "executor", p.r.T("Who carries it out"), func(f *web.Field) { f.Required, f.Choices = true, p.Choices })}
			},
			do: func(ctx context.Context, p *movePage, entry id.ID) error {
				chosen, err := p.offered("executor")
				if err != nil || len(chosen) == 0 {
					return both(err, unanswered(p, "executor"))
				}
				return p.q.Assign(ctx, p.r.Person, p.Request.ID, id.ID(chosen[0]), entry)
			},
		},
		{
			move: "acknowledge", path: "acknowledge", title: language.M("Acknowledge its receipt"), registry: true,
			lead:   language.M("The other State learns our number and whom it can ask. Nothing is decided by it."),
			button: language.M("Send the acknowledgement"), done: language.M("The acknowledgement is on its way."),
			fields: func(p *movePage) []web.Field {
				return []web.Field{p.field(web.Text, "contact", p.r.T("Who can be asked, and how"), func(f *web.Field) {
					f.Required, f.Hint = true, p.r.T("A name or an office, with a telephone number or an address that is answered.")
				})}
			},
			do: func(ctx context.Context, p *movePage, entry id.ID) error {
				if err := unanswered(p, "contact"); err != nil {
					return err
				}
				return p.q.Acknowledge(ctx, p.r.Person, p.Request.ID, p.r.Form().Get("contact"), entry)
			},
		},
	}
}

func loadExecutors(ctx context.Context, tx *db.Tx, p *movePage) error {
	fit, err := executors(ctx, tx)
	language.Sort(p.r.Printer, fit, func(a access.Account) string { return a.Name })
	for _, a := range fit {
		p.Choices = append(p.Choices, web.Choice{Value: string(a.ID), Label: a.Name})
	}
	return err
}
