package mandate

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/engine/web"
	"comity/internal/store/db"
)

type paraPage struct {
	Document  Document
	Title     string
	Part      paraPart
	Evidence  web.Table
	Timeline  []entryPart
	Form      *web.Form
	Pillars   []web.Choice
	States    []web.Choice
	Choices   []web.Choice
	MayRecord bool
	MayEnter  bool

	Clear, Enter, Record web.Button
}

// entryPart is one entry of the time line.
type entryPart struct {
	ID        id.ID
	Tag       web.Tag
	Period    string
	Narrative string
	By        string
	Rests     []string
	MayClear  bool
}

func (g *Register) paraPage(r *web.Request) (paraPage, Para, error) {
	p := paraPage{
		Form:  r.Form(),
		Clear: web.Button{Text: r.T("Clear this entry"), Kind: "secondary"}, Enter: web.Button{Text: r.T("Enter it")},
		Record: web.Button{Text: r.T("Record it"), Kind: "secondary"},
	}
	var para Para
	err := g.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Document, para, err = g.Para(ctx, tx, r.Value("doc"), r.Value("key")); err != nil {
			return err
		}
		lives, err := g.Lives(ctx, tx)
		if err != nil {
			return err
		}
		s, err := standing(ctx, tx, p.Document, para, lives)
		if err != nil {
			return err
		}
		p.Title, p.Part = title(r, p.Document), partOf(r, s)
		p.Evidence, p.Choices = evidence(r, s)
		p.MayRecord = p.Part.Asks && g.desk.Ever(r.Person, "mandate.activity")
		p.MayEnter = p.Part.Asks && g.desk.Ever(r.Person, "mandate.status")
		p.Timeline, err = g.timeline(ctx, tx, r, para)
		return err
	})
	for _, x := range []Pillar{Cooperation, Capacity, Dialogue} {
		p.Pillars = append(p.Pillars, web.Choice{Value: string(x), Label: r.T(pillarSay(x))})
	}
	for _, x := range States() {
		p.States = append(p.States, web.Choice{Value: string(x), Label: r.T(stateSay(x))})
	}
	return p, para, err
}

// evidence shows what serves the paragraph, and offers it for an entry.
func evidence(r *web.Request, s Standing) (web.Table, []web.Choice) {
	t := web.Table{
		Caption: r.T("What serves it"), Empty: r.T("Nothing serves it yet: no study, meeting, training or request here bears on it, and nobody recorded anything."),
		Columns: []web.Column{{Label: r.T("What it is")}, {Label: r.T("Kind")}, {Label: r.T("Day")}, {Label: r.T("What shows it")}},
	}
	var choices []web.Choice
	for _, l := range s.Lives {
		facts := ""
		for i, f := range l.Facts {
			if i > 0 {
				facts += " "
			}
			facts += r.Say(f.Say, f.Args)
		}
		var what any = l.Title
		if l.Href != "" {
			what = web.Link{Text: l.Title, Href: l.Href}
		}
		t.Rows = append(t.Rows, []any{what, r.T(kindSay(l.Kind)), string(r.Date(l.Day)), facts})
		choices = append(choices, web.Choice{Value: string(l.Ref), Label: l.Title, Hint: facts})
	}
	for _, a := range s.Activities {
		t.Rows = append(t.Rows, []any{a.Title, r.T(kindSay("activity")), string(r.Date(a.Begins)), a.Object})
		choices = append(choices, web.Choice{Value: "activity/" + string(a.ID), Label: a.Title, Hint: a.Object})
	}
	return t, choices
}

func (g *Register) timeline(ctx context.Context, tx *db.Tx, r *web.Request, p Para) ([]entryPart, error) {
	list, err := statuses(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	var parts []entryPart
	for _, s := range list {
		by, err := name(ctx, tx, r, s.By)
		if err != nil {
			return nil, err
		}
		e := entryPart{ID: s.ID, Tag: statusTag(r, &s), Period: s.Period, Narrative: s.Narrative}
		e.By = r.T("Entered by {name} on {day}; not yet cleared by another person.", "name", by, "day", r.Date(s.At))
		if s.ClearedBy != "" {
			other, err := name(ctx, tx, r, s.ClearedBy)
			if err != nil {
				return nil, err
			}
			e.By = r.T("Entered by {name} on {day}, cleared by {other} on {later}.", "name", by, "day", r.Date(s.At), "other", other, "later", r.Date(s.ClearedAt))
		}
		for _, ev := range s.Evidence {
			e.Rests = append(e.Rests, r.T("{what} ({kind}, {day})", "what", ev.Title, "kind", language.Plain(r.T(kindSay(ev.Kind))), "day", ev.Day))
		}
		e.MayClear = s.ClearedBy == "" && g.desk.May(ctx, tx, r.Person, "mandate.clear", id.NewRef(KindStatus, s.ID)) == nil
		parts = append(parts, e)
	}
	return parts, nil
}

func (g *Register) showPara(r *web.Request) error {
	p, _, err := g.paraPage(r)
	if err != nil {
		return err
	}
	return r.Page("mandate/para", p)
}

func (g *Register) recordActivity(r *web.Request) error {
	p, para, err := g.paraPage(r)
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	a := Activity{Pillar: Pillar(r.Form().Get("pillar")), Title: r.Form().Get("title"), Object: r.Form().Get("object")}
	var wrong []errs.Field
	for path, to := range map[string]*time.Time{"begins": &a.Begins, "ends": &a.Ends} {
		if r.Form().Read(path, web.Date) == "" {
			continue
		}
		var ok bool
		if *to, ok = r.Form().Day(path); !ok {
			wrong = append(wrong, web.NoSuchDay(path))
		}
	}
	if err = errs.WithFields(wrong...); err == nil {
		err = g.RecordActivity(r.Ctx(), r.Person, para, a, entry)
	}
	if err != nil {
		return r.Again("mandate/para", p, err)
	}
	return r.Done(at(para), language.M("The activity was recorded. An entry about the paragraph can rest on it now."))
}

func (g *Register) enterStatus(r *web.Request) error {
	p, para, err := g.paraPage(r)
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	chosen := slices.DeleteFunc(r.Form().All("evidence"), func(s string) bool { return s == "" })
	s := Status{Period: r.Form().Get("period"), State: State(r.Form().Get("status")), Narrative: r.Form().Get("narrative")}
	if err := g.Enter(r.Ctx(), r.Person, p.Document, para, s, chosen, entry); err != nil {
		return r.Again("mandate/para", p, err)
	}
	return r.Done(at(para), language.M("This was entered. Another person can clear it now."))
}

func (g *Register) clearStatus(r *web.Request) error {
	_, para, err := g.paraPage(r)
	if err != nil {
		return err
	}
	entry, err := r.Form().Entry()
	if err != nil {
		return err
	}
	n, err := id.Parse(r.Form().Get("status-entry"))
	if err != nil {
		return err
	}
	if err := g.Clear(r.Ctx(), r.Person, n, entry); err != nil {
		return err
	}
	return r.Done(at(para), language.M("The entry was cleared."))
}

// export writes the register with what is known of each paragraph as one JSON document.
func (g *Register) export(r *web.Request) error {
	var doc Export
	err := g.seen(r, func(ctx context.Context, tx *db.Tx) (err error) {
		doc, err = g.Export(ctx, tx, r.Printer)
		return err
	})
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	return r.Attachment("mandates.json", "application/json", reader(append(b, '\n')))
}
