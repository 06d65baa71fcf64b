package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/review"
	"comity/internal/dialogue/session"
	"comity/internal/dialogue/study"
	"comity/internal/dialogue/translation"
	"comity/internal/mandate"
	"comity/internal/store/db"
)

// result is a table that is out.
func (k *inquiry) result(item string) (r *dataset.Result, err error) {
	err = k.read(k.org, func(tx *db.Tx) error {
		c, err := dataset.Load(k.ctx, tx, k.data)
		if err != nil {
			return err
		}
		out, err := dataset.Out(k.ctx, tx, k.study)
		if err != nil {
			return err
		}
		r, err = c.CountOut(out, k.tables[item])
		return err
	})
	return r, err
}

// find writes findings whose numbers are bound to the tables.
func (k *inquiry) find() error {
	o, mei := k.org, k.org.As("mei")
	for _, f := range []struct{ item, say string }{
		{"coordination/strategy", "In the synthetic data, %s of %s responding States report that a national strategy covers cybercrime."},
		{"legislation/law_form", "In the synthetic data, %s of %s responding States deal with cybercrime in a law of its own."},
	} {
		r, err := k.result(f.item)
		if err != nil {
			return err
		}
		code := r.Columns[0].Code
		n, ok := r.Value(dataset.Whole, code, "n")
		answered, _ := r.Value(dataset.Whole, code, "answered")
		if !ok {
			k.say(o, "", "a finding is not written: the number it needs is kept back")
			continue
		}
		text := fmt.Sprintf(f.say, n, answered)
		entry := o.Entry()
		if err := o.Data.Write(k.ctx, mei, dataset.Finding{Study: k.study, Kind: "finding", Lang: "en", Text: text}, entry); err != nil {
			return err
		}
		for _, c := range []dataset.Claim{
			{Quote: n + " of", Kind: "table", Table: k.tables[f.item], Group: dataset.Whole, Code: code, Stat: "n"},
			{Quote: answered + " responding", Kind: "table", Table: k.tables[f.item], Group: dataset.Whole, Stat: "answered"},
		} {
			if err := o.Data.Bind(k.ctx, mei, entry, c, o.Entry()); err != nil {
				return err
			}
		}
		if err := o.Data.Review(k.ctx, o.As("oleg"), entry, o.Entry()); err != nil {
			return err
		}
		k.findings = append(k.findings, entry)
	}
	option := o.Entry()
	if err := o.Data.Write(k.ctx, mei, dataset.Finding{Study: k.study, Kind: "option", Lang: "en",
		Text: "An option for the exercise: a shared directory of points of contact, kept by those whom it lists."}, option); err != nil {
		return err
	}
	if err := o.Data.Review(k.ctx, o.As("oleg"), option, o.Entry()); err != nil {
		return err
	}
	k.say(o, "mei", "writes findings; each number is bound to the table that it comes from")
	return k.move(study.Drafted, "")
}

// write makes the report's draft of the findings and issues it for comments.
func (k *inquiry) write() error {
	o, oleg := k.org, k.org.As("oleg")
	var err error
	k.report, err = o.Reviews.Open(k.ctx, oleg, o.Office, review.NewDocument{
		Kind: "report", Distribution: review.Limited, Lang: language.English, Study: k.study, Synthetic: true,
		Title: "Draft study on cybercrime (exercise, synthetic data)",
	}, o.Entry())
	if err != nil {
		return err
	}
	blocks := []review.NewBlock{
		{Kind: review.Heading, Level: 1, Text: "Method"},
		{Kind: review.Para, Text: "Every Member State was asked, and companies, institutes and organisations. All answers of this exercise were made by a program; nobody gave them."},
		{Kind: review.Heading, Level: 1, Text: "What the data show"},
	}
	if err := o.Reviews.AddBlocks(k.ctx, oleg, k.report, "", blocks, o.Entry()); err != nil {
		return err
	}
	if err := o.Reviews.Compose(k.ctx, oleg, k.report, o.Entry()); err != nil {
		return err
	}
	if err := o.Reviews.Admit(k.ctx, oleg, k.report, o.People["amina"].ID, o.Entry()); err != nil {
		return err
	}
	if err := o.Reviews.Admit(k.ctx, oleg, k.report, o.People["wei"].ID, o.Entry()); err != nil {
		return err
	}
	if err := o.Reviews.Issue(k.ctx, o.As("amina"), k.report, review.ForComments, o.Entry()); err != nil {
		return err
	}
	k.say(o, "oleg", "writes the draft study in numbered paragraphs and issues it for comments")
	return nil
}

