package node

import (
	"context"
	"errors"
	"strings"

	"comity/internal/base/errs"
	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/desk"
	"comity/internal/dialogue/review"
	"comity/internal/dialogue/study"
	"comity/internal/dialogue/translation"
	"comity/internal/store/db"
)

// translateDocuments has documents translated, and keeps a study from being called translated before its report is.
func (n *Node) translateDocuments() error {
	err := n.Texts.Register(translation.Kind{
		Name: review.KindDocument, Label: language.M("Document"),
		Title: func(ctx context.Context, tx *db.Tx, d id.ID) (string, error) {
			found, err := review.Find(ctx, tx, d)
			return found.Name(found.Lang), err
		},
		Case: documentCase,
		Href: func(d id.ID) string { return "/d/docs/" + string(d) },
	})
	if err != nil {
		return err
	}
	n.Reviews.Translate(documentTexts{n.Texts})
	n.Studies.Guard(study.InReview, noRound)
	n.Studies.Guard(study.Translated, reportLacks)
	return nil
}

// documentCase is the compartment of a document's texts: the document's own, until it is final and for everyone. Its
// translators are admitted to it as those who write it are.
func documentCase(ctx context.Context, tx *db.Tx, n id.ID) (id.ID, error) {
	d, err := review.Find(ctx, tx, n)
	if err != nil || d.Distribution == review.General && d.Status == review.Final {
		return "", err
	}
	return n, nil
}

// documentTexts hands the texts of documents on to translators, and what was freed for publishing back to readers.
type documentTexts struct{ texts *translation.Translations }

// Texts returns the translations that may be shown: those freed for publishing, with a mark where the source has changed since.
func (t documentTexts) Texts(ctx context.Context, tx *db.Tx, object id.Ref, tag language.Tag) (map[string]review.Translated, error) {
	all, err := translation.Texts(ctx, tx, object, tag)
	if errors.Is(err, errs.NotFound) {
		return nil, nil // not issued yet
	}
	found := map[string]review.Translated{}
	for field, x := range all {
		if x.Free {
			found[field] = review.Translated{Text: x.Text, Stale: x.State == translation.Outdated}
		}
	}
	return found, err
}

func (t documentTexts) Put(ctx context.Context, c *desk.Change, object id.Ref, units []review.Unit) error {
	var sources []translation.Source
	for _, u := range units {
		if strings.TrimSpace(u.Text) != "" {
			sources = append(sources, translation.Source{Field: u.Field, Text: u.Text})
		}
	}
	if len(units) == 0 {
		return nil
	}
	return t.texts.Put(ctx, c, object, units[0].Lang, sources)
}

// noRound is in the way of the review as long as nobody has been asked to comment on a document of the study.
func noRound(ctx context.Context, tx *db.Tx, n id.ID) ([]study.Obstacle, error) {
	documents, err := review.OfStudy(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	for _, d := range documents {
		rounds, err := review.RoundsOf(ctx, tx, d.ID)
		if err != nil || len(rounds) > 0 {
			return nil, err
		}
	}
	return []study.Obstacle{{Code: language.M("No round of comments is open yet.")}}, nil
}

// reportLacks says which languages the study's report is not free in yet, and was not let go without.
func reportLacks(ctx context.Context, tx *db.Tx, n id.ID) ([]study.Obstacle, error) {
	documents, err := review.OfStudy(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	var all []study.Obstacle
	reports := 0
	for _, d := range documents {
		if d.Kind != "report" || d.Origin != "" || d.Status == review.Superseded {
			continue
		}
		reports++
		args := map[string]string{"report": d.Name(d.Lang)}
		lacking, err := translation.Gate(ctx, tx, id.NewRef(review.KindDocument, d.ID), language.Official())
		if errors.Is(err, errs.NotFound) {
			all = append(all, study.Obstacle{Code: language.M("The report {report} was not issued yet: there is nothing to translate."), Args: args})
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(lacking) > 0 {
			args["languages"] = languagesOf(lacking)
			all = append(all, study.Obstacle{Code: language.M("The report {report} is not free for publishing in these languages: {languages}."), Args: args, At: "/d/translate"})
		}
	}
	if reports == 0 {
		all = append(all, study.Obstacle{Code: language.M("The study has no report yet.")})
	}
	return all, nil
}

func languagesOf(lacking []translation.Lacking) string {
	var names []string
	for i, l := range lacking {
		if i == 0 || lacking[i-1].Lang != l.Lang {
			names = append(names, l.Lang.Name())
		}
	}
	return strings.Join(names, ", ")
}
