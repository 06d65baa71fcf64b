package request

import (
	"context"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/access"
	"comity/internal/engine/web"
)

// Forward tells the requesting side that another authority is competent and has been given the request. Nothing else is
// expected of this node afterwards (UNCAC 46(13), UNTOC 18(13): the central authority transmits to the competent one).
func (q *Requests) Forward(ctx context.Context, who access.Person, n id.ID, to, text string, entry id.ID) error {
	return q.say(ctx, who, n, "forward", Response{Contact: to, Text: text}, entry, sayOption{})
}

func forwarding() []moveForm {
	return []moveForm{{
		move: "forward", path: "forward", title: language.M("Forward it to the competent authority"), registry: true, danger: true,
		lead:   language.M("For a request that came to the wrong place. The other State learns who has it now, and it ends here."),
		button: language.M("Forward and tell the other State"), done: language.M("The other State learns who has its request now."),
		fields: func(p *movePage) []web.Field {
			return []web.Field{
				p.field(web.Text, "contact", p.r.T("Authority that has it now, and how it is reached"), required),
				p.field(web.TextArea, "text", p.r.T("What else you want to say"), nil),
			}
		},
		do: func(ctx context.Context, p *movePage, entry id.ID) error {
			if err := unanswered(p, "contact"); err != nil {
				return err
			}
			return p.q.Forward(ctx, p.r.Person, p.Request.ID, p.r.Form().Get("contact"), p.r.Form().Get("text"), entry)
		},
	}}
}