// comments opens a round; Portugal comments at its own node, and the editor says what was done about each comment.
func (k *inquiry) comments() error {
	o, now := k.org, k.org.Config.Now()
	var err error
	if k.round, err = o.Reviews.OpenRound(k.ctx, o.As("amina"), k.report, review.NewRound{Opens: now, Closes: now.AddDate(0, 1, 0)}, o.Entry()); err != nil {
		return err
	}
	if err := k.move(study.InReview, ""); err != nil {
		return err
	}
	for _, x := range []struct {
		p     *Place
		state string
	}{{k.pt, "PRT"}, {k.ma, "MAR"}} {
		if err := o.Reviews.Invite(k.ctx, o.As("amina"), k.round, review.Invitation{Party: review.Party{Kind: "state", State: x.state}, Peer: x.p.Self.Node()}, o.Entry()); err != nil {
			return err
		}
	}
	if err := k.comment(); err != nil {
		return err
	}
	k.say(k.pt, "marta", "submits the State's cleared comment (exercise)")
	var list []review.Comment
	err = k.until(func() (bool, error) {
		err := o.Reviews.View(k.ctx, db.House("demo"), func(tx *db.Tx) (err error) {
			list, err = review.Comments(k.ctx, tx, review.Filter{Round: k.round, Status: []review.CommentStatus{review.Submitted}})
			return err
		})
		return len(list) > 0, err
	})
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := o.Reviews.Dispose(k.ctx, o.As("oleg"), c.ID, review.Disposition{Value: "noted", Reasoning: "Kept for the next version (exercise).", Responsible: o.People["oleg"].ID}, o.Entry()); err != nil {
			return err
		}
	}
	k.say(o, "oleg", "says what was done about the comment, and why")
	return nil
}

