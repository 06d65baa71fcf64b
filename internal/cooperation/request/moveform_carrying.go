package request

import (
	"context"
	"slices"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/evidence"
	"comity/internal/cooperation/treaty"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

// carrying are the moves of whoever carries a request out.
func carrying() []moveForm {
	return []moveForm{
		{
			move: "progress", path: "progress", title: language.M("Report progress"),
			lead:   language.M("For data that are preserved, the day until which they are kept starts a clock on both sides."),
			button: language.M("Send the report"), done: language.M("The report is on its way."),
			fields: func(p *movePage) []web.Field {
				all := []web.Field{
					p.field(web.TextArea, "text", p.r.T("What has been done"), nil),
					p.field(web.Date, "preserved", p.r.T("Day from which data are preserved"), nil),
					p.field(web.Date, "until", p.r.T("Day until which they are kept"), nil),
				}
				if preserves(p.Request) {
					all = append(all, p.field(web.Radios, "unsafe", p.r.T("Do you believe that preservation will not secure the data, or will harm the confidentiality of the case?"), func(f *web.Field) {
						f.Choices = []web.Choice{{Value: "yes", Label: p.r.T("Yes")}, {Value: "no", Label: p.r.T("No")}}
						f.Hint = p.r.T("If so, the other State is told at once and decides whether to go on (Convention on Cybercrime, article 29(6)). Say why in words.")
					}))
				}
				return all
			},
			do: progress,
		},
		{
			move: "status.answer", path: "tell", title: language.M("Say how far it is"),
			lead:   language.M("The other State has asked. Where the request stands doesn't change by the answer."),
			button: language.M("Send the answer"), done: language.M("The answer is on its way."),
			fields: func(p *movePage) []web.Field {
				return []web.Field{p.field(web.TextArea, "text", p.r.T("How far it is"), required)}
			},
			do: func(ctx context.Context, p *movePage, entry id.ID) error {
				return p.q.AnswerStatus(ctx, p.r.Person, p.Request.ID, p.r.Form().Get("text"), entry)
			},
		},
		{
			move: "execute", path: "execute", title: language.M("Note the results"),
			lead:   language.M("The other State learns of them with what is handed over."),
			button: language.M("Note the results"), done: language.M("The results are noted."),
			load: loadMeasures, fields: resultFields, do: execute,
		},
		{
			move: "deliver", path: "deliver", title: language.M("Hand evidence over"), recent: true,
			lead:   language.M("What you choose is sealed in one envelope with its custody, its origin and the conditions of use."),
			button: language.M("Seal and send"), done: language.M("The evidence is being sealed and sent. Its receipt will stand here."),
			load: loadEvidence,
			fields: func(p *movePage) []web.Field {
				return []web.Field{
					p.field(web.Checkboxes, "item", p.r.T("What is handed over"), func(f *web.Field) { f.Required, f.Choices = true, p.Choices }),
					p.field(web.TextArea, "text", p.r.T("What else you want to say"), nil),
				}
			},
			do: deliver,
		},
	}
}

func progress(ctx context.Context, p *movePage, entry id.ID) error {
	preserved, err := p.day("preserved", false)
	until, e := p.day("until", false)
	if err := both(err, e); err != nil {
		return err
	}
	resp := Response{Text: p.r.Form().Get("text"), Preserved: preserved, Until: until}
	if preserves(p.Request) && p.r.Form().Get("unsafe") == "yes" {
		resp.Unsafe = "yes"
		if resp.Text == "" {
			return errs.WithFields(errs.Field{Path: "text", Code: "Say why preservation will not do."})
		}
	}
	if resp.Text == "" && preserved == "" {
		return errs.WithFields(errs.Field{Path: "text", Code: "Say what has been done, or since when data are preserved."})
	}
	if until != "" && (preserved == "" || until < preserved) {
		return errs.WithFields(errs.Field{Path: "until", Code: "The end can't come before the beginning."})
	}
	return p.q.Progress(ctx, p.r.Person, p.Request.ID, resp, entry)
}

// preserves says whether the request asks that data be preserved.
func preserves(r Request) bool {
	return slices.ContainsFunc(r.Measures(), func(t string) bool { return treaty.Match("preserve.*", t) })
}

func loadMeasures(ctx context.Context, tx *db.Tx, p *movePage) (err error) {
	p.done, err = measuresOf(ctx, tx, p.Request)
	return err
}

func resultFields(p *movePage) []web.Field {
	results := []web.Choice{
		{Value: "executed", Label: p.r.T("Executed")}, {Value: "no_result", Label: p.r.T("Executed without result")}, {Value: "refused", Label: p.r.T("Help refused")},
	}
	var all []web.Field
	for _, m := range p.done {
		n := strconv.FormatInt(m.N, 10)
		all = append(all, web.Field{
			Kind: web.Group, Path: "measure-" + n, Label: p.r.T("Measure {n}: {kind}", "n", n, "kind", p.q.typeName(m.Type, p.r.Printer)),
			Fields: []web.Field{
				p.field(web.Radios, "result-"+n, p.r.T("What came of it"), func(f *web.Field) {
					f.Choices = results
					if !p.r.Form().Has(f.Path) {
						f.Value = m.State // as it was noted before
					}
				}),
				p.field(web.TextArea, "text-"+n, p.r.T("In words"), func(f *web.Field) {
					if !p.r.Form().Has(f.Path) {
						f.Value = m.Result
					}
				}),
			},
		})
	}
	return all
}

func execute(ctx context.Context, p *movePage, entry id.ID) error {
	var results []Result
	for _, m := range p.done {
		n := strconv.FormatInt(m.N, 10)
		state, text := p.r.Form().Get("result-"+n), "text-"+n
		if wrong := tooLong(p.r.Form(), text); wrong != nil {
			return errs.WithFields(*wrong)
		}
		switch state {
		case "":
		case "executed", "no_result", "refused":
			results = append(results, Result{Measure: n, State: state, Text: p.r.Form().Get(text)})
		default:
			return errs.WithFields(web.NotOffered("result-" + n))
		}
	}
	if len(results) == 0 {
		return errs.WithFields(errs.Field{Path: "result-1", Code: "Note the result of at least one measure."})
	}
	return p.q.Execute(ctx, p.r.Person, p.Request.ID, results, entry)
}

func loadEvidence(ctx context.Context, tx *db.Tx, p *movePage) error {
	items, err := evidence.OfRequest(ctx, tx, p.Request.Reference)
	for _, it := range items {
		p.Choices = append(p.Choices, web.Choice{Value: string(it.ID), Label: it.Label + " · " + it.Name, Hint: p.r.Size(it.Size)})
	}
	p.Links = []web.Link{{Text: p.r.T("Evidence of this request"), Href: evidence.ListPath(p.Request.Case, p.Request.Reference)}}
	if len(items) == 0 {
		p.None = p.r.T("There is no evidence to hand over yet: take it in first.")
	}
	return err
}

func deliver(ctx context.Context, p *movePage, entry id.ID) error {
	chosen, err := p.offered("item")
	if err != nil {
		return err
	}
	var items []id.ID
	for _, c := range chosen {
		items = append(items, id.ID(c))
	}
	return p.q.Deliver(ctx, p.r.Person, p.Request.ID, items, p.r.Form().Get("text"), entry)
}
