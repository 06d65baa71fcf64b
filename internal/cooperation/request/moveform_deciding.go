package request

import (
	"context"
	"strconv"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// deciding are the moves of whoever decides on a request that came in.
func deciding() []moveForm {
	return []moveForm{
		{
			move: "accept", path: "accept", title: language.M("Accept it"),
			lead:   language.M("Conditions bind the use of everything that is handed over. Without any, leave the field empty."),
			button: language.M("Accept and tell the other State"), done: language.M("The other State learns that its request is accepted."),
			fields: func(p *movePage) []web.Field {
				return []web.Field{
					p.field(web.TextArea, "condition", p.r.T("Conditions, one on each line"), nil),
					p.field(web.TextArea, "text", p.r.T("What else you want to say"), nil),
				}
			},
			do: func(ctx context.Context, p *movePage, entry id.ID) error {
				return p.q.Accept(ctx, p.r.Person, p.Request.ID, lines(p.r.Form().Get("condition")), p.r.Form().Get("text"), entry)
			},
		},
		{
			move: "ask", path: "ask", title: language.M("Ask the other State"),
			lead:   language.M("The gaps that our rules find are listed, ready to send. Each question names its field, so that the answer goes back to it."),
			button: language.M("Send the questions"), done: language.M("The questions are on their way. The other State is next."),
			load: loadGaps, fields: askFields, do: ask,
		},
		{
			move: "postpone", path: "postpone", title: language.M("Put execution off"),
			lead:   language.M("Say why, and when you look at it again. Most treaties allow it only for a proceeding of one's own, after hearing the other State."),
			button: language.M("Put off and tell the other State"), done: language.M("The other State learns that execution is put off."),
			load: loadGrounds(treaty.Postpones),
			fields: func(p *movePage) []web.Field {
				return append(groundFields(p), p.field(web.Date, "review", p.r.T("Day on which it is looked at again"), required))
			},
			do: postpone,
		},
		{
			move: "refuse.propose", path: "propose-refusal", title: language.M("Propose to refuse it"),
			lead:   language.M("A refusal takes two people: you propose it with its ground, another person sends it."),
			button: language.M("Propose the refusal"), done: language.M("The refusal is proposed. Another person reads and sends it, or decides otherwise."),
			danger: true, load: loadGrounds(treaty.Offered, treaty.ByRequested, treaty.Reservation),
			fields: groundFields, do: propose,
		},
		{
			move: "refuse", path: "refuse", title: language.M("Refuse it"),
			lead:   language.M("This is what was proposed. When you send it, the request is refused."),
			button: language.M("Send the refusal"), done: language.M("The refusal is on its way, with its reasons."),
			danger: true, load: loadProposed,
			do: func(ctx context.Context, p *movePage, entry id.ID) error {
				return p.q.Refuse(ctx, p.r.Person, p.Request.ID, entry)
			},
		},
	}
}

// lines are the lines of a text that say something.
func lines(text string) []string {
	var all []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			all = append(all, l)
		}
	}
	return all
}

// loadGaps makes a list of questions of what the rules find in the request.
func loadGaps(_ context.Context, tx *db.Tx, p *movePage) error {
	found, err := p.q.check(p.Request, tx.Now())
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.Info || len(p.items) >= maxGaps {
			continue
		}
		text := p.q.law.Sentence(f, p.r.Printer)
		p.items = append(p.items, Item{Rule: f.Rule, Path: f.Path, Text: text})
		p.Choices = append(p.Choices, web.Choice{Value: strconv.Itoa(len(p.items)), Label: text, Hint: p.q.why(f, p.r.Printer)})
	}
	if len(p.items) == 0 {
		p.Lead = p.r.T("Our rules find no gap in this request. Write what you want to know.")
	}
	return nil
}

// maxGaps is how many gaps are offered as questions at once.
const maxGaps = 60

func askFields(p *movePage) []web.Field {
	var all []web.Field
	if len(p.Choices) > 0 {
		all = append(all, p.field(web.Checkboxes, "item", p.r.T("What our rules miss"), func(f *web.Field) { f.Choices = p.Choices }))
	}
	return append(all, p.field(web.TextArea, "text", p.r.T("What else you ask"), nil))
}

func ask(ctx context.Context, p *movePage, entry id.ID) error {
	chosen, err := p.offered("item")
	if err != nil {
		return err
	}
	var items []Item
	for _, c := range chosen {
		i, err := strconv.Atoi(c)
		if err != nil {
			return errs.WithFields(web.NotOffered("item"))
		}
		items = append(items, p.items[i-1])
	}
	return p.q.Ask(ctx, p.r.Person, p.Request.ID, items, p.r.Form().Get("text"), entry)
}