// comment has Portugal write, clear and submit one comment at its own node.
func (k *inquiry) comment() error {
	p, marta := k.pt, k.pt.As("marta")
	var trays []review.Tray
	err := k.until(func() (bool, error) {
		err := k.read(p, func(tx *db.Tx) (err error) { trays, err = review.OwnTrays(k.ctx, tx); return err })
		return len(trays) > 0, err
	})
	if err != nil {
		return err
	}
	n, err := p.Reviews.Write(k.ctx, marta, trays[0].ID, review.NewComment{
		Type: "general", Lang: language.English, Visibility: "states", Body: "A comment of the exercise, which no State made: say how the shares are rounded.",
	}, p.Entry())
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return p.Reviews.Decide(k.ctx, marta, trays[0].ID, n, "accept", "", p.Entry()) },
		func() error { return p.Reviews.Clear(k.ctx, marta, trays[0].ID, p.Entry()) },
		func() error { return p.Reviews.Submit(k.ctx, marta, trays[0].ID, p.Entry()) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// translate has a part of the report translated: the rest waits, so that every page has something to show.
func (k *inquiry) translate() error {
	o, wei := k.org, k.org.As("wei")
	french := map[string]string{
		"Method":             "Méthode",
		"What the data show": "Ce que montrent les données",
		"Every Member State was asked, and companies, institutes and organisations. All answers of this exercise were made by a program; nobody gave them.": "Tous les États Membres ont été interrogés, ainsi que des entreprises, des instituts et des organisations. Toutes les réponses de cet exercice ont été produites par un programme ; personne ne les a données.",
	}
	var units []translation.Unit
	err := k.read(o, func(tx *db.Tx) (err error) {
		_, units, err = translation.Units(k.ctx, tx, id.NewRef(review.KindDocument, k.report), language.French)
		return err
	})
	if err != nil {
		return err
	}
	done := 0
	for _, u := range units {
		text, ok := french[u.Source]
		if !ok {
			continue
		}
		if err := o.Texts.Write(k.ctx, wei, u.ID, text, u.Version, o.Entry()); err != nil {
			return err
		}
		done++
	}
	if done == 0 {
		return fmt.Errorf("no text of the report waits for French among %d: %w", len(units), errs.NotFound)
	}
	k.say(o, "wei", fmt.Sprintf("translates %d texts of the report into French; another person has to look at them", done))
	return nil
}

// meet has the group meet: documents, diverse views, a recommendation that is revised and adopted.
func (k *inquiry) meet() error {
	o, amina, oleg := k.org, k.org.As("amina"), k.org.As("oleg")
	day := o.Config.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -3)
	k.session = o.Entry()
	err := o.Sessions.Convene(k.ctx, amina, session.Session{
		Body: "INFORMAL", Ordinal: 1, Begins: day, Ends: day.AddDate(0, 0, 1), Place: "Room A (exercise)", Mode: "hybrid", Study: k.study,
		Mandates: []string{"A/RES/65/230#op9", "A/RES/67/189#group", "CCPCJ 22/7#group"},
		Agenda:   []session.Item{{Title: "Opening (exercise)"}, {Title: "Consideration of the draft study (exercise)"}, {Title: "Recommendations (exercise)"}},
	}, k.session)
	if err != nil {
		return err
	}
	first, second := o.Entry(), o.Entry()
	for _, step := range []func() error{
		func() error {
			return o.Sessions.Table(k.ctx, amina, k.session, 2, session.Paper{Symbol: "UNODC/CCPCJ/EG.4/2099/1", Title: "Draft study on cybercrime (exercise, synthetic data)"}, o.Entry())
		},
		func() error {
			return o.Sessions.State(k.ctx, oleg, session.Statement{Session: k.session, Item: 2, Party: "org/Exampleland (exercise)", Lang: "en", Record: "written", Text: "Exampleland thanks the secretariat (exercise)."}, o.Entry())
		},
		func() error {
			return o.Sessions.Recommend(k.ctx, oleg, session.Recommendation{Session: k.session, Lang: "en", Suggested: []session.Party{"org/Exampleland (exercise)"}, Text: "Keep a shared directory of points of contact (exercise)."}, first)
		},
		func() error {
			return o.Sessions.Recommend(k.ctx, oleg, session.Recommendation{Session: k.session, Lang: "en", Suggested: []session.Party{"org/Sampleland (exercise)"}, Text: "Repeat the study every five years (exercise)."}, second)
		},
		func() error { return k.stance("Exampleland (exercise)", first, session.Support, "", true) },
		func() error {
			return k.stance("Sampleland (exercise)", first, session.Reserve, "Needs to be costed (exercise).", true)
		},
		func() error {
			return k.stance("Quietland (exercise)", first, session.Oppose, "Not now (exercise).", false)
		},
		func() error {
			return k.stance("Sampleland (exercise)", first, session.SupportWith, "If it is kept by those whom it lists (exercise).", true)
		},
		func() error {
			return o.Sessions.Move(k.ctx, amina, first, session.Revised, "Keep a shared directory of points of contact, by those whom it lists (exercise).", "", 1, o.Entry())
		},
		func() error {
			return o.Sessions.Move(k.ctx, amina, first, session.Adopted, "as it stands", "", 2, o.Entry())
		},
		func() error {
			return o.Sessions.Decide(k.ctx, amina, k.session, "Took note of the draft study; adopted one recommendation (exercise).", 1, o.Entry())
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	k.say(o, "amina", "records an invented session: diverse views side by side, one recommendation adopted")
	return nil
}

func (k *inquiry) stance(party string, on id.ID, s session.Stance, text string, public bool) error {
	return k.org.Sessions.Take(k.ctx, k.org.As("oleg"), session.Position{
		Session: k.session, Party: session.Party("org/" + party), Target: id.NewRef(session.KindRecommendation, on), Stance: s, Text: text, Lang: "en", Public: public,
	}, k.org.Entry())
}

// mandates enters how each mandate stands, on what the system itself shows.
func (k *inquiry) mandates() error {
	o, amina := k.org, k.org.As("amina")
	var all []mandate.Standing
	if err := k.read(o, func(tx *db.Tx) (err error) { all, _, err = o.Mandates.Standings(k.ctx, tx); return err }); err != nil {
		return err
	}
	if err := k.record(all); err != nil {
		return err
	}
	if err := k.read(o, func(tx *db.Tx) (err error) { all, _, err = o.Mandates.Standings(k.ctx, tx); return err }); err != nil {
		return err
	}
	year := o.Config.Now().UTC().Format("2006")
	for _, s := range all {
		var chosen []string
		for _, l := range s.Lives {
			chosen = append(chosen, string(l.Ref))
		}
		for _, a := range s.Activities {
			chosen = append(chosen, "activity/"+string(a.ID))
		}
		state := mandate.Continuing
		if len(chosen) == 0 {
			state = mandate.NotStarted
		}
		entry := o.Entry()
		if err := o.Mandates.Enter(k.ctx, amina, s.Doc, s.Para, mandate.Status{Period: year, State: state, Narrative: "Entered in an exercise."}, chosen, entry); err != nil {
			return fmt.Errorf("%s: %w", s.Para.Name(), err)
		}
		if err := o.Mandates.Clear(k.ctx, o.As("claire"), entry, o.Entry()); err != nil {
			return err
		}
	}
	k.say(o, "claire", "clears how each mandate stands: its evidence comes from the running system")
	return nil
}

// record enters what the system itself doesn't see yet, for paragraphs that nothing else serves.
func (k *inquiry) record(all []mandate.Standing) error {
	i := slices.IndexFunc(all, func(s mandate.Standing) bool { return strings.HasPrefix(s.Para.Name(), "CCPCJ 20/7#assistance") })
	if i < 0 {
		return fmt.Errorf("CCPCJ 20/7: %w", errs.NotFound)
	}
	return k.org.Mandates.RecordActivity(k.ctx, k.org.As("oleg"), all[i].Para, mandate.Activity{
		Pillar: mandate.Capacity, Title: "Workshop on requests for electronic evidence (exercise)", Begins: k.org.Config.Now().AddDate(0, -1, 0),
	}, k.org.Entry())
}
