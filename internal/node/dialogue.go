package node

import (
	"context"
	"fmt"
	"strconv"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/request"
	"comity/internal/dialogue/dataset"
	"comity/internal/dialogue/response"
	"comity/internal/dialogue/review"
	"comity/internal/dialogue/session"
	"comity/internal/dialogue/study"
	"comity/internal/dialogue/translation"
	"comity/internal/engine/picture"
	"comity/internal/engine/web"
	"comity/internal/mandate"
	"comity/internal/store/db"
)

// openTexts wires the translations of what the other slices say; each registers its own kinds of things.
func (n *Node) openTexts(context.Context) (err error) {
	if n.Texts, err = translation.New(n.Desk, n.DB.Reader, n.Sources, n.Catalog); err != nil {
		return err
	}
	n.Requests.OnToday(func(r *web.Request) (lines []request.TodayLine, err error) {
		todo, err := n.Texts.Today(r)
		for _, l := range todo {
			lines = append(lines, request.TodayLine{Text: l.Text, Href: l.Href})
		}
		return lines, err
	})
	return nil
}

// openStudies wires what studies ask, of whom, and until when.
func (n *Node) openStudies(context.Context) (err error) {
	n.Studies, err = study.New(study.Config{
		Desk: n.Desk, Read: n.DB.Reader, Policy: n.Policy, Sources: n.Sources, Exchange: n.Exchange,
		Catalog: n.Catalog, Public: n.Config.Public, Now: n.Config.Now,
	})
	if err != nil {
		return err
	}
	n.Requests.OnToday(func(r *web.Request) (lines []request.TodayLine, err error) {
		todo, err := n.Studies.Today(r)
		for _, l := range todo {
			lines = append(lines, request.TodayLine{Text: l.Text, Href: l.Href})
		}
		return lines, err
	})
	return nil
}

// openReviews wires documents and what is commented on them.
func (n *Node) openReviews(context.Context) (err error) {
	n.Reviews, err = review.New(review.Config{
		Desk: n.Desk, Read: n.DB.Reader, Sources: n.Sources, Exchange: n.Exchange, Catalog: n.Catalog, Fonts: n.law.Fonts, Now: n.Config.Now,
	})
	if err != nil {
		return err
	}
	return n.translateDocuments()
}

// openResponses wires what respondents of studies answer.
func (n *Node) openResponses(context.Context) (err error) {
	n.Responses, err = response.New(response.Config{
		Desk: n.Desk, Read: n.DB.Reader, Sources: n.Sources, Studies: n.Studies, Exchange: n.Exchange, Catalog: n.Catalog,
		Signatory: n.signs.sign, Exercise: n.Self.Card.Exercise, Now: n.Config.Now,
	})
	n.Studies.Show(study.Tab{Title: "Submitted responses", Page: "submissions", Act: "submission.read"})
	return err
}

// openData wires what is counted of responses, and what is found in it.
func (n *Node) openData(context.Context) error {
	pictures, err := picture.New(n.law.Fonts)
	if err != nil {
		return err
	}
	n.Data, err = dataset.New(dataset.Config{
		Desk: n.Desk, Read: n.DB.Reader, Sources: n.Sources, Studies: n.Studies, Responses: n.Responses, Catalog: n.Catalog,
		Pictures: pictures, Now: n.Config.Now,
	})
	n.Reviews.ComposeFrom(reviewedFindings)
	n.Studies.Show(dataset.Tab())
	return err
}

// reviewedFindings is what a report says of its study: each finding and option that a second person has looked at, in the
// language of the report.
func reviewedFindings(ctx context.Context, tx *db.Tx, of id.ID, tag language.Tag) ([]review.NewBlock, error) {
	list, err := dataset.Findings(ctx, tx, of)
	if err != nil {
		return nil, err
	}
	kinds := map[string]string{"finding": review.Finding, "option": review.Option}
	var blocks []review.NewBlock
	for _, f := range list {
		if f.Status != "reviewed" {
			continue
		}
		if f.Lang != string(tag) {
			return nil, errs.Say(fmt.Errorf("finding %s is in %s: %w", f.ID, f.Lang, errs.Conflict),
				language.M("Finding {n} is written in another language than this document. Write it in the document's language, then bring it in."), map[string]string{"n": strconv.Itoa(f.Number)})
		}
		blocks = append(blocks, review.NewBlock{Kind: kinds[f.Kind], Text: f.Text, Origin: "finding/" + string(f.ID)})
	}
	return blocks, nil
}

// openSessions wires the meetings of bodies.
func (n *Node) openSessions(context.Context) (err error) {
	n.Sessions, err = session.New(n.Desk, n.DB.Reader, n.Sources, n.Catalog, n.Self.Card.Exercise)
	return err
}

// openMandates wires the register of mandates, with what the other slices have done about them.
func (n *Node) openMandates(context.Context) error {
	asked, err := mandate.Load()
	if err != nil {
		return err
	}
	if n.Mandates, err = mandate.New(n.Desk, n.DB.Reader, n.Sources, asked, n.Config.Now); err != nil {
		return err
	}
	n.feedMandates()
	n.Requests.OnToday(n.mandatesToday)
	return nil
}

// mandatesToday is what the mandates ask now, for those who enter how they stand: the first thing on a secretariat's page.
func (n *Node) mandatesToday(r *web.Request) (lines []request.TodayLine, err error) {
	if !n.Policy.Ever(r.Person, "mandate.status") {
		return nil, nil
	}
	asked, err := n.Mandates.Asked(r, mostAsked)
	for _, a := range asked {
		lines = append(lines, request.TodayLine{
			Text: r.T("{paragraph}: {what} ({when})", "paragraph", language.Plain(a.Name), "what", language.Plain(a.Say), "when", language.Plain(a.When)), Href: a.Href,
		})
	}
	return lines, err
}

// mostAsked is how many paragraphs stand on the page of the day; the register has all.
const mostAsked = 5
