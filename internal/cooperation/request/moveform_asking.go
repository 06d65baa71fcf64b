package request

import (
	"context"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// asking are the later moves of whoever asked, and the end, which both may make.
func asking() []moveForm {
	return []moveForm{
		{
			move: "answer", path: "answer", title: language.M("Answer the questions"),
			lead:   language.M("Each answer goes back to the field that the question names."),
			button: language.M("Send the answers"), done: language.M("The answers are on their way. The other State is next."),
			load: func(_ context.Context, _ *db.Tx, p *movePage) error {
				was := asked(p.moves)
				p.items = was.Item
				if was.Text != "" {
					p.Shown = []web.Row{{Key: p.r.T("They write"), Value: was.Text}}
				}
				p.Links = []web.Link{{Text: p.r.T("What we asked for, section by section"), Href: at(p.Request.ID, "draft")}}
				for _, it := range was.Item {
					if href := p.q.field(p.Request.ID, it.Path); href != "" {
						p.Links = append(p.Links, web.Link{Text: p.r.T("Go to the question: {question}", "question", p.q.place(it.Path, p.r.Printer)), Href: href})
					}
				}
				return nil
			},
			fields: answerFields, do: answer,
		},
		{
			move: "status", path: "status", title: language.M("Ask how far it is"),
			lead:   language.M("The requested State answers reasonable questions on progress. Where the treaty says so, a time of thirty days begins to run."),
			button: language.M("Send the question"), done: language.M("The question is on its way. The other State is asked to tell how far it is."),
			fields: func(p *movePage) []web.Field {
				return []web.Field{p.field(web.TextArea, "text", p.r.T("What you want to know, in words"), nil)}
			},
			do: func(ctx context.Context, p *movePage, entry id.ID) error {
				return p.q.AskStatus(ctx, p.r.Person, p.Request.ID, p.r.Form().Get("text"), entry)
			},
		},
		{
			move: "withdraw", path: "withdraw", title: language.M("Take the request back"), danger: true,
			lead:   language.M("The other State learns that the request is no longer needed and stops work on it."),
			button: language.M("Take it back"), done: language.M("The other State learns that the request is taken back."),
			fields: func(p *movePage) []web.Field {
				return []web.Field{p.field(web.TextArea, "reason", p.r.T("Why it is no longer needed"), nil)}
			},
			do: func(ctx context.Context, p *movePage, entry id.ID) error {
				return p.q.Withdraw(ctx, p.r.Person, p.Request.ID, p.r.Form().Get("reason"), entry)
			},
		},
		{
			move: "feedback", path: "feedback", title: language.M("Say what it was good for"),
			lead:   language.M("Those who did the work learn whether it helped."),
			button: language.M("Send the feedback"), done: language.M("The feedback is on its way."),
			fields: func(p *movePage) []web.Field {
				return []web.Field{
					p.field(web.Radios, "usefulness", p.r.T("How useful was the answer?"), func(f *web.Field) { f.Required, f.Choices = true, usefulness(p.r) }),
					p.field(web.TextArea, "text", p.r.T("In words"), nil),
				}
			},
			do: func(ctx context.Context, p *movePage, entry id.ID) error {
				p.Choices = usefulness(p.r)
				chosen, err := p.offered("usefulness")
				if err := both(err, unanswered(p, "usefulness")); err != nil {
					return err
				}
				return p.q.Feedback(ctx, p.r.Person, p.Request.ID, chosen[0], p.r.Form().Get("text"), entry)
			},
		},
		{
			move: "close", path: "close", title: language.M("Close it"),
			lead:   language.M("Nothing more is expected of anybody. The record stays."),
			button: language.M("Close the request"), done: language.M("The request is closed."),
			fields: func(p *movePage) []web.Field {
				return []web.Field{p.field(web.TextArea, "text", p.r.T("What else you want to say"), nil)}
			},
			do: func(ctx context.Context, p *movePage, entry id.ID) error {
				return p.q.Close(ctx, p.r.Person, p.Request.ID, p.r.Form().Get("text"), entry)
			},
		},
	}
}

func usefulness(r *web.Request) []web.Choice {
	return []web.Choice{
		{Value: "decisive", Label: r.T("It decided the matter")}, {Value: "useful", Label: r.T("It helped")},
		{Value: "little", Label: r.T("It helped a little")}, {Value: "none", Label: r.T("It did not help")},
	}
}

func answerFields(p *movePage) []web.Field {
	var all []web.Field
	for i, it := range p.items {
		all = append(all, p.field(web.TextArea, "item-"+strconv.Itoa(i+1), it.Text, hint(p.q.place(it.Path, p.r.Printer))))
	}
	return append(all, p.field(web.TextArea, "text", p.r.T("What else you want to say"), nil))
}

func answer(ctx context.Context, p *movePage, entry id.ID) error {
	var items []Item
	for i, it := range p.items {
		name := "item-" + strconv.Itoa(i+1)
		if wrong := tooLong(p.r.Form(), name); wrong != nil {
			return errs.WithFields(*wrong)
		}
		if text := p.r.Form().Get(name); text != "" {
			items = append(items, Item{Rule: it.Rule, Path: it.Path, Text: text})
		}
	}
	return p.q.Answer(ctx, p.r.Person, p.Request.ID, items, p.r.Form().Get("text"), entry)
}
